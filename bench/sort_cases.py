"""Cases of sorting, searching, counting and sets: for each a name, the arrays, and an expression.

The expression means the same in NumPy and in nd_expr(). `cases()` yields (name, arrays, expression, peers), where peers
are functions of other libraries by name.
"""

import numpy as np


def peers_of_search(line, values):
    """JAX, where it is installed: its compiled searchsorted is the fastest of the field."""
    try:
        import jax
    except ImportError:
        return {}
    jax.config.update("jax_enable_x64", True)
    search = jax.jit(lambda a, v: jax.numpy.searchsorted(a, v, method="sort"))
    a, v = jax.numpy.asarray(line), jax.numpy.asarray(values)
    return {"JAX": lambda: search(a, v).block_until_ready()}


def cases():
    rng = np.random.default_rng(1)
    x = rng.random(10_000_000)
    ints = rng.integers(0, 1000, x.size)
    million, values = x[:1_000_000].copy(), rng.random(1_000_000)
    line = np.sort(million)
    rows = x[:8_000_000].reshape(-1, 8)
    yield "sort 10M float64", {"x": x}, "sort(x)", {}
    yield "sort 10M float32", {"x": x.astype("float32")}, "sort(x)", {}
    yield "sort 10M int64 below 1000", {"x": ints}, "sort(x)", {}
    yield "sort 10M int8", {"x": ints.astype("int8")}, "sort(x)", {}
    yield "sort 1M rows of 8", {"x": rows}, "sort(x)", {}
    yield "sort columns of 1000x1000", {"x": million.reshape(1000, 1000)}, "sort(x, axis=0)", {}
    yield "argsort 1M float64", {"x": million}, "argsort(x)", {}
    yield "partition 10M at the middle", {"x": x}, "partition(x, 5000000)", {}
    yield "median 10M", {"x": x}, "median(x)", {}
    yield "three percentiles of 10M", {"x": x}, "percentile(x, [5, 50, 95])", {}
    yield "searchsorted 1M in 1M", {"a": line, "v": values}, "searchsorted(a, v)", peers_of_search(line, values)
    yield "digitize 1M, 100 bins", {"v": values, "e": np.linspace(0, 1, 101)}, "digitize(v, e)", {}
    yield "bincount 10M below 1000", {"i": ints}, "bincount(i)", {}
    yield "bincount 10M with weights", {"i": ints, "x": x}, "bincount(i, x)", {}
    yield "histogram 10M, 100 bins", {"x": x}, "histogram(x, 100)[0]", {}
    yield "histogram 10M, uneven bins", {"x": x}, "histogram(x, [0, 0.1, 0.5, 0.7, 1])[0]", {}
    yield "unique 10M int64 below 1000", {"i": ints}, "unique(i)", {}
    yield "unique 10M float64 of 1000", {"x": ints.astype("float64")}, "unique(x)", {}
    yield "unique with inverse, 10M", {"i": ints}, "unique(i, return_inverse=True)[1]", {}
    yield "isin 10M in 100", {"i": ints, "t": np.arange(0, 1000, 10)}, "isin(i, t)", {}
