"""What einsum() takes besides subscripts as a text, and the order in which it might multiply."""

import itertools
import math
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


class _Products:
    """Products of terms, each a set of letters: what is left of them, how large that is, and what it costs."""

    def __init__(self, output, length):
        self.output, self.length = frozenset(output), length

    def size(self, letters):
        return math.prod(self.length[letter] for letter in letters)

    def cost(self, letters, sums, count):
        return self.size(letters) * (max(1, count - 1) + bool(sums))

    def product(self, left, places):
        """(terms after it, its own last; what it costs; how many letters it has)"""
        others = [term for k, term in enumerate(left) if k not in places]
        both = frozenset().union(*(left[k] for k in places))
        kept = both & self.output.union(*others)
        return [*others, kept], self.cost(both, both - kept, len(places)), len(both)

    def greedy(self, left, most, naive):
        """At each step the product by which elements become fewest, of terms that share a letter if there are any."""
        path, total, old = [], 0, len(left)
        while len(left) > 1:
            found = []
            for i, j in itertools.combinations(range(len(left)), 2):
                after, cost, _ = self.product(left, (i, j))
                if self.size(after[-1]) <= most and total + cost <= naive:
                    fewer = self.size(left[i]) + self.size(left[j]) - self.size(after[-1])
                    found.append((not left[i] & left[j], -fewer, cost, max(0, j - old + 1), (i, j), after))
            if not found:
                return [*path, tuple(range(len(left)))]
            *_, cost, _, places, left = min(found, key=lambda one: one[:5])
            old -= sum(k < old for k in places)
            path, total = [*path, places], total + cost
        return path

    def optimal(self, left, most):
        """The cheapest order of all; what is too large at once at the end."""

        def ways(left, total, path):
            over = True
            for places in itertools.combinations(range(len(left)), 2):
                after, cost, _ = self.product(left, places)
                if self.size(after[-1]) <= most:
                    over = False
                    yield from ways(after, total + cost, [*path, places])
            if over:
                yield len(left), total, path + ([tuple(range(len(left)))] if len(left) > 1 else [])

        return min(ways(left, 0, []), key=lambda one: one[:2])[2]


def _limit(optimize):
    """The name of a way, or a path; and the most elements between products, or None."""
    if optimize is True:
        return "greedy", None
    if optimize is None or optimize is False or isinstance(optimize, str):
        return optimize or False, None
    if len(optimize) and optimize[0] == "einsum_path":
        return [tuple(places) for places in optimize[1:]], None
    if len(optimize) == 2 and isinstance(optimize[0], str) and isinstance(optimize[1], (int, float)):
        return optimize[0], int(optimize[1])
    raise TypeError(f"Did not understand the path: {optimize}")


def einsum_path(*operands, optimize="greedy", einsum_call=False):
    """An order in which products of pairs are cheap, and a report."""
    way, most = _limit(optimize)
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
            if 1 not in (n, length.get(letter, n)) and n != length.get(letter, n):
                raise ValueError(f"Size of label '{letter}' ({n}) does not match previous terms ({length[letter]}).")
            length[letter] = max(length.get(letter, 1), n)
    products, every = _Products(output, length), set("".join(terms))
    naive = products.cost(every, sum(map(len, map(set, terms))) > len(every), len(terms))
    most = max(products.size(term) for term in [*terms, output]) if most is None else most
    sets = [frozenset(term) for term in terms]
    if isinstance(way, list):
        path = way
    elif way is False or len(terms) < 3 or every == set(output):
        path = [tuple(range(len(terms)))]
    elif way == "greedy" or (way == "optimal" and len(terms) > 7):
        path = products.greedy(sets, most, products.product(sets, range(len(sets)))[1])
    elif way == "optimal":
        path = products.optimal(sets, most)
    else:
        raise KeyError("Path name %s not found", way)
    total, widest, largest, rows = 1, 0, 0, []
    for number, places in enumerate(path):
        sets, cost, count = products.product(sets, places)
        total, widest, largest = total + cost, max(widest, count), max(largest, products.size(sets[-1]))
        made = "".join(sorted(sets[-1], key=lambda letter: (length[letter], letter)))
        made = output if number == len(path) - 1 else made
        current = ",".join(terms[k] for k in sorted(places, reverse=True)) + "->" + made
        terms = [*(term for k, term in enumerate(terms) if k not in places), made]
        rows.append(f"\n{count:4d}    {current:>24} {','.join(terms) + '->' + output:>40}")
    if len(terms) != 1:
        raise RuntimeError(f"Invalid einsum_path is specified: {len(terms) - 1} more operands has to be contracted.")
    line = "-" * 74
    report = [
        f"  Complete contraction:  {inputs}->{output}",
        f"         Naive scaling:  {len(every)}",
        f"     Optimized scaling:  {widest}",
        f"      Naive FLOP count:  {naive:.3e}",
        f"  Optimized FLOP count:  {total:.3e}",
        f"   Theoretical speedup:  {naive / total:3.3f}",
        f"  Largest intermediate:  {largest:.3e} elements",
        line,
        f"{'scaling':>6} {'current':>24} {'remaining':>40}",
        line,
    ]
    return ["einsum_path", *path], "\n".join(report) + "".join(rows)
