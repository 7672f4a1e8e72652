"""2*x**2 + 3*x + 5 from 1 element to 10^8, pending, step by step and in NumPy, drawn as docs/sweep.svg.

usage: sweep.py --build BUILD [--output docs/sweep.svg]

Each point is the fastest run of several turns, in which the three alternate. Ours are called from C, NumPy from Python:
it has no other interface. The text says where pending is slower than step by step by more than 5 %.
"""

import argparse
import ctypes
import math
import os
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SIZES = [m * 10**e for e in range(9) for m in (1, 2, 5) if m * 10**e <= 10**8]
TURNS = 5
COLOURS = {"pending": "#0b6e4f", "step by step": "#d1495b", "NumPy": "#30638e"}


def of_numpy(x, seconds):
    best, end = float("inf"), time.perf_counter() + seconds
    while (start := time.perf_counter()) < end or best == float("inf"):
        2 * x**2 + 3 * x + 5
        best = min(best, time.perf_counter() - start)
    return best * 1e9


def measure(library, threads):
    """Nanoseconds an element, by name and size."""
    points = {name: {} for name in COLOURS}
    for n in SIZES:
        x = np.linspace(0, 1, n)
        seconds = 0.004 if n < 10**6 else 0.02
        times = {name: [] for name in COLOURS}
        for _ in range(TURNS):
            times["pending"].append(library.expression_cost(n, True, threads, seconds))
            times["step by step"].append(library.expression_cost(n, False, threads, seconds))
            if threads == 1:  # which is what NumPy takes
                times["NumPy"].append(of_numpy(x, seconds))
        for name, values in times.items():
            if values:
                points[name][n] = min(values) / n
    return points


class Panel:
    """One plot in logarithmic axes."""

    WIDTH, HEIGHT, LEFT, TOP = 420, 300, 60, 40

    def __init__(self, x, lowest, highest):
        self.x = x + self.LEFT
        self.low, self.high = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))

    def at(self, n, value):
        along = math.log10(n) / 8
        up = (math.log10(value) - self.low) / (self.high - self.low)
        return f"{self.x + along * self.WIDTH:.1f},{self.TOP + (1 - up) * self.HEIGHT:.1f}"

    def draw(self, title, points):
        yield f'<text x="{self.x}" y="24" font-weight="bold">{title}</text>'
        for e in range(0, 9):
            x, bottom = self.at(10**e, 10**self.low).split(",")
            yield f'<path d="M{x},{self.TOP}V{bottom}" class="grid"/>'
            yield f'<text x="{x}" y="{float(bottom) + 18}" text-anchor="middle">10<tspan dy="-5" font-size="9">{e}</tspan></text>'
        for e in range(self.low, self.high + 1):
            x, y = self.at(1, 10**e).split(",")
            yield f'<path d="M{x},{y}h{self.WIDTH}" class="grid"/>'
            yield f'<text x="{float(x) - 8}" y="{float(y) + 4}" text-anchor="end">{10.0**e:g}</text>'
        for name, values in points.items():
            line = " ".join(self.at(n, value) for n, value in values.items())
            yield f'<polyline points="{line}" stroke="{COLOURS[name]}" class="line"/>'
        middle = self.x + self.WIDTH / 2
        yield f'<text x="{middle}" y="{self.TOP + self.HEIGHT + 40}" text-anchor="middle">elements</text>'


def drawing(panels, title):
    values = [v for points in panels.values() for series in points.values() for v in series.values()]
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 430" font-family="sans-serif" font-size="12">',
             f"<title>{title}</title>",
             "<style>.grid{stroke:#ddd;fill:none}.line{fill:none;stroke-width:2}</style>",
             '<rect width="1000" height="430" fill="white"/>',
             '<text transform="translate(14 190) rotate(-90)" text-anchor="middle">nanoseconds an element</text>']
    for i, (threads, points) in enumerate(panels.items()):
        panel = Panel(i * 490, min(values), max(values))
        parts += panel.draw(f"{threads} thread{'s' * (threads > 1)}", points)
    for i, (name, colour) in enumerate(COLOURS.items()):
        parts.append(f'<path d="M{340 + 130 * i},415h24" stroke="{colour}" class="line"/>'
                     f'<text x="{370 + 130 * i}" y="419">{name}</text>')
    return "\n".join(parts) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "sweep.svg")
    arguments = parser.parse_args()
    paths = arguments.build.glob("bench/libbench_limit.*")
    library = ctypes.CDLL(str(next(path for path in paths if path.is_file())))
    library.expression_cost.restype = ctypes.c_double
    library.expression_cost.argtypes = [ctypes.c_int64, ctypes.c_bool, ctypes.c_int, ctypes.c_double]
    panels = {threads: measure(library, threads) for threads in (1, os.cpu_count())}
    for points in panels.values():
        points["NumPy"] = panels[1]["NumPy"]
    for threads, points in panels.items():
        print(f"{threads} threads, nanoseconds an element\n{'elements':>10}" + "".join(f"{name:>14}" for name in points))
        for n in SIZES:
            lazy, eager = points["pending"][n], points["step by step"][n]
            print(f"{n:>10}" + "".join(f"{values[n]:>14.3f}" for values in points.values())
                  + (f"   pending {lazy / eager - 1:.0%} slower" if lazy > 1.05 * eager else ""), flush=True)
    arguments.output.write_text(drawing(panels, "2*x**2 + 3*x + 5 in float64"))
    print(f"written to {arguments.output}")


if __name__ == "__main__":
    main()
