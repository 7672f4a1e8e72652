"""Random programs give the same bits whether their operations are pending or computed at once, and
agree with NumPy.

A program is a list of statements over a few variables: arrays are made, computed with, viewed,
written, released and looked at in any order. It runs with everything pending, and with everything
computed at once beside NumPy. One that fails is shrunk to the statements that matter.

    PROGRAMS=20000 pytest tests/differential/test_programs.py --build-folder build
    ND_LIBRARY=build/src/libndstream.so python tests/differential/test_programs.py 100000 [seed]
"""

import faulthandler
import os
import random
import struct
import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np

import nd
from nd_random import default_rng
from oracle import assert_as_numpy
from strategies import random_values

SECONDS = 60  # that a program may take; the library hangs if it takes longer
PROGRAMS = int(os.environ.get("PROGRAMS", 2000))

DTYPES = "bool int8 int32 int64 uint8 float32 float64 complex128".split()
UNARY = "negative absolute sign square conjugate sqrt exp sin tanh log1p floor trunc isnan isfinite"
UNARY = (UNARY + " logical_not invert signbit").split()
BINARY = "add subtract multiply divide floor_divide remainder fmod maximum minimum fmax hypot"
BINARY += " less equal not_equal greater_equal logical_and bitwise_and bitwise_xor"
BINARY = BINARY.split()
CHAIN = "add subtract multiply maximum minimum".split()
TERNARY = ["where", "clip"]
REDUCTIONS = "sum mean std var min max any all argmax count_nonzero".split()
SCALARS = [0, 1, 2, 3, -1, 0.5, -2.25, True, 7]
SHAPES = [(), (1,), (5,), (7, 1), (1, 4), (7, 4), (4, 7), (3, 4, 5), (4, 5), (2, 1, 5), (0, 3)]
SHAPES += [(6, 6)]
LARGER = [(3000,), (60, 50), (50, 60), (60, 1), (5, 700), (700, 5), (16, 9, 33)]
LARGER += [(1500, 17), (70, 129), (9, 300, 2)]
LARGEST = [(20011,), (150, 170), (4, 5003), (5003, 4), (300, 401), (21, 5, 700)]
# What copies its argument into memory of its own and works there; "A" is an axis, "I" an index.
LINES = ["sort(x, axis=A)", "argsort(x, axis=A)", "partition(x, I, axis=A)", "median(x, axis=A)"]
LINES += ["unique_values(x)", "pad(x, 1)", "roll(x, 3, axis=A)", "diff(x, axis=A)"]
LINES += ["repeat(x, 2, axis=A)", "concatenate([x, x], axis=A)", "take(x, [0, I], axis=A)"]
MATRIX = ["svdvals(x)", "svd(x)[0]", "svd(x)[2]", "qr(x)[1]", "pinv(x)", "lstsq(x, x)[0]", "tril(x)"]
SQUARE = ["inv(x)", "det(x)", "solve(x, x)", "eigvals(x)", "eigh(x)[1]", "cholesky(x)", "lu(x)"]
EXACT = "sort pad roll diff repeat concatenate take tril".split()  # to compare with NumPy
IN_PLACE = ["sort", "shuffle", "permuted"]
NORMS = "sum mean std max min var".split()
THRESHOLDS = [3, 100, 20000]  # from how many elements on operations are pending


@dataclass(frozen=True)
class Statement:
    """`inputs` are names of variables, or Python scalars; `detail` depends on the kind."""

    kind: str
    name: str = ""
    inputs: tuple = ()
    detail: object = None

    def __str__(self):
        inputs = ", ".join(map(str, self.inputs))
        if self.kind == "data":
            shape, dtype, order, values, seed = self.detail
            return f"{self.name} = {values}({dtype}, {shape}, order={order}, seed={seed})"
        if self.kind == "linspace":
            return f"{self.name} = linspace({inputs})"
        if self.kind in ("op", "cast", "copy"):
            return f"{self.name} = {self.detail}({inputs})"
        if self.kind == "scan":
            return f"{self.name} = {self.detail[0]}({inputs}, axis={self.detail[1]})"
        if self.kind == "reduce":
            op, axes, keepdims = self.detail
            return f"{self.name} = {op}({inputs}, axes={axes}, keepdims={keepdims})"
        if self.kind == "view":
            return f"{self.name} = {inputs}.{' '.join(map(str, self.detail))}"
        if self.kind == "into":
            op, index = self.detail
            return f"{op}({inputs}, out={self.name}{'' if index is None else list(index)})"
        if self.kind == "assign":
            index = list(self.detail) if self.detail is not None else "[...]"
            return f"{self.name}{index} = {inputs}"
        if self.kind == "call":
            return f"{self.name} = {self.detail} for x = {inputs}"
        if self.kind == "rearrange":
            how, axis, seed = self.detail
            return f"{how}({self.name}, axis={axis}, seed={seed})"
        if self.kind == "item":
            return f"item({inputs}, {self.detail})"
        return f"{self.kind} {inputs}"


