"""unique, set operations and lexsort equal NumPy's."""

import ctypes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import assert_equal
from strategies import NUMPY_DTYPES, arrays, dtypes, random_values, seeds, shapes


class UniqueOptions(ctypes.Structure):
    _fields_ = [(name, ctypes.c_bool) for name in ("index", "inverse", "counts", "nan_apart", "has_axis")]
    _fields_ += [("axis", ctypes.c_int)]


def unique(array, index=False, inverse=False, counts=False, equal_nan=True, axis=None):
    options = UniqueOptions(index, inverse, counts, not equal_nan, axis is not None, axis or 0)
    results = nd.linalg("unique", nd.from_numpy(array), options, results=4)
    return [None if r is None else nd.to_numpy(r) for r in results]


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@given(data=st.data())
def test_unique_equals_numpy(dtype, data):
    array = data.draw(arrays(dtype))
    equal_nan = data.draw(st.booleans())
    values, index, inverse, counts = unique(array, True, True, True, equal_nan)
    expected = np.unique(array, True, True, True, equal_nan=equal_nan)
    assert_equal(values, expected[0], zero_signs=False, any_nan=True)
    assert_equal(index, expected[1])
    assert_equal(inverse, expected[2].reshape(array.shape))
    assert_equal(counts, expected[3])
    # One by one, which goes other ways.
    assert_equal(unique(array, equal_nan=equal_nan)[0], expected[0], zero_signs=False, any_nan=True)
    assert_equal(unique(array, counts=True, equal_nan=equal_nan)[3], expected[3])


@given(data=st.data())
def test_unique_slices_equal_numpy(data):
    array = data.draw(arrays(dtypes, shapes(2, 3, 200, large=False), ["small"]))
    if array.size == 0:
        return
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
    # Few different ones.
    picked = np.random.default_rng(data.draw(seeds)).integers(0, min(3, array.shape[axis]), array.shape[axis])
    array = np.take(array, picked, axis)
    values, index, inverse, counts = unique(array, True, True, True, axis=axis)
    expected = np.unique(array, True, True, True, axis=axis)
    assert_equal(values, expected[0], zero_signs=False)
    assert_equal(index, expected[1])
    assert_equal(inverse, expected[2].ravel())
    assert_equal(counts, expected[3])


def test_unique_of_numbers_near_and_far():
    rng = np.random.default_rng(21)
    for array in (
        rng.integers(-500, 500, 300_001),
        rng.integers(-(2**62), 2**62, 100_001),
        rng.integers(0, 2**64 - 1, 1000, "uint64"),
        np.array([-(2**63), 2**63 - 1, 0]),
        rng.integers(0, 2**16, 400_000).astype("uint16"),
    ):
        for ours, theirs in zip(unique(array, True, True, True), np.unique(array, True, True, True)):
            assert_equal(ours, theirs)


@pytest.mark.parametrize("name", ["isin", "union1d", "setdiff1d", "setxor1d", "intersect1d"])
@given(data=st.data())
def test_set_operations_equal_numpy(name, data):
    first = data.draw(dtypes)
    second = first if data.draw(st.booleans()) else data.draw(dtypes)
    kinds = ["small"]
    a, b = data.draw(arrays(first, shapes(0, 2), kinds)), data.draw(arrays(second, shapes(0, 2), kinds))
    if name == "isin":
        invert = data.draw(st.booleans())
        ours = nd.to_numpy(nd.linalg("isin", nd.from_numpy(a), nd.from_numpy(b), invert))
        assert_equal(ours, np.isin(a, b, invert=invert))
    elif name == "intersect1d":
        ours = nd.linalg("intersect1d", nd.from_numpy(a), nd.from_numpy(b), True, results=3)
        expected = np.intersect1d(a, b, return_indices=True)
        for i in range(3):
            theirs = expected[i].astype(np.promote_types(first, second)) if i == 0 else expected[i]
            assert_equal(nd.to_numpy(ours[i]), theirs, zero_signs=False)
    else:
        ours = nd.to_numpy(nd.linalg(name, nd.from_numpy(a), nd.from_numpy(b)))
        expected = getattr(np, name)(a, b)
        assert_equal(ours, expected, zero_signs=False)


def test_nan_among_sets():
    a, b = np.array([1.0, np.nan, 2.0]), np.array([np.nan, 2.0])
    mine, other = nd.from_numpy(a), nd.from_numpy(b)
    assert nd.to_numpy(nd.linalg("isin", mine, other, False)).tolist() == [False, False, True]
    for name in ("union1d", "setdiff1d", "setxor1d"):
        assert_equal(nd.to_numpy(nd.linalg(name, mine, other)), getattr(np, name)(a, b))
    assert nd.to_numpy(nd.linalg("unique_values", nd.from_numpy(np.array([np.nan, np.nan])))).size == 2


@given(data=st.data())
def test_lexsort_equals_numpy(data):
    shape = data.draw(shapes(1, 3))
    rng = np.random.default_rng(data.draw(seeds))
    keys = [random_values(rng, data.draw(dtypes), shape, "small") for _ in range(data.draw(st.integers(1, 4)))]
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    mine = [nd.from_numpy(key) for key in keys]
    assert_equal(nd.to_numpy(nd.linalg("lexsort", mine, axis)), np.lexsort(keys, axis))


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i4", "i8", "u8"])
@pytest.mark.parametrize("reach", [1, 100, 10**6, 2**63 - 1])
def test_isin_of_whole_numbers_near_and_far(dtype, reach):
    """From a table of bits, or by sorting; the ends of the dtype are in it."""
    rng = np.random.default_rng(reach % 97)
    ends = np.array([False, True]) if dtype == "?" else np.array([np.iinfo(dtype).min, np.iinfo(dtype).max], dtype)
    a = rng.integers(-reach, reach, 40000).astype(dtype)
    for b in [rng.integers(-reach, reach, 3000).astype(dtype), ends[1:], ends[:1], ends, a[:1]]:
        for x in [a, np.concatenate([a[:5], ends])]:
            for invert in [False, True]:
                ours = nd.to_numpy(nd.linalg("isin", nd.from_numpy(x), nd.from_numpy(b), invert))
                assert_equal(ours, np.isin(x, b, invert=invert))
