"""Copies, casts and assignment equal NumPy's, for every dtype pair, layout and overlap."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import assert_equal
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
    specials,
)


def in_range(values, dtype):
    """The values whose conversion C defines."""
    dtype = np.dtype(dtype)
    real = values.real
    if values.dtype.kind not in "fc" or dtype.kind not in "iu":
        return values
    info = np.iinfo(dtype)
    whole = np.trunc(real.astype("longdouble"))
    return values[(whole >= info.min) & (whole <= info.max)]


@pytest.mark.parametrize("source", NUMPY_DTYPES)
def test_casts_of_special_and_random_values_equal_numpy(source):
    rng = np.random.default_rng(8)
    for target in NUMPY_DTYPES:
        parts = [specials(source)] + [
            random_values(rng, source, (1000,), kind) for kind in ("small", "wide", "unit")
        ]
        values = in_range(np.concatenate(parts), target)
        for strided in (values, values[::-2]):
            ours = nd.to_numpy(nd.cast(nd.from_numpy(strided), target))
            assert_equal(ours, strided.astype(target), (strided,))


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_every_other_element_is_copied_from_any_address_and_of_any_length(dtype):
    whole = (np.arange(400) % 97).astype(dtype)
    for begin in range(17):
        for length in [*range(40), 63, 64, 65, 127, 128, 129, 180]:
            theirs = whole[begin::2][:length]
            assert_equal(nd.to_numpy(nd.call("copy", nd.from_numpy(theirs))), theirs)


def test_every_float16_is_cast_as_numpy():
    every = np.arange(65536, dtype="uint16").view("float16")
    for target in ("float32", "float64", "complex64", "bool"):
        assert_equal(nd.to_numpy(nd.cast(nd.from_numpy(every), target)), every.astype(target))
    near = np.concatenate(
        [np.nextafter(every.astype("float32"), np.float32(x)) for x in (np.inf, -np.inf)]
    )
    middle = every.astype("float32") * np.float32(1 + 2**-11)
    for values in (
        every.astype("float32"),
        near,
        middle,
        near.astype("float64"),
        middle.astype("float64"),
    ):
        assert_equal(
            nd.to_numpy(nd.cast(nd.from_numpy(values), "float16")),
            values.astype("float16"),
            (values,),
        )


def test_float64_rounds_to_float16_once():
    """Through float32 these would round twice."""
    halfway = np.float64(1 + 2**-11)
    values = np.array(
        [halfway + 2.0**-40, halfway - 2.0**-40, halfway, 2**-25 + 2.0**-60, 65520 - 2.0**-30]
    )
    assert_equal(
        nd.to_numpy(nd.cast(nd.from_numpy(values), "float16")), values.astype("float16"), (values,)
    )
    integers = np.array(
        [2**24 + 1, 2049 * 2**13 + 1, 2**53 + 1, 2**63 - 1, 65519, 65520, 2051], "int64"
    )
    for target in ("float16", "float32", "float64", "complex64"):
        assert_equal(
            nd.to_numpy(nd.cast(nd.from_numpy(integers), target)),
            integers.astype(target),
            (integers,),
        )


@given(data=st.data())
def test_cast_of_any_layout_keeps_values_and_order_of_axes(data):
    array = data.draw(arrays(kinds=["small"]))
    dtype = data.draw(dtypes)
    if array.dtype.kind != "b" and np.dtype(dtype).kind in "u":
        array = np.asarray(np.abs(array))
    mine = nd.cast(nd.from_numpy(array), dtype)
    theirs = array.astype(dtype)
    assert_equal(nd.to_numpy(mine), theirs)
    if array.size and 0 not in array.strides:
        long_axes = [axis for axis in range(array.ndim) if array.shape[axis] > 1]
        assert [mine.strides[axis] for axis in long_axes] == [
            theirs.strides[axis] for axis in long_axes
        ]


@given(array=arrays())
def test_copies_have_the_values_and_the_order_asked_for(array):
    mine = nd.from_numpy(array)
    for name, order in [
        ("copy", "C"),
        ("ascontiguous", "C"),
        ("copy_fortran", "F"),
        ("asfortran", "F"),
    ]:
        made = nd.call(name, mine)
        assert_equal(nd.to_numpy(made), array)
        assert made.flag("contiguous" if order == "C" else "fortran_contiguous")
        if name.startswith("copy") and array.size:
            assert made.data != mine.data
        if name.startswith("as") and array.flags[f"{order}_CONTIGUOUS"] and array.size:
            assert made.data == mine.data


@given(array=arrays())
def test_contiguity_flags_equal_numpy(array):
    mine = nd.from_numpy(array)
    assert mine.flag("contiguous") == array.flags.c_contiguous
    assert mine.flag("fortran_contiguous") == array.flags.f_contiguous
    assert mine.flag("writeable") == array.flags.writeable


@given(data=st.data())
def test_assign_broadcasts_and_converts_as_numpy(data):
    shape = data.draw(shapes())
    source = data.draw(arrays(shape=broadcastable(shape), kinds=["small"]))
    dtype = data.draw(dtypes)
    if source.dtype.kind != "b" and np.dtype(dtype).kind in "u":
        source = np.asarray(np.abs(source))
    rng = np.random.default_rng(data.draw(seeds))
    target = lay_out(np.zeros(shape, dtype), rng, data.draw(st.sampled_from(WRITEABLE_LAYOUTS)))
    nd.assign(nd.from_numpy(target), nd.from_numpy(source))
    expected = np.zeros(shape, dtype)
    expected[...] = source
    assert_equal(target, expected)


@given(data=st.data())
def test_assign_to_overlapping_memory_equals_numpy(data):
    rank = data.draw(st.integers(1, 3))
    length = data.draw(st.sampled_from([4, 9, 40, 20011] if rank == 1 else [4, 9, 24]))
    dtype = data.draw(st.sampled_from(["int8", "uint16", "float32", "float64", "complex128"]))
    values = random_values(
        np.random.default_rng(data.draw(seeds)), dtype, (length,) * rank, "small"
    )
    ours, theirs = values.copy(), values.copy()
    axes = data.draw(st.permutations(range(rank)))
    steps = [data.draw(st.sampled_from([1, 1, -1])) for _ in range(rank)]
    shift = data.draw(st.integers(0, 2))

    def pair(buffer):
        flipped = buffer[tuple(slice(None, None, step) for step in steps)].transpose(axes)
        inner = (slice(shift, None),) * rank
        return buffer[(slice(0, length - shift),) * rank], flipped[inner]

    target, source = pair(theirs)
    target[...] = source
    target, source = pair(ours)
    nd.assign(nd.from_numpy(target), nd.from_numpy(source))
    assert_equal(ours, theirs)


@given(data=st.data())
def test_overlap_is_found_when_numpy_finds_memory_shared(data):
    """nd_overlaps may say yes in doubt, never no wrongly; on small cases it is exact."""
    buffer = np.zeros(
        data.draw(st.integers(20, 60)), data.draw(st.sampled_from(["int8", "int32", "float64"]))
    )

    def view():
        start = data.draw(st.integers(0, 10))
        first = buffer[start :: data.draw(st.sampled_from([1, 2, 3, 4, -1, -2]))]
        return first[: data.draw(st.integers(0, 20))]

    a, b = view(), view()
    mine = nd.from_numpy(a), nd.from_numpy(b)
    assert nd.library.nd_overlaps(mine[0].handle, mine[1].handle) == np.shares_memory(a, b)


@given(data=st.data())
def test_array_equal_equals_numpy(data):
    array = data.draw(arrays(kinds=["small", "special"]))
    same = data.draw(st.booleans())
    other = array.copy()
    if not same and array.size:
        other.reshape(-1)[data.draw(st.integers(0, array.size - 1))] += array.dtype.type(True)
    mine = nd.from_numpy(array), nd.from_numpy(other)
    assert nd.library.nd_array_equal(mine[0].handle, mine[1].handle) == np.array_equal(array, other)


def test_transposing_copies_of_every_element_size_equal_numpy():
    rng = np.random.default_rng(9)
    shapes_given = [(3, 5), (64, 64), (65, 129), (1, 1000), (1000, 3), (511, 513), (7, 33, 65)]
    for dtype, shape in itertools.product(
        ["int8", "int16", "float32", "float64", "complex128"], shapes_given
    ):
        array = random_values(rng, dtype, shape, "wide")
        assert_equal(nd.to_numpy(nd.call("copy", nd.from_numpy(array.T))), array.T)
        assert_equal(nd.to_numpy(nd.call("copy_fortran", nd.from_numpy(array))), array)


@pytest.mark.parametrize("dtype", ["int8", "int16", "float32", "float64", "complex128"])
def test_transposing_copies_beyond_cache_equal_numpy(dtype):
    """Results that are streamed: rows that are whole lines or not, a last band and a last tile that are cut."""
    rng = np.random.default_rng(10)
    size = np.dtype(dtype).itemsize
    columns = 2048 // size + 64 // size
    for shape in ((40_000_000 // size // columns, columns), (20_000, 2001 // size), (3, 5003, 2688 // size)):
        array = rng.integers(0, 256, (*shape, size), "uint8").view(dtype)[..., 0]
        turned = array.T
        made = nd.to_numpy(nd.call("copy", nd.from_numpy(turned)))
        assert made.tobytes() == turned.tobytes()
