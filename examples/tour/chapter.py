"""What the Python half of a chapter is made of: cases to time, checks of results, figures.

The half in C (NN_name.c) and the half in Python (NN_name.py) name their work alike; tour.py brings
them together.
"""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np


@dataclass
class Check:
    """A result of the C program that must be NumPy's: exactly (tolerance 0), or to that part of the
    largest value."""

    result: str  # the name it has in the C program
    expected: Callable[[], Any]
    tolerance: float = 0.0
    work: str | None = None  # the case whose result this is, if it is one's


@dataclass
class Case:
    """One piece of work that every way of the chapter does."""

    work: str  # the name it has in the C program
    numpy: Callable[[], Any]
    python: Callable[[], Any] | None = None
    python_share: float = (
        1.0  # the part of the work that the Python loop is given; its time is scaled up
    )
    result: str | None = (
        None  # the result of the C program that must be what `numpy` returns; else see Plan.checks
    )
    tolerance: float = 0.0
    numpy_once: bool = False  # it takes seconds


@dataclass
class Plan:
    cases: list[Case]
    checks: list[Check] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)  # of the C program
    figures: Callable[[Path, list[dict]], list[str]] | None = (
        None  # from its results and facts, as HTML
    )


@dataclass
class Inputs:
    """The real data that two of the chapters read."""

    flights: Path
    photograph: Path


IMPORT = "import numpy as np"


def load(path: Path, package: str = "numpy") -> ModuleType:
    """The Python half of a chapter, whose file name begins with a number: no name to import. With
    another package its import line is changed, and nothing else."""
    source = path.read_text(encoding="utf-8")
    if source.count(IMPORT) != 1:
        raise ValueError(f"{path}: there must be one line {IMPORT!r}")
    module = ModuleType(f"chapter_{path.stem}_{package}")
    module.__file__ = str(path)
    code = compile(source.replace(IMPORT, f"import {package} as np"), str(path), "exec")
    exec(code, module.__dict__)
    return module


def computed(result: Any) -> Any:
    """A result of the program with ndstream imported, all of it computed."""
    import ndstream

    several = result if isinstance(result, (tuple, list)) else [result]
    ndstream.eval(*(part for part in several if isinstance(part, ndstream.ndarray)))
    return result


def time_changed(case: Case, quick: bool) -> tuple[float, Any]:
    """time_numpy() of a case of the chapter that imports ndstream instead."""
    whole = Case(case.work, lambda: computed(case.numpy()), numpy_once=case.numpy_once)
    return time_numpy(whole, quick)


def time_numpy(case: Case, quick: bool) -> tuple[float, Any]:
    """The best of many runs after one to warm up, by the rule of the C programs, and the result."""
    budget = 0.1 if quick else 0.6
    start = time.perf_counter()
    result = case.numpy()
    spent = first = time.perf_counter() - start
    if case.numpy_once:
        return first, result
    batch = 1 if first > 2e-5 else int(2e-5 / (first + 1e-9)) + 1
    best, batches = float("inf"), 0
    while not (batches >= (2 if quick else 5) and spent > budget) and (
        spent <= 5 * budget or batches == 0
    ):
        start = time.perf_counter()
        for _ in range(batch):
            case.numpy()
        elapsed = time.perf_counter() - start
        best = min(best, elapsed / batch)
        spent += elapsed
        batches += 1
    return best, result


def time_python(case: Case, quick: bool) -> float:
    """The best of up to five runs of a pure Python loop, scaled up to the whole work."""
    best, spent, runs = float("inf"), 0.0, 0
    while runs == 0 or (runs < 5 and spent < (0.1 if quick else 0.5)):
        start = time.perf_counter()
        case.python()
        elapsed = time.perf_counter() - start
        best = min(best, elapsed)
        spent += elapsed
        runs += 1
    return best / case.python_share


def numpy_peak(case: Case) -> int | None:
    """The most memory that NumPy holds during the work, in bytes, beyond what it held before."""
    if case.numpy_once:
        return None
    tracemalloc.start()
    result = case.numpy()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del result
    return peak


def difference(ours: np.ndarray, expected: Any, tolerance: float) -> str | None:
    """What is not as NumPy has it, None if nothing."""
    expected = np.asarray(expected)
    if ours.shape != expected.shape:
        return f"shape {ours.shape}, NumPy has {expected.shape}"
    if ours.dtype != expected.dtype:
        return f"dtype {ours.dtype}, NumPy has {expected.dtype}"
    if tolerance == 0:
        floating = expected.dtype.kind in "fc"
        if np.array_equal(ours, expected, equal_nan=floating):
            return None
        differ = int(np.sum(~((ours == expected) | ((ours != ours) & (expected != expected)))))
        return f"{differ} of {ours.size} values are not NumPy's"
    scale = float(np.max(np.abs(expected)))
    error = float(np.max(np.abs(ours - expected))) / scale if scale else float(np.max(np.abs(ours)))
    if not error <= tolerance:
        return f"differs by {error:.3g} of the largest value, {tolerance:.0e} is allowed"
    return None
