"""Chapter 6 in Python: the same ten million small integers in eight bytes each and in one."""

import numpy as np

from chapter import Case, Inputs, Plan

TITLE = "Eight bytes or one"
STORY = (
    "Ten million integers from 0 to 100 fit in one byte each. As int64 they are 80 MB, as int8 "
    "they are 10 MB, and an operation that waits for memory gets faster in the same measure. The "
    "sum of the narrow ones is taken in 64 bits and cannot overflow; 27 is the largest number "
    "that can be added before int8 wraps."
)

N = 10_000_000
SAMPLE = 1_000_000


# ---- with NumPy


def sum_with_numpy(a):
    return a.sum()


def add_with_numpy(a):
    return a + 27


# ---- in plain Python


def sum_with_python(a):
    total = 0
    for value in a:
        total += value
    return total


def add_with_python(a):
    out = []
    for value in a:
        out.append(value + 27)
    return out


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    wide = np.random.default_rng(6).integers(0, 101, N)
    narrow = wide.astype(np.int8)
    values = wide[:SAMPLE].tolist()
    share = SAMPLE / N
    return Plan(
        [
            Case(
                "sum, int64",
                lambda: sum_with_numpy(wide),
                lambda: sum_with_python(values),
                share,
                "sum_int64",
            ),
            Case("sum, int8", lambda: sum_with_numpy(narrow), result="sum_int8"),
            Case(
                "a + 27, int64",
                lambda: add_with_numpy(wide),
                lambda: add_with_python(values),
                share,
                "add_int64",
            ),
            Case("a + 27, int8", lambda: add_with_numpy(narrow), result="add_int8"),
        ]
    )
