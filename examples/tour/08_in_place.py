"""Chapter 8 in Python: a new array for a result, or the old one written over."""

import numpy as np

from chapter import Case, Check, Inputs, Plan

TITLE = "In place"
STORY = (
    "a = a * 2 makes a second array of 80 MB and drops the first; a *= 2 writes over the one "
    "there is. The difference used to be page faults: the system hands out fresh memory in pages "
    "of 4 KiB and clears each. Memory that is kept and used again makes both fast."
)

N = 10_000_000
SAMPLE = 1_000_000


# ---- with NumPy


def with_numpy(a):
    a = a * 2
    return a


def with_numpy_in_place(a):
    a *= 2
    return a


# ---- in plain Python


def with_python(a):
    doubled = []
    for value in a:
        doubled.append(value * 2)
    return doubled


def with_python_in_place(a):
    for i in range(len(a)):
        a[i] *= 2
    return a


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    a = np.random.default_rng(8).random(N)
    scratch = a.copy()
    values, list_scratch = a[:SAMPLE].tolist(), [0.0] * SAMPLE
    share = SAMPLE / N
    return Plan(
        [
            Case("a = a * 2", lambda: with_numpy(a), lambda: with_python(values), share, "doubled"),
            Case(
                "a *= 2",
                lambda: with_numpy_in_place(scratch),
                lambda: with_python_in_place(list_scratch),
                share,
            ),
        ],
        [Check("doubled_in_place", lambda: with_numpy_in_place(a.copy()), work="a *= 2")],
    )
