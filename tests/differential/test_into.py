"""Writing into a given array equals NumPy's out=: casting, broadcasting, in place, and overlapping
the arguments.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree
from differences import masks
from lacking import of_numpy
from oracle import assert_as_numpy
from strategies import (
    NUMPY_DTYPES,
    WRITEABLE_LAYOUTS,
    arrays,
    broadcastable,
    dtypes,
    lay_out,
    random_values,
    seeds,
    shapes,
)

UFUNCS = [op for op in nd.ELEMENTWISE if op.name != "where"]  # numpy.where has no out
operation = pytest.mark.parametrize("op", UFUNCS, ids=str)


def copy_with_strides(array):
    """A copy of the whole buffer behind a view, and the same view of it."""
    base = array
    while base.base is not None:
        base = base.base
    again = base.copy(order="K")
    offset = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return np.ndarray(array.shape, array.dtype, again.data, offset, array.strides)


def into_both(op, arrays_of_ours, out_of_ours, arrays_of_theirs, out_of_theirs):
    """Results in both outputs, or None if both refuse."""
    mine = [nd.from_numpy(x) for x in arrays_of_ours]
    target = nd.from_numpy(out_of_ours)
    done = agree(
        lambda: nd.elementwise(op.name, *mine, out=target),
        lambda: of_numpy(op.name)(*arrays_of_theirs, out=out_of_theirs, casting="same_kind"),
    )
    return done is not None


@operation
@given(data=st.data())
def test_output_of_any_dtype_and_layout_equals_numpy(op, data):
    shape = data.draw(shapes())
    dtype = data.draw(dtypes)
    given_arrays = [
        data.draw(arrays(dtype, broadcastable(shape), ["small"])) for _ in range(op.arguments)
    ]
    rng = np.random.default_rng(data.draw(seeds))
    target = np.zeros(shape, data.draw(st.just("bool") | st.sampled_from(NUMPY_DTYPES)))
    target = lay_out(target, rng, data.draw(st.sampled_from(WRITEABLE_LAYOUTS)))
    expected = np.zeros(target.shape, target.dtype)
    if not into_both(op, given_arrays, target, given_arrays, expected):
        return
    result = of_numpy(op.name)(*given_arrays)
    # A real result in a wider or narrower dtype than the operation's is compared in the narrower of
    # the two.
    if target.dtype == result.dtype:
        assert_as_numpy(op, target, expected, given_arrays)
        return
    same = ~np.broadcast_to(masks(op.name, given_arrays, result), target.shape)
    target, expected = target[same], expected[same]
    if expected.dtype.kind in "biu":
        np.testing.assert_array_equal(target, expected)
    else:
        worst = [x for x in (target.dtype, result.dtype) if x.kind in "fc"]
        eps = max(np.finfo(x).eps for x in worst)
        least = max(float(np.finfo(x).smallest_subnormal) for x in worst)
        with np.errstate(all="ignore"):
            near = np.abs(target - expected) <= 16 * eps * np.abs(expected) + least
        assert (near | (target == expected) | np.isnan(expected) & np.isnan(target)).all()


@operation
@given(data=st.data())
def test_in_place_equals_numpy(op, data):
    dtype = data.draw(dtypes)
    array = data.draw(
        arrays(dtype, shapes(), ["small", "special"], st.sampled_from(WRITEABLE_LAYOUTS))
    )
    which = data.draw(st.integers(0, op.arguments - 1))
    others = [
        data.draw(arrays(dtype, broadcastable(array.shape), ["small"])) for _ in range(op.arguments)
    ]
    ours, theirs = copy_with_strides(array), copy_with_strides(array)
    mine, their = list(others), list(others)
    mine[which], their[which] = ours, theirs
    before = list(others)
    before[which] = array
    if into_both(op, mine, ours, their, theirs):
        if of_numpy(op.name)(*before).dtype == theirs.dtype:
            assert_as_numpy(op, ours, theirs, before)


@operation
@given(data=st.data())
def test_output_that_overlaps_shifted_equals_numpy(op, data):
    """The output and the arguments are windows of one buffer: shifted, reversed, transposed."""
    rng = np.random.default_rng(data.draw(seeds))
    dtype = data.draw(dtypes)
    n = data.draw(st.sampled_from([5, 33, 1000, 20011]))
    values = random_values(rng, dtype, (2 * n + 8,), "small")

    def window(buffer, start, step):
        """n elements from `start` on, backwards for a negative step."""
        return buffer[start : start + abs(step) * n : abs(step)][:: 1 if step > 0 else -1]

    windows = [
        (data.draw(st.integers(0, 7)), data.draw(st.sampled_from([1, 1, 1, -1, 2])))
        for _ in range(op.arguments + 1)
    ]
    before, ours, theirs = values.copy(), values.copy(), values.copy()
    arguments = [[window(buffer, *w) for w in windows] for buffer in (ours, theirs, before)]
    if into_both(op, arguments[0][1:], arguments[0][0], arguments[1][1:], arguments[1][0]):
        if of_numpy(op.name)(*arguments[2][1:]).dtype == theirs.dtype:
            assert_as_numpy(op, arguments[0][0].copy(), arguments[1][0].copy(), arguments[2][1:])
        untouched = np.ones(len(values), bool)
        window(untouched, *windows[0])[...] = False
        np.testing.assert_array_equal(ours[untouched], values[untouched])


@pytest.mark.parametrize("name", ["add", "maximum", "bitwise_xor", "less"])
@given(data=st.data())
def test_output_that_is_a_transposed_argument_equals_numpy(name, data):
    n = data.draw(st.sampled_from([2, 7, 33, 130]))
    dtype = data.draw(st.sampled_from(["bool"] if name == "less" else ["int8", "int64", "uint16"]))
    values = random_values(np.random.default_rng(data.draw(seeds)), dtype, (n, n), "wide")
    ours, theirs = values.copy(), values.copy()
    assert into_both(nd.OPS[name], [ours, ours.T], ours, [theirs, theirs.T], theirs)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["add", "multiply", "where", "isnan"])
def test_small_integers_of_all_dtypes_keep_within_same_kind(name):
    """Which (result dtype, output dtype) pairs are refused is NumPy's same_kind rule."""
    op = nd.OPS[name]
    for dtype in NUMPY_DTYPES:
        arrays_given = [np.ones(3, dtype)] * op.arguments
        result = np.asarray(getattr(np, name)(*arrays_given))
        for target in NUMPY_DTYPES:
            out = np.zeros(3, target)
            try:
                nd.elementwise(name, *map(nd.from_numpy, arrays_given), out=nd.from_numpy(out))
                taken = True
            except nd.Failure as failure:
                assert failure.code == "DTYPE"
                taken = False
            assert taken == np.can_cast(result.dtype, target, "same_kind"), (dtype, target)
            if taken:
                np.testing.assert_array_equal(out, result.astype(target))


