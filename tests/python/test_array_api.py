"""The array API standard 2024.12: names, signatures, inspection, DLPack, and results beside array-api-strict, the standard's
own minimal implementation. (The standard's whole test suite is not on PyPI; CONTRIBUTING.md says how it is run.)
"""

import inspect
import math
import warnings

import array_api_strict as strict
import numpy
import pytest
from hypothesis import given, settings
from hypothesis.extra.array_api import make_strategies_namespace
from hypothesis.strategies import booleans, composite, data, integers, lists, sampled_from

import ndstream

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    strict.set_array_api_strict_flags(api_version="2024.12")

FLAGS = {"ArrayAPIStrictFlags", "Device", "ModuleType", "get_array_api_strict_flags", "reset_array_api_strict_flags",
         "set_array_api_strict_flags", "fft"}  # fmt: skip
LINALG = """cholesky cross det diagonal eigh eigvalsh inv matmul matrix_norm matrix_power matrix_rank matrix_transpose outer
pinv qr slogdet solve svd svdvals tensordot trace vecdot vector_norm""".split()
NAMES = [n for n in sorted(dir(strict)) if not n.startswith("_") and n not in FLAGS]


def signature(function):
    """Of ours: what Python knows, or the first line of the documentation."""
    try:
        return inspect.signature(function)
    except ValueError:
        text = function.__doc__.split("\n", 1)[0]
        space = {}
        exec(f"def f{text[text.index('('):]}: pass".replace("<no value>", "None"), space)
        return inspect.signature(space["f"])


# Defaults that mean the same, or are not what the type checker's stub of the standard says; clip's names are NumPy's, by
# position or with the standard's keywords.
FREE_DEFAULTS = {
    "argsort stable", "sort stable", "astype device", "from_dlpack device", "from_dlpack copy", "vecdot axis", "cross axis", "pinv rtol",
}  # fmt: skip
POSITIONAL = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD


@pytest.mark.parametrize("name", [*NAMES, *(f"linalg.{name}" for name in LINALG)])
def test_signature(name):
    """What may be given by position, in which order, by which names and with which defaults."""
    theirs, ours = strict, ndstream
    for part in name.split("."):
        theirs, ours = getattr(theirs, part), getattr(ours, part)
    if not inspect.isfunction(theirs):
        return
    wanted, found = inspect.signature(theirs).parameters, signature(ours).parameters
    mine = [p for p in found.values() if p.kind in POSITIONAL]
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in found.values())
    for place, p in enumerate(p for p in wanted.values() if p.kind in POSITIONAL):
        if place >= len(mine):
            assert takes_any, p
            continue
        if p.kind is not p.POSITIONAL_ONLY:
            assert p.name == mine[place].name or (p.name in found and name == "clip"), p
        if p.default is p.empty:
            continue
        assert mine[place].default == p.default, p
    for p in wanted.values():
        if p.kind is p.KEYWORD_ONLY:
            assert p.name in found
            assert p.default == found[p.name].default or f"{name.rpartition('.')[2]} {p.name}" in FREE_DEFAULTS, p
    if not takes_any:
        known = sum(p.kind in (*POSITIONAL, inspect.Parameter.VAR_POSITIONAL) for p in wanted.values())
        assert all(p.default is not p.empty for p in mine[known:]), "more must be given than the standard says"


def test_methods_and_attributes_of_arrays():
    array = ndstream.zeros((2, 2))
    wanted = [n for n in dir(type(strict.zeros(1))) if n.startswith("__") and not hasattr(object, n)]
    wanted = [n for n in wanted if n not in ("__array__", "__module__", "__dict__", "__weakref__", "__buffer__", "__annotations__", "__slots__")]
    assert [n for n in wanted if not hasattr(array, n)] == []
    for name in ("dtype", "device", "mT", "ndim", "shape", "size", "T"):
        assert hasattr(array, name)
    assert array.to_device("cpu") is array


