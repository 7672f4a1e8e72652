"""Chapter 3 in Python: a x^2 + b x + c at ten million points."""

import numpy as np

from chapter import Case, Inputs, Plan

TITLE = "A polynomial"
STORY = (
    "2x² + 3x + 5 at ten million points from −10 to 10. Written as plain array code, every "
    "operation makes an array of 80 MB, and the time goes into moving those; written in place, "
    "the same memory is used again. The limit is that of reading x once and writing the result "
    "once."
)

N = 10_000_000
SAMPLE = 1_000_000
a, b, c = 2.0, 3.0, 5.0


# ---- with NumPy


def with_numpy(x):
    return a * x**2 + b * x + c


def with_numpy_in_place(x):
    y = x * a
    y += b
    y *= x
    y += c
    return y


# ---- in plain Python


def with_python(x):
    y = []
    for value in x:
        y.append(a * value**2 + b * value + c)
    return y


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    x = np.linspace(-10, 10, N)
    values = x[:SAMPLE].tolist()
    return Plan(
        [
            Case(
                "a*x**2 + b*x + c",
                lambda: with_numpy(x),
                lambda: with_python(values),
                SAMPLE / N,
                result="y",
            ),
            Case("the same in place", lambda: with_numpy_in_place(x), result="y_in_place"),
        ]
    )
