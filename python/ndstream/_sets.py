"""Sets and running totals as the array API standard names them, and sorting by parts."""

from typing import NamedTuple

import ndstream as nd


class UniqueAllResult(NamedTuple):
    values: object
    indices: object
    inverse_indices: object
    counts: object


class UniqueCountsResult(NamedTuple):
    values: object
    counts: object


class UniqueInverseResult(NamedTuple):
    values: object
    inverse_indices: object


def unique_all(x, /):
    """The different elements, where each is first, which one each element is, and how often each occurs."""
    return UniqueAllResult(*nd.unique(x, True, True, True, equal_nan=False))


def unique_counts(x, /):
    """The different elements, and how often each occurs."""
    return UniqueCountsResult(*nd.unique(x, return_counts=True, equal_nan=False))


def unique_inverse(x, /):
    """The different elements, and which one each element is."""
    return UniqueInverseResult(*nd.unique(x, return_inverse=True, equal_nan=False))


def _cumulative(scan, start, x, axis, dtype, out, include_initial):
    x = nd.atleast_1d(x)
    if axis is None:
        if x.ndim > 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    if out is not None and include_initial:
        index = [slice(None)] * x.ndim
        index[axis] = 0
        out[tuple(index)] = start
        index[axis] = slice(1, None)
        scan(x, axis, dtype, out=out[tuple(index)])
        return out
    result = scan(x, axis, dtype, out=out)
    if not include_initial:
        return result
    shape = list(x.shape)
    shape[axis] = 1
    return nd.concatenate([nd.full_like(result, start, shape=shape), result], axis)


def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Running sums along an axis, with the 0 before them if wanted."""
    return _cumulative(nd.cumsum, 0, x, axis, dtype, out, include_initial)


def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Running products along an axis, with the 1 before them if wanted."""
    return _cumulative(nd.cumprod, 1, x, axis, dtype, out, include_initial)


def sort_complex(a):
    """The elements as sorted complex numbers."""
    a = nd.asarray(a)
    result = nd.sort(a)
    if a.dtype.kind == "c":
        return result
    return result.astype(nd.complex64 if a.dtype.kind in "iu" and a.dtype.itemsize < 4 else nd.complex128)
