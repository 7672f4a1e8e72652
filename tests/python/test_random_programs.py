"""Random programs that make, look through, change and alias arrays, run with NumPy and with ndstream.

Elements are whole numbers of moderate size, also in floats, so both must agree in every bit but the sign of zero; an exception
must be of the same type, and the program goes on after it. What is pending is decided by set_lazy(), which differs from program to
program.

By hand: test_random_programs.py BUILD COUNT [FIRST SEED]
"""

import functools
import pathlib
import random
import re
import sys
import warnings

import numpy

if __name__ == "__main__":
    sys.path[:0] = [str(pathlib.Path(sys.argv[1]).resolve() / "python"), str(pathlib.Path(__file__).parent)]
import ndstream
from same import ERRORS

PROGRAMS_IN_CI = 1500
DTYPES = ["float64"] * 5 + ["int64"] * 4 + ["float32", "float32", "int32", "int8", "int16", "bool", "complex128"]
DTYPES += ["uint8", "uint8", "uint16", "uint32", "uint64", "float16", "complex64"]
SHAPES = ["(6,)", "(40,)", "(4, 5)", "(5, 4)", "(3, 4, 5)", "(1, 5)", "(4, 1)", "(20, 30)", "(600,)", "(0,)", "(1,)", "(2, 3)"]
# Where an index array selects nothing NumPy takes values without elements and with axes too many, and does nothing.
NOTHING = "nothing"
NOTHING_SELECTED = re.compile(r"set: shape mismatch: value array of shape \((.*, )?0(,.*)?\).* shape \((.*, )?0(,.*)?\)$")
# What C leaves open, and NumPy does one way in vectors and another beside them: floats out of the range of an integer.
UNSPECIFIED = "invalid value encountered in cast"
# Of more than 256 KiB NumPy squares what an expression made in its own memory, where an int8 is no bool.
SQUARED_IN_PLACE = "Cannot cast ufunc 'square' output from dtype('int8') to dtype('bool')"
LAZY = [1, 1, 8, 64, 8192, 0]


