"""Where ndstream differs from NumPy on purpose: the one list, with the reasons. Everything else must be equal."""

import numpy as np

# Each entry: what differs, and why. The functions below say which calls an entry covers.
REASONS = {
    "reciprocal of integer 0": "NumPy's is C's undefined conversion of infinity and differs from dtype to dtype and CPU to"
    " CPU; ours is the lowest value (0 for unsigned below 64 bits), as documented in ops.def",
    "clip with NaN complex bounds": "numpy.clip differs from numpy.minimum(numpy.maximum(x, low), high); ours is that",
    "where and clip with integers out of range": "numpy.where wraps and numpy.clip drops them; ours refuses them with"
    " ND_ERROR_VALUE, as every other operation of NumPy and ours does",
    "complex results that are not finite": "which parts are infinite and which NaN depends on the formula; NumPy's own"
    " differs between its vector and scalar loops",
    "logical operations with integers above 63 bits": "NumPy cannot convert them; ours takes them as what they are",
    "power of -inf and -0.0 to the scalar 0.5": "NumPy takes the square root for a scalar exponent, which gives NaN and"
    " -0.0; ours is C's pow, infinity and 0.0, for scalars as for arrays",
    "power of complex numbers, where NumPy's is NaN": "NumPy's powers by multiplication overflow on the way; ours are"
    " then taken by cpow",
    "sliding windows of length 0": "an error, as documented in array.h; NumPy gives an array without elements",
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
    return name in ("where", "clip") and integer_out_of_range(arguments)


def masks(name, arguments, theirs):
    """Elements of NumPy's result that are not compared."""
    x = np.asarray(arguments[0])
    shape = theirs.shape
    if name == "power" and theirs.dtype.kind == "c":
        return ~np.isfinite(theirs)
    if name == "power" and theirs.dtype.kind == "f" and np.ndim(arguments[1]) == 0:
        return np.broadcast_to((x == -np.inf) | ((x == 0) & np.signbit(x.astype("float64"))), shape) & (
            np.asarray(arguments[1]) == 0.5
        )
    if name == "reciprocal" and x.dtype.kind in "biu":
        return np.broadcast_to(x == 0, shape)
    if name == "clip" and any(np.asarray(a).dtype.kind == "c" for a in arguments):
        nan = [np.isnan(np.asarray(a)) for a in arguments[1:]]
        return np.broadcast_to(nan[0] | nan[1], shape)
    return np.zeros(shape, bool)
