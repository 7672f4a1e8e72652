"""Grids, pieces, repetitions and triangles: functions that put together what the core has."""

import math
import operator

import ndstream as nd


def array_split(ary, indices_or_sections, axis=0):
    """Views of pieces of an array, as equal as can be."""
    ary = nd.asarray(ary)
    length = ary.shape[axis]
    try:
        bounds = [0, *indices_or_sections, length]
    except TypeError:
        count = operator.index(indices_or_sections)
        if count <= 0:
            raise ValueError("number sections must be larger than 0.") from None
        each, extra = divmod(length, count)
        bounds = [0]
        for i in range(count):
            bounds.append(bounds[-1] + each + (i < extra))
    front = nd.swapaxes(ary, axis, 0)
    return [nd.swapaxes(front[a:b], axis, 0) for a, b in zip(bounds[:-1], bounds[1:])]


def split(ary, indices_or_sections, axis=0):
    """Views of equal pieces of an array, or of those between indices."""
    if not hasattr(indices_or_sections, "__len__") and nd.asarray(ary).shape[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return array_split(ary, indices_or_sections, axis)


def hsplit(ary, indices_or_sections):
    """split() along the second axis, of 1-d arrays along the only one."""
    ary = nd.asarray(ary)
    if ary.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


def vsplit(ary, indices_or_sections):
    """split() along the first axis."""
    if nd.ndim(ary) < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, 0)


def dsplit(ary, indices_or_sections):
    """split() along the third axis."""
    if nd.ndim(ary) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, 2)


def unstack(x, /, *, axis=0):
    """The arrays along an axis, as a tuple."""
    x = nd.asarray(x)
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    return tuple(nd.moveaxis(x, axis, 0))


def tile(A, reps):
    """The array repeated along its axes."""
    A = nd.asarray(A)
    reps = (reps,) if not hasattr(reps, "__len__") else tuple(reps)
    rank = max(A.ndim, len(reps))
    shape = (1,) * (rank - A.ndim) + A.shape
    reps = (1,) * (rank - len(reps)) + reps
    spread = [n for pair in zip((1,) * rank, shape) for n in pair]
    full = [n for pair in zip(reps, shape) for n in pair]
    result = nd.broadcast_to(A.reshape(spread), full).copy()
    return result.reshape([a * b for a, b in zip(reps, shape)])


def repeat(a, repeats, axis=None):
    """Each element, or each part along an axis, repeated."""
    a = nd.asarray(a)
    if axis is None:
        a, axis = a.ravel(), 0
    length = a.shape[axis]
    counts = nd.asarray(repeats)
    if counts.dtype.kind not in "iub":
        raise TypeError("Cannot cast array data to int64 according to the rule 'safe'")
    if counts.size == 1:
        times = int(counts.item())
        if times < 0:
            raise ValueError("repeats may not contain negative values.")
        spread = nd.expand_dims(nd.moveaxis(a, axis, 0), 1)
        rest = spread.shape[2:]
        result = nd.broadcast_to(spread, (length, times, *rest)).reshape((length * times, *rest))
        return nd.moveaxis(result, 0, axis).copy() if axis else result.copy() if times == 1 else result
    if counts.ndim != 1 or counts.size != length:
        raise ValueError(f"operands could not be broadcast together with shape ({length},) {counts.shape}")
    if (counts < 0).any():
        raise ValueError("repeats may not contain negative values.")
    ends = nd.cumsum(counts)
    marks = nd.zeros(int(ends[-1]) + 1 if length else 1, nd.int64)
    nd.add.at(marks, ends, 1) if hasattr(nd.add, "at") else _count(marks, ends)
    picks = nd.cumsum(marks[:-1])
    return a[(slice(None),) * (axis % a.ndim) + (picks,)]


def _count(marks, positions):
    for position in positions.tolist():
        marks[position] += 1


