"""Functions of numpy.lib with the arguments that programs give them, compared with NumPy."""

import ndstream as nd
import numpy as np
import pytest
from ndstream.lib.stride_tricks import as_strided, sliding_window_view


def equal(ours, theirs):
    if isinstance(theirs, tuple):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            equal(a, b)
        return
    assert nd.asarray(ours).dtype == np.asarray(theirs).dtype
    np.testing.assert_array_equal(np.asarray(ours), theirs)


def each(call):
    equal(call(nd), call(np))


@pytest.mark.parametrize("name", ["concatenate", "vstack", "hstack", "stack", "dstack", "column_stack"])
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4)])
def test_joins_take_an_array_as_the_sequence_of_its_rows(name, shape):
    each(lambda m: getattr(m, name)(m.arange(np.prod(shape)).reshape(shape)))


def test_ravel_multi_index_takes_an_array_of_indices():
    each(lambda m: m.ravel_multi_index(m.array([[3, 6, 6], [4, 5, 1]]), (7, 6)))


# ---- as_strided ----------------------------------------------------------------------------------

LAYOUTS = [
    ((6,), ((4, 3), (8, 8))), ((4, 5), ((5, 4), (8, 40))), ((4, 5), ((2, 2, 3, 3), (40, 8, 40, 8))),
    ((7,), ((7, 2), (0, 8))), ((5,), ((), ())), ((5,), ((3, 0), (8, 8))), ((3000,), ((2998, 3), (8, 8))),
]  # fmt: skip


@pytest.mark.parametrize("shape, view", LAYOUTS)
def test_as_strided_is_numpys(shape, view):
    each(lambda m: m.lib.stride_tricks.as_strided(m.arange(np.prod(shape), dtype=float).reshape(shape), *view))


def test_as_strided_reaches_over_a_view_but_not_out_of_the_memory():
    x = nd.arange(100.0)
    equal(as_strided(x[10:20], (5,), (80,)), np.arange(100.0)[10:60:10])
    equal(as_strided(x[99:], (100,), (-8,)), np.arange(100.0)[::-1])
    equal(as_strided(nd.arange(40000.0) + 1, (39999, 2), (8, 8))[-1], np.array([39999.0, 40000.0]))  # pending
    for source, shape, strides in [
        (x, (101,), (800,)), (x, (2,), (-8,)), (x[10:], (12,), (-8,)), (x, (2, 3), (8, 2**62)), (x, (3,), (2**63 - 8,)),
        (nd.arange(3.0), (8,), (8,)), (np.arange(5.0), (6,), (8,)),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="reaches beyond"):
            as_strided(source, shape, strides)
    with pytest.raises(ValueError, match="unaligned"):
        as_strided(x, (3,), (3,))
    with pytest.raises(ValueError, match="mismatch"):
        as_strided(x, (3,), (8, 8))


def test_as_strided_writes_through_unless_told_not_to():
    x = nd.zeros(6)
    as_strided(x, (3,), (16,))[:] = 1
    assert x.tolist() == [1, 0, 1, 0, 1, 0]
    view = as_strided(x, (3,), (16,), writeable=False)
    with pytest.raises(ValueError):
        view[0] = 2
    assert x.flags.writeable
    sliding_window_view(x, 3, writeable=True)[1] = 7
    assert x.tolist() == [1, 7, 7, 7, 1, 0]
    assert not sliding_window_view(x, 3).flags.writeable


# ---- One by one ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hanning", "hamming", "blackman", "bartlett"])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64", "float32"])
def test_windows_take_lengths_of_any_dtype(name, dtype):
    np.testing.assert_allclose(getattr(nd, name)(nd.dtype(dtype).type(10)), getattr(np, name)(10), atol=1e-15)
    np.testing.assert_allclose(nd.kaiser(nd.dtype(dtype).type(10), 3), np.kaiser(10, 3), rtol=1e-14)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64", "uint64"])
def test_gradient_at_integer_places_does_not_wrap(dtype):
    for places in ([3, 2, 1, 0], [-128, 127, 126, 125] if dtype == "int8" else [0, 1, 5, 9]):
        each(lambda m: m.gradient(m.array([0.0, 1.0, 3.0, 8.0]), m.array(places, dtype=dtype)))
    with pytest.raises(TypeError):
        nd.gradient(nd.ones((3, 3)), nd.arange(3.0))


