"""Sums along a short axis of what is computed for them, as in distances of points: pending they are steps over the results,
with the bits of the reduction that NumPy's terms give, added in its order.
"""

import nd
import numpy as np
import pytest

EVERY = slice(None)
DTYPES = ("float64", "float32", "complex128", "int32", "uint8")


def op(name, *arguments):
    return nd.elementwise(name, *arguments)


def numbers(random, dtype, *shape):
    values = (random.random(shape) * 20 - 10).round(3)
    values[random.random(shape) < 0.1] = -0.0
    return np.abs(values).astype(dtype) if dtype == "uint8" else values.astype(dtype)


def points(seed, dtype, count, space, axis):
    """NumPy's and our points, with the coordinates along the last axis or the first."""
    x = numbers(np.random.default_rng(seed), dtype, count, space)
    x = x if axis == 2 else np.ascontiguousarray(x.T)
    return x, nd.from_data(x)


def pair(axis):
    """Indices that give the points along one axis each."""
    return ((EVERY, None, EVERY), (None, EVERY, EVERY)) if axis == 2 else ((EVERY, EVERY, None), (EVERY, None, EVERY))


def in_order(terms, axis, columns):
    """The sum as kernels/kernel.h has it: wide leaves from the left, others in lanes that meet as a tree; and 0.0."""
    wide = {"f": np.float64, "c": np.complex128, "i": np.int64, "u": np.uint64}[terms.dtype.kind]
    left = [np.take(terms, i, axis).astype(wide) for i in range(terms.shape[axis])]
    if columns > 64:
        while len(left) > 1:
            left[0] = left[0] + left.pop(1)
    for half in (4, 2, 1):
        for i in range(half):
            if len(left) > i + half:
                left[i] = left[i] + left[i + half]
        left = left[:half]
    return (left[0] + wide(0)).astype(terms.dtype if terms.dtype.kind in "fc" else wide)


@pytest.mark.parametrize("axis", [0, 2])
@pytest.mark.parametrize("count", [5, 8, 40, 130])
@pytest.mark.parametrize("space", range(1, 10))
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("keepdims", [False, True])
def test_sums_of_squares_of_differences(dtype, space, count, axis, keepdims):
    x, ours = points(space + count, dtype, count, space, axis)
    one, other = pair(axis)
    results = []
    for lazy in (1, 0):
        with nd.lazy(lazy):
            terms = op("square", op("subtract", nd.slice_terms(ours, one), nd.slice_terms(ours, other)))
            assert nd.is_pending(terms) == bool(lazy)
            total = nd.reduce("sum", terms, axis, keepdims)
            results.append(nd.to_numpy(total))
            if lazy:  # what is asked for afterwards is there
                np.testing.assert_array_equal(nd.to_numpy(terms), (x[one] - x[other]) ** 2)
    assert results[0].tobytes() == results[1].tobytes()
    terms = (x[one] - x[other]) ** 2
    np.testing.assert_allclose(results[0], terms.sum(axis=axis, keepdims=keepdims), rtol=1e-5 if dtype == "float32" else 1e-14)
    if axis == 2 and space <= 8 and count >= 8:  # which of the axes is nearer in memory decides the order
        expected = in_order(terms, axis, count * count)
        assert results[0].tobytes() == expected.reshape(results[0].shape).tobytes()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("count", [40, 130, 700, 1451, 1480])  # from 1450 on results go past a cache of 32 MB
def test_distances(dtype, count):
    x, ours = points(count, dtype, count, 3, 2)
    one, other = pair(2)
    with nd.lazy(1):
        a, b = nd.slice_terms(ours, one), nd.slice_terms(ours, other)
        distance = op("sqrt", nd.reduce("sum", op("square", op("subtract", a, b)), 2))
        result = nd.to_numpy(distance)
    expected = np.sqrt(in_order((x[one] - x[other]) ** 2, 2, count * count))
    assert result.tobytes() == expected.tobytes()


def test_minus_zeros_and_what_is_not_finite():
    x = np.array([[-0.0, -0.0, -0.0], [np.inf, 1, 2], [np.nan, 1, np.inf], [-np.inf, np.inf, 0], [0.0, -0.0, 5]])
    y = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]] + [[1e308, -1e308, 1e308]] * 20)
    with nd.lazy(1), np.errstate(all="ignore"):
        a, b = nd.slice_terms(nd.from_data(x), pair(2)[0]), nd.slice_terms(nd.from_data(y), pair(2)[1])
        ours = nd.to_numpy(nd.reduce("sum", op("multiply", a, b), 2))
        theirs = in_order(x[:, None] * y, 2, len(x) * len(y))
    np.testing.assert_array_equal(ours, theirs)
    known = ~np.isnan(theirs)
    np.testing.assert_array_equal(np.signbit(ours[known]), np.signbit(theirs[known]))


def test_the_sum_is_used_again_and_seen_through_views():
    x, ours = points(1, "float64", 130, 3, 2)
    one, other = pair(2)
    terms = (x[one] - x[other]) ** 2
    squared = in_order(terms, 2, 130 * 130)
    with nd.lazy(1):
        total = nd.reduce("sum", op("square", op("subtract", nd.slice_terms(ours, one), nd.slice_terms(ours, other))), 2)
        part = nd.slice_terms(total, (slice(3, 9), slice(None, None, 2)))
        nearest = nd.reduce("min", total, 1)
        again = op("divide", op("sqrt", total), op("add", total, 1.0))
        np.testing.assert_array_equal(nd.to_numpy(nearest), squared.min(axis=1))
        np.testing.assert_array_equal(nd.to_numpy(again), np.sqrt(squared) / (squared + 1))
        np.testing.assert_array_equal(nd.to_numpy(part), squared[3:9, ::2])
        np.testing.assert_array_equal(nd.to_numpy(total), squared)


def test_parts_that_are_smaller_are_computed_once_and_the_points_may_change():
    x, ours = points(2, "float64", 200, 2, 2)
    one, other = pair(2)
    with nd.lazy(1):
        scaled = op("exp", op("multiply", ours, 0.125))
        far = op("absolute", op("subtract", nd.slice_terms(scaled, one), nd.slice_terms(ours, other)))
        total = nd.reduce("sum", op("add", op("multiply", far, far), far), 2)
        expected_scaled = nd.to_numpy(op("exp", op("multiply", nd.from_data(x), 0.125)))
        nd.assign(ours, nd.from_data(np.zeros_like(x)))
        result = nd.to_numpy(total)
    np.testing.assert_allclose(expected_scaled, np.exp(x * 0.125), rtol=1e-15)
    terms = np.abs(expected_scaled[one] - x[other])
    assert result.tobytes() == in_order(terms * terms + terms, 2, 200 * 200).tobytes()
    assert not nd.to_numpy(ours).any()


def test_a_small_column_is_read_in_runs():
    """A strided row that is broadcast into a larger result, in both orders of memory."""
    random = np.random.default_rng(3)
    table, large = random.random((300, 7)), random.random((300, 300))
    with nd.lazy(1):
        for order in "CF":
            big = np.array(large, order=order)
            ours, column = nd.from_data(big), nd.slice_terms(nd.from_data(table), (EVERY, 2))
            back = nd.slice_terms(nd.from_data(table), (slice(None, None, -1), 2))
            result = nd.to_numpy(op("multiply", op("subtract", ours, column), op("add", back, 1.0)))
            np.testing.assert_array_equal(result, (big - table[:, 2]) * (table[::-1, 2] + 1))
