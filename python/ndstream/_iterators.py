"""nditer and nested_iters: arrays walked through together, element by element, by the walk of walk.c."""

import itertools
import math
import operator
import weakref

import ndstream as nd
from ndstream import _core

_FLAGS = {
    "buffered", "c_index", "f_index", "multi_index", "common_dtype", "copy_if_overlap", "delay_bufalloc",
    "external_loop", "grow_inner", "ranged", "refs_ok", "reduce_ok", "zerosize_ok",
}  # fmt: skip
_OPERAND_FLAGS = {
    "aligned", "allocate", "arraymask", "contig", "copy", "nbo", "no_broadcast", "no_subtype",
    "overlap_assume_elementwise", "readonly", "readwrite", "updateifcopy", "virtual", "writemasked", "writeonly",
}  # fmt: skip

_READS, _WRITES, _MADE = frozenset({"readonly"}), {"readwrite", "writeonly"}, frozenset({"writeonly", "allocate"})
_COPIES, _BUFFER = {"copy", "updateifcopy"}, 8192


def _modes(op_flags, given):
    """A set of flags for each operand."""
    if op_flags is None:
        return [_MADE if x is None else _READS for x in given]
    several = op_flags if isinstance(op_flags, (list, tuple)) else ()
    if several is op_flags and all(isinstance(flag, str) for flag in several):
        several = [several] * len(given)
    if len(several) != len(given) or not all(isinstance(flags, (list, tuple, set, frozenset)) for flags in several):
        raise ValueError("op_flags must be a tuple or array of per-op flag-tuples")
    for flags, x in zip(several, given):
        for flag in flags:
            if flag not in _OPERAND_FLAGS:
                raise ValueError(f'Unexpected per-op iterator flag "{flag}"')
        access = (_READS | _WRITES).intersection(flags)
        if len(access) > 1:
            raise ValueError("Only one of the iterator flags READWRITE, READONLY, and WRITEONLY may be specified for an operand")
        if not access:
            raise ValueError("None of the iterator flags READWRITE, READONLY, or WRITEONLY were specified for an operand")
        if "copy" in flags and "updateifcopy" not in flags and access & _WRITES:
            raise ValueError("If an iterator operand is writeable, must use the flag UPDATEIFCOPY instead of COPY")
        if x is None and "allocate" not in flags:
            raise ValueError("Iterator operand was NULL, but neither the ALLOCATE nor the VIRTUAL flag was specified")
    return [frozenset(flags) for flags in several]


def _writeable(x, given):
    """Raises unless an operand can be written."""
    if not isinstance(given, nd.ndarray):
        what = "is an object which cannot be written back to via WRITEBACKIFCOPY"
        raise TypeError("Iterator operand is flagged as writeable, but " + what)
    if not x.flags.writeable:
        raise ValueError("operand array with iterator write flag set is read-only")


def _check_casts(x, i, wanted, mode, casting):
    """Raises unless an operand can be converted to what is wanted, and back."""
    if not mode >= {"writeonly"} and not nd.can_cast(x.dtype, wanted, casting):
        rule = f"according to the rule '{casting}'"
        raise TypeError(f"Iterator operand {i} dtype could not be cast from {x.dtype!r} to {wanted!r} {rule}")
    if mode & _WRITES and not nd.can_cast(wanted, x.dtype, casting):
        rule = f"the operand {i} dtype, according to the rule '{casting}'"
        raise TypeError(f"Iterator requested dtype could not be cast from {wanted!r} to {x.dtype!r}, {rule}")


def _steps(view, ndim):
    """The strides along all axes, 0 where the view is repeated."""
    return [0] * (ndim - view.ndim) + [s if n != 1 else 0 for s, n in zip(view.strides, view.shape)]


def _along(array, axes):
    """The axes that are named, in that order; the others at their beginning."""
    kept = [a for a in axes if a is not None and a >= 0]
    left = sorted(kept)
    if array.size or len(left) == array.ndim:
        part = array[tuple(slice(None) if a in kept else 0 for a in range(array.ndim)) + (...,)]
    else:  # there is no beginning
        part = nd.zeros([array.shape[a] for a in left], array.dtype)
    moved = part.transpose([left.index(a) for a in kept])
    return moved[tuple(None if a is None or a < 0 else slice(None) for a in axes) + (...,)]


