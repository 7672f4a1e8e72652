"""Functions whose results are complex where the real ones would be NaN: numpy.emath."""

import ndstream as nd

__all__ = ["sqrt", "log", "log2", "logn", "log10", "power", "arccos", "arcsin", "arctanh"]


def _complex_if(x, outside):
    """x as complex if an element lies where the real function has no value."""
    x = nd.asarray(x)
    if x.dtype.kind == "c" or not nd.any(outside(x)):
        return x[()]
    narrow = x.dtype.kind == "f" and x.dtype.itemsize <= 4 or x.dtype.kind in "iu" and x.dtype.itemsize <= 2
    return x.astype(nd.complex64 if narrow else nd.complex128)[()]


def _beyond_one(x):
    return nd.abs(x) > 1


def _negative(x):
    return x < 0


def sqrt(x):
    """The square root; imaginary below 0."""
    return nd.sqrt(_complex_if(x, _negative))


def log(x):
    """The natural logarithm; complex below 0."""
    return nd.log(_complex_if(x, _negative))


def log10(x):
    """The logarithm to base 10; complex below 0."""
    return nd.log10(_complex_if(x, _negative))


def log2(x):
    """The logarithm to base 2; complex below 0."""
    return nd.log2(_complex_if(x, _negative))


def logn(n, x):
    """The logarithm to base n; complex below 0."""
    return nd.log(_complex_if(x, _negative)) / nd.log(_complex_if(n, _negative))


def power(x, p):
    """x raised to p; complex for negative x."""
    x, p = _complex_if(x, _negative), nd.asarray(p)
    return nd.power(x, p.astype(float) if p.dtype.kind in "iu" and nd.any(p < 0) else p)


def arccos(x):
    """The inverse cosine; complex beyond [-1, 1]."""
    return nd.arccos(_complex_if(x, _beyond_one))


def arcsin(x):
    """The inverse sine; complex beyond [-1, 1]."""
    return nd.arcsin(_complex_if(x, _beyond_one))


def arctanh(x):
    """The inverse hyperbolic tangent; complex beyond [-1, 1]."""
    return nd.arctanh(_complex_if(x, _beyond_one))
