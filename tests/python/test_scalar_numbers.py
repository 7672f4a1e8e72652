"""Arithmetic of two scalars, which is done without arrays: value, dtype and exception are NumPy's for every pair of dtypes."""

import itertools
import operator
import warnings

import ndstream
import numpy
import pytest

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES = ["bool_", *INTEGERS, "float16", "float32", "float64", "complex64", "complex128"]
REALS = [0.0, -0.0, 1.5, -2.25, 0.1, 1e30, float("inf"), float("nan")]
PYTHONS = [0, 1, -1, 3, -7, 200, 70000, 2**24 + 1, 2**31, 2**53 + 1, -(2**63), 2**63, 2**64, 0.1, -2.5, 1e300, True, 2j]
BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.and_, operator.or_,
    operator.xor, operator.lshift, operator.rshift, operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge,
]  # fmt: skip
UNARY = [operator.neg, operator.pos, abs, operator.invert]


def values(dtype):
    if dtype == "bool_":
        return [False, True]
    if dtype in INTEGERS:
        bounds = numpy.iinfo(dtype)
        return sorted({0, 1, 3, 7, 100, int(bounds.max), int(bounds.min), max(-1, int(bounds.min)), max(-7, int(bounds.min))})
    return [x for x in REALS if dtype != "float16" or abs(x) != 1e30]


def outcome(function, *arguments):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(*arguments)
    except Exception as error:
        return "TypeError" if isinstance(error, TypeError) else type(error)
    item = result.item() if hasattr(result, "item") else result
    return type(result).__name__, repr(item)


def assert_same(function, left, right):
    """`left` and `right` are a dtype (None: Python's) and a value."""
    found, expected = (
        outcome(function, *(value if dtype is None else getattr(module, dtype)(value) for dtype, value in (left, right)))
        for module in (ndstream, numpy)
    )
    assert found == expected, f"{function.__name__}({left}, {right})"


def plain(dtype):
    return getattr(numpy, dtype).__name__ not in ("float16", "complex64", "complex128")


@pytest.mark.parametrize("dtype", [d for d in DTYPES if plain(d)])
def test_scalars_with_scalars_are_numpys(dtype):
    for other in filter(plain, DTYPES):
        for function, x, y in itertools.product(BINARY, values(dtype), values(other)):
            assert_same(function, (dtype, x), (other, y))


@pytest.mark.parametrize("dtype", [d for d in DTYPES if plain(d)])
def test_scalars_with_pythons_numbers_are_numpys(dtype):
    for function, x, y in itertools.product(BINARY, values(dtype), PYTHONS):
        if dtype in ("float32", "float64") and isinstance(y, complex):
            continue  # products and quotients of complex numbers have their own last bits
        if dtype == "bool_" and isinstance(y, int) and y >= 2**63:
            continue  # NumPy compares integers with these, but not bools
        assert_same(function, (dtype, x), (None, y))
        assert_same(function, (None, y), (dtype, x))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_squares_are_numpys(dtype):
    for x in [*REALS, 3.7, 1e-200]:
        for exponent in (2, 2.0):
            assert_same(operator.pow, (dtype, x), (None, exponent))


@pytest.mark.parametrize("dtype", [d for d in DTYPES if plain(d)])
def test_one_scalar_is_numpys(dtype):
    for function, x in itertools.product(UNARY, values(dtype)):
        found, expected = (outcome(function, getattr(module, dtype)(x)) for module in (ndstream, numpy))
        assert found == expected, f"{function.__name__}({dtype}, {x})"
