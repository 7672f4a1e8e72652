"""Random arrays through every ufunc, reduction, operator and key, under both packages.

Values, dtypes, shapes, and the type of exception are compared; every ufunc and reduction that ndstream has is drawn,
so that a row added to the table is tested here without being named.
"""

import operator

import ndstream
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from same import compare

DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
UFUNCS = sorted(n for n in dir(ndstream) if isinstance(getattr(ndstream, n), ndstream.ufunc) and hasattr(numpy, n))
# Half floats and functions whose last bits are each library's own.
RTOL = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-13, "complex64": 2e-5, "complex128": 1e-12}
REDUCTIONS = "sum prod mean var std min max argmin argmax all any count_nonzero".split()


@st.composite
def numpy_arrays(draw, dtypes=DTYPES, max_rank=3):
    dtype = draw(st.sampled_from(dtypes))
    shape = draw(st.lists(st.integers(0, 4), max_size=max_rank))
    rng = numpy.random.default_rng(draw(st.integers(0, 2**32)))
    size = int(numpy.prod(shape))
    if dtype == "bool":
        flat = rng.integers(0, 2, size).astype(bool)
    elif numpy.dtype(dtype).kind in "iu":
        info = numpy.iinfo(dtype)
        small = draw(st.booleans())
        low, high = (max(info.min, -5), 6) if small else (info.min, info.max)
        flat = rng.integers(low, high, size, dtype=dtype)
    else:
        flat = rng.normal(0, 3, size) + (1j * rng.normal(0, 3, size) if "complex" in dtype else 0)
        flat = numpy.round(flat * 4) / 4
        special = rng.random(size) < draw(st.sampled_from([0.0, 0.2]))
        flat = numpy.where(special, rng.choice([0.0, -0.0, numpy.inf, -numpy.inf, numpy.nan], size), flat)
    array = flat.astype(dtype).reshape(shape)
    layout = draw(st.sampled_from("CFTR"))
    if layout == "F":
        return numpy.asfortranarray(array)
    if layout == "T":
        return array.T
    return array[::-1] if layout == "R" and array.ndim else array


def ours(value):
    if isinstance(value, numpy.ndarray):
        return ndstream.array(value)
    return value


def outcome(function, *arguments, **words):
    try:
        return function(*arguments, **words)
    except Exception as error:
        return error


def both(function, *arguments, rtol=None, **words):
    """`function` of NumPy's and of our arguments: a name of both packages, or a Python function of arrays."""
    theirs = getattr(numpy, function) if isinstance(function, str) else function
    mine = getattr(ndstream, function) if isinstance(function, str) else function
    expected = outcome(theirs, *arguments, **words)
    if isinstance(expected, numpy.ndarray) and not isinstance(expected, Exception):
        rtol = RTOL.get(expected.dtype.name) if rtol is None else rtol
    elif isinstance(expected, numpy.generic):
        rtol = RTOL.get(expected.dtype.name) if rtol is None else rtol
    got = outcome(mine, *map(ours, arguments), **{k: ours(v) for k, v in words.items()})
    compare(got, expected, rtol or 0, f"{function} of {[getattr(a, 'dtype', a) for a in arguments]}")


def broadcastable(draw, array):
    """Another array that broadcasts with the first, or a number."""
    if draw(st.booleans()):
        return draw(st.sampled_from([2, -1, 0, 1.5, True, 2j, 300]))
    other = draw(numpy_arrays(max_rank=0))
    keep = draw(st.integers(0, array.ndim))
    shape = [n if draw(st.booleans()) else 1 for n in array.shape[array.ndim - keep :]]
    return numpy.resize(other, shape) if numpy.prod(shape) else numpy.empty(shape, other.dtype)


def is_numpys_own(name, arguments):
    """True for what is undefined, or what NumPy does unlike itself."""
    halves = ("bool", "int8", "uint8", "float16")
    if name == "reciprocal":  # 1 / 0 of integers
        return arguments[0].dtype.kind in "biu" and not arguments[0].all()
    if name in ("power", "pow", "float_power"):  # infinities and NaN in complex powers: as the C library has them
        if any(numpy.isneginf(numpy.real(a)).any() for a in arguments):
            return True  # NumPy takes the root of -inf for a power of 0.5 that is one number
        complexes = any(numpy.iscomplexobj(a) for a in arguments)
        return complexes and not all(numpy.isfinite(a).all() for a in arguments)
    if name == "i0":  # a function, not a ufunc: 0-d stays, steps round in the array's dtype, i0(inf) is NaN
        x = arguments[0]
        return x.ndim == 0 or x.dtype.name in ("float16", "float32") or not numpy.isfinite(x).all()
    if name == "ldexp":  # a Python number takes the first loop, that of halves
        return not isinstance(arguments[0], numpy.ndarray)
    return False