def resize(a, new_shape):
    """The elements in another shape, repeated as often as it takes."""
    a = nd.ravel(a)
    new_shape = (new_shape,) if not hasattr(new_shape, "__len__") else tuple(new_shape)
    size = math.prod(new_shape)
    if a.size == 0:
        return nd.zeros(new_shape, a.dtype)
    times = -(-size // a.size)
    return tile(a, times)[:size].reshape(new_shape)


def delete(arr, obj, axis=None):
    """A copy without the parts at indices along an axis."""
    arr = nd.asarray(arr)
    if axis is None:
        arr, axis = arr.ravel(), 0
    length = arr.shape[axis]
    keep = nd.ones(length, bool)
    if not isinstance(obj, slice):
        obj = nd.asarray(obj)
        if obj.dtype.kind == "f" and obj.size == 0:
            obj = obj.astype(int)
    keep[obj] = False
    return arr[(slice(None),) * (axis % arr.ndim) + (keep,)]


def insert(arr, obj, values, axis=None):
    """A copy with values put in before indices along an axis."""
    arr = nd.asarray(arr)
    if axis is None:
        arr, axis = arr.ravel(), 0
    axis %= arr.ndim
    length = arr.shape[axis]
    values = nd.asarray(values).astype(arr.dtype)
    if isinstance(obj, slice):
        obj = range(*obj.indices(length))
    where = nd.asarray(obj)
    where = where.astype(int) if where.size == 0 else where
    if where.ndim == 0 or where.size == 1:
        place = int(where.item())
        if not -length <= place <= length:
            raise IndexError(f"index {place} is out of bounds for axis {axis} with size {length}")
        place += length if place < 0 else 0
        if where.ndim == 0 and values.ndim == arr.ndim and arr.ndim > 1:
            values = nd.moveaxis(values, 0, axis)
        elif values.ndim < arr.ndim:
            values = values.reshape((1,) * (arr.ndim - values.ndim) + values.shape)
            if where.ndim == 0 and arr.ndim > 1:
                values = nd.moveaxis(values, 0, axis) if values.shape[axis] != 1 else values
        shape = list(arr.shape)
        shape[axis] = values.shape[axis] if values.ndim == arr.ndim else 1
        values = nd.broadcast_to(values, shape)
        front = (slice(None),) * axis
        return nd.concatenate([arr[front + (slice(0, place),)], values, arr[front + (slice(place, None),)]], axis)
    where = nd.where(where < 0, where + length, where)
    order = sorted(range(where.size), key=lambda i: int(where[i]))
    new = [0] * where.size
    for shift, i in enumerate(order):
        new[i] = int(where[i]) + shift
    shape = list(arr.shape)
    shape[axis] = length + len(new)
    result, old = nd.empty(shape, arr.dtype), nd.ones(shape[axis], bool)
    old[new] = False
    front = (slice(None),) * axis
    result[front + (new,)] = values
    result[front + (old,)] = arr
    return result


# ---- Grids --------------------------------------------------------------------------------------


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """Coordinates of the points of a grid, from those along its axes."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    rank = len(xi)
    arrays = [nd.asarray(x).reshape((1,) * i + (-1,) + (1,) * (rank - i - 1)) for i, x in enumerate(xi)]
    if indexing == "xy" and rank > 1:
        arrays[0] = arrays[0].reshape((1, -1) + (1,) * (rank - 2))
        arrays[1] = arrays[1].reshape((-1, 1) + (1,) * (rank - 2))
    if not sparse:
        arrays = nd.broadcast_arrays(*arrays)
    return tuple(x.copy() for x in arrays) if copy else tuple(arrays)


class _Grid:
    """np.mgrid and np.ogrid: coordinates by slices; a complex step is a number of points."""

    def __init__(self, sparse):
        self.sparse = sparse

    def __getitem__(self, key):
        single = not isinstance(key, tuple)
        lines = [_line(one) for one in ((key,) if single else key)]
        if single:
            return lines[0]
        dtype = nd.result_type(*lines)
        arrays = meshgrid(*(x.astype(dtype) for x in lines), sparse=self.sparse, indexing="ij")
        return tuple(arrays) if self.sparse else nd.stack(arrays)


def _line(key):
    start = 0 if key.start is None else key.start
    step = 1 if key.step is None else key.step
    if isinstance(step, complex):
        return nd.linspace(start, key.stop, int(abs(step)))
    return nd.arange(start, key.stop, step)


mgrid, ogrid = _Grid(False), _Grid(True)


class _Slices:
    """np.s_ and np.index_exp: the key between brackets."""

    def __init__(self, tuples):
        self.tuples = tuples

    def __getitem__(self, key):
        return (key,) if self.tuples and not isinstance(key, tuple) else key


s_, index_exp = _Slices(False), _Slices(True)


class _Joiner:
    """np.r_ and np.c_: arrays, numbers and slices put together."""

    def __init__(self, axis, ndmin, trans):
        self.axis, self.ndmin, self.trans = axis, ndmin, trans

    def __getitem__(self, key):
        axis, ndmin, trans = self.axis, self.ndmin, self.trans
        keys = key if isinstance(key, tuple) else (key,)
        if keys and isinstance(keys[0], str):
            words = keys[0].split(",")
            if keys[0] in ("r", "c"):
                raise NotImplementedError("r_['r', ...] makes a matrix, which is not there; use reshape()")
            axis, ndmin, trans = (int(x) for x in (words + [ndmin, trans])[:3]) if len(words) < 3 else map(int, words)
            keys = keys[1:]
        parts = []
        for one in keys:
            part = _line(one) if isinstance(one, slice) else nd.asarray(one)
            rank = part.ndim
            if rank < ndmin:
                part = part.reshape((1,) * (ndmin - rank) + part.shape)
                if trans != -1 and rank:
                    part = nd.moveaxis(part, -1, trans) if rank == 1 else part
                elif trans == -1 and rank == 0:
                    pass
            parts.append(part if part.ndim else part.reshape(1))
        return nd.concatenate(parts, axis)


r_, c_ = _Joiner(0, 1, -1), _Joiner(-1, 2, 0)


def ix_(*args):
    """Arrays that index the grid of all combinations."""
    out = []
    for i, x in enumerate(args):
        x = nd.asarray(x)
        if x.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if x.size == 0:
            x = x.astype(int)
        if x.dtype == bool:
            (x,) = x.nonzero()
        out.append(x.reshape((1,) * i + (x.size,) + (1,) * (len(args) - i - 1)))
    return tuple(out)


def indices(dimensions, dtype=int, sparse=False):
    """The index of every element, an array for each axis."""
    lines = [nd.arange(n, dtype=dtype) for n in dimensions]
    arrays = meshgrid(*lines, sparse=sparse, indexing="ij")
    return tuple(arrays) if sparse else nd.stack(arrays) if arrays else nd.empty((0,), dtype)


# ---- Diagonals and triangles --------------------------------------------------------------------


def diag(v, k=0):
    """A copy of a diagonal, or a matrix with one."""
    v = nd.asarray(v)
    if v.ndim == 2:
        return nd.diagonal(v, k)
    if v.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    n = v.size + abs(k)
    result = nd.zeros((n, n), v.dtype)
    rows = nd.arange(v.size)
    result[rows - min(k, 0), rows + max(k, 0)] = v
    return result


def diagflat(v, k=0):
    """diag() of the elements in C order."""
    return diag(nd.ravel(v), k)


def diag_indices(n, ndim=2):
    """The indices of the main diagonal."""
    return (nd.arange(n),) * ndim


def diag_indices_from(arr):
    """diag_indices() for an array."""
    if arr.ndim < 2:
        raise ValueError("input array must be at least 2-d")
    if len(set(arr.shape)) != 1:
        raise ValueError("All dimensions of input must be of equal length")
    return diag_indices(arr.shape[0], arr.ndim)


def fill_diagonal(a, val, wrap=False):
    """Sets the main diagonal, in place."""
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    if a.ndim == 2:
        step = a.shape[1] + 1
        end = None if wrap else a.shape[1] * a.shape[1]
        a.flat[:end:step] = val
        return
    if len(set(a.shape)) != 1:
        raise ValueError("All dimensions of input must be of equal length")
    a[diag_indices(a.shape[0], a.ndim)] = val


def tri(N, M=None, k=0, dtype=float, *, like=None):
    """Ones at and below a diagonal."""
    M = N if M is None else M
    return (nd.arange(N)[:, None] >= nd.arange(-k, M - k)).astype(dtype)


def tril(m, k=0):
    """The lower triangle, zeros elsewhere."""
    m = nd.asarray(m)
    return nd.where(tri(*m.shape[-2:], k=k, dtype=bool), m, nd.zeros(1, m.dtype))


def triu(m, k=0):
    """The upper triangle, zeros elsewhere."""
    m = nd.asarray(m)
    return nd.where(tri(*m.shape[-2:], k=k - 1, dtype=bool), nd.zeros(1, m.dtype), m)


def tril_indices(n, k=0, m=None):
    """The indices of the lower triangle."""
    return nd.nonzero(tri(n, m, k=k, dtype=bool))


def triu_indices(n, k=0, m=None):
    """The indices of the upper triangle."""
    return nd.nonzero(~tri(n, m, k=k - 1, dtype=bool))


def tril_indices_from(arr, k=0):
    """tril_indices() for a matrix."""
    return tril_indices(arr.shape[-2], k, arr.shape[-1])


def triu_indices_from(arr, k=0):
    """triu_indices() for a matrix."""
    return triu_indices(arr.shape[-2], k, arr.shape[-1])


def trim_zeros(filt, trim="fb"):
    """A 1-d array without the zeros at its ends."""
    array = nd.asarray(filt)
    (kept,) = nd.nonzero(array)
    if not kept.size:
        return filt[:0]
    first = int(kept[0]) if "f" in trim.lower() else 0
    last = int(kept[-1]) + 1 if "b" in trim.lower() else array.size
    return filt[first:last]


# ---- The options of functions of the core -------------------------------------------------------


def _with_ends(a, prepend, append, axis):
    """For diff(): the array with values before and after it along an axis."""
    a = nd.asarray(a)
    parts = [a]
    for value, place in ((prepend, 0), (append, len(parts) + 1)):
        if value is None:
            continue
        value = nd.asarray(value)
        if value.ndim == 0:
            shape = list(a.shape)
            shape[axis] = 1
            value = nd.broadcast_to(value, shape)
        parts.insert(place, value)
    return nd.concatenate(parts, axis)


def _variables(m, y, rows):
    """For cov(): the variables of both as rows."""
    both = []
    for x in (m, y):
        x = nd.atleast_2d(x)
        both.append(x.T if not rows and x.shape[0] != 1 else x)
    return nd.concatenate(both, 0)


def interp(x, xp, fp, left=None, right=None, period=None):
    """The line through the points (xp, fp), at x."""
    xp, fp = nd.asarray(xp), nd.asarray(fp)
    if period is not None:
        if not period:
            raise ValueError("period must be a non-zero value")
        period = abs(period)
        x, xp = nd.asarray(x, dtype=float) % period, nd.asarray(xp, dtype=float) % period
        order = nd.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = nd.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = nd.concatenate([fp[-1:], fp, fp[:1]])
        left = right = None
    result = nd._core._interp(x, xp, fp)
    if left is not None:
        result = nd.where(nd.asarray(x) < xp[0], left, result)[()]
    if right is not None:
        result = nd.where(nd.asarray(x) > xp[-1], right, result)[()]
    return result


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """The coefficients of the polynomial of least squared distance."""
    if full or cov or w is not None:
        raise NotImplementedError("polyfit: weights, `full` and `cov` are not there; use linalg.lstsq() on vander()")
    return nd._core._polyfit(x, y, deg)
