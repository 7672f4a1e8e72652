"""Expression strings give what Python's eval() gives with NumPy: dtype, shape and values."""

import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import assert_equal
from lacking import MADE
from oracle import assert_as_numpy
from strategies import NUMPY_DTYPES, arguments, arrays, random_values, seeds

ROOT = Path(__file__).resolve().parents[2]
REFUSALS = (TypeError, ValueError, OverflowError, IndexError, ArithmeticError, AttributeError)
NUMPY = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")} | MADE


def by_numpy(text, variables):
    """NumPy's value of the text, or the error it raises."""
    try:
        return np.asarray(eval(text, {**NUMPY, "np": np, **variables}))
    except REFUSALS as error:
        return error


def by_us(text, variables):
    """Ours, or the Failure."""
    try:
        given = {name: nd.from_numpy(array) for name, array in variables.items()}
        return nd.to_numpy(nd.expression(text, **given)).copy()
    except nd.Failure as failure:
        return failure


def assert_same_or_refused(ours, theirs, rtol, atol=0):
    """Values, dtype and shape are NumPy's; what NumPy refuses is refused with a mark under the place."""
    if isinstance(theirs, Exception):
        assert isinstance(ours, nd.Failure) and "^" in ours.message
        return
    assert not isinstance(ours, nd.Failure), ours
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    np.testing.assert_allclose(ours, theirs, rtol, atol)


def is_meant(failure):
    """Python's integers have any number of bits; where() wraps integers in NumPy (differences.py)."""
    return "64 bits" in failure.message or failure.message.startswith("where: integer")


def check(text, variables, zero_signs=True):
    """Both give the same, or both refuse. Returns NumPy's value, None if it refuses."""
    theirs, ours = by_numpy(text, variables), by_us(text, variables)
    note = f"{text}  with { {name: (a.dtype, a.shape) for name, a in variables.items()} }"
    if isinstance(theirs, Exception):
        assert isinstance(ours, nd.Failure), f"{note}: NumPy refuses: {theirs}; ours gives {ours!r}"
        return None
    if isinstance(ours, nd.Failure) and is_meant(ours):
        return None
    assert not isinstance(ours, nd.Failure), f"{note}: {ours}"
    try:
        assert_equal(ours, theirs, zero_signs=zero_signs)
    except AssertionError as difference:
        raise AssertionError(f"{note}: {difference}") from None
    return theirs


# ---- Random expressions -------------------------------------------------------------------------

LITERALS = "0 1 2 3 7 9 0x1f 0b101 1_0 True False".split()
FLOAT_LITERALS = "0.5 1.5 2. .25 1e1 1_0.5".split()
OPERATORS = "+ - * // % & | ^ << >> + - *".split()


def flat(rng, names):
    """Operands and operators in a row, without brackets: Python decides what belongs together. One
    comparison at most, as NumPy has no chains of them.
    """
    words = []
    compared = False
    for i in range(rng.randint(2, 8)):
        if i:
            operator = rng.choice(OPERATORS + ([] if compared else ["<", "==", ">="]))
            compared |= operator in ("<", "==", ">=")
            words.append(operator)
        words += rng.choices(["-", "~", "+", ""], [1, 1, 1, 6])
        words.append(rng.choice(names + LITERALS))
        if rng.random() < 0.2:
            words += ["**", rng.choice("0 1 2 3".split())]
    return (" " if rng.random() < 0.5 else "").join(words)


@given(seeds)
def test_precedence_is_that_of_python(seed):
    rng = random.Random(seed)
    values = np.random.default_rng(seed)
    for _ in range(20):
        variables = {name: random_values(values, "int64", (3,), "small") for name in "abc"}
        check(flat(rng, list(variables)), variables)
        check(flat(rng, ["3"]), {})


