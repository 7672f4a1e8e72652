"""What einsum() takes besides subscripts as a text, and the order in which it might multiply."""

import operator
import string

import ndstream as nd

_LETTERS = string.ascii_uppercase + string.ascii_lowercase  # in the order of NumPy's numbers of axes


def _term(axes):
    letters = ""
    for axis in axes:
        if axis is Ellipsis:
            letters += "..."
            continue
        try:
            number = operator.index(axis)
        except TypeError:
            raise TypeError("For this input type lists must contain either int or Ellipsis") from None
        if not 0 <= number < len(_LETTERS):
            raise ValueError(f"subscript is not within the valid range [0, {len(_LETTERS)})")
        letters += _LETTERS[number]
    return letters


def as_text(operands):
    """einsum(a, [0, 1], b, [1, 2], [0, 2]) as a text and its arrays: "AB,BC->AC", a, b."""
    if len(operands) < 2:
        raise ValueError("einsum(subscripts, *operands): there must be at least one operand")
    pairs = len(operands) // 2
    text = ",".join(_term(axes) for axes in operands[1 : 2 * pairs : 2])
    if len(operands) % 2:
        text += "->" + _term(operands[-1])
    return (text, *operands[0 : 2 * pairs : 2])


def _named(terms, output, arrays):
    """Terms in which letters of their own stand for the axes of an ellipsis, and the output's."""
    free = [letter for letter in _LETTERS if not any(letter in term for term in terms)]
    hidden = [array.ndim - len(term.replace("...", "")) if "..." in term else 0 for term, array in zip(terms, arrays)]
    most = "".join(free[: max(hidden)])
    named = [term.replace("...", most[len(most) - n :]) for term, n in zip(terms, hidden)]
    if output is None:
        every = "".join(terms).replace(".", "")
        output = most + "".join(sorted(letter for letter in set(every) if every.count(letter) == 1))
    return named, output.replace("...", most)


def _orders(left, output, flops, path):
    """Every order of products of pairs: what it costs, and the order."""
    if len(left) == 1:
        yield 0, path
        return
    for i in range(len(left)):
        for j in range(i + 1, len(left)):
            rest = output.union(*(t for k, t in enumerate(left) if k not in (i, j)))
            both = left[i] | left[j]
            kept = both & rest
            others = [t for k, t in enumerate(left) if k not in (i, j)]
            for cost, order in _orders([*others, kept], output, flops, [*path, (i, j)]):
                yield cost + flops(both, both - kept, 2), order


def einsum_path(*operands, optimize="greedy", einsum_call=False):
    """An order in which products of pairs are cheap, and a report."""
    text, *arrays = operands if operands and isinstance(operands[0], str) else as_text(operands)
    arrays = [nd.asarray(x) for x in arrays]
    inputs, arrow, output = text.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(arrays):
        raise ValueError("Number of einsum subscripts must be equal to the number of operands.")
    terms, output = _named(terms, output if arrow else None, arrays)
    inputs = ",".join(terms)
    length = {}
    for term, array in zip(terms, arrays):
        if len(term) != array.ndim:
            raise ValueError(f"Einstein sum subscript {term} does not contain the correct number of indices")
        for letter, n in zip(term, array.shape):
            length[letter] = max(length.get(letter, 1), n)

    def size(letters):
        product = 1
        for letter in letters:
            product *= length[letter]
        return product

    def flops(letters, inner, count):
        return size(letters) * (max(1, count - 1) + bool(inner))

    every = set("".join(terms))
    naive = flops(every, every - set(output), len(terms))
    left, path, total, largest, rows = [frozenset(t) for t in terms], [], 0, size(output), []
    if isinstance(optimize, (tuple, list)) and optimize and isinstance(optimize[0], str):
        optimize = optimize[0] if optimize[0] != "einsum_path" else optimize
    if optimize in (False, None) or len(terms) < 3:
        path, total = [tuple(range(len(terms)))], naive
    elif optimize == "optimal" and len(terms) < 8:
        total, path = min(_orders(left, frozenset(output), flops, []), key=lambda one: one[0])
    else:
        while len(left) > 1:
            best = None
            for i in range(len(left)):
                for j in range(i + 1, len(left)):
                    rest = set(output).union(*(t for k, t in enumerate(left) if k not in (i, j)))
                    both = left[i] | left[j]
                    kept = frozenset(both & rest)
                    cost = flops(both, both - kept, 2)
                    score = (-(size(left[i]) + size(left[j]) - size(kept)), cost)
                    outer = not left[i] & left[j]
                    if best is None or (outer, score) < best[0]:
                        best = ((outer, score), (i, j), kept, cost)
            _, (i, j), kept, cost = best
            rows.append(f"   {''.join(sorted(left[j]))},{''.join(sorted(left[i]))}->{''.join(sorted(kept))}")
            path.append((i, j))
            total, largest = total + cost, max(largest, size(kept))
            left = [t for k, t in enumerate(left) if k not in (i, j)] + [kept]
    report = [
        f"  Complete contraction:  {inputs}->{output}",
        f"         Naive scaling:  {len(every)}",
        f"      Naive FLOP count:  {naive:.3e}",
        f"  Optimized FLOP count:  {total:.3e}",
        f"   Theoretical speedup:  {naive / max(total, 1):.3f}",
        f"  Largest intermediate:  {largest:.3e} elements",
        *rows,
    ]
    return ["einsum_path", *path], "\n".join(report) + "\n"

