"""NumPy's side of the interchange. Imported when NumPy asks for it, so NumPy is there."""

import numpy

import ndstream


def to_numpy(array, dtype=None, copy=None):
    """An array of NumPy's on the memory of ours."""
    if array.dtype == "bfloat16":
        if copy is False:
            raise ValueError("bfloat16 elements have to be converted for NumPy, which is a copy")
        result = numpy.asarray(memoryview(array.astype("float32")))
    else:
        result = numpy.asarray(memoryview(array))
    if dtype is not None and result.dtype != numpy.dtype(dtype):
        if copy is False:
            raise ValueError("a conversion of dtype is a copy")
        return result.astype(dtype)
    return result.copy() if copy else result


def _to_theirs(value):
    if isinstance(value, ndstream.ndarray):
        return to_numpy(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(_to_theirs, value))
    return value


def _to_ours(value):
    if isinstance(value, numpy.ndarray) and value.dtype.kind in "biufc":
        return ndstream.asarray(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(_to_ours, value))
    return value


def call_numpy(function, arguments, keywords):
    """A function of NumPy's that has no counterpart here, on views of our arrays."""
    keywords = {name: _to_theirs(value) for name, value in keywords.items()}
    return _to_ours(function(*map(_to_theirs, arguments), **keywords))
