"""What NumPy says about an element-by-element operation, and how near ours must be."""

import numpy as np

from compare import WIDER, assert_close, assert_equal, assert_form
from differences import masks
from lacking import MADE, of_numpy, wide_i0, wide_sinc

# Of -0.0 and 0.0 either may be the larger.
ZERO_SIGN_IS_FREE = {"maximum", "minimum", "fmax", "fmin", "clip", "beta"}
# Complex functions: error allowed against the magnitude, in units in the last place.
COMPLEX_ULP = 8


# Errors of Python's own functions in float64; tests/check holds ours to their bounds by MPFR.
PYTHON_ULP = {"gamma": 20, "lgamma": 20}
# The bound of these is in units of the largest of result and arguments.
CANCELS = {"logaddexp", "logaddexp2", "lgamma", "betaln"}


def call_numpy(name, arguments):
    return of_numpy(name)(*arguments)


def call_wide(name, arguments):
    """The expectation in a wider dtype; NumPy's own, but for where that has an error of its own."""
    if name == "log1p" and arguments[0].dtype.kind == "c":
        x = arguments[0]
        near = np.log1p(x.real * (2 + x.real) + x.imag * x.imag) / 2
        small = (np.abs(x.real) < 0.5) & (np.abs(x.imag) < 0.5)
        plain = np.log1p(x)
        return np.where(small, near + 1j * plain.imag, plain)
    wide = {"sinc": wide_sinc, "i0": wide_i0}
    return wide[name](*arguments) if name in wide else call_numpy(name, arguments)


def loop_dtype(name, arguments, result):
    """The dtype that NumPy computes in; that of the result where that is not known."""
    ufunc = of_numpy(name)
    if not isinstance(ufunc, np.ufunc):
        return result
    given = tuple(x.dtype if isinstance(x, np.ndarray) else type(x) for x in arguments)
    given = tuple(np.dtype(bool) if x is bool else x for x in given)
    return ufunc.resolve_dtypes(given + (None,) * ufunc.nout)[ufunc.nin - 1]


def is_exact(op, dtype):
    """NumPy's own result is the expectation to the last bit: no rounding, or correct rounding
    (which for complex products and quotients depends on the order of their parts).
    """
    if op.ulp == 0 or dtype.kind in "biu" or op.name in ("add", "subtract"):
        return True
    return dtype.kind == "f" and (op.ulp <= 0.5 or op.name in ("sign", "absolute"))


def assert_as_numpy(op, ours, theirs, arguments):
    """`ours` is what NumPy gives for `arguments`, within the bound of the operation's row."""
    theirs = np.asarray(theirs)
    assert_form(ours, theirs)
    zero_signs = op.name not in ZERO_SIGN_IS_FREE
    masked = masks(op.name, arguments, theirs)
    if masked.any():
        theirs = np.where(masked, ours, theirs)
    taken = theirs.dtype if op.arguments == 3 else loop_dtype(op.name, arguments, theirs.dtype)
    if is_exact(op, taken):
        assert_equal(ours, theirs, arguments, zero_signs)
        return
    wide = WIDER[taken.name]
    fine = call_wide(op.name, [np.asarray(x).astype(taken).astype(wide) for x in arguments])
    # The wider dtype's own error, and a float16 result's second rounding.
    ulp = max(op.ulp, 0.5) + (0.51 if theirs.dtype == np.float16 else 0.01)
    if op.name in MADE and wide == "longdouble":
        ulp += PYTHON_ULP.get(op.name, 1)
    if taken.kind == "c":
        ulp = COMPLEX_ULP
    size = 0
    if op.name in CANCELS:
        with np.errstate(all="ignore"):
            sizes = [np.abs(np.asarray(x).astype(theirs.dtype)) for x in arguments]
        size = np.where(np.isfinite(sizes[0]), np.maximum(sizes[0], op.name == "lgamma"), 0)
        for other in sizes[1:]:
            size = np.maximum(size, np.where(np.isfinite(other), other, 0))
    assert_close(ours, theirs, fine, ulp, arguments, zero_signs, size)
