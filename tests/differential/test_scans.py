"""Running sums and products equal NumPy's along every axis."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal, assert_form, report
from lacking import of_numpy
from strategies import NUMPY_DTYPES, arrays, dtypes, lay_out, random_values, shapes

scan = pytest.mark.parametrize("op", nd.SCANS, ids=str)


def check(op, array, axis, dtype=None):
    mine = nd.from_numpy(array)
    results = agree(
        lambda: nd.to_numpy(nd.scan(op.name, mine, axis, dtype)),
        lambda: of_numpy(op.name)(array, axis=axis, dtype=dtype),
    )
    if not results:
        return
    ours, theirs = results
    if theirs.dtype.kind not in "fc" or op.name in ("cummax", "cummin"):
        assert_equal(ours, theirs, zero_signs=False, any_nan=True)
        return
    assert_form(ours, theirs)
    wide = "longdouble" if theirs.dtype.kind == "f" else "clongdouble"
    values = array.astype(theirs.dtype).astype(wide)
    fine = of_numpy(op.name)(values, axis=axis)
    info = np.finfo(theirs.dtype)
    length = max(array.shape[axis], 1)
    magnitude = np.abs(fine)
    if op.name == "cumsum":
        # One rounding in float64 an addition, one to the dtype at the end.
        allowed = length * np.finfo(np.float64).eps * np.cumsum(np.abs(values), axis=axis)
    else:
        allowed = 4 * length * np.finfo(np.float64).eps * magnitude
    with np.errstate(all="ignore"):
        unit = np.spacing(np.minimum(magnitude, info.max).astype(info.dtype))
        finite = np.isfinite(fine) & (magnitude < info.max)
        if op.name == "cumprod":
            # Once a partial product has left the range of float64, nothing is held of the rest of
            # the line.
            out = (magnitude > np.finfo("float64").max) | (magnitude < np.finfo("float64").tiny)
            finite &= ~np.maximum.accumulate(out & (values != 0), axis=axis)
        near = np.abs(ours.astype(wide) - fine) <= allowed + unit
        close = finite & near
        if op.name == "cumsum" and info.bits == 64:
            # Eight elements meet in a tree, where two of them may overflow before a third takes
            # them back.
            finite &= np.cumsum(np.abs(values), axis=axis) < info.max
            close |= near
        close |= ~finite & ((ours == theirs) | ~np.isfinite(ours) | (op.name == "cumprod"))
    assert close.all(), report(~close, ours, theirs, (fine,))


@scan
@given(data=st.data())
def test_any_shape_layout_and_axis_equals_numpy(op, data):
    kinds = ["small", "unit", "special"] if op.name == "cumsum" else ["unit", "special"]
    array = data.draw(arrays(shape=shapes(min_rank=1), kinds=kinds))
    check(op, array, data.draw(st.integers(-array.ndim, array.ndim - 1)))


@scan
@given(data=st.data())
def test_dtype_option_equals_numpy(op, data):
    array = data.draw(arrays(shape=shapes(min_rank=1, most=1500), kinds=["small"]))
    dtype = data.draw(dtypes)
    if np.result_type(array.dtype, dtype) != dtype:
        dtype = np.result_type(array.dtype, dtype).name
    check(op, np.asarray(np.sign(array)) if array.dtype.kind != "b" else array, -1, dtype)


@scan
@pytest.mark.parametrize("dtype", ["int8", "uint64", "float16", "float32", "float64", "complex64"])
def test_lines_longer_than_a_piece_equal_numpy(op, dtype):
    rng = np.random.default_rng(7)
    array = rng.integers(-1 if dtype[0] != "u" else 0, 2, (3, 70001)).astype(dtype)
    if op.name == "cumprod":
        array[array == 0] = 1
    check(op, array, 1)
    check(op, array.T, 0)
    check(op, array, 0)


# Rows of 300 are two tiles and the rest, 45 lines five trees and the rest; the last is a block behind a block.
@scan
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_lines_side_by_side_have_the_bits_of_lines_in_memory(op, dtype):
    rng = np.random.default_rng(9)
    for shape, axis in [((45, 700), 0), ((1, 20), 0), ((8, 16), 0), ((3, 33, 40), 1), ((6, 5, 64), 0)]:
        for kind in ("small", "special"):
            array = random_values(rng, dtype, shape, kind)
            if op.name == "cumprod" and kind == "small" and array.dtype.kind == "f":
                array = (1 + array / 4096).astype(dtype)
            lines = np.moveaxis(array, axis, -1)
            apart = nd.to_numpy(nd.scan(op.name, nd.from_numpy(np.ascontiguousarray(lines)), -1))
            for beside in (array, lay_out(array, rng, "stepped"), np.asfortranarray(array.T)):
                at = axis if beside.shape == shape else array.ndim - 1 - axis
                found = nd.to_numpy(nd.scan(op.name, nd.from_numpy(beside), at))
                found = np.moveaxis(found if beside.shape == shape else found.T, axis, -1)
                assert_equal(found, apart)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "i8", "u1"])
@pytest.mark.parametrize("shape", [(70000, 20), (33000, 300), (2, 66000, 16), (100, 1000), (65536, 17)], ids=str)
@scan
def test_scans_of_lines_side_by_side_are_those_of_each_line(op, shape, dtype):
    """Of several pieces, too, and however many lines a tile has."""
    rng = np.random.default_rng(len(shape))
    x = rng.standard_normal(shape).astype(dtype) if dtype[0] == "f" else rng.integers(0, 100, shape).astype(dtype)
    axis = len(shape) - 2
    lines = np.ascontiguousarray(np.moveaxis(x, axis, -1))
    with np.errstate(all="ignore"):
        ours = nd.to_numpy(nd.scan(op.name, nd.from_numpy(x), axis, None))
        each = nd.to_numpy(nd.scan(op.name, nd.from_numpy(lines), -1, None))
    assert_equal(ours, np.moveaxis(each, -1, axis))
