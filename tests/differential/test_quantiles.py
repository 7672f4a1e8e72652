"""Partitions, medians and quantiles equal NumPy's."""

import ctypes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal, assert_form
from strategies import EXACT, FLOATS, NUMPY_DTYPES, arrays, axes_of, random_values, seeds, shapes

METHODS = "linear lower higher nearest midpoint inverted_cdf averaged_inverted_cdf closest_observation".split()
METHODS += "interpolated_inverted_cdf hazen weibull median_unbiased normal_unbiased".split()
FLAT = -(2**31)
REALS = EXACT + FLOATS


class QuantileOptions(ctypes.Structure):
    _fields_ = [("method", ctypes.c_int), ("keepdims", ctypes.c_bool), ("ignore_nan", ctypes.c_bool)]


def options(method="linear", keepdims=False, ignore_nan=False):
    return QuantileOptions(METHODS.index(method), keepdims, ignore_nan)


def partition(name, array, kth, axis):
    places = (ctypes.c_int64 * max(len(kth), 1))(*kth)
    function = getattr(nd.library, f"nd_{name}")
    function.restype, function.argtypes = ctypes.c_void_p, None
    own = nd.from_numpy(array)
    handle = function(ctypes.c_void_p(own.handle), len(kth), places, FLAT if axis is None else axis)
    return nd.to_numpy(nd.Array(handle, own))


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@given(data=st.data())
def test_partition_holds(dtype, data):
    array = data.draw(arrays(dtype, shapes(min_rank=1, max_rank=3)))
    axis = data.draw(st.one_of(st.none(), st.integers(-array.ndim, array.ndim - 1)))
    n = array.size if axis is None else array.shape[axis]
    if n == 0:
        return
    kth = data.draw(st.lists(st.integers(-n, n - 1), min_size=1, max_size=data.draw(st.sampled_from([1, 3, 30]))))
    check_partition(array, kth, axis)


def check_partition(array, kth, axis):
    n = array.size if axis is None else array.shape[axis]
    parted, order = partition("partition", array, kth, axis), partition("argpartition", array, kth, axis)
    whole, along = (array.ravel(), 0) if axis is None else (array, axis)
    expected = np.sort(whole, along, kind="stable")  # (quicksort of float16 is wrong at times in NumPy 2.4)
    assert_form(parted, expected)
    assert_equal(np.sort(parted, along, kind="stable"), expected, zero_signs=False)
    assert_equal(np.sort(order, along), np.broadcast_to(np.arange(n).reshape([-1 if i == along % whole.ndim else 1 for i in range(whole.ndim)]), whole.shape))
    for found in (parted, np.take_along_axis(whole, order, along)):
        for k in kth:
            at = k % n
            assert_equal(np.take(found, at, along), np.take(expected, at, along), zero_signs=False)
            # Each side holds what sorting would put there.
            for side in (slice(0, at), slice(at, n)):
                index = [slice(None)] * found.ndim
                index[along] = side
                assert_equal(np.sort(found[tuple(index)], along, kind="stable"), expected[tuple(index)], zero_signs=False)
    return order


