"""Matrix products equal NumPy's for every rank, layout and dtype."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree, assert_equal, assert_form, report
from strategies import NUMPY_DTYPES, arrays, dtypes, lay_out, layouts, random_values, seeds

if not hasattr(nd.library, "nd_matmul"):
    pytest.skip("this build has no matrix products", allow_module_level=True)

LENGTHS = st.sampled_from([1, 2, 3, 4, 5, 7, 8, 16, 17, 33, 64, 65, 0, 100])


def assert_product(ours, theirs, a, b, function):
    """Exact for integers; else within n eps |a| @ |b|, the bound of any order of summation."""
    if theirs.dtype.kind in "biu":
        assert_equal(ours, theirs)
        return
    assert_form(ours, theirs)
    wide = "float64" if theirs.dtype in (np.float16, np.float32) else "longdouble"
    if theirs.dtype.kind == "c":
        wide = "complex128" if theirs.dtype == np.complex64 else "clongdouble"
    fine = function(a.astype(wide), b.astype(wide))
    sizes = function(np.abs(a.astype(wide)), np.abs(b.astype(wide)))
    n = a.shape[-1] if a.ndim else 1
    eps = np.finfo(theirs.dtype).eps
    accumulated = min(eps, np.finfo("float32").eps)
    error = np.abs(ours.astype(wide) - fine)
    close = (
        error
        <= 2 * ((n + 1) * accumulated + eps) * sizes + np.finfo(theirs.dtype).smallest_subnormal
    )
    close |= ~np.isfinite(fine) & ~np.isfinite(ours)
    # float16 overflows in its result, not in its sums.
    close |= (sizes > np.finfo(theirs.dtype).max) & ~np.isfinite(ours)
    assert close.all(), report(~close, ours, theirs, (fine,))


def compare(name, a, b):
    mine = nd.from_numpy(a), nd.from_numpy(b)
    function = getattr(np, name)
    results = agree(lambda: nd.to_numpy(nd.call(name, *mine)), lambda: np.asarray(function(a, b)))
    if results:
        assert_product(*results, a, b, function)


@st.composite
def operands(draw, dtype=None):
    """Two arrays of rank 0 to 5 whose shapes mostly fit."""
    rows, inner, columns = (draw(LENGTHS) for _ in range(3))
    batch = [
        draw(st.sampled_from([1, 2, 3])) for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 3])))
    ]
    kept = [[1 if draw(st.integers(0, 3)) == 3 else n for n in batch] for _ in range(2)]
    a, b = (*kept[0], rows, inner), (*kept[1][draw(st.integers(0, len(batch))) :], inner, columns)
    if draw(st.integers(0, 5)) == 5:
        a = (inner,)
    if draw(st.integers(0, 5)) == 5:
        b = (inner,)
    if draw(st.integers(0, 19)) == 19:
        a = draw(st.sampled_from([(), (inner + 1,), (rows, inner + 1)]))
    first = dtype or draw(dtypes)
    second = first if dtype or draw(st.integers(0, 3)) else draw(dtypes)
    rng = np.random.default_rng(draw(seeds))
    kind = draw(st.sampled_from(["small", "unit"]))
    return tuple(
        lay_out(random_values(rng, name, shape, kind), rng, draw(layouts))
        for name, shape in ((first, a), (second, b))
    )


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@given(data=st.data())
def test_matmul_equals_numpy(dtype, data):
    compare("matmul", *data.draw(operands(dtype)))


@given(data=st.data())
def test_matmul_of_mixed_dtypes_equals_numpy(data):
    compare("matmul", *data.draw(operands()))


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@given(data=st.data())
def test_dot_equals_numpy(dtype, data):
    a, b = data.draw(operands(dtype))
    if data.draw(st.integers(0, 9)) == 9:
        b = data.draw(arrays(dtype, (), ["small"]))
    compare("dot", a, b)


def full_range(rng, dtype, shape):
    """Integers that wrap in products and sums; small numbers of other dtypes."""
    if np.dtype(dtype).kind in "iu":
        return rng.integers(0, 256, (*shape, np.dtype(dtype).itemsize), "uint8").view(dtype)[..., 0]
    return random_values(rng, dtype, shape, "small")


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_products_larger_than_a_block_equal_numpy(dtype):
    rng = np.random.default_rng(11)
    for rows, inner, columns in [
        (130, 260, 190),
        (1, 3000, 70),
        (300, 1, 300),
        (515, 33, 5),
        (257, 513, 129),
        (10, 9001, 7),  # narrow and deep
        (2, 70000, 3),
        (51, 4000, 50),
    ]:
        a, b = (
            full_range(rng, dtype, shape) for shape in ((rows, inner), (inner, columns))
        )
        compare("matmul", a, b)
        compare("matmul", np.asfortranarray(a), b)
        compare("matmul", a, np.asfortranarray(b))
        compare("matmul", b.T, a.T)
        compare("matmul", a[::-1], b[:, ::2])


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_stacks_of_small_products_equal_numpy(dtype):
    rng = np.random.default_rng(13)
    for rows, inner, columns in [
        *((n, n, n) for n in (2, 3, 4, 8, 16)),
        *((4, 5, 2), (8, 4, 24), (16, 9, 17), (2, 40, 33), (1, 6, 7)),
    ]:
        a = full_range(rng, dtype, (300, rows, inner))
        b = full_range(rng, dtype, (300, inner, columns))
        compare("matmul", a, b)
        compare("matmul", a[::3], b[::-3])
        compare("matmul", a, b[:1])
        compare("matmul", a.swapaxes(1, 2).copy().swapaxes(1, 2), b)
        compare("matmul", a, b.swapaxes(1, 2).copy().swapaxes(1, 2))


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_products_in_stacks_have_the_bits_of_single_ones(dtype):
    """Zeros of either sign among them, and products that underflow."""
    rng = np.random.default_rng(17)
    real = np.dtype(dtype).type(0).real.dtype
    tiny = np.finfo(real).tiny ** 0.6
    values = np.array([0.0, -0.0, 1, -1.1, 3.7, tiny, -tiny], real)
    for n in (2, 4, 8, 12, 16):
        a, b = (rng.choice(values, (40, n, n * np.dtype(dtype).itemsize // real.itemsize)).view(dtype) for _ in "ab")
        a[::4] = -0.0
        stacks = nd.to_numpy(nd.call("matmul", nd.from_numpy(a), nd.from_numpy(b)))
        for i in range(len(a)):
            alone = nd.to_numpy(nd.call("matmul", nd.from_numpy(a[i].copy()), nd.from_numpy(b[i].copy())))
            assert alone.tobytes() == stacks[i].tobytes(), (n, i)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_products_of_64_bits_are_exact_around_the_ends_of_32(dtype):
    """Numbers that fit 32 bits, signed, are multiplied another way, and one that does not decides."""
    rng = np.random.default_rng(15)
    low = 0 if dtype == "uint64" else -(2**31)
    a, b = (rng.integers(low, 2**31, shape, dtype) for shape in ((70, 50), (50, 65)))
    a[0, 0], b[0, 0] = low, 2**31 - 1
    compare("matmul", a, b)
    for beyond in (2**31, 2**32, 2**63 - 1, *([-(2**31) - 1, -(2**63)] if low else [2**64 - 1])):
        for x in (a, b):
            for place in ((0, 0), (-1, -1), (33, 44)):
                kept = x[place]
                x[place] = beyond
                compare("matmul", a, b)
                compare("matmul", b.T, a.T)
                x[place] = kept


@pytest.mark.parametrize("inner", [127, 128, 256, 512, 65536, 65537])
def test_a_product_of_bools_is_true_however_many_pairs_are(inner):
    """Counts of pairs, which a byte or 16 bits do not hold, are multiples of 256 here."""
    for shape in [(1,), (5,)]:
        a, b = np.ones((*shape, inner), bool), np.ones((inner, *shape), bool)
        compare("matmul", a, b)
        compare("matmul", a, np.asfortranarray(b))
        compare("matmul", a, b[:, 0])
        a[0, : inner - 1] = False
        compare("matmul", a, b)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int32", "int64"])
def test_integer_products_have_the_same_bits_for_any_number_of_threads(dtype):
    rng = np.random.default_rng(14)
    a, b = full_range(rng, dtype, (200, 900)), full_range(rng, dtype, (900, 210))
    for left, right in ((a, b), (a, b[:, 0]), (a[0], b)):
        mine = nd.from_numpy(left), nd.from_numpy(right)
        for count in (1, 2, 7):
            with nd.threads(count):
                assert_equal(nd.to_numpy(nd.call("matmul", *mine)), np.asarray(left @ right))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128"])
def test_float_products_have_the_same_bits_for_any_number_of_threads(dtype):
    rng = np.random.default_rng(16)
    for rows, inner, columns in [(200, 900, 210), (10, 9001, 7), (3, 40000, 2), (51, 4000, 50), (300, 300, 310), (90, 150, 100)]:
        a, b = (random_values(rng, dtype, s, "unit") for s in ((rows, inner), (inner, columns)))
        for left, right in ((a, b), (np.asfortranarray(a), b), (b.T, a.T)):
            mine = nd.from_numpy(left), nd.from_numpy(right)
            with nd.threads(1):
                alone = nd.to_numpy(nd.call("matmul", *mine))
            for count in (2, 5):
                with nd.threads(count):
                    assert_equal(nd.to_numpy(nd.call("matmul", *mine)), alone)


def in_layouts(values):
    """The same matrix by rows, by columns, as parts of larger ones, of every second number and backwards."""
    rows, columns = values.shape
    around = np.zeros((rows + 3, 2 * columns + 5), values.dtype)
    around[2:-1, 3 : 3 + columns] = values
    yield values
    yield np.asfortranarray(values)
    yield around[2:-1, 3 : 3 + columns]
    yield np.asfortranarray(around)[2:-1, 3 : 3 + columns]
    apart = np.zeros((rows, 2 * columns), values.dtype)
    apart[:, ::2] = values
    yield apart[:, ::2]
    yield values[::-1].copy()[::-1]


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128", "int32"])
def test_products_of_few_rows_or_columns_or_steps_equal_numpy_in_any_layout(dtype):
    """Of small integers, so that sums are exact; last rows that fill no vector, one that does, and whole tiles."""
    rng = np.random.default_rng(27)
    for rows, inner, columns in [(57, 661, 2), (3, 112, 315), (97, 40, 5), (25, 1200, 9), (49, 70, 4), (16, 90, 72), (1, 50, 60),
                                 (120, 64, 7), (24, 300, 23), (81, 8, 107), (105, 3, 50), (130, 2100, 6)]:
        a, b = (rng.integers(-9, 9, s).astype(dtype) for s in ((rows, inner), (inner, columns)))
        expected = a @ b
        for left in in_layouts(a):
            for right in in_layouts(b):
                for count in (1, 3):
                    with nd.threads(count):
                        assert_equal(nd.to_numpy(nd.call("matmul", nd.from_numpy(left), nd.from_numpy(right))), expected)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_products_of_few_columns_equal_numpy_and_have_the_bits_of_wide_ones(dtype):
    rng = np.random.default_rng(21)
    for rows, inner, columns in [(1, 5, 40), (3, 193, 31), (8, 192, 9), (10, 400, 10), (13, 900, 301), (16, 7, 8), (17, 20, 64)]:
        a, b = (random_values(rng, dtype, s, "unit") for s in ((rows, inner), (inner, columns)))
        compare("matmul", a, b)
        compare("matmul", np.asfortranarray(a), b)
        compare("matmul", a, b[:, ::-1])
        compare("matmul", b.T, a.T)
        wide = np.zeros((40, inner), dtype)
        wide[:rows] = a
        large = nd.to_numpy(nd.call("matmul", nd.from_numpy(wide), nd.from_numpy(b)))[:rows]
        for count in (1, 2, 5) if rows > 1 else ():
            with nd.threads(count):
                got = nd.to_numpy(nd.call("matmul", nd.from_numpy(a), nd.from_numpy(b)))
                assert got.tobytes() == large.tobytes()


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_a_matrix_times_its_transpose_has_the_bits_of_any_product_and_is_symmetric(dtype):
    """Of complex numbers those of one triangle, for the halves of an imaginary part are added in the other order."""
    rng = np.random.default_rng(18)
    for depth, side in [(30, 24), (400, 10), (70, 13), (7, 65), (900, 63), (90, 131), (5000, 70), (900, 300), (40, 509)]:
        x = random_values(rng, dtype, (depth, side), "unit")
        for left in (x.T, np.asfortranarray(x).T, x[::-1].T):
            right = left.T
            compare("matmul", left, right)
            apart = nd.to_numpy(nd.call("matmul", nd.from_numpy(left), nd.from_numpy(right.copy())))
            for count in (1, 2, 5):
                with nd.threads(count):
                    got = nd.to_numpy(nd.call("matmul", nd.from_numpy(left), nd.from_numpy(right)))
                if got.dtype.kind == "c":
                    assert_equal(got, got.T)
                    halves = (np.tril(got), np.tril(apart)), (np.triu(got), np.triu(apart))
                    assert any(np.array_equal(*half) for half in halves)
                elif side > 16:  # fewer are read where they lie, in an order of its own
                    assert_equal(got, apart)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
def test_infinities_and_nans_reach_their_rows_and_columns_only(dtype):
    rng = np.random.default_rng(12)
    a, b = (
        random_values(rng, dtype, (70, 80), "small"),
        random_values(rng, dtype, (80, 90), "small"),
    )
    a[3, 5], a[60, 70], b[7, 9] = np.nan, np.inf, -np.inf
    ours = nd.to_numpy(nd.call("matmul", nd.from_numpy(a), nd.from_numpy(b)))
    np.testing.assert_array_equal(np.isfinite(ours), np.isfinite(a @ b))


@given(data=st.data())
def test_matmul_into_a_given_array_equals_numpy(data):
    a, b = data.draw(
        operands(data.draw(st.sampled_from(["float32", "float64", "complex128", "int32"])))
    )
    try:
        expected = np.asarray(a @ b)
    except ValueError:
        return
    rng = np.random.default_rng(0)
    out = lay_out(
        np.ones(expected.shape, expected.dtype),
        rng,
        data.draw(st.sampled_from(["C", "F", "stepped"])),
    )
    mine = nd.from_numpy(out)
    function = nd.library.nd_matmul_into
    function.restype, function.argtypes = nd.c_void_p, [nd.c_void_p] * 3
    given_arrays = nd.from_numpy(a), nd.from_numpy(b)
    assert function(mine.handle, given_arrays[0].handle, given_arrays[1].handle) == mine.handle, (
        nd._failure()
    )
    assert_product(np.ascontiguousarray(out), expected, a, b, np.matmul)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_many_points_and_a_small_matrix_equal_numpy(dtype):
    """A depth and a side of eight at most; the other side fills vectors, or leaves some of one."""
    rng = np.random.default_rng(19)
    for depth in range(1, 10):
        for side in (2, 3, 4, 5, 7, 8, 9):
            for points in (31, 32, 33, 47, 1000):
                a = random_values(rng, dtype, (points, depth), "small")
                b = random_values(rng, dtype, (depth, side), "small")
                compare("matmul", a, b)
                compare("matmul", np.asfortranarray(a), b)
                compare("matmul", b.T, a.T)
                compare("matmul", b.T.copy(), a.T.copy())
                compare("matmul", a[::2], b[:, ::-1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_points_times_a_small_matrix_have_the_bits_of_a_large_product(dtype):
    """Of rows alone, in memory that others share, and of any number of threads."""
    rng = np.random.default_rng(20)
    for depth, side in [(3, 3), (2, 5), (8, 8), (4, 4), (5, 2)]:
        a = random_values(rng, dtype, (100_003, depth), "unit")
        b = random_values(rng, dtype, (depth, side), "unit")
        wide = np.zeros((depth, 40), dtype)
        wide[:, :side] = b
        large = nd.to_numpy(nd.call("matmul", nd.from_numpy(a), nd.from_numpy(wide)))[:, :side]
        for left in (a, np.asfortranarray(a)):
            for count in (1, 2, 5):
                with nd.threads(count):
                    got = nd.to_numpy(nd.call("matmul", nd.from_numpy(left), nd.from_numpy(b)))
                    assert got.tobytes() == large.tobytes()
                    turned = nd.to_numpy(nd.call("matmul", nd.from_numpy(b.T), nd.from_numpy(left.T)))
                    assert turned.T.tobytes() == large.tobytes()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rows, inner, columns", [
    (10, 1000, 10), (9, 1003, 7), (5, 2000, 5), (6, 1100, 9), (2, 900, 11), (10, 2001, 3), (1, 1500, 6), (8, 1200, 8),
    (16, 900, 10), (13, 1000, 13),
])  # fmt: skip
def test_narrow_and_deep_products_equal_numpy(rows, inner, columns, dtype):
    random = np.random.default_rng(rows + inner)
    a, b = (random.standard_normal(shape).astype(dtype) for shape in ((rows, inner), (inner, columns)))
    for x in (a, np.asfortranarray(a)):
        for y in (b, np.asfortranarray(b)):
            compare("matmul", x, y)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 31, 33, 64, 65])
def test_short_rows_times_a_vector_equal_numpy_wherever_they_lie(dtype, depth):
    """The same bits with gaps between rows, which hold what must not be seen, and without."""
    rng = np.random.default_rng(depth)
    for rows in (31, 32, 33, 47, 64, 101, 5003):
        apart = np.full((rows, depth + 3), np.nan, dtype)
        a = apart[:, :depth]
        a[...] = random_values(rng, dtype, (rows, depth), "unit")
        x = random_values(rng, dtype, (depth,), "unit")
        a[rows // 2, depth // 2] = np.inf
        a[rows // 3] = -0.0
        dense = np.ascontiguousarray(a)
        compare("matmul", a, x)
        compare("matmul", dense, x)
        compare("matmul", x, dense.T)
        got = [nd.to_numpy(nd.call("matmul", nd.from_numpy(left), nd.from_numpy(x))) for left in (a, dense)]
        assert got[0].tobytes() == got[1].tobytes()
