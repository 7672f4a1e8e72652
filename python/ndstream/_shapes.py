"""Grids, pieces, repetitions and triangles: functions that put together what the core has."""

import ndstream as nd


def hsplit(ary, indices_or_sections):
    """split() along the second axis, of 1-d arrays along the only one."""
    ary = nd.asarray(ary)
    if ary.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return nd.split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


def vsplit(ary, indices_or_sections):
    """split() along the first axis."""
    if nd.ndim(ary) < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return nd.split(ary, indices_or_sections, 0)


def dsplit(ary, indices_or_sections):
    """split() along the third axis."""
    if nd.ndim(ary) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return nd.split(ary, indices_or_sections, 2)


def unstack(x, /, *, axis=0):
    """The arrays along an axis, as a tuple."""
    x = nd.asarray(x)
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    return tuple(nd.moveaxis(x, axis, 0))


# ---- Grids --------------------------------------------------------------------------------------


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
        arrays = nd.meshgrid(*(x.astype(dtype) for x in lines), sparse=self.sparse, indexing="ij")
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
            axis, ndmin, trans = map(int, [*words, ndmin, trans][:3] if len(words) == 1 else [*words, trans][:3])
            keys = keys[1:]
        parts, typed = [], []  # numbers of Python take the dtype of what is beside them
        for one in keys:
            part = _line(one) if isinstance(one, slice) else nd.asarray(one)
            typed.append(one if isinstance(one, (int, float, complex)) else part)
            rank = part.ndim
            if rank < ndmin:
                part = part.reshape((1,) * (ndmin - rank) + part.shape)
                if trans != -1 and rank:  # its axes begin at `trans` of those of the result
                    first = trans if trans >= 0 else trans + ndmin - rank + 1
                    rest = list(range(ndmin - rank))
                    part = part.transpose(rest[:first] + list(range(ndmin - rank, ndmin)) + rest[first:])
            parts.append(part if part.ndim else part.reshape(1))
        dtype = nd.result_type(*typed) if typed else None
        return nd.concatenate([part.astype(dtype, copy=False) for part in parts], axis)


r_, c_ = _Joiner(0, 1, -1), _Joiner(-1, 2, 0)


# ---- Diagonals and triangles --------------------------------------------------------------------


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


def tril_indices_from(arr, k=0):
    """tril_indices() for a matrix."""
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return nd.tril_indices(arr.shape[-2], k, arr.shape[-1])


def triu_indices_from(arr, k=0):
    """triu_indices() for a matrix."""
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return nd.triu_indices(arr.shape[-2], k, arr.shape[-1])


def mask_indices(n, mask_func, k=0):
    """The indices at which mask_func() of an n x n matrix of ones is not 0."""
    return nd.nonzero(mask_func(nd.ones((n, n), int), k) != 0)