# ---- Inspection ---------------------------------------------------------------------------------


def test_inspection():
    info, theirs = ndstream.__array_namespace_info__(), strict.__array_namespace_info__()
    assert info.capabilities() == {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 32}
    assert info.default_device() == "cpu" and info.devices() == ["cpu"]
    names = {kind: str(dtype) for kind, dtype in info.default_dtypes(device="cpu").items()}
    assert names == {"real floating": "float64", "complex floating": "complex128", "integral": "int64", "indexing": "int64"}
    kinds = ["bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", "numeric", None]
    for kind in [*kinds, ("bool", "integral"), ()]:
        own = info.dtypes(kind=kind)
        assert sorted(own) == sorted(theirs.dtypes(kind=kind))
        assert all(str(dtype) == name for name, dtype in own.items())
    for wrong in (dict(kind="nonsense"), dict(device="gpu")):
        with pytest.raises(ValueError):
            info.dtypes(**wrong)


def test_namespace():
    array = ndstream.zeros(2)
    assert array.__array_namespace__() is ndstream
    assert array.__array_namespace__(api_version="2024.12") is ndstream
    assert ndstream.__array_api_version__ == "2024.12"
    with pytest.raises(ValueError):
        array.__array_namespace__(api_version="2030.12")


def test_expm1_of_complex_infinities_is_as_the_standard_says():
    inf, nan = math.inf, math.nan
    for x, expected in [
        (complex(-0.0, 0), complex(0, 0)),
        (complex(inf, 0), complex(inf, 0)),
        (complex(-inf, inf), complex(-1, 0)),
        (complex(inf, inf), complex(inf, nan)),
        (complex(-inf, nan), complex(-1, 0)),
        (complex(inf, nan), complex(inf, nan)),
        (complex(nan, 0), complex(nan, 0)),
    ]:
        for dtype in (ndstream.complex64, ndstream.complex128):
            got = complex(ndstream.expm1(ndstream.asarray([x], dtype=dtype))[0])
            for mine, theirs in ((got.real, expected.real), (got.imag, expected.imag)):
                assert math.isnan(mine) if math.isnan(theirs) else mine == theirs, (x, got)
    zero = ndstream.expm1(ndstream.asarray([complex(-0.0, 0)]))[0]
    assert math.copysign(1, zero.real) == 1


# ---- DLPack -------------------------------------------------------------------------------------


def test_dlpack_copies_only_if_asked():
    x = ndstream.arange(5)
    shared, copied = ndstream.from_dlpack(x), ndstream.from_dlpack(x, copy=True)
    x[0] = 9
    assert shared[0] == 9 and copied[0] == 0
    assert ndstream.from_dlpack(x, copy=False)[0] == 9
    assert ndstream.from_dlpack(x, device="cpu")[0] == 9
    assert ndstream.from_dlpack(numpy.arange(3), copy=False).tolist() == [0, 1, 2]
    with pytest.raises((ValueError, BufferError)):
        ndstream.from_dlpack(x, device="gpu")


def test_dlpack_keywords():
    x = ndstream.arange(3.0)
    assert x.__dlpack_device__() == (1, 0)
    for words in ({}, {"stream": None}, {"max_version": None}, {"max_version": (1, 0)}, {"dl_device": (1, 0)}, {"copy": True}):
        assert "dltensor" in repr(x.__dlpack__(**words))
    with pytest.raises(BufferError):
        x.__dlpack__(dl_device=(2, 0))


# ---- Results ------------------------------------------------------------------------------------