@pytest.mark.parametrize("name", UFUNCS)
@given(st.data())
def test_ufunc(name, data):
    array = data.draw(numpy_arrays())
    if getattr(ndstream, name).nin == 1:
        if not is_numpys_own(name, [array]):
            both(name, array)
    else:
        other = broadcastable(data.draw, array)
        pair = (array, other) if data.draw(st.booleans()) else (other, array)
        if not is_numpys_own(name, pair):
            both(name, *pair)


@pytest.mark.parametrize("name", REDUCTIONS)
@given(st.data())
def test_reduction(name, data):
    array = data.draw(numpy_arrays())
    axis = data.draw(st.one_of(st.none(), st.integers(-3, 3)))
    words = {"axis": axis}
    if data.draw(st.booleans()):
        words["keepdims"] = True
    rtol = RTOL.get(array.dtype.name)
    if array.dtype == "float16":
        rtol = 2e-2
    both(name, array, rtol=rtol, **words)


@given(st.data())
def test_scan(data):
    array = data.draw(numpy_arrays(["bool", "int8", "int64", "uint16", "float64", "complex128"]))
    axis = data.draw(st.one_of(st.none(), st.integers(-3, 3)))
    if array.dtype.kind == "c" and not numpy.isfinite(array).all():
        return  # products of complex infinities: as the C library has them
    both(data.draw(st.sampled_from(["cumsum", "cumprod"])), array, axis=axis)


KEYS = st.deferred(lambda: st.one_of(TERMS, st.lists(TERMS, max_size=4).map(tuple)))
INTEGERS = st.integers(-4, 4)
STEPS = st.none() | st.integers(-3, 3).filter(bool)
SLICES = st.builds(slice, st.none() | INTEGERS, st.none() | INTEGERS, STEPS)
LISTS = st.lists(st.integers(-3, 3), max_size=4).map(lambda x: numpy.array(x, dtype=int))
MASKS = st.lists(st.booleans(), min_size=1, max_size=4).map(numpy.array)
TERMS = st.one_of(INTEGERS, SLICES, SLICES, st.none(), st.just(Ellipsis), LISTS, MASKS, st.booleans())


def our_key(key):
    return tuple(map(ours, key)) if isinstance(key, tuple) else ours(key)


@given(st.data())
def test_getting_items(data):
    array, key = data.draw(numpy_arrays()), data.draw(KEYS)
    expected = outcome(operator.getitem, array, key)
    got = outcome(operator.getitem, ours(array), our_key(key))
    compare(got, expected, 0, f"{array!r}[{key!r}]")


@given(st.data())
def test_setting_items(data):
    array, key = data.draw(numpy_arrays(["int32", "float64", "bool", "complex64"])).copy(), data.draw(KEYS)
    mine = ours(array)
    value = data.draw(st.sampled_from([7, 2.5, True, numpy.arange(3), numpy.ones((2, 1)), [1, 2], numpy.float32(3)]))
    expected = outcome(operator.setitem, array, key, value)
    got = outcome(operator.setitem, mine, our_key(key), ours(value))
    compare(got, expected, 0, f"a[{key!r}] = {value!r}")
    compare(mine, array, 0, f"after a[{key!r}] = {value!r}")


IN_PLACE = [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ifloordiv, operator.imod,
            operator.iand, operator.ior, operator.ixor]  # fmt: skip


@given(st.data())
def test_in_place(data):
    array = data.draw(numpy_arrays()).copy()
    other = broadcastable(data.draw, array)
    change = data.draw(st.sampled_from(IN_PLACE))
    mine, before = ours(array), array.copy()
    expected = outcome(change, array, other)
    got = outcome(change, mine, ours(other))
    compare(got, expected, RTOL.get(array.dtype.name, 0), f"{change.__name__}({before!r}, {other!r})")
    compare(mine, array, RTOL.get(array.dtype.name, 0), f"after {change.__name__}({before!r}, {other!r})")


@given(st.data())
def test_text(data):
    array = data.draw(numpy_arrays())
    assert repr(ours(array)) == repr(array)
    assert str(ours(array)) == str(array)


@given(st.data())
def test_conversions(data):
    array, dtype = data.draw(numpy_arrays()), data.draw(st.sampled_from(DTYPES))
    finite = numpy.isfinite(array).all()
    if not finite and numpy.dtype(dtype).kind in "iu":
        return  # undefined
    if array.dtype.kind in "fc" and numpy.dtype(dtype).kind == "u" and (array.real < 0).any():
        return
    both(lambda a: a.astype(dtype), array)
    both(lambda a: a.tolist(), array)
    both(lambda a: a.reshape(-1), array)
    both(lambda a: a.copy('K').T.flags.c_contiguous, array)
