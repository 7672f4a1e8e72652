"""Views have NumPy's shapes, values and strides, and share the memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal
from strategies import arrays, dtypes, layouts, shapes

some_arrays = arrays(shape=shapes(most=600, large=False), kinds=["small"])


def assert_same_view(mine, theirs):
    """Equal elements at equal strides (of axes with several elements: the others' mean nothing)."""
    assert_equal(nd.to_numpy(mine), theirs)
    if theirs.size and not isinstance(theirs, np.generic):
        strides = [(a, b) for a, b, n in zip(mine.strides, theirs.strides, theirs.shape) if n > 1]
        assert all(a == b for a, b in strides), (
            f"strides: ndstream {mine.strides}, NumPy {theirs.strides}"
        )
        assert mine.data == theirs.__array_interface__["data"][0]


def check(ours, theirs):
    """Both give the same view, or both refuse."""
    results = agree(ours, theirs)
    if results:
        assert_same_view(*results)


@st.composite
def indices(draw, shape):
    """A basic index, now and then out of range or too long."""
    terms = []
    rest = False
    for length in shape:
        kind = draw(st.sampled_from(["all", "range", "range", "index", "new", "rest", "stop"]))
        if kind == "stop":
            break
        if kind == "new":
            terms.append(None)
        if kind == "rest" and not rest:
            terms.append(...)
            rest = True
            break
        if kind == "index":
            terms.append(draw(st.integers(-length - 1, length)))
        elif kind == "range":
            bound = st.none() | st.integers(-length - 2, length + 2)
            step = draw(st.sampled_from([None, 1, 2, 3, -1, -2, 7]))
            terms.append(slice(draw(bound), draw(bound), step))
        else:
            terms.append(slice(None))
    if draw(st.integers(0, 15)) == 15:
        terms.append(0)
    if rest and draw(st.integers(0, 3)) == 3:
        terms.append(slice(None, None, -1) if shape else None)
    return tuple(terms)


@given(data=st.data(), array=some_arrays)
def test_slices_equal_numpy(data, array):
    index = data.draw(indices(array.shape))
    mine = nd.from_numpy(array)

    def theirs():
        view = array[index + (...,)] if ... not in index else array[index]
        return view

    check(lambda: nd.slice_terms(mine, index), theirs)


@given(data=st.data(), array=some_arrays)
def test_permutations_of_axes_equal_numpy(data, array):
    mine = nd.from_numpy(array)
    check(lambda: nd.call("transpose", mine), lambda: array.T)
    axes = data.draw(st.permutations(range(array.ndim)))
    axes = tuple(axis - array.ndim if data.draw(st.booleans()) else axis for axis in axes)
    if axes and data.draw(st.integers(0, 9)) == 9:
        axes = (*axes[:-1], data.draw(st.integers(-7, 7)))
    check(lambda: nd.call("permute", mine, nd.axes_of(axes)), lambda: array.transpose(axes))
    first, second = (data.draw(st.integers(-array.ndim - 1, array.ndim)) for _ in range(2))
    check(
        lambda: nd.call("swap_axes", mine, first, second), lambda: np.swapaxes(array, first, second)
    )
    check(
        lambda: nd.call("move_axis", mine, first, second), lambda: np.moveaxis(array, first, second)
    )


@given(data=st.data(), array=some_arrays)
def test_axes_of_length_one_come_and_go_as_in_numpy(data, array):
    mine = nd.from_numpy(array)
    axis = data.draw(st.integers(-array.ndim - 2, array.ndim + 1))
    check(lambda: nd.call("expand_dims", mine, axis), lambda: np.expand_dims(array, axis))
    check(lambda: nd.call("squeeze", mine, nd.axes_of(None)), lambda: np.squeeze(array))
    axes = tuple(data.draw(st.lists(st.integers(-array.ndim - 1, array.ndim), max_size=3)))
    check(lambda: nd.call("squeeze", mine, nd.axes_of(axes)), lambda: np.squeeze(array, axes))


@st.composite
def reshapes(draw, size):
    """Factors of `size`, ones between them, perhaps a -1, now and then a wrong one."""
    lengths, rest = [], size
    for _ in range(draw(st.integers(0, 4))):
        divisors = [n for n in range(1, min(rest, 100) + 1) if rest % n == 0] or [0]
        lengths.append(draw(st.sampled_from(divisors)))
        rest = rest // lengths[-1] if lengths[-1] else 0
    lengths.append(rest)
    lengths = draw(st.permutations(lengths))
    if draw(st.booleans()):
        lengths[draw(st.integers(0, len(lengths) - 1))] = -1
    if draw(st.integers(0, 9)) == 9:
        lengths[0] += 1
    return tuple(lengths)


@given(data=st.data(), array=some_arrays)
def test_reshapes_equal_numpy_and_are_views_where_numpys_are(data, array):
    shape = data.draw(reshapes(array.size))
    mine = nd.from_numpy(array)
    results = agree(
        lambda: nd.call("reshape", mine, nd.shape_of(shape)), lambda: array.reshape(shape)
    )
    if results:
        assert_equal(nd.to_numpy(results[0]), results[1])
        if array.size:
            shares = np.shares_memory(results[1], array)
            assert (mine.data == results[0].data) == shares
    assert_equal(nd.to_numpy(nd.call("ravel", mine)), array.ravel())


@given(data=st.data(), array=some_arrays)
def test_broadcast_to_equals_numpy(data, array):
    extra = [data.draw(st.sampled_from([1, 2, 3])) for _ in range(data.draw(st.integers(0, 2)))]
    shape = [data.draw(st.sampled_from([1, 2, 4, 0])) if n == 1 else n for n in array.shape]
    if shape and data.draw(st.integers(0, 9)) == 9:
        shape[-1] += 1
    shape = tuple(extra + shape)
    mine = nd.from_numpy(array)
    check(
        lambda: nd.call("broadcast_to", mine, nd.shape_of(shape)),
        lambda: np.broadcast_to(array, shape),
    )


@given(data=st.data(), array=some_arrays)
def test_sliding_windows_equal_numpy(data, array):
    axis = data.draw(st.integers(-array.ndim, max(array.ndim - 1, 0)))
    window = data.draw(st.integers(0, 6))
    mine = nd.from_numpy(array)

    def theirs():
        if window < 1:
            raise ValueError("numpy takes 0, which gives no elements; ndstream documents an error")
        return np.lib.stride_tricks.sliding_window_view(array, window, axis)

    check(lambda: nd.call("sliding_window", mine, axis, window), theirs)


@given(data=st.data(), array=some_arrays)
def test_flips_and_diagonals_equal_numpy(data, array):
    mine = nd.from_numpy(array)
    check(lambda: nd.call("flip", mine, nd.axes_of(None)), lambda: np.flip(array))
    axes = data.draw(st.lists(st.integers(0, 4), unique=True, max_size=array.ndim))
    check(lambda: nd.call("flip", mine, nd.axes_of(axes)), lambda: np.flip(array, tuple(axes)))
    offset = data.draw(st.integers(-5, 5))
    check(lambda: nd.call("diagonal", mine, offset), lambda: np.diagonal(array, offset, -2, -1))


@given(
    array=arrays(
        st.sampled_from(["complex64", "complex128"]), shapes(most=600, large=False), ["small"]
    )
)
def test_real_and_imaginary_parts_equal_numpy(array):
    mine = nd.from_numpy(array)
    check(lambda: nd.call("real", mine), lambda: array.real)
    check(lambda: nd.call("imag", mine), lambda: array.imag)


@given(data=st.data(), dtype=dtypes, layout=layouts)
def test_views_of_views_equal_numpy(data, dtype, layout):
    array = data.draw(arrays(dtype, shapes(min_rank=2, most=600, large=False), ["small"], layout))
    mine = nd.from_numpy(array)
    for _ in range(3):
        step = data.draw(st.sampled_from(["slice", "transpose", "new", "flip"]))
        if step == "slice":
            index = tuple(
                slice(data.draw(st.integers(0, 2)), None, data.draw(st.sampled_from([1, 2, -1])))
                for _ in array.shape
            )
            mine, array = nd.slice_terms(mine, index), array[index]
        elif step == "transpose":
            mine, array = nd.call("transpose", mine), array.T
        elif step == "new" and array.ndim < 6:
            mine, array = nd.call("expand_dims", mine, 1), np.expand_dims(array, 1)
        else:
            mine, array = nd.call("flip", mine, nd.axes_of(0)), np.flip(array, 0)
        assert_same_view(mine, array)


@given(data=st.data())
def test_creation_equals_numpy(data):
    function = nd.library.nd_linspace
    function.restype, function.argtypes = nd.c_void_p, [nd.c_double, nd.c_double, nd.c_int64]
    start, stop = (data.draw(st.floats(-1e6, 1e6)) for _ in range(2))
    count = data.draw(st.integers(0, 300))
    assert_equal(
        nd.to_numpy(nd.Array(function(start, stop, count))), np.linspace(start, stop, count)
    )
    function = nd.library.nd_arange_step
    function.restype, function.argtypes = (
        nd.c_void_p,
        [nd.c_int, nd.c_double, nd.c_double, nd.c_double],
    )
    dtype = data.draw(st.sampled_from(["int8", "int64", "float32", "float64", "complex64"]))
    start, stop = (data.draw(st.integers(-60, 60)) for _ in range(2))
    step = data.draw(
        st.sampled_from([1, 2, -3, 7, 0.5, -0.25] if dtype[0] != "i" else [1, 2, -3, 7])
    )
    ours = nd.to_numpy(nd.Array(function(nd.DTYPES.index(dtype), start, stop, step)))
    assert_equal(ours, np.arange(start, stop, step, dtype))
    function = nd.library.nd_eye
    function.restype, function.argtypes = (
        nd.c_void_p,
        [nd.c_int, nd.c_int64, nd.c_int64, nd.c_int64],
    )
    rows, columns, diagonal = (data.draw(st.integers(0, 9)) for _ in range(3))
    ours = nd.to_numpy(nd.Array(function(nd.DTYPES.index(dtype), rows, columns, diagonal - 4)))
    assert_equal(ours, np.eye(rows, columns, diagonal - 4, dtype))


@pytest.mark.parametrize("count", [0, 1, 5, 100003])
def test_arange_equals_numpy(count):
    function = nd.library.nd_arange
    function.restype, function.argtypes = nd.c_void_p, [nd.c_int64]
    assert_equal(nd.to_numpy(nd.Array(function(count))), np.arange(count))
