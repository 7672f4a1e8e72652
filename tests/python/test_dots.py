"""Dot products of vectors: long, strided, complex and of two dtypes, against NumPy and, for their error, exact sums."""

import itertools
import math

import ndstream as np
import numpy
import pytest

LENGTHS = [0, 1, 2, 16, 1000, 1023, 1024, 1025, 4096, 5001, 70001]
PRODUCTS = ["vdot", "dot", "vecdot", "matmul", "inner"]
DTYPES = ["float32", "float64", "complex64", "complex128", "int32", "int64"]
STRIDES = [slice(None), slice(None, None, 2), slice(None, None, -1), slice(1, None, 3)]


def vector(length, dtype, seed):
    rng = numpy.random.default_rng(seed)
    x = rng.standard_normal(length) * 5
    if dtype.startswith("complex"):
        x = x + 1j * rng.standard_normal(length)
    return x.astype(dtype)


@pytest.mark.parametrize("other", ["float64", "complex64", "complex128"])
@pytest.mark.parametrize("one", DTYPES)
@pytest.mark.parametrize("name", PRODUCTS)
def test_products_of_vectors_equal_numpy(name, one, other):
    for length in LENGTHS:
        x, y = vector(length, one, length), vector(length, other, length + 1)
        for left, right in itertools.product(STRIDES[: 4 if length < 2000 else 2], repeat=2):
            a, b = x[left], y[right]
            size = min(len(a), len(b))
            a, b = a[:size], b[:size]
            ours = getattr(np, name)(np.array(x)[left][:size], np.array(y)[right][:size])
            theirs = getattr(numpy, name)(a, b)
            assert ours.dtype == theirs.dtype.name
            bound = float((numpy.abs(a).astype(float) * numpy.abs(b)).sum()) * numpy.finfo(theirs.dtype).eps
            assert abs(complex(ours) - complex(theirs)) <= 4 * math.sqrt(size + 1) * bound, (length, left, right)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_vdot_is_of_conjugates_of_the_first(dtype):
    for length in (1000, 3000):
        a, b = vector(length, dtype, 1), vector(length, dtype, 2)
        x, y = np.array(a), np.array(b)
        assert complex(np.vdot(x, x)).imag == 0
        exact = complex(
            math.fsum((a.conj().astype(complex) * b).real), math.fsum((a.conj().astype(complex) * b).imag)
        )
        assert complex(np.vdot(x, y)) == pytest.approx(exact, rel=64 * float(numpy.finfo(dtype).eps))
        assert complex(np.vdot(np.array(a.reshape(10, -1)), y)) == complex(np.vdot(x, y))


def test_a_nan_or_infinity_reaches_the_sum():
    a = vector(5000, "complex128", 3)
    for place in (0, 1024, 4999):
        x = np.array(a)
        x[place] = complex(math.inf, 0)
        y = np.array(a)
        y[place] = 1
        assert np.vdot(x, y).real == math.inf
        x[place] = math.nan
        assert np.isnan(np.vdot(x, y))


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_bits_are_the_same_for_any_number_of_threads(dtype):
    x, y = np.array(vector(300001, dtype, 4)), np.array(vector(300001, dtype, 5))
    threads = np.get_num_threads()
    try:
        results = []
        for count in (1, 2, 3):
            np.set_num_threads(count)
            results.append([complex(f(a, b)) for f in (np.vdot, np.dot, np.vecdot) for a, b in ((x, y), (x[::2], y[::2]))])
        assert results[0] == results[1] == results[2]
    finally:
        np.set_num_threads(threads)
