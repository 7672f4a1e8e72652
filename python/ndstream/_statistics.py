"""Statistics with weights: what quantile() and cov() do when they are given."""

import math

import ndstream as nd


def _axes_of(axis, rank):
    """The axes of an argument from the front; None: all."""
    axes = range(rank) if axis is None else (axis,) if nd.ndim(axis) == 0 else axis
    for x in axes:
        if not -rank <= x < rank:
            raise nd.exceptions.AxisError(x, rank)
    return tuple(x % rank for x in axes)


def quantile(a, q, axis, method, keepdims, weights, ignore_nan):
    """Weighted quantiles: the first element at which the running weight reaches q times the whole."""
    if method != "inverted_cdf":
        raise ValueError(f"Only method 'inverted_cdf' supports weights. Got: {method}.")
    a, q, weights = nd.asarray(a), nd.asarray(q, dtype=float), nd.asarray(weights)
    if weights.dtype.kind not in "biuf":
        raise TypeError("weights must be of real numbers")
    if (weights < 0).any():
        raise ValueError("Weights must be non-negative.")
    if not ((q >= 0) & (q <= 1)).all():
        raise ValueError("Quantiles must be in the range [0, 1]")
    axes = _axes_of(axis, a.ndim)
    if weights.shape != a.shape:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        if weights.shape != tuple(a.shape[x] for x in axes):
            raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
        order = nd.argsort(nd.asarray(axes))
        weights = weights.transpose(order.tolist()).reshape([a.shape[x] if x in axes else 1 for x in range(a.ndim)])
        weights = nd.broadcast_to(weights, a.shape)
    rest = [x for x in range(a.ndim) if x not in axes]
    outer = tuple(a.shape[x] for x in rest)
    lines, loads = (x.transpose([*rest, *axes]).reshape(*outer, -1) for x in (a, weights))
    result = nd.empty(q.shape + outer, a.dtype)
    for index in nd.ndindex(outer):
        values, load = lines[index], loads[index].astype(float)
        if a.dtype.kind == "f" and nd.isnan(values).any():
            if not ignore_nan:
                result[(..., *index)] = nd.nan
                continue
            kept = ~nd.isnan(values)
            values, load = values[kept], load[kept]
            if not values.size:
                result[(..., *index)] = nd.nan
                continue
        order = nd.argsort(values)
        values, running = values[order], nd.cumsum(load[order])
        if not 0 < running[-1] < nd.inf:
            raise ValueError("Weights included NaN, inf or were all zero.")
        running = running / running[-1]
        places = nd.searchsorted(running, q, side="left")
        places = nd.where(q == 0, nd.searchsorted(running, 0, side="right"), places)  # the first that weighs anything
        result[(..., *index)] = values[nd.minimum(places, values.size - 1)]
    if keepdims:
        result = result.reshape(q.shape + tuple(1 if x in axes else a.shape[x] for x in range(a.ndim)))
    return result if result.ndim else result[()]


def about(a, axis, dtype, ddof, keepdims, where, mean, root, ignore_nan):
    """The variance about a mean that is given, or its root."""
    a, mean = nd.asarray(a), nd.asarray(mean)
    where = True if where is None else where
    words = {"axis": axis, "keepdims": bool(keepdims)}
    if ignore_nan:
        where = nd.logical_and(where, ~nd.isnan(a))
    if dtype is not None or a.dtype.kind in "biu":
        a = a.astype(nd.float64 if dtype is None else dtype)
    away = nd.abs(a - mean) if "c" in a.dtype.kind + mean.dtype.kind else a - mean
    count = nd.count_nonzero(nd.broadcast_to(where, a.shape), **words)
    left = nd.maximum(count - ddof, 0)
    result = nd.sum(away * away, where=where, **words) / left.astype(away.dtype)
    if ignore_nan:
        result = nd.where(left > 0, result, nd.nan).astype(result.dtype)[()]
    return nd.sqrt(result) if root else result