def _made(dtype, axes, shape, order):
    """An operand: in the order of the iteration, or of the shape that `axes` tell."""
    if axes is None:
        return nd.empty([shape[a] for a in order], dtype).transpose([order.index(a) for a in range(len(shape))])
    lengths = {a: n for a, n in zip(axes, shape) if a is not None and a >= 0}
    return nd.empty([lengths[a] for a in sorted(lengths)], dtype)


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


def _merged(shape, steps):
    """The lengths of axes, and the steps along them, after those are joined along which all step as one."""
    axes = []
    for n, now in zip(shape, zip(*steps)):
        if n != 1 and axes and all(far == near * n for far, near in zip(axes[-1][1], now)):
            axes[-1] = (axes[-1][0] * n, now)
        elif n != 1:
            axes.append((n, now))
    if shape and not axes:
        axes = [(1, (0,) * len(steps))]
    return [n for n, _ in axes], [[now[i] for _, now in axes] for i in range(len(steps))]


def _core_and_group(shape, steps, casts, most, grows):
    """Of buffers that hold `most` elements: in multiples of how many they are filled, and after how many they end."""
    cost, size, even = 1 + casts, shape[-1], [True] * len(steps)
    core, best_cost, best_size = 1, cost, size
    for axis in reversed(range(len(shape) - 1)):
        if size >= most and (cost > 1 or not grows):
            break
        for i, step in enumerate(steps):
            if even[i] and step[axis + 1] * shape[axis + 1] != step[axis]:
                even[i], cost = False, cost + 1
        before, size = size, size * shape[axis]
        held = size if cost == 1 and grows else min(size, most)
        if cost * best_size <= best_cost * held:
            core, best_cost, best_size = before, cost, size
    return core, best_size


