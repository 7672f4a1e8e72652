"""The loops of ufuncs for calls with signature=, with a dtype= that their arguments would not give, or with casting= stricter
than usual: what NumPy chooses, and refuses."""

import ndstream as nd

_COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
_LOGICAL = ("logical_and", "logical_or", "logical_xor", "logical_not")


def _letter(thing):
    return None if thing is None else nd.dtype(thing).char


def _wanted(ufunc, dtype, signature):
    """For each argument and result the letter of the dtype that it must have, None for any."""
    if signature is None:
        return [None] * ufunc.nin + [_letter(dtype)] * ufunc.nout
    if dtype is not None:
        raise TypeError("cannot specify both 'signature' and 'dtype'")
    if isinstance(signature, str):
        first, arrow, last = signature.partition("->")
        if len(signature) != 1 and (not arrow or len(first) != ufunc.nin or len(last) != ufunc.nout):
            raise ValueError(
                f"a type-string for {ufunc.__name__}, {ufunc.nin} typecode(s) before and {ufunc.nout} after the -> sign"
            )
        if len(signature) > 1:
            return [_letter(letter) for letter in first + last]
        signature = (signature,)
    if not isinstance(signature, tuple):
        raise TypeError("the signature object to ufunc must be a string or a tuple.")
    if len(signature) == 1:
        raise TypeError("Use `dtype` or  fill the tuple with more than one 'None'.")
    if len(signature) != ufunc.nargs:
        raise ValueError(f"a type-tuple must be specified of length {ufunc.nargs} for ufunc '{ufunc.__name__}'")
    return [_letter(item) for item in signature]


def _is_weak(value):
    return type(value) in (int, float, complex)


def _search(ufunc, values, own, common, wanted):
    """The dtypes of the loop's arguments and results."""
    loops = [loop.replace("->", "") for loop in ufunc.types]
    inputs, results = wanted[: ufunc.nin], wanted[ufunc.nin :]
    free = set(inputs) == {None}
    if free and set(results) <= {None, "?"}:
        loop = _by_promotion(ufunc, values, own, common, loops)
        if loop and all(want in (None, letter) for want, letter in zip(results, loop[ufunc.nin :])):
            return loop
    fits = [loop for loop in loops if all(want in (None, letter) for want, letter in zip(wanted, loop))]
    for loop in fits:
        if all(want or letter == mine for want, letter, mine in zip(wanted, loop, own)):
            return loop
    if not free:
        if None not in inputs:
            return fits[0] if fits else None
        if any(letter in "bl" for loop in loops for letter in loop[0]):
            return None
    for loop in fits:
        if all(_can(value, nd.dtype(letter), "safe", common) for value, letter in zip(values, loop)):
            return loop
    uniform = (results[0] or "") * ufunc.nargs
    return uniform if uniform in loops and set(results) == {results[0]} else None


def _by_promotion(ufunc, values, own, common, loops):
    if ufunc.__name__ in _COMPARISONS and set(own) == {"l", "L"}:
        return "".join(own) + "?"  # of any integers, exactly
    for loop in loops:
        if loop[: ufunc.nin] == common.char * ufunc.nin:
            return loop
    for loop in loops:
        if all(_can(value, nd.dtype(letter), "safe", common) for value, letter in zip(values, loop)):
            return loop
    return None


def _can(value, dtype, casting, common):
    """Whether an argument may be cast; Python's numbers are of the dtype that all have in common."""
    if casting == "equiv" and _is_weak(value):
        return nd.dtype(type(value)) == dtype
    return nd.can_cast(common if _is_weak(value) else value.dtype, dtype, casting)


def call(ufunc, values, out, where, dtype, casting, order, signature):
    """ufunc(*values, ...) by the loop that the words choose."""
    casting = "same_kind" if casting is None else casting
    wanted = _wanted(ufunc, dtype, signature)
    values = [value if _is_weak(value) else nd.asarray(value) for value in values]
    own = [None if _is_weak(value) else value.dtype.char for value in values]
    common = nd.result_type(*(value if _is_weak(value) else value.dtype for value in values))
    loop = _search(ufunc, values, own, common, wanted)
    if loop is None:
        raise TypeError(f"No loop matching the specified signature and casting was found for ufunc {ufunc.__name__}")
    truths = ufunc.__name__ in _LOGICAL
    arguments = list(values) if truths or ufunc.__name__ in _COMPARISONS else [
        value if _is_weak(value) and all(map(_is_weak, values)) else nd.asarray(value, dtype=letter) if _is_weak(value) else value
        for value, letter in zip(values, loop)
    ]
    for i, (value, letter) in enumerate(zip(values, loop)):
        if not truths and not _can(value, nd.dtype(letter), casting, common):
            raise TypeError(
                f"Cannot cast ufunc '{ufunc.__name__}' input {i} from {_named(value)} to {nd.dtype(letter)!r} "
                f"with casting rule {casting!r}"
            )
        if not _is_weak(value) or all(map(_is_weak, values)):
            arguments[i] = nd.asarray(value).astype(letter, casting="unsafe", copy=False)
    outs = out if isinstance(out, tuple) else (out,)
    for array, letter in zip(outs, loop[ufunc.nin :]):
        if isinstance(array, nd.ndarray) and not nd.can_cast(nd.dtype(letter), array.dtype, casting):
            raise TypeError(
                f"Cannot cast ufunc '{ufunc.__name__}' output from {nd.dtype(letter)!r} to {array.dtype!r} "
                f"with casting rule {casting!r}"
            )
    words = {"out": out, "order": order or "K", "casting": "unsafe"}
    return ufunc(*arguments, **words) if where is None else ufunc(*arguments, where=where, **words)


def _named(value):
    return f"Python {type(value).__name__}" if _is_weak(value) else repr(value.dtype)