class Maker:
    """Expressions whose every step is exact, chosen by what NumPy says of the parts."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        values = np.random.default_rng(seed)
        whole = tuple(self.rng.choice([1, 2, 3, 4, 7]) for _ in range(self.rng.randint(0, 3)))
        self.variables = {}
        for name in ("x", "y", "z"):
            dtype = self.rng.choice([d for d in NUMPY_DTYPES if "complex" not in d])
            shape = tuple(1 if self.rng.random() < 0.2 else n for n in whole)
            shape = shape[self.rng.randint(0, len(shape)) :] if self.rng.random() < 0.3 else shape
            self.variables[name] = random_values(values, dtype, shape, "small")

    def value(self, text):
        value = by_numpy(text, self.variables)
        return None if isinstance(value, Exception) else value

    def leaf(self):
        pick = self.rng.random()
        if pick < 0.7:
            return self.rng.choice(list(self.variables))
        return self.rng.choice(LITERALS if pick < 0.85 else FLOAT_LITERALS)

    def make(self, depth):
        if depth == 0 or self.rng.random() < 0.1:
            return self.leaf()
        kinds = [self.binary, self.binary, self.function, self.unary, self.reduction, self.shaped]
        return self.rng.choice(kinds)(depth - 1)

    def part(self, depth):
        return f"({self.make(depth)})"

    def unary(self, depth):
        text = self.part(depth)
        value = self.value(text)
        signs = "-+~" if value is not None and value.dtype.kind in "iu" else "-+"
        return self.rng.choice(signs) + text

    def binary(self, depth):
        a, b = self.part(depth), self.part(depth)
        values = self.value(a), self.value(b)
        whole = all(v is not None and v.dtype.kind in "biu" for v in values)
        operators = ["+", "-", "*", "<", "<=", "==", "!=", ">", ">="]
        operator = self.rng.choice(operators + (["&", "|", "^", "//", "%"] if whole else []))
        return f"{a} {operator} {b}"

    def function(self, depth):
        one = ["absolute", "square", "negative", "sign", "isnan", "logical_not", "signbit", "floor"]
        two = ["maximum", "minimum", "add", "multiply", "less", "logical_or", "not_equal", "fmax"]
        three = ["where({0} != 0, {1}, {2})"]
        prefix = self.rng.choice(["", "np."])
        pick = self.rng.random()
        if pick < 0.4:
            return f"{prefix}{self.rng.choice(one)}({self.make(depth)})"
        if pick < 0.8:
            return f"{prefix}{self.rng.choice(two)}({self.make(depth)}, {self.make(depth)})"
        return prefix + three[0].format(*(self.part(depth) for _ in range(3)))

    def reduction(self, depth):
        text = self.make(depth)
        value = self.value(text)
        names = ["min", "max", "any", "all", "count_nonzero", "argmax"]
        if value is not None and value.dtype.kind in "biu":
            names += ["sum", "prod", "cumsum"]
        name = self.rng.choice(names)
        rank = value.ndim if value is not None else 0
        options = ""
        if rank and self.rng.random() < 0.7:
            options = f", axis={self.rng.randrange(-rank, rank)}"
        if name not in ("cumsum", "argmax") and self.rng.random() < 0.3:
            options += ", keepdims=True"
        return f"{name}({text}{options})"

    def shaped(self, depth):
        text = self.part(depth)
        value = self.value(text)
        if value is None or value.ndim == 0:
            return text
        last = value.shape[-1]
        forms = [".T", "[::-1]", "[..., None]", ".reshape(-1)", "[1:]", f"[..., {last - 1}]"]
        forms += [".ravel()[None, :]", "[:, None]", ".astype(float32)", ".max(axis=0)"]
        return text + self.rng.choice(forms)


# Maxima of zeros, and the sum of 0.0 and what is masked, may have either sign.
@given(seeds)
def test_random_expressions(seed):
    for i in range(10):
        maker = Maker(seed * 10 + i)
        check(maker.make(maker.rng.randint(1, 4)), maker.variables, zero_signs=False)


@given(seeds)
def test_random_expressions_that_are_pending(seed):
    with nd.lazy(1):
        for i in range(10):
            maker = Maker(seed * 10 + i)
            text = maker.make(maker.rng.randint(2, 4))
            theirs = check(text, maker.variables, zero_signs=False)
            if theirs is None:
                continue
            mine = {name: nd.from_data(array) for name, array in maker.variables.items()}
            ours = nd.expression(text, **mine)
            try:
                assert_equal(nd.to_numpy(ours), theirs, zero_signs=False)
            except AssertionError as difference:
                raise AssertionError(f"{text}: {difference}") from None


# ---- Functions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("op", nd.ELEMENTWISE, ids=str)
def test_elementwise_functions(op):
    @given(arguments(op.arguments))
    def run(given):
        variables = dict(zip("xyz", given))
        text = f"{op.name}({', '.join(variables)})"
        theirs, ours = by_numpy(text, variables), by_us(text, variables)
        assert isinstance(theirs, Exception) == isinstance(ours, nd.Failure), (theirs, ours)
        if not isinstance(theirs, Exception):
            assert_as_numpy(op, ours, theirs, given)

    run()


INEXACT = ["sqrt", "exp", "log1p", "sin", "arctan", "tanh", "divide", "power", "hypot", "arctan2"]


@given(seeds, st.sampled_from(INEXACT))
def test_functions_of_random_expressions(seed, name):
    op = nd.OPS[name]
    maker = Maker(seed)
    parts = [maker.make(2) for _ in range(op.arguments)]
    values = [maker.value(part) for part in parts]
    text = f"{name}({', '.join(parts)})"
    theirs, ours = by_numpy(text, maker.variables), by_us(text, maker.variables)
    if isinstance(theirs, Exception):
        assert isinstance(ours, nd.Failure)
        return
    assert not isinstance(ours, nd.Failure), f"{text}: {ours}"
    # Literals are weak: for the loop's dtype they are what Python evaluates them to.
    taken = [eval(p, {}) if is_literal(p) else v for p, v in zip(parts, values)]
    assert_as_numpy(op, ours, theirs, taken)


def is_literal(text):
    try:
        return isinstance(eval(text, {"__builtins__": {}}), (int, float))
    except (NameError, *REFUSALS):
        return False


@pytest.mark.parametrize("op", nd.REDUCTIONS + nd.SCANS, ids=str)
def test_reductions_and_scans(op):
    rng = np.random.default_rng(1)
    for dtype in ("bool", "int8", "uint16", "int64", "float64"):
        x = random_values(rng, dtype, (3, 4, 5), "small")
        forms = ["{0}(x)", "np.{0}(x, axis=1)", "x.{0}(axis=-1)", "{0}(x[:2], 0)"]
        if op.op_class == "reduction":
            forms += ["{0}(x, axis=2, keepdims=True)", "{0}(x, keepdims=True)"]
            forms += [] if "arg" in op.name else ["{0}(x, axis=(0, 2))", "{0}(x, axis=())"]
        if op.name in ("sum", "prod", "cumsum", "cumprod"):
            forms += ["{0}(x, dtype=float32)", "{0}(x, axis=0, dtype='float64')"]
        if op.name in ("sum", "prod", "min", "max"):
            forms += ["{0}(x, initial=3)", "{0}(x, axis=1, where=x > 0, initial=2)"]
        if op.name in ("mean", "var", "std"):
            forms += ["{0}(x, dtype=float64, where=x != 1)", "{0}(x, None, float32)"]
        if op.name in ("var", "std"):
            forms += ["{0}(x, axis=0, ddof=1)"]
        for form in forms:
            text = form.format(op.name)
            if text.startswith("x.") and not hasattr(x, op.name):
                continue
            plain = text.replace("np.", "") if op.name in MADE else text
            theirs, ours = by_numpy(plain, {"x": x}), by_us(text, {"x": x})
            assert not isinstance(theirs, Exception), (text, theirs)
            assert not isinstance(ours, nd.Failure), (text, ours)
            assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), (text, dtype)
            np.testing.assert_allclose(ours, theirs, 1e-5 if "32" in text else 1e-12, 1e-12, text)


MAKING = """
arange(7) | arange(2, 9) | arange(1, 2, 0.3) | arange(9, -3, -4) | arange(4, dtype=uint8)
arange(2.5) | linspace(0, 1, 7) | linspace(-1, 2, num=1) | linspace(3, 1) | zeros(3)
zeros((2, 3), dtype=int8) | zeros(()) | ones([2, 2], bool) | full((2, 2), 7) | full(3, 2.5)
full(2, 1, dtype=float32) | full((2, 3), [1, 2, 3]) | eye(3) | eye(2, 4, 1) | eye(3, k=-1, dtype=int)
zeros_like(x) | ones_like(x, dtype=float32) | full_like(x, 3) | array([[1, 2], [3, 4]])
array([True, False]) | array([1, 2.5]) | array([1, 2j]) | array([1, 2], dtype='float32')
array([[]]) | asarray([1, 2**63]) | array([x, x + 1]) | array(5) | float32(2.5) | int8([1, 2])
x.shape[0] + x.ndim + x.size | x.astype(complex64).imag | x[1].astype(bool) | x.T | x.mT
x.reshape(12) | x.reshape(2, -1) | x.reshape((6, 2)) | reshape(x, (1, 12)) | x.ravel() | x.flatten()
x.transpose() | x.transpose(1, 0) | x.transpose((1, 0)) | transpose(x, (0, 1)) | x.swapaxes(0, 1)
moveaxis(x, 0, -1) | expand_dims(x, 1) | squeeze(x[None]) | x[:, None].squeeze(axis=1) | flip(x)
flip(x, axis=0) | flip(x, (0, 1)) | broadcast_to(x[0], (2, 4)) | x.diagonal() | diagonal(x, 1)
x.reshape(3, 2, 2).diagonal() | np.lib.stride_tricks.sliding_window_view(x[0], 2).sum(axis=1)
x.clip(2, 5) | clip(x, 2, None) | x.clip(max=4) | x.clip(min=3) | np.clip(x, a_min=1, a_max=3)
x @ x.T | matmul(x.T, x) | dot(x[0], x[1]) | x.dot(x[0]) | x[0] @ x[1] | [[1, 2, 3]] @ x
x.real | real(x) | conj(x) | x.conj() | abs(-x) | np.pow(x, 2) | mod(x, 3) | atan2(x, 2) | asin(x / 20)
copy(x) | x.copy() | ascontiguousarray(x.T) | asfortranarray(x) | x.sum(axis=(0, 1)) | x.dtype == 0
x[0] | x[-1, -1] | x[:, 1] | x[1:, ::2] | x[::-1, ::-2] | x[..., 0] | x[None] | x[1, None, :2]
x[np.newaxis, ..., 1:3] | x[:100, -100:] | x[5:] | x[x.argmax() // 4, 0] | x[True * 1] | x[3] | x[0, 0, 0]
x[::0] | x[..., ...] | x.reshape(5) | x + x[:2] | x[1.5] | sum(x, axis=2) | x @ x | zeros(-1) | 1 / 0
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in MAKING if text.strip()])
def test_functions_that_make_and_shape(text):
    x = np.arange(12).reshape(3, 4)
    ours_text = text.replace("np.lib.stride_tricks.", "")
    theirs, ours = by_numpy(text, {"x": x}), by_us(ours_text, {"x": x})
    if text == "x.dtype == 0":
        theirs = TypeError("dtypes are no values here")
    assert_same_or_refused(ours, theirs, 1e-15)


