"""What NumPy says about an element-by-element operation, and how near ours must be."""

import numpy as np

from compare import WIDER, assert_close, assert_equal

# NumPy's own results for these are the expectation to the last bit.
EXACT_OPS = set(
    """add subtract floor_divide remainder fmod negative positive floor ceil trunc rint copysign equal not_equal less
    less_equal greater greater_equal maximum minimum fmax fmin logical_and logical_or logical_xor logical_not
    bitwise_and bitwise_or bitwise_xor invert left_shift right_shift isnan isinf isfinite signbit where clip
    conjugate""".split()
)
# Correctly rounded for real arguments, so NumPy's results are the expectation there too; for complex ones the order of
# the multiplications and additions is not fixed.
EXACT_REAL_OPS = {"multiply", "divide", "square", "reciprocal", "sqrt", "sign", "absolute"}
# Of -0.0 and 0.0 either may be the larger.
ZERO_SIGN_IS_FREE = {"maximum", "minimum", "fmax", "fmin", "clip"}
# Complex functions: error allowed against the magnitude, in units in the last place.
COMPLEX_ULP = 8


def loop_dtypes(name, arguments):
    """The dtypes that NumPy converts the arguments to, for ufuncs on arrays."""
    ufunc = getattr(np, name)
    given = tuple(np.asarray(x).dtype for x in arguments)
    return ufunc.resolve_dtypes(given + (None,) * ufunc.nout)[: ufunc.nin]


def is_exact(name, dtype):
    return name in EXACT_OPS or (name in EXACT_REAL_OPS and dtype.kind != "c") or dtype.kind in "biu"


def assert_as_numpy(op, ours, theirs, arguments):
    """`ours` is what NumPy gives for `arguments`, within the bound of the operation's row."""
    theirs = np.asarray(theirs)
    zero_signs = op.name not in ZERO_SIGN_IS_FREE
    taken = theirs.dtype if op.arguments == 3 else loop_dtypes(op.name, arguments)[-1]
    if is_exact(op.name, taken):
        assert_equal(ours, theirs, arguments, zero_signs)
        return
    wide = WIDER[taken.name]
    fine = getattr(np, op.name)(*(np.asarray(x).astype(taken).astype(wide) for x in arguments))
    # The wider dtype's own error, and a float16 result's second rounding.
    ulp = max(op.ulp, 0.5) + (0.51 if theirs.dtype == np.float16 else 0.01)
    if taken.kind == "c":
        ulp = COMPLEX_ULP
    assert_close(ours, theirs, fine, ulp, arguments, zero_signs)
