"""What NumPy lacks of the table, made from NumPy's and Python's own functions, and its functions that
are no ufuncs, with `out` like a ufunc.
"""

import functools
import math

import mpmath
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


def wide_i0(x):
    """The power series, in x's dtype; infinite where no double holds the sum."""
    quarter, total = np.minimum(x * x, 1e6) / 4, np.ones_like(x)
    term = total
    for k in range(1, 2000):
        term = term * (quarter / (k * k))
        total = total + term
    return np.where(np.abs(x) > 800, np.inf, total)


def _log_of_beta(a, b):
    """(sign, log |beta(a, b)|) of mpmath's numbers, by definition; poles are positive."""

    def pole(x):
        return x <= 0 and mpmath.isint(x)

    mpmath.mp.prec = 160 + 2 * max(0, *(math.frexp(float(x))[1] for x in (a, b)))
    above = pole(a) + pole(b)
    if above == 1 and pole(a + b) and mpmath.isint(a) and mpmath.isint(b):
        whole = max(a, b)
        return (-1) ** int(whole % 2), _log_of_beta(1 - a - b, whole)[1]
    if above:
        return 1, mpmath.inf
    if pole(a + b):
        return 1, -mpmath.inf
    sign = 1
    for x in (a, b, a + b):
        sign *= 1 if x > 0 or mpmath.floor(x) % 2 == 0 else -1
    parts = [mpmath.re(mpmath.loggamma(x)) for x in (a, b, a + b)]
    return sign, parts[0] + parts[1] - parts[2]


def _exact(x):
    fraction, exponent = np.frexp(np.longdouble(x))
    return mpmath.ldexp(int(np.ldexp(fraction, 64)), int(exponent) - 64)


@functools.lru_cache(1 << 18)  # comparisons ask again for what they have just had
def _beta_of_one(a, b, logarithm):
    if np.isnan(a) or np.isnan(b) or min(a, b) == -np.inf:
        return np.nan
    if np.isinf(a) or np.isinf(b):
        least = min(a, b)
        if least > 0:
            return -np.inf if logarithm else 0.0
        positive = logarithm or least == np.floor(least) or np.floor(least) % 2 == 0
        return np.inf if positive else -np.inf
    sign, value = _log_of_beta(_exact(a), _exact(b))
    value = value if logarithm else sign * mpmath.exp(value)
    if not mpmath.isfinite(value):
        return np.longdouble(float(value))
    exponent = int(min(max(mpmath.mag(value), -20000), 20000)) if value else 0
    if exponent == 20000:
        return np.copysign(np.longdouble(np.inf), float(mpmath.sign(value)))
    return np.ldexp(np.longdouble(mpmath.nstr(mpmath.ldexp(value, -exponent), 25)), exponent)


def _beta(logarithm):
    """Euler's beta function by mpmath, with 64 bits."""

    def of_arrays(x, y):
        dtype = _float_dtype_of(x, y)
        with np.errstate(all="ignore"):
            values = np.vectorize(lambda a, b: _beta_of_one(a, b, logarithm), otypes=["longdouble"])
            return values(np.asarray(x).astype(dtype), np.asarray(y).astype(dtype)).astype(dtype)

    return of_arrays


def _float_dtype_of(x, y):
    given = tuple(a.dtype if isinstance(a, np.ndarray | np.generic) else type(a) for a in (x, y))
    given = tuple(np.dtype(bool) if a is bool else a for a in given)
    return np.hypot.resolve_dtypes((*given, None))[2]


BY_PYTHON = {name: _by_python(getattr(math, name)) for name in ("erf", "erfc", "gamma", "lgamma")}
BY_MPMATH = {"beta", "betaln"}  # slow
MADE = BY_PYTHON | {
    "sinc": _sinc,
    "cube": lambda x: np.power(x, 3, dtype=np.square(x).dtype),
    "exp10": lambda x: np.power(np.asarray(10, _float_dtype(x)), x, dtype=_float_dtype(x)),
    "beta": _beta(logarithm=False),
    "betaln": _beta(logarithm=True),
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
