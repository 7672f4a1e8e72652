"""Sums over indices, and the products that matmul makes of other shapes, equal NumPy's."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import assert_equal, assert_form
from strategies import NUMPY_DTYPES, lay_out, layouts, random_values, seeds

PRODUCTS = st.sampled_from(["float64", "complex128", "float32", "int64", "int8", "bool", "uint16"])


def assert_sums(ours, theirs, terms=100):
    """Exact for integers; else within the rounding of that many terms."""
    theirs = np.asarray(theirs)
    if theirs.dtype.kind in "biu":
        assert_equal(ours, theirs)
        return
    assert_form(ours, theirs)
    close = terms * np.finfo(theirs.dtype).eps
    np.testing.assert_allclose(ours, theirs, close, close * max(np.abs(theirs).max(initial=0), 1))


def compare(name, theirs, arrays, *more, ours=None):
    """Both give the same or both refuse."""
    mine = [nd.from_numpy(a) for a in arrays]
    try:
        expected = theirs(*arrays)
    except (ValueError, TypeError, np.linalg.LinAlgError, IndexError):
        with pytest.raises(nd.Failure):
            nd.linalg(name, *(ours or mine), *more)
        return
    assert_sums(nd.to_numpy(nd.linalg(name, *(ours or mine), *more)), expected)


class Subscripts:
    """Random subscripts with arrays that fit, mostly."""

    def __init__(self, seed, dtypes=NUMPY_DTYPES):
        rng = random.Random(seed)
        values = np.random.default_rng(seed)
        letters = rng.sample("abcXYijk", rng.randint(1, 5))
        lengths = {letter: rng.choice([1, 2, 3, 4, 5]) for letter in letters}
        dots = [rng.choice([1, 2, 3]) for _ in range(rng.choice([0, 0, 1, 2]))]
        terms, self.arrays = [], []
        dtype = rng.choice(dtypes)
        for _ in range(rng.randint(1, 4)):
            term = rng.choices(letters, k=rng.randint(0, 3))
            shape = [lengths[letter] for letter in term]
            if dots:
                own = dots[rng.randint(0, len(dots)) :]
                at = rng.randint(0, len(term))
                shape[at:at] = [n if rng.random() < 0.8 else 1 for n in own]
                term.insert(at, "...")
            if shape and rng.random() < 0.03:
                shape[0] += 1
            terms.append("".join(term))
            name = dtype if rng.random() < 0.9 else rng.choice(dtypes)
            array = random_values(values, name, tuple(shape), "small")
            layout = rng.choice(["C", "F", "mixed", "reversed", "broadcast"])
            self.arrays.append(lay_out(array, values, layout))
        self.text = ",".join(terms)
        used = sorted({c for c in self.text if c.isalpha()})
        if rng.random() < 0.7:
            output = rng.sample(used, rng.randint(0, min(3, len(used))))
            if dots:
                output.insert(rng.randint(0, len(output)), "...")
            self.text += " -> " + "".join(output) if rng.random() < 0.1 else "->" + "".join(output)


@given(seeds)
def test_einsum_equals_numpy(seed):
    for i in range(4):
        case = Subscripts(
            seed * 4 + i, ["float64", "int64", "int8", "complex128", "bool", "float32"]
        )
        mine = [nd.from_numpy(a) for a in case.arrays]
        note = f"{case.text} of {[(a.shape, a.dtype.name) for a in case.arrays]}"
        try:
            expected = np.einsum(case.text, *case.arrays)
        except (ValueError, IndexError) as error:
            with pytest.raises(nd.Failure):
                nd.linalg("einsum", case.text, mine)
                raise AssertionError(f"{note}: NumPy refuses: {error}")
            continue
        try:
            assert_sums(nd.to_numpy(nd.linalg("einsum", case.text, mine)), expected, 1000)
        except (AssertionError, nd.Failure) as difference:
            raise AssertionError(f"{note}: {difference}") from None


def test_a_diagonal_is_a_view():
    a = np.arange(9.0).reshape(3, 3)
    diagonal = nd.linalg("einsum", "ii->i", [nd.from_numpy(a)])
    assert diagonal.data == a.ctypes.data and diagonal.strides == (32,)


@pytest.mark.parametrize(
    "text, shapes, place, reason",
    [
        ("ij,jk->iz", [(2, 3), (3, 4)], 8, "no operand has"),
        ("ij,jk->ii", [(2, 3), (3, 4)], 8, "twice"),
        ("i$,jk", [(2, 3), (3, 4)], 1, "only letters"),
        ("ij", [(2, 3), (3, 4)], 2, "1 of 2 operands"),
        ("ij,jk,kl", [(2, 3), (3, 4)], 5, "more subscripts than operands"),
        ("ijk,jk", [(2, 3), (3, 4)], 0, "operand 0 has 2 axes, not 3"),
        ("..i,jk", [(2, 3), (3, 4)], 0, "three dots"),
        ("...i...,jk", [(2, 3), (3, 4)], 4, "second"),
        ("...i,jk->ijk", [(2, 3), (3, 4)], 9, "lacks"),
        ("ij-jk", [(2, 3)], 2, "'->'"),
        ("ij->i,j", [(2, 3)], 5, "nothing follows"),
    ],
)
def test_errors_show_the_place(text, shapes, place, reason):
    with pytest.raises(nd.Failure) as caught:
        nd.linalg("einsum", text, [nd.from_numpy(np.ones(shape)) for shape in shapes])
    lines = caught.value.message.split("\n")
    assert caught.value.code == "ARGUMENT" and reason in lines[0] and lines[1] == "  " + text
    assert lines[2] == "  " + " " * place + "^"


@given(PRODUCTS, layouts, seeds)
def test_products_of_all_kinds_equal_numpy(dtype, layout, seed):
    rng = np.random.default_rng(seed)

    def f(*shape):
        return lay_out(random_values(rng, dtype, shape, "small"), rng, layout)

    m, n, k = (int(x) for x in rng.choice([1, 2, 3, 5, 8, 0, 17], 3))
    compare("outer", np.outer, [f(m, 2), f(n)])
    compare("inner", np.inner, [f(m, k), f(n, 2, k)])
    compare("inner", np.inner, [f(m, k), f()])
    compare("inner", np.inner, [f(3, 2), f(2, 3)])
    compare("vdot", np.vdot, [f(m, n), f(n, m)])
    compare("vecdot", np.vecdot, [f(2, 1, k), f(3, k)])
    compare("matvec", np.matvec, [f(2, m, k), f(k)])
    compare("vecmat", np.vecmat, [f(3, 1, k), f(2, k, n)])
    compare("matvec", np.matvec, [f(m, 3), f(2)])
    compare("kron", np.kron, [f(m, 2), f(3, n)])
    compare("kron", np.kron, [f(2, m, 2), f(3)])
    compare("trace", lambda a: np.linalg.trace(a, offset=1), [f(2, m, n)], 1)
    if dtype != "bool":
        cross = lambda a, b: np.linalg.cross(a, b, axis=0)
        compare("cross", cross, [f(3, 4), f(3, 1)], nd.c_int(0))
        compare("cross", np.linalg.cross, [f(3), f(m, 3)], nd.c_int(-1))
        compare("cross", np.linalg.cross, [f(2), f(2)], nd.c_int(-1))


@given(PRODUCTS, seeds)
def test_tensordot_equals_numpy(dtype, seed):
    rng = np.random.default_rng(seed)
    rank_a, rank_b = rng.integers(1, 5, 2)
    a, b = (rng.choice([1, 2, 3, 4], rank) for rank in (rank_a, rank_b))
    count = int(rng.integers(0, min(rank_a, rank_b) + 1))
    axes = [[int(i) for i in rng.permutation(rank)[:count]] for rank in (rank_a, rank_b)]
    for i, j in zip(*axes):
        b[j] = a[i]
    a, b = (lay_out(random_values(rng, dtype, tuple(s), "small"), rng, "mixed") for s in (a, b))
    ours = nd.linalg("tensordot", nd.from_numpy(a), nd.from_numpy(b), *map(nd.axes_of, axes))
    # bool: NumPy's dot
    assert_sums(nd.to_numpy(ours), np.tensordot(a, b, axes), 1000)


@given(PRODUCTS, st.integers(2, 6), seeds)
def test_chains_equal_numpy(dtype, count, seed):
    rng = np.random.default_rng(seed)
    lengths = [int(n) for n in rng.choice([1, 2, 3, 5, 9], count + 1)]
    chain = [random_values(rng, dtype, (lengths[i], lengths[i + 1]), "unit") for i in range(count)]
    if rng.random() < 0.3:
        chain[0] = chain[0][0]
    if rng.random() < 0.3:
        chain[-1] = chain[-1][:, 0]
    ours = nd.linalg("multi_dot", [nd.from_numpy(a) for a in chain])
    assert_sums(nd.to_numpy(ours), np.linalg.multi_dot(chain), 1000)


@pytest.mark.parametrize("dtype", ["float64", "int64", "complex64", "bool", "uint8"])
def test_matrix_powers_equal_numpy(dtype):
    rng = np.random.default_rng(5)
    a = random_values(rng, dtype, (2, 4, 4), "unit" if dtype[0] in "fc" else "small")
    for exponent in [0, 1, 2, 3, 5, 8, 13] + ([-1, -3] if dtype[0] in "fc" else []):
        ours = nd.to_numpy(nd.linalg("matrix_power", nd.from_numpy(a), exponent))
        theirs = np.linalg.matrix_power(a, exponent)
        assert_sums(ours, theirs, 1e5)
    with pytest.raises(nd.Failure, match="LINALG: matrix_power"):
        nd.linalg("matrix_power", nd.from_numpy(np.ones((2, 3))), 2)