def computed_in(a, axis, dtype, ddof, keepdims, where, name):
    """mean(), var() or std() in a dtype that is not the real one of floats: as NumPy does it, whose sums are of that dtype."""
    a, dtype, where = nd.asarray(a), nd.dtype(dtype), True if where is None else where
    words = {"axis": axis, "where": where}

    def divided(total, count):
        result = total / count
        return result.astype(dtype) if isinstance(result, nd.ndarray) else dtype.type(result)

    def count(keepdims):
        return nd.count_nonzero(nd.broadcast_to(where, a.shape), axis=axis, keepdims=keepdims)

    if name == "mean":
        return divided(nd.sum(a, dtype=dtype, keepdims=keepdims, **words), count(keepdims))
    away = a - divided(nd.sum(a, dtype=dtype, keepdims=True, **words), count(True))
    square = away.real**2 + away.imag**2 if a.dtype.kind == "c" else away * away
    result = divided(nd.sum(square, dtype=dtype, keepdims=keepdims, **words), nd.maximum(count(keepdims) - ddof, 0))
    if name == "var":
        return result
    if isinstance(result, nd.ndarray) and dtype.kind not in "fc":
        raise TypeError(f"Cannot cast ufunc 'sqrt' output from float to {dtype!r} with casting rule 'same_kind'")
    return dtype.type(nd.sqrt(result)) if not isinstance(result, nd.ndarray) else nd.sqrt(result)


def complex_median(a, axis, keepdims, ignore_nan):
    """The median of complex numbers, in the order of sort(): by real part, then by imaginary part."""
    a = nd.asarray(a)
    axes = _axes_of(axis, a.ndim)
    rest = [x for x in range(a.ndim) if x not in axes]
    outer = tuple(a.shape[x] for x in rest)
    count = math.prod(a.shape[x] for x in axes)
    lines = nd.sort(a.transpose([*rest, *axes]).reshape(*outer, count), axis=-1)
    if not count:
        result = nd.full(outer, complex("nan+nanj"), a.dtype)
    elif ignore_nan:  # which are last
        left = nd.count_nonzero(~nd.isnan(lines), axis=-1, keepdims=True)
        pair = [nd.take_along_axis(lines, nd.maximum(at, 0), -1)[..., 0] for at in ((left - 1) // 2, left // 2)]
        result = (pair[0] + pair[1]) / 2
    else:
        result = (lines[..., (count - 1) // 2] + lines[..., count // 2]) / 2
        result = nd.where(nd.isnan(lines[..., -1]), lines[..., -1], result)
    result = result.astype(a.dtype)
    if keepdims:
        result = result.reshape([1 if x in axes else a.shape[x] for x in range(a.ndim)])
    return result[()]


def complex_histogram(a, bins, range, density, weights):
    """histogram() with complex weights: of their parts."""
    bins = 10 if bins is None else bins
    parts = [nd.histogram(a, bins, range, weights=part) for part in (weights.real, weights.imag)]
    counts, edges = nd.empty(parts[0][0].shape, weights.dtype), parts[0][1]
    counts.real, counts.imag = parts[0][0], parts[1][0]
    return (counts / nd.diff(edges) / counts.sum() if density else counts), edges


def cov(m, y, rowvar, ddof, fweights, aweights):
    """The covariance matrix of observations that count several times, or more or less."""
    x = nd.asarray(m)
    x = nd.atleast_2d(x).astype(nd.result_type(x, nd.float64))
    if not rowvar and x.shape[0] != 1:
        x = x.T
    if y is not None:
        y = nd.atleast_2d(nd.asarray(y)).astype(x.dtype)
        x = nd.concatenate([x, y.T if not rowvar and y.shape[0] != 1 else y], 0)
    weights = None
    for given, name in ((fweights, "fweights"), (aweights, "aweights")):
        if given is None:
            continue
        one = nd.asarray(given, dtype=float)
        if name == "fweights" and not (one == nd.rint(one)).all():
            raise TypeError("fweights must be integer")
        if one.ndim > 1:
            raise RuntimeError(f"cannot handle multidimensional {name}")
        if one.shape[0] != x.shape[1]:
            raise RuntimeError(f"incompatible numbers of samples and {name}")
        if (one < 0).any():
            raise ValueError(f"{name} cannot be negative")
        weights = one if weights is None else weights * one
    total = weights.sum()
    if ddof == 0:
        factor = total
    elif aweights is None:
        factor = total - ddof
    else:
        factor = total - ddof * (weights * nd.asarray(aweights, dtype=float)).sum() / total
    x = x - ((x * weights).sum(axis=1) / total)[:, None]
    return ((x * weights) @ x.T.conj() / max(factor, 0.0)).squeeze()
