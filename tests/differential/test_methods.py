"""reduce, accumulate, outer and at of any operation equal those of NumPy's ufuncs; the functions of
two results, and those that leave NaN out.
"""

import ctypes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal
from strategies import arrays, axes_of, dtypes, seeds, shapes

# Those whose results have the dtype of their arguments, and are exact: others are held by a bound.
EXACT = "add multiply maximum minimum fmax fmin bitwise_and bitwise_or bitwise_xor gcd lcm subtract"
EXACT += " logical_and logical_or logical_xor floor_divide remainder fmod left_shift right_shift"
EXACT += " copysign heaviside"
EXACT = EXACT.split()
ROUNDED = "hypot logaddexp logaddexp2 divide arctan2".split()
NONE = -1


def number(name):
    return nd.OPS[name].number


def declared(name, *arguments, result=ctypes.c_void_p):
    function = getattr(nd.library, name)
    function.restype, function.argtypes = result, list(arguments)
    return function


REDUCE = declared("nd_ufunc_reduce", ctypes.c_int, ctypes.c_void_p, nd.Axes, ctypes.c_void_p)
SCAN = declared("nd_ufunc_accumulate", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)
OUTER = declared("nd_ufunc_outer", ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
REDUCEAT = declared("nd_reduceat", ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
AT = declared("nd_ufunc_at", ctypes.c_int, *[ctypes.c_void_p] * 3, result=ctypes.c_int)


def reduced(name, array, axes, keepdims=False):
    options = nd.ReduceOptions(keepdims)
    return nd.Array(
        REDUCE(number(name), array.handle, nd.axes_of(axes), ctypes.byref(options)), array
    )


def accumulated(name, array, axis):
    return nd.Array(SCAN(number(name), array.handle, axis, NONE), array)


def few(data, name, **options):
    """Whole numbers, so that sums and products of floats are exact whatever their order."""
    array = data.draw(arrays(kinds=["small"], **options))
    if array.dtype.kind in "fc" and name in ("add", "multiply", "subtract"):
        real = np.sign(array.real)
        array = (real if name == "multiply" else real + np.sign(array.imag)).astype(array.dtype)
    if "shift" in name and array.dtype.kind in "iu":
        array = np.abs(array) % 4
    return np.asarray(array)


@pytest.mark.parametrize("name", EXACT)
@given(data=st.data(), keepdims=st.booleans())
def test_reduce_equals_numpy(name, data, keepdims):
    array = few(data, name, shape=shapes(min_rank=1, max_rank=4))
    ufunc = getattr(np, name)
    commutes = ufunc(3, 5) == ufunc(5, 3) and name not in ("copysign", "heaviside", "fmod")
    commutes = commutes and name not in ("floor_divide", "remainder", "left_shift", "right_shift")
    commutes = commutes and name != "lcm"  # which NumPy takes along one axis only
    axes = data.draw(axes_of(array.ndim) if commutes else st.integers(0, array.ndim - 1))
    if axes == ():
        return
    if name == "subtract" and array.dtype.kind == "b":
        return
    results = agree(
        lambda: nd.to_numpy(reduced(name, nd.from_numpy(array), axes, keepdims)),
        lambda: np.asarray(ufunc.reduce(array, axis=axes, keepdims=keepdims)),
    )
    if results:
        assert_equal(*results, zero_signs=False, any_nan=True)


@pytest.mark.parametrize("name", EXACT)
@given(data=st.data())
def test_accumulate_equals_numpy(name, data):
    array = few(data, name, shape=shapes(min_rank=1, max_rank=3))
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
    ufunc = getattr(np, name)
    results = agree(
        lambda: nd.to_numpy(accumulated(name, nd.from_numpy(array), axis)),
        lambda: ufunc.accumulate(array, axis=axis),
    )
    if results:
        assert_equal(*results, zero_signs=False, any_nan=True)


@pytest.mark.parametrize("name", ROUNDED)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_reduce_and_accumulate_of_rounded_operations(name, dtype):
    rng = np.random.default_rng(4)
    array = rng.uniform(0.5, 2, (300, 7)).astype(dtype)
    wide = array.astype("longdouble")
    ufunc = getattr(np, name)
    for axis in (0, 1):
        for ours, theirs in (
            (reduced, ufunc.reduce(wide, axis=axis)),
            (accumulated, ufunc.accumulate(wide, axis=axis)),
        ):
            result = nd.to_numpy(ours(name, nd.from_numpy(array), axis))
            assert result.dtype == dtype
            np.testing.assert_allclose(result, theirs.astype(dtype), 2e-5 if dtype == "float32" else 1e-13)


def reduced_at(name, array, indices, axis):
    mine, places = nd.from_numpy(array), nd.from_numpy(np.asarray(indices))
    return nd.to_numpy(nd.Array(REDUCEAT(number(name), mine.handle, places.handle, axis), mine))


@pytest.mark.parametrize("name", EXACT)
@given(data=st.data(), count=st.integers(0, 9))
def test_reduceat_equals_numpy(name, data, count):
    array = few(data, name, shape=shapes(min_rank=1, max_rank=3))
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
    length = array.shape[axis]
    if length == 0 or (name == "subtract" and array.dtype.kind == "b"):
        return
    indices = np.random.default_rng(length).integers(0, length, count)
    results = agree(
        lambda: reduced_at(name, array, indices, axis),
        lambda: getattr(np, name).reduceat(array, indices, axis),
    )
    if results:
        assert_equal(*results, zero_signs=False, any_nan=True)


@pytest.mark.parametrize("name", ["add", "multiply", "maximum", "logical_or", "bitwise_xor"])
@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "float16", "float32", "float64"])
def test_methods_of_many_elements(name, dtype):
    rng = np.random.default_rng(6)
    ufunc = getattr(np, name)
    if name == "bitwise_xor" and dtype[0] == "f":
        return
    for shape in ((100003,), (3001, 37), (70, 5003), (20, 30, 111)):
        array = rng.integers(0, 3, shape).astype(dtype)
        if dtype[0] == "f" and name in ("add", "multiply"):
            array = (1 + (array - 1) / 64).astype(dtype) if name == "multiply" else array / 8
        for axis in range(len(shape)):
            indices = np.sort(rng.integers(0, shape[axis], 1 + shape[axis] // 40))
            wide = "float64" if dtype[0] == "f" else None
            options = {"dtype": wide} if name in ("add", "multiply") else {}
            ours, theirs = reduced_at(name, array, indices, axis), ufunc.reduceat(array, indices, axis, **options)
            np.testing.assert_allclose(
                ours, theirs.astype(ours.dtype), 1e-12 if dtype in ("float64", "int64") else 2e-3
            )
            if name == "bitwise_xor":
                assert_equal(nd.to_numpy(reduced(name, nd.from_numpy(array), axis)), ufunc.reduce(array, axis))


@pytest.mark.parametrize("name", ["add", "power", "less", "ldexp", "logaddexp", "bitwise_xor"])
@given(data=st.data())
def test_outer_equals_numpy(name, data):
    dtype = data.draw(st.sampled_from(["int8", "int64", "uint16", "bool"]))
    x, y = (data.draw(arrays(dtype, shapes(max_rank=2, most=40, large=False), ["small"])) for _ in "xy")
    if name == "power":
        x, y = np.abs(x), np.abs(y) % 5 if dtype != "bool" else y
    mine = nd.from_numpy(np.asarray(x)), nd.from_numpy(np.asarray(y))
    results = agree(
        lambda: nd.to_numpy(nd.Array(OUTER(number(name), *(a.handle for a in mine)))),
        lambda: getattr(np, name).outer(x, y),
    )
    if results:
        np.testing.assert_allclose(*results, 1e-12)
        assert results[0].dtype == results[1].dtype


@given(data=st.data(), seed=seeds)
def test_at_counts_every_index(data, seed):
    name = data.draw(st.sampled_from(["add", "multiply", "maximum", "subtract", "negative"]))
    rng = np.random.default_rng(seed)
    shape = data.draw(st.sampled_from([(5,), (7, 3), (4, 2, 3)]))
    target = rng.integers(-5, 5, shape).astype(data.draw(st.sampled_from(["int64", "float32"])))
    indices = rng.integers(-shape[0], shape[0], data.draw(st.sampled_from([(), (1,), (9,), (2, 4)])))
    values = None if name == "negative" else rng.integers(-3, 3, shape[1:]).astype(target.dtype)
    ours, theirs = target.copy(), target.copy()
    mine = [nd.from_numpy(ours), nd.from_numpy(np.asarray(indices))]
    mine += [] if values is None else [nd.from_numpy(np.asarray(values))]
    handles = [x.handle for x in mine] + [None] * (3 - len(mine))
    assert AT(number(name), *handles) == 0
    getattr(np, name).at(theirs, indices, *([] if values is None else [values]))
    np.testing.assert_array_equal(ours, theirs)


def test_what_the_methods_refuse():
    line, empty = nd.from_numpy(np.arange(5.0)), nd.from_numpy(np.zeros(0))
    matrix = nd.from_numpy(np.ones((2, 3)))
    with pytest.raises(nd.Failure, match="reduce: ldexp|dtype"):
        reduced("ldexp", line, 0)
    with pytest.raises(nd.Failure, match="power of no elements"):
        reduced("power", empty, 0)
    with pytest.raises(nd.Failure, match="order matters"):
        reduced("subtract", matrix, None)
    with pytest.raises(nd.Failure, match="does not take two"):
        reduced("sqrt", line, 0)
    before = np.arange(3.0)
    target = nd.from_numpy(before)
    bad = nd.from_numpy(np.array([0, 3]))
    two = nd.from_numpy(np.ones(2))
    assert AT(number("add"), target.handle, bad.handle, two.handle) != 0
    assert "index 3 is out of bounds for axis 0 with size 3" in nd.library.nd_error_message().decode()
    nd.library.nd_error_clear()
    np.testing.assert_array_equal(before, np.arange(3.0))


# ---- Two results --------------------------------------------------------------------------------


class Pair(ctypes.Structure):
    _fields_ = [("first", ctypes.c_void_p), ("second", ctypes.c_void_p)]


@pytest.mark.parametrize("name", ["divmod", "frexp", "modf"])
@given(data=st.data(), dtype=dtypes)
def test_functions_of_two_results(name, data, dtype):
    count = getattr(np, name).nin
    shape = data.draw(shapes())
    given_arrays = [data.draw(arrays(dtype, shape)) for _ in range(count)]
    function = getattr(nd.library, f"nd_{name}")
    function.restype, function.argtypes = Pair, [nd.Operand] * count
    mine = [nd.from_numpy(x) for x in given_arrays]
    pair = function(*map(nd.operand, mine))
    with np.errstate(all="ignore"):
        try:
            theirs = getattr(np, name)(*given_arrays)
        except TypeError:
            assert not pair.first and not pair.second
            nd.library.nd_error_clear()
            return
    for ours, expected in zip((pair.first, pair.second), theirs):
        assert_equal(nd.to_numpy(nd.Array(ours)), expected, given_arrays)


# ---- Without NaN --------------------------------------------------------------------------------

NAN_REDUCTIONS = "nansum nanprod nanmean nanvar nanstd nanmin nanmax nanargmin nanargmax".split()


def with_nans(data, **options):
    array = data.draw(arrays(kinds=["small", "unit"], **options)).copy()
    rng = np.random.default_rng(data.draw(seeds))
    if array.dtype.kind in "fc":
        array[rng.random(array.shape) < data.draw(st.sampled_from([0, 0.3, 0.9, 1]))] = np.nan
    return array


@pytest.mark.parametrize("name", NAN_REDUCTIONS)
@given(data=st.data(), keepdims=st.booleans())
@pytest.mark.filterwarnings("ignore")
def test_reductions_without_nan(name, data, keepdims):
    array = with_nans(data, shape=shapes(min_rank=1, max_rank=4))
    axes = data.draw(st.integers(0, array.ndim - 1) if "arg" in name else axes_of(array.ndim))
    if axes == ():
        return
    function = declared(f"nd_{name}_with", ctypes.c_void_p, nd.Axes, nd.ReduceOptions)
    mine = nd.from_numpy(array)
    given_options = nd.axes_of(axes), nd.ReduceOptions(keepdims)
    results = agree(
        lambda: nd.to_numpy(nd.Array(function(mine.handle, *given_options), mine)),
        lambda: np.asarray(getattr(np, name)(array, axis=axes, keepdims=keepdims)),
    )
    if not results:
        return
    ours, theirs = results
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    if theirs.dtype.kind in "fc":
        if name == "nanprod":
            return  # the order of a long product decides whether it overflows; see nanprod below
        tolerance = {2: 2e-2, 4: 1e-4}.get(np.zeros(1, theirs.dtype).real.dtype.itemsize, 1e-9)
        finite = np.isfinite(theirs)
        np.testing.assert_allclose(ours[finite], theirs[finite], tolerance, tolerance * 100)
        assert (np.isnan(ours) == np.isnan(theirs)).all()
    else:
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["nanmin", "nanmax"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "complex64", "complex128", "int16"])
@pytest.mark.filterwarnings("ignore")
def test_extremes_without_nan(name, dtype):
    """Of sizes that take every leaf, with lines of NaN alone, initial and where."""
    rng = np.random.default_rng(5)
    function = declared(f"nd_{name}_with", ctypes.c_void_p, nd.Axes, nd.ReduceOptions)
    for shape in [(3, 7), (70, 300), (300, 70), (2500, 5), (5, 2500), (40, 40, 9), (1, 60000)]:
        array = rng.integers(-99, 99, shape).astype(dtype)
        if dtype[0] != "i":
            array[rng.random(shape) < 0.3] = np.nan
            array[0], array[..., -1] = np.nan, np.nan
        if dtype[0] == "c":
            array.imag = np.where(rng.random(shape) < 0.1, np.nan, rng.integers(0, 5, shape))
        mine = nd.from_numpy(array)
        mask = rng.random(shape) < 0.5
        own_mask = nd.from_numpy(mask)
        for axis in [None, 0, len(shape) - 1, (0, 1)]:
            axes = nd.axes_of(axis)
            ours = nd.to_numpy(nd.Array(function(mine.handle, axes, nd.ReduceOptions()), mine))
            theirs = np.asarray(getattr(np, name)(array, axis=axis))
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
            np.testing.assert_array_equal(ours[~np.isnan(theirs)], theirs[~np.isnan(theirs)])
            options = nd.ReduceOptions(has_initial=True, initial=5.0, where=own_mask.handle)
            ours = nd.to_numpy(nd.Array(function(mine.handle, axes, options), mine))
            theirs = np.asarray(getattr(np, name)(array, axis=axis, initial=5, where=mask))
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["argmin", "argmax"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "int8", "uint16", "int64", "bool"])
def test_positions_in_every_layout(name, dtype):
    rng = np.random.default_rng(6)
    for shape in [(3, 7), (9, 300), (300, 70), (2500, 5), (5, 2500), (1000, 100), (100, 1000)]:
        for share in (0, 0.0005, 0.5):
            array = rng.integers(0, 9, shape).astype(dtype)
            if array.dtype.kind in "fc":
                array[rng.random(shape) < share] = np.nan
            elif share:
                continue
            for given_array in (array, array.T, np.asfortranarray(array), array[::-1, ::2]):
                mine = nd.from_numpy(given_array)
                for axis in (0, 1):
                    ours = nd.to_numpy(nd.reduce(name, mine, axis))
                    np.testing.assert_array_equal(ours, getattr(np, name)(given_array, axis=axis))


@pytest.mark.parametrize("name", ["nansum", "nanprod", "nancumsum", "nancumprod"])
def test_sums_and_products_without_nan(name):
    rng = np.random.default_rng(9)
    array = rng.uniform(0.9, 1.1, (40, 50))
    array[rng.random(array.shape) < 0.2] = np.nan
    for axis in (0, 1):
        argument = axis if "cum" in name else nd.axes_of(axis)
        ours = nd.to_numpy(nd.call(name, nd.from_numpy(array), argument))
        np.testing.assert_allclose(ours, getattr(np, name)(array, axis=axis), 1e-13)


def test_lines_of_nan_alone_have_no_position():
    array = nd.from_numpy(np.array([[1.0, np.nan], [np.nan, np.nan]]))
    with pytest.raises(nd.Failure, match="nothing but NaN"):
        nd.call("nanargmin", array, nd.axes_of(1))
