"""Chapter 1 in Python: adding two ranges of a million integers."""

import numpy as np

from chapter import Case, Inputs, Plan

TITLE = "Adding two ranges"
STORY = (
    "Two arrays of a million integers are added. The plain loop of an interpreter looks at a "
    "million objects; an array library runs one compiled loop over plain memory, and what is "
    "left is how fast that memory can be moved: 16 MB in and 8 MB out."
)

N = 1_000_000


# ---- with NumPy


def with_numpy(a, b):
    return a + b


# ---- in plain Python


def with_python(a, b):
    total = []
    for x, y in zip(a, b):
        total.append(x + y)
    return total


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    a, b = np.arange(N), np.arange(N)
    first, second = a.tolist(), b.tolist()
    return Plan(
        [Case("a + b", lambda: with_numpy(a, b), lambda: with_python(first, second), result="sum")]
    )
