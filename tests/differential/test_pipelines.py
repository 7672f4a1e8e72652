"""Reductions of rows and what is made of them, several rows in one chain; the same of columns, by tiles: as NumPy gives it, and to the last bit what
the operations give one by one, on any number of threads. Rests shorter than a round, rows that lie apart or begin
between lines of memory, results that are kept, and results over their own input.
"""

import numpy as np
import pytest

import nd

SHAPES = [(50, 5000), (7, 1024), (33, 1025), (21, 4099), (600, 2047), (3, 30000), (20, 3, 2000), (2, 2056), (300, 5001)]


def elements(dtype, kind, shape):
    """Numbers; or among them some far, infinite and NaN, in most rows none of these; or many of them -inf, in runs too."""
    rng = np.random.default_rng(len(kind) + int(np.prod(shape)))
    x = rng.standard_normal(shape)
    if kind == "far":
        far = [0, -0.0, 1e-310, 1e5, -1e5, 3e38, np.inf, -np.inf, np.nan]
        x = np.where(rng.random(shape) < 3e-4, rng.choice(far, shape), x)
    if kind == "masked":
        x = np.where(rng.random(shape) < rng.choice([0, 1e-4, 0.01, 0.9], (shape[0], *(1 for _ in shape[1:]))), -np.inf, x)
    with np.errstate(all="ignore"):
        return x.astype(dtype)


