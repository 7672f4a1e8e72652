"""Chapter 11 in Python: a photograph blurred, stretched in contrast, and thresholded."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

import figures
from chapter import Case, Inputs, Plan

TITLE = "A photograph"
STORY = (
    "An image is an array of height × width × 3 bytes. Blurred: the weighted sum of nine shifted "
    "views down, then across. Stretched: the mean minus and plus 1.5 standard deviations become "
    "black and white. Thresholded: white where a pixel is brighter than the mean. All pixels "
    "must come out as NumPy's, exactly."
)

ROWS = 48  # of the photograph, for the blur in plain Python


# ---- with NumPy

WEIGHTS = [w / 256 for w in (1, 8, 28, 56, 70, 56, 28, 8, 1)]
TAPS = len(WEIGHTS)


def blur_with_numpy(photo):
    image = photo.astype(np.float32)
    height, width = image.shape[0] - TAPS + 1, image.shape[1] - TAPS + 1
    down = sum(image[k : k + height] * WEIGHTS[k] for k in range(TAPS))
    across = sum(down[:, k : k + width] * WEIGHTS[k] for k in range(TAPS))
    return np.rint(across).astype(np.uint8)


def stretch_with_numpy(photo):
    mean, deviation = float(photo.mean()), float(photo.std())
    black, gain = mean - 1.5 * deviation, 255 / (3 * deviation)
    stretched = (photo.astype(np.float32) - black) * gain
    return np.rint(np.clip(stretched, 0, 255)).astype(np.uint8)


def threshold_with_numpy(photo):
    brightness = photo.mean(axis=2)
    return (brightness > brightness.mean()).astype(np.uint8) * 255


# ---- in plain Python


def blur_with_python(photo):
    height, width, colours = len(photo) - TAPS + 1, len(photo[0]) - TAPS + 1, range(3)
    down = []
    for i in range(height):
        row = []
        for j in range(len(photo[0])):
            row.append([sum(photo[i + k][j][c] * WEIGHTS[k] for k in range(TAPS)) for c in colours])
        down.append(row)
    blurred = []
    for i in range(height):
        row = []
        for j in range(width):
            row.append(
                [round(sum(down[i][j + k][c] * WEIGHTS[k] for k in range(TAPS))) for c in colours]
            )
        blurred.append(row)
    return blurred


def stretch_with_python(values):
    mean = sum(values) / len(values)
    squares = 0.0
    for value in values:
        squares += (value - mean) ** 2
    deviation = math.sqrt(squares / len(values))
    black, gain = mean - 1.5 * deviation, 255 / (3 * deviation)
    stretched = []
    for value in values:
        stretched.append(round(min(max((value - black) * gain, 0), 255)))
    return stretched


def threshold_with_python(photo):
    brightness = [[sum(pixel) / 3 for pixel in row] for row in photo]
    mean = sum(map(sum, brightness)) / (len(photo) * len(photo[0]))
    return [[255 if value > mean else 0 for value in row] for row in brightness]


# ---- the chapter


def plan(inputs: Inputs) -> Plan:
    photo = np.asarray(Image.open(inputs.photograph))
    pixels, values = photo.tolist(), photo.ravel().tolist()
    share = (ROWS - TAPS + 1) / (photo.shape[0] - TAPS + 1)
    return Plan(
        cases=[
            Case(
                "blur",
                lambda: blur_with_numpy(photo),
                lambda: blur_with_python(pixels[:ROWS]),
                share,
                result="blurred",
            ),
            Case(
                "stretch the contrast",
                lambda: stretch_with_numpy(photo),
                lambda: stretch_with_python(values),
                result="stretched",
            ),
            Case(
                "threshold",
                lambda: threshold_with_numpy(photo),
                lambda: threshold_with_python(pixels),
                result="thresholded",
            ),
        ],
        arguments=[str(inputs.photograph)],
        figures=draw,
    )


def draw(folder: Path, facts: list[dict]) -> list[str]:
    names = ["before", "blurred", "stretched", "thresholded"]
    return [figures.pictures([(name, folder / f"{name}.png") for name in names])]
