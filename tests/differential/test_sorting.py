"""Sorted arrays and orders equal NumPy's for every dtype, axis and layout."""

import ctypes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import assert_equal
from strategies import NUMPY_DTYPES, arrays, dtypes, seeds, shapes

FLAT = -(2**31)


class SortOptions(ctypes.Structure):
    _fields_ = [("descending", ctypes.c_bool)]


def sort(name, array, axis, descending=False):
    axis = FLAT if axis is None else axis
    return nd.to_numpy(nd.linalg(name, nd.from_numpy(array), axis, SortOptions(descending)))


def descending_order(array, axis):
    """The stable order from the largest to the smallest, NaN last: that of the ranks, negated."""
    flat = array.ravel()
    nan = np.isnan(flat)
    order = np.argsort(flat, kind="stable")
    ranks = np.empty(flat.size, "int64")
    ranks[order] = np.cumsum(np.concatenate([[0], flat[order][1:] != flat[order][:-1]])) if flat.size else 0
    keys = -ranks
    keys[nan] = flat.size + 1
    if flat.dtype.kind == "c":  # those with NaN by which parts are, then by the other part
        level = 2 * np.isnan(flat.real) + np.isnan(flat.imag)
        real, imag = (np.where(np.isnan(x), 0, -x) for x in (flat.real, flat.imag))
        return flat_argsort((imag, real, level), array.shape, axis)
    return flat_argsort((keys,), array.shape, axis)


def flat_argsort(keys, shape, axis):
    keys = tuple(key.reshape(shape) for key in keys)
    if axis is None:
        return np.lexsort(tuple(key.ravel() for key in keys))
    return np.lexsort(keys, axis)


@st.composite
def arrays_and_axes(draw, dtype=dtypes):
    array = draw(arrays(dtype, shapes(min_rank=1, max_rank=4)))
    axis = draw(st.one_of(st.none(), st.integers(-array.ndim, array.ndim - 1)))
    return array, axis


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@given(data=st.data())
def test_sort_equals_numpy(dtype, data):
    array, axis = data.draw(arrays_and_axes(dtype))
    assert_equal(sort("sort", array, axis), np.sort(array, axis), zero_signs=False)


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@given(data=st.data())
def test_argsort_is_the_stable_order(dtype, data):
    array, axis = data.draw(arrays_and_axes(dtype))
    assert_equal(sort("argsort", array, axis), np.argsort(array, axis, kind="stable"))


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@given(data=st.data())
def test_descending_is_stable_with_nan_last(dtype, data):
    array, axis = data.draw(arrays_and_axes(dtype))
    order = descending_order(array, axis)
    assert_equal(sort("argsort", array, axis, True), order)
    expected = array.ravel()[order] if axis is None else np.take_along_axis(array, order, axis)
    assert_equal(sort("sort", array, axis, True), expected, zero_signs=False)


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@pytest.mark.parametrize("kind", ["small", "wide", "special", "ascending", "descending", "equal", "organ pipe"])
def test_long_lines_on_any_number_of_threads(dtype, kind):
    rng = np.random.default_rng(3)
    n = 300_007
    if kind in ("small", "wide", "special"):
        from strategies import random_values

        array = random_values(rng, dtype, (n,), kind)
    else:
        ramp = np.arange(n)
        ramp = {"ascending": ramp, "descending": ramp[::-1], "equal": ramp * 0}.get(kind, np.minimum(ramp, n - ramp))
        array = ramp.astype(dtype)
    expected, order = np.sort(array), np.argsort(array, kind="stable")
    for count in (1, 2, 5):
        with nd.threads(count):
            assert_equal(sort("sort", array, 0), expected, zero_signs=False)
            assert_equal(sort("argsort", array, 0), order)


