"""What NumPy lacks of the table, made from NumPy's and Python's own functions, and its functions that
are no ufuncs, with `out` like a ufunc.
"""

import math

import numpy as np


def _float_dtype(x):
    """The dtype that NumPy's real functions compute in; TypeError for complex numbers."""
    given = x.dtype if isinstance(x, np.ndarray) else type(x)
    return np.cbrt.resolve_dtypes((np.dtype(bool) if given is bool else given, None))[1]


def _by_python(function):
    """A function of Python's floats, with C's results where Python raises."""

    def of_one(x):
        try:
            return function(x)
        except OverflowError:
            return math.copysign(math.inf, x)
        except ValueError:
            return {math.gamma: math.copysign(math.inf, x) if x == 0 else math.nan}.get(
                function, math.inf
            )

    def of_array(x):
        dtype = _float_dtype(x)
        with np.errstate(all="ignore"):
            values = np.vectorize(of_one, otypes=["float64"])(np.asarray(x).astype(dtype))
            return values.astype(dtype)

    return of_array


def wide_sinc(x):
    """sin(pi x) / (pi x) with x taken from the nearest even number on, where NumPy's own loses it."""
    real = x.real
    near = real - 2 * np.rint(real / 2)
    folded = np.where(near > 0.5, 1 - near, np.where(near < -0.5, -1 - near, near))
    pi = 4 * np.arctan(np.ones((), real.dtype))
    sine, cosine = np.sin(pi * folded), np.cos(pi * folded) * np.where(folded == near, 1, -1)
    if x.dtype.kind == "c":
        sine = sine * np.cosh(pi * x.imag) + 1j * cosine * np.sinh(pi * x.imag)
    return np.where(x == 0, 1, sine / (pi * np.where(x == 0, 1, x)) + 0.0)


def _sinc(x):
    x = np.asarray(x)
    dtype = (np.pi * x).dtype
    return wide_sinc(x.astype(dtype)).astype(dtype)


def _running(ufunc):
    def scan(x, axis=None, dtype=None):
        return ufunc.accumulate(np.ravel(x) if axis is None else x, axis or 0, dtype)

    return scan


BY_PYTHON = {name: _by_python(getattr(math, name)) for name in ("erf", "erfc", "gamma", "lgamma")}
MADE = BY_PYTHON | {
    "sinc": _sinc,
    "cummax": _running(np.maximum),
    "cummin": _running(np.minimum),
    "frexp_mantissa": lambda x: np.frexp(x)[0],
    "frexp_exponent": lambda x: np.frexp(x)[1],
    "modf_fraction": lambda x: np.modf(x)[0],
    "modf_integral": lambda x: np.modf(x)[1],
}


def _with_out(function):
    def call(*arguments, out=None, casting="same_kind", **options):
        result = function(*arguments, **options)
        if out is None:
            return result
        np.copyto(out, result, casting=casting)
        return out

    return call


def of_numpy(name):
    """The function that operation `name` of the table is compared with."""
    function = MADE.get(name) or getattr(np, name)
    has_out = isinstance(function, np.ufunc) or name in ("clip", "where")
    return function if has_out else _with_out(function)
