"""What NumPy tells about itself and its types: names of dtypes, configuration, checks of arrays."""

import sys

import ndstream as nd

typecodes = {
    "Character": "c", "Integer": "bhilqnp", "UnsignedInteger": "BHILQNP", "Float": "efd", "Complex": "FD",
    "AllInteger": "bBhHiIlLqQnNpP", "AllFloat": "efdFD", "Datetime": "", "All": "?bhilqnpBHILQNPefdFD",
}  # fmt: skip

_TYPES = "bool float16 float32 float64 complex64 complex128 int8 uint8 int16 uint16 int32 uint32 int64 uint64".split()

ScalarType = (int, float, complex, bool, bytes, str, memoryview, *(getattr(nd, name) for name in _TYPES))

sctypeDict = {
    name: getattr(nd, name)
    for name in _TYPES
    + "byte ubyte short ushort intc uintc long ulong longlong ulonglong intp uintp double cdouble single csingle half bool_ "
    "int_ uint".split()
}
sctypeDict |= {"float": nd.float64, "complex": nd.complex128, "int": nd.int64}

_WORDS = {
    "?": "bool", "b": "signed char", "B": "unsigned char", "h": "short", "H": "unsigned short", "i": "integer",
    "I": "unsigned integer", "l": "long integer", "L": "unsigned long integer", "q": "long long integer",
    "Q": "unsigned long long integer", "f": "single precision", "d": "double precision", "F": "complex single precision",
    "D": "complex double precision", "S1": "character",
}  # fmt: skip


def typename(char):
    """The words for a dtype's letter."""
    return _WORDS[char]


def mintypecode(typechars, typeset="GDFgdf", default="d"):
    """The letter of the least type of the set that all of these fit."""
    letters = {t if isinstance(t, str) else nd.asarray(t).dtype.char for t in typechars}
    within = [letter for letter in letters if letter in typeset]
    if not within:
        return default
    if "F" in within and "d" in within:
        return "D"
    return min(within, key="GDFgdfQqLlIiHhBb?".index)


def isfortran(a):
    """True if the array is in Fortran order and not in C order too."""
    return a.flags.fnc


def require(a, dtype=None, requirements=None, *, like=None):
    """The array in that dtype, order and state: 'C', 'F', 'A'ligned, 'W'riteable, 'O'wning its data."""
    words = {"C_CONTIGUOUS": "C", "CONTIGUOUS": "C", "F_CONTIGUOUS": "F", "FORTRAN": "F", "ALIGNED": "A", "WRITEABLE": "W",
             "OWNDATA": "O", "ENSUREARRAY": "E"}  # fmt: skip
    wanted = {words.get(w.upper(), w.upper()) for w in requirements or ()}
    if wanted - set("CFAWOE"):
        raise KeyError(min(wanted - set("CFAWOE")))
    if {"C", "F"} <= wanted:
        raise ValueError('Cannot specify both "C" and "F" order')
    order = "F" if "F" in wanted else "C" if "C" in wanted else "K"
    array = nd.asarray(a, dtype=dtype)
    good = {"C": array.flags.c_contiguous, "F": array.flags.f_contiguous, "W": array.flags.writeable, "O": array.flags.owndata}
    return array if all(good.get(w, True) for w in wanted) else array.copy(order)


def asarray_chkfinite(a, dtype=None, order=None):
    """asarray(), but ValueError if there are infinities or NaN."""
    a = nd.asarray(a, dtype=dtype, order=order)
    if a.dtype.kind in "fc" and not nd.isfinite(a).all():
        raise ValueError("array must not contain infs or NaNs")
    return a


def fix(x, out=None):
    """The elements rounded towards 0."""
    return nd.trunc(x, out=out)


def getbufsize():
    """The bytes of the blocks that loops work in; NumPy counts elements."""
    return 8192


def setbufsize(size):
    """Taken and ignored: blocks have the size that fits the machine's cache."""
    return 8192


def geterrcall():
    """None: nothing is called."""
    return None


