"""Solutions, decompositions and norms: what they are defined by holds within a few units of
rounding, and where the result is unique it is NumPy's.

Errors are measured in n * eps * (the size of what is compared).
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from strategies import lay_out, layouts, random_values, seeds

DTYPES = ["float32", "float64", "complex64", "complex128"]
WORKING = st.sampled_from(DTYPES * 3 + ["int8", "int64", "bool"])
LENGTHS = st.sampled_from([3, 4, 2, 1, 5, 8, 0, 13, 33, 70])
BATCHES = st.sampled_from([(), (), (3,), (2, 2), (0,), (1,), (70,)])


def mine(rng, array, layout="C"):
    """Ours with that layout; sometimes pending: the sum with a 0 of the same dtype."""
    array = lay_out(array, rng, layout)
    if array.dtype.name in DTYPES and rng.random() < 0.3:
        with nd.lazy(1):
            return nd.elementwise("add", nd.from_data(array), nd.from_data(np.zeros_like(array)))
    return nd.from_numpy(array)


def numpys(array):
    return nd.to_numpy(array).copy()


@st.composite
def matrices(draw, square=False, batches=BATCHES, dtype=WORKING):
    """A NumPy array, ours of the same values, and the generator."""
    rng = np.random.default_rng(draw(seeds))
    rows = draw(LENGTHS)
    columns = rows if square else draw(LENGTHS)
    shape = (*draw(batches), rows, columns)
    layout = draw(layouts)
    array = random_values(rng, draw(dtype), shape, "unit")
    if layout == "broadcast":  # rows would be equal, and matrices singular
        layout = "mixed"
    return array, mine(rng, array, layout), rng


def working(*arrays):
    """The dtype that LAPACK computes in."""
    inexact = [a.dtype if a.dtype.kind in "fc" else np.dtype("float64") for a in arrays]
    return np.result_type(*inexact)


def size(array):
    return np.abs(array).max(initial=0)


def assert_near(ours, theirs, unit, factor=30.0):
    """Equal shapes, and errors below factor * unit."""
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    wide = np.result_type(ours, theirs, np.float64)
    error = size(ours.astype(wide) - theirs.astype(wide))
    assert error <= factor * unit, f"error {error}, allowed {factor * unit}"


def unit_of(dtype, *arrays):
    """n * eps * size, for products of these."""
    n = max([max(a.shape, default=1) for a in arrays] + [1])
    return n * np.finfo(dtype).eps * np.prod([max(size(a), 1e-30) for a in arrays])


def both(ours, theirs):
    """Both results, or None if both refuse; one may not refuse alone."""
    try:
        expected = theirs()
    except (np.linalg.LinAlgError, TypeError, ValueError, IndexError) as error:
        with pytest.raises(nd.Failure):
            ours()
        return None
    return ours(), expected


def adjoint(a):
    return np.conj(np.swapaxes(a, -1, -2))


def normal_values(rng, shape, dtype):
    """Normally distributed, as float64 or complex128."""
    a = rng.standard_normal(shape)
    return a + 1j * rng.standard_normal(shape) if dtype.startswith("c") else a


def widened(a):
    return a.astype("complex128" if a.dtype.kind == "c" else "float64")


# ---- Equations ----------------------------------------------------------------------------------


@given(matrices(square=True), BATCHES, LENGTHS, st.booleans(), seeds)
def test_solve_leaves_small_residuals(matrix, batch, columns, vector, seed):
    a, ours, _ = matrix
    rng = np.random.default_rng(seed)
    shape = (a.shape[-1],) if vector else (*batch, a.shape[-1], columns)
    b = random_values(rng, rng.choice(DTYPES + ["int16"]), shape, "unit")
    results = both(
        lambda: numpys(nd.linalg("solve", ours, mine(rng, b))), lambda: np.linalg.solve(a, b)
    )
    if not results:
        return
    x, theirs = results
    assert (x.dtype, x.shape) == (theirs.dtype, theirs.shape)
    wide = a.astype(np.complex128)
    product = (wide @ x.astype(np.complex128)[..., None])[..., 0] if vector else wide @ x
    assert_near(
        product, np.broadcast_to(b, product.shape), unit_of(x.dtype, a, x) + unit_of(x.dtype, b)
    )


@given(matrices(square=True))
def test_inverses_and_determinants(matrix):
    a, ours, _ = matrix
    dtype = working(a)
    results = both(lambda: numpys(nd.linalg("inv", ours)), lambda: np.linalg.inv(a))
    if results:
        inverse, theirs = results
        assert (inverse.dtype, inverse.shape) == (theirs.dtype, theirs.shape)
        identity = np.broadcast_to(np.eye(a.shape[-1]), a.shape)
        assert_near(a.astype(np.complex128) @ inverse, identity, unit_of(dtype, a, inverse))
    det, theirs = numpys(nd.linalg("det", ours)), np.linalg.det(a)
    # The error of a determinant is that of its factors: Hadamard's bound is its measure.
    bound = np.sqrt((np.abs(a.astype(complex)) ** 2).sum(axis=-1)).prod(axis=-1)
    assert (det.dtype, det.shape) == (np.asarray(theirs).dtype, np.shape(theirs))
    with np.errstate(invalid="ignore"):
        near = np.abs(det - theirs) <= 30 * max(a.shape[-1], 1) * np.finfo(dtype).eps * bound
        overflows = ~np.isfinite(theirs) & (bound > np.finfo(dtype).max) & ~np.isfinite(det)
    assert (near | overflows).all()
    sign, logdet = (numpys(r) for r in nd.linalg("slogdet", ours, results=2))
    assert sign.dtype == dtype and logdet.dtype == np.finfo(dtype).dtype
    with np.errstate(all="ignore"):
        assert ((np.abs(sign * np.exp(logdet) - det) <= 1e-3 * bound + 1e-30) | overflows).all()
    assert (np.isclose(np.abs(sign), 1, rtol=1e-5) | ((sign == 0) & (logdet == -np.inf))).all()


def test_determinants_do_not_overflow_on_the_way():
    values = np.diag([1e200, 1e200, 1e-200, 1e-200, 3.0])
    assert np.isclose(numpys(nd.linalg("det", nd.from_numpy(values))), 3, rtol=1e-13)
    assert numpys(nd.linalg("det", nd.from_numpy(np.diag([1e200] * 3)))) == np.inf
    sign, logdet = nd.linalg("slogdet", nd.from_numpy(np.diag([1e200, -1e200])), results=2)
    assert numpys(sign) == -1 and np.isclose(numpys(logdet), 2 * np.log(1e200), rtol=1e-15)


@given(matrices(batches=st.just(())), st.integers(0, 4), st.booleans(), seeds)
def test_lstsq_equals_numpy(matrix, columns, deficient, seed):
    a, _, rng = matrix
    if deficient and min(a.shape) > 1:
        a[:, -1] = a[:, 0]
    b = random_values(
        rng, rng.choice(DTYPES), (a.shape[0], columns) if columns else a.shape[:1], "unit"
    )
    x, residuals, rank, s = (
        numpys(r) for r in nd.linalg("lstsq", mine(rng, a), mine(rng, b), -1.0, results=4)
    )
    theirs = np.linalg.lstsq(a, b)
    dtype = working(a, b)
    assert rank == theirs[2] and x.dtype == theirs[0].dtype and s.dtype == theirs[3].dtype
    unit = unit_of(dtype, a, x, b)
    condition = s[0] / s[rank - 1] if rank else 1
    assert_near(s, theirs[3], unit_of(dtype, a) * 4)
    assert_near(x, theirs[0], (unit + unit_of(dtype, x)) * condition**2)
    assert_near(residuals, theirs[1], (unit + unit_of(dtype, b)) * condition * 10)


@given(matrices())
def test_pseudo_inverses_fulfil_their_equations(matrix):
    a, ours, _ = matrix
    inverse, theirs = numpys(nd.linalg("pinv", ours, -1.0)), np.linalg.pinv(a)
    assert inverse.shape == theirs.shape
    if a.size == 0:
        return
    s = np.linalg.svd(a.astype(np.complex128), compute_uv=False)
    if (s[..., -1] < 1e-3 * s[..., 0]).any():
        return  # which singular values count as 0 is a matter of rounding
    assert_near(
        inverse, theirs, unit_of(working(a), a, inverse, inverse) + unit_of(working(a), inverse)
    )


# ---- Decompositions -----------------------------------------------------------------------------


@given(matrices(square=True), st.booleans())
def test_cholesky(matrix, upper):
    a, _, rng = matrix
    wide = a.astype(working(a))
    a = wide @ adjoint(wide) + np.eye(a.shape[-1], dtype=wide.dtype)
    other = np.tril if upper else np.triu  # the half that may hold anything
    noise = np.where(other(np.ones(a.shape[-2:], bool), -1 if upper else 1), np.nan, 0)
    ours = numpys(nd.linalg("cholesky", mine(rng, a + noise.astype(a.dtype), "F"), int(upper)))
    theirs = np.linalg.cholesky(a, upper=upper)
    assert ours.dtype == theirs.dtype
    assert_near(ours, theirs, unit_of(a.dtype, a))
    assert (other(ours, -1 if upper else 1) == 0).all()


@given(matrices(), st.sampled_from(["reduced", "complete", "r"]))
def test_qr(matrix, mode):
    a, ours, _ = matrix
    q, r = nd.linalg("qr", ours, ["reduced", "complete", "r"].index(mode), results=2)
    theirs = np.linalg.qr(a, mode=mode)
    r = numpys(r)
    expected = theirs if mode == "r" else theirs.R
    assert (r.dtype, r.shape) == (expected.dtype, expected.shape)
    assert (np.tril(r, -1) == 0).all()
    unit = unit_of(r.dtype, a)
    assert_near(
        np.abs(r), np.abs(expected), unit * np.linalg.cond(a).max(initial=1) if a.size else unit
    )
    if mode == "r":
        assert q is None
        return
    q = numpys(q)
    assert (q.dtype, q.shape) == (theirs.Q.dtype, theirs.Q.shape)
    assert_near(q @ r, a, unit)
    assert_near(
        adjoint(q) @ q,
        np.broadcast_to(np.eye(q.shape[-1]), (*q.shape[:-2], q.shape[-1], q.shape[-1])),
        unit_of(r.dtype, q) + np.finfo(r.dtype).eps,
    )


@given(matrices(), st.booleans())
def test_svd(matrix, full):
    a, ours, _ = matrix
    u, s, vh = (numpys(r) for r in nd.linalg("svd", ours, full, results=3))
    theirs = np.linalg.svd(a, full_matrices=full)
    for part, expected in zip((u, s, vh), theirs):
        assert (part.dtype, part.shape) == (expected.dtype, expected.shape)
    k = s.shape[-1]
    unit = unit_of(s.dtype, a)
    assert_near(s, theirs[1], unit)
    assert_near((u[..., :k] * s[..., None, :]) @ vh[..., :k, :], a.astype(u.dtype), unit)
    for part in (adjoint(u) @ u, vh @ adjoint(vh)):
        assert_near(
            part,
            np.broadcast_to(np.eye(part.shape[-1]), part.shape),
            unit_of(s.dtype, part) + np.finfo(s.dtype).eps,
        )
    assert_near(numpys(nd.linalg("svdvals", ours)), theirs[1], unit)


@given(matrices(square=True))
def test_eig(matrix):
    a, ours, _ = matrix
    values, vectors = (numpys(r) for r in nd.linalg("eig", ours, results=2))
    theirs = np.linalg.eig(a)
    assert (values.dtype, vectors.dtype) == (theirs[0].dtype, theirs[1].dtype)
    assert (values.shape, vectors.shape) == (theirs[0].shape, theirs[1].shape)
    assert_near(
        a.astype(np.complex128) @ vectors, vectors * values[..., None, :], unit_of(working(a), a)
    )
    if a.size:
        assert np.allclose(np.linalg.norm(vectors, axis=-2), 1, rtol=1e-4)
    alone = numpys(nd.linalg("eigvals", ours))
    assert (alone.dtype, alone.shape) == (values.dtype, values.shape)
    assert_near(
        alone.sum(axis=-1),
        np.trace(a, axis1=-2, axis2=-1, dtype=np.complex128),
        unit_of(working(a), a) * max(a.shape[-1], 1),
    )


@given(matrices(square=True), st.booleans())
def test_eigh_reads_one_half(matrix, upper):
    a, _, rng = matrix
    wide = a.astype(working(a))
    a = wide + adjoint(wide)
    noise = np.where(
        (np.tril if upper else np.triu)(np.ones(a.shape[-2:], bool), -1 if upper else 1), np.nan, 0
    )
    ours = mine(rng, a + noise.astype(a.dtype))
    values, vectors = (numpys(r) for r in nd.linalg("eigh", ours, int(upper), results=2))
    theirs = np.linalg.eigh(a)
    assert (values.dtype, vectors.dtype) == (theirs[0].dtype, theirs[1].dtype)
    unit = unit_of(a.dtype, a)
    assert_near(values, theirs[0], unit)
    assert_near(a @ vectors, vectors * values[..., None, :], unit)
    assert_near(
        adjoint(vectors) @ vectors,
        np.broadcast_to(np.eye(a.shape[-1]), a.shape),
        unit_of(a.dtype, vectors) + np.finfo(a.dtype).eps,
    )
    assert_near(numpys(nd.linalg("eigvalsh", ours, int(upper))), theirs[0], unit)


def symmetric_matrices(n, rng):
    """Of which some have equal or close eigenvalues, vectors that split, or sizes at the bounds."""
    a = rng.standard_normal((n, n))
    low = rng.standard_normal((n, 3))
    near = np.diag(np.abs(np.arange(n) - n // 2) * 1.0)  # Wilkinson's: pairs that are nearly equal
    near += np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    small = near[: n // 3, : n // 3]
    yield from (a + a.T, low @ low.T, near, np.kron(np.eye(3), small), np.eye(n), np.zeros((n, n)))
    yield from (np.ones((n, n)), np.diag(np.arange(n)[::-1] * 1.0), np.diag(np.logspace(-30, 0, n)))
    yield from (1 / (1 + np.add.outer(np.arange(n), np.arange(n))), (a + a.T) * 1e-18, (a + a.T) * 1e17)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_eigh_of_large_matrices(dtype, threads):
    rng = np.random.default_rng(threads)
    n = {1: 100, 2: 261, 5: 150}[threads]
    for a in symmetric_matrices(n, rng):
        turn = rng.standard_normal(a.shape[0]) if dtype.startswith("c") else 0
        phase = np.exp(1j * np.subtract.outer(turn, turn)) if dtype.startswith("c") else 1.0
        a = (a * phase).astype(dtype)
        with nd.threads(threads):
            pair = nd.linalg("eigh", nd.from_numpy(a), threads % 2, results=2)
        values, vectors = (numpys(r) for r in pair)
        unit = len(a) * np.finfo(dtype).eps
        assert (np.diff(values) >= 0).all()
        assert_near(a @ vectors, vectors * values, unit * size(a) + np.finfo(dtype).tiny)
        assert_near(adjoint(vectors) @ vectors, np.eye(len(a)), unit)
        exact = np.linalg.eigvalsh(a.astype("complex128" if dtype.startswith("c") else "float64"))
        assert_near(values, exact, unit * size(a) + np.finfo(dtype).tiny)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_large_matrices_and_large_stacks(dtype, threads):
    rng = np.random.default_rng(3)
    with nd.threads(threads):
        for shape in [(300, 300), (4, 150, 150), (3000, 4, 4)]:
            a = random_values(rng, dtype, shape, "unit") + 3 * np.eye(shape[-1], dtype=dtype)
            b = random_values(rng, dtype, (*shape[:-1], 3), "unit")
            x = numpys(nd.linalg("solve", nd.from_numpy(a), nd.from_numpy(b)))
            assert_near(a @ x, b, unit_of(dtype, a, x))
            s = numpys(nd.linalg("svdvals", nd.from_numpy(a)))
            assert_near(s, np.linalg.svd(a, compute_uv=False), unit_of(dtype, s))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 15, 16, 17, 31, 33, 48, 97, 128, 200, 257, 600])
def test_cholesky_of_every_size_of_block(n, dtype):
    """Sizes around those at which triangles are cut; a pivot that is none anywhere; the same bits on all threads."""
    rng = np.random.default_rng(n)
    a = widened(normal_values(rng, (n, n), dtype).astype(dtype))
    a = a @ adjoint(a)
    a = ((a + adjoint(a)) / 2 + np.eye(n)).astype(dtype)  # Hermitian to the last bit
    expected, seen = np.linalg.cholesky(widened(a)), []
    for threads in (1, 2, 7):
        with nd.threads(threads):
            lower, upper = (numpys(nd.linalg("cholesky", nd.from_numpy(a), half)) for half in (0, 1))
            assert (np.tril(lower) == lower).all() and (lower == adjoint(upper)).all()
            assert (np.diagonal(lower).imag == 0).all()
            wide = widened(lower)
            assert_near(wide @ adjoint(wide), widened(a), unit_of(dtype, a), 3)
            assert_near(wide, expected, unit_of(dtype, a))
            seen.append(lower.tobytes())
    assert len(set(seen)) == 1
    for row in {0, n // 2, n - 1}:
        for pivot in (0, -1, np.nan):
            bad = np.eye(n, dtype=dtype)
            bad[row, row] = pivot
            with pytest.raises(nd.Failure, match="positive definite"):
                nd.linalg("cholesky", nd.from_numpy(bad), 0)


def rectangles(m, n, rng, dtype):
    """Of which some are not of full rank, or have rows and columns whose squares are beyond the dtype."""
    a = normal_values(rng, (m, n), dtype)
    yield from (a, np.eye(m, n), np.zeros((m, n)), np.ones((m, n)))
    yield normal_values(rng, (m, 2), dtype) @ normal_values(rng, (2, n), dtype)
    if dtype.startswith("c"):
        yield from (1j * a.real, 1j * np.eye(m, n))
    yield np.logspace(-160, 0, m)[:, None] * a * np.logspace(0, -100, n)
    yield np.logspace(0, -20, m)[:, None] * a
    yield from (a * 1e-200, a * 1e25)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [15, 16, 17, 31, 33, 48, 65, 97, 130])
def test_reductions_of_every_size_of_block(n, dtype):
    """Sizes around those that our own reductions take; on all threads the same bits."""
    rng = np.random.default_rng(n)
    for m in (n, n + 1, n * 3 // 2, n * 2 + 1):
        for a in rectangles(m, n, rng, dtype):
            with np.errstate(under="ignore"):
                a = a.astype(dtype)
            wide, seen = widened(a), []
            norm = max(np.linalg.norm(wide, 2), np.finfo(dtype).tiny)
            unit = m * np.finfo(dtype).eps * norm
            exact = np.linalg.svd(wide, compute_uv=False)
            for threads, turned in ((1, False), (2, False), (7, True)):
                ours = nd.from_numpy(a.T if turned else a)
                with nd.threads(threads):
                    u, s, vh = (numpys(r) for r in nd.linalg("svd", ours, 1, results=3))
                    values = numpys(nd.linalg("svdvals", ours))
                if turned:
                    u, vh = vh.T, u.T
                seen.append((u.tobytes(), s.tobytes(), vh.tobytes(), values.tobytes()))
                u, vh = widened(u), widened(vh)
                assert_near(s, exact, unit, 3)
                assert_near(values, exact, unit, 3)
                assert_near(u[:, :n] * s @ vh, wide, unit, 5)
                assert_near(adjoint(u) @ u, np.eye(m), m * np.finfo(dtype).eps, 5)
                assert_near(vh @ adjoint(vh), np.eye(n), m * np.finfo(dtype).eps, 5)
            assert len(set(seen[:2])) == 1
            b = (normal_values(rng, (m, 3), dtype) * max(size(a), 1e-30)).astype(dtype)
            both_sides = nd.from_numpy(a), nd.from_numpy(b)
            x, _, rank, singular = (numpys(r) for r in nd.linalg("lstsq", *both_sides, -1.0, results=4))
            assert_near(singular, exact, unit, 3)
            gradient = adjoint(wide) @ (wide @ widened(x) - b)
            assert_near(gradient, 0 * gradient, unit * (norm * size(x) + size(b)), 30)
            if exact[-1] > 2 * unit:
                assert rank == n


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [15, 16, 17, 31, 33, 48, 65, 97, 130])
def test_symmetric_reductions_of_every_size_of_block(n, dtype):
    """The half that is not read is NaN."""
    rng = np.random.default_rng(n)
    graded = np.logspace(-160, 0, n)
    for a in (*symmetric_matrices(n, rng), graded * rng.standard_normal((n, n)) * graded[:, None]):
        if dtype.startswith("c"):  # similar: what is real, what is close to each other stays so
            turn = rng.standard_normal(len(a))
            a = a * np.exp(1j * np.subtract.outer(turn, turn))
        with np.errstate(under="ignore", over="ignore"):
            a = (np.tril(a) + adjoint(np.tril(a, -1))).astype(dtype)
        wide, seen = widened(a), []
        norm = max(np.linalg.norm(wide, 2), np.finfo(dtype).tiny)
        rows = len(a)
        unit = rows * np.finfo(dtype).eps
        exact = np.linalg.eigvalsh(wide)
        for threads, upper in ((1, 0), (2, 0), (7, 1)):
            half = np.triu(np.full((rows, rows), np.nan), 1)
            given = a + (half.T if upper else half)
            if dtype.startswith("c"):  # nor are imaginary parts of the diagonal
                given += 1j * np.diag(rng.standard_normal(rows))
            ours = nd.from_numpy(given.astype(dtype))
            with nd.threads(threads):
                values, vectors = (numpys(r) for r in nd.linalg("eigh", ours, upper, results=2))
                alone = numpys(nd.linalg("eigvalsh", ours, upper))
            seen.append((values.tobytes(), vectors.tobytes(), alone.tobytes()))
            assert_near(values, exact, unit * norm, 3)
            assert_near(alone, exact, unit * norm, 3)
            vectors = widened(vectors)
            assert_near(wide @ vectors, vectors * values, unit * norm, 5)
            assert_near(adjoint(vectors) @ vectors, np.eye(rows), unit, 10)
        assert len(set(seen)) == 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m, n", [(16, 16), (17, 40), (33, 31), (64, 64), (65, 100), (100, 33), (130, 129), (300, 20)])
def test_qr_of_every_size_of_block(m, n, dtype):
    rng = np.random.default_rng(m + n)
    for a in rectangles(m, n, rng, dtype):
        with np.errstate(under="ignore"):
            a = a.astype(dtype)
        wide, seen = widened(a), []
        norm, eps = max(np.linalg.norm(wide, 2), np.finfo(dtype).tiny), np.finfo(dtype).eps * max(m, n)
        for threads in (1, 2, 7):
            with nd.threads(threads):
                ours = nd.from_numpy(a)
                reduced = [numpys(r) for r in nd.linalg("qr", ours, 0, results=2)]
                complete = [numpys(r) for r in nd.linalg("qr", ours, 1, results=2)]
                alone = numpys(nd.linalg("qr", ours, 2, results=2)[1])
            seen.append(b"".join(r.tobytes() for r in (*reduced, *complete, alone)))
            assert (alone == reduced[1]).all()
            for (q, r), mode in ((reduced, "reduced"), (complete, "complete")):
                assert [q.shape, r.shape] == [part.shape for part in np.linalg.qr(a, mode=mode)]
                assert (np.triu(r) == r).all()
                q = widened(q)
                assert_near(q @ r, wide, eps * norm, 3)
                assert_near(adjoint(q) @ q, np.eye(q.shape[1]), eps, 3)
        if 1e-10 < size(a) < 1e10:  # beyond that it is LAPACK's
            assert len(set(seen)) == 1


# ---- Norms --------------------------------------------------------------------------------------

VECTOR_ORDERS = [None, np.inf, -np.inf, 0, 1, 2, 3, 0.5, -1, -2]
MATRIX_ORDERS = [None, "fro", "nuc", np.inf, -np.inf, 1, -1, 2, -2, 3, 0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 15, 16, 17, 33, 64, 65, 127, 128, 129, 200, 257, 300])
def test_equations_of_every_size_of_block(n, dtype):
    """Sizes around those at which LU is cut; rows that must be exchanged; the same bits on all threads."""
    rng = np.random.default_rng(n)
    a = normal_values(rng, (n, n), dtype).astype(dtype)
    a[np.arange(n), np.arange(n)] = 0 if n > 1 else 2
    b = normal_values(rng, (n, 3), dtype).astype(dtype)
    ours = nd.from_numpy(a), nd.from_numpy(b)
    many = nd.from_numpy(normal_values(rng, (n, 37), dtype).astype(dtype))
    expected_sign, expected_log = np.linalg.slogdet(widened(a))
    eps, seen = np.finfo(dtype).eps, []
    for threads in (1, 2, 7):
        with nd.threads(threads):
            x, more = (numpys(nd.linalg("solve", ours[0], sides)) for sides in (ours[1], many))
            assert np.abs(widened(a) @ x - b).max() <= 30 * n * eps * size(a) * size(x)
            residual = widened(a) @ widened(more) - widened(numpys(many))
            assert np.abs(residual).max() <= 30 * n * eps * size(a) * size(more)
            inverse = numpys(nd.linalg("inv", ours[0]))
            assert np.abs(widened(inverse) @ a - np.eye(n)).max() <= 30 * n * eps * size(a) * size(inverse)
            sign, log = (numpys(part) for part in nd.linalg("slogdet", ours[0], results=2))
            assert abs(sign - expected_sign) <= (1e3 * n * eps if dtype.startswith("c") else 0)
            assert abs(log - expected_log) <= 1e3 * n * eps
            seen.append((sign.tobytes(), log.tobytes(), more.tobytes()))
    assert len(set(seen)) == 1
    a[:, n // 2] = 0
    with pytest.raises(nd.Failure, match="singular"):
        nd.linalg("solve", nd.from_numpy(a), ours[1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 3, 16, 40, 70])
def test_equations_of_extreme_sizes(n, dtype):
    """Pivots whose reciprocals or squares leave the range of the dtype; imaginary and mixed ones."""
    rng = np.random.default_rng(n)
    a = normal_values(rng, (n, n), dtype) + 3 * np.eye(n)
    if dtype.startswith("c"):
        a = a * np.exp(2j * rng.standard_normal(n))
    b = normal_values(rng, (n, 2 if n < 40 else 9), dtype)
    most, least = np.finfo(dtype).max, np.finfo(dtype).tiny
    for scale in (most / 64 / n, least * 64 * n, most**0.6, least**0.6):
        given, sides = (a * scale).astype(dtype), (b * scale).astype(dtype)
        x = numpys(nd.linalg("solve", nd.from_numpy(given), nd.from_numpy(sides)))
        exact = widened(given) / scale
        unit = n * np.finfo(dtype).eps * size(exact) * size(x)
        assert_near(exact @ widened(x), widened(sides) / scale, unit)
        sign, log = (numpys(part) for part in nd.linalg("slogdet", nd.from_numpy(given), results=2))
        theirs = np.linalg.slogdet(exact)
        assert_near(sign, theirs[0], n * np.finfo(dtype).eps, 1e3)
        shift = n * np.log(float(scale))
        assert_near(log, theirs[1] + shift, n * np.finfo(dtype).eps * max(1, abs(shift)))
        if least * 1e6 * n < 1 / scale < most / 1e6:
            inverse = numpys(nd.linalg("inv", nd.from_numpy(given)))
            product = (widened(given) / scale) @ (widened(inverse) * scale)
            assert_near(product, np.eye(n), n * np.finfo(dtype).eps, 1e3)


@given(st.data())
def test_norms_equal_numpy(data):
    rank = data.draw(st.integers(0, 4))
    rng = np.random.default_rng(data.draw(seeds))
    shape = tuple(
        int(n) for n in rng.choice([1, 2, 3, 4, 7, 0], rank, p=[0.1, 0.2, 0.2, 0.2, 0.2, 0.1])
    )
    x = random_values(rng, data.draw(WORKING), shape, "small")
    count = data.draw(st.sampled_from([None, 1, 2, 2, 3]))
    axes = (
        None
        if count is None or count > rank
        else tuple(int(i) for i in rng.permutation(rank)[:count])
    )
    if axes and rng.random() < 0.3:
        axes = tuple(axis - rank for axis in axes)
    order = data.draw(st.sampled_from(VECTOR_ORDERS + MATRIX_ORDERS))
    keepdims = data.draw(st.booleans())
    results = both(
        lambda: numpys(
            nd.linalg("norm", mine(rng, x, "mixed"), nd.order_of(order), nd.axes_of(axes), keepdims)
        ),
        lambda: np.asarray(np.linalg.norm(x, order, axes, keepdims)),
    )
    if results:
        ours, theirs = results
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        np.testing.assert_allclose(
            ours, theirs, 1e3 * np.finfo(ours.dtype).eps, 1e3 * np.finfo(ours.dtype).eps
        )


@given(matrices(), st.sampled_from([2.0, 1.0, np.inf, 0.0, 3.0]), st.booleans())
def test_vector_and_matrix_norms_equal_numpy(matrix, p, keepdims):
    a, ours, _ = matrix
    eps = 1e3 * np.finfo(working(a)).eps
    for axes in [None, -1, (0, -1)]:
        got = numpys(nd.linalg("vector_norm", ours, p, nd.axes_of(axes), keepdims))
        np.testing.assert_allclose(
            got, np.linalg.vector_norm(a, axis=axes, ord=p, keepdims=keepdims), eps, eps
        )
    got = numpys(nd.linalg("matrix_norm", ours, nd.order_of("fro"), keepdims))
    np.testing.assert_allclose(got, np.linalg.matrix_norm(a, keepdims=keepdims), eps, eps)


@given(matrices(square=True), st.sampled_from(MATRIX_ORDERS))
def test_condition_numbers_equal_numpy(matrix, order):
    a, ours, _ = matrix
    results = both(
        lambda: numpys(nd.linalg("cond", ours, nd.order_of(order))),
        lambda: np.asarray(np.linalg.cond(a, order)),
    )
    if results:
        got, theirs = results
        assert (got.dtype, got.shape) == (theirs.dtype, theirs.shape)
        usual = theirs < 1e-2 / np.finfo(got.dtype).eps
        eps = 100 * np.finfo(got.dtype).eps * max(a.shape[-1], 1)
        # The least singular value by the largest, of order -2, is as uncertain as the largest.
        error = np.abs(got - theirs)
        assert (error <= eps * np.maximum(theirs * theirs, 1))[usual].all(), (got, theirs)


def test_condition_of_singular_matrices_is_infinite():
    a = np.stack([np.zeros((2, 2)), np.eye(2), np.ones((2, 2))])
    for order in (None, 1, -1, np.inf, "fro"):
        ours = numpys(nd.linalg("cond", nd.from_numpy(a), nd.order_of(order)))
        theirs = np.linalg.cond(a, order)
        assert ((ours == theirs) | ((ours > 1e15) & (theirs > 1e15))).all(), (order, ours, theirs)


@given(matrices(), st.integers(0, 5))
def test_matrix_rank_equals_numpy(matrix, rank):
    a, _, rng = matrix
    if a.dtype.kind in "fc" and a.size:
        rank = min(rank, a.shape[-1])
        a = a[..., :rank] @ random_values(rng, a.dtype.name, (rank, a.shape[-1]), "unit")
    ours = numpys(nd.linalg("matrix_rank", mine(rng, a), -1.0))
    assert (ours == np.linalg.matrix_rank(a)).all() and ours.dtype == np.int64
    assert (
        numpys(nd.linalg("matrix_rank", mine(rng, a), 0.5)) == np.linalg.matrix_rank(a, 0.5)
    ).all()


# ---- Errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["solve", "inv"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_singular_matrices_are_named(name, dtype):
    stack = np.broadcast_to(np.eye(3, dtype=dtype), (2, 3, 3, 3)).copy()
    stack[1, 0] = 1
    stack[1, 2] = 0
    others = [nd.from_numpy(np.ones(3, dtype))] if name == "solve" else []
    with pytest.raises(
        nd.Failure,
        match=rf"LINALG: {name}: matrix \(1, 0\) of the stack, {dtype} of shape \(3, 3\), is singular",
    ):
        nd.linalg(name, nd.from_numpy(stack), *others)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_named_or_goes_through_as_in_numpy(value):
    a = np.stack([np.eye(3), np.eye(3)])
    a[1, 2, 0] = value
    ours = nd.from_numpy(a)
    for name, more, results in [
        ("svd", (True,), 3),
        ("eig", (), 2),
        ("eigh", (0,), 2),
        ("eigvals", (), 1),
        ("svdvals", (), 1),
    ]:
        with pytest.raises(
            nd.Failure, match=rf"LINALG: {name}: matrix \(1,\) of the stack.*infinite or NaN"
        ):
            nd.linalg(name, ours, *more, results=results)
    # What becomes of an infinity depends on the order of elimination; a NaN stays one.
    assert np.isfinite(numpys(nd.linalg("det", ours))[0])
    assert not np.isnan(value) or np.isnan(numpys(nd.linalg("det", ours))[1])


def test_wrong_shapes_and_dtypes_are_refused():
    def f(shape, dtype="float64"):
        return nd.from_numpy(np.ones(shape, dtype))

    for name in ["inv", "det", "eigvals"]:
        for wrong in [(), (3,), (2, 3), (0, 3)]:
            with pytest.raises(nd.Failure, match=f"LINALG: {name}"):
                nd.linalg(name, f(wrong))
        with pytest.raises(nd.Failure, match=f"DTYPE: {name}: float16"):
            nd.linalg(name, f((2, 2), "float16"))
    for a, b in [((2, 2), (3,)), ((2, 2), ()), ((3, 2, 2), (4, 2, 1)), ((2, 2), (3, 2))]:
        with pytest.raises(nd.Failure, match="SHAPE: solve"):
            nd.linalg("solve", f(a), f(b))
    with pytest.raises(nd.Failure, match="LINALG: cholesky: the matrix.*is not positive definite"):
        nd.linalg("cholesky", nd.from_numpy(-np.eye(2)), 0)
    with pytest.raises(nd.Failure, match="LINALG: cond"):
        nd.linalg("cond", f((0, 0)), nd.order_of(None))


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_norms_of_runs_are_exact_to_an_ulp_and_have_one_value(dtype):
    """Of blocks, parts of blocks and parts of vectors; pending or not, on any number of threads."""
    rng = np.random.default_rng(21)
    for size in (1, 7, 31, 33, 1000, 16384, 16385, 40_000, 262_144, 300_001):
        x = normal_values(rng, size, dtype).astype(dtype)
        wide = np.abs(x.astype("clongdouble" if dtype[0] == "c" else "longdouble"))
        exact = np.sqrt(np.sum(wide * wide))
        values = set()
        for count in (1, 2, 5):
            with nd.threads(count):
                mine = nd.from_numpy(x)
                values.add(numpys(nd.linalg("norm", mine, nd.order_of(None), nd.axes_of(None), False)).tobytes())
                pending = nd.elementwise("negative", mine)
                values.add(numpys(nd.linalg("norm", pending, nd.order_of(None), nd.axes_of(None), False)).tobytes())
        assert len(values) == 1
        value = np.frombuffer(values.pop(), x.real.dtype)[0]
        assert abs(value - exact) <= np.spacing(value)
    large = np.full(100, 1e30, "float32")
    assert numpys(nd.linalg("norm", nd.from_numpy(large), nd.order_of(None), nd.axes_of(None), False)) == np.inf
