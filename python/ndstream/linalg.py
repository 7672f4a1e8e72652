"""Linear algebra, as numpy.linalg."""

import math
from typing import NamedTuple

import ndstream as nd
from ndstream import _core
from ndstream._core import LinAlgError, matmul, matrix_transpose, tensordot, vecdot
from ndstream._core import cross as _cross
from ndstream._core import diagonal as _diagonal
from ndstream._core import outer as _outer
from ndstream._core import trace as _trace

_names = [name for name in dir(_core._linalg) if not name.startswith("_")]
globals().update({name: getattr(_core._linalg, name) for name in _names})

__all__ = [
    *_names, "LinAlgError", "cross", "diagonal", "matmul", "matrix_transpose", "outer", "tensordot", "tensorinv",
    "tensorsolve", "trace", "vecdot",
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


def outer(x1, x2, /):
    """All products of elements of two vectors."""
    x1, x2 = nd.asarray(x1), nd.asarray(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ValueError(
            f"Input arrays must be one-dimensional, but they are x1.ndim={x1.ndim!r} and x2.ndim={x2.ndim!r}."
        )
    return _outer(x1, x2)


def cross(x1, x2, /, *, axis=-1):
    """The cross products of vectors of three elements."""
    x1, x2 = nd.asarray(x1), nd.asarray(x2)
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{x1.shape[axis]} and {x2.shape[axis]} dimensional instead."
        )
    return _cross(x1, x2, axis=axis)


def diagonal(x, /, *, offset=0):
    """The diagonals of the last two axes, a read-only view."""
    return _diagonal(x, offset, -2, -1)


class _NoValue:
    """What a parameter is that was not given, where None means something."""

    def __repr__(self):
        return "<no value>"


_no_value = _NoValue()


def pinv(a, rcond=None, hermitian=False, *, rtol=_no_value):
    """The pseudo-inverses of matrices; singular values up to rcond, or rtol, times the largest count as 0."""
    a = nd.asarray(a)
    if rcond is None:
        if rtol is _no_value:
            rcond = 1e-15
        else:
            eps = nd.finfo(a.dtype).eps if a.dtype.kind in "fc" else nd.finfo(float).eps
            rcond = max(a.shape[-2:]) * eps if rtol is None else rtol
    elif rtol is not _no_value:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    rcond = nd.asarray(rcond)
    if rcond.ndim == 0:
        return _core._linalg.pinv(a, float(rcond))
    outer = nd.broadcast_shapes(a.shape[:-2], rcond.shape)
    a, rcond = nd.broadcast_to(a, outer + a.shape[-2:]), nd.broadcast_to(rcond, outer)
    each = [_core._linalg.pinv(a[index], float(rcond[index])) for index in nd.ndindex(outer)]
    shape = outer + (a.shape[-1], a.shape[-2])
    return nd.stack(each).reshape(shape) if each else nd.empty(shape, nd.result_type(a, nd.float32 if a.dtype.kind in "fc" else nd.float64))


def trace(x, /, *, offset=0, dtype=None):
    """The sums of the diagonals of the last two axes."""
    return _trace(x, offset, -2, -1, dtype)


def tensorsolve(a, b, axes=None):
    """x of tensordot(a, x, x.ndim) == b: solve() with axes put together."""
    a, b = nd.asarray(a), nd.asarray(b)
    if axes is not None:
        order = [axis for axis in range(a.ndim) if axis not in axes]
        a = a.transpose([*order, *axes])
    shape = a.shape[b.ndim :]
    size = math.prod(shape)
    if a.size != size**2:
        raise LinAlgError("Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])")
    x = solve(a.reshape(size, size), b.ravel())  # noqa: F821
    x.shape = shape
    return x


def tensorinv(a, ind=2):
    """The inverse of an array as a map from its last axes to its first `ind` axes."""
    a = nd.asarray(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    first, last = a.shape[:ind], a.shape[ind:]
    return inv(a.reshape(math.prod(last), -1)).reshape(last + first)  # noqa: F821


def matrix_rank(A, tol=None, hermitian=False, *, rtol=None):
    """How many singular values are above `tol`, or above `rtol` times the largest; one for all matrices, or one each."""
    if tol is not None and rtol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    A = nd.asarray(A)
    if A.ndim < 2:
        return int(nd.any(A))
    if tol is None and rtol is None and not hermitian:
        return _core._linalg.matrix_rank(A)
    values = nd.abs(eigvalsh(A)) if hermitian else svdvals(A)  # noqa: F821
    if tol is None:
        if rtol is None:
            rtol = max(A.shape[-2:]) * nd.finfo(values.dtype).eps
        tol = nd.asarray(rtol) * nd.max(values, axis=-1, initial=0)
    return nd.count_nonzero(values > nd.asarray(tol)[..., None], axis=-1)
