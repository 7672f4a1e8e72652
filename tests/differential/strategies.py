"""Hypothesis strategies for arrays: dtype, shape, layout and values are drawn (and shrink) one by
one.

Values come from a seeded NumPy generator, which is far faster than drawing them singly; the kinds
of values are drawn.
"""

import math

import numpy as np
from hypothesis import strategies as st

from nd import NUMPY_DTYPES

FLOATS = ["float16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
INEXACT = FLOATS + COMPLEX
INTEGERS = [name for name in NUMPY_DTYPES if "int" in name]
EXACT = ["bool"] + INTEGERS

dtypes = st.sampled_from(NUMPY_DTYPES)
seeds = st.integers(0, 2**32 - 1)

SMALL_LENGTHS = [2, 3, 1, 4, 5, 0, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 257, 1000, 3001]
# Large enough for threads, cache blocks and streaming stores, with lengths that no block divides.
LARGE_SHAPES = [(100003,), (317, 331), (2, 50021), (50021, 2), (41, 53, 61), (70001, 1)]
LARGE_SHAPES += [(1, 3, 33347), (7, 11, 13, 17, 5)]
# What each kind of values is, for random_values().
KINDS = ["small", "special", "wide", "unit"]


@st.composite
def shapes(draw, min_rank=0, max_rank=5, most=4000, large=True):
    """Shapes of at most `most` elements; now and then (if `large`) one of LARGE_SHAPES."""
    if large and draw(st.integers(0, 24)) == 24:
        fitting = [shape for shape in LARGE_SHAPES if min_rank <= len(shape) <= max_rank]
        if fitting:
            return draw(st.sampled_from(fitting))
    rank = draw(st.integers(min_rank, max_rank))
    shape, size = [], 1
    for _ in range(rank):
        length = draw(st.sampled_from(SMALL_LENGTHS))
        shape.append(length if length * size <= most else min(length, 3))
        size *= max(shape[-1], 1)
    return tuple(shape)


def specials(dtype):
    """Values at which arithmetic goes wrong: the extremes, zeros, powers of two, halves,
    infinities.
    """
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        near = [0, 1, 2, 3, 7, 8, 63, 64, info.max, info.max - 1, info.max // 2, info.max // 2 + 1]
        return np.array(near + [info.min, info.min + 1] + ([-1, -2, -7] if info.min else []), dtype)
    if dtype.kind == "c":
        parts = specials(f"f{dtype.itemsize // 2}")
        both = np.empty(len(parts) ** 2, dtype)
        both.real, both.imag = np.repeat(parts, len(parts)), np.tile(parts, len(parts))
        return both
    info = np.finfo(dtype)
    values = [
        0.0,
        1.0,
        0.5,
        1.5,
        2.5,
        3.0,
        np.pi,
        100.25,
        info.eps,
        1 + info.eps,
        1 - info.epsneg,
        1e4,
        65504.0,
    ]
    values += [
        info.max,
        info.tiny,
        info.smallest_subnormal,
        info.tiny / 2,
        np.inf,
        np.nan,
        np.sqrt(float(info.max)),
    ]
    if dtype.itemsize >= 4:
        values += [1e10, 1e22, 88.72, 2.0**31, 2.0**63, 709.78]
        largest = np.log(np.longdouble(info.max))
        # Where exp, exp2, expm1, sinh and cosh are about to overflow, and exp to underflow.
        edges = [largest, largest / np.log(np.longdouble(2)), largest + np.log(np.longdouble(2))]
        edges += [np.log(np.longdouble(info.tiny)), np.log(np.longdouble(info.smallest_subnormal))]
        values += [
            float(np.nextafter(dtype.type(x), dtype.type(way)))
            for x in edges
            for way in (0, x, 2 * x)
        ]
    with np.errstate(over="ignore"):
        values = np.array(values).astype(dtype)
    return np.concatenate([values, -values])


def random_values(rng, dtype, shape, kind):
    """A C-ordered array. Kinds: small (nearby numbers), special (a third of them specials()), wide
    (the whole range of the dtype, finite), unit (-1 to 1).
    """
    dtype = np.dtype(dtype)
    size = math.prod(shape)
    if dtype.kind == "c":
        real = f"f{dtype.itemsize // 2}"
        values = np.empty(shape, dtype)
        values.real, values.imag = (random_values(rng, real, shape, kind) for _ in range(2))
        return values
    if dtype.kind == "b":
        return rng.integers(0, 2, size).astype(bool).reshape(shape)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        if kind == "small":
            values = rng.integers(0 if info.min == 0 else -9, 10, size).astype(dtype)
        else:
            values = rng.integers(info.min, info.max, size, dtype, endpoint=True)
    elif kind == "unit":
        values = rng.uniform(-1, 1, size).astype(dtype)
    elif kind == "small":
        values = (rng.standard_normal(size) * 8).astype(dtype)
    else:
        bits = rng.integers(
            0, 2 ** (8 * dtype.itemsize) - 1, size, f"uint{8 * dtype.itemsize}", endpoint=True
        )
        values = bits.view(dtype)
        values[~np.isfinite(values)] = 1
    if kind == "special":
        some = rng.random(size) < 0.4
        values[some] = rng.choice(specials(dtype), int(some.sum()))
    return values.reshape(shape)


def lay_out(values, rng, layout):
    """The same values with other strides, in memory that has other elements between and around
    them. Layouts: C, F, permuted, stepped (gaps), reversed (negative strides), broadcast (some
    strides 0, which repeats values), mixed.
    """
    rank = values.ndim
    order = list(range(rank))
    steps = [1] * rank
    if layout == "F":
        order.reverse()
    if layout in ("permuted", "mixed"):
        rng.shuffle(order)
    if layout == "stepped":
        steps = rng.integers(1, 4, rank).tolist()
    if layout == "reversed":
        steps = rng.choice([1, -1], rank).tolist()
    if layout == "mixed":
        steps = rng.choice([1, 1, 2, 3, -1, -2], rank).tolist()
    if layout == "broadcast":
        keep = [slice(0, 1) if n and rng.random() < 0.5 else slice(None) for n in values.shape]
        return np.broadcast_to(lay_out(values[tuple(keep)], rng, "stepped"), values.shape)
    padding = 0 if layout in ("C", "F", "permuted") else 1
    room = 5 * values.size + 1000
    lengths = [n + padding for n in values.shape]
    for axis, n in enumerate(values.shape):
        wider = abs(steps[axis]) * n + padding
        if math.prod(lengths) // max(lengths[axis], 1) * wider <= room:
            lengths[axis] = wider
        else:
            steps[axis] = 1 if steps[axis] > 0 else -1
    lengths = [lengths[axis] for axis in order]
    buffer = np.empty(lengths, values.dtype)
    buffer.fill(77)
    view = buffer.transpose(np.argsort(order)) if rank else buffer
    index = []
    for axis, step in enumerate(steps):
        n = values.shape[axis]
        first = 0 if step > 0 else (n - 1) * -step
        index.append(
            slice(first, first + n * step if first + n * step >= 0 else None, step)
            if n
            else slice(0, 0)
        )
    view = view[(*index, ...)]
    assert view.shape == values.shape
    view[...] = values
    return view


LAYOUTS = ["C", "F", "permuted", "stepped", "reversed", "mixed", "broadcast"]
WRITEABLE_LAYOUTS = LAYOUTS[:-1]
layouts = st.sampled_from(LAYOUTS)


@st.composite
def arrays(draw, dtype=dtypes, shape=shapes(), kinds=KINDS, layout=layouts):
    """A NumPy array; each argument is a value or a strategy."""
    dtype, shape, layout = (
        draw(given) if isinstance(given, st.SearchStrategy) else given
        for given in (dtype, shape, layout)
    )
    kind = draw(st.sampled_from(kinds))
    rng = np.random.default_rng(draw(seeds))
    return lay_out(random_values(rng, dtype, shape, kind), rng, layout)


@st.composite
def broadcastable(draw, shape, may_drop=True):
    """A shape that broadcasts to `shape`: some axes of length 1, some leading ones left out."""
    part = [1 if draw(st.integers(0, 5)) == 5 else n for n in shape]
    dropped = draw(st.integers(0, len(part))) if may_drop and draw(st.integers(0, 5)) == 5 else 0
    return tuple(part[dropped:])


@st.composite
def arguments(draw, count, dtype=dtypes, shape=shapes(), kinds=KINDS):
    """`count` arrays whose shapes broadcast; often of one dtype, as in real programs."""
    whole = draw(shape)
    one = draw(dtype) if draw(st.booleans()) else None
    return [
        draw(arrays(one or dtype, broadcastable(whole) if count > 1 else whole, kinds))
        for _ in range(count)
    ]


@st.composite
def axes_of(draw, rank):
    """None (all axes), one axis, or a tuple of axes, negative ones among them."""
    if rank == 0 or draw(st.integers(0, 3)) == 0:
        return None
    chosen = draw(st.lists(st.integers(0, rank - 1), unique=True, min_size=0, max_size=rank))
    return tuple(axis - rank if draw(st.booleans()) else axis for axis in chosen)