CODE = """
xp.argsort(a, descending=True) | xp.sort(a, axis=0, descending=True) | xp.argmax(a, axis=1, keepdims=True) | xp.clip(a, 0, 1)
xp.clip(a, min=0.5) | xp.clip(a, max=0.5) | xp.concat([a, a], axis=1) | xp.concat([a, a], axis=None) | xp.stack([a, a], axis=-1)
xp.expand_dims(a, axis=1) | xp.flip(a, axis=0) | xp.roll(a, (1, 2), axis=(0, 1)) | xp.squeeze(a[:1, ...], axis=0)
xp.permute_dims(a, (1, 0)) | xp.reshape(a, (-1,)) | xp.repeat(a, 2, axis=1) | xp.tile(a, (2, 1)) | xp.unstack(a, axis=1)[1]
xp.moveaxis(a, 0, 1) | xp.cumulative_sum(a, axis=0) | xp.cumulative_sum(i, include_initial=True) | xp.cumulative_prod(a, axis=1)
xp.diff(a, axis=1) | xp.diff(i, n=2) | xp.take(a, xp.asarray([0, 2]), axis=1) | xp.take_along_axis(a, xp.argsort(a, axis=1), axis=1)
xp.searchsorted(xp.sort(i), xp.asarray([1, 4])) | xp.count_nonzero(i) | xp.count_nonzero(a > 0, axis=1) | xp.nonzero(i)[0]
xp.where(a > 0, a, -a) | xp.sum(i, dtype=xp.float64) | xp.sum(xp.asarray([1, 2], dtype=xp.int8)) | xp.prod(i)
xp.mean(a, axis=0, keepdims=True) | xp.std(a, correction=1) | xp.var(a, axis=(0, 1)) | xp.max(a, axis=0) | xp.min(a)
xp.all(a > 0, axis=0) | xp.any(a > 0) | xp.unique_values(i) | xp.unique_counts(i).counts | xp.unique_inverse(i).inverse_indices
xp.unique_all(i).indices | xp.arange(3) | xp.arange(1.0, 4, 0.5) | xp.linspace(0, 1, 4) | xp.linspace(0, 1, 4, endpoint=False)
xp.eye(2, 3, k=1) | xp.full((2, 2), 7) | xp.full((2,), True) | xp.full_like(i, 3) | xp.zeros((2,), dtype=xp.int8) | xp.ones_like(a)
xp.tril(a, k=-1) | xp.triu(a) | xp.asarray([1, 2.5]) | xp.asarray(a, copy=True) | xp.astype(a, xp.float32) | xp.astype(i, xp.bool)
xp.can_cast(xp.int8, xp.int16) | xp.result_type(xp.int8, xp.uint8) | xp.result_type(i, 3) | xp.isdtype(xp.float32, 'real floating')
xp.broadcast_to(i, (2, 6)) | xp.broadcast_arrays(i, a[:1, :1])[1] | xp.meshgrid(i, i)[0] | xp.meshgrid(i, i, indexing='ij')[1]
xp.matmul(a, xp.matrix_transpose(a)) | xp.tensordot(a, a, axes=2) | xp.vecdot(a, a) | a @ a.T | a.mT
xp.bitwise_left_shift(i, 1) | xp.bitwise_invert(i) | xp.logical_xor(a > 0, a < 1) | xp.signbit(a) | xp.copysign(a, -a)
xp.nextafter(a, a + 1) | xp.hypot(a, a) | xp.maximum(a, 0.5) | xp.minimum(i, 2) | xp.reciprocal(a) | xp.logaddexp(a, a)
xp.remainder(i, 3) | xp.floor_divide(a, 0.3) | xp.round(a * 3) | xp.trunc(a * 3) | xp.sign(a) | xp.square(i) | xp.pow(a, 2)
xp.atan2(a, a) | xp.expm1(a) | xp.log1p(xp.abs(a)) | xp.sqrt(xp.abs(a)) | xp.real(a + 1j) | xp.imag(a + 1j) | xp.conj(a + 1j)
xp.linalg.cross(a[:, :3], a[:, 1:4]) | xp.linalg.det(m) | xp.linalg.inv(m) | xp.linalg.solve(m, m[0, :]) | xp.linalg.cholesky(m)
xp.linalg.cholesky(m, upper=True) | xp.linalg.diagonal(m, offset=1) | xp.linalg.eigvalsh(m) | xp.linalg.eigh(m).eigenvalues
xp.linalg.matrix_norm(m) | xp.linalg.matrix_norm(m, ord='nuc') | xp.linalg.matrix_norm(m, ord=2, keepdims=True) | xp.linalg.trace(m)
xp.linalg.matrix_power(m, 3) | xp.linalg.matrix_rank(m) | xp.linalg.outer(i, i) | xp.linalg.pinv(m) | xp.linalg.slogdet(m).logabsdet
xp.linalg.svdvals(m) | xp.linalg.svd(m, full_matrices=False).S | xp.linalg.vector_norm(a, axis=1, ord=1) | xp.linalg.vector_norm(a)
xp.linalg.pinv(m, rtol=xp.asarray(1e-3)) | xp.abs(xp.linalg.qr(m).R) | a[0, ...] | i[i > 2] | i[::-2]
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("code", [c.strip() for c in CODE if c.strip()])
def test_result_is_that_of_the_strict_implementation(code):
    generator = numpy.random.default_rng(4)
    a, m = generator.standard_normal((6, 4)), generator.standard_normal((3, 3))
    given = {"a": a, "i": numpy.asarray([3, 1, 4, 1, 5, 2]), "m": m @ m.T + numpy.eye(3)}
    results = []
    for xp in (ndstream, strict):
        results.append(eval(code, {"xp": xp, **{name: xp.asarray(value) for name, value in given.items()}}))
    ours, theirs = results
    if isinstance(theirs, (bool, type(strict.float64))) or not hasattr(theirs, "dtype"):
        assert str(ours) == str(theirs).removeprefix("array_api_strict.")
        return
    ours, theirs = numpy.asarray(ours), numpy.asarray(theirs)
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    numpy.testing.assert_allclose(ours, theirs, 1e-12, 1e-12)


# Special cases of the standard that differ from what comes about by itself.
SPECIAL = """
xp.pow(nan, 0.0) == 1 | xp.pow(1.0, nan) == 1 | xp.atan2(0.0, -0.0) == math.pi | xp.isnan(xp.sqrt(-1.0)) | xp.log1p(-1.0) == -inf
xp.hypot(inf, nan) == inf | xp.copysign(1.0, -0.0) == -1 | xp.maximum(nan, 1.0) != 1
xp.isnan(xp.sum(xp.asarray([1.0, nan]))) | xp.isnan(xp.mean(xp.asarray([], dtype=xp.float64))) | xp.prod(xp.asarray([])) == 1
xp.isnan(xp.sign(nan)) | xp.logaddexp(-inf, -inf) == -inf | xp.exp(-inf) == 0 | xp.tanh(inf) == 1 | xp.acosh(1.0) == 0
xp.isnan(xp.remainder(inf, 1.0)) | xp.reciprocal(xp.asarray(-0.0)) == -inf | xp.nextafter(0.0, 1.0) > 0 | xp.round(2.5) == 2
xp.all(xp.asarray([], dtype=xp.bool)) | not xp.any(xp.asarray([], dtype=xp.bool)) | xp.ceil(-0.5) == 0 and xp.signbit(xp.ceil(-0.5))
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("code", [c.strip() for c in SPECIAL if c.strip()])
def test_special_case(code):
    assert eval(code, {"xp": ndstream, "math": math, "inf": math.inf, "nan": math.nan})


