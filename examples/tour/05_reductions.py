"""Chapter 5 in Python: sum, mean, maximum and minimum of ten million numbers."""

import numpy as np

from chapter import Case, Inputs, Plan

TITLE = "Sum, mean, maximum, minimum"
STORY = (
    "Four questions to ten million uniform random numbers. Each must read 80 MB once, which is "
    "all the work there is, yet one thread cannot ask memory for data fast enough. The sums are "
    "accurate, and have the same bits for any number of threads."
)

N = 10_000_000
SAMPLE = 1_000_000


# ---- with NumPy


def sum_with_numpy(x):
    return x.sum()


def mean_with_numpy(x):
    return x.mean()


def max_with_numpy(x):
    return x.max()


def min_with_numpy(x):
    return x.min()


# ---- in plain Python


def sum_with_python(x):
    total = 0.0
    for value in x:
        total += value
    return total


def mean_with_python(x):
    return sum_with_python(x) / len(x)


def max_with_python(x):
    largest = x[0]
    for value in x:
        if value > largest:
            largest = value
    return largest


def min_with_python(x):
    smallest = x[0]
    for value in x:
        if value < smallest:
            smallest = value
    return smallest


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    x = np.random.default_rng(5).random(N)
    values = x[:SAMPLE].tolist()
    share = SAMPLE / N
    return Plan(
        [
            Case(
                "sum",
                lambda: sum_with_numpy(x),
                lambda: sum_with_python(values),
                share,
                "sum",
                1e-14,
            ),
            Case(
                "mean",
                lambda: mean_with_numpy(x),
                lambda: mean_with_python(values),
                share,
                "mean",
                1e-14,
            ),
            Case("max", lambda: max_with_numpy(x), lambda: max_with_python(values), share, "max"),
            Case("min", lambda: min_with_numpy(x), lambda: min_with_python(values), share, "min"),
        ]
    )