def softmax(np, x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def shares(np, x):
    return x / np.sum(x)


def between(np, x):
    return (x - np.min(x)) * np.max(x)


def twice(np, x):
    """A row that is read two rows after it was made."""
    y = x * 0.5 - np.max(x)
    z = y / np.sum(y * y)
    return z * np.max(z) - y


def most_of_softmax(np, x):
    return np.max(softmax(np, x))


def log_softmax(np, x):
    """What the first reduction gives is wanted behind the second one, and a function of the latter."""
    y = x - np.max(x)
    return y - np.log(np.sum(np.exp(y)))


def log_of_sum(np, x):
    """An element a row, of two reductions that are done one after the other."""
    most = np.max(x)
    return np.log(np.sum(np.exp(x - most))) + most


def over_function_of_function(np, x):
    """Followers of followers, which are wanted two rows later."""
    total = np.sum(np.exp(x - np.max(x)))
    length = np.log(total) * 0.5 + 1
    y = x / length
    return y * np.exp(np.max(y) - length)


FORMULAS = [softmax, shares, between, twice, most_of_softmax, log_softmax, log_of_sum, over_function_of_function]


def over_mean(np, x):
    return np.exp(x - np.mean(x)) * np.min(x)


def twice_with_functions(np, x):
    """A tile that is read two tiles after it was made."""
    y = np.exp(x * 0.5 - np.max(x))
    z = y / np.sum(y * y)
    return z * np.max(z) - y


def standardise(np, x):
    return (x - np.mean(x)) / np.std(x)


def log_of_mean(np, x):
    """A line a tile behind a reduction, for tiles that are made next."""
    return np.exp(x - np.log(np.mean(np.exp(x * 0.5))))


def less_log_of_sum(np, x):
    """The elements are wanted two tiles behind the first reduction of them."""
    most = np.max(x)
    return x - (np.log(np.sum(np.exp(x - most))) + most)


def long_after(np, x):
    """The same, and three tiles behind it."""
    y = np.exp(x - np.max(x))
    z = x - y / np.sum(y)
    return z * np.max(z) - x


OF_COLUMNS = [
    softmax,
    most_of_softmax,
    over_mean,
    log_softmax,
    less_log_of_sum,
    long_after,
    log_of_sum,
    log_of_mean,
    over_function_of_function,
    twice_with_functions,
    between,
    standardise,
]
TALL = [(1, 9000), (512, 2100), (700, 2060), (1031, 1111), (40, 20, 2048)]


class Rows:
    """NumPy's names over the last axis, or over the first two, for ours and for NumPy's arrays."""

    def __init__(self, axes, ours):
        self.axes, self.ours = axes, ours
        self.kept = []

    def reduce(self, name, x):
        if not self.ours:
            return getattr(np, name)(x, axis=self.axes, keepdims=True)
        value = nd.reduce(name, x.array, self.axes, keepdims=True)
        self.kept.append(value)
        return Ours(value)

    def max(self, x):
        return self.reduce("max", x)

    def min(self, x):
        return self.reduce("min", x)

    def sum(self, x):
        return self.reduce("sum", x)

    def mean(self, x):
        return self.reduce("mean", x)

    def std(self, x):
        return self.reduce("std", x)

    def exp(self, x):
        return Ours(nd.elementwise("exp", x.array)) if self.ours else np.exp(x)

    def log(self, x):
        return Ours(nd.elementwise("log", x.array)) if self.ours else np.log(x)


class Ours:
    def __init__(self, array):
        self.array = array

    def apply(self, name, other):
        return Ours(nd.elementwise(name, self.array, getattr(other, "array", other)))

    def __add__(self, other):
        return self.apply("add", other)

    def __sub__(self, other):
        return self.apply("subtract", other)

    def __mul__(self, other):
        return self.apply("multiply", other)

    def __truediv__(self, other):
        return self.apply("divide", other)


def same_bits(ours, theirs):
    """NaN is NaN; everything else bit for bit."""
    nan = np.isnan(theirs)
    np.testing.assert_array_equal(np.isnan(ours), nan)
    assert np.where(nan, 0, ours).tobytes() == np.where(nan, 0, theirs).tobytes()


def compute(formula, given, axes, kept=None):
    names = Rows(axes, True)
    result = formula(names, Ours(given)).array
    if kept is None:
        names.kept.clear()
    ours = nd.to_numpy(result).copy()
    if kept is not None:
        kept.extend(nd.to_numpy(value).copy() for value in names.kept)
    return ours


def compare(formula, x, given, axes, exact=True):
    with nd.lazy(1):
        kept = []
        piped = compute(formula, given, axes)
        same_bits(compute(formula, given, axes, kept), piped)
        for count in (1, 3):
            with nd.threads(count):
                same_bits(compute(formula, given, axes), piped)
    with nd.lazy(0):
        at_once = []
        same_bits(piped, compute(formula, given, axes, at_once))
        for mine, expected in zip(kept, at_once):
            same_bits(mine, expected)
    if exact:
        with np.errstate(all="ignore"):
            theirs = formula(Rows(axes, False), x.astype("float64"))
        eps = np.finfo(x.dtype).eps
        np.testing.assert_allclose(piped, theirs, 1e4 * eps, 1e3 * eps * np.abs(theirs).max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_rows(formula, dtype):
    for shape in SHAPES:
        for kind in ("near", "far"):
            x = elements(dtype, kind, shape)
            compare(formula, x, nd.from_data(x), len(shape) - 1, kind == "near" and formula is not shares)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("formula", [softmax, log_softmax, log_of_sum])
def test_masked_rows(formula, dtype):
    for shape in [(50, 5000), (21, 4099), (300, 5001)]:
        x = elements(dtype, "masked", shape)
        compare(formula, x, nd.from_data(x), 1, formula is softmax)


@pytest.mark.parametrize("formula", FORMULAS)
def test_planes(formula):
    x = elements("float64", "far", (40, 30, 70))
    compare(formula, x, nd.from_data(x), (1, 2), False)
    compare(formula, x, nd.from_data(x), (0, 2), False)


@pytest.mark.parametrize("formula", FORMULAS)
def test_rows_of_other_arrays(formula):
    x = elements("float64", "far", (41, 3000))
    given = nd.from_data(x)
    for cut in [slice(0, 2048), slice(8, 2056), slice(3, 2900), slice(None, None, -1), slice(None, None, 2)]:
        compare(formula, x[:, cut], nd.slice_terms(given, (slice(None), cut)), 1, False)
        compare(formula, x[::-2, cut], nd.slice_terms(given, (slice(None, None, -2), cut)), 1, False)
    columns = nd.from_data(np.asfortranarray(x.T))
    compare(formula, x.T, columns, 0, False)


@pytest.mark.parametrize("shape", [(60, 5000), (60, 4001), (5, 1028)])
@pytest.mark.parametrize("formula", FORMULAS[:4])
def test_over_its_own_input(formula, shape):
    x = elements("float64", "far", shape)
    with nd.lazy(0):
        expected = compute(formula, nd.from_data(x), 1)
    with nd.lazy(1):
        target = nd.call("copy", nd.from_data(x))
        nd.assign(target, formula(Rows(1, True), Ours(target)).array)
        same_bits(nd.to_numpy(target).copy(), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("formula", OF_COLUMNS)
def test_columns(formula, dtype):
    for shape in TALL:
        for kind in ("near", "far"):
            x = elements(dtype, kind, shape)
            axes = 0 if len(shape) == 2 else (0, 1)
            compare(formula, x, nd.from_data(x), axes, kind == "near")


@pytest.mark.parametrize("formula", OF_COLUMNS)
def test_columns_of_other_arrays(formula):
    x = elements("float64", "far", (800, 2500))
    given = nd.from_data(x)
    for cut in [slice(0, 1024), slice(8, 1040), slice(3, 1400), slice(None, None, -1), slice(None, None, 2)]:
        compare(formula, x[:, cut], nd.slice_terms(given, (slice(None), cut)), 0, False)
        compare(formula, x[::-1, cut], nd.slice_terms(given, (slice(None, None, -1), cut)), 0, False)
    rows = nd.from_data(np.asfortranarray(x.T))
    compare(formula, x.T, rows, 1, False)


@pytest.mark.parametrize("shape", [(600, 2048), (600, 1029)])
@pytest.mark.parametrize("formula", [softmax, log_softmax, less_log_of_sum, long_after, twice_with_functions])
def test_columns_over_their_own_input(formula, shape):
    x = elements("float64", "far", shape)
    with nd.lazy(0):
        expected = compute(formula, nd.from_data(x), 0)
    with nd.lazy(1):
        target = nd.call("copy", nd.from_data(x))
        nd.assign(target, formula(Rows(0, True), Ours(target)).array)
        same_bits(nd.to_numpy(target).copy(), expected)


@pytest.mark.parametrize(
    "formula", [softmax, log_softmax, less_log_of_sum, long_after, standardise, over_mean, shares, between]
)
@pytest.mark.parametrize("dtype, length", [("float64", 3000), ("float64", 3001), ("float64", 3016), ("float32", 6001)])
def test_large_results_of_columns_go_past_the_cache(formula, dtype, length):
    for kind in ("near", "masked" if length == 3000 else "far"):
        x = elements(dtype, kind, (2000, length))
        compare(formula, x, nd.from_data(x), 0, kind == "near" and formula is not shares)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("formula", [softmax, log_softmax, standardise, shares])
@pytest.mark.parametrize("dtype, length, cut", [("float64", 3008, 1), ("float64", 3001, 3), ("float32", 6003, 5)])
def test_large_results_that_begin_between_lines(formula, dtype, length, cut, axis):
    """Of views, into views: rows of either lie anyhow to the lines of the cache."""
    x = elements(dtype, "near", (1500, length))
    given = nd.slice_terms(nd.from_data(x), (slice(None), slice(cut, None)))
    compare(formula, x[:, cut:], given, axis, formula is not shares)
    with nd.lazy(0):
        expected = compute(formula, given, axis)
    for room in (0, 2, 9):
        around = nd.from_data(np.zeros((1500, length - cut + 2 * room), dtype))
        with nd.lazy(1):
            target = nd.slice_terms(around, (slice(None), slice(room, room + length - cut)))
            nd.assign(target, formula(Rows(axis, True), Ours(given)).array)
        written = nd.to_numpy(around)
        same_bits(written[:, room : room + length - cut].copy(), expected)
        assert not written[:, :room].any() and not written[:, room + length - cut :].any()


@pytest.mark.parametrize("formula", [softmax, twice, most_of_softmax, standardise])
def test_large_results_go_past_the_cache(formula):
    for length in (3000, 3001):
        for kind in ("near", "masked"):
            x = elements("float64", kind, (2000, length))
            compare(formula, x, nd.from_data(x), 1, kind == "near")


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4"])
@pytest.mark.parametrize("width", [3, 10, 17, 32, 33, 50, 64, 65])
def test_columns_of_narrow_arrays_pending_and_stored(dtype, width):
    """Of what is produced whole rows are reduced, of what is converted parts of them: the same bits."""
    x = (np.random.default_rng(width).standard_normal((2500, width)) * 9).astype(dtype)
    mine = nd.from_numpy(x)
    for name in ["sum", "max", "mean", "std", "prod", "argmax"]:
        doubled = nd.expression("a + a", a=mine)
        pending = nd.to_numpy(nd.reduce(name, doubled, [0]))
        stored = nd.to_numpy(nd.reduce(name, nd.from_numpy(x + x), [0]))
        assert pending.tobytes() == stored.tobytes(), name
