"""Windows for filters and spectra, and phases unwrapped."""

import math

import ndstream as nd


def _half_turns(M):
    """1 - M, 3 - M, ..., M - 1: odd for even M, as NumPy writes its windows."""
    return nd.arange(1 - M, M, 2, dtype=float)


def _window(M, values):
    M = M.item() if hasattr(M, "item") else M  # 1 - M wraps in a narrow dtype
    if M < 1:
        return nd.array([])
    return nd.ones(1) if M == 1 else values(_half_turns(M), M - 1)


def bartlett(M):
    """A triangle with zeros at its ends."""
    return _window(M, lambda n, last: nd.where(n <= 0, 1 + n / last, 1 - n / last))


def hanning(M):
    """A cosine bell: 0.5 + 0.5 cos."""
    return _window(M, lambda n, last: 0.5 + 0.5 * nd.cos(nd.pi * n / last))


def hamming(M):
    """A cosine bell on a pedestal: 0.54 + 0.46 cos."""
    return _window(M, lambda n, last: 0.54 + 0.46 * nd.cos(nd.pi * n / last))


def blackman(M):
    """Two cosines: 0.42 + 0.5 cos + 0.08 cos of twice the angle."""
    return _window(
        M, lambda n, last: 0.42 + 0.5 * nd.cos(nd.pi * n / last) + 0.08 * nd.cos(2 * nd.pi * n / last)
    )


def kaiser(M, beta):
    """i0(beta sqrt(1 - t**2)) / i0(beta) for t from -1 to 1."""
    return _window(M, lambda n, last: nd.i0(beta * nd.sqrt(nd.maximum(1 - (n / last) ** 2, 0))) / nd.i0(float(beta)))


def unwrap(p, discont=None, axis=-1, *, period=2 * math.pi):
    """Phases with jumps of more than half a period replaced by their complements."""
    p = nd.asarray(p)
    steps = nd.diff(p, axis=axis)
    half = period / 2
    discont = half if discont is None else discont
    dtype = nd.result_type(steps, period)
    whole = dtype.kind in "iu"
    low = -(period // 2) if whole else -half
    boundary_is_ambiguous = period % 2 == 0 if whole else True
    wrapped = nd.remainder(steps - low, period) + low
    if boundary_is_ambiguous:  # half a period up stays up
        wrapped = nd.where((wrapped == low) & (steps > 0), -low, wrapped)
    corrections = nd.where(nd.abs(steps) < discont, 0, wrapped - steps)
    result = nd.array(p, dtype=dtype, copy=True)
    rest = (slice(None),) * (axis % p.ndim) + (slice(1, None),)
    result[rest] = p[rest] + nd.cumsum(corrections, axis=axis)
    return result