class Writer:
    """Writes the statements of a program. It does not know shapes: what does not fit is an exception for both."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def one_of(self, *makers):
        """What one of them writes: the others are not called, which would take most of the time."""
        return self.random.choice(makers)()

    def name(self):
        return f"a{self.random.randrange(max(self.count, 1))}"

    def new(self):
        """A new name, or one that is taken from another array."""
        if self.count < 6:
            self.count += 1
            return f"a{self.count - 1}"
        return self.name()

    def integer(self, low=-6, high=6):
        return self.random.randint(low, high)

    def bound(self):
        return str(self.integer()) if self.random.random() < 1 / 3 else ""

    def term(self):
        step = self.pick("", "", ":2", ":-1", ":-2", ":3")
        return self.one_of(lambda: f"{self.bound()}:{self.bound()}{step}", lambda: f"{self.bound()}:{self.bound()}{step}", lambda: ":", lambda: ":", lambda: str(self.integer(-4, 3)), lambda: "None", lambda: "...")

    def basic(self):
        return ", ".join(self.term() for _ in range(self.pick(1, 1, 1, 2, 2, 3)))

    def mask(self):
        a = self.name()
        return f"{a} {self.pick('>', '<', '==', '!=', '>=')} {self.pick(self.integer(), self.name())}"

    def advanced(self):
        return self.one_of(
            lambda: self.mask(),
            lambda: f"[{self.integer(-2, 1)}, {self.integer(-2, 1)}, {self.integer(-2, 1)}]",
            lambda: f"[0, 1], {self.basic()}",
            lambda: f":, [1, 0, 1]",
            lambda: f"{self.name()} % 3 == 1",
            lambda: f"np.arange({self.integer(1, 4)})",
        )

    def view(self):
        a = self.name()
        return self.one_of(
            lambda: a, lambda: a, lambda: a, lambda: f"{a}[{self.basic()}]", lambda: f"{a}[{self.basic()}]", lambda: f"{a}[{self.basic()}]", lambda: f"{a}.T", lambda: f"{a}[::-1]", lambda: f"{a}.reshape(-1)",
            lambda: f"{a}.reshape(2, -1)", lambda: f"{a}.swapaxes(0, -1)", lambda: f"np.broadcast_to({a}, (4, 5))", lambda: f"np.atleast_2d({a})",
            lambda: f"{a}.squeeze()", lambda: f"{a}[..., ::-1]", lambda: f"np.moveaxis({a}, 0, -1)", lambda: f"{a}.real", lambda: f"np.diagonal({a})", lambda: f"{a}.view()",
            lambda: f"np.expand_dims({a}, 1)", lambda: f"{a}.reshape({self.pick('4, -1', '-1, 5', '1, -1')})",
        )

    def operand(self):
        return self.one_of(lambda: self.view(), lambda: self.view(), lambda: self.view(), lambda: str(self.integer()), lambda: f"{self.integer()}.0")

    def expression(self, depth=2):
        if depth == 0:
            return self.operand()
        x, y = self.expression(depth - 1), self.expression(depth - 1)
        return self.one_of(
            lambda: f"({x} + {y})", lambda: f"({x} - {y})", lambda: f"({x} + {y})", lambda: f"({x} * {y}) % 101", lambda: f"np.rint(abs({x}))", lambda: f"-({x})", lambda: f"np.minimum({x}, {y})",
            lambda: f"np.maximum({x}, {y})", lambda: f"np.where({self.mask()}, {x}, {y})", lambda: f"({x}) // {self.integer(1, 5)}", lambda: f"({x}) % {self.integer(1, 9)}",
            lambda: f"({x}) ** 2 % 101", lambda: f"np.clip({x}, 0, 9)", lambda: f"({x}).astype('{self.pick(*DTYPES)}')", lambda: f"np.floor({x})", lambda: f"np.sign({x})",
            lambda: f"({self.mask()})", lambda: f"np.square({x}) % 97", lambda: x, lambda: self.reduced(), lambda: self.moved(), lambda: f"({x}).copy()",
        )

    def reduced(self):
        a = self.view()
        axis = self.pick("", "", "0", "-1", "axis=0, keepdims=True", "axis=-1, keepdims=True", "axis=None, keepdims=True")
        return self.one_of(
            lambda: f"exact({a}).sum({axis}) % 101", lambda: f"{a}.max({axis})", lambda: f"{a}.min({axis})", lambda: f"np.any({a}, {axis or 'axis=None'})", lambda: f"np.sum(exact({a}), {axis or 'axis=None'}) // 4",
            lambda: f"({a} - {a}.max({axis}))", lambda: f"np.count_nonzero({a})", lambda: f"{a}.argmax()", lambda: f"np.argmin({a}, axis=0)", lambda: f"np.all({a} > {self.integer()}, axis=-1)",
        )

    def moved(self):
        a, b = self.view(), self.view()
        return self.one_of(
            lambda: f"np.concatenate([{a}, {b}])", lambda: f"np.stack([{a}, {b}])", lambda: f"np.roll({a}, {self.integer()})", lambda: f"np.sort({a})", lambda: f"np.cumsum(exact({a})) % 101",
            lambda: f"np.cumsum(exact({a}), axis=0) % 101", lambda: f"np.diff({a})", lambda: f"np.repeat({a}, 2)", lambda: f"np.tile({a}, 2)", lambda: f"np.argsort({a}.reshape(-1), kind='stable')",
            lambda: f"{a}[{self.advanced()}]", lambda: f"{a}[{self.advanced()}]", lambda: f"np.take({a}, [0, 1])", lambda: f"np.unique({a})", lambda: f"(exact({a}) @ exact({b})) % 101",
            lambda: f"np.outer({a}, [1, 2])", lambda: f"np.flatnonzero({a})", lambda: f"np.pad({a}, 1)", lambda: f"np.triu({a})", lambda: f"np.append({a}, {b})", lambda: f"np.delete({a}, 0)",
            lambda: f"np.insert({a}, 1, {self.integer()})", lambda: f"np.flip({a}, 0)", lambda: f"np.einsum('i...->i', exact({a})) % 101", lambda: f"np.inner(exact({a}), exact({b})) % 101", lambda: f"np.select([{self.mask()}], [apart({b})], {self.integer()})",
            lambda: f"np.take_along_axis({a}, np.argsort({a}, -1, kind='stable'), -1)", lambda: f"np.cumulative_sum(exact({a}), axis=0) % 101", lambda: f"np.divmod({a}, {self.integer(1, 5)})[{self.pick(0, 1)}]",
            lambda: f"np.array([{a}, {a}])", lambda: f"np.array({a}.tolist())", lambda: f"np.vstack([{a}, {b}])", lambda: f"np.dot(exact({a}), exact({b})) % 101", lambda: f"np.trunc({a})",
        )

    def target(self):
        a = self.name()
        return self.one_of(lambda: f"{a}[{self.basic()}]", lambda: f"{a}[{self.basic()}]", lambda: f"{a}[...]", lambda: f"{a}[{self.advanced()}]", lambda: f"{a}.T[{self.basic()}]")

    def in_place(self):
        a, t = self.name(), self.target()
        e = self.expression(self.pick(0, 1, 1, 2))
        v = f"apart({e})" if re.search("[<>=]", t) else e
        return self.one_of(
            lambda: f"{t} = {v}", lambda: f"{t} = {v}", lambda: f"{t} = {v}", lambda: f"{t} {self.pick('+', '-')}= {e}", lambda: f"{t} %= {self.integer(1, 9)}", lambda: f"{a} {self.pick('+', '-')}= {e}",
            lambda: f"{a} -= exact({a}).sum(0) // 7", lambda: f"{a} *= {self.integer(-2, 2)}", lambda: f"{a} //= {self.integer(1, 4)}", lambda: f"{a} %= 101",
            lambda: f"np.add({self.view()}, {self.view()}, out={a})", lambda: f"np.negative(apart({a}), out={a})", lambda: f"np.maximum({a}, {self.operand()}, out={a})",
            lambda: f"{a}[1:] = {a}[:-1]", lambda: f"{a}[:-1] = {a}[1:] + {a}[:-1]", lambda: f"{a}[1:-1] = {a}[2:] - {a}[:-2]", lambda: f"{a}[::-1] = {a}", lambda: f"{a} += {a}.T", lambda: f"{a}.T[...] = {a}",
            lambda: f"{a}.sort()", lambda: f"{a}.sort(axis=0)", lambda: f"{a}.fill({self.integer()})", lambda: f"np.copyto({a}, {a} + {self.integer()})", lambda: f"np.copyto({a}, {a}[::-1] + 1, where={a} > {self.integer()})",
            lambda: f"np.copyto({a}, {self.operand()}, casting='{self.pick('unsafe', 'same_kind', 'safe')}') if {a}.flags.writeable else 0", lambda: f"np.copyto({a}, {self.operand()}, where={a} > {self.integer()}) if {a}.flags.writeable else 0",
            lambda: f"np.add.at({a}, {self.pick('[0, 0, 1]', '[1, 1]')}, {self.integer(0, 6)}) if {a}.flags.writeable and {a}.dtype != 'uint64' else 0", lambda: f"np.put({a}, [0, -1], {self.operand()})", lambda: f"np.place({a}, {a} > {self.integer()}, [{self.integer()}, 2])", lambda: f"{a}[0], {a}[1] = {a}[1], {a}[0]",
            lambda: f"np.fill_diagonal({a}, {self.integer()})", lambda: f"np.putmask({a}, {a} > {self.integer()}, {self.operand()})",
            lambda: f"{a}.real[{self.basic()}] = {self.integer()}", lambda: f"{a}.imag[{self.basic()}] = {self.integer()}", lambda: f"{a}.flat[{self.integer()}] = {self.integer()}", lambda: f"{a}.flat = np.array({self.operand()})",
            lambda: f"np.matmul(exact({self.view()}), exact({self.view()}), out={a}) if {a}.ndim else 0", lambda: f"np.subtract({a}, {self.operand()}, out={a}, where={a} > {self.integer()})", lambda: f"np.sum(np.append({self.view()}, 1), axis=0, out={a})",
            lambda: f"np.put_along_axis({a}, np.argmax({a}, -1, keepdims=True), {self.operand()}, -1)", lambda: f"{a}.put([0, -2], {self.operand()}) if {a}.size > 1 else 0", lambda: f"{a}.setflags(write=False)", lambda: f"{a}.shape = {self.pick('(-1,)', '(2, -1)', '(5, 4)')}", lambda: f"np.sqrt({a}, out={a}, where={a} == 4)",
        )

    def look(self):
        a = self.view()
        return self.one_of(
            lambda: f"look({a}.tolist())", lambda: f"look(float(exact({a}).sum()))", lambda: f"look(exact({a}).sum())", lambda: f"look(bool({a}.any()))", lambda: f"look({a}[{self.integer()}])", lambda: f"force({a})",
            lambda: f"look(repr({a} if {a}.dtype.kind in 'biu' else {a} + 0))", lambda: f"look(str({a} if {a}.dtype.kind in 'biu' else {a} + 0))", lambda: f"look({a}.shape, {a}.dtype)", lambda: f"look([int(x) for x in {a}.ravel()[:3]])", lambda: f"look({self.reduced()})",
            lambda: f"look(bytes(memoryview(np.atleast_1d({a} if {a}.dtype.kind in 'biu' else {a} + 0)))[:16])", lambda: f"m = memoryview({self.name()}); m[0] = 5", lambda: f"look({a}.item(0))", lambda: f"look({self.integer()} in {a})",
            lambda: f"look(np.shares_memory({self.name()}, {self.name()}))", lambda: f"look(np.array_equal({a}, {self.view()}))", lambda: f"outside({self.name()})",
        )

    def statement(self):
        kind = self.random.random()
        if self.count < 2 or kind < 0.08:
            size = self.pick(*SHAPES)
            dtype = self.pick(*DTYPES)
            value = f"(np.arange(int(np.prod({size}))) * {self.integer(1, 7)} % {self.integer(2, 11)} - {self.integer(0, 4)}).reshape({size}).astype('{dtype}')"
            return f"{self.new()} = " + self.one_of(lambda: value, lambda: value, lambda: value, lambda: f"np.zeros({size}, '{dtype}')", lambda: f"np.full({size}, 3, '{dtype}')", lambda: f"np.asfortranarray({value})")
        if kind < 0.24:
            source = self.view()
            return f"{self.new()} = {source}"
        if kind < 0.5:
            source = self.expression()
            return f"{self.new()} = np.asarray({source})"
        if kind < 0.56:
            source = self.pick(self.moved(), self.reduced())
            return f"{self.new()} = np.asarray({source})"
        if kind < 0.86:
            return self.in_place()
        if kind < 0.88:
            return f"del {self.name()}"
        return self.look()

    def program(self):
        return [self.statement() for _ in range(self.random.randint(8, 24))]


@functools.lru_cache(1000)
def compiled(line):
    return compile(line, "<program>", "exec")


def plain(value):
    """What is compared of a value: its kind, dtype and bytes; NaN are all alike."""
    if isinstance(value, (tuple, list)):
        return type(value).__name__, [plain(v) for v in value]
    if isinstance(value, (numpy.ndarray, numpy.generic, ndstream.ndarray, ndstream.generic)):
        array = numpy.asarray(value)
        if array.dtype.kind in "fc":
            array = numpy.where(array != array, numpy.nan, array) + 0.0  # -0.0 and 0.0 alike
        scalar = isinstance(value, (numpy.generic, ndstream.generic))
        return scalar, str(value.dtype), array.shape, array.tobytes() if array.dtype.kind not in "fc" else array.tolist().__repr__()
    if isinstance(value, float):
        return "float", repr(value + 0.0)
    if isinstance(value, str) or not isinstance(value, (int, bool, bytes, complex)):
        return str(value).replace("ndstream", "numpy")
    return type(value).__name__, value


def run(program, module):
    """What the program looked at, the exceptions, and all arrays at the end with what they share."""
    seen = {}

    def look(*values):
        seen[line] = plain(list(values))

    def outside(array):
        """NumPy's own view of the same memory is written; that of a scalar of ours is read-only."""
        if not isinstance(array, module.generic):
            numpy.asarray(array)[...] += 1

    def apart(value):
        """NumPy reads values that overlap the target while it writes them, where a mask selects, and in place with gaps (negative
        of uint32 in 2.4); and select() refuses views of what became read-only.
        """
        return numpy.array(value) if module is numpy and type(value) is numpy.ndarray else value

    def exact(array):
        """What sums keep exact: NumPy rounds each of them to the dtype, ndstream the last."""
        largest = 1 if array.size < 2048 else 0
        return array % (largest + 1) if array.dtype == "float16" else array % 101 if array.dtype.kind == "f" else array

    space = {"np": module, "apart": apart, "exact": exact, "look": look, "outside": outside, "force": ndstream.eval if module is ndstream else look_at_nothing}
    for line in program:
        try:
            exec(compiled(line), space)
        except RuntimeWarning:  # see UNSPECIFIED
            return None
        except Exception as error:
            if SQUARED_IN_PLACE in str(error):
                return None
            seen[line] = NOTHING if NOTHING_SELECTED.search(str(error)) else exception_name(error)
    arrays = {name: value for name, value in space.items() if name[0] == "a" and name[1:].isdigit()}
    kind = module.ndarray
    pairs = [(p, q) for p in arrays for q in arrays if p < q and type(arrays[p]) is kind and type(arrays[q]) is kind]
    shared = {(p, q): module.shares_memory(arrays[p], arrays[q]) for p, q in pairs}
    flags = {name: value.flags.writeable for name, value in arrays.items() if type(value) is kind and value.size}
    return {"seen": seen, "arrays": {name: plain(value) for name, value in arrays.items()}, "shared": shared, "flags": flags}


