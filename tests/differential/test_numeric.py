"""Functions made of operations equal NumPy's: rounding, tolerances, differences, integrals,
convolution, statistics, interpolation.
"""

import ctypes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import assert_equal, assert_form
from nd import linalg as call
from strategies import INEXACT, NUMPY_DTYPES, arrays, axes_of, dtypes, random_values, seeds, shapes

REAL = [name for name in NUMPY_DTYPES if "complex" not in name]


def ours_of(*arguments):
    return [nd.from_numpy(x) if isinstance(x, np.ndarray) else x for x in arguments]


def assert_near(ours, theirs, scale=None, ulp=4):
    """Within some units of the dtype of `scale`, the size of what was added up."""
    theirs = np.asarray(theirs)
    assert_form(ours, theirs)
    if theirs.dtype.kind not in "fc":
        np.testing.assert_array_equal(ours, theirs)
        return
    unit = np.finfo(theirs.dtype).eps * ulp
    scale = np.abs(theirs) if scale is None else scale
    with np.errstate(all="ignore"):
        near = np.abs(ours - theirs) <= unit * scale
    near |= (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    assert near.all(), (ours[~near][:4], theirs[~near][:4])


def both(ours, theirs):
    """Results of both, or None if both refuse."""
    try:
        with np.errstate(all="ignore"):
            expected = theirs()
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        with pytest.raises(nd.Failure):
            ours()
        return None
    return nd.to_numpy(ours()), np.asarray(expected)


# ---- Element by element -------------------------------------------------------------------------


@given(x=arrays(), decimals=st.integers(-4, 6))
def test_round(x, decimals):
    if x.dtype.kind in "iu":
        x = np.asarray(x // 2)  # what is rounded up must fit
    results = both(
        lambda: call("round", nd.from_numpy(x), decimals), lambda: np.round(x, decimals)
    )
    if results:
        assert_equal(*results, (x,))


def tolerances():
    return st.sampled_from([(1e-5, 1e-8), (0.0, 0.0), (0.1, 0.0), (0.0, 0.5)])


@given(data=st.data(), dtype=dtypes, tolerance=tolerances(), equal_nan=st.booleans())
def test_isclose_and_allclose(data, dtype, tolerance, equal_nan):
    if dtype == "bool":
        return  # numpy.isclose cannot subtract bools
    shape = data.draw(shapes(max_rank=3, most=500, large=False))
    a = data.draw(arrays(dtype, shape))
    near = a + random_values(np.random.default_rng(1), a.dtype, shape, "unit") * a.dtype.type(0.3)
    b = np.where(np.random.default_rng(2).random(shape) < 0.6, a, near).astype(dtype)
    mine = [nd.operand(x) for x in ours_of(a, b)]
    keep = ours_of(a, b)
    mine = [nd.operand(x) for x in keep]
    with np.errstate(all="ignore"):
        theirs = np.isclose(a, b, *tolerance, equal_nan)
        together = np.allclose(a, b, *tolerance, equal_nan)
    ours = nd.to_numpy(call("isclose", *mine, *tolerance, equal_nan))
    assert_equal(ours, theirs, (a, b))
    function = nd.library.nd_allclose
    function.restype, function.argtypes = ctypes.c_bool, None
    doubles = [ctypes.c_double(x) for x in tolerance]
    assert function(*mine, *doubles, ctypes.c_bool(equal_nan)) == together
    assert nd.library.nd_error() == 0


@given(data=st.data())
def test_array_equiv(data):
    function = nd.library.nd_array_equiv
    function.restype, function.argtypes = ctypes.c_bool, [ctypes.c_void_p] * 2
    a = data.draw(arrays(shape=shapes(max_rank=3, most=50, large=False), kinds=["small"]))
    b = data.draw(
        st.sampled_from([a, a[None], a + 1 if a.dtype.kind != "b" else ~a, np.zeros((2, 3, 4, 5))])
    )
    mine = ours_of(np.asarray(a), np.asarray(b))
    assert function(*(x.handle for x in mine)) == np.array_equiv(a, b)
    assert nd.library.nd_error() == 0


class Replacements(ctypes.Structure):
    _fields_ = [("nan", ctypes.c_double), ("has_posinf", ctypes.c_bool)]
    _fields_ += [("has_neginf", ctypes.c_bool), ("posinf", ctypes.c_double)]
    _fields_ += [("neginf", ctypes.c_double)]


@given(x=arrays(kinds=["special"]), by=st.sampled_from([None, (1.0, 2.0, -3.0)]))
def test_nan_to_num(x, by):
    given = Replacements(by[0], True, True, *by[1:]) if by else Replacements()
    ours = nd.to_numpy(call("nan_to_num", nd.from_numpy(x), given))
    assert_equal(ours, np.nan_to_num(x, True, *(by or ())), (x,))


@given(x=arrays(), degrees=st.booleans())
def test_angle(x, degrees):
    with np.errstate(all="ignore"):
        theirs = np.angle(x, degrees)
    assert_near(nd.to_numpy(call("angle", nd.from_numpy(x), degrees)), theirs)


@pytest.mark.parametrize("dtype", ["complex64", "complex128", "float32", "int8"])
@pytest.mark.parametrize("imaginary", [0, 1e-17, 1e-6, 1])
def test_real_if_close(dtype, imaginary):
    x = np.arange(5).astype(dtype)
    if x.dtype.kind == "c":
        x += dtype == dtype and x.dtype.type(imaginary * 1j)
    for tolerance in (100.0, 1e-3):
        ours = call("real_if_close", nd.from_numpy(x), tolerance)
        assert_equal(nd.to_numpy(ours), np.real_if_close(x, tolerance))


# ---- Reductions ---------------------------------------------------------------------------------


@given(data=st.data(), keepdims=st.booleans())
def test_ptp(data, keepdims):
    x = data.draw(arrays(shape=shapes(min_rank=1)))
    axes = data.draw(axes_of(x.ndim))
    results = both(
        lambda: call("ptp", nd.from_numpy(x), nd.axes_of(axes), keepdims),
        lambda: np.ptp(x, axes, keepdims=keepdims),
    )
    if results and (axes is None or axes != ()):
        assert_equal(*results, zero_signs=False, any_nan=True)


@given(data=st.data())
def test_average(data):
    x = data.draw(arrays(shape=shapes(min_rank=1, max_rank=3), kinds=["small", "unit"]))
    axis = data.draw(st.integers(0, x.ndim - 1))
    kind = data.draw(st.sampled_from(["none", "same", "line"]))
    rng = np.random.default_rng(3)
    shape = x.shape if kind == "same" else x.shape[axis]
    weights = None if kind == "none" else rng.random(shape) + 0.1
    if x.dtype == np.float16 and weights is not None:
        weights = weights.astype("float16")
    pointer = nd.from_numpy(weights) if weights is not None else ctypes.c_void_p(None)
    if x.size == 0:
        return  # numpy.average divides by the size of the result
    results = both(
        lambda: call("average", nd.from_numpy(x), nd.axes_of(axis), pointer),
        lambda: np.average(x, axis, weights),
    )
    scale = np.average(np.abs(x).astype("float64"), axis) * 2
    assert_near(*results, scale, ulp=40 if x.dtype != np.float16 else x.shape[axis] + 4)


# ---- Along an axis ------------------------------------------------------------------------------


@given(data=st.data(), times=st.integers(0, 3))
def test_diff(data, times):
    x = data.draw(arrays(shape=shapes(min_rank=1)))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    results = both(
        lambda: call("diff", nd.from_numpy(x), times, axis), lambda: np.diff(x, times, axis)
    )
    assert_equal(*results, any_nan=True)


@given(x=arrays(dtype=st.sampled_from([d for d in NUMPY_DTYPES if d != "bool"])))
def test_ediff1d(x):
    with np.errstate(all="ignore"):
        theirs = np.ediff1d(x)
    assert_equal(nd.to_numpy(call("ediff1d", nd.from_numpy(x))), theirs, any_nan=True)


@given(data=st.data(), dx=st.sampled_from([1.0, 0.25, -3.0]))
def test_trapezoid(data, dx):
    dtype = st.sampled_from([d for d in NUMPY_DTYPES if d != "bool"])
    y = data.draw(arrays(dtype, shapes(min_rank=1, max_rank=3), kinds=["small", "unit"]))
    axis = data.draw(st.integers(0, y.ndim - 1))
    places = data.draw(st.sampled_from(["even", "line", "same"]))
    rng = np.random.default_rng(5)
    x = {"even": None, "line": rng.random(y.shape[axis]), "same": rng.random(y.shape)}[places]
    if y.dtype.name in ("float16", "float32") and x is not None:
        x = x.astype(y.dtype)
    pointer = nd.from_numpy(x) if x is not None else ctypes.c_void_p(None)
    if y.shape[axis] == 0:
        return
    ours = nd.to_numpy(call("trapezoid", nd.from_numpy(y), pointer, dx, axis))
    theirs = np.trapezoid(y, x, dx, axis)
    scale = np.abs(y).astype("float64").sum(axis) * max(abs(dx), 1) + 1
    assert_near(ours, theirs, scale, ulp=16 if y.dtype != np.float16 else 64)


@given(data=st.data(), edge_order=st.sampled_from([1, 2]))
def test_gradient(data, edge_order):
    f = data.draw(arrays(st.sampled_from(REAL[1:]), shapes(min_rank=1, max_rank=3), ["small"]))
    axis = data.draw(st.integers(0, f.ndim - 1))
    if data.draw(st.booleans()):
        x = np.cumsum(np.random.default_rng(7).random(f.shape[axis]) + 0.5)
        x = x.astype(f.dtype) if f.dtype.kind == "f" else x
        mine = lambda: call("gradient_at", *ours_of(f, x), axis, edge_order)
        theirs = lambda: np.gradient(f, x, axis=axis, edge_order=edge_order)
    else:
        mine = lambda: call("gradient", nd.from_numpy(f), 0.5, axis, edge_order)
        theirs = lambda: np.gradient(f, 0.5, axis=axis, edge_order=edge_order)
    results = both(mine, theirs)
    if results:
        assert_near(*results, 64 + 8 * np.abs(results[1].astype("float64")), ulp=4)


# ---- Convolution --------------------------------------------------------------------------------

MODES = ["full", "same", "valid"]


@pytest.mark.parametrize("name", ["convolve", "correlate"])
@given(data=st.data(), mode=st.sampled_from(MODES))
def test_convolution(name, data, mode):
    lengths = st.sampled_from([1, 2, 3, 4, 5, 8, 17, 100, 257, 3001])
    dtype = data.draw(dtypes)
    a, v = (
        data.draw(arrays(dtype, (data.draw(lengths),), ["small", "unit"])) for _ in range(2)
    )
    ours = nd.to_numpy(call(name, *ours_of(a, v), MODES.index(mode)))
    theirs = getattr(np, name)(a, v, mode)
    if a.dtype.kind in "fc":
        wide = getattr(np, name)(np.abs(a).astype("float64"), np.abs(v).astype("float64"), mode)
        assert_near(ours, theirs, wide, ulp=min(len(a), len(v)) + 2)
    else:
        assert_equal(ours, theirs)


def test_convolution_of_nothing_is_an_error():
    mine = ours_of(np.zeros(0), np.zeros(3))
    with pytest.raises(nd.Failure, match="no elements"):
        call("convolve", *mine, 0)
    with pytest.raises(nd.Failure, match="1-d"):
        call("correlate", *ours_of(np.zeros((2, 2)), np.zeros(3)), 0)


# ---- Several variables --------------------------------------------------------------------------


@given(
    x=arrays(shape=st.sampled_from([(3, 50), (1, 9), (20,), (7, 4)]), kinds=["unit"]),
    rows=st.booleans(),
    ddof=st.sampled_from([0.0, 1.0]),
)
def test_cov_and_corrcoef(x, rows, ddof):
    x = x + np.arange(x.size).reshape(x.shape).astype(x.dtype) / 8 if x.dtype.kind in "fc" else x
    ours = nd.to_numpy(call("cov", nd.from_numpy(x), rows, ddof))
    theirs = np.cov(x, rowvar=rows, ddof=int(ddof))
    scale = max(np.abs(x).astype("float64").max(), 1e-300) ** 2
    assert_near(ours, theirs, scale, ulp=64)
    if x.dtype.kind in "fc":
        with np.errstate(all="ignore"):
            theirs = np.corrcoef(x, rowvar=rows)
        np.testing.assert_allclose(
            nd.to_numpy(call("corrcoef", nd.from_numpy(x), rows)), theirs, 1e-9, 1e-9
        )


# ---- Interpolation and polynomials --------------------------------------------------------------


@given(seed=seeds, count=st.sampled_from([1, 2, 3, 10, 1000]), n=st.sampled_from([0, 1, 7, 20000]))
def test_interp(seed, count, n):
    rng = np.random.default_rng(seed)
    xp = np.sort(rng.integers(0, 3 * count, count)) / 2.0
    fp = rng.standard_normal(count)
    x = rng.uniform(-1, 1.5 * count + 1, n)
    some = rng.random(n) < 0.3
    x[some] = rng.choice(np.concatenate([xp, [np.nan, np.inf, -np.inf]]), some.sum())
    unique = np.concatenate([[True], np.diff(xp) > 0])
    xp, fp = xp[unique], fp[unique]
    ours = nd.to_numpy(call("interp", *ours_of(x, xp, fp)))
    np.testing.assert_allclose(ours, np.interp(x, xp, fp), 1e-13, 1e-13)


@given(data=st.data(), dtype=st.sampled_from(["int64", "float32", "float64", "complex128"]))
def test_polyval_and_vander(data, dtype):
    x = data.draw(arrays(dtype, shapes(max_rank=2, most=300, large=False), ["unit"]))
    p = data.draw(arrays(dtype, (data.draw(st.integers(0, 6)),), ["small"]))
    x = np.asarray(x % 10 if dtype == "int64" else x)
    assert_near(nd.to_numpy(call("polyval", *ours_of(p, x))), np.polyval(p, x), 200, ulp=16)
    line = np.ascontiguousarray(x.ravel())
    for increasing in (False, True):
        ours = nd.to_numpy(call("vander", nd.from_numpy(line), 5, increasing))
        assert_near(ours, np.vander(line, 5, increasing), 1 + np.abs(ours), ulp=8)


@given(seed=seeds, degree=st.integers(0, 5), columns=st.sampled_from([None, 1, 3]))
def test_polyfit(seed, degree, columns):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, 40)
    y = rng.standard_normal(40 if columns is None else (40, columns))
    ours = nd.to_numpy(call("polyfit", *ours_of(x, y), degree))
    np.testing.assert_allclose(ours, np.polyfit(x, y, degree), 1e-9, 1e-9)


@pytest.mark.parametrize("dtype", INEXACT)
def test_results_of_large_arrays_are_those_of_small_ones(dtype):
    """Pending and computed at once are the same bits."""
    rng = np.random.default_rng(8)
    x = random_values(rng, dtype, (100003,), "small")
    results = []
    for limit in (0, 16384):
        with nd.lazy(limit):
            mine = nd.from_data(x)
            results.append(
                [
                    nd.to_numpy(call("round", mine, 2)).copy(),
                    nd.to_numpy(call("diff", mine, 2, 0)).copy(),
                    nd.to_numpy(call("angle", mine, False)).copy(),
                    nd.to_numpy(call("nan_to_num", mine, Replacements())).copy(),
                    nd.to_numpy(call("trapezoid", mine, ctypes.c_void_p(None), 0.5, 0)).copy(),
                ]
            )
    for eager, lazy in zip(*results):
        np.testing.assert_array_equal(eager, lazy)


# ---- Bits ---------------------------------------------------------------------------------------


@given(data=st.data(), x=arrays(dtypes, shapes(1, 3, 300, large=False), ["small"]))
def test_packbits(data, x):
    axis, little = data.draw(st.integers(-x.ndim, x.ndim - 1)), data.draw(st.booleans())
    order = "little" if little else "big"
    results = both(
        lambda: call("packbits", nd.from_numpy(x), axis, little), lambda: np.packbits(x, axis, order)
    )
    if results:
        assert_equal(*results)


@given(data=st.data(), x=arrays(st.sampled_from(["uint8", "uint8", "int8"]), shapes(1, 3, 300, large=False), ["small"]))
def test_unpackbits(data, x):
    axis, little = data.draw(st.integers(-x.ndim, x.ndim - 1)), data.draw(st.booleans())
    count = data.draw(st.one_of(st.none(), st.integers(-20, 100)))
    order = "little" if little else "big"
    results = both(
        lambda: call(
            "unpackbits", nd.from_numpy(x), axis, ctypes.c_int64(-(2**63) if count is None else count), little
        ),
        lambda: np.unpackbits(x, axis, count, order),
    )
    if results:
        assert_equal(*results)


def test_bits_of_many_elements():
    x = np.random.default_rng(5).integers(0, 2, 1_000_003).astype(bool)
    packed = nd.to_numpy(call("packbits", nd.from_numpy(x), 0, False))
    assert_equal(packed, np.packbits(x))
    back = nd.to_numpy(call("unpackbits", nd.from_numpy(packed), 0, ctypes.c_int64(x.size), False))
    assert_equal(back, x.astype(np.uint8))