SELECTING = """
take(x, [0, 5]) | take(x, [[1, 0], [2, 2]], axis=0) | x.take([9, 30], mode='wrap') | take(x, -1, 1)
take(x, [3], 0) | take(x, 3, mode='no') | take_along_axis(x, argmax(x, 1)[:, None], axis=1)
compress([True, False, True], x, axis=0) | compress(x[0] > 1, x, 1) | compress([0, 1, 1], x)
extract(x % 3 == 0, x) | choose([0, 1, 0, 2], [x[0], x[1], x[2]]) | choose(x, [x, -x], mode='clip')
x.choose([x, -x]) | select([x < 3, x < 6], [x, x * 10], 99) | select([x < 3], [x]) | select([x], [x])
nonzero(x > 5)[1] | x.nonzero()[0] | where(x > 5)[0] | where(x > 5, x, 0) | where(x > 5, x) | where(3)
argwhere(x > 9) | flatnonzero(x % 5) | unravel_index([5, 11], (3, 4))[1] | unravel_index(12, (3, 4))
ravel_multi_index(([1, 2], [3, 0]), (3, 4)) | ravel_multi_index(([7], [9]), (3, 4), mode='wrap')
indices((2, 3)) | indices((2, 2), dtype=float) | x[ix_([0, 2], [1, 3])[0], 1] | ix_([0, 2], [1, 3])[1]
concatenate((x, x[:1])) | concatenate([x, x * 0.5], axis=1) | concat((x, x)) | concatenate((x, x[:, 1:]))
concatenate([3, 4]) | stack([x, x], axis=-1) | stack((x[0], x[1])) | hstack((x, x)) | vstack((x[0], x))
dstack((x, x)) | column_stack((x[:, 0], x)) | append(x, [1, 2]) | append(x, x[:1], axis=0)
insert(x, 1, 9) | insert(x, 1, 9, axis=1) | insert(x, [1, 3], [[7], [8], [9]], 1) | delete(x, [0, -1])
delete(x, 1, axis=0) | delete(x, 7, 0) | split(x, 2, axis=1)[1] | array_split(x, 2)[0] | split(x, 2)
split(x, [1], axis=0)[1] | hsplit(x, 2)[0] | vsplit(x, 3)[2] | tile(x, 2) | tile(x, (2, 1, 2))
repeat(x, 2) | x.repeat(2, axis=1) | repeat(x, [1, 0, 2], axis=0) | repeat(x, [1, 2], 1) | resize(x, (2, 9))
pad(x, 1) | pad(x, ((1, 0), (0, 2)), 'edge') | pad(x, (2, 1), mode='reflect') | pad(x, 1, constant_values=7)
pad(x, 2, 'linear_ramp', end_values=-4) | pad(x, 1, 'mean', stat_length=2) | pad(x, 3, 'wrap') | pad(x, -1)
pad(x, 2, 'symmetric', reflect_type='odd') | pad(x, 1, 'no') | roll(x, 5) | roll(x, -1, axis=1)
rot90(x) | rot90(x, 3, axes=(1, 0)) | rot90(x, 1, (0, 0)) | fliplr(x) | flipud(x) | atleast_2d(3)
atleast_1d(2.5) | atleast_3d(x).sum(axis=2) | tri(3) | tri(2, 4, 1, int) | tril(x) | triu(x, k=1)
tril_indices(3)[0] | triu_indices(3, 1, 4)[1] | diag(x) | diag(x[0], -1) | diagflat(x[:2, :2])
meshgrid(x[0], x[1])[0] | meshgrid([1, 2], [3], indexing='ij')[1]
meshgrid([1, 2], [3, 4], sparse=True)[1] | trim_zeros([0, 1, 0, 2, 0]) | trim_zeros([0, 1, 0], 'f')
fliplr(x[0])
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in SELECTING if text.strip()])
def test_functions_that_select_and_arrange(text):
    check(text, {"x": np.arange(12).reshape(3, 4)})
# Decimal places, tolerances, differences and so on: numeric.h.
NUMERIC = """
round(x / 7, 2) | (x / 7).round(decimals=1) | np.around(x, -1) | isclose(x, x + 1e-9) | isclose(x, 3, atol=1)
isclose(x, x, equal_nan=True) | allclose(x, x) | allclose(x, x + 1, 0.5, 0.5) | array_equal(x, x) | array_equal(x, y)
array_equiv(x, x[None]) | array_equiv(x, y) | nan_to_num(x / 0) | nan_to_num(x / 0, nan=1.0, posinf=2, neginf=3)
real_if_close(x + 0j) | angle(x - 5) | angle(x * 1j, deg=True) | ptp(x) | ptp(x, axis=0) | ptp(x, 1, keepdims=True)
average(x) | average(x, axis=0, weights=[1, 2, 3]) | average(x, weights=x + 1) | diff(x) | diff(x, 2) | diff(x, axis=0)
ediff1d(x) | trapezoid(x) | trapezoid(x, dx=2) | trapezoid(x, [0, 1, 3, 4]) | trapezoid(x, axis=0) | gradient(y)
gradient(x)[1] | gradient(x, axis=0) | gradient(y, 2) | gradient(y, [0, 1, 3, 5, 8]) | gradient(y, edge_order=2)
convolve(y, [1, 2, 3]) | convolve(y, [1, 2], 'same') | np.convolve(y, y, mode='valid') | correlate(y, [1, 2])
correlate(y, [1, 2, 3], 'full') | cov(x) | cov(x, rowvar=False) | cov(x, bias=True) | cov(x, ddof=0) | corrcoef(x)
corrcoef(x, rowvar=False)[0, 1] | interp([0.5, 1.5, 9], y, y**2) | polyval([1, 2, 3], y) | polyfit(y, 2 * y**2 + 1, 2)
vander(y) | vander(y, 3) | vander(y, 3, increasing=True) | divmod(x, 5)[0] | divmod(x, 5)[1] | frexp(x / 3)[0]
frexp(x)[1] | modf(x / 3)[0] | modf(x / 3)[1] | nansum(z) | nanmean(z, axis=0) | nanstd(z, ddof=1) | nanvar(z)
nanmin(z, axis=1) | nanmax(z) | nanargmax(z) | nanprod(z, keepdims=True) | nancumsum(z) | nancumsum(z, axis=0)
packbits(x % 2, axis=1) | packbits(x > 4) | unpackbits(np.uint8(x), axis=0, count=17, bitorder='little')
unpackbits(x) | packbits(x > 4, bitorder='no') | degrees(x) | radians(x) | fix(x / 3 - 1) | np.bitwise_count(x) | gcd(x, 6) | lcm(x, 4) | ldexp(x, 2) | sinc(x / 4)
cumulative_sum(y) | cumulative_sum(x, axis=1) | cumulative_sum(x, axis=0, include_initial=True) | cumulative_prod(y + 1)
cumulative_prod(x, axis=-1, include_initial=True, dtype=float32) | cumulative_sum(x) | cumulative_prod(y, axis=1)
round(x, 0.5) | convolve(y, y, 'half') | convolve(x, y) | average(x, weights=x * 0) | gradient([1]) | diff(x, -1)
nansum(z, ddof=1) | polyfit(y, x, 1) | interp(y, y, x) | divmod(x) | trapezoid(5) | trapezoid(x, x[0, :2])
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in NUMERIC if text.strip()])
@pytest.mark.filterwarnings("ignore")
def test_functions_made_of_operations(text):
    x, y = np.arange(12).reshape(3, 4), np.arange(5.0)
    z = np.where(np.arange(12).reshape(3, 4) % 5 == 2, np.nan, x)
    given_arrays = {"x": x, "y": y, "z": z}
    try:
        theirs, ours = by_numpy(text, given_arrays), by_us(text, given_arrays)
    except ZeroDivisionError as error:
        theirs, ours = error, by_us(text, given_arrays)
    assert_same_or_refused(ours, theirs, 1e-12, 1e-12)


