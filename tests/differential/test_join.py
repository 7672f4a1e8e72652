"""Joining, splitting, repeating and padding equal NumPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_close, assert_equal
from strategies import EXACT, NUMPY_DTYPES, arrays, dtypes, seeds, shapes

some_shapes = shapes(max_rank=4, most=300, large=False)
some_arrays = arrays(shape=some_shapes, kinds=["small"])


def check(ours, theirs):
    results = agree(ours, theirs)
    if results:
        assert_equal(nd.to_numpy(results[0]), results[1])


def check_views(array, ours, theirs):
    """Lists of equal parts that share the array's memory."""
    results = agree(ours, theirs)
    for own, part in zip(*(results or ([], [])), strict=True):
        assert_equal(nd.to_numpy(own), part)
        if part.size and np.shares_memory(part, array):
            assert own.data == part.__array_interface__["data"][0]


@st.composite
def alike(draw, axis_of):
    """Arrays of shapes that differ along one axis only, now and then otherwise."""
    shape = list(draw(shapes(min_rank=0, max_rank=3, most=300, large=False)))
    axis = draw(st.integers(-len(shape) - 1, len(shape)))
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        own = list(shape)
        if own and axis_of and draw(st.booleans()):
            own[axis % len(own)] = draw(st.sampled_from([0, 1, 2, 5]))
        if own and draw(st.integers(0, 40)) == 40:
            own[-1] += 1
        parts.append(draw(arrays(dtypes, tuple(own), ["small"])))
    return axis, parts


@given(given_=alike(True))
def test_concatenation_equals_numpy(given_):
    axis, parts = given_
    own = [nd.from_numpy(part) for part in parts]
    check(lambda: nd.linalg("concatenate", own, axis), lambda: np.concatenate(parts, axis))
    for name in ("hstack", "vstack", "dstack", "column_stack"):
        check(lambda: nd.linalg(name, own), lambda: getattr(np, name)(parts))
    if parts[0].ndim:
        check(
            lambda: nd.linalg("append", own[0], own[-1], axis),
            lambda: np.append(parts[0], parts[-1], axis),
        )


@given(given_=alike(False))
def test_stacks_equal_numpy(given_):
    axis, parts = given_
    own = [nd.from_numpy(part) for part in parts]
    check(lambda: nd.linalg("stack", own, axis), lambda: np.stack(parts, axis))


@given(data=st.data())
def test_blocks_equal_numpy(data):
    rows, columns = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    heights = [data.draw(st.integers(0, 3)) for _ in range(rows)]
    widths = [data.draw(st.integers(0, 3)) for _ in range(columns)]
    grid = [[data.draw(arrays(dtypes, (h, w), ["small"])) for w in widths] for h in heights]
    own = nd.handles_of([nd.from_numpy(part) for row in grid for part in row])
    check(lambda: nd.linalg("block", nd.c_int(rows), nd.c_int(columns), own), lambda: np.block(grid))


def test_concatenation_reads_pending_arrays():
    x = np.arange(50000.0)
    with nd.lazy(1):
        parts = [nd.elementwise("multiply", nd.from_data(x), k) for k in (1.0, 2.0, 3.0)]
        whole = nd.linalg("concatenate", parts, 0)
    assert_equal(nd.to_numpy(whole), np.concatenate([x, 2 * x, 3 * x]))


@given(data=st.data(), array=some_arrays)
def test_splits_equal_numpy(data, array):
    mine = nd.from_numpy(array)
    axis = data.draw(st.integers(-array.ndim - 1, array.ndim))
    count = data.draw(st.integers(1, 5))
    axis = axis if array.ndim else 1  # NumPy's error is none of the expected ones
    if not -array.ndim <= axis < array.ndim:
        return
    check_views(
        array, lambda: nd.several("split", mine, count, axis), lambda: np.split(array, count, axis)
    )
    check_views(
        array,
        lambda: nd.several("array_split", mine, count, axis),
        lambda: np.array_split(array, count, axis),
    )
    at = data.draw(st.lists(st.integers(-9, 9), max_size=4))
    places = (nd.c_int64 * len(at))(*at)
    check_views(
        array,
        lambda: nd.several("split_at", mine, len(at), places, axis),
        lambda: np.split(array, at, axis),
    )


@given(data=st.data(), array=some_arrays)
def test_repetition_equals_numpy(data, array):
    mine = nd.from_numpy(array)
    repeats = tuple(data.draw(st.lists(st.integers(0, 3), max_size=4)))
    check(lambda: nd.linalg("tile", mine, nd.shape_of(repeats)), lambda: np.tile(array, repeats))
    shape = tuple(data.draw(st.lists(st.integers(0, 7), max_size=3)))
    check(lambda: nd.linalg("resize", mine, nd.shape_of(shape)), lambda: np.resize(array, shape))
    if array.ndim:
        axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
        n = array.shape[axis]
        length = data.draw(st.sampled_from([(), (1,), (n,), (n,), (n + 1,)]))
        times = data.draw(arrays(st.sampled_from(["int64", "uint8", "bool"]), length, ["small"]))
        times = times % 5 if times.dtype != bool else times
        check(
            lambda: nd.linalg("repeat", mine, nd.from_numpy(np.asarray(times)), axis),
            lambda: np.repeat(array, times, axis),
        )


