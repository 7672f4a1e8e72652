"""Checked integers: what Python's integers, which never overflow, say about add, multiply, sums and
so on; saturated, or an error that names the first element that left the range.
"""

import contextlib
import math
import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from strategies import INTEGERS, random_values, seeds, specials

WRAP, SATURATE, ERROR = range(3)
BINARY = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "power": pow}
UNARY = {"negative": operator.neg, "absolute": abs, "square": lambda x: x * x}


@contextlib.contextmanager
def overflow(mode):
    nd.library.nd_set_overflow(mode)
    assert nd.library.nd_overflow_mode() == mode
    try:
        yield
    finally:
        nd.library.nd_set_overflow(WRAP)


def values(rng, dtype, shape):
    """Small numbers among the ends of the range."""
    array = random_values(rng, dtype, shape, "small")
    some = rng.random(shape) < 0.2
    array[some] = rng.choice(specials(dtype), int(some.sum()))
    return array


def check(compute, exact, dtype):
    """`compute()` wraps, saturates and fails as the exact integers say."""
    exact = np.asarray(exact, object)
    info = np.iinfo(dtype)
    out = np.vectorize(lambda x: x < info.min or x > info.max, otypes=[bool])(exact)
    limited = np.vectorize(lambda x: min(max(x, info.min), info.max), otypes=[object])(exact)
    with overflow(SATURATE):
        ours = nd.to_numpy(compute())
    assert ours.dtype == dtype
    assert (ours.astype(object) == limited).all()
    with overflow(ERROR):
        if not out.any():
            assert (nd.to_numpy(compute()).astype(object) == exact).all()
            return
        with pytest.raises(nd.Failure) as failure:
            compute()
    assert failure.value.code == "VALUE"
    first = tuple(int(i) for i in np.argwhere(out)[0])
    assert f"overflows at index ({', '.join(map(str, first))})" in failure.value.message
    assert dtype in failure.value.message


@pytest.mark.parametrize("name", BINARY)
@given(seed=seeds, dtype=st.sampled_from(INTEGERS))
def test_two_arguments(name, seed, dtype):
    rng = np.random.default_rng(seed)
    x, y = values(rng, dtype, (4, 5)), values(rng, dtype, (5,))
    if name == "power":
        y = np.abs(y) % 9
    mine = nd.from_numpy(x), nd.from_numpy(y)
    exact = np.vectorize(BINARY[name], otypes=[object])(x.astype(object), y.astype(object))
    check(lambda: nd.elementwise(name, *mine), exact, dtype)


@pytest.mark.parametrize("name", UNARY)
@given(seed=seeds, dtype=st.sampled_from(INTEGERS))
def test_one_argument(name, seed, dtype):
    x = values(np.random.default_rng(seed), dtype, (3, 7))
    exact = np.vectorize(UNARY[name], otypes=[object])(x.astype(object))
    mine = nd.from_numpy(x)
    check(lambda: nd.elementwise(name, mine), exact, dtype)


@pytest.mark.parametrize("name", BINARY)
def test_scalars_take_the_dtype_of_the_array(name):
    x = np.array([1, 3, 100, 127], "int8")
    mine = nd.from_numpy(x)
    exact = [BINARY[name](int(v), 2) for v in x]
    check(lambda: nd.elementwise(name, mine, 2), exact, "int8")


@given(seed=seeds, dtype=st.sampled_from(INTEGERS), to=st.sampled_from(INTEGERS))
def test_casts_of_integers(seed, dtype, to):
    x = values(np.random.default_rng(seed), dtype, (11,))
    mine = nd.from_numpy(x)
    check(lambda: nd.cast(mine, to), x.astype(object), to)


@given(seed=seeds, dtype=st.sampled_from(["float32", "float64"]), to=st.sampled_from(INTEGERS))
def test_casts_of_floats(seed, dtype, to):
    rng = np.random.default_rng(seed)
    info = np.iinfo(to)
    ends = np.array([info.min, info.max, 2.0**63, -(2.0**63), 2.0**64, 1e30, -1e30], dtype)
    x = random_values(rng, dtype, (9,), "small")
    x[rng.random(9) < 0.3] = rng.choice(ends)
    x[rng.random(9) < 0.2] += dtype == dtype and x.dtype.type(0.5)
    mine = nd.from_numpy(x)
    check(lambda: nd.cast(mine, to), [math.trunc(float(v)) for v in x], to)


def test_nan_and_infinities_do_not_fit_integers():
    x = nd.from_numpy(np.array([np.nan, np.inf, -np.inf, 1.5]))
    with overflow(SATURATE):
        limited = nd.to_numpy(nd.cast(x, "int16"))
    np.testing.assert_array_equal(limited, [32767, 32767, -32768, 1])
    with overflow(ERROR), pytest.raises(nd.Failure, match=r"int16 overflows at index \(0\): of nan"):
        nd.cast(x, "int16")


@pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "cumprod"])
@given(seed=seeds, dtype=st.sampled_from(INTEGERS), large=st.booleans())
def test_sums_and_products(name, seed, dtype, large):
    rng = np.random.default_rng(seed)
    x = random_values(rng, dtype, (3, 9), "wide" if large else "small")
    wide = "uint64" if dtype[0] == "u" else "int64"
    together = np.add if "sum" in name else np.multiply
    mine = nd.from_numpy(x)
    if "cum" in name:
        exact = together.accumulate(x.astype(object), axis=1)
        check(lambda: nd.scan(name, mine, 1), exact, wide)
    else:
        exact = together.reduce(x.astype(object), axis=1)
        check(lambda: nd.reduce(name, mine, 1), exact, wide)


def test_nothing_is_written_where_something_overflows():
    x = np.array([100, 27, 100], "int8")
    target = nd.from_numpy(x)
    with overflow(ERROR), pytest.raises(nd.Failure, match=r"add: int8 overflows at index \(0\): of 100 and 100"):
        nd.elementwise("add", target, target, out=target)
    np.testing.assert_array_equal(x, [100, 27, 100])
    with overflow(SATURATE):
        nd.elementwise("add", target, target, out=target)
    np.testing.assert_array_equal(x, [127, 54, 127])


def test_floats_and_unchecked_operations_stay_pending():
    with overflow(ERROR), nd.lazy(16):
        x = nd.from_data(np.arange(1000.0))
        assert nd.is_pending(nd.elementwise("add", x, x))
        y = nd.from_data(np.arange(1000))
        assert nd.is_pending(nd.elementwise("bitwise_and", y, 7))
        assert not nd.is_pending(nd.elementwise("add", y, 7))
