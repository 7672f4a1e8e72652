"""Chapter 9 in Python: rows, columns, and the order in which a matrix lies in memory."""

import numpy as np

from chapter import Case, Check, Inputs, Plan

TITLE = "Rows, columns, and memory"
STORY = (
    "A matrix of 5000 × 5000 lies in memory row after row (C order) or column after column "
    "(Fortran order). A loop that walks across the order touches a new cache line for every "
    "number; the axes of the loop should follow the memory, whatever the program calls them. "
    "Converting one order into the other moves every number; a transpose only swaps the strides."
)

N = 5000
SAMPLE = 200


# ---- with NumPy


def sum_with_numpy(matrix, axis):
    return matrix.sum(axis=axis)


def convert_with_numpy(matrix):
    return np.asfortranarray(matrix)


def transpose_with_numpy(matrix):
    return matrix.T


# ---- in plain Python


def sum_axis_0_with_python(matrix):
    sums = []
    for j in range(len(matrix[0])):
        total = 0.0
        for row in matrix:
            total += row[j]
        sums.append(total)
    return sums


def sum_axis_1_with_python(matrix):
    sums = []
    for row in matrix:
        total = 0.0
        for value in row:
            total += value
        sums.append(total)
    return sums


def convert_with_python(matrix):
    columns = []
    for j in range(len(matrix[0])):
        columns.append([row[j] for row in matrix])
    return columns


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    c = np.random.default_rng(9).random((N, N))
    f = np.asfortranarray(c)
    rows = c[:, :SAMPLE].tolist()
    share = SAMPLE / N
    close = 1e-14
    python = [lambda: sum_axis_0_with_python(rows), lambda: sum_axis_1_with_python(rows)]
    return Plan(
        [
            Case(
                "sum(axis=0), C order",
                lambda: sum_with_numpy(c, 0),
                python[0],
                share,
                "sum_0_c",
                close,
            ),
            Case(
                "sum(axis=1), C order",
                lambda: sum_with_numpy(c, 1),
                python[1],
                share,
                "sum_1_c",
                close,
            ),
            Case(
                "sum(axis=0), Fortran order",
                lambda: sum_with_numpy(f, 0),
                None,
                1,
                "sum_0_f",
                close,
            ),
            Case(
                "sum(axis=1), Fortran order",
                lambda: sum_with_numpy(f, 1),
                None,
                1,
                "sum_1_f",
                close,
            ),
            Case(
                "C to Fortran order",
                lambda: convert_with_numpy(c),
                lambda: convert_with_python(rows),
                share,
                "converted",
            ),
            Case("transpose (a view)", lambda: transpose_with_numpy(c)),
        ],
        [Check("transposed", lambda: transpose_with_numpy(c)[:10], work="transpose (a view)")],
    )