@given(data=st.data(), array=arrays(shape=shapes(1, 3, 200, large=False), kinds=["small"]))
def test_insertion_and_deletion_equal_numpy(data, array):
    mine = nd.from_numpy(array)
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
    length = array.shape[axis]
    count = data.draw(st.sampled_from([None, 0, 1, 2, 5]))
    bound = length + (data.draw(st.integers(0, 9)) == 9)
    if count is None:
        index = np.array(data.draw(st.integers(-length, max(bound - 1, 0))))
    else:
        index = np.array(
            data.draw(st.lists(st.integers(-length, max(bound - 1, 0)), min_size=count, max_size=count)),
            "int64",
        )
    if data.draw(st.integers(0, 5)) == 5:
        index = np.random.default_rng(1).random(length) < 0.5
    own = nd.from_numpy(index)
    plain = int(index) if index.ndim == 0 else index
    check(lambda: nd.linalg("delete", mine, own, axis), lambda: np.delete(array, plain, axis))
    if data.draw(st.booleans()):
        value = np.array(3, array.dtype)
    else:
        shape = list(array.shape)
        if index.ndim == 0:
            shape = shape[: axis % len(shape)] + shape[axis % len(shape) + 1 :]
        else:
            shape[axis] = index.sum() if index.dtype == bool else index.size
            if shape[axis] == 1:
                shape[axis] = data.draw(st.integers(1, 3))
        value = data.draw(arrays(array.dtype.name, tuple(shape), ["small"]))
    operand = nd.operand(nd.from_numpy(value))
    check(
        lambda: nd.linalg("insert", mine, own, operand, axis),
        lambda: np.insert(array, plain, value, axis),
    )


MODES = "constant edge linear_ramp maximum mean median minimum reflect symmetric wrap empty".split()


class PadOptions(nd.Structure):
    _fields_ = [("values", nd.c_void_p), ("stat_lengths", nd.c_void_p), ("odd", nd.c_bool)]


@pytest.mark.parametrize("mode", MODES)
@given(data=st.data(), shape=shapes(min_rank=1, max_rank=3, most=150, large=False))
def test_padding_equals_numpy(mode, data, shape):
    kinds = NUMPY_DTYPES if mode not in ("mean", "median", "linear_ramp") else EXACT[1:] + ["float64"]
    array = data.draw(arrays(st.sampled_from(kinds), shape, ["small"]))
    widths = [(data.draw(st.integers(0, 9)), data.draw(st.integers(0, 9))) for _ in shape]
    options, more, keeps = PadOptions(), {}, []
    if mode in ("constant", "linear_ramp") and data.draw(st.booleans()):
        values = [(data.draw(st.integers(0, 9)), data.draw(st.integers(0, 9))) for _ in shape]
        more["constant_values" if mode == "constant" else "end_values"] = values or 0
        keeps = (nd.Operand * (2 * len(shape)))(*(nd.operand(v) for pair in values for v in pair))
        options.values = nd.ctypes.addressof(keeps)
    if mode in ("maximum", "mean", "median", "minimum") and shape and data.draw(st.booleans()):
        lengths = [(data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))) for _ in shape]
        more["stat_length"] = lengths
        keeps = (nd.c_int64 * (2 * len(shape)))(*(n for pair in lengths for n in pair))
        options.stat_lengths = nd.ctypes.addressof(keeps)
    if mode in ("reflect", "symmetric") and data.draw(st.booleans()) and array.dtype != bool:
        more["reflect_type"] = "odd"
        options.odd = True
    flat = (nd.c_int64 * (2 * len(shape)))(*(n for pair in widths for n in pair))
    results = agree(
        lambda: nd.linalg(
            "pad", nd.from_numpy(array), flat, MODES.index(mode), nd.ctypes.byref(options)
        ),
        lambda: np.pad(array, widths, mode, **more),
    )
    if not results:
        return
    ours, theirs = nd.to_numpy(results[0]), results[1]
    if mode == "empty":
        inside = tuple(slice(a, a + n) for (a, _), n in zip(widths, shape))
        ours, theirs = ours[inside], theirs[inside]
    if array.dtype.kind in "fc":
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
        eps = 100 * float(np.finfo(array.dtype).eps)
        np.testing.assert_allclose(ours, theirs, rtol=eps, atol=eps * 100)
    else:
        assert_equal(ours, theirs)