class Difference(Exception):
    """Two runs of a program that should agree do not."""


# ---- Running on the library ----


def arguments_of(statement, variables):
    return [variables[x] if isinstance(x, str) else x for x in statement.inputs]


def perform_view(array, detail):
    kind, *rest = detail
    if kind == "slice":
        return nd.slice_terms(array, rest[0])
    if kind == "reshape":
        return nd.call("reshape", array, nd.shape_of(rest[0]))
    if kind in ("permute", "flip"):
        return nd.call(kind, array, nd.axes_of(rest[0]))
    if kind == "broadcast":
        return nd.call("broadcast_to", array, nd.shape_of(rest[0]))
    return nd.call(kind, array)


def perform(statement, variables):
    """The array that a statement makes, or what it shows."""
    s, arguments = statement, arguments_of(statement, variables)
    if s.kind == "data":
        return nd.from_data(make_data(s))
    if s.kind == "linspace":
        return nd.Array(linspace(*s.inputs))
    if s.kind == "op":
        return nd.elementwise(s.detail, *arguments)
    if s.kind == "cast":
        return nd.cast(arguments[0], s.detail)
    if s.kind == "copy":
        return nd.call(s.detail, arguments[0])
    if s.kind == "reduce":
        op, axes, keepdims = s.detail
        return nd.reduce(op, arguments[0], axes, keepdims)
    if s.kind == "scan":
        return nd.scan(s.detail[0], arguments[0], s.detail[1])
    if s.kind == "matmul":
        return nd.call("matmul", *arguments)
    if s.kind == "view":
        return perform_view(arguments[0], s.detail)
    if s.kind == "call":
        return nd.expression(s.detail, x=arguments[0])
    target = variables.get(s.name)
    if s.kind == "rearrange":
        rearrange(target, *s.detail)
    elif s.kind == "into":
        op, index = s.detail
        nd.elementwise(op, *arguments, out=nd.slice_terms(target, index) if index else target)
    elif s.kind == "assign":
        nd.assign(nd.slice_terms(target, s.detail) if s.detail else target, arguments[0])
    elif s.kind == "item":
        value = nd.item(arguments[0], s.detail)
        return struct.pack("d", value) if value == value else "NaN"  # which one does not count
    elif s.kind == "eval":
        nd.evaluate(arguments)
    elif s.kind == "release":
        del variables[s.inputs[0]]
    return None


def rearrange(array, how, axis, seed):
    if how == "sort":
        nd.status("sort_in_place", array, nd.c_int(axis), nd.c_bool(False))
    else:
        getattr(default_rng(seed), how)(array, axis)


linspace = nd.library.nd_linspace
linspace.restype, linspace.argtypes = nd.c_void_p, [nd.c_double, nd.c_double, nd.c_int64]


def make_data(statement):
    shape, dtype, order, values, seed = statement.detail
    array = random_values(np.random.default_rng(seed), dtype, shape, values)
    return np.asfortranarray(array) if order == "F" else array


class Run:
    """The variables of a program, and what its statements showed."""

    def __init__(self, lazy):
        self.lazy = lazy
        self.variables = {}
        self.shown = []
        self.pending = self.operations = 0

    def step(self, statement):
        """False if it could not be done: it names a variable that is not there, or was refused."""
        names = [x for x in statement.inputs if isinstance(x, str)]
        if statement.kind in ("into", "assign", "rearrange"):
            names.append(statement.name)
        if any(name not in self.variables for name in names):
            return False
        with nd.lazy(self.lazy):
            try:
                result = perform(statement, self.variables)
            except nd.Failure as failure:
                self.shown.append(failure.code)
                return False
        if isinstance(result, nd.Array):
            result.keeps = ()  # the library alone must see to it that memory lives
            self.variables[statement.name] = result
            if statement.kind == "op" and 0 not in result.shape:
                self.operations += 1
                self.pending += nd.is_pending(result)
            result = None
        self.shown.append(result)
        return True


