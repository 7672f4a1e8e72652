"""nditer: several arrays walked through together, element by element, by the walk of walk.c."""

import itertools
import math
import operator

import ndstream as nd
from ndstream import _core

_FLAGS = {
    "buffered", "c_index", "f_index", "multi_index", "common_dtype", "copy_if_overlap", "delay_bufalloc",
    "external_loop", "grow_inner", "ranged", "refs_ok", "reduce_ok", "zerosize_ok",
}  # fmt: skip

_READS, _WRITES, _MADE = frozenset({"readonly"}), {"readwrite", "writeonly"}, frozenset({"writeonly", "allocate"})


def _steps(view, ndim):
    """The strides along all axes, 0 where the view is repeated."""
    return [0] * (ndim - view.ndim) + [s if n != 1 else 0 for s, n in zip(view.strides, view.shape)]


def _along(array, axes):
    kept = [a for a in axes if a is not None and a >= 0]
    moved = array.transpose(kept)
    at = iter(range(len(kept)))
    return moved[tuple(slice(None) if a is not None and a >= 0 and next(at) >= 0 else None for a in axes)]


def _made(dtype, axes, shape, order):
    """An operand and its view: in the order of the iteration, or of the shape that `axes` tell."""
    if axes is None:
        turned = nd.empty([shape[a] for a in order], dtype)
        array = turned.transpose([order.index(a) for a in range(len(shape))])
        return array, array
    lengths = {a: n for a, n in zip(axes, shape) if a is not None and a >= 0}
    array = nd.empty([lengths[a] for a in sorted(lengths)], dtype)
    return array, _along(array, axes)


def _axis_order(order, views, shape):
    """The axes, the slowest first."""
    ndim = len(shape)
    if order == "F":
        return list(range(ndim))[::-1]
    if order == "A":
        return list(range(ndim))[:: -1 if all(view.flags.fnc for view in views) else 1]
    if order != "K" or all(view.shape == shape and view.flags.c_contiguous for view in views):
        return list(range(ndim))
    axes = []  # the fastest first: each goes before those along which all operands step further
    steps = [_steps(view, ndim) for view in views]
    for axis in reversed(range(ndim)):
        place = len(axes)
        for at in reversed(range(len(axes))):
            pairs = [(abs(s[axis]), abs(s[axes[at]])) for s in steps if s[axis] and s[axes[at]]]
            if pairs and any(near >= far for near, far in pairs):
                break
            place = at if pairs else place
        axes.insert(place, axis)
    return axes[::-1]