def look_at_nothing(array):
    pass


def exception_name(error):
    """Where several things are wrong (shape, dtype, value, index), either may be found first."""
    name = ERRORS.get(type(error).__name__, type(error).__name__)
    return "ValueError" if name in ("TypeError", "OverflowError", "IndexError", "AxisError", "AttributeError", "NotImplementedError") else name


def differences(program, lazy):
    """What the two differ in, as pairs of ndstream's and NumPy's; empty if they agree."""
    before = ndstream.get_lazy()
    with numpy.errstate(all="ignore", invalid="warn"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", UNSPECIFIED, RuntimeWarning)
        expected = run(program, numpy)
        if expected is None:
            return []
        ndstream.set_lazy(lazy)
        try:
            got = run(program, ndstream)
        finally:
            ndstream.set_lazy(before)
    pairs = [(key, got[key].get(k), expected[key].get(k)) for key in expected for k in expected[key] | got[key]]
    return [(key, mine, theirs) for key, mine, theirs in pairs if mine != theirs and mine != NOTHING]


def disagreement(seed):
    """None, or a text that tells where the two differ, with what is needed of the program."""
    writer = Writer(seed)
    program = writer.program()
    lazy = writer.pick(*LAZY)
    found = differences(program, lazy)
    if not found:
        return None
    for i in reversed(range(len(program))):
        shorter = program[:i] + program[i + 1 :]
        if now := differences(shorter, lazy):
            program, found = shorter, now
    lines = [f"seed {seed}, set_lazy({lazy})", *program]
    return "\n".join(lines + [f"{key}\n  ndstream {mine}\n  NumPy    {theirs}" for key, mine, theirs in found])


def test_random_programs_agree_with_numpy():
    for seed in range(PROGRAMS_IN_CI):
        text = disagreement(seed)
        assert text is None, text


def main():
    warnings.simplefilter("ignore")
    count, first = int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0
    failed = 0
    for seed in range(first, first + count):
        text = disagreement(seed)
        if text:
            failed += 1
            print(text, end="\n\n", flush=True)
            if failed == 40:
                break
    print(f"{count} programs from seed {first}: {failed} disagree")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
