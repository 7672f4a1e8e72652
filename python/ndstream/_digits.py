"""Numbers as text: in other bases, positional and scientific."""

import operator
from decimal import ROUND_HALF_EVEN, Decimal

import ndstream as nd

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
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def _trimmed(fraction, trim, least):
    """What stands after the point: 'k' keeps zeros, '.' drops them, '0' keeps one, '-' drops the point too."""
    if trim != "k":
        kept = fraction.rstrip("0")
        fraction = kept + "0" * (least - len(kept))
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


def _start(x, precision, unique):
    if precision is not None and precision < 0:
        raise ValueError("precision must be >= 0 or None")
    if not unique and precision is None:
        raise TypeError("in non-unique mode `precision` must be supplied")
    return _shortest(x) if unique else Decimal(float(x))


def format_float_positional(
    x, precision=None, unique=True, fractional=True, trim="k", sign=False, pad_left=None, pad_right=None, min_digits=None
):
    """A number without an exponent: the shortest digits that read back, or `precision` of the exact ones."""
    special = _special(x, sign)
    if special:
        return special
    number = _start(x, precision, unique)
    if precision is not None:
        places = precision if fractional else precision - 1 - (number.adjusted() if number else 0)
        if not unique or -number.as_tuple().exponent > places:
            number, unique = _rounded(number, places), False
    whole, _, fraction = f"{abs(number):f}".partition(".")
    least = 0
    if min_digits is not None:
        least = min_digits if fractional else min_digits - len(whole.lstrip("0"))
    if unique:
        fraction = fraction.rstrip("0")
    fraction = fraction.ljust(least, "0")
    return _padded(_signed(x, whole + _trimmed(fraction, trim, least), sign), pad_left, pad_right)


def format_float_scientific(
    x, precision=None, unique=True, trim="k", sign=False, pad_left=None, exp_digits=None, min_digits=None
):
    """A number with an exponent: the shortest digits that read back, or `precision` of the exact ones."""
    special = _special(x, sign)
    if special:
        return special
    number = _start(x, precision, unique)
    exponent = number.adjusted() if number else 0
    mantissa = number.scaleb(-exponent)
    if precision is not None and (not unique or -mantissa.as_tuple().exponent > precision):
        mantissa = _rounded(mantissa, precision)
        if abs(mantissa) >= 10:
            mantissa, exponent = mantissa / 10, exponent + 1
    whole, _, fraction = f"{abs(mantissa):f}".partition(".")
    least = min_digits or 0
    if unique:
        fraction = fraction.rstrip("0")
    fraction = fraction.ljust(least, "0")
    text = _padded(_signed(x, whole + _trimmed(fraction, trim, least), sign), pad_left, None)
    return f"{text}e{'-' if exponent < 0 else '+'}{abs(exponent):0{2 if exp_digits is None else exp_digits}d}"
