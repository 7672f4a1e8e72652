"""Functions that call functions, and loops over indices."""

import itertools
import math

import ndstream as nd


def fromfunction(function, shape, *, dtype=float, like=None, **kwargs):
    """function(i, j, ...) of arrays of the indices."""
    return function(*nd.indices(shape, dtype=dtype), **kwargs)


def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """The function of every 1-d slice along an axis."""
    arr = nd.asarray(arr)
    if not -arr.ndim <= axis < arr.ndim:
        raise nd.AxisError(f"axis {axis} is out of bounds for array of dimension {arr.ndim}")
    axis %= arr.ndim
    moved = nd.moveaxis(arr, axis, -1)
    outer = moved.shape[:-1]
    if 0 in outer:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [nd.asarray(func1d(moved[index], *args, **kwargs)) for index in nd.ndindex(outer)]
    inner = results[0].shape
    joined = nd.stack(results).reshape(outer + inner)
    if inner:  # the axes of the results take the place of the axis
        rank, more = len(outer), len(inner)
        order = [*range(axis), *range(rank, rank + more), *range(axis, rank)]
        return joined.transpose(order)
    return joined


def apply_over_axes(func, a, axes):
    """func(a, axis) for each axis in turn."""
    result = nd.asarray(a)
    rank = result.ndim
    for axis in (axes,) if nd.ndim(axes) == 0 else axes:
        axis = axis + rank if axis < 0 else axis
        reduced = nd.asarray(func(result, axis))
        result = reduced if reduced.ndim == rank else nd.expand_dims(reduced, axis)
        if result.ndim != rank:
            raise ValueError("function is not returning an array of the correct shape")
    return result


def _types(otypes):
    if not hasattr(otypes, "__iter__"):
        raise ValueError("Invalid otype specification")
    try:
        return [nd.dtype(t) for t in otypes]
    except TypeError as error:
        if not isinstance(otypes, str):
            raise
        raise ValueError(f"Invalid otype specified: {otypes}") from error


def _shaped(array, shape):
    """The array itself in another shape, not a view of it."""
    array.shape = shape
    return array


def _laid_out(result, like):
    """The result in the order of memory of an argument."""
    if like is None or like.flags.c_contiguous:
        return result
    same = nd.empty_like(like, dtype=result.dtype)
    same[...] = result
    return same


class vectorize:
    """A Python function of numbers as one of arrays. It is called for every element: slow, as in NumPy."""

    def __init__(self, pyfunc=None, otypes=None, doc=None, excluded=None, cache=False, signature=None):
        self.signature, self._core_axes = signature, None if signature is None else _core_axes(signature)
        self.pyfunc, self.excluded = pyfunc, set(excluded or ())
        self.otypes = None if otypes is None else _types(otypes)
        self._doc = doc
        if pyfunc is not None and not callable(pyfunc):
            raise TypeError("When used as a decorator, only accepts keyword arguments.")
        self.__doc__ = doc if doc is not None else getattr(pyfunc, "__doc__", None)
        self.__name__ = getattr(pyfunc, "__name__", "vectorize")

    def __call__(self, *args, **kwargs):
        if self.pyfunc is None:  # used as a decorator with arguments
            return vectorize(args[0], self.otypes, self._doc, self.excluded, signature=self.signature)
        if self._core_axes:
            return self._call_with_axes(args, kwargs)
        names = [name for name in kwargs if name not in self.excluded]
        places = [i for i in range(len(args)) if i not in self.excluded]
        arrays = [nd.asarray(args[i]) for i in places] + [nd.asarray(kwargs[n]) for n in names]
        if not arrays:
            return self.pyfunc(*args, **kwargs)
        shape = nd.broadcast_shapes(*(a.shape for a in arrays))
        like = next((a for a in arrays if a.shape == shape), None)
        columns = [nd.broadcast_to(a, shape).ravel() for a in arrays]
        size = math.prod(shape)
        if not size and self.otypes is None:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        results, fixed, words = [], list(args), dict(kwargs)
        for row in zip(*columns):
            for i, value in zip(places, row):
                fixed[i] = value
            for name, value in zip(names, row[len(places) :]):
                words[name] = value
            results.append(self.pyfunc(*fixed, **words))
        several = bool(results) and isinstance(results[0], tuple)
        columns = list(zip(*results)) if several else [results]
        types = self.otypes or [nd.asarray(column[0]).dtype for column in columns]
        arrays = tuple(_laid_out(_shaped(nd.array(list(c), dtype=t), shape), like) for c, t in zip(columns, types))
        arrays = tuple(a[()] if a.ndim == 0 else a for a in arrays)
        return arrays if several else arrays[0]


    def _call_with_axes(self, args, kwargs):
        """Of parts of the arguments: the last axes go to the function, the others are looped over."""
        inputs, outputs = self._core_axes
        if len(args) != len(inputs):
            raise TypeError(f"wrong number of positional arguments: expected {len(inputs)!r}, got {len(args)!r}")
        arrays, lengths, outer = [nd.asarray(a) for a in args], {}, []
        for array, axes in zip(arrays, inputs):
            if array.ndim < len(axes):
                raise ValueError(
                    f"{array.ndim}-dimensional argument does not have enough dimensions for all core dimensions {axes!r}"
                )
            for axis, length in zip(axes, array.shape[array.ndim - len(axes) :]):
                if lengths.setdefault(axis, length) != length:
                    raise ValueError(f"inconsistent size for core dimension {axis!r}: {length!r} vs {lengths[axis]!r}")
            outer.append(array.shape[: array.ndim - len(axes)])
        shape = nd.broadcast_shapes(*outer)
        arrays = [nd.broadcast_to(a, shape + a.shape[a.ndim - len(axes) :]) for a, axes in zip(arrays, inputs)]
        columns = [[] for _ in outputs]
        for index in ndindex(shape):
            results = self.pyfunc(*(a[index] for a in arrays), **kwargs)
            results = results if isinstance(results, tuple) else (results,)
            if len(results) != len(outputs):
                raise ValueError(f"wrong number of outputs from pyfunc: expected {len(outputs)}, got {len(results)}")
            for column, result, axes in zip(columns, map(nd.asarray, results), outputs):
                for axis, length in zip(axes, result.shape[result.ndim - len(axes) :]):
                    if lengths.setdefault(axis, length) != length:
                        raise ValueError(f"inconsistent size for core dimension {axis!r}: {length!r} vs {lengths[axis]!r}")
                column.append(result)
        if not columns[0]:
            if self.otypes is None:
                raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
            if any(axis not in lengths for axes in outputs for axis in axes):
                raise ValueError("cannot call `vectorize` with a signature including new output dimensions on size 0 inputs")
            joined = tuple(nd.empty(shape + tuple(lengths[a] for a in axes), dtype=t) for axes, t in zip(outputs, self.otypes))
            return joined if len(joined) > 1 else joined[0]
        types = self.otypes or [None] * len(outputs)
        joined = tuple(_shaped(nd.stack(c, dtype=t), shape + c[0].shape) for c, t in zip(columns, types))
        joined = tuple(a[()] if a.ndim == 0 else a for a in joined)
        return joined if len(joined) > 1 else joined[0]