SORTING = """
sort(x) | sort(x, axis=0) | sort(x, axis=None) | sort(x, 1) | argsort(x) | x.argsort(axis=0) | x.argsort(None)
partition(x, 2)[:, 2] | partition(x, [0, -1], axis=0)[0] | argpartition(b, 4)[4] | lexsort([b > 0, b])
lexsort((x, x > 0), axis=0) | median(x) | median(x, axis=0) | median(x, (0, 1), keepdims=True) | nanmedian(m, axis=1)
quantile(x, 0.3) | quantile(x, [0.1, 0.9], axis=1) | percentile(x, 40, method='hazen') | nanquantile(m, 0.5, 0)
nanpercentile(m, [0, 50, 100]) | percentile(x, 25, axis=(0, 1), keepdims=True) | quantile(x, 0.5, method='lower')
searchsorted(sort(b), x) | sort(b).searchsorted(b, 'right') | searchsorted(b, x, sorter=argsort(b)) | digitize(x, [-0.5, 0, 0.5])
digitize(x, [1, 0, -1], right=True) | bincount(i) | bincount(i, i * 0.5) | bincount(i, minlength=20)
histogram(x)[0] | histogram(x)[1] | histogram(x, 4, (-1, 1))[0] | histogram(x, bins=[-1, 0, 0.25, 1], density=True)[0]
histogram(i, 'sturges')[1] | histogram(b, weights=b)[0] | histogram_bin_edges(x, 'auto') | histogram_bin_edges(x, 3, range=[0, 1])
histogram2d(b, b * b, 3)[0] | histogram2d(b, b, bins=[-1, 0, 1])[1] | histogram2d(b, b, 2, density=True)[2]
unique(i) | unique(i, return_index=True)[1] | unique(i, True, True, True)[2] | unique(i, return_counts=True)[1]
unique([[1, 2], [1, 2], [0, 3]], axis=0) | unique(m, equal_nan=False) | sort(unique_values(i)) | unique_counts(i)[1]
histogramdd(t, 3)[0] | histogramdd(t, [2, 4])[0] | histogramdd(t, (2, 4), range=[(-1, 1), (0, 1)], density=True)[0]
histogramdd(t, 2, weights=b)[0] | histogramdd(t, [2, 4, 3])[0] | histogramdd(t, 2, range=[(0, 1)])[0] | histogramdd(b, 3)[0]
unique_inverse(i)[1] | unique_all(i)[3] | isin(i, [1, 3, 5]) | isin(i, 7, invert=True) | union1d(i, x) | setdiff1d(i, [0, 1])
setxor1d(i, [0, 99]) | intersect1d(i, [3, 4, 99]) | intersect1d(i, [3, 4, 99], return_indices=True)[1]
sort(x, axis=2) | sort(5) | partition(x, 9) | quantile(x, 1.5) | quantile(x, 0.5, method='middle') | digitize(x, [0, 1, 0])
searchsorted(x, b) | searchsorted(b, x, 'middle') | bincount(x) | bincount([-1]) | histogram(x, 0) | histogram(x, 'best')
histogram(x, [1, 0]) | histogram(x, 5, [1, 0]) | histogram(x, 2.5) | unique(x, axis=5) | lexsort([x, b]) | argsort(x, 3) | histogram(m)
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in SORTING if text.strip()])
def test_sorting(text):
    values = np.random.default_rng(8)
    variables = {
        "x": random_values(values, "float64", (3, 4), "unit"),
        "b": random_values(values, "float64", (9,), "unit"),
        "t": random_values(values, "float64", (9, 2), "unit"),
        "i": values.integers(0, 12, 30),
        "m": np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 2.0]]),
    }
    theirs, ours = by_numpy(text, variables), by_us(text, variables)
    assert_same_or_refused(ours, theirs, 1e-12)


LINALG = """
linalg.solve(a, b) | np.linalg.inv(a) | linalg.det(a) | linalg.slogdet(a)[1] | linalg.lstsq(x, b)[0]
linalg.lstsq(x, b, rcond=0.1)[3] | linalg.pinv(x) | linalg.pinv(x, 0.1) | linalg.cholesky(a @ a.T)
linalg.cholesky(a @ a.T, upper=True) | linalg.qr(x, mode='r') | abs(linalg.qr(x, 'complete')[1])
abs(linalg.qr(x)[0]) | linalg.svd(x)[1] | linalg.svd(x, compute_uv=False) | linalg.svd(x, False)[2].shape[0]
linalg.svdvals(x) | linalg.eigvals(a + a.T) | linalg.eigh(a + a.T)[0] | linalg.eigvalsh(a, UPLO='U')
linalg.norm(x) | linalg.norm(x, axis=1) | linalg.norm(x, 1) | linalg.norm(x, ord='nuc') | linalg.norm(x[0], inf)
np.linalg.norm(x, 'fro', (0, 1), True) | linalg.vector_norm(x, ord=3) | linalg.matrix_norm(x, ord=2)
linalg.cond(a) | linalg.cond(a, 1) | linalg.matrix_rank(x) | linalg.matrix_rank(x, 100)
linalg.matrix_power(a, 3) | linalg.multi_dot([x, x.T, x]) | linalg.trace(c, offset=1) | trace(c) | trace(c, 1)
c.trace() | linalg.diagonal(c) | diagonal(c) | linalg.cross(a, a + b) | cross(a, a[0], axis=0) | outer(b, b)
inner(a, b) | kron(a, x) | vdot(x, x) | vecdot(x, x[0]) | matvec(a, b) | vecmat(b, a) | matrix_transpose(c)
tensordot(c, c, 3) | tensordot(c, x, ([1], [0])) | tensordot(c, x, axes=(1, 0)) | linalg.tensordot(a, a, axes=0)
einsum('ij,jk->ik', a, x) | einsum('ii', a) | einsum('i,i,ij->j', b, b, x) | einsum('...i', c) | a @ linalg.inv(a)
linalg.tensorsolve(q, q[0, 0]) | linalg.tensorsolve(a, b) | linalg.tensorsolve(r, c[0, :, :2], axes=(0, 1)) | linalg.tensorinv(q)
linalg.tensorinv(a, ind=1) | linalg.tensorinv(h, 1) | linalg.tensorsolve(c, b) | linalg.tensorinv(c) | linalg.tensorinv(a, 0)
linalg.solve(a - a, b) | linalg.inv(x) | linalg.sin(a) | linalg.norm(x, 'abc') | linalg.norm(x, 7)
einsum('ij,jk->iz', a, x) | einsum(a, a) | linalg.cholesky(-a @ a.T) | linalg.qr(x, 'full') | tensordot(x, x, 2, 3)
linalg.eigh(a, 'X') | linalg.multi_dot(a) | linalg.multi_dot([a]) | linalg.solve(a) | linalg.svd(x)[3]
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in LINALG if text.strip()])
def test_linear_algebra(text):
    values = np.random.default_rng(7)
    shapes = {"a": (3, 3), "b": (3,), "c": (2, 3, 4), "x": (3, 4), "q": (2, 3, 2, 3), "r": (3, 2, 3, 2), "h": (6, 2, 3)}
    variables = {
        name: random_values(values, "float64", shape, "unit") for name, shape in shapes.items()
    }
    theirs, ours = by_numpy(text, {**variables, "linalg": np.linalg}), by_us(text, variables)
    assert_same_or_refused(ours, theirs, 1e-10, 1e-12)


