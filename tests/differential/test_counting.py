"""searchsorted, digitize, bincount and histograms equal NumPy's."""

import ctypes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal
from strategies import EXACT, FLOATS, INTEGERS, NUMPY_DTYPES, arrays, dtypes, random_values, seeds, shapes


class SearchOptions(ctypes.Structure):
    _fields_ = [("right", ctypes.c_bool), ("sorter", ctypes.c_void_p)]


class BincountOptions(ctypes.Structure):
    _fields_ = [("weights", ctypes.c_void_p), ("minlength", ctypes.c_int64)]


class HistogramOptions(ctypes.Structure):
    _fields_ = [
        ("bins", ctypes.c_int64),
        ("edges", ctypes.c_void_p),
        ("rule", ctypes.c_char_p),
        ("has_range", ctypes.c_bool),
        ("range", ctypes.c_double * 2),
        ("density", ctypes.c_bool),
        ("weights", ctypes.c_void_p),
    ]


def handle(array):
    return array.handle if array is not None else None


def histogram_options(bins=10, range=None, density=False, weights=None):
    """The options and what must live as long as they are used."""
    own = nd.from_numpy(weights) if weights is not None else None
    edges = nd.from_numpy(bins) if isinstance(bins, np.ndarray) else None
    options = HistogramOptions(
        bins if isinstance(bins, int) else 0,
        handle(edges),
        bins.encode() if isinstance(bins, str) else None,
        range is not None,
        (ctypes.c_double * 2)(*(range or (0, 0))),
        density,
        handle(own),
    )
    return options, (own, edges)


def histogram(array, **given):
    options, kept = histogram_options(**given)
    counts, edges = nd.linalg("histogram", nd.from_numpy(array), options, results=2)
    del kept
    return nd.to_numpy(counts), nd.to_numpy(edges)


# ---- Searching ----


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@given(data=st.data())
def test_searchsorted_equals_numpy(dtype, data):
    rng = np.random.default_rng(data.draw(seeds))
    kind = data.draw(st.sampled_from(["small", "special", "wide"]))
    unsorted = random_values(rng, dtype, (data.draw(st.sampled_from([0, 1, 2, 3, 17, 100, 1000, 40_000])),), kind)
    values = data.draw(arrays(data.draw(st.sampled_from([dtype, dtype, "float64", "int8"])), kinds=[kind]))
    side = data.draw(st.sampled_from(["left", "right"]))
    order = np.argsort(unsorted, kind="stable")
    sorter = order if data.draw(st.booleans()) else None
    line = unsorted if sorter is not None else unsorted[order][:: data.draw(st.sampled_from([1, 2]))]
    own = nd.from_numpy(sorter) if sorter is not None else None
    ours = nd.to_numpy(
        nd.linalg("searchsorted", nd.from_numpy(line), nd.from_numpy(values), SearchOptions(side == "right", handle(own)))
    )
    assert_equal(ours, np.searchsorted(line, values, side, sorter))


@given(data=st.data())
def test_digitize_equals_numpy(data):
    dtype = data.draw(st.sampled_from(EXACT[1:] + FLOATS))
    values = data.draw(arrays(dtype, kinds=["small", "unit"]))
    bins = data.draw(arrays(dtype, shapes(1, 1, 40, large=False), ["small"], "C"))
    bins = {0: np.sort(bins), 1: np.sort(bins)[::-1], 2: bins}[data.draw(st.integers(0, 2))]
    right = data.draw(st.booleans())
    results = agree(
        lambda: nd.to_numpy(nd.linalg("digitize", nd.from_numpy(values), nd.from_numpy(bins), right)),
        lambda: np.digitize(values, bins, right),
    )
    if results:
        assert_equal(*results)


# ---- Counting ----


def bincount(array, weights=None, minlength=0):
    own = nd.from_numpy(weights) if weights is not None else None
    return nd.to_numpy(nd.linalg("bincount", nd.from_numpy(array), BincountOptions(handle(own), minlength)))


