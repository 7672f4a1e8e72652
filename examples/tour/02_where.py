"""Chapter 2 in Python: values above 5 replaced by 10 in a million random integers."""

import numpy as np

from chapter import Case, Inputs, Plan

TITLE = "Choosing without a branch"
STORY = (
    "In a million random integers from 0 to 9, every value above 5 becomes 10. A loop asks the "
    "same question a million times, and where it is compiled to a jump the processor guesses "
    "wrong four times in ten; where() computes both answers and selects. The random integers are "
    "the same in both languages: the same generator from the same seed."
)

N = 1_000_000


# ---- with NumPy


def with_numpy(m):
    return np.where(m > 5, 10, m)


# ---- in plain Python


def with_python(m):
    replaced = []
    for value in m:
        if value > 5:
            replaced.append(10)
        else:
            replaced.append(value)
    return replaced


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    m = np.random.default_rng(2).integers(0, 10, N)
    values = m.tolist()
    return Plan(
        [
            Case(
                "where(m > 5, 10, m)",
                lambda: with_numpy(m),
                lambda: with_python(values),
                result="replaced",
            )
        ]
    )