METHODS = """
add.reduce(x) | add.reduce(x, axis=1) | np.add.reduce(x, None) | add.reduce(x, (0, 1), keepdims=True) | hypot.reduce(x, 1)
maximum.reduce(x, axis=0, initial=5) | multiply.reduce(x, dtype=float32) | add.reduce(x, where=x > 4) | subtract.reduce(x)
fmax.reduce(z, 1) | fmin.reduce(z) | logical_or.reduce(x > 20, 1) | bitwise_xor.reduce(x) | add.accumulate(x)
np.maximum.accumulate(x, axis=1) | subtract.accumulate(x, 1) | multiply.outer(x, y) | np.less.outer(y, y) | power.outer(y, [1, 2])
add.reduceat(y, [0, 2, 1]) | maximum.reduceat(x, [0, 2], axis=1) | add.reduce(x, 2) | add.reduce(x, (0, 1), ddof=1)
subtract.reduce(x, (0, 1)) | sin.reduce(x) | add.reduces(x) | less.reduce(x) | add.reduceat(y, [9]) | add.outer(x) | sum.reduce(x)
identity(3) | identity(2, dtype=int) | roll(x, (1, 2), axis=(0, 1)) | roll(x, 1, (0, 1)) | roll(x, (1, 3), 0) | roll(x, (1, 2, 3), (0, 1))
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in METHODS if text.strip()])
@pytest.mark.filterwarnings("ignore")
def test_methods_of_operations(text):
    x, y = np.arange(12).reshape(3, 4), np.arange(5.0)
    variables = {"x": x, "y": y, "z": np.where(x % 4 == 2, np.nan, x * 0.5)}
    theirs, ours = by_numpy(text, variables), by_us(text, variables)
    assert_same_or_refused(ours, theirs, 1e-14)


def test_a_variable_hides_an_operation():
    assert by_us("add.sum()", {"add": np.arange(4)}) == 6


@pytest.mark.parametrize("name, why", [("put", "make new ones"), ("np.putmask", "make new ones"), ("block", "vstack"),
                                       ("apply_along_axis", "no values"), ("empty", "zeros"), ("x.put", "make new ones")])
def test_what_is_absent_says_why(name, why):
    failure = by_us(f"{name}(x, 1)", {"x": np.arange(3)})
    assert isinstance(failure, nd.Failure) and why in failure.message and "^" in failure.message


# Functions of the headers that return an array of arrays, and what expressions have for them. Whoever adds one adds it to
# expressions, or here with the reason.
OTHERWISE = {
    "borrow retain keep release view_of": "handles, not values",
    "empty empty_fortran empty_like copy_fortran": "zeros, zeros_like, asfortranarray",
    "load load_npy load_npz load_png load_pnm load_raw load_text load_text_as map_npy map_raw table_column archive_load": "files are arguments",
    "get slice slice_terms move_axis swap_axes sliding_window permute": "brackets, moveaxis, swapaxes, sliding_window_view, transpose",
    "expr expr_with eval": "what expressions are",
    "cast ascontiguous asfortran from_data from_data_strided from_numpy scalar": "astype, ascontiguousarray, asfortranarray, array",
    "random_exponential random_normal random_uniform random_integers random_integers_between random_integers_closed": "state",
    "random_choice random_dirichlet random_draw random_multinomial random_multivariate_normal random_permutation": "state",
    "random_gamma_float random_permuted": "state",
    "reduce scan elementwise ufunc_reduce ufunc_accumulate ufunc_outer reduceat nan_reduce nan_scan": "methods of operations",
    "apply_along_axis": "takes a function",
    "block": "vstack and hstack",
    "as_strided": "an array of memory, not of values",
    "roll_axes gradient_at unravel eye_like arange_step": "roll, gradient, unravel_index, eye, arange",
}


def test_every_function_of_the_headers_is_known():
    include = ROOT / "include" / "ndstream"
    text = "".join(path.read_text() for path in include.glob("*.h"))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    functions = re.findall(r"ND_API\s+nd_array \*\s*nd_(\w+)\(", text)
    assert len(functions) > 150
    otherwise = set(" ".join(OTHERWISE).split())
    unknown = []
    for name in functions:
        base = re.sub(r"_(with|into)$", "", name)
        known = any(
            "there is no function" not in str(by_us(f"{prefix}{base}()", {})) for prefix in ("", "linalg.")
        )
        if not known and base not in otherwise:
            unknown.append(name)
    assert unknown == []


def test_linear_algebra_needs_no_prefix():
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    for text in ["solve(a, a[0])", "norm(a)", "det(a)", "eigvalsh(a)"]:
        assert np.array_equal(by_us(text, {"a": a}), by_us("linalg." + text, {"a": a}))


@given(arrays())
def test_a_value_is_read_in_every_layout(x):
    check("x", {"x": x})
    check("x[None].T", {"x": x})


def test_scalar_arithmetic_equals_pythons():
    rng = random.Random(3)
    numbers = (
        "0 1 -1 2 3 -7 10 64 0.0 -0.0 0.5 -2.5 1e300 -1e-300 inf -inf nan True 2j (1-1j)".split()
    )
    numbers += ["9007199254740993", "9223372036854775807", "-9223372036854775808", "0.1"]
    operators = "+ - * / // % ** & | ^ << >> < <= == != > >=".split()
    for _ in range(6000):
        operator = rng.choice(operators)
        # Python would compute powers and shifts by large numbers, and take years.
        right = rng.choice([n for n in numbers if len(n) < 9] if operator in "**<<" else numbers)
        text = f"({rng.choice(numbers)}) {operator} ({right})"
        if "j" in text and ("inf" in text or "nan" in text):
            continue  # which parts are NaN depends on the formula
        theirs, ours = by_numpy(text, {}), by_us(text, {})
        if isinstance(theirs, Exception) or theirs.dtype == object:
            assert isinstance(ours, nd.Failure), (text, theirs, ours)
            continue
        assert not isinstance(ours, nd.Failure), (text, theirs, ours)
        assert ours.dtype == theirs.dtype, (text, theirs, ours)
        if theirs.dtype.kind == "c":  # Python and C differ in parts that are not finite
            if np.isfinite(theirs) and np.isfinite(ours):
                np.testing.assert_allclose(ours, theirs, 1e-13, 1e-15, err_msg=text)
        elif "**" in text and theirs.dtype.kind == "f":
            np.testing.assert_allclose(ours, theirs, 1e-15, err_msg=text)
        else:
            assert_equal(ours, theirs)