# ---- Random arrays ------------------------------------------------------------------------------

OURS = make_strategies_namespace(ndstream)
SPECIAL_VALUES = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-30, -7e5, 1.5e300, 2.0**-1060]
BOUNDS = {"bool": (0, 1), "complex64": (-4, 4), "complex128": (-4, 4)}
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128".split()


@given(data())
def test_arrays_of_an_outside_generator(data):
    """hypothesis builds arrays by the standard's functions alone."""
    dtype = data.draw(OURS.scalar_dtypes())
    x = data.draw(OURS.arrays(dtype, OURS.array_shapes(min_dims=0, min_side=0, max_dims=4)))
    index = data.draw(OURS.indices(x.shape, allow_newaxis=True))
    assert type(x) is ndstream.ndarray and x.dtype == dtype
    numpy.testing.assert_array_equal(numpy.asarray(x[index]), numpy.asarray(x)[index])


@composite
def elements(draw, dtype, shape):
    """NumPy's array, with what is special among its elements."""
    count = math.prod(shape)
    if dtype.startswith("float"):
        values = draw(lists(sampled_from(SPECIAL_VALUES), min_size=count, max_size=count))
    elif dtype in BOUNDS:
        values = draw(lists(integers(*BOUNDS[dtype]), min_size=count, max_size=count))
        values = [v + draw(integers(*BOUNDS[dtype])) * 1j for v in values] if dtype != "bool" else values
    else:
        limits = numpy.iinfo(dtype)
        odd = sampled_from([0, 1, 2, 3, 7, limits.max, limits.min, max(limits.min, -1), max(limits.min, -5)])
        values = draw(lists(odd, min_size=count, max_size=count))
    return numpy.array(values, dtype=dtype).reshape(shape)