# ---- Beside NumPy ----


def mirror_view(array, detail):
    kind, *rest = detail
    if kind == "slice":
        return array[(*rest[0], ...)]  # never a scalar, which would be a copy
    if kind == "reshape":
        return array.reshape(rest[0])
    if kind == "permute":
        return array.transpose(rest[0])
    if kind == "broadcast":
        return np.broadcast_to(array, rest[0])
    if kind == "ravel":
        return array.reshape(-1)  # a view where possible
    if kind == "flip":
        return np.flip(array, rest[0]) if array.ndim else array[...]  # never a scalar
    if kind == "imag":
        return array.imag
    return {"transpose": np.transpose, "real": np.real}[kind](array)


class Beside(Run):
    """Computes at once, and each statement in NumPy too: results are compared as they come, and
    NumPy goes on with ours where those are not exact.
    """

    def __init__(self):
        super().__init__(0)
        self.theirs = {}

    def step(self, statement):
        before = [
            self.theirs[x].copy() if isinstance(x, str) and x in self.theirs else x
            for x in statement.inputs
        ]
        if not super().step(statement):
            return False
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.check(statement, before)
            except (AssertionError, TypeError, ValueError) as error:
                raise Difference(f"{statement}\n{error}") from error
        return True

    def check(self, s, before):
        arguments = arguments_of(s, self.theirs)
        if s.kind in ("into", "assign"):
            self.check_written(s, arguments, before)
        elif s.kind == "rearrange":
            self.check_rearranged(s, before[0])
        elif s.kind == "view":
            self.check_view(s, arguments[0])
        elif s.kind == "release":
            del self.theirs[s.inputs[0]]
        elif s.kind not in ("item", "eval"):
            ours = nd.to_numpy(self.variables[s.name])
            self.check_result(s, ours, before)
            self.theirs[s.name] = ours.copy(order="K")

    def check_result(self, s, ours, before):
        if s.kind == "op":
            theirs = getattr(np, s.detail)(*before)
            assert_as_numpy(nd.OPS[s.detail], ours, theirs, before)
        elif s.kind == "reduce":
            check_reduction(s, ours, before[0])
        elif s.kind == "scan":
            check_scan(s, ours, before[0])
        elif s.kind == "matmul":
            check_product(ours, *before)
        elif s.kind == "call":
            check_call(s, ours, before[0])
        elif s.kind == "copy":
            np.testing.assert_array_equal(ours, before[0])
        elif s.kind == "cast":
            if not (before[0].dtype.kind in "fc" and ours.dtype.kind in "iu"):
                np.testing.assert_array_equal(ours, before[0].astype(ours.dtype))

    def check_view(self, s, base):
        view = mirror_view(base, s.detail)
        ours = self.variables[s.name]
        parent = self.variables[s.inputs[0]]
        # Whether a reshape copies is the library's choice.
        if view.size and not nd.library.nd_overlaps(ours.handle, parent.handle):
            view = view.copy()
        np.testing.assert_array_equal(nd.to_numpy(ours), view)
        self.theirs[s.name] = view

    def check_written(self, s, arguments, before):
        target, index = self.theirs[s.name], s.detail if s.kind == "assign" else s.detail[1]
        ours = nd.to_numpy(self.variables[s.name])
        if index is not None:
            target, ours = target[(*index, ...)], ours[(*index, ...)]
        if s.kind == "assign":
            target[...] = before[0]
            exact = not (before[0].dtype.kind in "fc" and target.dtype.kind in "iu")
        else:
            result = np.asarray(getattr(np, s.detail[0])(*before))
            exact = False
            if result.dtype == target.dtype:
                expected = np.broadcast_to(result, target.shape)
                assert_as_numpy(nd.OPS[s.detail[0]], ours.copy(), expected.copy(), before)
        if exact:
            np.testing.assert_array_equal(ours, target)
        target[...] = ours


    def check_rearranged(self, s, before):
        how, axis, seed = s.detail
        ours = nd.to_numpy(self.variables[s.name])
        if how == "sort":
            np.testing.assert_array_equal(ours, np.sort(before, axis))
        else:
            expected = before.copy()
            more = {"out": expected} if how == "permuted" else {}
            getattr(np.random.default_rng(seed), how)(expected, axis=axis, **more)
            np.testing.assert_array_equal(ours, expected)
        self.theirs[s.name][...] = ours


