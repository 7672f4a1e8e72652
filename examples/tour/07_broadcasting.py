"""Chapter 7 in Python: a row added to every row of a matrix, without copying the row."""

import numpy as np

from chapter import Case, Inputs, Plan

TITLE = "Broadcasting"
STORY = (
    "Shapes are lined up from the right; two axes fit if they are equally long or one of them "
    "has length 1, and that one is repeated. Repeating costs nothing: the row is read again "
    "through a stride of 0 bytes. Shapes that do not fit are an error that says where. In the "
    "large case only the 200 MB of the result are allocated."
)

N = 5000
SAMPLE = 200


# ---- with NumPy


def with_numpy(matrix, row):
    return matrix + row


# ---- in plain Python


def with_python(matrix, row):
    total = []
    for line in matrix:
        out = []
        for x, y in zip(line, row):
            out.append(x + y)
        total.append(out)
    return total


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    random = np.random.default_rng(7)
    matrix, row = random.random((N, N)), random.random(N)
    lines, values = matrix[:SAMPLE].tolist(), row.tolist()
    python = lambda: with_python(lines, values)
    return Plan(
        [Case("matrix + row", lambda: with_numpy(matrix, row), python, SAMPLE / N, result="sum")]
    )
