"""Elements along axes, by conditions and at repeated places equal NumPy's."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_close, assert_equal
from strategies import (
    EXACT,
    INTEGERS,
    LAYOUTS,
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

MODES = ["raise", "wrap", "clip"]
some_shapes = shapes(max_rank=4, most=600, large=False)


def integers(draw, low, high, shape, dtypes=INTEGERS):
    """Integers from low to high in any layout, as far as their dtype holds them."""
    rng = np.random.default_rng(draw(seeds))
    dtype = draw(st.sampled_from(["int64", "int64", *dtypes]))
    info = np.iinfo(dtype)
    low, high = max(low, info.min), min(high, info.max)
    values = rng.integers(low, max(high, low), shape, endpoint=True).astype(dtype)
    return lay_out(values, rng, draw(st.sampled_from(LAYOUTS)))


def check(ours, theirs):
    results = agree(ours, theirs)
    if results:
        assert_equal(nd.to_numpy(results[0]), results[1])


def check_writing(array, ours, theirs):
    """Both write the same into copies of `array`, or both refuse and write nothing."""
    own, copy = array, array.copy()
    if not agree(lambda: ours(nd.from_numpy(own)) or own, lambda: theirs(copy) or copy):
        return
    assert_equal(own, copy)


def values_for(draw, dtype, shape):
    values = draw(arrays(st.sampled_from([dtype, "int8"]), shape, ["small"]))
    if np.dtype(dtype).kind == "u":
        values = np.asarray(np.abs(values.astype("int64")).astype(values.dtype))
    return values


@given(data=st.data(), dtype=dtypes, shape=some_shapes)
def test_take_equals_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["small"]))
    axis = data.draw(st.integers(-len(shape), max(len(shape) - 1, 0)))
    mode = data.draw(st.sampled_from(MODES))
    length = shape[axis] if shape else 1
    beyond = data.draw(st.sampled_from([0, 0, 1, 1000])) if mode != "raise" else 0
    beyond = beyond or (data.draw(st.integers(0, 15)) == 15)
    which = data.draw(shapes(max_rank=3, most=100, large=False))
    signed = [name for name in INTEGERS if name != "uint64"]  # which take() does not convert
    picked = integers(data.draw, -length - beyond, length - 1 + beyond, which, signed)
    if not shape:
        return

    def theirs():
        if array.shape[axis] == 0 and picked.size:
            raise IndexError("NumPy 2.4 takes from no elements where other axes have none")
        return np.take(array, picked, axis, mode=mode)

    check(
        lambda: nd.linalg(
            "take", nd.from_numpy(array), nd.from_numpy(picked), axis, MODES.index(mode)
        ),
        theirs,
    )


@given(data=st.data(), dtype=dtypes, shape=some_shapes)
def test_put_equals_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["small"], st.sampled_from(WRITEABLE_LAYOUTS)))
    mode = data.draw(st.sampled_from(MODES))
    count = data.draw(st.sampled_from([0, 1, 2, 7, 40]))
    beyond = data.draw(st.sampled_from([0, 5])) if mode != "raise" else 0
    picked = integers(data.draw, -array.size - beyond, array.size - 1 + beyond, (count,))
    picked = picked.astype("int64")
    values = values_for(data.draw, dtype, data.draw(st.sampled_from([(), (1,), (3,), (2, 9), (0,)])))
    if array.size == 0:
        return
    check_writing(
        array,
        lambda own: nd.status(
            "put", own, nd.from_numpy(picked), nd.operand(nd.from_numpy(values)), MODES.index(mode)
        ),
        lambda copy: np.put(copy, picked, values, mode),
    )


@given(data=st.data(), dtype=dtypes, shape=shapes(min_rank=1, max_rank=4, most=600, large=False))
def test_along_an_axis_equals_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["small"], st.sampled_from(WRITEABLE_LAYOUTS)))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    which = list(data.draw(broadcastable(shape, may_drop=False)))
    which[axis] = data.draw(st.sampled_from([0, 1, 2, 5]))
    wrong = data.draw(st.integers(0, 15)) == 15
    length = shape[axis]
    picked = integers(data.draw, -length, length - 1 + wrong, which, ["int8", "uint16"])
    if length == 0 and picked.size:
        return
    check(
        lambda: nd.linalg("take_along_axis", nd.from_numpy(array), nd.from_numpy(picked), axis),
        lambda: np.take_along_axis(array, picked, axis),
    )
    # Each place once: which value remains is not told by NumPy.
    picked = np.argsort(random_values(np.random.default_rng(1), "float64", which, "unit"), axis)
    if picked.size == 0 or picked.max() >= length:
        return
    value = values_for(data.draw, dtype, data.draw(broadcastable(tuple(which))))
    check_writing(
        array,
        lambda own: nd.status(
            "put_along_axis", own, nd.from_numpy(picked), nd.operand(nd.from_numpy(value)), axis
        ),
        lambda copy: np.put_along_axis(copy, picked, value, axis),
    )


@given(data=st.data(), dtype=dtypes, shape=some_shapes)
def test_conditions_equal_numpy(data, dtype, shape):
    array = data.draw(arrays(dtype, shape, ["small"], st.sampled_from(WRITEABLE_LAYOUTS)))
    mask = data.draw(arrays(dtypes, shape, ["small"]))
    own_mask = nd.from_numpy(mask)
    check(
        lambda: nd.linalg("extract", own_mask, nd.from_numpy(array)),
        lambda: np.extract(mask, array),
    )
    if shape:
        axis = data.draw(st.integers(-len(shape), len(shape) - 1))
        count = data.draw(st.integers(max(shape[axis] - 2, 0), shape[axis] + 1))
        condition = data.draw(arrays(dtypes, (count,), ["small"]))
        check(
            lambda: nd.linalg("compress", nd.from_numpy(condition), nd.from_numpy(array), axis),
            lambda: np.compress(condition, array, axis),
        )
    counts = st.sampled_from([(), (1,), (3,), (2, 9), (0,)])
    values = data.draw(arrays(dtype, counts, ["small"]))  # NumPy converts here only safely
    given = nd.operand(nd.from_numpy(values))
    before = array.copy()
    check_writing(
        array,
        lambda own: nd.status("place", own, own_mask, given),
        lambda copy: np.place(copy, mask, values),
    )
    array[...] = before
    check_writing(
        array,
        lambda own: nd.status("putmask", own, own_mask, given),
        lambda copy: np.putmask(copy, mask, values) if values.size else None,
    )


@given(data=st.data(), shape=some_shapes)
def test_choose_and_select_equal_numpy(data, shape):
    count = data.draw(st.integers(1, 4))
    parts = [data.draw(arrays(dtypes, broadcastable(shape), ["small"])) for _ in range(count)]
    own = [nd.from_numpy(part) for part in parts]
    mode = data.draw(st.sampled_from(MODES))
    beyond = 3 if mode != "raise" else data.draw(st.integers(0, 9)) == 9
    picked = integers(
        data.draw, -3 if mode != "raise" else 0, count - 1 + beyond, data.draw(broadcastable(shape))
    )
    check(
        lambda: nd.linalg("choose", nd.from_numpy(picked), own, MODES.index(mode)),
        lambda: np.choose(picked.astype("int64"), parts, mode=mode),
    )
    conditions = [data.draw(arrays("bool", broadcastable(shape), ["small"])) for _ in parts]
    masks = nd.handles_of([nd.from_numpy(condition) for condition in conditions])
    otherwise = data.draw(st.sampled_from([0, 1.5, 2, True]))
    check(
        lambda: nd.linalg(
            "select", nd.c_int(count), masks, nd.handles_of(own), nd.operand(otherwise)
        ),
        lambda: np.select(conditions, parts, otherwise),
    )


EXACT_OPS = ["add", "subtract", "multiply", "maximum", "minimum", "bitwise_xor", "logical_or"]
EXACT_OPS += ["negative", "floor_divide", "fmax", "logical_not", "left_shift"]


@given(data=st.data(), shape=shapes(min_rank=1, max_rank=3, most=400, large=False))
def test_operations_at_repeated_places_equal_numpy(data, shape):
    dtype = data.draw(st.sampled_from([*EXACT, "float32", "float64", "float16", "complex64"]))
    op = data.draw(st.sampled_from(EXACT_OPS))
    array = data.draw(arrays(dtype, shape, ["small"], st.sampled_from(WRITEABLE_LAYOUTS)))
    axis = data.draw(st.integers(0, len(shape) - 1))
    if shape[axis] == 0:
        return
    which = data.draw(st.sampled_from([(), (1,), (4,), (2, 3), (600,)]))
    if math.prod(which) * array.size // shape[axis] > 20000:
        return
    picked = integers(data.draw, -shape[axis], shape[axis] - 1, which).astype("int64")
    index = (slice(None),) * axis + (picked,)
    value = values_for(data.draw, dtype, data.draw(broadcastable(array[index].shape)))
    other = "int8" if dtype[0] in "bu" else "float64"  # negative floats are no unsigned integers
    value = value.astype(data.draw(st.sampled_from([dtype, dtype, "int8", other])))
    unary = nd.OPS[op].op_class == "unary"
    terms = nd.terms_of((slice(None),) * axis + (nd.from_numpy(picked),))
    function = getattr(np, op)
    check_writing(
        array,
        lambda mine: nd.status(
            "at_with",
            nd.OPS[op].number,
            mine,
            nd.c_int(axis + 1),
            terms,
            nd.operand(nd.from_numpy(value)),
        ),
        lambda copy: function.at(copy, index) if unary else function.at(copy, index, value),
    )


REDUCEAT = ["add", "multiply", "maximum", "minimum", "logical_and", "logical_or"]


@given(data=st.data(), shape=shapes(min_rank=1, max_rank=3, most=400, large=False))
def test_reductions_of_slices_equal_numpy(data, shape):
    dtype = data.draw(st.sampled_from([*EXACT, "float64"]))
    op = data.draw(st.sampled_from(REDUCEAT))
    array = data.draw(arrays(dtype, shape, ["unit" if dtype == "float64" else "small"]))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    length = shape[axis]
    picked = integers(data.draw, 0, max(length - 1, 0), (data.draw(st.integers(0, 6)),))
    picked = picked.astype("int64")
    if data.draw(st.integers(0, 15)) == 15 and picked.size:
        picked[0] = length
    results = agree(
        lambda: nd.linalg(
            "reduceat", nd.OPS[op].number, nd.from_numpy(array), nd.from_numpy(picked), axis
        ),
        lambda: getattr(np, op).reduceat(array, picked, axis),
    )
    if results:
        ours = nd.to_numpy(results[0])
        if dtype == "float64" and ours.dtype != bool:
            assert ours.shape == results[1].shape
            np.testing.assert_allclose(ours, results[1], rtol=1e-12, atol=1e-12)
        else:
            assert_equal(ours, results[1])


@given(data=st.data())
def test_positions_and_indices_of_shapes_equal_numpy(data):
    shape = data.draw(shapes(min_rank=1, max_rank=4, most=600, large=False))
    size = math.prod(shape)
    wrong = data.draw(st.integers(0, 9)) == 9
    positions = integers(data.draw, -wrong, max(size - 1, 0), data.draw(some_shapes))
    if size == 0 and positions.size:
        return
    results = agree(
        lambda: nd.several("unravel_index", nd.from_numpy(positions), nd.shape_of(shape)),
        lambda: np.unravel_index(positions.astype("int64"), shape),
    )
    for own, theirs in zip(*(results or ([], [])), strict=True):
        assert_equal(nd.to_numpy(own), theirs)
    mode = data.draw(st.sampled_from(MODES))
    which = data.draw(shapes(max_rank=2, most=50, large=False))
    beyond = 4 if mode != "raise" else 0
    parts = [
        integers(data.draw, -beyond, max(n - 1, 0) + beyond, data.draw(broadcastable(which)))
        for n in shape
    ]
    if 0 not in shape:
        check(
            lambda: nd.linalg(
                "ravel_multi_index",
                nd.handles_of([nd.from_numpy(part) for part in parts]),
                nd.shape_of(shape),
                MODES.index(mode),
            ),
            lambda: np.ravel_multi_index([p.astype("int64") for p in parts], shape, mode),
        )
    check(
        lambda: nd.linalg("indices", nd.DTYPES.index("int32"), nd.shape_of(shape)),
        lambda: np.indices(shape, "int32"),
    )


@given(data=st.data())
def test_open_meshes_equal_numpy(data):
    count = data.draw(st.integers(1, 3))
    parts = [data.draw(arrays(st.sampled_from(EXACT), (n,), ["small"])) for n in range(1, count + 1)]
    ours = nd.several("ix", [nd.from_numpy(part) for part in parts])
    for own, theirs in zip(ours, np.ix_(*parts), strict=True):
        assert_equal(nd.to_numpy(own), theirs)


@given(data=st.data(), dtype=dtypes, shape=shapes(min_rank=1, max_rank=3, most=400, large=False))
def test_filling_diagonals_equals_numpy(data, dtype, shape):
    if len(shape) > 2 and data.draw(st.booleans()):
        shape = (min(shape[0], 7),) * len(shape)
    array = data.draw(arrays(dtype, shape, ["small"], st.sampled_from(WRITEABLE_LAYOUTS)))
    wrap = data.draw(st.booleans())
    value = values_for(data.draw, dtype, data.draw(st.sampled_from([(), (1,), (3,), (2, 2)])))
    check_writing(
        array,
        lambda own: nd.status("fill_diagonal", own, nd.operand(nd.from_numpy(value)), wrap),
        lambda copy: np.fill_diagonal(copy, value, wrap),
    )