def check_call(s, ours, array):
    """Factors are compared by the tests of factorizations; here it counts that they are the same
    whatever was pending.
    """
    function = s.detail.partition("(")[0]
    if function in EXACT:
        theirs = eval(s.detail, {"x": array} | {name: getattr(np, name) for name in EXACT})  # noqa: S307
        np.testing.assert_array_equal(ours, theirs)
    elif function == "svdvals" and (np.abs(array) < 1e100).all():
        theirs = np.linalg.svd(array, compute_uv=False)
        bound = 100 * sum(array.shape) * np.finfo(ours.dtype).eps * theirs.max(initial=0)
        assert (np.abs(ours - theirs) <= bound).all(), (ours, theirs)


def check_scan(s, ours, array):
    theirs = getattr(np, s.detail[0])(array, axis=s.detail[1])
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, (ours.dtype, theirs.dtype)
    if theirs.dtype.kind not in "fc":
        np.testing.assert_array_equal(ours, theirs)
        return
    scale = array.size * np.max(np.abs(array.astype(complex)), initial=1)
    bound = 4 * array.size * np.finfo(theirs.dtype).eps * scale
    close = (np.abs(ours - theirs) <= bound) | ~np.isfinite(theirs) | ~np.isfinite(ours)
    close |= ~np.isfinite(bound)
    assert close.all(), (ours, theirs)


def check_product(ours, left, right):
    theirs = np.matmul(left, right)
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, (ours.dtype, theirs.dtype)
    if theirs.dtype.kind not in "fc":
        np.testing.assert_array_equal(ours, theirs)
        return
    scale = np.matmul(np.abs(left.astype(complex)), np.abs(right.astype(complex))).real
    bound = 4 * left.shape[-1] * np.finfo(theirs.dtype).eps * scale + np.finfo(theirs.dtype).tiny
    close = (np.abs(ours - theirs) <= bound) | ~np.isfinite(theirs) | ~np.isfinite(ours)
    close |= ~np.isfinite(bound)
    assert close.all(), (ours, theirs)