# Long ones are cut into segments that several threads move, and of the longest the elements too.
@pytest.mark.parametrize("length", [257, 1024, 3001, 100_000])
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_argpartition_of_long_lines_keeps_the_order_within_parts(dtype, length):
    rng = np.random.default_rng(length)
    for kind in ("small", "special"):
        array = random_values(rng, dtype, (length,), kind)
        for kth in ([length // 2], [0, -1], list(rng.integers(0, length, 16))):
            order = check_partition(array, kth, 0)
            if np.dtype(dtype).kind == "c":
                continue
            # What lies between two wanted values, or equals one, stands in the order in which it came.
            wanted = np.unique(np.sort(array, kind="stable")[kth])
            parts = np.searchsorted(wanted, array, "left") + np.searchsorted(wanted, array, "right")
            parted = parts[order]
            assert (np.diff(parted) >= 0).all()
            assert ((np.diff(parted) > 0) | (np.diff(order) > 0)).all()


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8", "bool"])
def test_partition_of_very_long_lines(dtype):
    for kth in ([600_000], [0, 5, 1_100_000]):
        array = random_values(np.random.default_rng(3), dtype, (1_100_001,), "special")
        parted, expected = partition("partition", array, kth, 0), np.sort(array, kind="stable")
        for at in kth:
            assert_equal(parted[at], expected[at], zero_signs=False)
            assert_equal(np.sort(parted[:at], kind="stable"), expected[:at], zero_signs=False)


def expected_quantile(function, array, q, axes, keepdims, **more):
    wide = array if array.dtype.kind == "f" else array.astype("float64")
    return np.asarray(function(wide.astype("float64"), q, axis=axes, keepdims=keepdims, **more))


def assert_quantiles(ours, theirs, dtype, exact):
    """Within rounding of the dtype; infinite neighbours are NumPy's NaN where both are equal."""
    assert ours.dtype == dtype and ours.shape == theirs.shape
    with np.errstate(all="ignore"):
        rounded = theirs.astype(dtype)
        info = np.finfo(dtype) if np.dtype(dtype).kind == "f" else None
        same = (ours == rounded) | (np.isnan(ours) & np.isnan(rounded))
        if info and not exact:
            same |= np.abs(ours - theirs) <= 4 * info.eps * np.maximum(np.abs(theirs), info.tiny)
            same |= np.isinf(ours) & np.isnan(theirs)
    assert same.all(), (ours[~same][:5], theirs[~same][:5])


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
def test_quantile_equals_numpy(method, data):
    dtype = data.draw(st.sampled_from(REALS))
    kinds = ["small", "unit", "special"] if dtype in FLOATS else ["small"]
    array = data.draw(arrays(dtype, shapes(min_rank=0, max_rank=4), kinds))
    axes = data.draw(axes_of(array.ndim))
    rng = np.random.default_rng(data.draw(seeds))
    q = rng.choice([0.0, 1.0, 0.5, 0.25, 0.3, 0.7, rng.random()], data.draw(st.sampled_from([(), (1,), (4,)])))
    q = np.asarray(q)
    keepdims = data.draw(st.booleans())
    if array.size == 0 or axes == ():  # NumPy refuses some of these
        return
    takes = method in ("lower", "higher", "nearest", "inverted_cdf", "closest_observation")
    ours = nd.to_numpy(
        nd.linalg("quantile", nd.from_numpy(array), nd.from_numpy(q), nd.axes_of(axes), options(method, keepdims))
    )
    theirs = expected_quantile(np.quantile, array, q, axes, keepdims, method=method)
    result = dtype if takes or dtype in FLOATS else "float64"
    assert_quantiles(ours, theirs, result, takes)


@given(data=st.data())
def test_median_equals_numpy(data):
    dtype = data.draw(st.sampled_from(REALS))
    array = data.draw(arrays(dtype, shapes(min_rank=0, max_rank=4), ["small", "special", "wide"]))
    axes = data.draw(axes_of(array.ndim))
    if array.size == 0 or axes == ():
        return
    ignore = data.draw(st.booleans())
    ours = nd.to_numpy(nd.linalg("median", nd.from_numpy(array), nd.axes_of(axes), options(ignore_nan=ignore)))
    theirs = np.asarray((np.nanmedian if ignore else np.median)(array.astype("float64"), axis=axes))
    assert_quantiles(ours, theirs, dtype if dtype in FLOATS else "float64", False)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8", "uint64", "float16"])
@pytest.mark.parametrize("kind", ["small", "wide", "special", "ascending", "two values"])
def test_quantiles_of_long_lines(dtype, kind):
    from strategies import random_values

    rng = np.random.default_rng(9)
    n = 400_009
    if kind == "ascending":
        array = np.arange(n).astype(dtype)
    elif kind == "two values":
        array = (np.arange(n) % 3 == 0).astype(dtype)
    else:
        array = random_values(rng, dtype, (n,), kind)
    q = np.array([0.5, 0.0, 1.0, 0.9, 0.1])
    expected = np.nanquantile(array.astype("longdouble"), q)
    for count in (1, 2, 5):
        with nd.threads(count):
            ours = nd.to_numpy(
                nd.linalg("quantile", nd.from_numpy(array), nd.from_numpy(q), nd.axes_of(None), options(ignore_nan=True))
            )
            assert_quantiles(ours, expected.astype("float64"), dtype if dtype[0] == "f" else "float64", False)


def test_percentile_and_errors():
    array = nd.from_numpy(np.arange(11.0))
    q = nd.from_numpy(np.array([10.0, 50.0]))
    assert nd.to_numpy(nd.linalg("percentile", array, q, nd.axes_of(None), options())).tolist() == [1.0, 5.0]
    for name, wrong in (("percentile", 101.0), ("quantile", -0.1), ("quantile", np.nan)):
        with pytest.raises(nd.Failure, match=f"{name}: q holds"):
            nd.linalg(name, array, nd.from_numpy(np.array(wrong)), nd.axes_of(None), options())
    with pytest.raises(nd.Failure, match="complex64"):
        nd.linalg("median", nd.from_numpy(np.ones(3, "complex64")), nd.axes_of(None), options())
    assert agree(lambda: partition("partition", np.arange(3), [3], 0), lambda: np.partition(np.arange(3), 3)) is None
