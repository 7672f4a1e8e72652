"""Quotients by divisors that are used again have the bits of NumPy's divisions: by one divisor, one
a row, one a column; fused behind another step; with numbers whose quotients lie near the middle of
two numbers, at the ends of the range, zeros of both signs, infinities and NaN.
"""

import numpy as np
import pytest

import nd
from compare import assert_equal

SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1e-310, 1e-45, 1e308, 3e38, 1.0, -1.0]
COLUMNS = [1, 8, 31, 32, 33, 64, 96, 128, 300, 512, 2048, 5000]


def numbers(random, shape, dtype):
    info = np.finfo(dtype)
    kind = random.integers(4)
    if kind == 0:
        x = random.standard_normal(shape)
    elif kind == 1:
        x = np.ldexp(random.random(shape) + 1, random.integers(info.minexp - 60, info.maxexp, shape))
    elif kind == 2:  # mantissas just above 1, where quotients come near to middles
        x = 1 + random.integers(0, 64, shape) * float(info.eps)
    else:  # and just below 2
        x = 2 - random.integers(1, 64, shape) * float(info.eps)
    x = x.astype(dtype) * random.choice([-1, 1])
    special = random.random(shape) < random.choice([0, 0, 0.001, 0.3])
    x[special] = random.choice(np.array(SPECIAL).astype(dtype), special.sum())
    return x.astype(dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("seed", range(150))
def test_quotients_by_repeated_divisors_are_those_of_numpy(dtype, seed):
    random = np.random.default_rng([seed, dtype == "float32"])
    columns = int(random.choice(COLUMNS))
    rows = int(random.integers(1, 40000 // columns + 2))
    x = numbers(random, (rows, columns), dtype)
    a = nd.from_data(x)
    for divisors in [(columns,), (rows, 1), (1,)]:
        y = numbers(random, divisors, dtype)
        b = nd.from_data(y)
        straight = nd.elementwise("divide", a, b)
        fused = nd.elementwise("divide", nd.elementwise("subtract", a, b), b)
        nd.evaluate([straight, fused])
        assert_equal(nd.to_numpy(straight), x / y, (x, y))
        assert_equal(nd.to_numpy(fused), (x - y) / y, (x, y))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_integers_divided_by_one_number_are_those_of_numpy(dtype):
    """All of 8 and 16 bits, and those around multiples and the ends of the ranges of the others."""
    info = np.iinfo(dtype)
    rng = np.random.default_rng(18)
    if info.bits <= 16:
        x = np.arange(info.min, info.max + 1).astype(dtype)
    divisors = {1, 2, 3, 5, 7, 10, 100, 127, info.max, info.max - 1, info.max // 2, info.max // 2 + 1}
    divisors |= {-y for y in divisors if info.min < 0} | {info.min, info.min + 1}
    divisors |= set(rng.integers(1, info.max, 20, dtype, endpoint=True).tolist())
    divisors |= {1 << 49, (1 << 50) - 1, 1 << 50, (1 << 50) + 1} if info.bits == 64 else set()
    if info.bits == 8:
        divisors |= set(range(info.min, info.max + 1))
    for y in divisors - {0}:
        if info.bits > 16:
            most = info.max // abs(y)
            multiples = np.concatenate([
                rng.integers(0, min(most, 1 << int(rng.integers(1, 63))), 300, "uint64", endpoint=True),
                np.arange(3, dtype="uint64"), np.array([most], "uint64"),
            ]) * np.uint64(abs(y))
            x = np.concatenate([(multiples + d).astype(dtype) for d in np.array([0, 1, -1]).astype("uint64")])
            x = np.concatenate([x, (0 - x).astype(dtype), np.array([info.min, info.max], dtype)])
        divisor = np.array(y, dtype)
        for name in ("floor_divide", "remainder"):
            with np.errstate(all="ignore"):
                expected = getattr(np, name)(x, divisor)
            ours = nd.to_numpy(nd.elementwise(name, nd.from_numpy(x), nd.from_numpy(divisor)))
            np.testing.assert_array_equal(ours, expected, f"{name} by {y}")
