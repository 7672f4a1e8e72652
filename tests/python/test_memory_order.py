"""How the elements of results lie in memory: as NumPy's, so that reshape() and ravel() give views where they do there."""

import numpy
import pytest

import ndstream

ARRAYS = [
    "np.arange(60.0).reshape(3, 4, 5)",
    "np.asfortranarray(np.arange(60.0).reshape(3, 4, 5))",
    "np.arange(60.0).reshape(3, 4, 5).transpose(2, 0, 1)",
    "np.arange(60.0).reshape(3, 4, 5).transpose(1, 0, 2)",
    "np.arange(60.0).reshape(3, 4, 5).swapaxes(0, 1)[:, ::-1]",
    "np.asfortranarray(np.arange(20.0).reshape(4, 5))",
    "np.asfortranarray(np.arange(20.0).reshape(4, 5))[::-1]",
    "np.broadcast_to(np.arange(5.0), (4, 5))",
    "np.broadcast_to(np.arange(4.0)[:, None], (4, 5))",
    "np.arange(20.0).reshape(1, 4, 5).T",
]
EXPRESSIONS = """
x.sum(0); x.sum(-1); x.sum(1, keepdims=True); x.mean(0); x.std(-1); x.max(1); x.any(0); np.count_nonzero(x, axis=0); np.ptp(x, 0)
np.median(x, 0); x.argmax(0); np.nansum(x, 1); np.sum(x, 0, where=x > 2); x[None].sum(0); x.T.sum(0); np.logical_xor.reduce(x, 0)
np.subtract.reduce(x, 0); np.add.reduceat(x, [0, 1], 1); x.cumsum(0); x.cumprod(1); np.subtract.accumulate(x, 0)
np.cumulative_sum(x, axis=0, include_initial=True); x[[0, 1]]; x[:, [0, 1]]; x[..., [0, -1]]; x[[[0, 1], [1, 0]]]; x[1:, [0, 1]]
x[[0, 1], [1, 0]]; x[:, [0, 1], None]; x[:, [True, False] + [True] * (x.shape[1] - 2)]; x[x > 3]; x.take([0, 1], 1)
np.compress([True, True], x, axis=1); np.sort(x); np.sort(x, 0); np.argsort(x, 0); np.partition(x, 1, 0); np.argpartition(x, 1, 0)
np.concatenate([x, x]); np.concatenate([x, x.copy()], 1); np.stack([x, x]); np.stack([x, x], 1); np.stack([x, x], -1); np.hstack([x, x])
np.roll(x, 1, 0); np.roll(x, 1); np.repeat(x, 2, 0); np.tile(x, 2); np.pad(x, 1); np.pad(x, 1, mode='edge'); np.delete(x, 0, 0)
np.delete(x, [0, 1], 1); np.delete(x, slice(0, 2), 1); np.insert(x, 1, 5, 1); np.select([x > 3], [x], 0); np.where(x > 3, x, 0)
np.choose((x > 3).astype(int), [x, x]); np.round(x, 1); np.gradient(x, axis=1) if x.shape[1] > 1 else 0; np.polyval([1, 2], x); x.imag
np.zeros_like(x, shape=x.shape[::-1]); np.full_like(x, 3); np.vectorize(lambda v: v + 1)(x); np.ravel(x); np.ravel(x, 'K'); x + x[:1]
x[:, :1] * x; np.add(x, x, order='C'); np.add(x, x, order='F'); np.diff(x, axis=0); np.average(x, 0); x.byteswap()
"""
INDICES = ["np.asfortranarray(np.arange(4).reshape(2, 2) % 2)", "np.array([[0, 1], [1, 0]]).T", "np.array([[0, 1], [1, 0]])"]


def steps(array):
    """The shape, and the strides of the axes along which there is a step."""
    if array.size == 0:
        return array.shape
    return array.shape, [stride for length, stride in zip(array.shape, array.strides) if length != 1]


def compare(code, array):
    results = []
    for module in (numpy, ndstream):
        result = eval(code, {"np": module, "x": eval(array, {"np": module})})
        results.append(steps(result) if isinstance(result, module.ndarray) else type(result).__name__)
    assert results[1] == results[0], f"{code} of {array}"


@pytest.mark.parametrize("code", [e.strip() for e in EXPRESSIONS.replace("\n", ";").split(";") if e.strip()])
def test_results_lie_in_memory_as_numpys(code):
    before = ndstream.get_lazy()
    try:
        for lazy in (0, 1):
            ndstream.set_lazy(lazy)
            for array in ARRAYS:
                compare(code, array)
    finally:
        ndstream.set_lazy(before)


@pytest.mark.parametrize("first", INDICES)
@pytest.mark.parametrize("second", INDICES)
def test_what_index_arrays_alone_select_lies_as_they_do(first, second):
    for array in ARRAYS[5:7]:
        compare(f"x[{first}, {second}]", array)


@pytest.mark.parametrize("array", ["np.arange(6.0)[::2]", "np.arange(20.0).reshape(4, 5).T", "np.arange(6.0)"])
def test_ravel_copies_what_has_gaps(array):
    shared = []
    for module in (numpy, ndstream):
        x = eval(array, {"np": module})
        shared.append((module.shares_memory(x, x.ravel()), module.shares_memory(x, x.reshape(-1))))
    assert shared[0] == shared[1]
