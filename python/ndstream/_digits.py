"""Numbers as text: in other bases, positional and scientific."""

import operator
from decimal import ROUND_HALF_EVEN, Context, Decimal

import ndstream as nd

_EXACT = Context(prec=2000)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def binary_repr(num, width=None):
    """An integer in base 2; negative ones with a sign, or as their two's complement of that width."""
    num = operator.index(num)
    if num < 0 and width is not None:
        needed = (-num - 1).bit_length() + 1
        if width < needed:
            raise ValueError(f"Insufficient bit width={width} provided for binwidth={needed}")
        return format(num % (1 << width), "b")
    text = format(num, "b")
    if width is None:
        return text
    if len(text) > width:
        raise ValueError(f"Insufficient bit width={width} provided for binwidth={len(text)}")
    return text.zfill(width)


def base_repr(number, base=2, padding=0):
    """An integer in a base from 2 to 36."""
    if base > len(_DIGITS):
        raise ValueError("Bases greater than 36 not handled in base_repr.")
    if base < 2:
        raise ValueError("Bases less than 2 not handled in base_repr.")
    number = operator.index(number)
    rest, digits = abs(number), ""
    while rest:
        rest, digit = divmod(rest, base)
        digits = _DIGITS[digit] + digits
    text = "0" * padding + digits if padding else digits or "0"
    return ("-" if number < 0 else "") + text


def _shortest(x):
    """The fewest decimal digits that read back as the number of its dtype, as a Decimal."""
    dtype = nd.asarray(x).dtype
    if dtype == nd.float64 or dtype.kind not in "fc":
        return Decimal(repr(float(x)))
    wide = float(x)
    for digits in range(1, 18):
        text = f"{wide:.{digits - 1}e}"
        if dtype.type(float(text)) == x:
            return Decimal(text)
    return Decimal(wide)


def _rounded(number, places):
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _EXACT)


def _trimmed(fraction, trim):
    """What stands after the point: 'k' keeps zeros, '.' drops them, '0' keeps one, '-' drops the point too."""
    if trim != "k":
        fraction = fraction.rstrip("0")
    if trim == "0" and not fraction:
        fraction = "0"
    return "" if trim == "-" and not fraction else "." + fraction


def _special(x, sign):
    """The text of a number that has no digits; None for others."""
    value = float(x)
    if value != value:
        return "nan"
    return None if abs(value) != float("inf") else "-inf" if value < 0 else "+inf" if sign else "inf"


def _signed(x, text, sign):
    return ("-" if str(float(x)).startswith("-") else "+" if sign else "") + text


def _padded(text, left, right):
    """Room before the point and behind it."""
    point = text.find(".") if "." in text else len(text)
    if left is not None:
        text, point = " " * (left - point) + text, max(point, left)
    return text if right is None else text + " " * (right - (len(text) - point - 1))


def _check(precision, unique, min_digits):
    if precision is not None and precision < 0:
        raise ValueError("precision must be >= 0 or None")
    if not unique and precision is None:
        raise TypeError("in non-unique mode `precision` must be supplied")
    if precision and min_digits and min_digits > precision:
        raise ValueError("min_digits must be less than or equal to precision")


def _with_places(x, number, places, least):
    """At least so many digits after the point, those of the exact number, and no more than `places` (None: any); and whether
    all of these are written: zeros that a carry left are not."""
    digits = max(0, -number.as_tuple().exponent)
    if least > digits:
        number, digits = _rounded(x if isinstance(x, Decimal) else Decimal(float(x)), least), least
    if places is None or digits <= places:
        return number, False
    rounded = _rounded(number, places)
    return rounded, rounded.copy_abs() <= number.copy_abs()


def format_float_positional(
    x, precision=None, unique=True, fractional=True, trim="k", sign=False, pad_left=None, pad_right=None, min_digits=None
):
    """A number without an exponent: the shortest digits that read back, or `precision` of the exact ones."""
    _check(precision, unique, min_digits)
    if not fractional and precision == 0:
        raise ValueError("precision must be greater than 0 if fractional=False")
    special = _special(x, sign)
    if special:
        return special
    number = _shortest(x) if unique else Decimal(float(x))
    before = 0 if fractional else 1 + (number.adjusted() if number else 0)  # digits that are counted, but not after the point
    places = None if precision is None else precision - before
    least = max(0, (min_digits or 0) - before) if unique and precision != 0 else 0
    number, full = _with_places(x, number, places, least) if unique else (_rounded(number, places), True)
    whole, _, fraction = f"{number.copy_abs():f}".partition(".")
    fraction = (fraction if full else fraction.rstrip("0")).ljust(min_digits or 0 if unique and precision == 0 else least, "0")
    return _padded(_signed(x, whole + _trimmed(fraction, trim), sign), pad_left, pad_right)


def format_float_scientific(
    x, precision=None, unique=True, trim="k", sign=False, pad_left=None, exp_digits=None, min_digits=None
):
    """A number with an exponent: the shortest digits that read back, or `precision` of the exact ones."""
    _check(precision, unique, min_digits)
    special = _special(x, sign)
    if special:
        return special
    number = _shortest(x) if unique else Decimal(float(x))
    exponent = number.adjusted() if number else 0
    mantissa = number.scaleb(-exponent, _EXACT)
    least = min_digits or 0 if unique and precision != 0 else 0
    if unique:
        mantissa, full = _with_places(Decimal(float(x)).scaleb(-exponent, _EXACT), mantissa, precision, least)
    else:
        mantissa, full = _rounded(mantissa, precision), True
    if mantissa.copy_abs() >= 10:
        mantissa, exponent = mantissa.scaleb(-1, _EXACT), exponent + 1
        mantissa = mantissa if unique else _rounded(mantissa, precision)
    whole, _, fraction = f"{mantissa.copy_abs():f}".partition(".")
    fraction = (fraction if full else fraction.rstrip("0")).ljust(min_digits or 0 if unique and precision == 0 else least, "0")
    text = _padded(_signed(x, whole + _trimmed(fraction, trim), sign), pad_left, None)
    return f"{text}e{'-' if exponent < 0 else '+'}{abs(exponent):0{2 if exp_digits is None else exp_digits}d}"
