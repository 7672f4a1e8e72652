"""Every element-by-element operation equals NumPy's: all dtype pairs, shapes, layouts and special
values.
"""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import nd
from compare import agree
from lacking import BY_MPMATH, of_numpy
from oracle import assert_as_numpy
from strategies import NUMPY_DTYPES, arguments, random_values, specials

operation = pytest.mark.parametrize("op", nd.ELEMENTWISE, ids=str)


def compare(op, arrays):
    mine = [nd.from_numpy(x) for x in arrays]
    results = agree(
        lambda: nd.to_numpy(nd.elementwise(op.name, *mine)), lambda: of_numpy(op.name)(*arrays)
    )
    if results:
        assert_as_numpy(op, *results, arrays)


@operation
def test_every_dtype_combination_on_special_values_equals_numpy(op):
    rng = np.random.default_rng(1)
    failures = []
    some = {name: rng.permutation(specials(name))[:40] for name in NUMPY_DTYPES}
    combinations = list(itertools.product(NUMPY_DTYPES, repeat=min(op.arguments, 2)))
    if op.arguments == 3:
        combinations = [(x, y, rng.choice(NUMPY_DTYPES)) for x, y in combinations]
    for names in combinations:
        arrays = [
            some[name].reshape((-1,) + (1,) * axis) for axis, name in enumerate(reversed(names))
        ][::-1]
        try:
            compare(op, arrays)
        except AssertionError as error:
            failures.append(f"{names}: {error}")
    assert not failures, f"{len(failures)} combinations:\n" + "\n".join(failures[:12])


@operation
@given(data=st.data())
def test_any_shape_and_layout_equals_numpy(op, data):
    drawn = data.draw(arguments(op.arguments))
    assume(op.name not in BY_MPMATH or max(np.size(x) for x in drawn) < 500)
    compare(op, drawn)


def steps(array):
    """Strides of the axes along which there is more than one element."""
    return [stride for stride, length in zip(array.strides, array.shape) if length > 1]


@given(arrays=st.integers(2, 3).flatmap(lambda n: arguments(n, st.just("float64"))))
def test_results_lie_in_memory_as_numpys_do(arrays):
    name = "add" if len(arrays) == 2 else "clip"
    ours = nd.to_numpy(nd.elementwise(name, *(nd.from_numpy(x) for x in arrays)))
    theirs = of_numpy(name)(*arrays)
    if theirs.size:
        assert steps(ours) == steps(theirs), [(x.shape, x.strides) for x in arrays]


@operation
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_many_values_over_the_whole_range_are_within_the_ulp_bound(op, dtype):
    rng = np.random.default_rng(2)
    for kind in ("wide", "small", "unit"):
        size = 1009 if op.name in BY_MPMATH else 20011
        compare(op, [random_values(rng, dtype, (size,), kind) for _ in range(op.arguments)])


@pytest.mark.parametrize("shape", [(300, 3), (5003, 2), (257, 12), (3, 700, 5), (2, 3, 256, 4), (40, 24), (513, 25)])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int16", "complex128", "uint8"])
def test_many_rows_of_a_few_columns_equal_numpy(shape, dtype):
    rng = np.random.default_rng(sum(shape))
    wide = random_values(rng, dtype, shape[:-1] + (shape[-1] + 2,), "small")
    x = wide[..., 1:-1]
    others = [random_values(rng, dtype, other, "small") for other in (shape, shape[-1:], shape[:-1] + (1,))]
    for y in (*others, wide[..., 2:], wide[::-1, ..., 2:], others[0].astype("float32")):
        for name in ("add", "less", "maximum", "not_equal"):
            compare(nd.OPS[name], [x, y])
    room = np.zeros(shape[:-1] + (shape[-1] + 1,), dtype)
    target = nd.get(nd.from_data(room), (..., slice(1, None)))
    copy = nd.to_numpy(nd.call("copy", nd.from_numpy(x)))
    assert copy.tobytes() == np.ascontiguousarray(x).tobytes()
    for y in others[1:]:
        nd.set(target, (...,), nd.from_numpy(y))
        np.testing.assert_array_equal(nd.to_numpy(target), np.broadcast_to(y, shape))
