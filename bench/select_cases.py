"""Cases of selection and of what joins and repeats: for each a name, the arrays, and a line of code.

The line means the same in NumPy and in nd_expr(); `x[i] = v` is an assignment. `cases()` yields (name, arrays, line,
peers), where peers are functions of other libraries by name. Indices are random: neighbours in the result are far
apart in memory.
"""

import numba
import numpy as np


@numba.njit(parallel=True)
def numba_take(x, indices):
    out = np.empty(indices.size, x.dtype)
    for i in numba.prange(indices.size):
        out[i] = x[indices[i]]
    return out


@numba.njit(parallel=True)
def numba_put(x, indices, values):
    for i in numba.prange(indices.size):
        x[indices[i]] = values[i]


def cases():
    rng = np.random.default_rng(1)
    x, v = rng.random(10_000_000), rng.random(10_000_000)
    for share in (0.5, 0.1, 0.9):
        yield f"x[mask] of 10M, {share:.0%} true", {"x": x, "m": v < share}, "x[m]", {}
    i = rng.integers(0, x.size, x.size)
    near = rng.integers(0, 1000, x.size)
    million, m_i = x[:1_000_000].copy(), rng.integers(0, 1_000_000, 1_000_000)
    yield "take(x, i), 10M", {"x": x, "i": i}, "take(x, i)", {"Numba": lambda: numba_take(x, i)}
    yield "x[i], 10M", {"x": x, "i": i}, "x[i]", {"Numba": lambda: numba_take(x, i)}
    yield "x[i], 10M, i below 1000", {"x": x[:1000].copy(), "i": near}, "x[i]", {"Numba": lambda: numba_take(x, near)}
    yield "x[i], 1M", {"x": million, "i": m_i}, "x[i]", {"Numba": lambda: numba_take(million, m_i)}
    matrix, rows = x.reshape(-1, 100), rng.integers(0, 100_000, 100_000)
    yield "rows of 100000x100: a[i]", {"a": matrix, "i": rows}, "a[i]", {}
    yield "columns of 100000x100: a[:, j]", {"a": matrix, "j": near[:50].copy() % 100}, "a[:, j]", {}
    yield "take_along_axis, 100000x100", {"a": matrix, "i": near.reshape(-1, 100) % 100}, "take_along_axis(a, i, 1)", {}
    y = x.copy()
    yield "x[mask] = 0, 10M", {"x": y, "m": v < 0.5}, "x[m] = 0.0", {}
    yield "x[mask] = v, 10M", {"x": y, "m": v < 0.5, "v": v[v < 0.5]}, "x[m] = v", {}
    yield "x[i] = v, 10M", {"x": y, "i": i, "v": v}, "x[i] = v", {"Numba": lambda: numba_put(y, i, v)}
    yield "x[i] = 0, 10M", {"x": y, "i": i}, "x[i] = 0.0", {}
    yield "x[i] = v, 1M", {"x": million.copy(), "i": m_i, "v": v[: m_i.size]}, "x[i] = v", {}
    yield "nonzero of 10M, half true", {"m": v < 0.5}, "nonzero(m)[0]", {}
    yield "argwhere of 10000x1000", {"m": (v < 0.5).reshape(10000, 1000)}, "argwhere(m)", {}
    yield "concatenate((x, v)), 20M", {"x": x, "v": v}, "concatenate((x, v))", {}
    yield "stack((x, v), -1), 20M", {"x": x, "v": v}, "stack((x, v), -1)", {}
    yield "repeat(x, 3), 30M", {"x": x}, "repeat(x, 3)", {}
    yield "repeat(x, counts), 15M", {"x": x, "c": near % 4}, "repeat(x, c)", {}
    yield "tile(x, 3), 30M", {"x": x}, "tile(x, 3)", {}
    yield "roll(x, 1000), 10M", {"x": x}, "roll(x, 1000)", {}
    yield "roll(a, 10, axis=1)", {"a": matrix}, "roll(a, 10, 1)", {}
    yield "pad(a, 2, 'edge'), 100000x100", {"a": matrix}, "pad(a, 2, 'edge')", {}
    yield "flip(x), copied", {"x": x}, "flip(x).copy()", {}
    yield "triu of 3000x3000", {"a": x[:9_000_000].reshape(3000, 3000)}, "triu(a)", {}
