"""Indexing and assignment with any mixture of terms equal NumPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal
from strategies import (
    INTEGERS,
    LAYOUTS,
    WRITEABLE_LAYOUTS,
    arrays,
    broadcastable,
    dtypes,
    lay_out,
    random_values,
    seeds,
    shapes,
)

some_shapes = shapes(max_rank=4, most=800, large=False)


def index_values(draw, length, shape):
    """Integers for an axis, negative ones among them; now and then one is out of bounds."""
    rng = np.random.default_rng(draw(seeds))
    low, high = (-length, length) if length else (0, 1)
    dtype = draw(st.sampled_from(["int64", "int64", "int64", *INTEGERS]))
    info = np.iinfo(dtype)
    values = rng.integers(max(low, info.min), min(high, info.max), shape).astype(dtype)
    if values.size and draw(st.integers(0, 19)) == 19:
        values.flat[draw(st.integers(0, values.size - 1))] = min(length, info.max)
    return lay_out(values, rng, draw(st.sampled_from(LAYOUTS)))


@st.composite
def indices(draw, shape):
    """An index for an array of that shape, of all kinds of terms, sometimes a wrong one."""
    terms, axis, rest = [], 0, False
    common = draw(
        st.sampled_from([(), (1,), (3,), (5,), (2, 3), (0,), (700,), (1, 4), (3, 1), (2, 1, 3)])
    )
    kinds = ["array"] * 4 + ["mask", "slice", "slice", "integer", "new", "rest", "truth", "stop"]
    masked = False
    while axis < len(shape):
        kind = draw(st.sampled_from(kinds))
        if kind == "stop":
            break
        if kind == "new" and len(terms) < 8:
            terms.append(None)
        elif kind == "truth" and draw(st.booleans()) and len(terms) < 8:
            terms.append(draw(st.sampled_from([True, False, np.array(True), np.array(False)])))
        elif kind == "rest" and not rest:
            rest = True
            terms.append(...)
            axis += draw(st.integers(0, len(shape) - axis))
        elif kind == "integer":
            length = shape[axis]
            inside = length > 0 and draw(st.integers(0, 9)) < 9
            terms.append(draw(st.integers(-length, length - inside)))
            axis += 1
        elif kind == "slice":
            bound = st.none() | st.integers(-shape[axis] - 1, shape[axis] + 1)
            step = draw(st.sampled_from([None, 1, 2, -1, -3]))
            terms.append(slice(draw(bound), draw(bound), step))
            axis += 1
        elif kind == "mask" and not masked:
            rank = draw(st.integers(1, min(3, len(shape) - axis)))
            lengths = list(shape[axis : axis + rank])
            if draw(st.integers(0, 15)) == 15:
                lengths[-1] += 1
            rng = np.random.default_rng(draw(seeds))
            mask = rng.random(lengths) < draw(st.sampled_from([0, 0.02, 0.5, 0.9, 1]))
            terms.append(lay_out(mask, rng, draw(st.sampled_from(LAYOUTS))))
            masked = draw(st.integers(0, 3)) > 0
            axis += rank
        elif kind == "array":
            terms.append(index_values(draw, shape[axis], draw(broadcastable(common))))
            axis += 1
    return tuple(terms)


def given_terms(index):
    """For the library: arrays as Arrays."""
    return tuple(nd.from_numpy(t) if isinstance(t, np.ndarray) else t for t in index)


def closed(index):
    """NumPy gives scalars, no arrays, for integers alone."""
    return index if any(t is Ellipsis for t in index) else (*index, ...)


@given(data=st.data(), dtype=dtypes, shape=some_shapes)
def test_any_index_equals_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["small"]))
    index = data.draw(indices(shape))
    results = agree(lambda: nd.get(nd.from_numpy(array), given_terms(index)), lambda: array[index])
    if results:
        assert_equal(nd.to_numpy(results[0]), results[1])


@given(data=st.data(), dtype=dtypes, shape=some_shapes)
def test_any_assignment_equals_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["small"], st.sampled_from(WRITEABLE_LAYOUTS)))
    index = data.draw(indices(shape))
    theirs = array.copy()
    try:
        selected = theirs[closed(index)].shape
    except IndexError:
        selected = ()
    if len(selected) == 1 and data.draw(st.booleans()):
        selected = data.draw(st.sampled_from([selected, (), (1,), (selected[0] + 1,)]))
    else:
        selected = data.draw(broadcastable(selected))
        if selected and data.draw(st.integers(0, 9)) == 9:
            selected = (1, *selected)
    if data.draw(st.integers(0, 3)) == 3:
        value = 3
        given_value = value
    else:
        value = data.draw(arrays(st.sampled_from([dtype, "int8", "float32"]), selected, ["small"]))
        if value.dtype.kind == "f" and np.dtype(dtype).kind in "u":
            value = np.asarray(np.abs(value))
        given_value = nd.from_numpy(value)

    def assign_theirs():
        theirs[index] = value
        places = np.arange(theirs.size).reshape(shape)[closed(index)].ravel()
        if len(np.unique(places)) < places.size:
            # Which of several values remains depends on the layout in NumPy; here it is the last one.
            theirs[...] = array
            values = np.empty(array[closed(index)].shape, dtype)
            values[...] = value
            theirs.reshape(-1)[places] = values.ravel()
        return theirs

    def assign_ours():
        nd.set(nd.from_numpy(array), given_terms(index), given_value)
        return array

    before = array.copy()
    if not agree(assign_ours, assign_theirs):
        theirs = before
    assert_equal(array, theirs)


@given(data=st.data(), dtype=dtypes, shape=shapes(min_rank=1, max_rank=3))
def test_masks_of_large_arrays_equal_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["wide"]))
    rng = np.random.default_rng(data.draw(seeds))
    mask = rng.random(shape) < data.draw(st.sampled_from([0.001, 0.03, 0.5, 0.97, 1]))
    mask = lay_out(mask, rng, data.draw(st.sampled_from(LAYOUTS)))
    ours = nd.get(nd.from_numpy(array), (nd.from_numpy(mask),))
    assert_equal(nd.to_numpy(ours), array[mask])
    target = lay_out(array.copy(), rng, data.draw(st.sampled_from(WRITEABLE_LAYOUTS)))
    count = int(mask.sum())
    values = random_values(rng, dtype, (count,), "wide")
    theirs = array.copy()
    theirs[mask] = values
    nd.set(nd.from_numpy(target), (nd.from_numpy(mask),), nd.from_numpy(values))
    assert_equal(target, theirs)
    theirs[mask] = values[:1] if count else 0
    nd.set(nd.from_numpy(target), (nd.from_numpy(mask),), nd.from_numpy(values[:1] if count else np.zeros(1, dtype)))
    assert_equal(target, theirs)
    with nd.threads(1):
        assert_equal(nd.to_numpy(nd.get(nd.from_numpy(target), (nd.from_numpy(mask),))), theirs[mask])


@given(data=st.data(), dtype=dtypes, shape=shapes(min_rank=1, max_rank=3))
def test_rows_and_columns_of_large_arrays_equal_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["wide"], st.sampled_from(WRITEABLE_LAYOUTS)))
    axis = data.draw(st.integers(0, len(shape) - 1))
    rng = np.random.default_rng(data.draw(seeds))
    if shape[axis] == 0:
        return
    count = data.draw(st.sampled_from([1, 3, 30, 511, 512, 513, 5000]))
    count = max(1, min(count, 400000 * shape[axis] // max(array.size, 1)))
    picked = rng.integers(-shape[axis], shape[axis], count)
    index = (slice(None),) * axis + (picked,)
    ours = (slice(None),) * axis + (nd.from_numpy(picked),)
    result = array[index]
    assert_equal(nd.to_numpy(nd.get(nd.from_numpy(array), ours)), result)
    theirs = array.copy()
    values = random_values(rng, dtype, result.shape, "wide")
    theirs[index] = values
    nd.set(nd.from_numpy(array), ours, nd.from_numpy(values))
    assert_equal(array, theirs)


@given(data=st.data(), dtype=dtypes)
def test_many_elements_of_one_axis_equal_numpy(data, dtype):
    n = data.draw(st.sampled_from([1, 7, 600, 9000, 70000]))
    count = data.draw(st.sampled_from([1, 511, 512, 1025, 8192, 8193, 30000]))
    array = data.draw(arrays(dtype, (n,), ["wide"], st.sampled_from(WRITEABLE_LAYOUTS)))
    rng = np.random.default_rng(data.draw(seeds))
    picked = rng.integers(0, n, count)
    kind = data.draw(st.sampled_from(["plain", "plain", "negative", "few negative", "wrong"]))
    if kind == "negative":
        picked -= n
    elif kind == "few negative":
        picked[rng.integers(0, count, 3)] -= n
    elif kind == "wrong":
        picked[rng.integers(0, count)] = data.draw(st.sampled_from([n, -n - 1, 1 << 62]))
    values = data.draw(arrays(dtype, data.draw(st.sampled_from([(count,), (1,), ()])), ["wide"]))
    index = nd.from_numpy(picked)
    results = agree(lambda: nd.get(nd.from_numpy(array), (index,)), lambda: array[picked])
    if results:
        assert_equal(nd.to_numpy(results[0]), results[1])
    theirs = array.copy()
    before = array.copy()

    def assign_ours():
        nd.set(nd.from_numpy(array), (index,), nd.from_numpy(values))
        return array

    def assign_theirs():
        theirs[picked] = values
        return theirs

    if not agree(assign_ours, assign_theirs):
        theirs = before
    assert_equal(array, theirs)


@given(data=st.data(), dtype=dtypes)
def test_values_and_indices_that_share_memory_equal_numpy(data, dtype):
    n = data.draw(st.sampled_from([5, 100, 3000]))
    rng = np.random.default_rng(data.draw(seeds))
    memory = random_values(rng, dtype, (n,), "small")
    theirs = memory.copy()
    picked = rng.integers(0, n, n)
    theirs[picked] = theirs[::-1].copy()
    ours = nd.from_numpy(memory)
    nd.set(ours, (nd.from_numpy(picked),), nd.slice_terms(ours, (slice(None, None, -1),)))
    assert_equal(memory, theirs)
    mask = rng.random(n) < 0.4
    theirs[mask] = theirs[: mask.sum()].copy()
    nd.set(ours, (nd.from_numpy(mask),), nd.slice_terms(ours, (slice(0, int(mask.sum())),)))
    assert_equal(memory, theirs)
    order = rng.permutation(n)
    expected = order.copy()
    expected[expected.copy()] = np.arange(n)
    own = nd.from_numpy(order)
    nd.set(own, (own,), nd.from_numpy(np.arange(n)))
    assert_equal(order, expected)
    truth = rng.random(n) < 0.5
    expected = truth.copy()
    expected[expected.copy()] = False
    own = nd.from_numpy(truth)
    nd.set(own, (own,), False)
    assert_equal(truth, expected)


@pytest.mark.parametrize("dtype", ["int8", "float16", "float32", "int64", "complex128"])
@pytest.mark.parametrize("rows", [1, 3, 16])
def test_values_for_places_of_an_array_past_the_cache_equal_numpy(dtype, rows):
    """Threads share its places; what is written last to one of them remains."""
    rng = np.random.default_rng(rows)
    length, n = (40 << 20) // (np.dtype(dtype).itemsize * rows), 150_000
    shape = (length,) if rows == 1 else (length, rows)
    picked = rng.integers(-length, length, n)
    picked[::7] = picked[0]
    values = random_values(rng, dtype, (2 * n, *shape[1:]), "small")
    theirs, ours = np.zeros(shape, dtype), np.zeros(shape, dtype)
    array = nd.from_numpy(ours)
    for chosen in (values[:n], values[::-2], values[3:4]):
        theirs[picked] = chosen
        nd.set(array, (nd.from_numpy(picked),), nd.from_numpy(chosen))
        assert_equal(ours, theirs)


@given(data=st.data())
def test_pending_arrays_are_indexed_and_assigned(data):
    n = data.draw(st.sampled_from([10, 5000, 100003]))
    rng = np.random.default_rng(data.draw(seeds))
    x = rng.standard_normal(n)
    picked = rng.integers(-n, n, 1000)
    with nd.lazy(1):
        a = nd.from_data(x)
        y = nd.elementwise("multiply", a, 2.0)
        mask = nd.elementwise("greater", y, 0.5)
        assert_equal(nd.to_numpy(nd.get(y, (mask,))), (x * 2)[x * 2 > 0.5])
        where = nd.elementwise("add", nd.from_data(picked), 0)
        y = nd.elementwise("multiply", a, 3.0)
        z = nd.elementwise("add", y, 1.0)  # reads y before it is written
        theirs = x * 3
        before = theirs + 1
        nd.set(y, (where,), nd.elementwise("negative", nd.from_data(np.arange(1000.0))))
        theirs[picked] = -np.arange(1000.0)
        nd.set(y, (mask,), -1.0)
        theirs[x * 2 > 0.5] = -1
        assert_equal(nd.to_numpy(y), theirs)
        assert_equal(nd.to_numpy(z), before)
        read = nd.elementwise("add", a, 1.0)  # reads a before it is written
        nd.set(a, (mask,), 0.0)
        assert_equal(nd.to_numpy(read), x + 1)
        assert_equal(nd.to_numpy(a), np.where(x * 2 > 0.5, 0, x))


@pytest.mark.parametrize(
    "text",
    [
        "x[x > 3]",
        "x[[0, -1], 1:]",
        "x[i, :, i]",
        "x[:, i[:, None], i]",
        "x[x[:, 0, 0] > 0, ..., None]",
        "x[i, i, i]",
        "x[[], 0]",
        "x[None, [True, False, True]]",
        "(x * 2)[x < 0].sum()",
        "x[[[0, 1], [1, 0]], 0]",
        "x[i[0]]",
        "x[False]",
    ],
)
def test_expressions_index_as_numpy(text):
    rng = np.random.default_rng(3)
    x, i = rng.integers(-9, 9, (3, 4, 5)), np.array([0, 2, -1])
    ours = nd.expression(text, x=nd.from_numpy(x), i=nd.from_numpy(i))
    assert_equal(nd.to_numpy(ours), eval(text, {"x": x, "i": i}))


@given(data=st.data(), dtype=dtypes, shape=shapes(min_rank=1, max_rank=4))
def test_positions_of_nonzero_elements_equal_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["small"]))
    if data.draw(st.booleans()):
        array = lay_out(array * (np.random.default_rng(1).random(shape) < 0.1), np.random.default_rng(2), "mixed")
        array = array.astype(dtype)
    mine = nd.from_numpy(array)
    for own, theirs in zip(nd.several("nonzero", mine), array.nonzero(), strict=True):
        assert_equal(nd.to_numpy(own), theirs)
    assert_equal(nd.to_numpy(nd.call("argwhere", mine)), np.argwhere(array))
    assert_equal(nd.to_numpy(nd.call("flatnonzero", mine)), np.flatnonzero(array))


@pytest.mark.parametrize("value", [True, False])
def test_positions_of_arrays_without_axes_equal_numpy(value):
    mine = nd.from_numpy(np.array(value))
    assert_equal(nd.to_numpy(nd.call("argwhere", mine)), np.argwhere(np.array(value)))
    assert_equal(nd.to_numpy(nd.call("flatnonzero", mine)), np.flatnonzero(np.array(value)))
    with pytest.raises(nd.Failure, match="SHAPE"):
        nd.several("nonzero", mine)