def check_reduction(s, ours, array):
    op, axes, keepdims = s.detail
    theirs = np.asarray(getattr(np, op)(array, axis=axes, keepdims=keepdims))
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, (ours.dtype, theirs.dtype)
    if theirs.dtype.kind not in "fc" or op in ("min", "max"):
        np.testing.assert_array_equal(ours, theirs)
        return
    # Twice what the worst order of additions may lose.
    wide = np.abs(array.astype("complex128" if array.dtype.kind == "c" else "float64"))
    scale = np.max(wide, axis=axes, keepdims=keepdims, initial=1)
    eps = np.finfo(theirs.dtype).eps
    count = max(array.size // max(theirs.size, 1), 1)
    bound = 4 * count * eps * scale * (scale if op == "var" else count if op == "sum" else 1)
    if op == "std":  # the root of a variance that is almost none
        bound = np.sqrt(bound * scale)
    close = (np.abs(ours - theirs) <= bound) | ~np.isfinite(theirs) | ~np.isfinite(bound)
    # Whether a sum overflows on the way depends on its order.
    close |= ~np.isfinite(ours) & ~np.isfinite(2.0 * count * scale)
    assert close.all(), (ours, theirs)


# ---- Making programs ----


class Generator:
    """Draws the statements of one program; what it draws next depends on the arrays there are."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.made = 0
        sizes = self.rng.random()
        self.shapes = SHAPES if sizes < 0.75 else LARGER if sizes < 0.97 else LARGEST

    def name(self):
        self.made += 1
        return f"v{self.made}"

    def pick(self, arrays, suits=lambda array: True):
        """A variable, rather a new one."""
        names = [name for name, array in arrays.items() if suits(array)]
        if not names:
            return None
        return names[-1] if self.rng.random() < 0.4 else self.rng.choice(names)

    def partner(self, arrays, first):
        """A scalar, or a variable that broadcasts with the first."""
        if self.rng.random() < 0.2:
            return self.rng.choice(SCALARS)
        shape = arrays[first].shape

        def suits(array):
            try:
                return np.prod(np.broadcast_shapes(array.shape, shape)) <= 60000
            except ValueError:
                return False

        other = self.pick(arrays, suits)
        return self.rng.choice(SCALARS) if other is None else other

    def index(self, shape):
        terms = []
        for length in shape:
            kind = self.rng.randrange(6)
            if kind < 2:
                terms.append(slice(None))
            elif kind == 2:
                terms.append(slice(self.rng.randrange(3), None))
            elif kind == 3:
                terms.append(slice(None, -self.rng.randrange(1, 3)))
            elif kind == 4:
                terms.append(slice(None, None, self.rng.choice([-1, 2, -2, 3])))
            elif length and self.rng.random() < 0.4:
                terms.append(self.rng.randrange(-length, length))
            else:
                terms.append(slice(self.rng.randrange(2), length - self.rng.randrange(2)))
        if self.rng.random() < 0.2:
            terms.insert(self.rng.randrange(len(terms) + 1), None)
        return tuple(terms)

    def data(self, arrays):
        rng = self.rng
        if rng.random() < 0.15:
            count = rng.choice([1, 4, 5, 7, 60, 3000])
            bounds = (rng.uniform(-3, 3), rng.uniform(-3, 3))
            return Statement("linspace", self.name(), (*bounds, count))
        values = rng.choice(["small", "small", "unit", "special", "wide"])
        detail = (rng.choice(self.shapes), rng.choice(DTYPES), rng.choice("CCF"), values)
        return Statement("data", self.name(), (), (*detail, rng.randrange(10**6)))

    def op(self, arrays):
        kind, first = self.rng.random(), self.pick(arrays)
        if kind < 0.35:
            return Statement("op", self.name(), (first,), self.rng.choice(UNARY))
        if kind < 0.85:
            both = [first, self.partner(arrays, first)]
            self.rng.shuffle(both)
            return Statement("op", self.name(), tuple(both), self.rng.choice(BINARY))
        if kind < 0.93:
            condition = self.pick(arrays, lambda array: array.dtype == bool) or first
            others = (self.partner(arrays, condition), first)
            return Statement("op", self.name(), (condition, *others), "where")
        return Statement("op", self.name(), (first, self.partner(arrays, first), 3), "clip")

    def cast(self, arrays):
        return Statement("cast", self.name(), (self.pick(arrays),), self.rng.choice(DTYPES))

    def copy(self, arrays):
        which = self.rng.choice(["copy", "copy_fortran"])
        return Statement("copy", self.name(), (self.pick(arrays),), which)

    def reduce(self, arrays):
        first, op = self.pick(arrays), self.rng.choice(REDUCTIONS)
        axes = list(range(arrays[first].ndim))
        self.rng.shuffle(axes)
        if op == "argmax":
            axes = self.rng.choice(axes) if axes and self.rng.random() < 0.7 else None
        else:
            count = self.rng.randrange(len(axes) + 1)
            axes = tuple(axes[:count]) if count else None
        return Statement("reduce", self.name(), (first,), (op, axes, self.rng.random() < 0.3))

    def scan(self, arrays):
        first = self.pick(arrays, lambda array: array.ndim)
        if first is None:
            return None
        axis = self.rng.randrange(arrays[first].ndim)
        return Statement("scan", self.name(), (first,), ("cumsum", axis))

    def matmul(self, arrays):
        def suits(array):
            return array.ndim == 2 and array.dtype != bool and array.size < 5000

        first = self.pick(arrays, suits)
        if first is None:
            return None
        rows = arrays[first].shape[1]
        second = self.pick(arrays, lambda array: suits(array) and array.shape[0] == rows)
        return Statement("matmul", self.name(), (first, second)) if second else None

    def call(self, arrays):
        """What works in memory of its own, rather on what is pending, which is used again."""
        rng = self.rng
        first = self.pick(arrays, lambda array: array.ndim and array.size)
        if first is None:
            return None
        statements, shape, known = [], arrays[first].shape, first
        for _ in range(rng.randrange(3)):
            both = (known, rng.choice([2, 0.5, first]))
            statements.append(Statement("op", self.name(), both, rng.choice(CHAIN)))
            known = statements[-1].name
        if rng.random() < 0.3:
            detail = (rng.choice(NORMS), (rng.randrange(len(shape)),), True)
            fold = Statement("reduce", self.name(), (known,), detail)
            statements += [fold, Statement("op", self.name(), (known, fold.name), "subtract")]
            known = statements[-1].name
        dtype = arrays[first].dtype
        texts = LINES
        if len(shape) > 1 and max(shape[-2:]) <= 16 and dtype.kind in "fc" and rng.random() < 0.7:
            texts = MATRIX + (SQUARE if shape[-1] == shape[-2] else [])
        axis = rng.randrange(len(shape))
        text = rng.choice(texts).replace("A", str(axis))
        text = text.replace("I", str(rng.randrange(shape[axis])))
        statements.append(Statement("call", self.name(), (known,), text))
        statements.append(Statement("op", self.name(), (known, first), rng.choice(CHAIN)))
        return statements

    def rearrange(self, arrays):
        target = self.pick(arrays, lambda array: array.ndim and array.flags.writeable)
        if target is None:
            return None
        axis = self.rng.randrange(arrays[target].ndim)
        detail = (self.rng.choice(IN_PLACE), axis, self.rng.randrange(10**6))
        return Statement("rearrange", target, (target,), detail)

    def normalise(self, arrays):
        """An array with reductions of itself over the same axes, as in standardising or softmax."""
        rng, first = self.rng, self.pick(arrays, lambda array: array.ndim and array.size)
        if first is None:
            return None
        rank = arrays[first].ndim
        axes = tuple(sorted(rng.sample(range(rank), rng.randrange(1, rank + 1))))
        leading = axes == tuple(range(len(axes)))  # then they broadcast back without keepdims too
        back = tuple(None if axis in axes else slice(None) for axis in range(rank))
        statements, value = [], first
        for _ in range(rng.randrange(1, 4)):
            if rng.random() < 0.3:
                statements.append(Statement("op", self.name(), (value,), rng.choice(UNARY)))
                value = statements[-1].name
            keeps, viewed = rng.random() < 0.5, rng.random() < 0.4
            detail = (rng.choice(NORMS), axes, not viewed and (not leading or keeps))
            fold = Statement("reduce", self.name(), (rng.choice([value, first]),), detail)
            both = [value, fold.name]
            statements.append(fold)
            if viewed:
                fold = Statement("view", self.name(), (fold.name,), ("slice", back))
                statements.append(fold)
                both[1] = fold.name
            if rng.random() < 0.3:
                step = Statement("op", self.name(), (fold.name, 1.5), rng.choice(CHAIN))
                statements.append(step)
                both[1] = step.name
            rng.shuffle(both)
            op = rng.choice(["subtract", "divide", "multiply", "maximum", "add"])
            statements.append(Statement("op", self.name(), tuple(both), op))
            value = statements[-1].name
        names = [statement.name for statement in statements[:-1]]
        return statements + [Statement("release", "", (x,)) for x in names if rng.random() < 0.7]

    def view(self, arrays):
        first = self.pick(arrays)
        shape, kind = arrays[first].shape, self.rng.randrange(8)
        if kind < 3:
            detail = ("slice", self.index(shape))
        elif kind == 3:
            detail = ("transpose",)
        elif kind == 4:
            detail = ("permute", tuple(self.rng.sample(range(len(shape)), len(shape))))
        elif kind == 5:
            detail = self.rng.choice([("ravel",), ("reshape", shape[::-1])])
        elif kind == 6 and np.prod(shape) < 20000:
            detail = ("broadcast", (3, *shape))
        elif self.rng.random() < 0.5:
            detail = ("flip", tuple(axis for axis in range(len(shape)) if self.rng.random() < 0.5))
        else:
            detail = ("imag" if arrays[first].dtype.kind == "c" else "real",)
        return Statement("view", self.name(), (first,), detail)

    def stencil(self, arrays):
        """Shifted parts of one array, combined; the result may go where they come from. What is
        taken apart may be pending, and released before its parts are used.
        """
        rng = self.rng
        base = self.pick(arrays, lambda array: array.ndim and array.size and min(array.shape) > 2)
        if base is None:
            return None
        statements, shape = [], arrays[base].shape
        if rng.random() < 0.4:  # of what is made for it
            other = rng.choice([2, base])
            statements.append(Statement("op", self.name(), (base, other), rng.choice(CHAIN)))
        source = statements[0].name if statements else base
        reach = [rng.choice([0, 0, 1]) if len(shape) > 1 else 1 for _ in shape]

        def part(shift):
            return tuple(
                slice(r + d, n - r + d) for r, d, n in zip(reach, shift, shape, strict=True)
            )

        parts = []
        for _ in range(rng.randrange(2, 6)):
            shift = [rng.randrange(-r, r + 1) for r in reach]
            parts.append(Statement("view", self.name(), (source,), ("slice", part(shift))))
        statements += parts
        if rng.random() < 0.15:
            statements.append(self.looked_at(parts[0].name))
        if statements[0].kind == "op" and rng.random() < 0.6:
            statements.append(Statement("release", "", (source,)))
        value, middle, dead = parts[0].name, part([0] * len(shape)), [x.name for x in parts]
        for one in parts[1:]:
            op = rng.choice(CHAIN)
            statements.append(Statement("op", self.name(), (value, one.name), op))
            value = statements[-1].name
            dead.append(value)
        dead.pop()
        if rng.random() < 0.3:
            statements.append(Statement("op", self.name(), (value, 0.25), "multiply"))
            dead.append(value)
            value = statements[-1].name
        rng.shuffle(dead)
        statements += [Statement("release", "", (x,)) for x in dead if rng.random() < 0.8]
        if rng.random() < 0.6 and arrays[base].flags.writeable:
            target = rng.choice([base, source])
            if not any(x.kind == "release" and x.inputs[0] == target for x in statements):
                if rng.random() < 0.5:
                    statements.append(Statement("assign", target, (value,), middle))
                else:
                    both = (value, rng.choice([1, 0.5]))
                    statements.append(Statement("into", target, both, (rng.choice(CHAIN), middle)))
        if rng.random() < 0.5:
            statements.append(Statement("release", "", (value,)))
        return statements

    def looked_at(self, name):
        return Statement("eval", "", (name,))

    def into(self, arrays):
        target = self.pick(arrays, lambda array: array.flags.writeable)
        if target is None:
            return None
        rng, op = self.rng, self.rng.choice(BINARY if self.rng.random() < 0.5 else CHAIN)
        shape = arrays[target].shape
        if rng.random() < 0.5:
            return Statement("into", target, (target, self.partner(arrays, target)), (op, None))
        index = self.index(shape)
        part = arrays[target][index].shape if shape else ()
        other = self.pick(arrays, lambda array: array.shape == part) or rng.choice(SCALARS)
        third = self.pick(arrays, lambda array: array.shape == part) or other
        return Statement("into", target, (other, third), (op, index if shape else None))

    def assign(self, arrays):
        target = self.pick(arrays, lambda array: array.flags.writeable)
        if target is None:
            return None
        index = self.index(arrays[target].shape) if arrays[target].ndim else None
        part = arrays[target][index].shape if index else ()
        source = self.pick(arrays, lambda array: array.shape == part) or self.pick(arrays)
        return Statement("assign", target, (source,), index)

    def item(self, arrays):
        first = self.pick(arrays, lambda array: array.size)
        if first is None:
            return None
        index = tuple(self.rng.randrange(length) for length in arrays[first].shape)
        return Statement("item", "", (first,), index)

    def eval(self, arrays):
        several = [self.pick(arrays) for _ in range(self.rng.randrange(1, 7))]
        return Statement("eval", "", tuple(several))

    def several(self, arrays):
        """Results over the same elements, some made of others, asked for together."""
        rng, known = self.rng, [self.pick(arrays)]
        shape, statements = arrays[known[0]].shape, []
        for _ in range(rng.randrange(2, 8)):
            if rng.random() < 0.15 and shape:
                detail = (rng.choice(NORMS), (rng.randrange(len(shape)),), True)
                if 0 in shape:
                    continue
                statements.append(Statement("reduce", self.name(), (rng.choice(known),), detail))
                made = Statement("op", self.name(), (known[-1], statements[-1].name), "subtract")
            else:
                other = rng.choice([*known, self.partner(arrays, known[0]), 3])
                if isinstance(other, str) and other in arrays and arrays[other].shape != shape:
                    other = 2
                both = (rng.choice(known), other)
                made = Statement("op", self.name(), both, rng.choice(CHAIN))
            statements.append(made)
            known.append(made.name)
        names = [statement.name for statement in statements]
        rng.shuffle(names)
        asked = names[: rng.randrange(1, len(names) + 1)] if names else known
        statements.append(Statement("eval", "", tuple(asked)))
        return statements + [Statement("release", "", (x,)) for x in names if rng.random() < 0.5]

    def release(self, arrays):
        return Statement("release", "", (self.pick(arrays),))

    def chain(self, arrays):
        """Many steps on from one array, where the values in between go away."""
        name, other = self.pick(arrays), self.pick(arrays)
        statements = []
        for _ in range(self.rng.randrange(10, 60)):
            second = self.rng.choice([self.rng.choice(SCALARS), name])
            if arrays[other].shape == arrays[statements[0].inputs[0] if statements else name].shape:
                second = self.rng.choice([second, other])
            made = self.name()
            statements.append(Statement("op", made, (name, second), self.rng.choice(CHAIN)))
            if statements[1:] and self.rng.random() < 0.9:
                statements.append(Statement("release", "", (name,)))
            name = made
        return statements

    KINDS = {"data": 3, "op": 14, "cast": 2, "copy": 1, "reduce": 4, "view": 4, "into": 4}
    KINDS |= {"assign": 2, "item": 1, "eval": 1, "release": 3, "chain": 0.15}
    KINDS |= {"scan": 0.5, "matmul": 0.3, "normalise": 1.5, "stencil": 1.5, "several": 0.7}
    KINDS |= {"call": 1.5, "rearrange": 0.5}

    def draw(self, arrays):
        if len(arrays) < 2:
            return [self.data(arrays)]
        kinds = self.KINDS | ({"stencil": 8} if self.shapes is LARGEST else {})
        kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
        drawn = getattr(self, kind)(arrays)
        if isinstance(drawn, list):
            return drawn
        return [drawn] if drawn else []


# ---- Comparing ----


def bits(array):
    """Layout and bits of the elements; which NaN it is does not count."""
    values = nd.to_numpy(array)
    strides = tuple(s for s, n in zip(values.strides, values.shape) if n > 1 and values.size)
    values = np.array(values, order="C")
    if values.dtype.kind in "fc":
        parts = values.reshape(-1).view(values.real.dtype)
        parts[np.isnan(parts)] = np.nan
    return values.dtype, values.shape, strides, values.tobytes()


def compare(lazy, eager):
    if lazy.shown != eager.shown:
        raise Difference("an element shown, or an error, is not the same when pending")
    for name, array in eager.variables.items():
        ours, theirs = bits(lazy.variables[name]), bits(array)
        for what, one, other in zip(("dtype", "shape", "strides"), ours, theirs):
            if one != other:
                raise Difference(f"{what} of {name}: pending {one}, at once {other}")
        if ours[3] != theirs[3]:
            one, other = nd.to_numpy(lazy.variables[name]), nd.to_numpy(array)
            raise Difference(f"{name} differs.\nPending:\n{one}\nAt once:\n{other}")


def run_lazily(program, eager):
    """Pending from a threshold on, on some threads: both follow from the program, so that it fails
    again as it is shrunk only where they do not matter.
    """
    for threshold, threads in ((1, 2), settings_of(program)):
        with nd.threads(threads):
            lazy = Run(threshold)
            for statement in program:
                lazy.step(statement)
            if threshold == 1 and lazy.operations >= 5 and not lazy.pending:
                raise Difference("nothing was pending")
            compare(lazy, eager)


def settings_of(program):
    rng = random.Random(str(program[:1]))
    return rng.choice(THRESHOLDS), rng.choice([1, 3])


def run(program):
    eager = Beside()
    for statement in program:
        eager.step(statement)
    run_lazily(program, eager)


def make(seed, program):
    """Draws a program, appending its statements to the list, and runs it both ways."""
    generator, eager = Generator(seed), Beside()
    for _ in range(generator.rng.randrange(5, 30)):
        for statement in generator.draw(eager.theirs):
            program.append(statement)
            eager.step(statement)
    run_lazily(program, eager)


def fails(program):
    try:
        run(program)
    except Difference as difference:
        return str(difference)
    return None


def shrink(program):
    """Without the statements that it fails without: halves, quarters, ... single ones."""
    size = len(program)
    while size > 0:
        at = 0
        while at < len(program):
            without = program[:at] + program[at + size :]
            if fails(without):
                program = without
            else:
                at += size
        size //= 2
    return program


def check(seed):
    program = []
    faulthandler.dump_traceback_later(SECONDS, exit=True)
    try:
        make(seed, program)
    except Difference as difference:
        why = str(difference)
        if fails(program):
            program = shrink(program)
            why = fails(program)
        text = "\n".join(map(str, program))
        raise AssertionError(f"the program of seed {seed}:\n\n{text}\n\n{why}") from None
    finally:
        faulthandler.cancel_dump_traceback_later()


def test_random_programs_give_the_same_bits_pending_or_at_once():
    for seed in range(PROGRAMS):
        check(seed)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PROGRAMS
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    begin, failed = time.time(), 0
    for seed in range(first, first + count):
        try:
            check(seed)
        except AssertionError as error:
            failed += 1
            print(error, flush=True)
        if (seed - first + 1) % 1000 == 0:
            seconds = time.time() - begin
            print(f"{seed - first + 1} programs, {failed} failed, {seconds:.0f} s", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