@pytest.mark.parametrize("seed", range(60))
def test_stencil_over_its_input_equals_numpy(seed):
    """Rows and columns enough for several rows at once, parts for threads, and odd ends."""
    random = np.random.default_rng(seed)
    dtype = ["float64", "float32"][seed % 2]
    reach, aside = int(random.integers(0, 6)), int(random.choice([0, 1, 2, 7, 31, 40]))
    rows = int(random.integers(2 * reach + 1, 220))
    columns = 2 * aside + int(random.integers(500, 1500)) * (1 + seed % 2)
    field = random.random((rows, columns)).astype(dtype)
    ours = nd.from_data(field)
    left = int(random.integers(0, 3))  # columns that the target's rows begin later

    def window(down, right):
        return (
            slice(reach + down, rows - reach + down),
            slice(aside + left + right, columns - aside + right),
        )

    total, expected = nd.slice_terms(ours, window(0, 0)), field[window(0, 0)]
    for _ in range(random.integers(1, 6)):
        down, right = random.integers(-reach, reach + 1), random.integers(-aside, aside + 1)
        part = window(int(down), int(right))
        total = nd.elementwise("add", total, nd.slice_terms(ours, part))
        expected = expected + field[part]
    total = nd.elementwise("multiply", total, 0.5)  # no handle of the sum stays, which would be stored
    nd.assign(nd.slice_terms(ours, window(0, 0)), total)
    field[window(0, 0)] = expected * np.asarray(0.5, dtype)
    assert np.array_equal(nd.to_numpy(ours), field)
