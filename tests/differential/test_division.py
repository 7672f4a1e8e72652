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
