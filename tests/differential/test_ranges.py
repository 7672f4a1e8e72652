"""Ranges are pending where they are large, read no memory, and have NumPy's bits wherever their
elements are made: alone, in a fused loop, seen through views, reduced, and on every path that goes
through elements in an order of its own.
"""

import numpy as np
import pytest

import nd

REALS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()
COUNT = 70_003  # more than a span of the kernel, and no whole vectors

rng = np.random.default_rng(3)
x = rng.standard_normal(COUNT)
table = rng.standard_normal((700, 101))


def handed(arrays):
    return {name: nd.from_data(array) for name, array in arrays.items()}


def check(text, **arrays):
    """The expression with everything pending, and computed at once, against NumPy's bits."""
    theirs = eval(text, {name: getattr(np, name) for name in np.__all__ if name != "bool"} | arrays)
    for lazy in (64, 0):
        with nd.lazy(lazy):
            ours = nd.to_numpy(nd.expression(text, **handed(arrays)))
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
        np.testing.assert_array_equal(ours, theirs, f"{text} from {lazy}")
    return theirs


@pytest.mark.parametrize("dtype", REALS)
def test_ranges_of_every_dtype_are_numpys(dtype):
    count = {1: 100, 2: 2000}.get(np.dtype(dtype).itemsize, COUNT)
    for bounds in (f"{count}", f"3, {count}", f"1, {count}, 3"):
        check(f"arange({bounds}, dtype={dtype})")
        check(f"arange({bounds}, dtype={dtype})[::-2] + arange({bounds}, dtype={dtype})[::2]")
    if np.dtype(dtype).kind == "f":
        check(f"arange(-1, 2, {3 / count}, dtype={dtype})")
        check(f"arange(2.5, -7.25, {-10 / count}, dtype={dtype})")
    if np.dtype(dtype).kind == "i":
        check(f"arange({count // 2}, {-count // 2}, -1, dtype={dtype})")


@pytest.mark.parametrize("text", [
    "linspace(0, 1, 70003)", "linspace(-3, 0.1, 70003) * x", "linspace(1, 1e300, 70003)",
    "linspace(5, 5, 70003) + x", "linspace(0, 5e-324, 70003)", "linspace(0, 1, 70003)[::-1] + x",
    "(linspace(0, 1, 70003)[70002:] + 1) * x",
])  # fmt: skip
def test_linspace_ends_where_it_was_told(text):
    check(text, x=x)


@pytest.mark.parametrize("text", [
    "arange(70003) * 2.0 + x", "2 * arange(70003) ** 2 + 3 * arange(70003) + 5",
    "arange(70003).astype(float32) / 3", "arange(0, 70003, dtype=complex128) * 2",
    "sqrt(arange(70003)) / 70003 * x", "where(arange(70003) % 3 == 0, x, -arange(70003))",
    "x[arange(70003) % 2 == 0]", "x[arange(70003) // 2]", "(arange(70003) + 1)[5:-7:3]",
    "arange(70700).reshape(700, 101) * table", "arange(70700).reshape(101, 700).T * table",
    "table + arange(101)", "table + arange(700)[:, None]", "table * arange(70700).reshape(700, 101)[::-1]",
    "arange(70700).reshape(7, 100, 101).transpose(2, 0, 1) + 1", "table + arange(1010)[::10]",
    "(arange(70700).reshape(700, 101) * 2 + table)[1:-1, 1:-1]",
    "(arange(70700).reshape(100, 707)[:, ::7] * 3)", "arange(70700).reshape(100, 707)[5:6, ::7] + table[:100, :]",
])  # fmt: skip
def test_ranges_fuse_in_any_order_of_elements(text):
    check(text, x=x, table=table)


@pytest.mark.parametrize("text", [
    "arange(70003).sum()", "(arange(70003) * 2).max()", "arange(70700).reshape(700, 101).sum(axis=0)",
    "arange(70700).reshape(700, 101).sum(axis=1)", "cumsum(arange(70003))", "cumsum(arange(70003) % 7)",
    "argmax(arange(70003) % 1000)", "(arange(70003) > 5).sum()", "arange(70003).min()",
])  # fmt: skip
def test_ranges_are_reduced_where_they_are_made(text):
    check(text)


@pytest.mark.parametrize("places", ["arange(70700).reshape(700, 101)", "linspace(0, 1, 70700).reshape(700, 101)"])
@pytest.mark.parametrize("axis", [0, 1])
def test_tables_are_standardised_with_ranges_beside(places, axis):
    scaled = f"(t - t.mean(axis={axis}, keepdims=True)) / t.std(axis={axis}, keepdims=True) * {places}"
    made = table + eval(places, vars(np))
    results = []
    for lazy in (64, 0):
        with nd.lazy(lazy):
            t = nd.expression(f"table + {places}", **handed({"table": table}))
            results.append(nd.to_numpy(nd.expression(scaled, t=t)))
    np.testing.assert_array_equal(*results)
    np.testing.assert_allclose(results[0], eval(scaled, vars(np) | {"t": made}), 1e-9, 1e-5)


def test_ranges_go_into_arrays_of_others():
    for at in ("[:]", "[::-1]", "[::2]"):
        target, theirs = np.zeros(2 * COUNT), np.zeros(2 * COUNT)
        step = 2 if "2" in at else 1
        with nd.lazy(64):
            made = nd.expression(f"arange({2 * COUNT // step}) * 0.5")
            assert nd.is_pending(made)
            nd.assign(nd.slice_terms(nd.from_numpy(target), (eval(f"np.s_{at}"),)), made)
        exec(f"theirs{at} = np.arange({2 * COUNT // step}) * 0.5")
        np.testing.assert_array_equal(target, theirs)
