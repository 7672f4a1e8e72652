"""Numbers whose logarithms are evenly spaced."""

import ndstream as nd


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """`num` numbers from start to stop, each the one before times the same factor."""
    start, stop = nd.asarray(start), nd.asarray(stop)
    if (start == 0).any() or (stop == 0).any():
        raise ValueError("Geometric sequence cannot include zero")
    computed = nd.result_type(start, stop, float(num), nd.float64)
    start, stop = start.astype(computed), stop.astype(computed)
    # As NumPy has it: turned so that it begins on the positive real numbers, and turned back.
    turn = nd.sign(start)
    first, last = nd.asarray(start / turn), nd.asarray(stop / turn)
    result = nd.logspace(nd.log10(first), nd.log10(last), num, endpoint=endpoint, dtype=computed)
    if num > 0:
        result[0] = first
        if num > 1 and endpoint:
            result[-1] = last
    result *= turn
    return nd.moveaxis(result, 0, axis).astype(computed if dtype is None else dtype, copy=False)
