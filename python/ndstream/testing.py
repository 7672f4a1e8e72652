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


def _message(arrays, err_msg, verbose, header="Items are not equal:", names=("ACTUAL", "DESIRED"), precision=6):
    lines, err_msg = ["\n" + header], str(err_msg)
    if err_msg:
        if "\n" not in err_msg and len(err_msg) < 79 - len(header):
            lines[0] += " " + err_msg
        else:
            lines.append(err_msg)
    for name, array in zip(names, arrays if verbose else ()):
        text = nd.array_repr(array, precision=precision) if isinstance(array, nd.ndarray) else repr(array)
        if text.count("\n") > 3:
            text = "\n".join(text.splitlines()[:3]) + "..."
        lines.append(f" {name}: {text}")
    return "\n".join(lines)


def _compare(
    comparison, actual, desired, err_msg, verbose, header, precision=6, equal_nan=True, equal_inf=True, strict=False,
    names=("ACTUAL", "DESIRED"),
):  # fmt: skip
    """Fails unless the comparison holds of all elements that are neither NaN nor infinite in both."""
    x, y = nd.asarray(actual), nd.asarray(desired)

    def fail(reason):
        raise AssertionError(_message((x, y), f"{err_msg}\n{reason}", verbose, header, names, precision))

    fits = x.shape == y.shape or (not strict and (x.ndim == 0 or y.ndim == 0))
    if not fits:
        fail(f"(shapes {x.shape}, {y.shape} mismatch)")
    if strict and x.dtype != y.dtype:
        fail(f"(dtypes {x.dtype}, {y.dtype} mismatch)")
    special = nd.zeros((), bool)  # what is the same in both without being compared
    if equal_nan and (x.dtype.kind in "fc" or y.dtype.kind in "fc"):
        special = nd.isnan(x)
        if (special != nd.isnan(y)).any():
            fail("nan location mismatch:")
    if equal_inf and (x.dtype.kind in "fc" or y.dtype.kind in "fc"):
        infinite = nd.isinf(x) & ~special
        if (infinite != (nd.isinf(y) & ~special)).any():
            fail("inf location mismatch:")
        if ((x != y) & infinite).any():
            fail("inf values mismatch:")
        special = special | infinite
    shape = x.shape or y.shape
    counted = ~nd.broadcast_to(special, shape)
    good = nd.asarray(comparison(x, y))
    wrong = counted & ~good
    if not wrong.any():
        return
    number, total = int(wrong.sum()), wrong.size
    remarks = [f"Mismatched elements: {number} / {total} ({100 * number / total:.3g}%)"]
    if shape:
        places = nd.argwhere(wrong)
        what = "Mismatch at index" if number == 1 else "Mismatch at indices" if number <= 5 else "First 5 mismatches are at indices"
        remarks.append(f"{what}:")
        for place in places[:5].tolist():
            one, other = (array[tuple(place)] if array.ndim else array for array in (x, y))
            remarks.append(f" {place}: {one} ({names[0]}), {other} ({names[1]})")
    try:
        remarks += _largest_differences(nd.broadcast_to(x, shape)[wrong], nd.broadcast_to(y, shape)[wrong])
    except TypeError:  # differences of bools
        pass
    fail("\n".join(remarks))


def _largest_differences(x, y):
    error = nd.abs(x - y)
    if x.dtype.kind == "u":
        error = nd.minimum(error, nd.abs(y - x))
    divides = y != 0
    relative = nd.max(error[divides] / nd.abs(y[divides])) if divides.any() else nd.asarray(nd.inf)
    return [
        f"Max absolute difference among violations: {nd.array2string(nd.max(error))}",
        f"Max relative difference among violations: {nd.array2string(relative)}",
    ]


def assert_array_equal(actual, desired, err_msg="", verbose=True, *, strict=False):
    """Fails unless shapes and elements are equal; NaN equals NaN."""
    _compare(nd.equal, actual, desired, err_msg, verbose, "Arrays are not equal", strict=strict)


def _is_array(thing):
    return isinstance(thing, (nd.ndarray, nd.generic))


def assert_equal(actual, desired, err_msg="", verbose=True, *, strict=False):
    """Fails unless two objects are equal, element by element in lists and dictionaries."""
    if isinstance(desired, dict):
        if not isinstance(actual, dict):
            raise AssertionError(repr(type(actual)))
        assert_equal(len(actual), len(desired), err_msg, verbose)
        for key in desired:
            if key not in actual:
                raise AssertionError(repr(key))
            assert_equal(actual[key], desired[key], f"key={key!r}\n{err_msg}", verbose)
    elif isinstance(desired, (list, tuple)) and isinstance(actual, (list, tuple)):
        assert_equal(len(actual), len(desired), err_msg, verbose)
        for i, (a, b) in enumerate(zip(actual, desired)):
            assert_equal(a, b, f"item={i!r}\n{err_msg}", verbose)
    elif isinstance(actual, nd.ndarray) or isinstance(desired, nd.ndarray) or (strict and (_is_array(actual) or _is_array(desired))):
        assert_array_equal(actual, desired, err_msg, verbose, strict=strict)
    elif not (actual == desired or (actual != actual and desired != desired)):
        raise AssertionError(_message((actual, desired), err_msg, verbose))


