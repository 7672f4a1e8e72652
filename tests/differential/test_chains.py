"""Functions in chains: what is computed in registers, a round at a time, is what NumPy gives, and to the last bit what
the operations give one by one. Rounds with far lanes, rests shorter than a round, rows apart in memory, two results.
"""

import re
from pathlib import Path

import numpy as np
import pytest

import nd

ROOT = Path(__file__).resolve().parents[2]
LINKED = re.findall(r"^LINKED\((\w+)\)", (ROOT / "src/kernels/linked.def").read_text(), re.M)
TWINS = re.findall(
    r"^LINKED_TWINS\((\w+), (\w+),", (ROOT / "src/kernels/linked.def").read_text(), re.M
)
TERMS = re.findall(
    r"^TERM\(\w+,\s*(\w+),\s*(\w+),\s*(\w+),\s*(\w+),",
    (ROOT / "src/kernels/terms.def").read_text(),
    re.M,
)
SIGNS = {"add": "+", "subtract": "-", "multiply": "*"}
LENGTHS = [1, 15, 32, 33, 64, 97, 1000, 5003]
TEXTS = ["{f}(x) * y", "{f}(x * y)", "{f}(-x) * (y * {f}(x))", "sum({f}(x) * y)"]


def elements(dtype, kind, shape):
    """Numbers that all are near; or among them some far, tiny, infinite and NaN."""
    rng = np.random.default_rng(len(kind) + int(np.prod(shape)))
    x = rng.uniform(0.25, 4, shape) * rng.choice([-1, 1], shape)
    if kind == "far":
        far = [0, -0.0, 1e-310, 709.5, -745.0, 1e6, -3e20, 1e38, np.inf, -np.inf, np.nan]
        x = np.where(rng.random(shape) < 0.1, rng.choice(far, shape), x)
    with np.errstate(all="ignore"):
        return x.astype(dtype)


def same_bits(ours, theirs):
    """NaN is NaN; everything else bit for bit."""
    nan = np.isnan(theirs)
    np.testing.assert_array_equal(np.isnan(ours), nan)
    assert np.where(nan, 0, ours).tobytes() == np.where(nan, 0, theirs).tobytes()


def compare(text, x, y, given_x, given_y):
    def compute():
        return nd.to_numpy(nd.expression(text, x=given_x, y=given_y)).copy()

    with nd.lazy(1):
        chained = compute()
    with nd.lazy(0):
        same_bits(chained, compute())
    if text.startswith("sum"):
        return
    with np.errstate(all="ignore"):
        functions = {name: getattr(np, name) for name in LINKED}
        theirs = eval(text, functions, {"x": x, "y": y})
    info = np.finfo(x.dtype)
    np.testing.assert_allclose(chained, theirs, 16 * info.eps, 16 * info.smallest_subnormal)


