"""ndstream: NumPy's arrays at the speed of the machine.

    import ndstream as np

Large results are computed when they are looked at, whole expressions in one loop.
"""

import sys as _sys

from ndstream import _core
from ndstream._core import *  # noqa: F403
from ndstream._core import __version__, _explain

pi = 3.141592653589793
e = 2.718281828459045
euler_gamma = 0.5772156649015329
inf = float("inf")
nan = float("nan")
newaxis = None
little_endian = _sys.byteorder == "little"

bool_ = _core.bool
int_ = intp = long = longlong = _core.int64
uint = uintp = ulong = ulonglong = _core.uint64
intc, uintc, short, ushort, byte, ubyte = (
    _core.int32, _core.uint32, _core.int16, _core.uint16, _core.int8, _core.uint8,
)  # fmt: skip
half, single, double = _core.float16, _core.float32, _core.float64
csingle, cdouble = _core.complex64, _core.complex128

# What is written in Python is loaded when it is first named: the import takes a few milliseconds.
_PLACES = {
    "_types": "finfo iinfo isscalar iscomplexobj isrealobj issubdtype isdtype min_scalar_type common_type seterr geterr "
    "errstate printoptions",
    "_shapes": "hsplit vsplit dsplit unstack mgrid ogrid s_ index_exp r_ c_ diag_indices diag_indices_from "
    "tril_indices_from triu_indices_from mask_indices trim_zeros pad block interp polyfit",
    "_functional": "fromfunction apply_along_axis apply_over_axes vectorize frompyfunc piecewise ndindex ndenumerate "
    "broadcast iterable",
    "_npyio": "load save savez savez_compressed loadtxt savetxt genfromtxt fromfile fromstring",
}
_WHERE = {name: module for module, names in _PLACES.items() for name in names.split()}
_MODULES = {"linalg", "exceptions", "random", "testing", "lib"}

# Names that NumPy has and this package has not, and what to use instead.
_ABSENT = {
    "object_": "there are no arrays of Python objects: keep them in lists",
    "str_": "there are no arrays of strings: keep them in lists, NumPy or pandas",
    "bytes_": "there are no arrays of bytes: keep them in lists or NumPy",
    "void": "there are no structured arrays: use an array for each field",
    "recarray": "there are no structured arrays: use an array for each field",
    "datetime64": "there are no dates: use int64 seconds, or pandas",
    "timedelta64": "there are no dates: use int64 seconds, or pandas",
    "longdouble": "the widest floats are float64",
    "clongdouble": "the widest complex numbers are complex128",
    "matrix": "use arrays of two axes, and @",
    "ma": "there are no masked arrays: use where=, nan and the nan functions",
    "char": "there are no arrays of strings",
    "strings": "there are no arrays of strings",
    "rec": "there are no structured arrays",
    "fft": "use scipy.fft or numpy.fft: they take arrays of ndstream",
    "polynomial": "use numpy.polynomial: it takes arrays of ndstream",
}


def explain(array):
    """How an array is computed: its loops, what each reads and writes, and what bounds them."""
    return Explanation(_explain(array))


class Explanation(str):
    """A text that notebooks show as it is."""

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        import html

        return f"<pre>{html.escape(self)}</pre>"


class memory_budget:
    """Limits the bytes that arrays hold at once; 0: no limit. As a context manager, for a block."""

    def __init__(self, bytes):
        self._before = _core.memory()["budget"]
        _core.set_memory_budget(bytes)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        _core.set_memory_budget(self._before)


def __getattr__(name):
    import importlib

    if name in _MODULES:
        return importlib.import_module(f"ndstream.{name}")
    if name in _WHERE:
        value = getattr(importlib.import_module(f"ndstream.{_WHERE[name]}"), name)
        globals()[name] = value
        return value
    if name in _ABSENT:
        raise AttributeError(f"ndstream has no {name}: {_ABSENT[name]}")
    raise AttributeError(f"module 'ndstream' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_WHERE, *_MODULES})