@pytest.mark.parametrize("dtype", ["bool"] + INTEGERS)
@given(data=st.data())
def test_bincount_equals_numpy(dtype, data):
    rng = np.random.default_rng(data.draw(seeds))
    n = data.draw(st.sampled_from([0, 1, 5, 1000, 3001, 70_001]))
    most = min(data.draw(st.sampled_from([1, 2, 50, 127, 3000, 100_000])), np.iinfo(dtype).max if dtype != "bool" else 1)
    array = rng.integers(0, most, n, endpoint=True).astype(dtype)[:: data.draw(st.sampled_from([1, -1, 3]))]
    if dtype not in ("bool", "uint64") and np.iinfo(dtype).min and n > 1 and data.draw(st.integers(0, 9)) == 9:
        array[-1] = -1
    minlength = data.draw(st.sampled_from([0, 0, 7, 5000]))
    given = array if dtype != "uint64" else array.astype("int64")
    results = agree(lambda: bincount(array, minlength=minlength), lambda: np.bincount(given, minlength=minlength))
    if results:
        assert_equal(*results)
    if results and array.size:  # of none NumPy's sums are integers
        weights = rng.integers(-50, 50, array.size).astype(data.draw(st.sampled_from(["float64", "float32", "int64"])))
        assert_equal(bincount(array, weights, minlength), np.bincount(given, weights, minlength))


def test_bincount_finds_numbers_that_the_first_do_not_tell():
    array = np.zeros(100_000, "int64")
    array[-1] = 1_000_000
    assert_equal(bincount(array), np.bincount(array))
    for wrong in (-1, 2**40):
        array[-1] = wrong
        with pytest.raises(nd.Failure, match="bincount"):
            bincount(array)


def test_sums_of_weights_do_not_depend_on_threads():
    rng = np.random.default_rng(11)
    array, weights = rng.integers(0, 1000, 700_000), rng.random(700_000)
    with nd.threads(1):
        expected = bincount(array, weights), histogram(weights, bins=50, weights=weights)[0]
    assert np.allclose(expected[0], np.bincount(array, weights), rtol=1e-12)
    for count in (2, 3, 7):
        with nd.threads(count):
            assert_equal(bincount(array, weights), expected[0])
            assert_equal(histogram(weights, bins=50, weights=weights)[0], expected[1])


# ---- Histograms ----


@st.composite
def histogram_cases(draw):
    dtype = draw(st.sampled_from([d for d in INTEGERS if d != "uint64"] + FLOATS))
    array = draw(arrays(dtype, shapes(0, 3), ["small", "unit"]))
    given = {}
    choice = draw(st.integers(0, 3))
    if choice < 3:
        given["bins"] = draw(st.sampled_from([1, 2, 3, 7, 10, 100]))
    else:
        edge_dtype = draw(st.sampled_from(["float64", dtype]))
        given["bins"] = np.sort(draw(arrays(edge_dtype, shapes(1, 1, 30, large=False), ["small"], "C")))
        if given["bins"].size == 0:
            given["bins"] = np.array([0.0, 1.0])
    if choice in (1, 2):
        given["range"] = draw(st.sampled_from([(0, 1), (-1.5, 3.25), (-0.1, 0.3), (2, 2), (3, 1)]))
    return array, given


@given(case=histogram_cases(), density=st.booleans(), weighted=st.booleans(), seed=seeds)
def test_histogram_equals_numpy(case, density, weighted, seed):
    array, given = case
    weights = np.random.default_rng(seed).integers(0, 9, array.shape).astype("float64") if weighted else None
    results = agree(
        lambda: histogram(array, **given, density=density, weights=weights),
        lambda: np.histogram(array, **given, density=density, weights=weights),
    )
    if results:
        (counts, edges), (expected, expected_edges) = results
        assert_equal(edges, expected_edges, zero_signs=False)
        if density:
            assert counts.shape == expected.shape
            assert np.allclose(counts, expected, rtol=1e-12, atol=0, equal_nan=True)
        else:
            assert_equal(counts, expected)


