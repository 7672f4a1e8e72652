"""Questions about dtypes and numbers, and settings that NumPy has."""

import contextlib
import numbers

import ndstream as nd

_MANTISSA = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}
_LINE = "-" * 63
_EXPONENT = {"float16": 5, "bfloat16": 8, "float32": 8, "float64": 11}


def _dtype_of(argument):
    """The dtype of a number or array, or what stands for one."""
    if isinstance(argument, (nd.generic, nd.ndarray)):
        return argument.dtype
    return nd.dtype(type(argument) if isinstance(argument, (bool, int, float, complex)) else argument)


class _limits:
    """The limits of a dtype, which are found once; kept by dtypes, and by what names them."""

    def __new__(cls, dtype):
        try:
            return cls._known[dtype]
        except (KeyError, TypeError):
            pass
        name, dtype = dtype, _dtype_of(dtype)
        limits = cls._known.get(dtype)
        if limits is None:
            limits = super().__new__(cls)
            limits._find(dtype)
            cls._known[dtype] = limits
        if isinstance(name, (type, str)):
            cls._known[name] = limits
        return limits

    def __reduce__(self):
        return type(self), (self.dtype,)


class finfo(_limits):
    """The limits of a floating dtype."""

    _known = {}

    def _find(self, dtype):
        name = {"complex64": "float32", "complex128": "float64"}.get(dtype.name, dtype.name)
        if name not in _MANTISSA:
            raise ValueError(f"data type {dtype!r} not inexact")
        bits, exponents, kind = _MANTISSA[name], _EXPONENT[name], getattr(nd, name)
        highest = 2 ** (exponents - 1)
        self.dtype = nd.dtype(name)
        self.bits = bits + exponents + 1
        self.nmant, self.nexp, self.iexp = bits, exponents, exponents
        self.machep, self.negep = -bits, -bits - 1
        self.maxexp, self.minexp = highest, 2 - highest
        self.eps, self.epsneg = kind(2.0**-bits), kind(2.0 ** (-bits - 1))
        self.max = kind((2.0 - 2.0**-bits) * 2.0 ** (highest - 1))
        self.min = -self.max
        self.tiny = self.smallest_normal = kind(2.0 ** (2 - highest))
        self.smallest_subnormal = kind(2.0 ** (2 - highest - bits))
        self.precision = int(bits * 0.30102999566398120)
        self.resolution = kind(10.0**-self.precision)

    def __repr__(self):
        digits = {"float16": 5, "float32": 7}.get(self.dtype.name, 16)
        ends = f"min={float(self.min):.{digits}e}, max={float(self.max):.{digits}e}"
        return f"finfo(resolution={self.resolution!s}, {ends}, dtype={self.dtype})"

    def __str__(self):
        return f"""\
Machine parameters for {self.dtype}
{_LINE}
precision = {self.precision}   resolution = {self.resolution!s}
machep = {self.machep}   eps =        {self.eps!s}
negep =  {self.negep}   epsneg =     {self.epsneg!s}
minexp = {self.minexp}   tiny =       {self.tiny!s}
maxexp = {self.maxexp}   max =        {self.max!s}
nexp =   {self.nexp}   min =        -max
smallest_normal = {self.smallest_normal!s}   smallest_subnormal = {self.smallest_subnormal!s}
{_LINE}
"""


class iinfo(_limits):
    """The limits of an integer dtype."""

    _known = {}

    def _find(self, dtype):
        self.dtype, self.kind = dtype, dtype.kind
        if self.kind not in "iu":
            raise ValueError(f"Invalid integer data type {self.kind!r}.")
        self.bits = 8 * self.dtype.itemsize
        self.key = f"{self.kind}{self.bits}"
        self.min = -(2 ** (self.bits - 1)) if self.kind == "i" else 0
        self.max = 2 ** (self.bits - (self.kind == "i")) - 1

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"

    def __str__(self):
        return f"Machine parameters for {self.dtype}\n{_LINE}\nmin = {self.min}\nmax = {self.max}\n{_LINE}\n"


_SCALARS = (nd.generic, int, float, complex, str, bytes, memoryview, numbers.Number)


def isscalar(element):
    """True for numbers, strings and our scalars, not for 0-d arrays."""
    return isinstance(element, _SCALARS)


