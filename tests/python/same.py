"""One piece of code run with NumPy and with ndstream as `np`, and the outcomes compared."""

import math

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


def same(code, rtol=0, **names):
    """Runs `code` with both packages and compares its last line."""
    compare(run(code, ndstream, **names), run(code, numpy, **names), rtol, code)


def cases(text):
    """pytest parameters of a text with one piece of code a line."""
    lines = [line for line in text.strip().splitlines() if line.strip() and not line.startswith("#")]
    return [pytest.param(line.replace("; ", "\n"), id=line[:80]) for line in lines]
