"""Chapter 12 in Python: programs of earlier chapters, each as one expression."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

import figures
from chapter import Case, Inputs, Plan

TITLE = "One expression, one pass"
STORY = (
    "Programs of chapters 2 to 11 again, each as one line of text. Nothing is computed before "
    "somebody looks at the result; then the whole line is known, and runs as few loops as it can: "
    "no temporaries, memory read once, and what several loops need kept in cache between them. "
    "Below, each plan as nd_explain_svg() draws it, with what bounds it on this machine."
)

SAMPLE = 1_000_000
ROWS = 400  # of the table, for pure Python


# ---- with NumPy


def polynomial_with_numpy(x):
    return 2 * x**2 + 3 * x + 5


def mean_of_replaced_with_numpy(m):
    return np.mean(np.where(m > 5, 10, m))


def standardise_with_numpy(x):
    return (x - np.mean(x, axis=0)) / np.std(x, axis=0)


def stretch_with_numpy(p):
    stretched = (p - np.mean(p) + 1.5 * np.std(p)) * (85 / np.std(p))
    return np.rint(np.clip(stretched, 0, 255)).astype(np.uint8)


# ---- in plain Python


def polynomial_with_python(x):
    return [2 * value**2 + 3 * value + 5 for value in x]


def mean_of_replaced_with_python(m):
    return sum(10 if value > 5 else value for value in m) / len(m)


def standardise_with_python(x):
    columns = []
    for column in zip(*x):
        mean = sum(column) / len(column)
        deviation = math.sqrt(sum((value - mean) ** 2 for value in column) / len(column))
        columns.append([(value - mean) / deviation for value in column])
    return columns


def stretch_with_python(p):
    mean = sum(p) / len(p)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in p) / len(p))
    black, gain = mean - 1.5 * deviation, 85 / deviation
    return [round(min(max((value - black) * gain, 0), 255)) for value in p]


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    rng = np.random.default_rng(12)
    x = np.linspace(-10, 10, 10_000_000)
    m = rng.integers(0, 10, 1_000_000)
    table = rng.random((5000, 5000))
    p = np.asarray(Image.open(inputs.photograph))
    values, integers, pixels = x[:SAMPLE].tolist(), m.tolist(), p.ravel().tolist()
    rows = table[:ROWS].tolist()
    return Plan(
        [
            Case(
                "2*x**2 + 3*x + 5",
                lambda: polynomial_with_numpy(x),
                lambda: polynomial_with_python(values),
                SAMPLE / x.size,
                result="y",
            ),
            Case(
                "mean(where(m > 5, 10, m))",
                lambda: mean_of_replaced_with_numpy(m),
                lambda: mean_of_replaced_with_python(integers),
                result="mean",
            ),
            Case(
                "standardise 5000x5000",
                lambda: standardise_with_numpy(table),
                lambda: standardise_with_python(rows),
                ROWS / len(table),
                result="z",
                tolerance=1e-13,
            ),
            Case(
                "stretch the contrast",
                lambda: stretch_with_numpy(p),
                lambda: stretch_with_python(pixels),
                result="stretched",
            ),
        ],
        arguments=[str(inputs.photograph)],
        figures=draw,
    )


PLANS = {
    "polynomial": "2*x**2 + 3*x + 5",
    "mean_of_replaced": "mean(where(m > 5, 10, m))",
    "standardised": "(x - mean(x, axis=0)) / std(x, axis=0)",
    "stretched": "rint(clip((p - mean(p) + 1.5*std(p)) * (85 / std(p)), 0, 255)).astype(uint8)",
}


def draw(folder: Path, facts: list[dict]) -> list[str]:
    rows = [
        [PLANS[fact["name"]], *fact["text"].split(";")]
        for fact in facts
        if fact["name"] in PLANS
    ]
    saved = figures.table(
        "Through memory",
        ["expression", "this plan", "one operation after the other", "temporaries not made"],
        rows,
        text=[0],
    )
    return [saved] + [
        figures.plan(expression, folder / f"{name}.svg") for name, expression in PLANS.items()
    ]