@pytest.mark.parametrize("spread", [2**40, 2**62, 3])
def test_keys_that_do_not_fit_beside_their_places(spread):
    """Clusters whose members differ in the lowest bits only."""
    rng = np.random.default_rng(spread)
    n = 200_003
    array = rng.integers(-4, 4, n) * (spread // 4) + rng.integers(0, 1000, n)
    array[7], array[77] = np.iinfo("int64").max, np.iinfo("int64").min
    assert_equal(sort("argsort", array, 0), np.argsort(array, kind="stable"))
    floats = array.astype("float64")
    assert_equal(sort("argsort", floats, 0), np.argsort(floats, kind="stable"))


@given(array=arrays(shape=shapes(min_rank=1, max_rank=3)), seed=seeds)
def test_sort_in_place_writes_what_sort_gives(array, seed):
    axis = seed % array.ndim
    expected = np.sort(array, axis)
    own = np.array(array)
    target = nd.from_numpy(own)
    assert nd.library.nd_sort_in_place(ctypes.c_void_p(target.handle), axis, SortOptions()) == 0
    assert_equal(own, expected, zero_signs=False)


def test_bfloat16_is_ordered_as_float32():
    bits = np.random.default_rng(5).integers(0, 2**16, 70_001).astype("uint16")
    bits = bits[(bits & 0x7FFF) <= 0x7F80]  # no NaN: their bits are not kept
    values = (bits.astype("uint32") << 16).view("float32")
    ours = nd.to_numpy(nd.linalg("sort", nd.from_numpy(bits, bfloat16=True), 0, SortOptions()))
    assert_equal((ours.astype("uint32") << 16).view("float32"), np.sort(values), zero_signs=False)


# Doubles without NaN and -0.0 are sorted as such, others by keys; up to 256 of them by networks of 64 and 128.
@pytest.mark.parametrize("length", [16, 17, 64, 65, 128, 129, 192, 193, 256, 257, 1000, 5000, 70_000])
def test_sort_of_doubles_puts_negative_zeros_first_and_nan_last(length):
    rng = np.random.default_rng(length)
    plain = rng.standard_normal(length).round(3) + 0.0
    for special in ([], [np.inf, -np.inf, 5e-324], [np.nan, -np.nan], [-0.0, 0.0], [np.nan, -0.0, np.inf, 0.0]):
        array = plain.copy()
        array[rng.permutation(length)[: len(special)]] = special
        found, expected = sort("sort", array, 0), np.sort(array, kind="stable")
        assert_equal(found, expected, zero_signs=False)
        zeros = np.signbit(found[found == 0])
        assert zeros.sum() == np.signbit(array[array == 0]).sum()
        assert not (np.diff(zeros.astype(int)) > 0).any()


# Integers near each other are counted, where the first looks say so.
@pytest.mark.parametrize("dtype", ["int64", "int32"])
@pytest.mark.parametrize("length", [511, 512, 1000, 70_000])
def test_sort_of_integers_near_each_other_and_of_one_that_is_far(dtype, length):
    rng, limits = np.random.default_rng(length), np.iinfo(dtype)
    for least in (0, -20, limits.min, limits.max - 49):
        array = (least + rng.integers(0, 50, length)).astype(dtype)
        assert_equal(sort("sort", array, 0), np.sort(array))
        for far in (limits.min, limits.max, 1000):
            array[3] = far
            assert_equal(sort("sort", array, 0), np.sort(array))


def check_orders(array):
    for count in (1, 3):
        with nd.threads(count):
            assert_equal(sort("argsort", array, 0), np.argsort(array, kind="stable"))
    assert_equal(sort("argsort", array, 0, True), descending_order(array, 0))


# Where the range is small, or some keys tell that there are few values, orders are counted.
@pytest.mark.parametrize("length", [255, 256, 3001, 70_003])
@pytest.mark.parametrize("values", [1, 2, 49, 64, 65, 1000])
def test_orders_of_integers_near_each_other_and_of_few_values(length, values):
    rng, limits = np.random.default_rng(length + values), np.iinfo("int64")
    for least in (0, -20, limits.min, limits.max - values + 1):
        check_orders(least + rng.integers(0, values, length))
    for some in (rng.integers(limits.min, limits.max, values), np.arange(values) << 40, rng.random(values) - 0.5):
        array = rng.choice(some, length)
        check_orders(array)
        array[length // 2] = 7  # none of the values, which those that are looked at do not tell
        check_orders(array)
    array[:: length // 20], array[1 :: length // 20], array[2 :: length // 20] = np.nan, 0.0, -0.0
    check_orders(array)
    check_orders(array.astype("float32"))


@pytest.mark.parametrize("length", [25, 64, 65, 70_003])
def test_orders_of_what_is_in_order_but_for_two(length):
    array = np.arange(length) // 3 * 1.5
    check_orders(array)
    for at in (1, length // 2, length - 1):
        changed = array.copy()
        changed[at] = -1
        check_orders(changed)


# Elements of 16 bits are counted, and filled in four at once, from 16384 on.
@pytest.mark.parametrize("dtype", ["int16", "uint16", "float16", "int8"])
@pytest.mark.parametrize("length", [16383, 16384, 16385, 70_001])
def test_sort_of_narrow_elements_with_few_and_all_values(dtype, length):
    rng = np.random.default_rng(length)
    for values in (1, 3, 5000, 65536):
        array = rng.integers(0, values, length).astype("uint16").view("int8" if dtype == "int8" else dtype)
        assert_equal(sort("sort", array, 0), np.sort(array), zero_signs=False)
    array[:] = array[0]
    array[-1] = array[1]
    assert_equal(sort("sort", array, 0), np.sort(array), zero_signs=False)
