"""Numbers whose logarithms are evenly spaced, and complex ones that are."""

import math

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


def complex_arange(start, stop, step, dtype):
    """arange() of complex bounds: as many elements as the real and the imaginary part of the steps both allow."""
    start, step = 0 if start is None else start, 1 if step is None else step
    if dtype is not None and nd.dtype(dtype).kind != "c":
        raise TypeError("must be real number, not complex")
    if not step:
        raise ZeroDivisionError("complex division by zero")
    steps = (stop - start) / step
    if not nd.isfinite(steps):
        raise ValueError("arange: cannot compute length")
    count = math.ceil(steps.real)
    if isinstance(steps, complex):  # which complex64 is not
        count = min(count, math.ceil(steps.imag))
    result = start + nd.arange(max(count, 0)) * step
    return result.astype(complex if dtype is None else dtype)
