"""Every reduction equals NumPy's over every set of axes, with every option, on every dtype and
layout.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal, assert_form, report
from strategies import (
    COMPLEX,
    EXACT,
    INEXACT,
    NUMPY_DTYPES,
    arrays,
    axes_of,
    broadcastable,
    dtypes,
    shapes,
)

reduction = pytest.mark.parametrize("op", nd.REDUCTIONS, ids=str)
POSITIONS = {"argmin", "argmax"}
MOMENTS = {"mean", "var", "std"}


def wider(array):
    """The array in a dtype in which sums of float16 to float64 are as good as exact."""
    return array.astype({"f": "longdouble", "c": "clongdouble"}.get(array.dtype.kind, "longdouble"))


def bound(name, array, axes, keepdims, where, fine, ddof):
    """Error allowed in a result, in its own units: what the header promises for sums, and what
    follows for the rest.
    """
    values = np.abs(wider(array))
    eps = np.longdouble(np.finfo(np.float64).eps)
    total = np.sum(values, axis=axes, keepdims=keepdims, where=where)
    count = np.sum(np.ones(array.shape), axis=axes, keepdims=keepdims, where=where)
    n = max(float(np.max(count, initial=2)), 2)
    spread = 4 * eps * np.log2(n)
    if name == "sum":
        return spread * total
    if name == "mean":
        return spread * total / count
    if name == "prod":
        return 2 * n * eps * np.abs(fine)
    # The squares of the deviations: relative, and absolute where the mean's own rounding squared is
    # all there is.
    mean_error = (2 * spread * total / count) ** 2
    variance = fine if name == "var" else fine * fine
    error = 4 * spread * variance + mean_error * (count / np.maximum(count - ddof, 1e-9))
    return (
        error
        if name == "var"
        else np.where(variance > 0, error / np.maximum(fine, 1e-4900), np.sqrt(error))
    )


def assert_sum_close(
    name, ours, theirs, array, axes, keepdims=False, where=True, ddof=0.0, initial=None, rounding=0
):
    """Within bound() of the sum in longdouble, plus the rounding to the result's dtype. `rounding`:
    relative error of the elements.
    """
    assert_form(ours, theirs)
    options = {"axis": axes, "keepdims": keepdims, "where": where}
    if name in ("var", "std"):
        options["ddof"] = ddof
    if initial is not None:
        options["initial"] = initial
    fine = np.asarray(getattr(np, name)(wider(array), **options))
    allowed = bound(name, array, axes, keepdims, where, fine, ddof)
    if rounding:
        mean = name == "mean"
        total = (np.mean if mean else np.sum)(
            np.abs(wider(array)), axis=axes, keepdims=keepdims, where=where
        )
        allowed = allowed + rounding * total
    if initial is not None:  # combined with the result after its rounding
        scale = np.abs(fine) if name == "prod" else np.abs(fine) + abs(initial)
        allowed = allowed + np.finfo(theirs.dtype).eps * scale
    info = np.finfo(ours.dtype)
    magnitude = np.abs(fine)
    unit = np.spacing(np.minimum(magnitude, info.max).astype(info.dtype)).astype("longdouble")
    finite = np.isfinite(fine) & (magnitude < info.max)
    # Where partial results may leave the range of float64, the order decides; nothing is held then.
    with np.errstate(all="ignore"):
        sizes = np.abs(wider(array)) if name != "prod" else np.abs(np.log(np.abs(wider(array))))
        total = np.sum(
            np.where(np.isfinite(sizes), sizes, 0), axis=axes, keepdims=keepdims, where=where
        )
        if name in ("var", "std"):
            total = total * total
    inside = total < (np.finfo("float64").max if name != "prod" else 690)
    finite &= inside
    close = finite & (np.abs(wider(ours) - fine) <= allowed + unit)
    # Not finite: infinities and NaNs as NumPy's, in each part of a complex sum.
    parts = (
        [(ours, theirs)]
        if ours.dtype.kind == "f"
        else [(ours.real, theirs.real), (ours.imag, theirs.imag)]
    )
    same = np.ones(ours.shape, bool)
    for mine, other in parts:
        same &= np.asarray(
            (mine == other) | (np.isnan(mine) & np.isnan(other)) | np.isfinite(other)
        )
    close |= ~inside | (~finite & (same | ~np.isfinite(ours)))
    assert close.all(), report(~close, ours, theirs, (fine,))


def check(op, array, axes, **options):
    where = options.pop("where", None)
    numpy_options = dict(options)
    mine = dict(options)
    if where is not None:
        numpy_options["where"] = where
        mine["where"] = nd.from_numpy(where)
    given_array = nd.from_numpy(array)
    function = getattr(np, op.name)
    results = agree(
        lambda: nd.to_numpy(nd.reduce(op.name, given_array, axes, **mine)),
        lambda: np.asarray(function(array, axis=axes, **numpy_options)),
    )
    if not results:
        return
    ours, theirs = results
    rounds = op.name in MOMENTS or (op.name in ("sum", "prod") and theirs.dtype.kind in "fc")
    if not rounds:
        # Of several zeros, the sign of the smallest or largest is free; of several complex NaNs,
        # which one it is.
        extreme = op.name in ("min", "max")
        assert_equal(ours, theirs, zero_signs=not extreme, any_nan=extreme)
        return
    dtype = options.pop("dtype", None)
    if dtype and op.name != "prod":
        # The elements are converted on the way, for float16 to float32 only, which is nearer to the
        # truth than NumPy.
        options["rounding"] = max(np.finfo(theirs.dtype).eps, 0 if dtype != "float16" else 2**-10)
    elif dtype:
        array = array.astype(dtype)
    options.pop("keepdims", None)
    assert_sum_close(
        op.name, ours, theirs, array, axes, numpy_options.get("keepdims", False),
        True if where is None else where, **options,
    )  # fmt: skip


def draw_axes(data, op, rank):
    if op.name in POSITIONS:
        return data.draw(st.none() | st.integers(-rank, rank - 1)) if rank else None
    return data.draw(axes_of(rank))


# "wide" numbers overflow sums of squares, and products lose everything: kinds that leave something
# to compare.
KINDS = {"prod": ["unit", "special"], "sum": ["small", "wide", "special", "unit"]}


@reduction
@given(data=st.data())
def test_any_shape_layout_and_axes_equals_numpy(op, data):
    kinds = KINDS.get(op.name, ["small", "unit", "special"])
    array = data.draw(arrays(kinds=kinds))
    keepdims = data.draw(st.booleans())
    check(op, array, draw_axes(data, op, array.ndim), keepdims=keepdims)


@reduction
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_every_set_of_axes_of_a_5d_array_equals_numpy(op, dtype):
    rng = np.random.default_rng(3)
    array = np.asarray(rng.integers(0, 3, (3, 2, 4, 1, 5)).astype(dtype)).transpose(2, 0, 4, 1, 3)
    for mask in range(32):
        axes = tuple(axis for axis in range(5) if mask >> axis & 1)
        if op.name in POSITIONS:
            if len(axes) != 1:
                continue
            axes = axes[0]
        check(op, array, axes)
        check(op, array, axes, keepdims=True)


@pytest.mark.parametrize("op", [op for op in nd.REDUCTIONS if op.name not in POSITIONS], ids=str)
@given(data=st.data())
def test_where_equals_numpy(op, data):
    if op.name == "count_nonzero":
        pytest.skip("numpy.count_nonzero has no where")
    kinds = KINDS.get(op.name, ["small", "unit"])
    if op.name == "sum":
        kinds = ["small", "special", "unit"]
    array = data.draw(arrays(kinds=kinds, shape=shapes(most=1500)))
    where = data.draw(arrays("bool", broadcastable(array.shape), ["small"]))
    options = {}
    if op.name in ("min", "max"):
        options["initial"] = data.draw(
            st.sampled_from([0.0, 1.0, -3.0] if array.dtype.kind in "ifc" else [0.0, 1.0])
        )
        options["initial"] = numpy_number(options["initial"], array.dtype)
    check(op, array, draw_axes(data, op, array.ndim), where=where, **options)


def numpy_number(value, dtype):
    """Our `initial` is a double; NumPy wants an integer for an integer dtype."""
    return int(value) if np.dtype(dtype).kind in "biu" else value


@pytest.mark.parametrize("op", [nd.OPS[name] for name in ("sum", "prod", "min", "max")], ids=str)
@given(data=st.data())
def test_initial_equals_numpy(op, data):
    array = data.draw(arrays(kinds=["small", "unit"], shape=shapes(most=1500, large=False)))
    initial = data.draw(st.sampled_from([0, 1, 5, 100]))
    check(op, array, draw_axes(data, op, array.ndim), initial=numpy_number(initial, array.dtype))


@pytest.mark.parametrize("op", [nd.OPS[name] for name in ("sum", "prod", "mean")], ids=str)
@given(data=st.data())
def test_dtype_option_equals_numpy(op, data):
    array = data.draw(arrays(kinds=["small"], shape=shapes(most=1500)))
    if op.name == "prod":
        array = np.asarray(np.sign(array)) if array.dtype.kind != "b" else array
    dtype = data.draw(dtypes)
    if array.dtype.kind == "c" and np.dtype(dtype).kind != "c":
        dtype = "complex64"
    if array.dtype.kind == "f" and np.dtype(dtype).kind not in "fc":
        dtype = "float64"
    if op.name == "mean" and dtype not in INEXACT:
        return
    check(op, array, draw_axes(data, op, array.ndim), dtype=dtype)


@pytest.mark.parametrize("op", [nd.OPS[name] for name in ("var", "std")], ids=str)
@given(data=st.data())
def test_ddof_equals_numpy(op, data):
    array = data.draw(arrays(kinds=["small", "unit"], shape=shapes(most=1500)))
    ddof = data.draw(st.sampled_from([0.0, 1.0, 1.5, 4.0]))
    check(op, array, draw_axes(data, op, array.ndim), ddof=ddof)


@pytest.mark.parametrize("op", [nd.OPS[name] for name in ("argmin", "argmax")], ids=str)
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_position_of_ties_and_nans_is_the_first(op, dtype):
    rng = np.random.default_rng(4)
    for shape in [(5,), (70,), (2000,), (50021,), (40, 1100), (1100, 40), (3, 5, 700), (300, 17), (64, 100), (9, 512)]:
        array = rng.integers(0, 2, shape).astype(dtype)
        if np.dtype(dtype).kind in "fc":
            array[rng.random(shape) < 3 / array.size] = np.nan
        for axes in [None, *range(array.ndim)]:
            check(op, array, axes)


@pytest.mark.parametrize("op", [nd.OPS[name] for name in ("argmin", "argmax")], ids=str)
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_position_is_in_the_first_block_with_the_extreme(op, dtype):
    """Leaves of 64 KB search one of their blocks of 8 KB: lengths, ties and NaNs around both."""
    rng = np.random.default_rng(7)
    block = 8192 // np.dtype(dtype).itemsize
    lengths = [blocks * block + more for blocks in (1, 2, 8, 9) for more in (-1, 0, 1)]
    for count in [*lengths, 17 * block + 5, 330 * block]:
        places = [place for place in (0, block - 1, block, 8 * block, count - 1) if place < count]
        least, extreme = (1, 0) if op.name == "argmin" else (0, 2)
        array = rng.integers(least, least + 2, count).astype(dtype)
        if dtype == "bool":
            array[:] = least
        wide = np.zeros(2 * count, dtype)
        for first in range(len(places)):
            array[places[first:]] = extreme
            if np.dtype(dtype).kind in "fc" and first % 2:
                array[places[first + 1 :: 2]] = np.nan
            wide[::2] = array
            for threads in (1, 2):
                with nd.threads(threads):
                    check(op, array, None)
            for layout in (array[::-1], wide[::2]) if count < 10 * block else ():
                check(op, layout, 0)
            if count < 3 * block:
                for rows in (np.stack([array, array[::-1]]), np.stack([array, array[::-1]], axis=1)):
                    check(op, rows, 0)
                    check(op, rows, 1)
            array[places] = least


@pytest.mark.parametrize(
    "op", [nd.OPS[name] for name in ("sum", "prod", "min", "max", "all", "any")], ids=str
)
@pytest.mark.parametrize("dtype", EXACT + COMPLEX)
def test_exact_reductions_of_extremes_wrap_as_numpy(op, dtype):
    from strategies import random_values

    rng = np.random.default_rng(5)
    kind = "small" if dtype in COMPLEX else "special"
    array = random_values(rng, dtype, (37, 1100), kind)
    for axes in [None, 0, 1]:
        check(op, array, axes)
        check(op, array[::2, ::-3], axes)


def test_mean_of_float32_ones_is_one_on_every_axis():
    ones = np.ones((2, 1 << 22, 2), "float32")
    for axes in (None, 1, (0, 1), (1, 2)):
        assert (nd.to_numpy(nd.reduce("mean", nd.from_numpy(ones), axes)) == 1).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sum_is_within_the_documented_bound_of_the_exact_sum(dtype):
    import math

    rng = np.random.default_rng(6)
    for scale in (1, 1e10):
        array = (rng.standard_normal(100003) * 10 ** rng.uniform(-8, 8, 100003) + scale).astype(
            dtype
        )
        exact = math.fsum(array.tolist())
        ours = float(nd.to_numpy(nd.reduce("sum", nd.from_numpy(array))))
        eps = float(np.finfo(dtype).eps)
        assert abs(ours - exact) <= 4 * eps * math.log2(array.size) * math.fsum(abs(array).tolist())
        # Much better in fact: NumPy's pairwise sum is not more accurate.
        theirs = abs(float(array.sum()) - exact)
        assert abs(ours - exact) <= max(
            2 * theirs,
            np.spacing(abs(exact).__class__(exact)) * (2**29 if dtype == "float32" else 4),
        )


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint64", "int32", "uint32", "int16"])
def test_places_of_extremes_in_short_rows(dtype):
    """Rows of every length about whole vectors, with values that occur again, NaN and infinities of both signs."""
    random = np.random.default_rng(7)
    for length in [*range(1, 70), 95, 96, 97, 127, 128, 129, 383, 384, 385]:
        rows = random.integers(0, 1 + length // 2, (24, length)).astype(dtype)
        if rows.dtype.kind == "f":
            rows[3:12][random.random((9, length)) < 0.1] = np.nan
            rows[9:18][random.random((9, length)) < 0.1] = np.inf
            rows[9:21][random.random((12, length)) < 0.1] = -np.inf
            rows[21:] *= -0.0
        for op in ("argmin", "argmax"):
            theirs = getattr(np, op)(rows, axis=1)
            assert_equal(nd.to_numpy(nd.reduce(op, nd.from_numpy(rows), (1,))), theirs)
