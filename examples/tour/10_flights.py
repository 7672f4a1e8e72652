"""Chapter 10 in Python: the flights that left New York in 2013."""

import csv
import math
from pathlib import Path

import numpy as np

import figures
from chapter import Case, Check, Inputs, Plan

TITLE = "Real data: 336,776 flights"
STORY = (
    "Every flight that left New York in 2013, read from a CSV file with text, numbers and "
    "missing values. Each column is moved to the narrowest dtype that holds it exactly; delays "
    "are summed up over the flights that have one; eight columns are standardised, and a single "
    "matrix product gives all their correlations."
)

NUMERIC = (
    "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay "
    "flight air_time distance hour minute"
).split()
STUDIED = ["month", "day", "hour", "minute", "dep_delay", "arr_delay", "air_time", "distance"]
SAMPLE = 30_000


# ---- with NumPy


def read_with_numpy(path):
    return np.genfromtxt(path, delimiter=",", names=True, usecols=NUMERIC)


def mean_and_deviation_with_numpy(delay):
    known = ~np.isnan(delay)
    return np.array([np.mean(delay, where=known), np.std(delay, where=known)])


def late_with_numpy(delay):
    return np.mean(delay > 30, where=~np.isnan(delay))


def standardise_with_numpy(x):
    complete = ~np.isnan(x).any(axis=0)
    mean = np.mean(x, axis=1, where=complete, keepdims=True)
    deviation = np.std(x, axis=1, where=complete, keepdims=True)
    return np.where(complete, (x - mean) / deviation, 0.0)


def correlate_with_numpy(standardised, flights):
    return standardised @ standardised.T / flights


# ---- in plain Python


def read_with_python(path):
    columns = {name: [] for name in NUMERIC}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            for name in NUMERIC:
                field = row[name]
                columns[name].append(math.nan if field in ("", "NA") else float(field))
    return columns


def mean_and_deviation_with_python(delay):
    total, known = 0.0, 0
    for value in delay:
        if not math.isnan(value):
            total += value
            known += 1
    mean = total / known
    squares = 0.0
    for value in delay:
        if not math.isnan(value):
            squares += (value - mean) ** 2
    return mean, math.sqrt(squares / known)


def late_with_python(delay):
    late = known = 0
    for value in delay:
        if not math.isnan(value):
            known += 1
            if value > 30:
                late += 1
    return late / known


def standardise_with_python(x):
    complete = [not any(math.isnan(value) for value in flight) for flight in zip(*x)]
    standardised = []
    for column in x:
        known = [value for value, whole in zip(column, complete) if whole]
        mean, deviation = mean_and_deviation_with_python(known)
        standardised.append(
            [(value - mean) / deviation if whole else 0.0 for value, whole in zip(column, complete)]
        )
    return standardised


def correlate_with_python(standardised):
    correlation = []
    for first in standardised:
        out = []
        for second in standardised:
            total = 0.0
            for x, y in zip(first, second):
                total += x * y
            out.append(total / len(first))
        correlation.append(out)
    return correlation


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    table = read_with_python(inputs.flights)
    columns = {name: np.array(table[name]) for name in NUMERIC}
    delay = columns["arr_delay"]
    x = np.array([columns[name] for name in STUDIED])
    z = standardise_with_numpy(x)
    complete = ~np.isnan(x).any(axis=0)
    flights = int(complete.sum())
    lists, sample = x.tolist(), z[:, :SAMPLE].tolist()
    share = SAMPLE / x.shape[1]
    return Plan(
        cases=[
            Case(
                "read the CSV",
                lambda: read_with_numpy(inputs.flights),
                lambda: read_with_python(inputs.flights),
                numpy_once=True,
            ),
            Case(
                "mean and deviation",
                lambda: mean_and_deviation_with_numpy(delay),
                lambda: mean_and_deviation_with_python(table["arr_delay"]),
                result="mean_and_deviation",
                tolerance=1e-14,
            ),
            Case(
                "share over 30 min late",
                lambda: late_with_numpy(delay),
                lambda: late_with_python(table["arr_delay"]),
                result="late",
            ),
            Case(
                "standardise 8 columns",
                lambda: standardise_with_numpy(x),
                lambda: standardise_with_python(lists),
                result="standardised",
                tolerance=1e-13,
            ),
            Case(
                "correlate by matmul",
                lambda: correlate_with_numpy(z, flights),
                lambda: correlate_with_python(sample),
                share,
                result="correlation",
                tolerance=1e-12,
            ),
        ],
        checks=[
            # Every column, in its narrow dtype, has the values that Python's csv module reads.
            *(
                Check(
                    name,
                    lambda name=name: columns[name].astype(smallest_dtype(columns[name])),
                    work="read the CSV",
                )
                for name in NUMERIC
            ),
            Check("histogram", lambda: np.histogram(delay[delay < 180], np.arange(-60, 181, 5))[0]),
            # Another way to the same matrix: NumPy's own correlations of the complete flights.
            Check("correlation", lambda: np.corrcoef(x[:, complete]), 1e-12),
        ],
        arguments=[str(inputs.flights)],
        figures=draw,
    )


def smallest_dtype(column: np.ndarray) -> np.dtype:
    """The narrowest dtype that holds the values: integers if none is missing."""
    dtypes = [np.float16, np.float32] if np.isnan(column).any() else [np.int8, np.int16, np.int32]
    for dtype in dtypes:
        low, high = np.nanmin(column), np.nanmax(column)
        limits = np.iinfo(dtype) if np.issubdtype(dtype, np.integer) else np.finfo(dtype)
        if limits.min <= low and high <= limits.max:
            if np.array_equal(column.astype(dtype).astype(np.float64), column, equal_nan=True):
                return np.dtype(dtype)
    return np.dtype(np.float64)


def draw(folder: Path, facts: list[dict]) -> list[str]:
    rows, before, after = [], 0, 0
    for fact in facts:
        if fact["name"] == "column":
            name, missing, was, fits, bytes_before, bytes_after = fact["text"].split()
            before += int(bytes_before)
            after += int(bytes_after)
            rows.append(
                [
                    name,
                    f"{int(missing):,}",
                    was,
                    fits,
                    f"{int(bytes_before):,}",
                    f"{int(bytes_after):,}",
                ]
            )
    rows.append(["in all", "", "", "", f"{before:,}", f"{after:,}"])
    saved = f"The columns before and after: {before / 1e6:.1f} MB become {after / 1e6:.1f} MB"
    return [
        figures.table(
            saved,
            ["column", "missing", "read as", "fits in", "bytes before", "bytes after"],
            rows,
            text=[0, 2, 3],
        ),
        figures.histogram(
            "Delay on arrival, in minutes (negative: early)",
            np.load(folder / "histogram.npy").tolist(),
            first=-60,
            step=5,
            mark=30,
            mark_text="30 minutes late",
        ),
        figures.heat_map("Correlations", STUDIED, np.load(folder / "correlation.npy").tolist()),
    ]
