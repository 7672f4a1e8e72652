"""Where ndstream differs from NumPy on purpose: the one list, with reasons; all else is equal."""

import numpy as np

# What differs, and why. The functions below say which calls and elements an entry covers; the last
# ones are bounds and choices of the comparisons themselves (compare.py, test_reductions.py).
REASONS = {
    "reciprocal of integer 0": """NumPy's is C's undefined conversion of infinity, which differs
    from dtype to dtype and CPU to CPU. Ours is the lowest value (0 for unsigned below 64 bits), as
    ops.def says.""",
    "clip with NaN complex bounds": """numpy.clip differs there from its own definition,
    numpy.minimum(numpy.maximum(x, low), high); ours is that.""",
    "where and clip with integers out of range": """numpy.where wraps them and numpy.clip drops
    them. Ours refuses them with ND_ERROR_VALUE, as every other operation of NumPy's and ours.""",
    "logical operations with integers above 63 bits": """NumPy cannot convert them; ours takes them
    as what they are.""",
    "power of -inf and -0.0 to the scalar 0.5": """For a scalar exponent NumPy takes the square
    root, NaN and -0.0. Ours is C's pow, infinity and 0.0, for scalars as for arrays.""",
    "power of complex numbers, where NumPy's is not finite": """NumPy's powers by multiplication
    overflow on the way; ours are then taken by cpow.""",
    "sliding windows of length 0": """An error, as array.h says; NumPy's have no elements.""",
    "complex results that are not finite": """Which parts are infinite and which NaN depends on the
    formula; NumPy's own differs between its vector and its scalar loops.""",
    "ldexp of integer scalars, and by exponents above 31 bits": """NumPy computes ldexp(3, array) in
    float16 and refuses exponents that int32 does not hold. Ours computes in float64, as for the
    scalars of other operations, and takes them.""",
    "min and max of several zeros or complex NaNs": """Which of them it is depends on the order of
    the comparisons, in NumPy too.""",
    "i0 of infinities": """NumPy's is NaN, a product of infinity and 0. Ours is the limit, infinity.""",
    "sums with dtype=float16": """NumPy rounds every element to float16 first, ours rounds to
    float32 and once at the end.""",
}


def integer_out_of_range(arguments):
    """An integer scalar that the integer arrays' dtype does not hold."""
    dtypes = [x.dtype for x in arguments if isinstance(x, np.ndarray)]
    dtype = np.result_type(*dtypes) if dtypes else np.dtype(bool)
    if dtype.kind not in "iu":
        return False
    info = np.iinfo(dtype)
    return any(type(x) is int and not info.min <= x <= info.max for x in arguments)


def scalar_difference(name, arguments):
    """True for a call with Python scalars that differs on purpose."""
    if name.startswith("logical"):
        return any(type(x) is int and not -(2**63) <= x < 2**63 for x in arguments)
    if name == "ldexp":
        far = type(arguments[1]) is int and not -(2**31) <= arguments[1] < 2**31
        return far or type(arguments[0]) in (int, bool)
    return name in ("where", "clip") and integer_out_of_range(arguments)


def masks(name, arguments, theirs):
    """Elements of NumPy's result that are not compared."""
    x = np.asarray(arguments[0])
    shape = theirs.shape
    if name in ("power", "float_power") and theirs.dtype.kind == "c":
        return ~np.isfinite(theirs)
    if name == "power" and theirs.dtype.kind == "f" and np.ndim(arguments[1]) == 0:
        return np.broadcast_to(
            (x == -np.inf) | ((x == 0) & np.signbit(x.astype("float64"))), shape
        ) & (np.asarray(arguments[1]) == 0.5)
    if name == "reciprocal" and x.dtype.kind in "biu":
        return np.broadcast_to(x == 0, shape)
    if name == "clip" and any(np.asarray(a).dtype.kind == "c" for a in arguments):
        nan = [np.isnan(np.asarray(a)) for a in arguments[1:]]
        return np.broadcast_to(nan[0] | nan[1], shape)
    if name == "i0":
        return np.isinf(x)
    return np.zeros(shape, bool)
