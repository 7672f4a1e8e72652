"""Linear algebra, as numpy.linalg."""

from typing import NamedTuple

from ndstream import _core
from ndstream._core import LinAlgError, cross, matmul, matrix_transpose, outer, tensordot, trace, vecdot
from ndstream._core import diagonal as _diagonal

_names = [name for name in dir(_core._linalg) if not name.startswith("_")]
globals().update({name: getattr(_core._linalg, name) for name in _names})

__all__ = [
    *_names, "LinAlgError", "cross", "diagonal", "matmul", "matrix_transpose", "outer", "tensordot", "trace", "vecdot",
]  # fmt: skip


class EigResult(NamedTuple):
    eigenvalues: object
    eigenvectors: object


class EighResult(NamedTuple):
    eigenvalues: object
    eigenvectors: object


class QRResult(NamedTuple):
    Q: object
    R: object


class SlogdetResult(NamedTuple):
    sign: object
    logabsdet: object


class SVDResult(NamedTuple):
    U: object
    S: object
    Vh: object


def diagonal(x, /, *, offset=0):
    """The diagonals of the last two axes, a read-only view."""
    return _diagonal(x, offset, -2, -1)
