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
    "integers above 64 bits": "a C scalar has 64 bits",
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
    return name in ("where", "clip") and integer_out_of_range(arguments)


def masks(name, arguments, shape):
    """Elements of a result that are not compared."""
    x = np.asarray(arguments[0])
    if name == "reciprocal" and x.dtype.kind in "biu":
        return np.broadcast_to(x == 0, shape)
    if name == "clip" and any(np.asarray(a).dtype.kind == "c" for a in arguments):
        nan = [np.isnan(np.asarray(a)) for a in arguments[1:]]
        return np.broadcast_to(nan[0] | nan[1], shape)
    return np.zeros(shape, bool)