def test_interp_of_complex_values_and_its_refusals():
    x = [-1.0, 0.5, 1.5, 9.0]
    each(lambda m: m.interp(x, m.array([0.0, 1.0, 2.0]), m.array([1 + 2j, 3 - 1j, 0.5j])))
    each(lambda m: m.interp(x, [0.0, 1.0, 2.0], m.array([1 + 2j, 3 - 1j, 0.5j]), left=1j, right=5))
    each(lambda m: m.interp(x, [0.0, 1.0, 2.0], m.array([1 + 2j, 3 - 1j, 0.5j]), period=3))
    each(lambda m: m.interp(0.25, [0.0, 1.0], m.array([1j, 2])))
    with pytest.raises(ValueError):
        nd.interp(0, [0], [1, 2], period=360)


def test_sets_that_are_known_to_be_unique_keep_their_order():
    each(lambda m: m.setdiff1d(m.array([3, 2, 1]), m.array([7, 5, 2]), assume_unique=True))
    each(lambda m: m.setdiff1d(m.array([[9.0, 2], [4, 1]]), m.array([4.0]), True))
    with pytest.raises(ValueError):
        nd.isin([1], [2], kind="quicksort")
    each(lambda m: m.isin(m.array([1, 2, 3]), [2], kind="table"))


def test_eye_in_fortran_order():
    for arguments in ((3,), (3, 5, 1), (4, 2, -1)):
        a, b = nd.eye(*arguments, order="F"), np.eye(*arguments, order="F")
        equal(a, b)
        assert (a.flags.c_contiguous, a.flags.f_contiguous) == (b.flags.c_contiguous, b.flags.f_contiguous)


def test_histogramdd_of_a_list_is_one_variable():
    x, edges = [0.2, 0.7, 0.9999], [[0.0, 0.5, 1.0]]
    equal(nd.histogramdd(x, bins=edges)[0], np.histogramdd(x, bins=edges)[0])


def test_vectorize_checks_what_it_is_given():
    with pytest.raises(TypeError):
        nd.vectorize(pyfunc=3)
    same = nd.vectorize(lambda x: x, signature="(n)->(n)", otypes="i")
    assert same(nd.zeros((0, 5), int)).shape == (0, 5)
    with pytest.raises(ValueError):
        nd.vectorize(lambda x: x[:-1], signature="(n)->(n)")([1, 2, 3])

    @nd.vectorize(signature="(n)->(n)", otypes=["float64"])
    def function(x):
        return x

    assert function.__name__ == "function" and function([1, 2]).dtype == nd.float64


def test_polynomials_print_as_numpys():
    for coefficients in ([1.9 + 2j, -3j, -5.123, 2 + 1j], [1.5, -2, 0, 3], [0], [1, 0], [2j, 1 + 1j], [-1j, 1 - 1j]):
        assert str(nd.poly1d(coefficients)) == str(np.poly1d(coefficients))


def test_axes_that_are_not_there():
    for words in ({"prepend": 0}, {"append": 0}):
        with pytest.raises(nd.exceptions.AxisError):
            nd.diff(nd.arange(4), axis=3, **words)
    for name in ("tril_indices_from", "triu_indices_from"):
        with pytest.raises(ValueError):
            getattr(nd, name)(nd.ones(2))


def test_shapes_may_be_arrays():
    for make in (lambda m: m.zeros(m.array([2, 3])), lambda m: m.arange(6).reshape(m.array([3, 2])), lambda m: m.ones(m.array(4))):
        each(make)
    assert nd.zeros(np.array([2, 3])).shape == (2, 3)
    assert nd.random.random_sample(nd.array([2, 2])).shape == (2, 2)


def test_bytes_of_a_matrix_are_hashed():
    import hashlib

    for shape in ((6,), (2, 3), (1, 2, 3)):
        each(lambda m: m.frombuffer(hashlib.sha256(m.arange(6).reshape(shape)).digest(), dtype="uint8"))