def trim_zeros(filt, trim="fb", axis=None):
    """An array without the zeros at its ends, along some axes or all."""
    array = nd.asarray(filt)
    if trim.lower() not in ("fb", "bf", "f", "b"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    axes = range(array.ndim) if axis is None else [axis] if nd.ndim(axis) == 0 else axis
    term = [slice(None)] * array.ndim
    for one in axes:
        one = one + array.ndim if one < 0 else one
        if not 0 <= one < array.ndim:
            raise nd.AxisError(f"axis {one} is out of bounds for array of dimension {array.ndim}")
        (kept,) = nd.nonzero(nd.any(array != 0, axis=tuple(i for i in range(array.ndim) if i != one)))
        first = int(kept[0]) if kept.size and "f" in trim.lower() else 0
        last = int(kept[-1]) + 1 if kept.size and "b" in trim.lower() else array.shape[one] if kept.size else 0
        term[one] = slice(first, last)
    return filt[term[0]] if array.ndim == 1 else array[tuple(term)]


# ---- Blocks and borders -------------------------------------------------------------------------


def block(arrays):
    """An array put together from nested lists of blocks: the innermost lists along the last axis."""

    def depth(x):
        if isinstance(x, tuple):
            raise TypeError(f"block: {x!r} is a tuple; only lists can be used to arrange blocks")
        if not isinstance(x, list):
            return 0, nd.ndim(x)
        if not x:
            raise ValueError("block: a list is empty")
        inner = [depth(one) for one in x]
        if len({d for d, _ in inner}) > 1:
            raise ValueError("block: lists are nested to different depths")
        return inner[0][0] + 1, max(rank for _, rank in inner)

    def join(x, level):
        if level == levels:
            part = nd.asarray(x)
            return part.reshape((1,) * (rank - part.ndim) + part.shape)
        return nd.concatenate([join(one, level + 1) for one in x], axis=level - levels)

    levels, rank = depth(arrays)
    rank = max(levels, rank)
    return join(arrays, 0) if levels else nd.array(arrays)


def _each_side(value, rank, name, whole=True):
    """One value, (before, after), or a pair for each axis, as 2 * rank numbers."""
    if isinstance(value, dict):  # axes without an entry are not padded
        pairs = [(0, 0)] * rank
        for axis, widths in value.items():
            pairs[axis] = (widths, widths) if nd.ndim(widths) == 0 else tuple(widths)
        value = pairs
    array = nd.asarray(value)
    if whole and array.dtype.kind not in "iu":
        raise TypeError("`pad_width` must be of integral type.")
    if array.size == 0 and rank == 0:
        return ()
    pairs = nd.broadcast_to(array, (rank, 2)).ravel()
    if whole and (pairs < 0).any():
        raise ValueError(f"index can't contain negative values: `{name}`")
    return tuple(pairs.tolist())


_PAD_WORDS = {
    "constant": {"constant_values"},
    "linear_ramp": {"end_values"},
    "maximum": {"stat_length"},
    "mean": {"stat_length"},
    "median": {"stat_length"},
    "minimum": {"stat_length"},
    "reflect": {"reflect_type"},
    "symmetric": {"reflect_type"},
}


def _pad_with_medians(array, widths, lengths):
    """pad() of complex numbers with medians, axis by axis."""
    for axis in range(array.ndim):
        n, sides = array.shape[axis], []
        for side in (0, 1):
            count = n if lengths is None else min(lengths[2 * axis + side], n)
            part = nd.take(array, nd.arange(n - count, n) if side else nd.arange(count), axis)
            value = nd.median(part, axis=axis, keepdims=True)
            sides.append(nd.repeat(value, widths[2 * axis + side], axis))
        array = nd.concatenate([sides[0], array, sides[1]], axis)
    return array


def pad(array, pad_width, mode="constant", **kwargs):
    """A copy with elements put around it: constant, edge, linear_ramp, maximum, mean, median, minimum, reflect,
    symmetric, wrap, empty, or what a function(vector, widths, axis, keywords) writes."""
    array = nd.asarray(array)
    rank = array.ndim
    widths = _each_side(pad_width, rank, "pad_width")
    if callable(mode):
        padded = nd._core._pad(array, widths, "constant")
        for axis in range(rank):
            lines = nd.moveaxis(padded, axis, -1)
            for index in nd.ndindex(lines.shape[:-1]):
                mode(lines[index], (widths[2 * axis], widths[2 * axis + 1]), axis, kwargs)
        return padded
    unknown = set(kwargs) - _PAD_WORDS.get(mode, set())
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    values = kwargs.get("constant_values", kwargs.get("end_values"))
    if values is not None:
        values = _each_side(values, rank, "values", whole=False)
    lengths = kwargs.get("stat_length")
    if lengths is not None:
        lengths = _each_side(lengths, rank, "stat_length")
    reflect = kwargs.get("reflect_type", "even")
    if reflect not in ("even", "odd"):
        raise ValueError(f"reflect_type is 'even' or 'odd', not {reflect!r}")
    if mode == "median" and array.dtype.kind == "c":
        return _pad_with_medians(array, widths, lengths)
    return nd._core._pad(array, widths, mode, values, lengths, reflect == "odd")


# ---- The options of functions of the core -------------------------------------------------------


def _with_ends(a, prepend, append, axis):
    """For diff(): the array with values before and after it along an axis."""
    a = nd.asarray(a)
    if not -a.ndim <= axis < a.ndim:
        raise nd.exceptions.AxisError(axis, a.ndim)
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
    if fp.dtype.kind == "c":  # real and imaginary parts go their ways
        parts = [
            interp(x, xp, part, *(None if end is None else getattr(nd.asarray(end), name)[()] for end in (left, right)), period)
            for part, name in ((fp.real, "real"), (fp.imag, "imag"))
        ]
        result = nd.empty(nd.shape(parts[0]), dtype=complex)
        result.real, result.imag = parts
        return result if result.ndim else result[()]
    left, right = (None if end is None else float(end) for end in (left, right))
    if period is not None:
        if not period:
            raise ValueError("period must be a non-zero value")
        if xp.ndim != 1 or fp.ndim != 1:
            raise ValueError("Data points must be 1-D sequences")
        if xp.shape != fp.shape:
            raise ValueError("fp and xp are not of the same length.")
        period = abs(period)
        x, xp = nd.asarray(x, dtype=float) % period, nd.asarray(xp, dtype=float) % period
        order = nd.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = nd.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = nd.concatenate([fp[-1:], fp, fp[:1]])
        left = right = None
    result = nd._core._interp(x, xp, fp)
    if left is not None:
        result = nd.where(nd.asarray(x) < xp[0], left, result)
    if right is not None:
        result = nd.where(nd.asarray(x) > xp[-1], right, result)
    return result if result.ndim else result[()]