def parts(value):
    return list(value) if isinstance(value, (tuple, list)) else [value]


def beside(call, given, tolerance=None):
    """Compares what `call(xp, arrays)` gives for both, unless the standard does not have it."""
    try:
        theirs = call(strict, [strict.asarray(x) for x in given])
    except (TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError):
        return
    ours = call(ndstream, [ndstream.asarray(x) for x in given])
    for mine, yours in zip(parts(ours), parts(theirs), strict=True):
        mine, yours = numpy.asarray(mine), numpy.asarray(yours)
        assert mine.dtype == yours.dtype and mine.shape == yours.shape, (mine, yours)
        rtol = 1e-5 if mine.dtype in ("float32", "complex64") else 1e-12
        numpy.testing.assert_allclose(mine, yours, rtol, tolerance or 0 if mine.dtype.kind in "fc" else 0)


NOT_COMPARED = {"empty_like", "isin"}  # anything is right; later than 2024.12
RANDOM = settings(settings.get_profile("ci"), max_examples=25)


def takes(*names):
    """The functions of the standard that take those arrays and nothing else."""
    functions = [n for n in NAMES if inspect.isfunction(getattr(strict, n)) and n not in NOT_COMPARED]
    return [n for n in functions if [p.name for p in inspect.signature(getattr(strict, n)).parameters.values() if p.default is p.empty] == list(names)]


@pytest.mark.parametrize("name", takes("x"))
@RANDOM
@given(data())
def test_function_of_one_array(name, data):
    shape = data.draw(OURS.array_shapes(max_dims=3, max_side=4))
    x = data.draw(elements(data.draw(sampled_from(DTYPES)), shape))
    beside(lambda xp, given: getattr(xp, name)(*given), [x], 1e-300)
    axis = data.draw(integers(-len(shape), len(shape) - 1))
    words = {"axis": axis} | ({"keepdims": True} if data.draw(booleans()) else {})
    words = {k: v for k, v in words.items() if k in inspect.signature(getattr(strict, name)).parameters}
    if words:
        beside(lambda xp, given: getattr(xp, name)(*given, **words), [x], 1e-300)


@pytest.mark.parametrize("name", takes("x1", "x2"))
@RANDOM
@given(data())
def test_function_of_two_arrays(name, data):
    shapes = data.draw(OURS.mutually_broadcastable_shapes(2, min_dims=int(name == "vecdot"), max_dims=3, max_side=4)).input_shapes
    first = data.draw(sampled_from(DTYPES))
    second = data.draw(sampled_from([first, first, *DTYPES]))
    given = [data.draw(elements(dtype, shape)) for dtype, shape in zip((first, second), shapes)]
    beside(lambda xp, arrays: getattr(xp, name)(*arrays), given, 1e-300)