def seterrcall(func):
    """Not there: computations do not report errors of numbers."""
    if func is not None:
        raise NotImplementedError("seterrcall: errors of numbers are not reported; test isfinite() of the result")
    return None


def show_config(mode="stdout"):
    """What this build is and what it chose on this machine."""
    config = nd.config()
    if mode == "dicts":
        return config
    if mode != "stdout":
        raise AttributeError("Invalid `mode`, use one of: stdout, dicts")
    print("\n".join(f"{name}: {value}" for name, value in config.items()))
    return None


def show_runtime():
    """Versions of Python and of the package, and what it uses of this machine."""
    print(f"python: {sys.version}")
    show_config()


def info(object=None, maxwidth=76, output=None, toplevel="numpy"):
    """The documentation of a function, by itself or by name, or a description of an array."""
    output = sys.stdout if output is None else output
    if isinstance(object, nd.ndarray):
        for name in ("shape", "strides", "itemsize", "dtype"):
            print(f"{name}:  {getattr(object, name)}", file=output)
        return
    thing = getattr(nd, object, None) if isinstance(object, str) else object
    print(getattr(thing, "__doc__", None) or f"No documentation for {object!r}.", file=output)


def get_include():
    """Not there: the C interface is that of the library, which pkg-config finds."""
    raise NotImplementedError("get_include() is not there: C code uses <ndstream/nd.h>; pkg-config --cflags ndstream")

# ---- The inspection of the array API standard ---------------------------------------------------


class _Info:
    """What the standard's inspection functions tell: __array_namespace_info__()."""

    def capabilities(self):
        """What arrays may do."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 32}

    def default_device(self):
        """'cpu'."""
        return "cpu"

    def devices(self):
        """['cpu']."""
        return ["cpu"]

    def default_dtypes(self, *, device=None):
        """The dtypes of new arrays."""
        _check_device(device)
        kinds = {"real floating": "float64", "complex floating": "complex128", "integral": "int64", "indexing": "int64"}
        return {kind: nd.dtype(name) for kind, name in kinds.items()}

    def dtypes(self, *, device=None, kind=None):
        """The standard's dtypes by name, all or those of a kind or several."""
        _check_device(device)
        signed, unsigned = "int8 int16 int32 int64".split(), "uint8 uint16 uint32 uint64".split()
        real, complex_ = ["float32", "float64"], ["complex64", "complex128"]
        groups = {
            "bool": ["bool"], "signed integer": signed, "unsigned integer": unsigned, "integral": signed + unsigned,
            "real floating": real, "complex floating": complex_, "numeric": signed + unsigned + real + complex_,
            None: ["bool", *signed, *unsigned, *real, *complex_],
        }  # fmt: skip
        kinds = kind if isinstance(kind, tuple) else (kind,)
        for one in kinds:
            if one not in groups:
                raise ValueError(f"unsupported kind: {one!r}")
        return {name: nd.dtype(name) for one in kinds for name in groups[one]}


def ufunc_signature(counts):
    """inspect.signature() of a ufunc of so many arguments and results."""
    from inspect import Parameter, Signature

    names = ["x"] if counts[0] == 1 else [f"x{i + 1}" for i in range(counts[0])]
    words = {"where": True, "casting": "same_kind", "order": "K", "dtype": None, "subok": True, "signature": None}
    return Signature([
        *(Parameter(name, Parameter.POSITIONAL_ONLY) for name in names),
        Parameter("out", Parameter.POSITIONAL_OR_KEYWORD, default=None if counts[1] == 1 else (None,) * counts[1]),
        *(Parameter(name, Parameter.KEYWORD_ONLY, default=value) for name, value in words.items()),
    ])  # fmt: skip


def _check_device(device):
    if device not in ("cpu", None):
        raise ValueError(f'Device not understood. Only "cpu" is allowed, but received: {device!r}')


def __array_namespace_info__():
    """The array API standard's inspection functions."""
    return _Info()