@pytest.mark.parametrize("kind", ["near", "far"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LINKED)
def test_functions_between_light_steps(name, dtype, kind):
    for length in LENGTHS:
        x, y = elements(dtype, kind, (length,)), elements(dtype, "near", (length,))
        for text in TEXTS:
            compare(text.format(f=name), x, y, nd.from_data(x), nd.from_data(y))


@pytest.mark.parametrize("kind", ["near", "far"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("first, squared, last, place", TERMS)
def test_terms_of_what_lies_in_memory(first, squared, last, place, dtype, kind):
    """Also where the value is on the other side, or the term is wanted again: then it is none."""
    term = f"(p {SIGNS[first]} q)" + ("**2" if squared == "true" else "")
    values = ["(x - y)", "(x * y)", "(x - y) * x"]
    texts = [f"{value} {SIGNS[last]} {term}" for value in values]
    texts += [f"{term} {SIGNS[last]} {value}" for value in values]
    texts += [f"({text}) * {term}" for text in texts]
    for length in LENGTHS:
        x, y = elements(dtype, kind, (length,)), elements(dtype, "near", (length,))
        for p, q in (("x", "y"), ("y", "0.5"), ("2", "x"), ("y", "y")):
            for text in texts:
                text = text.replace("p", p).replace("q", q)
                compare(text, x, y, nd.from_data(x), nd.from_data(y))
                compare(f"sum({text})", x, y, nd.from_data(x), nd.from_data(y))


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_greater_and_the_lesser(dtype, name):
    """Of zeros always the same one, and NaN from either side."""
    texts = ["f(x - y, 0) * 2", "y * f(x, y)", "f(y, x) - f(x * y, x)", "f(x * 0, -y * 0) * y"]
    texts += ["sum(f(x, y) * y)"]
    for length in LENGTHS:
        x, y = elements(dtype, "far", (length,)), elements(dtype, "far", (length,))[::-1].copy()
        given = {"x": nd.from_data(x), "y": nd.from_data(y)}
        for text in texts:
            code = text.replace("f", name)
            with nd.lazy(1):
                chained = nd.to_numpy(nd.expression(code, **given)).copy()
            with nd.lazy(0):
                same_bits(chained, nd.to_numpy(nd.expression(code, **given)))
            if not text.startswith("sum"):
                with np.errstate(all="ignore"):
                    theirs = eval(text, {"f": getattr(np, name), "x": x, "y": y})
                np.testing.assert_array_equal(chained, theirs)


WHOLE = [
    f"((x {SIGNS[last]} y) {SIGNS[last]} (p {SIGNS[first]} q){'**2' * (squared == 'true')})"
    for first, squared, last, place in TERMS
]
WHOLE += [
    "(x & 7) * 2 + (y >> 1)",
    "(x << y) - (x >> y) + (x << 70) + (y >> -1)",
    "~x ^ (y | x * x) & -y",
    "x**2 + y**2",
]


@pytest.mark.parametrize("text", WHOLE)
@pytest.mark.parametrize("rows", [1, 5])
def test_whole_numbers(text, rows):
    """Which wrap, and whose shifts by as many bits as there are, or more, leave none, or the sign."""
    rng = np.random.default_rng(len(text))
    for length in LENGTHS:
        x, y = rng.integers(-(2**63), 2**63 - 1, (2, rows, length))
        y[::2] %= 80
        shown = (slice(None), slice(0, length - length // 3))
        given = [nd.slice_terms(nd.from_data(a), shown) for a in (x, y)]
        p, q = ("x", "y") if length % 2 else ("y", "3")
        code = text.replace("p", p).replace("q", q)
        with nd.lazy(1):
            ours = nd.to_numpy(nd.expression(code, x=given[0], y=given[1])).copy()
        np.testing.assert_array_equal(ours, eval(code, {"x": x[shown], "y": y[shown]}))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LINKED)
def test_rows_that_lie_apart(name, dtype):
    x, y = elements(dtype, "far", (7, 200)), elements(dtype, "near", (7, 200))
    for cut in (slice(0, 128), slice(64, 192), slice(3, 99)):
        given = [nd.slice_terms(nd.from_data(a), (slice(None), cut)) for a in (x, y)]
        compare(f"{name}(x) * y", x[:, cut], y[:, cut], *given)


@pytest.mark.parametrize("kind", ["near", "far"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("one, other", TWINS)
def test_two_results_of_one_value(one, other, dtype, kind):
    texts = [
        f"{one}(x) * {other}(x)",
        f"y / {other}(x) * {one}(x)",
        f"{other}(x * y) * {one}(x * y) * (x * y)",
        f"{one}(x) * {other}(y) * {one}(y) * {other}(x)",
        f"sum({one}(x) * y * {other}(x))",
    ]
    for length in LENGTHS:
        x, y = elements(dtype, kind, (length,)), elements(dtype, "near", (length,))
        for text in texts:
            compare(text, x, y, nd.from_data(x), nd.from_data(y))


@pytest.mark.parametrize("one, other", TWINS)
def test_two_results_that_are_both_stored(one, other):
    for length in LENGTHS:
        x = elements("float64", "far", (length,))
        given = nd.from_data(x)
        with nd.lazy(1):
            value = nd.elementwise("multiply", given, 0.5)
            results = [nd.elementwise(name, value) for name in (one, other)]
            doubled = [nd.elementwise("multiply", result, 2.0) for result in results]
            nd.evaluate(results + doubled)
            ours = [nd.to_numpy(array).copy() for array in results + doubled]
        with np.errstate(all="ignore"):
            theirs = [getattr(np, name)(x * 0.5) for name in (one, other)]
        for mine, expected in zip(ours, theirs + [2 * t for t in theirs]):
            np.testing.assert_allclose(mine, expected, 1e-15, 1e-300)


# Sums of what is in registers and a term of what is in memory, which are one link; and what is nearly that.
SUMS = [
    "(x + y) + x * y",
    "x * 2 + (x - y)**2",
    "(x - y)**2 + (y - 3)**2 + (2 - x)**2",
    "2 * x**2 + 3 * x + 5",
    "(x - 1) - y * y",
    "y * 3 - (x * x - x * y) * 2",
    "(x + 2) * 3 - (x - y)",
    "(x * y) - (x * y)",
    "(x + 1)**2 + x * y * y",
    "x * y + y * x - (x / y) * (x - y)**2",
    "x**2 + (x**2 * 2 + (x**2 - y)**2)",
]
OPERANDS = [
    ((5003,), (5003,)),
    ((5003,), (1,)),
    ((1,), (5003,)),
    ((70, 97), (70, 97)),
    ((70, 97), (70, 1)),
    ((70, 1), (97,)),
    ((40, 1), (1, 1000)),
    ((1000,), (40, 1)),
    ((33, 700), (700,)),
    ((150, 1), (1, 1111)),  # rows of the same, several at a time
]


@pytest.mark.parametrize("kind", ["near", "far"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("text", SUMS)
def test_terms_of_sums(text, dtype, kind):
    for shapes in OPERANDS:
        x, y = elements(dtype, kind, shapes[0]), elements(dtype, "near", shapes[1])
        with nd.lazy(1):
            ours = nd.to_numpy(nd.expression(text, x=nd.from_data(x), y=nd.from_data(y))).copy()
        with np.errstate(all="ignore"):
            same_bits(ours, eval(text, {}, {"x": x, "y": y}))


def test_long_rows_with_gaps_are_streamed_by_parts_that_begin_anywhere():
    x = np.random.default_rng(5).random((300, 8004))  # more than a cache of 32 MB with the result
    target = nd.from_data(np.zeros((300, 8008)))
    nd.assign(nd.slice_terms(target, (slice(None), slice(0, 8004))), nd.expression("(x * 2 + 1) * x", x=nd.from_data(x)))
    result = nd.to_numpy(target)
    assert result[:, :8004].tobytes() == ((x * 2 + 1) * x).tobytes()
    assert not result[:, 8004:].any()