class nditer(_core._walk):
    """Views without axes of the elements of arrays that are broadcast together; slow, as every loop in Python is.

    Iteration is in the order of memory (order='K') unless another is asked for. Operands that are None are made, those
    that are marked 'readwrite' or 'writeonly' can be written through x[...] = value."""

    _operands, _rest = None, None  # of what needs no _set_up()

    def _set_up(
        self, op, flags=None, op_flags=None, op_dtypes=None, order="K", casting="safe", op_axes=None, itershape=None,
        buffersize=0,
    ):  # fmt: skip
        self._flags = flags = frozenset(flags or ())
        self._rest = None
        if flags - _FLAGS:
            raise ValueError(f'Unexpected iterator global flag "{min(flags - _FLAGS)}"')
        if flags >= {"c_index", "f_index"}:
            raise ValueError("Iterator flags C_INDEX and F_INDEX cannot both be specified")
        if "external_loop" in flags:
            self._check_untracked()
        several = isinstance(op, (list, tuple))
        given = list(op) if several else [op]
        if not given:
            raise ValueError("Must provide at least one operand")
        modes = op_flags or [_READS] * len(given)
        if isinstance(modes[0], str):
            modes = [modes] * len(given)
        modes = [frozenset(m) or _READS for m in modes]
        modes = [_MADE if x is None and "readonly" in m else m for x, m in zip(given, modes)]
        types = op_dtypes if isinstance(op_dtypes, (list, tuple)) else [op_dtypes] * len(given)
        arrays = [None if x is None else nd.asarray(x) for x in given]
        axes = op_axes or [None] * len(given)
        placed = [x if x is None or a is None else _along(x, a) for x, a in zip(arrays, axes)]
        wanted = [tuple(1 if n == -1 else n for n in itershape)] if itershape else []
        shape = nd.broadcast_shapes(*(x.shape for x in placed if x is not None), *wanted)
        if 0 in shape and "zerosize_ok" not in flags:
            raise ValueError("Iteration of zero-sized operands is not enabled")
        operands, views, writes = [], [], 0
        slowest_first = _axis_order(order, [x for x in placed if x is not None], shape)
        common = nd.result_type(*(x for x in arrays if x is not None)) if "common_dtype" in flags else None
        for x, view, wanted, mode, along in zip(arrays, placed, types, modes, axes):
            wanted = common if wanted is None else nd.dtype(wanted)
            if x is None:
                kind = wanted if wanted is not None else nd.result_type(*(y for y in arrays if y is not None))
                x, view = _made(kind, along, shape, slowest_first)
            elif wanted is not None and wanted != x.dtype:
                if not flags & {"buffered"} and not mode & {"copy"}:
                    raise TypeError("Iterator operand required copying or buffering, but neither copying nor buffering was enabled")
                if not nd.can_cast(x.dtype, wanted, casting):
                    raise TypeError(f"Iterator operand could not be cast from {x.dtype!r} to {wanted!r} according to the rule '{casting}'")
                if mode & _WRITES:
                    raise NotImplementedError("nditer: operands that are written are not converted; convert them before")
                view = view.astype(wanted)
            if mode & _WRITES:
                writes |= 1 << len(views)
                if view.shape != shape and "reduce_ok" not in flags:
                    raise ValueError("non-broadcastable operand with shape " f"{view.shape} doesn't match the broadcast shape {shape}")
            operands.append(x)
            views.append(view)
        self._operands = tuple(operands)
        backward = 0
        if order == "K" and not all(view.flags.c_contiguous for view in views):  # in memory the other way round
            steps = [_steps(view, len(shape)) for view in views]
            for i, axis in enumerate(slowest_first):
                along = [s[axis] for s in steps]
                backward |= (max(along) <= 0 and min(along) < 0) << i
        self._begin(
            tuple(views), writes, shape, tuple(slowest_first), backward, "external_loop" in flags, not several or len(given) == 1
        )

    def reset(self):
        """Begins again."""
        self._rest = None
        self._go(0)

    def __getitem__(self, i):
        if isinstance(i, slice):
            return tuple(self[k] for k in range(self.nop)[i])
        i = operator.index(i)
        return super().__getitem__(i + self.nop if i < 0 else i)

    def __setitem__(self, i, value):
        self[i][...] = value

    def _lines(self):
        """Lines as long as all operands have their elements at one distance."""
        if not self.itersize:
            return
        views, shape, ndim, backward = self._arrays, self.shape, self.ndim, self._backward
        writes = [bool(self._writes >> i & 1) for i in range(len(views))]
        order = [axis for axis in self._order if shape[axis] != 1]
        inner = order[-1:]
        steps = [[-s if a in backward else s for a, s in enumerate(_steps(view, ndim))] for view in views]
        while len(inner) < len(order):
            slow, fast = order[-len(inner) - 1], inner[0]
            if any(s[slow] != s[fast] * shape[fast] for s in steps) and (any(writes) or "buffered" not in self._flags):
                break
            inner.insert(0, slow)
        if any(w and 0 in [s[a] for a in inner] for s, w in zip(steps, writes)):
            inner = []  # what is written at every step
        outer = [axis for axis in self._order if axis not in inner]
        index = [slice(None, None, -1 if axis in backward else None) for axis in range(ndim)]
        turned = [sorted(inner).index(axis) for axis in inner]
        for place in itertools.product(*(range(shape[axis])[:: -1 if axis in backward else 1] for axis in outer)):
            for axis, i in zip(outer, place):
                index[axis] = i
            lines = []
            for view, writeable in zip(views, writes):
                full = view if writeable else nd.broadcast_to(view, shape)
                at = index[ndim - full.ndim :]
                at = [0 if n == 1 and isinstance(i, int) else i for i, n in zip(at, full.shape)]
                lines.append(full[(*at, ...)].transpose(turned).reshape(-1))
            yield lines[0] if self._single else tuple(lines)

    def _next_line(self):
        self._rest, self.finished = self._rest or self._lines(), True
        return next(self._rest)

    def __len__(self):
        return self.itersize

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """Ends the iteration."""
        self.finished = True

    def copy(self):
        """An iterator at the same place."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__, _rest=None)
        other._follow(self)
        return other

    def _go_to_index(self, value):
        if "multi_index" not in self._flags:
            raise ValueError("Iterator is not tracking a multi-index")
        wanted = tuple(operator.index(i) for i in value)
        if len(wanted) != self.ndim or any(not 0 <= i < n for i, n in zip(wanted, self.shape)):
            raise IndexError("Iterator GotoMultiIndex called with an out-of-bounds multi-index.")
        place = 0
        for axis in self._order:
            n, i = self.shape[axis], wanted[axis]
            place = place * n + (n - 1 - i if axis in self._backward else i)
        self._go(place)

    @property
    def index(self):
        """The position of the current elements in C or Fortran order."""
        if not self._flags & {"c_index", "f_index"}:
            raise ValueError("Iterator does not have an index")
        order = "C" if "c_index" in self._flags else "F"
        return int(nd.ravel_multi_index(self._index, self.shape, order=order)) if self.ndim else 0

    def _check_untracked(self):
        if self._flags & {"multi_index", "c_index", "f_index"}:
            raise ValueError("Iterator flag EXTERNAL_LOOP cannot be used if an index or multi-index is being tracked")

    has_index = property(lambda self: bool(self._flags & {"c_index", "f_index"}))
    has_multi_index = property(lambda self: "multi_index" in self._flags)
    has_delayed_bufalloc = False
    iterationneedsapi = False
    operands = property(lambda self: self._operands or self._arrays)
    dtypes = property(lambda self: tuple(view.dtype for view in self._arrays))
    itviews = property(lambda self: self._arrays)
    iterrange = property(lambda self: (0, self.itersize))

    def remove_multi_index(self):
        """Stops tracking the indices."""
        self._flags -= {"multi_index"}

    def enable_external_loop(self):
        """Gives whole lines from here on."""
        self._check_untracked()
        self._flags |= {"external_loop"}
        self._rest = None
        self._by_lines()


def nested_iters(op, axes, flags=None, op_flags=None, op_dtypes=None, order="K", casting="safe", buffersize=0):
    """Not there: loops inside loops over axes are written with ndindex()."""
    raise NotImplementedError("nested_iters() is not there: loop over ndindex() of the outer axes and index with it")