def _kind_of(x):
    return getattr(x, "dtype", None) or nd.asarray(x).dtype


def iscomplexobj(x):
    """True if the dtype is complex."""
    return _kind_of(x).kind == "c"


def isrealobj(x):
    """True if the dtype is not complex."""
    return not iscomplexobj(x)


_BUILTIN = {int: "integer", float: "floating", complex: "complexfloating", bool: "bool", object: "generic"}
_NUMPY_CLASS = {"number", "integer", "signedinteger", "unsignedinteger", "inexact", "floating", "complexfloating",
                "generic"}  # fmt: skip


def _scalar_type(argument):
    if isinstance(argument, type):
        if issubclass(argument, nd.generic):
            return argument
        if argument.__name__ in _NUMPY_CLASS:  # NumPy's own
            return getattr(nd, argument.__name__)
    return nd.dtype(argument).type


def issubdtype(arg1, arg2):
    """True if the first dtype is of the second kind: issubdtype(x.dtype, np.floating)."""
    return issubclass(_scalar_type(arg1), _scalar_type(arg2))


_KINDS = {
    "bool": "b", "signed integer": "i", "unsigned integer": "u", "integral": "iu", "real floating": "f",
    "complex floating": "c", "numeric": "iufc",
}  # fmt: skip


def isdtype(dtype, kind):
    """True if the dtype is of that kind: a word of the array API standard, a dtype, or a tuple of them."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    dtype = nd.dtype(dtype)
    if isinstance(kind, str) and kind in _KINDS:
        return dtype.kind in _KINDS[kind]
    if isinstance(kind, str):
        raise ValueError(f"kind argument is a string, but {kind!r} is not a known kind name.")
    return dtype == kind


def min_scalar_type(a):
    """The smallest dtype that holds a number; the dtype of an array."""
    array = nd.asarray(a)
    if array.ndim or array.dtype.kind == "b":
        return array.dtype
    value = array.item()
    if isinstance(value, int):
        names = ["uint8", "uint16", "uint32", "uint64"] if value >= 0 else ["int8", "int16", "int32", "int64"]
        return nd.dtype(next(n for n in names if iinfo(n).min <= value <= iinfo(n).max))
    for name in ["complex64", "complex128"] if isinstance(value, complex) else ["float16", "float32", "float64"]:
        info = finfo(name)
        if not abs(value) < float("inf") or abs(value) <= info.max:
            return nd.dtype(name)
    return array.dtype


def common_type(*arrays):
    """The inexact dtype that they promote to."""
    dtype = nd.result_type(*(a.dtype if a.dtype.kind in "fc" else nd.float64 for a in map(nd.asarray, arrays)))
    return dtype.type


_errors = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
_WAYS = {way: way for way in (None, "ignore", "warn", "call", "print", "log")}


def seterr(all=None, divide=None, over=None, under=None, invalid=None):
    """Kept for programs that call it: computations never warn here, so only 'raise' cannot be had."""
    global _errors
    before = _errors
    try:
        now = before.copy() if all is None else dict.fromkeys(before, _WAYS[all])
        if divide is not None:
            now["divide"] = _WAYS[divide]
        if over is not None:
            now["over"] = _WAYS[over]
        if under is not None:
            now["under"] = _WAYS[under]
        if invalid is not None:
            now["invalid"] = _WAYS[invalid]
        _errors = now
    except KeyError as error:
        if error.args[0] == "raise":
            raise NotImplementedError("seterr: errors of numbers are not raised; test isfinite() of the result") from None
        raise ValueError(f"{error.args[0]!r} is no way to treat errors") from None
    return before


def geterr():
    """What seterr() set."""
    return dict(_errors)


class errstate(contextlib.ContextDecorator):
    """seterr() for a block."""

    __slots__ = "_words", "_before"

    def __init__(self, *, call=None, all=None, divide=None, over=None, under=None, invalid=None):
        self._words = all, divide, over, under, invalid

    def __enter__(self):
        self._before = seterr(*self._words)

    def __exit__(self, *exception):
        seterr(**self._before)


@contextlib.contextmanager
def printoptions(**options):
    """set_printoptions() for a block."""
    before = nd.get_printoptions()
    nd.set_printoptions(**options)
    try:
        yield nd.get_printoptions()
    finally:
        nd.set_printoptions(**before)
