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

import numpy as np

import nd
from nd_random import default_rng
from oracle import assert_as_numpy
from programs import EXACT, Generator
from strategies import random_values

SECONDS = 60  # that a program may take; the library hangs if it takes longer
PROGRAMS = int(os.environ.get("PROGRAMS", 2000))

THRESHOLDS = [3, 100, 20000]  # from how many elements on operations are pending


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
    if s.kind == "arange":
        return nd.Array(arange(nd.DTYPES.index(s.detail), *s.inputs))
    if s.kind == "op":
        return nd.elementwise(s.detail, *arguments)
    if s.kind == "cast":
        return nd.cast(arguments[0], s.detail)
    if s.kind == "copy":
        return nd.call(s.detail, arguments[0])
    if s.kind == "reduce":
        op, axes, keepdims = s.detail
        return nd.reduce(op, arguments[0], axes, keepdims)
    if s.kind == "mask":
        return nd.get(arguments[0], (arguments[1],))
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
arange = nd.library.nd_arange_step
arange.restype, arange.argtypes = nd.c_void_p, [nd.c_int, nd.c_double, nd.c_double, nd.c_double]


def make_data(statement):
    shape, dtype, order, values, seed = statement.detail
    array = random_values(np.random.default_rng(seed), dtype, shape, values)
    return np.asfortranarray(array) if order == "F" else array


class Run:
    """The variables of a program, and what its statements showed. `skipped`: which statements are
    not done.
    """

    def __init__(self, lazy, skipped=()):
        self.lazy = lazy
        self.skipped = skipped
        self.statements = 0
        self.variables = {}
        self.shown = []
        self.pending = self.operations = 0

    def step(self, statement):
        """False if it could not be done: it names a variable that is not there, or was refused."""
        self.statements += 1
        if self.statements in self.skipped:
            return False
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
    NumPy goes on with ours where those are not exact. What would show the sign of a NaN is skipped:
    on x86 it is that of whichever argument the compiler put first.
    """

    def __init__(self):
        super().__init__(0, skipped=set())
        self.theirs = {}

    def step(self, statement):
        before = [
            self.theirs[x].copy() if isinstance(x, str) and x in self.theirs else x
            for x in statement.inputs
        ]
        if (statement.kind, statement.detail) == ("op", "signbit") and has_nan(before[0]):
            self.skipped.add(self.statements + 1)
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
        elif s.kind == "mask":
            np.testing.assert_array_equal(ours, before[0][before[1]])
        elif s.kind == "linspace":
            np.testing.assert_array_equal(ours, np.linspace(*before))
        elif s.kind == "arange":
            np.testing.assert_array_equal(ours, np.arange(*before, dtype=s.detail))
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


def has_nan(array):
    return isinstance(array, np.ndarray) and array.dtype.kind in "fc" and np.isnan(array).any()


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
        assert ((ours == theirs) | (np.abs(ours - theirs) <= bound)).all(), (ours, theirs)


def check_scan(s, ours, array):
    extremes = {"cummax": np.maximum.accumulate, "cummin": np.minimum.accumulate}
    op, axis = s.detail
    theirs = extremes.get(op, np.cumsum)(array, axis=axis)
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, (ours.dtype, theirs.dtype)
    if theirs.dtype.kind not in "fc" or op in extremes:
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
    close |= ~np.isfinite(ours) & ~(2.0 * count * scale <= np.finfo(theirs.dtype).max)
    assert close.all(), (ours, theirs)


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
            lazy = Run(threshold, eager.skipped)
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
