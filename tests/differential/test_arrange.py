"""Rolled and turned arrays, triangles, diagonals and grids equal NumPy's, and are views where its are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal
from strategies import arrays, dtypes, shapes

some_arrays = arrays(shape=shapes(max_rank=4, most=300, large=False), kinds=["small"])


def check(ours, theirs, view_of=None):
    results = agree(ours, theirs)
    if not results:
        return
    assert_equal(nd.to_numpy(results[0]), results[1])
    if view_of is not None and results[1].size:
        assert np.shares_memory(results[1], view_of)
        assert results[0].data == results[1].__array_interface__["data"][0]


@given(data=st.data(), array=some_arrays)
def test_rolling_and_turning_equal_numpy(data, array):
    mine = nd.from_numpy(array)
    for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
        check(lambda: nd.linalg(name, mine), lambda: getattr(np, name)(array), array)
    if array.ndim == 0:
        return
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
    shift = data.draw(st.integers(-12, 12))
    check(lambda: nd.linalg("roll", mine, shift, axis), lambda: np.roll(array, shift, axis))
    several = data.draw(st.lists(st.tuples(st.integers(-12, 12), st.integers(-array.ndim, array.ndim - 1)), max_size=4))
    shifts, axes = zip(*several) if several else ((), ())
    check(
        lambda: nd.linalg(
            "roll_axes", mine, len(shifts), (nd.c_int64 * 4)(*shifts), (nd.ctypes.c_int * 4)(*axes)
        ),
        lambda: np.roll(array, shifts, axes),
    )
    other = data.draw(st.integers(-array.ndim, array.ndim - 1))
    check(
        lambda: nd.linalg("rot90", mine, shift, axis, other),
        lambda: np.rot90(array, shift, (axis, other)),
        array,
    )


@given(data=st.data(), array=some_arrays)
def test_triangles_and_diagonals_equal_numpy(data, array):
    mine = nd.from_numpy(array)
    k = data.draw(st.sampled_from([-1000, -2, -1, 0, 1, 2, 1000]))
    if array.ndim:
        check(lambda: nd.linalg("tril", mine, k), lambda: np.tril(array, k))
        check(lambda: nd.linalg("triu", mine, k), lambda: np.triu(array, k))
    k = max(-3, min(k, 3))
    view = array if array.ndim == 2 else None
    check(lambda: nd.linalg("diag", mine, k), lambda: np.diag(array, k), view)
    check(lambda: nd.linalg("diagflat", mine, k), lambda: np.diagflat(array, k))
    rows, columns = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
    dtype = data.draw(dtypes)
    check(
        lambda: nd.linalg("tri", nd.DTYPES.index(dtype), rows, columns, k),
        lambda: np.tri(rows, columns, k, dtype),
    )
    for name in ("tril", "triu"):
        ours = nd.several(f"{name}_indices", rows, columns, k)
        for own, theirs in zip(ours, getattr(np, f"{name}_indices")(rows, k, columns), strict=True):
            assert_equal(nd.to_numpy(own), theirs)


class MeshgridOptions(nd.Structure):
    _fields_ = [("ij", nd.c_bool), ("sparse", nd.c_bool), ("views", nd.c_bool)]


@given(data=st.data())
def test_grids_equal_numpy(data):
    count = data.draw(st.integers(1, 4))
    parts = [data.draw(arrays(dtypes, (data.draw(st.integers(0, 4)),), ["small"])) for _ in range(count)]
    ij, sparse, views = (data.draw(st.booleans()) for _ in range(3))
    options = MeshgridOptions(ij, sparse, views)
    own = [nd.from_numpy(part) for part in parts]
    ours = nd.several("meshgrid", own, nd.ctypes.byref(options))
    theirs = np.meshgrid(*parts, indexing="ij" if ij else "xy", sparse=sparse, copy=not views)
    for mine, grid in zip(ours, theirs, strict=True):
        assert_equal(nd.to_numpy(mine), grid)


@given(data=st.data(), array=some_arrays)
def test_trimming_equals_numpy(data, array):
    front, back = data.draw(st.booleans()), data.draw(st.booleans())
    sparse = array * (np.random.default_rng(1).random(array.shape) < 0.1)
    sparse = np.asarray(sparse, array.dtype)
    check(
        lambda: nd.linalg("trim_zeros", nd.from_numpy(sparse), front, back),
        lambda: np.trim_zeros(sparse, "f" * front + "b" * back) if front or back else sparse,
    )


FUNCTION = nd.ctypes.CFUNCTYPE(
    nd.c_bool, nd.c_void_p, nd.c_int64, nd.POINTER(nd.c_double), nd.POINTER(nd.c_double)
)


@given(data=st.data(), array=arrays("float64", shapes(1, 3, 200, large=False), ["small"]))
def test_functions_along_an_axis_equal_numpy(data, array):
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))

    def two(line):
        return np.array([line.sum(), line.max(initial=-1e9)])

    @FUNCTION
    def function(context, n, line, out):
        values = np.ctypeslib.as_array(line, (n,)) if n else np.empty(0)
        out[0], out[1] = two(values)
        return True

    if array.size == 0:
        return
    ours = nd.linalg(
        "apply_along_axis",
        nd.from_numpy(array),
        axis,
        nd.DTYPES.index("float64"),
        2,
        function,
        nd.c_void_p(),
    )
    np.testing.assert_allclose(nd.to_numpy(ours), np.apply_along_axis(two, axis, array), rtol=1e-12)

    @FUNCTION
    def refuses(context, n, line, out):
        return False

    with pytest.raises(nd.Failure, match="CANCELLED"):
        nd.linalg(
            "apply_along_axis",
            nd.from_numpy(array),
            axis,
            nd.DTYPES.index("float64"),
            1,
            refuses,
            nd.c_void_p(),
        )