class nditer(_core._walk):
    """Views without axes of the elements of arrays that are broadcast together; slow, as every loop in Python is.

    Iteration is in the order of memory (order='K') unless another is asked for. Operands that are None are made, those
    that are marked 'readwrite' or 'writeonly' can be written through x[...] = value."""

    _rest = _range = _whole = _child = _index_steps = None
    _converted, _delayed, _closed, _casts, _most, _outer = (), False, False, 0, _BUFFER, None
    _words = {}

    def _set_up(
        self, op, flags=None, op_flags=None, op_dtypes=None, order="K", casting="safe", op_axes=None, itershape=None,
        buffersize=0,
    ):  # fmt: skip
        flags = frozenset(flags or ())
        if flags - _FLAGS:
            raise ValueError(f'Unexpected iterator global flag "{min(flags - _FLAGS)}"')
        if flags >= {"c_index", "f_index"}:
            raise ValueError("Iterator flags C_INDEX and F_INDEX cannot both be specified")
        self._flags = flags
        if "external_loop" in flags:
            self._check_untracked()
        order = order.upper() if isinstance(order, str) else order or "K"
        if order not in ("C", "F", "A", "K"):
            raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got '{order}')")
        several = isinstance(op, (list, tuple))
        given = list(op) if several else [op]
        if not given:
            raise ValueError("Must provide at least one operand")
        modes = _modes(op_flags, given)
        types = op_dtypes if isinstance(op_dtypes, (list, tuple)) else [op_dtypes] * len(given)
        if len(types) != len(given):
            raise TypeError(f"op_dtypes has {len(types)} dtypes for {len(given)} operands")
        axes = op_axes or [None] * len(given)
        self._words = {"op_flags": modes, "op_dtypes": types, "order": order, "casting": casting, "op_axes": op_axes}
        self._words |= {"itershape": itershape, "buffersize": buffersize}
        arrays = [None if x is None else nd.asarray(x) for x in given]
        for x, original, mode in zip(arrays, given, modes):
            if x is not None and mode & _WRITES:
                _writeable(x, original)
        placed = [x if x is None or a is None else _along(x, a) for x, a in zip(arrays, axes)]
        wanted = [tuple(1 if n == -1 else n for n in itershape)] if itershape else []
        shape = nd.broadcast_shapes(*(x.shape for x in placed if x is not None), *wanted)
        if 0 in shape and "zerosize_ok" not in flags:
            raise ValueError("Iteration of zero-sized operands is not enabled")
        slowest_first = _axis_order(order, [x for x in placed if x is not None], shape)
        known = [x for x in arrays if x is not None]
        if not known and None in types:
            raise TypeError("no arrays or types available to calculate result type")
        common = nd.result_type(*known) if "common_dtype" in flags else None
        operands, bases, converted, self._casts = [], [], [], 0
        for i, (x, wanted, mode, along) in enumerate(zip(arrays, types, modes, axes)):
            wanted = common if wanted is None else nd.dtype(wanted)
            if x is None:
                x = _made(nd.result_type(*known) if wanted is None else wanted, along, shape, slowest_first)
            base = x
            if wanted is not None and wanted != x.dtype:
                _check_casts(x, i, wanted, mode, casting)
                if not flags & {"buffered"} and not mode & _COPIES:
                    raise TypeError("Iterator operand required copying or buffering, but neither copying nor buffering was enabled")
                turn = tuple(slice(None, None, -1 if s < 0 else None) for s in x.strides) + (...,)
                base = x[turn].astype(wanted)[turn]  # as it lies in memory
                self._casts += not mode & _COPIES
                if mode & _WRITES:
                    converted.append((x, base, not mode & _COPIES))
                x = base if mode & _COPIES else x
            elif "copy_if_overlap" in flags and not mode & _WRITES:
                written = [y for y, m in zip(arrays, modes) if y is not None and m & _WRITES]
                base = x.copy() if any(nd.shares_memory(x, y) for y in written) else x
            operands.append(x)
            bases.append(base)
        self._converted = tuple(converted)
        self._most, self._delayed = buffersize or _BUFFER, flags >= {"buffered", "delay_bufalloc"}
        self._one = not several or len(given) == 1
        backward, known = set(), [x for x in placed if x is not None]
        if order == "K" and not all(x.flags.c_contiguous for x in known):  # in memory the other way round
            steps = [_steps(x, len(shape)) for x in known]
            backward = {a for a in slowest_first if max(s[a] for s in steps) <= 0 and min(s[a] for s in steps) < 0}
        self._lay_out(tuple(operands), bases, modes, axes, shape, slowest_first, backward)

    def _lay_out(self, operands, bases, modes, axes, shape, order, backward):
        """Finds how views of the operands step, and begins."""
        placed = [x if a is None else _along(x, a) for x, a in zip(bases, axes)]
        ndim, flags = len(shape), self._flags
        for view, mode in zip(placed, modes):
            if mode & _WRITES and (1,) * (ndim - view.ndim) + view.shape != shape and "reduce_ok" not in flags:
                raise ValueError(f"non-broadcastable operand with shape {view.shape} doesn't match the broadcast shape {shape}")
        steps = [_steps(view, ndim) for view in placed]
        self._whole = shape, order, backward
        index = flags & {"c_index", "f_index"}
        if index:
            lengths = shape[::-1] if "f_index" in index else shape
            weights = [math.prod(lengths[a + 1 :]) for a in range(ndim)]
            weights = weights[::-1] if "f_index" in index else weights
            steps.append([w if n != 1 else 0 for w, n in zip(weights, shape)])
        if "multi_index" in flags:
            lengths, walked, turned = list(shape), order, backward
            begin = 0
        else:
            begin = sum(steps[-1][a] * (shape[a] - 1) for a in backward)
            signs = [[-s[a] if a in backward else s[a] for a in order] for s in steps]
            lengths, steps = _merged([shape[a] for a in order], signs)
            walked, turned = list(range(len(lengths))), set()
        if index:
            self._index_steps = begin, steps.pop()
        across = set() if "multi_index" in flags else backward

        def views_of(bases):
            views = []
            for x, a, mode, step in zip(bases, axes, modes, steps):
                view = x if a is None else _along(x, a)
                missing = ndim - view.ndim
                view = view[tuple(slice(None, None, -1 if d + missing in across else None) for d in range(view.ndim)) + (...,)]
                view = _core._as_strided(view, tuple(lengths), tuple(step)) if view.size else nd.empty(lengths, view.dtype)
                if not mode & _WRITES:
                    view.flags.writeable = False
                views.append(view)
            return tuple(views)

        self._bases, self._views_of = bases, views_of
        bits = sum((axis in turned) << i for i, axis in enumerate(walked))
        self._walk = operands, tuple(lengths), tuple(walked), bits, "external_loop" in flags, self._one
        self._start(bases)

    def _start(self, bases):
        """Begins with views of arrays at the operands' places."""
        self._rest, self._range = None, None
        self._begin(self._views_of(bases), *self._walk, bool(self._converted) or self._child is not None)

    def _moved(self):
        """After each step of a walk that has children or writes what it has converted."""
        if self.finished:
            self._write_back(False)
        elif self._child is not None:
            self._child._restart()

    def _write_back(self, all):
        for target, source, buffered in self._converted:
            if all or buffered:
                target[...] = source

    # Walks inside others: at the elements where the outer ones are.

    def _restart(self):
        places = {}
        outer, axes = [walk() for walk in self._outer[0]], self._outer[1]
        for walk, named in zip(outer, axes):
            places |= dict(zip(named, walk._coordinates()))
        made = dict(enumerate(outer[0]._coordinates()))
        bases = []
        for x, allocated in zip(self._bases, self._allocated):
            at = made if allocated else places
            ends = [min(at[a], n - 1) if a in at else None for a, n in enumerate(x.shape)]
            bases.append(x[tuple(slice(None) if i is None else slice(i, i + 1) for i in ends) + (...,)])
        self._start(bases)
        if self._child is not None:
            self._child._restart()

    def _coordinates(self):
        """The index along each axis of the broadcast shape."""
        shape, order, backward = self._whole
        place, found = self.iterindex, [0] * len(shape)
        for axis in reversed(order):
            place, i = divmod(place, shape[axis] or 1)
            found[axis] = shape[axis] - 1 - i if axis in backward else i
        return found

    def _go_to(self, place):
        self._rest = None
        self._go(place)
        if self._child is not None:
            self._child._restart()

    def reset(self):
        """Begins again."""
        self._write_back(False)
        self._delayed = False
        self._go_to(self._range[0] if self._range else 0)

    def __getitem__(self, i):
        if isinstance(i, slice):
            return tuple(self[k] for k in range(self.nop)[i])
        if self._delayed:
            raise ValueError("Iterator construction used delayed buffer allocation, and no reset has been done yet")
        i = operator.index(i)
        return super().__getitem__(i + self.nop if i < 0 else i)

    def __setitem__(self, i, value):
        if isinstance(i, slice):
            places = range(self.nop)[i]
            if len(places) != len(value):
                raise ValueError("Wrong size to assign to iterator slice")
            for k, one in zip(places, value):
                self[k] = one
            return
        element = self[i]
        if not element.flags.writeable:
            raise RuntimeError(f"Iterator operand {operator.index(i)} is not writeable")
        element[...] = value

    def __delitem__(self, i):
        raise TypeError("Cannot delete iterator elements")

    def _lines(self):
        """Lines as long as all operands have their elements at one distance, or as buffers are."""
        if not self.itersize:
            return
        views, shape = self._arrays, self._shape
        if not shape:
            views, shape = tuple(view[None] for view in views), (1,)
        steps = [_steps(view, len(shape)) for view in views]
        most = group = shape[-1]
        lines_of, copied = views, ()
        if any(view.flags.writeable and 0 in step for view, step in zip(views, steps)):
            most = 1 if any(view.flags.writeable and not step[-1] for view, step in zip(views, steps)) else most
        elif "buffered" in self._flags:
            grows = "grow_inner" in self._flags
            core, group = _core_and_group(shape, steps, self._casts, self._most, grows)
            most = group if grows and not self._casts and group == most else max(self._most // core, 1) * core
            lines_of, shape = [view.reshape(-1) for view in views], (self.itersize,)
            pairs = [(i, view) for i, view in enumerate(views) if view.flags.writeable]
            copied = [(i, view) for i, view in pairs if not nd.shares_memory(view, lines_of[i])]
        for place in itertools.product(*map(range, shape[:-1])):
            lines = [line[place] for line in lines_of]
            for first in range(0, shape[-1], group):
                for at in range(first, first + group, most):
                    part = slice(at, min(at + most, first + group))
                    cut = tuple(line[part] for line in lines)
                    yield cut[0] if self._single else cut
                    for i, view in copied:
                        view.flat[part] = cut[i]
        self._write_back(False)

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
        """Ends the iteration, and writes what has been converted."""
        self._write_back(True)
        self._converted, self._closed, self.finished = (), True, True

    def copy(self):
        """An iterator at the same place."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__, _rest=None)
        other._follow(self)
        return other

    def _go_to_index(self, value):
        if "multi_index" not in self._flags:
            raise ValueError("Iterator is not tracking a multi-index")
        self._go_to_coordinates(tuple(operator.index(i) for i in value), "MultiIndex", "multi-index")

    def _go_to_coordinates(self, wanted, what, name):
        shape, order, backward = self._whole or (self._shape, self._order, ())
        if len(wanted) != len(shape) or any(not 0 <= i < n for i, n in zip(wanted, shape)):
            raise IndexError(f"Iterator Goto{what} called with an out-of-bounds {name}.")
        place = 0
        for axis in order:
            n, i = shape[axis], wanted[axis]
            place = place * n + (n - 1 - i if axis in backward else i)
        self._go_to(place)

    @property
    def index(self):
        """The position of the current elements in C or Fortran order."""
        if not self.has_index:
            raise ValueError("Iterator does not have an index")
        begin, steps = self._index_steps
        return begin + sum(map(operator.mul, self._index, steps))

    @index.setter
    def index(self, value):
        if not self.has_index:
            raise ValueError("Iterator does not have an index")
        shape, left, wanted = self._whole[0], operator.index(value), []
        for n in shape if "f_index" in self._flags else shape[::-1]:
            left, i = divmod(left, n)
            wanted.append(i)
        wanted = tuple(wanted if "f_index" in self._flags else wanted[::-1])
        self._go_to_coordinates(() if left else wanted, "Index", "index")

    @property
    def iterindex(self):
        """How many elements came before."""
        return self._place

    @iterindex.setter
    def iterindex(self, value):
        first, end = self.iterrange
        if not first <= value < end:
            raise IndexError("Iterator GotoIterIndex called with an iterindex outside the iteration range.")
        self._go_to(value)

    @property
    def iterrange(self):
        """From which element to which."""
        return self._range or (0, self.itersize)

    @iterrange.setter
    def iterrange(self, value):
        first, end = value
        if "ranged" not in self._flags:
            without = "without requesting ranged iteration support in the constructor"
            raise ValueError(f"Cannot call ResetToIterIndexRange on an iterator {without}")
        if first < 0 or end > self.itersize:
            raise ValueError(f"Out-of-bounds range [{first}, {end}) passed to ResetToIterIndexRange")
        if end < first:
            raise ValueError(f"Invalid range [{first}, {end}) passed to ResetToIterIndexRange")
        self._range, self._delayed = (first, end), False
        self._until(end)
        self._go_to(first)

    @property
    def shape(self):
        """The lengths that multi_index counts to, or of the axes that were left, the fastest first."""
        return self._shape if "multi_index" in self._flags else self._shape[::-1]

    @property
    def operands(self):
        """The arrays that are walked through."""
        if self._closed:
            raise ValueError("Iterator is invalid")
        return self._given

    @property
    def itviews(self):
        """Views of the operands in the order of the iteration."""
        if "buffered" in self._flags:
            raise ValueError("cannot provide an iterator view when buffering is enabled")
        shape, order, backward = self._whole or (self._shape, self._order, ())
        if "multi_index" not in self._flags:
            return self._arrays
        index = tuple(slice(None, None, -1 if a in backward else None) for a in range(len(shape)))
        return tuple(view[index + (...,)].transpose(order) for view in self._arrays)

    def _check_untracked(self):
        if self._flags & {"multi_index", "c_index", "f_index"}:
            raise ValueError("Iterator flag EXTERNAL_LOOP cannot be used if an index or multi-index is being tracked")

    has_index = property(lambda self: bool(self._flags & {"c_index", "f_index"}))
    has_multi_index = property(lambda self: "multi_index" in self._flags)
    has_delayed_bufalloc = property(lambda self: self._delayed)
    iterationneedsapi = False
    dtypes = property(lambda self: tuple(view.dtype for view in self._arrays))

    def _again(self, flags, **words):
        self._write_back(True)
        self._set_up(list(self._given) if not self._single else self._given[0], flags, **{**self._words, **words})

    def remove_multi_index(self):
        """Stops tracking the indices."""
        if "multi_index" in self._flags:
            self._again(self._flags - {"multi_index"})

    def remove_axis(self, i):
        """Walks along an axis no more."""
        if "multi_index" not in self._flags:
            raise RuntimeError("Iterator RemoveAxis may only be called if a multi-index is being tracked")
        if not 0 <= i < self.ndim:
            raise ValueError("axis out of bounds in iterator RemoveAxis")
        ndim, lengths = self.ndim, self._words.get("itershape")
        axes = self._words.get("op_axes") or [None] * self.nop
        axes = [list(range(x.ndim - ndim, x.ndim)) if a is None else list(a) for x, a in zip(self._given, axes)]
        axes = [a[:i] + a[i + 1 :] for a in axes]
        self._again(self._flags, op_axes=axes, itershape=lengths and [*lengths[:i], *lengths[i + 1 :]])

    def enable_external_loop(self):
        """Gives whole lines from here on."""
        self._check_untracked()
        self._flags |= {"external_loop"}
        self._rest = None
        self._by_lines()

    def debug_print(self):
        """Prints what is known of the iterator."""
        print(f"nditer of shape {self.shape}, at {self.iterindex} of {self.itersize}, with {sorted(self._flags)}")


def _nested_axes(axes):
    if not isinstance(axes, (list, tuple)):
        raise ValueError("axes must be a tuple of axis arrays")
    if len(axes) < 2:
        raise ValueError("axes must have at least 2 entries for nested iteration")
    if not all(isinstance(some, (list, tuple)) for some in axes):
        raise ValueError("Each item in axes must be an integer tuple")
    named = [[operator.index(axis) for axis in some] for some in axes]
    flat = [axis for some in named for axis in some]
    if any(not 0 <= axis < 64 for axis in flat):
        raise ValueError("An axis is out of bounds")
    if len(set(flat)) < len(flat):
        raise ValueError("An axis is used more than once")
    return named


def nested_iters(op, axes, flags=None, op_flags=None, op_dtypes=None, order="K", casting="safe", buffersize=0):
    """A tuple of nditers for loops inside loops, the outermost first: each goes along its list of axes, of the elements at
    which those before it are."""
    named, flags = _nested_axes(axes), set(flags or ())
    several = isinstance(op, (list, tuple))
    given = [x if x is None else nd.asarray(x) if op_flags is None else x for x in (op if several else [op])]
    allocated = [x is None for x in given]
    for some in named:
        for i, x in enumerate(given):
            for axis in some if x is not None else ():
                if axis >= nd.ndim(x):
                    of = f"op[{i}], which has {nd.ndim(x)} dimensions "
                    raise ValueError(f"Iterator input op_axes[{i}][{some.index(axis)}] (=={axis}) is not a valid axis of {of}")
    walks = []
    for k, some in enumerate(named):
        last = k == len(named) - 1
        own = flags if last else flags - {"external_loop", "buffered", "delay_bufalloc", "grow_inner", "common_dtype"}
        op_axes = [(None if k == 0 else [-1] * len(some)) if made else some for made in allocated]
        types = op_dtypes if last or "buffered" not in flags else None
        walk = nditer(
            given if several else given[0], sorted(own), op_flags, types, order, casting, op_axes, None, buffersize if last else 0
        )  # fmt: skip
        if k == 0:
            given = list(walk._given)
        walk._allocated = allocated
        if walks:
            walk._outer = [weakref.ref(other) for other in walks], named[:k]
            walks[-1]._child = walk
        walks.append(walk)
    for walk in walks[:-1]:
        walk._start(walk._bases)
    walks[1]._restart()
    return tuple(walks)
