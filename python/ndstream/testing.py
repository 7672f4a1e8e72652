"""Assertions of numpy.testing."""

import unittest

import ndstream as nd

_case = unittest.TestCase()
assert_raises = _case.assertRaises
assert_raises_regex = _case.assertRaisesRegex


def assert_(val, msg=""):
    """Fails unless the value is true."""
    if not val:
        raise AssertionError(msg)


def _check(actual, desired, good, what, err_msg):
    if good.all() if isinstance(good, (nd.ndarray, nd.generic)) else good:
        return
    wrong = int((~nd.asarray(good)).sum())
    raise AssertionError(
        f"\n{what}\n{err_msg}\nMismatched elements: {wrong} / {nd.asarray(good).size}\n"
        f" ACTUAL: {actual!r}\n DESIRED: {desired!r}"
    )


def _arrays(actual, desired, err_msg, strict=False):
    a, b = nd.asarray(actual), nd.asarray(desired)
    fits = a.shape == b.shape or (not strict and (a.ndim == 0 or b.ndim == 0))
    if not fits or (strict and a.dtype != b.dtype):
        raise AssertionError(f"\nArrays are not equal\n{err_msg}\n(shapes {a.shape}, {b.shape} mismatch)")
    return a, b


def _both_nan(a, b):
    if a.dtype.kind in "fc" and b.dtype.kind in "fc":
        return nd.isnan(a) & nd.isnan(b)
    return nd.zeros((), bool)


def _distance(a, b):
    """|a - b|, which neither wraps nor is refused for integers and bools."""
    return nd.abs(a - b.astype(nd.result_type(b, 1.0)))


def assert_array_equal(actual, desired, err_msg="", verbose=True, *, strict=False):
    """Fails unless shapes and elements are equal; NaN equals NaN."""
    a, b = _arrays(actual, desired, err_msg, strict)
    _check(a, b, (a == b) | _both_nan(a, b), "Arrays are not equal", err_msg)


def assert_equal(actual, desired, err_msg="", verbose=True, *, strict=False):
    """Fails unless two objects are equal, element by element in lists and dictionaries."""
    if isinstance(desired, dict):
        assert isinstance(actual, dict) and len(actual) == len(desired), err_msg
        for key in desired:
            assert_equal(actual[key], desired[key], f"key={key!r}\n{err_msg}")
    elif isinstance(desired, (list, tuple)) and isinstance(actual, (list, tuple)):
        assert len(actual) == len(desired), err_msg
        for i, (a, b) in enumerate(zip(actual, desired)):
            assert_equal(a, b, f"item={i}\n{err_msg}")
    elif isinstance(actual, (nd.ndarray, nd.generic)) or isinstance(desired, (nd.ndarray, nd.generic)):
        assert_array_equal(actual, desired, err_msg, strict=strict)
    elif not (actual == desired or (actual != actual and desired != desired)):
        raise AssertionError(f"\nItems are not equal:\n{err_msg}\n ACTUAL: {actual!r}\n DESIRED: {desired!r}")


def assert_allclose(actual, desired, rtol=1e-07, atol=0, equal_nan=True, err_msg="", verbose=True, *, strict=False):
    """Fails unless |actual - desired| <= atol + rtol * |desired|."""
    a, b = _arrays(actual, desired, err_msg, strict)
    good = nd.isclose(a, b, rtol, atol, equal_nan)
    _check(a, b, good, f"Not equal to tolerance rtol={rtol:g}, atol={atol:g}", err_msg)


def assert_array_almost_equal(actual, desired, decimal=6, err_msg="", verbose=True):
    """Fails unless elements differ by less than 1.5 * 10**-decimal."""
    a, b = _arrays(actual, desired, err_msg)
    good = (a == b) | (_distance(a, b) < 1.5 * 10.0**-decimal) | _both_nan(a, b)
    _check(a, b, good, f"Arrays are not almost equal to {decimal} decimals", err_msg)


def assert_almost_equal(actual, desired, decimal=7, err_msg="", verbose=True):
    """assert_array_almost_equal() for numbers and arrays."""
    assert_array_almost_equal(actual, desired, decimal, err_msg)


def assert_array_less(x, y, err_msg="", verbose=True, *, strict=False):
    """Fails unless every element is less."""
    a, b = _arrays(x, y, err_msg, strict)
    _check(a, b, (a < b) | _both_nan(a, b), "Arrays are not strictly ordered `x < y`", err_msg)


def assert_approx_equal(actual, desired, significant=7, err_msg="", verbose=True):
    """Fails unless two numbers agree to that many digits."""
    if actual == desired or (actual != actual and desired != desired):
        return
    scale = 10.0 ** int(nd.floor(nd.log10(0.5 * (abs(desired) + abs(actual)))))
    if not abs(actual / scale - desired / scale) < 10.0 ** -(significant - 1):
        raise AssertionError(f"\nItems are not equal to {significant} significant digits:\n{err_msg}\n{actual!r}\n{desired!r}")


def assert_array_almost_equal_nulp(x, y, nulp=1):
    """Fails if elements differ by more than that many times the spacing at the larger of the two."""
    x, y = nd.asarray(x), nd.asarray(y)
    ax, ay = nd.abs(x), nd.abs(y)
    if not (nd.abs(x - y) <= nulp * nd.spacing(nd.where(ax > ay, ax, ay))).all():
        raise AssertionError(f"Arrays are not equal to {nulp} ULP")


def _place(x):
    """Where each number stands among all of its dtype: an unsigned integer, zero in the middle."""
    size = 8 * x.dtype.itemsize
    bits = x.view(f"u{size // 8}").astype("u8")
    middle = nd.uint64(2 ** (size - 1))
    return nd.where(bits < middle, middle + bits, middle - (bits - middle))


def assert_array_max_ulp(a, b, maxulp=1, dtype=None):
    """Fails if elements differ by more units in the last place."""
    a, b = nd.asarray(a, dtype), nd.asarray(b, dtype)
    both = nd.isnan(a) & nd.isnan(b)
    x, y = (_place(nd.where(both, 0, x.astype(a.dtype))) for x in (a, b))  # NaN is one value, whatever its bits
    difference = nd.where(x > y, x - y, y - x).astype(a.dtype)
    if (difference > maxulp).any():
        raise AssertionError(f"Arrays are not almost equal up to {maxulp} ULP (max difference is {difference.max()} ULP)")
    return difference