def _core_axes(signature):
    """'(m,n),(n)->(m)' as the names of the axes of arguments and of results."""
    import re

    sides = signature.replace(" ", "").split("->")
    group = r"\((?:\w+(?:,\w+)*)?\)"
    if len(sides) != 2 or not all(re.fullmatch(rf"{group}(?:,{group})*", side) for side in sides):
        raise ValueError(f"not a valid gufunc signature: {signature}")
    return [[tuple(re.findall(r"\w+", one)) for one in re.findall(group, side)] for side in sides]


def _clip(a, low, high, out, dtype, where, casting):
    words = {"casting": casting or "same_kind", "dtype": dtype}
    if low is not None and high is not None:
        a, low = nd.maximum(a, low, **words), None
    last = {"out": out, "where": where, **words}
    if low is not None:
        return nd.maximum(a, low, **last)
    return nd.positive(a, **last) if high is None else nd.minimum(a, high, **last)


def _isclose(a, b, rtol, atol, equal_nan):
    a, b = nd.asarray(a), nd.asarray(b)
    rtol, atol = (x if type(x) in (int, float) else nd.asarray(x) for x in (rtol, atol))
    b = b.astype(nd.result_type(b, 1.0))  # differences of unsigned integers would wrap
    close = ((nd.abs(a - b) <= atol + rtol * nd.abs(b)) & nd.isfinite(b)) | (a == b)
    return close | (nd.isnan(a) & nd.isnan(b)) if equal_nan else close


def frompyfunc(func, /, nin, nout, *, identity=None):
    """Not there: it makes arrays of objects."""
    raise NotImplementedError("frompyfunc() gives arrays of Python objects, which are not there; use vectorize()")


def piecewise(x, condlist, funclist, *args, **kw):
    """A function that is another where each condition holds."""
    x = nd.asarray(x)
    conditions = condlist
    if nd.isscalar(condlist) or (not isinstance(condlist[0], (list, nd.ndarray)) and x.ndim != 0):
        conditions = [condlist]
    conditions = [nd.asarray(c, dtype=bool) for c in conditions]
    if len(funclist) == len(conditions) + 1:
        rest = conditions[0]
        for c in conditions[1:]:
            rest = rest | c
        conditions.append(~rest)
    elif len(funclist) != len(conditions):
        n = len(conditions)
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    result = nd.zeros_like(x)
    for condition, function in zip(conditions, funclist):
        result[condition] = function(x[condition], *args, **kw) if callable(function) else function
    return result


class ndindex:
    """All indices of a shape, in C order."""

    def __init__(self, *shape):
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = shape[0]
        if any(n < 0 for n in shape):
            raise ValueError("negative dimensions are not allowed")
        self._all = itertools.product(*map(range, shape))

    def __iter__(self):
        return self._all

    def __next__(self):
        return next(self._all)


class ndenumerate:
    """Pairs of index and element, in C order."""

    def __init__(self, arr):
        arr = nd.asarray(arr)
        self._pairs = zip(itertools.product(*map(range, arr.shape)), arr.flat)

    def __iter__(self):
        return self._pairs

    def __next__(self):
        return next(self._pairs)


class broadcast:
    """What arrays broadcast to: shape, and an iterator over tuples of elements."""

    def __init__(self, *arrays):
        given = [part for a in arrays for part in (a._arrays if isinstance(a, broadcast) else [nd.asarray(a)])]
        if len(given) > 64:
            raise ValueError(f"Need at least 0 and at most 64 array objects, got {len(given)}.")
        self.shape = nd.broadcast_shapes(*(a.shape for a in given))
        self._arrays = nd.broadcast_arrays(*given)
        self.ndim = self.nd = len(self.shape)
        self.size, self.numiter = math.prod(self.shape), len(given)
        self.reset()

    def reset(self):
        """Begins again."""
        self.index, self.iters = 0, tuple(a.flat for a in self._arrays)
        self._tuples = zip(*(a.flat for a in self._arrays))

    def __iter__(self):
        return self

    def __next__(self):
        values = next(self._tuples)
        self.index += 1
        return values


def iterable(y):
    """True if iter(y) works."""
    try:
        iter(y)
    except TypeError:
        return False
    return True
