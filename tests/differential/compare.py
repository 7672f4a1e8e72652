"""How results are compared: bit for bit, within a bound in units in the last place, or within a
bound on sums.
"""

import numpy as np


def _equal(ours, theirs, zero_signs):
    """Equal elements; NaN equals NaN; -0.0 differs from 0.0 if `zero_signs`."""
    if ours.dtype.kind == "c":
        return _equal(ours.real, theirs.real, zero_signs) & _equal(
            ours.imag, theirs.imag, zero_signs
        )
    same = ours == theirs
    if ours.dtype.kind == "f":
        if zero_signs:
            same = same & (np.signbit(ours) == np.signbit(theirs))
        same = same | (np.isnan(ours) & np.isnan(theirs))
    return same


def report(wrong, ours, theirs, given=()):
    """The first elements that differ, with the arguments there."""
    places = np.argwhere(wrong)
    lines = [f"{len(places)} of {wrong.size} elements differ"]
    for place in places[:5]:
        at = tuple(int(i) for i in place)
        inputs = ", ".join(repr(np.broadcast_to(x, wrong.shape)[at]) for x in given)
        lines.append(
            f"  at {at}: ndstream {ours[at]!r}, expected {theirs[at]!r}; arguments ({inputs})"
        )
    return "\n".join(lines)


def assert_form(ours, theirs):
    """The same dtype and shape."""
    assert ours.dtype == theirs.dtype, f"dtype: ndstream {ours.dtype}, NumPy {theirs.dtype}"
    assert ours.shape == theirs.shape, f"shape: ndstream {ours.shape}, NumPy {theirs.shape}"


def assert_equal(ours, theirs, given=(), zero_signs=True, any_nan=False):
    """Same dtype, shape and elements; with `any_nan` every complex NaN is the same."""
    theirs = np.asarray(theirs)
    assert_form(ours, theirs)
    if any_nan and ours.dtype.kind == "c":
        theirs = np.where(np.isnan(theirs) & np.isnan(ours), ours, theirs)
    same = np.asarray(_equal(ours, theirs, zero_signs))
    assert same.all(), report(~same, ours, theirs, given)


WIDER = {"float16": "float64", "float32": "float64", "float64": "longdouble"}
WIDER |= {"complex64": "complex128", "complex128": "clongdouble"}


def assert_close(ours, theirs, fine, ulp, given=(), zero_signs=True, least_size=0):
    """`ours` lies within `ulp` units in the last place of `fine`, which is computed in a wider
    dtype; `theirs`, NumPy's own, decides infinities, NaNs and the signs of zeros. Complex errors
    are measured against the magnitude. A unit is that of `least_size` at least.
    """
    theirs, fine = np.asarray(theirs), np.asarray(fine)
    assert_form(ours, theirs)
    close = np.asarray(_equal(ours, theirs, zero_signs))
    wide = WIDER[ours.dtype.name]
    real = ours.real.dtype
    info = np.finfo(real)
    error = np.abs(ours.astype(wide) - fine)
    with np.errstate(all="ignore"):
        size = np.minimum(np.maximum(np.abs(fine), least_size), info.max).astype(real)
        unit = np.spacing(size)
        finite = np.isfinite(fine) & np.isfinite(ours)
        close |= finite & (error <= ulp * unit)
        # Rounding decides between the largest number and infinity.
        if ours.dtype.kind == "f":
            edge = np.abs(fine) >= np.array(info.max, wide) * (
                1 - (1 + ulp) * np.array(info.eps, wide)
            )
            close |= edge & np.isinf(ours) & (np.sign(ours) == np.sign(fine)) & np.isfinite(fine)
        # Which parts of a complex result are infinite and which NaN depends on the formula (see
        # differences.py).
        if ours.dtype.kind == "c":
            close |= ~np.isfinite(ours) & (~np.isfinite(theirs) | (np.abs(fine) > info.max))
    if zero_signs and ours.dtype.kind == "f":
        zeros = (ours == 0) & (theirs == 0)
        close &= ~(zeros & (np.signbit(ours) != np.signbit(theirs)))
    assert close.all(), report(~close, ours, theirs, (*given, fine))


def agree(ours, theirs):
    """Runs both calls. Returns both results, or None if both fail; fails the test if one fails
    alone.
    """
    from nd import Failure

    try:
        expected = theirs()
    except (TypeError, ValueError, OverflowError, IndexError, MemoryError) as error:
        expected, refusal = None, error
    try:
        result = ours()
    except Failure as failure:
        if expected is not None:
            raise AssertionError(
                f"ndstream refuses ({failure}), NumPy gives {expected!r:.200}"
            ) from None
        return None
    assert expected is not None, (
        f"ndstream gives {result.dtype}{result.shape}, NumPy refuses: {refusal}"
    )
    return result, expected