@pytest.mark.parametrize("bins", [1, 10, 1000])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8"])
def test_values_on_edges_of_large_histograms(bins, dtype):
    rng = np.random.default_rng(12)
    array = (rng.integers(0, 101, 200_003) / (100 if dtype[0] == "f" else 1)).astype(dtype)
    counts, edges = histogram(array, bins=bins)
    expected, expected_edges = np.histogram(array, bins=bins)
    assert_equal(edges, expected_edges, zero_signs=False)
    assert_equal(counts, expected)
    far = (array.astype("float64") + 1e15).astype("float64")
    assert_equal(histogram(far, bins=10, range=(1e15, 1e15 + 90))[0], np.histogram(far, bins=10, range=(1e15, 1e15 + 90))[0])


@pytest.mark.parametrize("rule", ["auto", "doane", "fd", "rice", "scott", "sqrt", "stone", "sturges"])
@pytest.mark.parametrize("dtype", ["float64", "int64"])
def test_rules_for_bins(rule, dtype):
    rng = np.random.default_rng(13)
    for n in (1, 2, 3, 500):
        array = (rng.standard_normal(n) * 20).astype(dtype)
        for span in (None, (-10.0, 15.0)):
            edges = histogram(array, bins=rule, range=span)[1]
            assert_equal(edges, np.histogram_bin_edges(array, rule, span), zero_signs=False)
    assert histogram(np.ones(0), bins=rule)[1].tolist() == [0, 1]


def test_nan_and_infinity_in_histograms():
    array = np.array([0.5, np.nan, np.inf, -np.inf, 1.0, 0.0])
    for bins in (3, np.array([0.0, 0.5, 1.0]), np.array([0.0, np.inf])):
        span = (0.0, 1.0) if isinstance(bins, int) else None
        assert_equal(histogram(array, bins=bins, range=span)[0], np.histogram(array, bins, span)[0])
    with pytest.raises(nd.Failure, match="not finite"):
        histogram(array)


@given(data=st.data())
def test_histogramdd_equals_numpy(data):
    rng = np.random.default_rng(data.draw(seeds))
    d = data.draw(st.integers(1, 3))
    dtype = data.draw(st.sampled_from(["float64", "float32", "int64"]))
    sample = (rng.standard_normal((data.draw(st.sampled_from([1, 5, 400, 3001])), d)) * 4).astype(dtype)
    bins = [data.draw(st.sampled_from([1, 4, 9, "edges"])) for _ in range(d)]
    bins = [np.array([-3.0, -1.0, 0.0, 0.5, 4.0]) if b == "edges" else b for b in bins]
    ranges = [data.draw(st.sampled_from([None, (-2.0, 2.5)])) for _ in range(d)]
    density = data.draw(st.booleans())
    weights = rng.integers(0, 9, len(sample)).astype("float64") if data.draw(st.booleans()) else None
    axes, kept = zip(*(histogram_options(b, r) for b, r in zip(bins, ranges)))
    own = nd.from_numpy(weights) if weights is not None else None
    edges = (ctypes.c_void_p * d)()
    function = nd.library.nd_histogramdd
    function.restype, function.argtypes = ctypes.c_void_p, None
    mine = nd.from_numpy(sample)
    counts = nd.to_numpy(
        nd.Array(
            function(
                ctypes.c_void_p(mine.handle), (HistogramOptions * d)(*axes), density, ctypes.c_void_p(handle(own)), edges
            )
        )
    )
    expected, expected_edges = np.histogramdd(sample, bins, ranges, density, weights)
    for edge, theirs in zip(edges, expected_edges):
        assert_equal(nd.to_numpy(nd.Array(edge)), theirs, zero_signs=False)
    close = 1e-6 if dtype == "float32" else 1e-12  # NumPy's widths of bins are of the edges' dtype
    assert np.allclose(counts, expected, rtol=close, atol=0, equal_nan=True)
    if d == 2:
        counts, x_edges, y_edges = nd.linalg(
            "histogram2d",
            nd.from_numpy(sample[:, 0]),
            nd.from_numpy(sample[:, 1]),
            (HistogramOptions * 2)(*axes),
            density,
            ctypes.c_void_p(handle(own)),
            results=3,
        )
        assert np.allclose(nd.to_numpy(counts), expected, rtol=close, atol=0, equal_nan=True)
        assert_equal(nd.to_numpy(y_edges), expected_edges[1], zero_signs=False)
    del kept
