"""Rows that lie apart in memory: several are one block of a program, reached row by row or packed and unpacked.

Light steps round once, so that NumPy's results are equal to the last bit; functions are near.
"""

import nd
import numpy as np
import pytest

WIDTHS = (1, 3, 31, 32, 33, 63, 64, 96, 100, 127, 128, 129, 160, 255, 256, 257, 300)
NEAR = {"float64": 1e-14, "float32": 4e-6}


@pytest.fixture(autouse=True)
def everything_pending():
    with nd.lazy(1):
        yield


def op(name, *arguments):
    return nd.elementwise(name, *arguments)


def same(pending, expected):
    result = nd.to_numpy(pending)
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)


def seen(base, *index):
    """The same view of `base` and of a copy in the library's memory: what is borrowed is never pending."""
    return base[index], nd.get(nd.from_data(base), index)


def parts(width, dtype, first=3, rows=150):
    """NumPy's and our views: columns of two matrices that have more of them, a row and a column to be broadcast."""
    random = np.random.default_rng(width)

    def numbers(*shape):
        return (random.random(shape) + 0.5).astype(dtype)

    every = slice(None)
    views = (seen(numbers(rows, width + 29), every, slice(first, first + width)),
             seen(numbers(rows, width + 64), every, slice(64, None)), seen(numbers(width)), seen(numbers(rows, 1)))
    return [view[0] for view in views], [view[1] for view in views]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("width", WIDTHS)
def test_chains_of_light_steps_equal_numpy(width, dtype):
    (x, y, row, column), (a, b, r, c) = parts(width, dtype)
    same(op("divide", op("subtract", a, r), b), (x - row) / y)
    same(op("multiply", op("subtract", a, c), op("add", r, b)), (x - column) * (row + y))
    same(op("add", op("square", op("subtract", c, r)), a), (column - row) ** 2 + x)
    same(op("multiply", a, b), x * y)
    same(op("divide", op("multiply", c, 2.0), a), (column * 2) / x)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("first", [0, 3, 8])
def test_results_go_into_rows_that_lie_apart(width, dtype, first):
    (x, y, row, column), (a, b, r, c) = parts(width, dtype)
    room = np.full((x.shape[0], width + 24), 7, dtype)
    whole = nd.from_data(room)
    target = nd.get(whole, (slice(None), slice(first, first + width)))
    nd.elementwise("divide", op("subtract", op("multiply", a, b), r), c, out=target)
    room[:, first : first + width] = (x * y - row) / column
    same(whole, room)


@pytest.mark.parametrize("width", WIDTHS)
def test_in_place_on_rows_that_lie_apart(width):
    (x, y, row, column), (a, b, r, c) = parts(width, "float64")
    nd.elementwise("add", op("multiply", op("subtract", a, r), b), c, out=a)
    same(a, (x - row) * y + column)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("width", WIDTHS)
def test_functions_between_light_steps(width, dtype):
    (x, y, row, column), (a, b, r, c) = parts(width, dtype)
    result = nd.to_numpy(op("divide", op("exp", op("subtract", a, r)), op("add", c, op("square", op("log", b)))))
    np.testing.assert_allclose(result, np.exp(x - row) / (column + np.log(y) ** 2), rtol=NEAR[dtype])
    result = nd.to_numpy(op("multiply", op("add", op("sin", a), op("cos", a)), r))
    np.testing.assert_allclose(result, (np.sin(x) + np.cos(x)) * row, rtol=NEAR[dtype])


@pytest.mark.parametrize("width", WIDTHS)
def test_other_dtypes_on_the_way(width):
    (x, y, row, _), (a, b, r, _) = parts(width, "float64")
    ints, i = (x * 100).astype("int32"), nd.cast(op("multiply", a, 100.0), "int32")
    same(op("add", op("multiply", i, b), r), ints * y + row)
    same(op("where", op("greater", b, r), i, op("negative", i)), np.where(y > row, ints, -ints))


