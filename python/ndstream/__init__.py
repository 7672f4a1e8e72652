"""ndstream: NumPy's arrays at the speed of the machine.

    import ndstream as np

Large results are computed when they are looked at, whole expressions in one loop.
"""

from ndstream._core import *  # noqa: F403
from ndstream._core import __version__, _explain

pi = 3.141592653589793
e = 2.718281828459045
euler_gamma = 0.5772156649015329
inf = float("inf")
nan = float("nan")
newaxis = None
little_endian = __import__("sys").byteorder == "little"

bool_ = bool  # noqa: F405
int_ = intp = long = longlong = int64  # noqa: F405
uint = uintp = ulong = ulonglong = uint64  # noqa: F405
intc, uintc, short, ushort, byte, ubyte = int32, uint32, int16, uint16, int8, uint8  # noqa: F405
half, single, double, csingle, cdouble = float16, float32, float64, complex64, complex128  # noqa: F405

# Modules that are loaded when they are first named.
_MODULES = {"linalg", "exceptions"}


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


def __getattr__(name):
    if name in _MODULES:
        import importlib

        return importlib.import_module(f"ndstream.{name}")
    raise AttributeError(f"module 'ndstream' has no attribute {name!r}")
