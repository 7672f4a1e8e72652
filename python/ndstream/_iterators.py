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


_PLAIN = {"_flags", "_rest", "_operands", "_views", "_single", "nop", "shape", "ndim", "itersize", "_order", "_backward"}


class nditer(_core._walk):
    """Views without axes of the elements of arrays that are broadcast together; slow, as every loop in Python is.

    Iteration is in the order of memory (order='K') unless another is asked for. Operands that are None are made, those
    that are marked 'readwrite' or 'writeonly' can be written through x[...] = value."""

    def _set_up(
        self, op, flags=None, op_flags=None, op_dtypes=None, order="K", casting="safe", op_axes=None, itershape=None,
        buffersize=0,
    ):  # fmt: skip
        self._flags = set(flags or ())
        self._rest = None
        if self._flags - _FLAGS:
            raise ValueError(f'Unexpected iterator global flag "{min(self._flags - _FLAGS)}"')
        several = isinstance(op, (list, tuple))
        given = list(op) if several else [op]
        if not given:
            raise ValueError("Must provide at least one operand")
        modes = list(op_flags or [["readonly"]] * len(given))
        if modes and isinstance(modes[0], str):
            modes = [modes] * len(given)
        modes = [set(m) or {"readonly"} for m in modes]
        modes = [{"writeonly", "allocate"} if x is None and "readonly" in m else m for x, m in zip(given, modes)]
        types = op_dtypes if isinstance(op_dtypes, (list, tuple)) else [op_dtypes] * len(given)
        arrays = [None if x is None else nd.asarray(x) for x in given]
        axes = op_axes or [None] * len(given)
        placed = [x if x is None or a is None else self._along(x, a) for x, a in zip(arrays, axes)]
        wanted = [tuple(1 if n == -1 else n for n in itershape)] if itershape else []
        shape = nd.broadcast_shapes(*(x.shape for x in placed if x is not None), *wanted)
        if 0 in shape and "zerosize_ok" not in self._flags:
            raise ValueError("Iteration of zero-sized operands is not enabled")
        self.shape, self.ndim, self.itersize = shape, len(shape), math.prod(shape)
        self._operands, self._views = [], []
        self._order = self._axis_order(order, [x for x in placed if x is not None])
        common = nd.result_type(*(x for x in arrays if x is not None)) if "common_dtype" in self._flags else None
        for x, view, wanted, mode, along in zip(arrays, placed, types, modes, axes):
            wanted = common if wanted is None else nd.dtype(wanted)
            if x is None:
                kind = wanted if wanted is not None else nd.result_type(*(y for y in arrays if y is not None))
                x, view = self._made(kind, along)
            elif wanted is not None and wanted != x.dtype:
                if not self._flags & {"buffered"} and not mode & {"copy"}:
                    raise TypeError("Iterator operand required copying or buffering, but neither copying nor buffering was enabled")
                if not nd.can_cast(x.dtype, wanted, casting):
                    raise TypeError(f"Iterator operand could not be cast from {x.dtype!r} to {wanted!r} according to the rule '{casting}'")
                if mode & {"readwrite", "writeonly"}:
                    raise NotImplementedError("nditer: operands that are written are not converted; convert them before")
                view = view.astype(wanted)
            writes = bool(mode & {"readwrite", "writeonly"})
            if writes and view.shape != shape:
                if "reduce_ok" not in self._flags:
                    raise ValueError("non-broadcastable operand with shape " f"{view.shape} doesn't match the broadcast shape {shape}")
            self._operands.append(x)
            self._views.append((view, writes))
        self.nop, self._single = len(given), not several or len(given) == 1
        steps = [self._steps(view) for view, _ in self._views]
        self._backward = {  # in memory the other way round
            axis for axis in range(self.ndim)
            if order == "K" and all(s[axis] <= 0 for s in steps) and any(s[axis] < 0 for s in steps)
        }  # fmt: skip
        self.reset()

    def __getattr__(self, name):
        """What a walk over one contiguous array, which was not set up here, has where it is asked for."""
        if name not in _PLAIN or name in self.__dict__ or not self._arrays:
            raise AttributeError(f"'nditer' object has no attribute '{name}'")
        (op,) = self._arrays
        self._flags, self._rest, self._operands, self._views, self._single, self.nop = set(), None, [op], [(op, False)], True, 1
        self.shape, self.ndim, self.itersize, self._order, self._backward = op.shape, op.ndim, op.size, range(op.ndim), ()
        return self.__dict__[name]

    def _steps(self, view):
        """The strides along all axes, 0 where the view is repeated."""
        return [0] * (self.ndim - view.ndim) + [s if n != 1 else 0 for s, n in zip(view.strides, view.shape)]

    def _along_axis(self, axis):
        return range(self.shape[axis])[:: -1 if axis in self._backward else 1]

    @staticmethod
    def _along(array, axes):
        kept = [a for a in axes if a is not None and a >= 0]
        moved = array.transpose(kept)
        at = iter(range(len(kept)))
        return moved[tuple(slice(None) if a is not None and a >= 0 and next(at) >= 0 else None for a in axes)]

    def _made(self, dtype, axes):
        """An operand and its view: in the order of the iteration, or of the shape that `axes` tell."""
        if axes is None:
            turned = nd.empty([self.shape[a] for a in self._order], dtype)
            array = turned.transpose([self._order.index(a) for a in range(self.ndim)])
            return array, array
        lengths = {a: n for a, n in zip(axes, self.shape) if a is not None and a >= 0}
        array = nd.empty([lengths[a] for a in sorted(lengths)], dtype)
        return array, self._along(array, axes)

    def _axis_order(self, order, views):
        """The axes, the slowest first."""
        if order == "F":
            return list(range(self.ndim))[::-1]
        if order == "A":
            return list(range(self.ndim))[:: -1 if all(view.flags.fnc for view in views) else 1]
        axes = []  # the fastest first: each goes before those along which all operands step further
        for axis in reversed(range(self.ndim if order == "K" else 0)):
            place = len(axes)
            for at in reversed(range(len(axes))):
                pairs = [(abs(s[axis]), abs(s[axes[at]])) for s in map(self._steps, views) if s[axis] and s[axes[at]]]
                if pairs and any(near >= far for near, far in pairs):
                    break
                place = at if pairs else place
            axes.insert(place, axis)
        return axes[::-1] or list(range(self.ndim))

    def reset(self):
        """Begins again."""
        self._rest = None
        self._begin(
            tuple(view for view, _ in self._views), sum(1 << i for i, (_, writes) in enumerate(self._views) if writes), self.shape,
            tuple(self._order), sum(1 << i for i, axis in enumerate(self._order) if axis in self._backward),
            "external_loop" in self._flags, self._single,
        )  # fmt: skip

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
        writes = any(w for _, w in self._views)
        order = [axis for axis in self._order if self.shape[axis] != 1]
        inner = order[-1:]
        steps = [[-s if a in self._backward else s for a, s in enumerate(self._steps(view))] for view, _ in self._views]
        while len(inner) < len(order):
            slow, fast = order[-len(inner) - 1], inner[0]
            if any(s[slow] != s[fast] * self.shape[fast] for s in steps) and (writes or "buffered" not in self._flags):
                break
            inner.insert(0, slow)
        if any(w and 0 in [s[a] for a in inner] for s, (_, w) in zip(steps, self._views)):
            inner = []  # what is written at every step
        outer = [axis for axis in self._order if axis not in inner]
        index = [slice(None, None, -1 if axis in self._backward else None) for axis in range(self.ndim)]
        turned = [sorted(inner).index(axis) for axis in inner]
        for place in itertools.product(*map(self._along_axis, outer)):
            for axis, i in zip(outer, place):
                index[axis] = i
            lines = []
            for view, writeable in self._views:
                full = view if writeable else nd.broadcast_to(view, self.shape)
                at = index[self.ndim - full.ndim :]
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
        other.__dict__.update(self.nop and self.__dict__)  # which asking for one of them fills
        other.reset()
        other._follow(self)
        return other

    @property
    def multi_index(self):
        """The indices of the current elements."""
        if "multi_index" not in self._flags:
            raise ValueError("Iterator is not tracking a multi-index")
        return self._index

    @multi_index.setter
    def multi_index(self, value):
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

    has_index = property(lambda self: bool(self._flags & {"c_index", "f_index"}))
    has_multi_index = property(lambda self: "multi_index" in self._flags)
    has_delayed_bufalloc = False
    iterationneedsapi = False
    operands = property(lambda self: tuple(self._operands))
    dtypes = property(lambda self: tuple(view.dtype for view, _ in self._views))
    itviews = property(lambda self: tuple(view for view, _ in self._views))
    iterrange = property(lambda self: (0, self.itersize))

    def remove_multi_index(self):
        """Stops tracking the indices."""
        self._flags.discard("multi_index")

    def enable_external_loop(self):
        """Gives whole lines from here on."""
        self._flags.add("external_loop")
        self.reset()


def nested_iters(op, axes, flags=None, op_flags=None, op_dtypes=None, order="K", casting="safe", buffersize=0):
    """Not there: loops inside loops over axes are written with ndindex()."""
    raise NotImplementedError("nested_iters() is not there: loop over ndindex() of the outer axes and index with it")
