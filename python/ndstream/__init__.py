"""ndstream: NumPy's arrays at the speed of the machine.

    import ndstream as np

Large results are computed when they are looked at, whole expressions in one loop.
"""

import numbers as _numbers
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
__array_api_version__ = "2024.12"
little_endian = _sys.byteorder == "little"

bool_ = _core.bool
int_ = intp = long = longlong = _core.int64
uint = uintp = ulong = ulonglong = _core.uint64
intc, uintc, short, ushort, byte, ubyte = (
    _core.int32, _core.uint32, _core.int16, _core.uint16, _core.int8, _core.uint8,
)  # fmt: skip
half, single, double = _core.float16, _core.float32, _core.float64
csingle, cdouble = _core.complex64, _core.complex128

_numbers.Number.register(_core.number)
_numbers.Complex.register(_core.inexact)
_numbers.Real.register(_core.floating)
_numbers.Integral.register(_core.integer)

# What is written in Python is loaded when it is first named: the import takes a few milliseconds.
_PLACES = {
    "_types": "finfo iinfo isscalar iscomplexobj isrealobj issubdtype isdtype min_scalar_type common_type seterr geterr "
    "errstate printoptions",
    "_shapes": "hsplit vsplit dsplit unstack mgrid ogrid s_ index_exp r_ c_ diag_indices diag_indices_from "
    "tril_indices_from triu_indices_from mask_indices trim_zeros pad block interp",
    "_polynomials": "poly roots polyadd polysub polymul polydiv polyder polyint polyval polyfit poly1d",
    "_windows": "bartlett hanning hamming blackman kaiser unwrap",
    "_ranges": "geomspace",
    "_digits": "binary_repr base_repr format_float_positional format_float_scientific",
    "_sets": "unique_all unique_counts unique_inverse cumulative_sum cumulative_prod sort_complex",
    "_iterators": "nditer nested_iters",
    "_about": "typecodes ScalarType sctypeDict typename mintypecode isfortran require asarray_chkfinite fix getbufsize "
    "setbufsize geterrcall seterrcall show_config show_runtime info get_include __array_namespace_info__",
    "_einsum": "einsum_path",
    "_functional": "fromfunction apply_along_axis apply_over_axes vectorize frompyfunc piecewise ndindex ndenumerate "
    "broadcast iterable",
    "_npyio": "load save savez savez_compressed fromfile",
    "_tables": "loadtxt savetxt genfromtxt fromstring",
}
_WHERE = {name: module for module, names in _PLACES.items() for name in names.split()}
_MODULES = {"linalg", "exceptions", "random", "testing", "lib", "emath"}

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
    from ndstream._absent import missing

    raise missing("ndstream", name)


def __dir__():
    return sorted({*globals(), *_WHERE, *_MODULES})
