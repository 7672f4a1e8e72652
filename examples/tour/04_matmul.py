"""Chapter 4 in Python: the product of two matrices."""

import numpy as np

from chapter import Case, Inputs, Plan

TITLE = "A matrix product"
STORY = (
    "A matrix of 1000 × 500 times one of 500 × 1000: a thousand million operations on 12 MB of "
    "data. Here memory is not the limit; the arithmetic units are. Three nested loops fetch a "
    "column again for every element; a library works on blocks that stay in the nearest cache, "
    "with a kernel made for the vector units of the processor at hand."
)

ROWS, INNER, COLUMNS = 1000, 500, 1000
SAMPLE = 5


# ---- with NumPy


def with_numpy(a, b):
    return a @ b


# ---- in plain Python


def with_python(a, b):
    product = []
    for row in a:
        out = []
        for j in range(len(b[0])):
            total = 0.0
            for k in range(len(b)):
                total += row[k] * b[k][j]
            out.append(total)
        product.append(out)
    return product


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    random = np.random.default_rng(4)
    a, b = random.random((ROWS, INNER)), random.random((INNER, COLUMNS))
    rows, matrix = a[:SAMPLE].tolist(), b.tolist()
    python = lambda: with_python(rows, matrix)
    return Plan(
        [
            Case(
                "A @ B",
                lambda: with_numpy(a, b),
                python,
                SAMPLE / ROWS,
                result="product",
                tolerance=1e-13,
            )
        ]
    )
