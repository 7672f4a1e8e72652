"""One piece of code run with NumPy and with ndstream as `np`, and the outcomes compared."""

import array
import gc
import math
import sys
import time

import numpy
import pytest

import ndstream

# Exceptions of each package's own that mean the same.
ERRORS = {"_UFuncNoLoopError": "TypeError", "UFuncTypeError": "TypeError", "_UFuncOutputCastingError": "TypeError"}
ERRORS |= {"_UFuncInputCastingError": "TypeError", "_UFuncBinaryResolutionError": "TypeError"}


def run(code, module, **names):
    """The value of the last line of `code`, or the exception that it raised."""
    space = {"np": module, "math": math, **names}
    lines = code.strip().splitlines()
    try:
        exec("\n".join(lines[:-1]), space)
        return eval(lines[-1], space)
    except Exception as error:
        return error


def is_array(value):
    return isinstance(value, (numpy.ndarray, numpy.generic, ndstream.ndarray, ndstream.generic))


def compare(mine, theirs, rtol, path=""):
    """Fails unless both are the same: kind of object, dtype, shape, elements; for others equality."""
    if isinstance(theirs, Exception):
        assert isinstance(mine, Exception), f"{path}: {mine!r} instead of {theirs!r}"
        names = [ERRORS.get(type(e).__name__, type(e).__name__) for e in (mine, theirs)]
        assert names[0] == names[1], f"{path}: {mine!r} instead of {theirs!r}"
    elif isinstance(mine, Exception):
        raise AssertionError(f"{path}: {mine!r} instead of {theirs!r}") from mine
    elif is_array(theirs):
        assert is_array(mine), f"{path}: {type(mine)} instead of {type(theirs)}"
        scalar = isinstance(theirs, numpy.generic)
        assert isinstance(mine, ndstream.generic) == scalar, f"{path}: {type(mine)} for {type(theirs)}"
        assert str(mine.dtype) == str(theirs.dtype), f"{path}: {mine.dtype} instead of {theirs.dtype}"
        assert mine.shape == theirs.shape, f"{path}: {mine.shape} instead of {theirs.shape}"
        got = numpy.array(mine.tolist(), theirs.dtype).reshape(theirs.shape)
        if rtol and theirs.dtype.kind in "fc":
            numpy.testing.assert_allclose(got, theirs, rtol=rtol, atol=rtol, err_msg=path)
        else:
            numpy.testing.assert_array_equal(got, theirs, err_msg=path)
    elif isinstance(theirs, (list, tuple)):
        assert isinstance(mine, (list, tuple)), f"{path}: {type(mine)} instead of {type(theirs)}"
        assert len(mine) == len(theirs), f"{path}: {mine!r} instead of {theirs!r}"
        for i, (a, b) in enumerate(zip(mine, theirs)):
            compare(a, b, rtol, f"{path}[{i}]")
    elif isinstance(theirs, dict):
        assert list(mine) == list(theirs)
        for key in theirs:
            compare(mine[key], theirs[key], rtol, f"{path}[{key!r}]")
    elif isinstance(theirs, numpy.dtype):
        assert str(mine) == str(theirs), f"{path}: {mine!r} instead of {theirs!r}"
    elif rtol and type(theirs) is float and type(mine) is float:
        assert math.isclose(mine, theirs, rel_tol=rtol, abs_tol=rtol), f"{path}: {mine!r} instead of {theirs!r}"
    else:
        assert type(mine).__name__ == type(theirs).__name__, f"{path}: {mine!r} instead of {theirs!r}"
        assert mine == theirs or (mine != mine and theirs != theirs), f"{path}: {mine!r} instead of {theirs!r}"


WATCHED = [None, True, False, NotImplemented, Ellipsis, (), "", ndstream]
WATCHED += [value for value in vars(ndstream).values() if isinstance(value, (type, ndstream.dtype, ndstream.ufunc, ndstream.generic))]
WATCHED += [ndstream.dtype(name) for name in ("bool", "int8", "int64", "float32", "float64", "complex128")]
ROUNDS, MORE_ROUNDS, SHORT = 8, 200, 2e-3
# Without a GIL what exec() compiles stays.
COUNTS = getattr(sys, "_is_gil_enabled", lambda: True)()


def in_use():
    """Blocks of Python's, bytes of the library's, references to what lives on; kept in two blocks, however many they are."""
    return array.array("q", [sys.getallocatedblocks(), ndstream.memory()["used"], *map(sys.getrefcount, WATCHED)])


def growth(code, rounds, **names):
    """What each of the rounds left behind, in whole blocks, bytes and references."""
    before = in_use()
    for _ in range(rounds):
        run(code, ndstream, **names)
    return [(after - first) // rounds for after, first in zip(in_use(), before)]


def loses_nothing(code, **names):
    """Fails if each run of a piece of code leaves a block of memory or a reference behind. What grows in a few runs is looked at
    in many, as Python's own caches grow now and then."""
    if any(max(growth(code, ROUNDS, **names)) <= 0 for _ in range(3)):
        return
    grown = []
    for _ in range(4):
        gc.collect()
        before = in_use()
        growth(code, MORE_ROUNDS, **names)
        gc.collect()
        grown.append([(after - first) / MORE_ROUNDS for after, first in zip(in_use(), before)])
    left = [min(batches) for batches in zip(*grown)]
    what = ["blocks", "bytes", *(f"references to {thing!r}" for thing in WATCHED)]
    assert max(left) < 0.9, f"{code}: each run leaves " + ", ".join(f"{n:g} {w}" for n, w in zip(left, what) if n >= 0.9)


def same(code, rtol=0, **names):
    """Runs `code` with both packages and compares its last line; looks for what is left behind if it is short."""
    begin = time.perf_counter()
    mine = run(code, ndstream, **names)
    short = time.perf_counter() - begin < SHORT and COUNTS and sys.getallocatedblocks() > 0  # PYTHONMALLOC=malloc counts none
    compare(mine, run(code, numpy, **names), rtol, code)
    if short:
        mine = None
        loses_nothing(code, **names)


def cases(text):
    """pytest parameters of a text with one piece of code a line."""
    lines = [line for line in text.strip().splitlines() if line.strip() and not line.startswith("#")]
    return [pytest.param(line.replace("; ", "\n"), id=line[:80]) for line in lines]