@pytest.mark.parametrize("width", WIDTHS)
def test_three_axes_and_reversed_rows(width):
    random = np.random.default_rng(width)
    cube = random.random((7, 20, width + 5))
    x, a = seen(cube, slice(None), slice(None, None, 2), slice(2, 2 + width))
    y, b = seen(cube, slice(None, None, -1), slice(1, None, 2), slice(3, 3 + width))
    same(op("subtract", op("multiply", a, 3.0), b), x * 3.0 - y)
    same(op("subtract", op("multiply", a, 3.0), op("square", b)), x * 3.0 - y**2)


@pytest.mark.parametrize("width", WIDTHS)
def test_reductions_of_such_programs(width):
    (x, y, row, column), (a, b, r, c) = parts(width, "float64")
    for axis in (None, 0, 1):
        result = nd.to_numpy(nd.reduce("sum", op("multiply", op("subtract", a, r), op("add", b, c)), axis))
        np.testing.assert_allclose(result, ((x - row) * (y + column)).sum(axis), rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("shape", [(5000, 64), (700, 200), (300, 5000)])
def test_standardised_columns(shape):
    x = np.random.default_rng(1).random(shape)
    a = nd.from_data(x)
    mean, deviation = nd.reduce("mean", a, 0), nd.reduce("std", a, 0)
    result = nd.to_numpy(op("divide", op("subtract", a, mean), deviation))
    np.testing.assert_allclose(result, (x - x.mean(0)) / x.std(0), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(result, (x - nd.to_numpy(nd.reduce("mean", a, 0))) / nd.to_numpy(nd.reduce("std", a, 0)))


def spread(random, shape):
    """An operand of that shape, some of its axes one long, with gaps, backwards or in another order."""
    lengths = [1 if random.random() < 0.35 else length for length in shape]
    steps = [random.choice([1, 1, 1, 2, -1]) for _ in lengths]
    order = random.permutation(len(shape)) if random.random() < 0.3 else np.arange(len(shape))
    base = random.random([lengths[axis] * abs(steps[axis]) for axis in order]) + 0.5
    back = [int(axis) for axis in np.argsort(order)]
    mine = nd.call("permute", nd.from_data(base), nd.axes_of(back))
    index = tuple(slice(None, None, step) for step in steps)
    return base.transpose(back)[index], nd.get(mine, index)


@pytest.mark.parametrize("seed", range(120))
def test_several_short_axes_are_one_block(seed):
    random = np.random.default_rng(seed)
    shape = [int(random.choice([2, 3, 4, 5, 8, 17])) for _ in range(random.integers(2, 5))]
    shape.insert(0, int(random.choice([1, 7, 150, 3000])))
    if np.prod(shape) > 300_000:
        shape[0] = 7
    (x, a), (y, b), (z, c) = (spread(random, shape) for _ in range(3))
    whole = np.zeros(shape)
    same(op("add", op("square", op("subtract", a, b)), op("multiply", c, nd.from_data(whole))),
         (x - y) ** 2 + z * whole)
    same(op("multiply", op("subtract", a, b), op("add", c, 2.0)), (x - y) * (z + 2.0))
    flags = np.where(x > y, z, x * 2)
    same(op("where", op("greater", a, b), c, op("multiply", a, 2.0)), flags)
    axis = int(random.integers(len(flags.shape)))
    for axes in (None, axis):
        total = nd.to_numpy(nd.reduce("sum", op("square", op("subtract", op("multiply", a, c), b)), axes))
        np.testing.assert_allclose(total, ((x * z - y) ** 2).sum(axes), rtol=1e-11, atol=1e-12)
    room = np.full([length + 1 for length in shape], 7.0)
    target = nd.get(nd.from_data(room), tuple(slice(1, None) for _ in shape))
    nd.elementwise("subtract", op("multiply", op("add", a, b), c), 1.0, out=target)
    room[tuple(slice(1, None) for _ in shape)] = (x + y) * z - 1.0
    same(target, room[tuple(slice(1, None) for _ in shape)])