def assert_allclose(actual, desired, rtol=1e-07, atol=0, equal_nan=True, err_msg="", verbose=True, *, strict=False):
    """Fails unless |actual - desired| <= atol + rtol * |desired|."""

    def close(x, y):
        return nd.isclose(x, y, rtol, atol, equal_nan)

    header = f"Not equal to tolerance rtol={rtol:g}, atol={atol:g}"
    _compare(close, actual, desired, err_msg, verbose, header, equal_nan=equal_nan, strict=strict)


def assert_array_almost_equal(actual, desired, decimal=6, err_msg="", verbose=True):
    """Fails unless elements differ by less than 1.5 * 10**-decimal."""

    def close(x, y):  # differences that neither wrap nor are refused for integers and bools
        return nd.abs(x - y.astype(nd.result_type(y, 1.0))) < 1.5 * 10.0**-decimal

    header = f"Arrays are not almost equal to {decimal} decimals"
    _compare(close, actual, desired, err_msg, verbose, header, precision=decimal)


def assert_almost_equal(actual, desired, decimal=7, err_msg="", verbose=True):
    """assert_array_almost_equal() for numbers and arrays."""
    if any(isinstance(thing, (nd.ndarray, list, tuple)) for thing in (actual, desired)):
        return assert_array_almost_equal(actual, desired, decimal, err_msg, verbose)
    header = f"Arrays are not almost equal to {decimal} decimals"
    same = nd.isnan(actual) == nd.isnan(desired)
    if not nd.isfinite(actual) or not nd.isfinite(desired):
        same = same and bool(nd.isnan(actual) or actual == desired)
    else:
        same = abs(desired - actual) < 1.5 * 10.0**-decimal
    if not same:
        raise AssertionError(_message((actual, desired), err_msg, verbose, header))


def assert_array_less(x, y, err_msg="", verbose=True, *, strict=False):
    """Fails unless every element is less."""
    header = "Arrays are not strictly ordered `x < y`"
    _compare(nd.less, x, y, err_msg, verbose, header, equal_inf=False, strict=strict, names=("x", "y"))


def assert_approx_equal(actual, desired, significant=7, err_msg="", verbose=True):
    """Fails unless two numbers agree to that many digits."""
    if actual == desired or (actual != actual and desired != desired):
        return
    scale = 10.0 ** int(nd.floor(nd.log10(0.5 * (abs(desired) + abs(actual)))))
    if not abs(actual / scale - desired / scale) < 10.0 ** -(significant - 1):
        header = f"Items are not equal to {significant} significant digits:"
        raise AssertionError(_message((actual, desired), err_msg, verbose, header))


def assert_array_almost_equal_nulp(x, y, nulp=1):
    """Fails if elements differ by more than that many times the spacing at the larger of the two."""
    x, y = nd.asarray(x), nd.asarray(y)
    ax, ay = nd.abs(x), nd.abs(y)
    if not (nd.abs(x - y) <= nulp * nd.spacing(nd.where(ax > ay, ax, ay))).all():
        raise AssertionError(f"Arrays are not equal to {nulp} ULP (max is {float(_ulps(x, y).max()):g})")


def _place(x):
    """Where each number stands among all of its dtype: an unsigned integer, zero in the middle."""
    size = 8 * x.dtype.itemsize
    bits = x.view(f"u{size // 8}").astype("u8")
    middle = nd.uint64(2 ** (size - 1))
    return nd.where(bits < middle, middle + bits, middle - (bits - middle))


def _ulps(a, b):
    """How many numbers of their dtype lie between the elements."""
    both = nd.isnan(a) & nd.isnan(b)
    x, y = (_place(nd.where(both, 0, x.astype(a.dtype))) for x in (a, b))  # NaN is one value, whatever its bits
    return nd.where(x > y, x - y, y - x).astype(a.dtype)


def assert_array_max_ulp(a, b, maxulp=1, dtype=None):
    """Fails if elements differ by more units in the last place."""
    difference = _ulps(nd.asarray(a, dtype), nd.asarray(b, dtype))
    if (difference > maxulp).any():
        most = float(difference.max())
        raise AssertionError(f"Arrays are not almost equal up to {maxulp:g} ULP (max difference is {most:g} ULP)")
    return difference
