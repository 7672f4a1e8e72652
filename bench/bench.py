"""Compares ndstream with its peers and with what the machine allows, all in one run.

usage: bench.py --build BUILD [--output docs/benchmarks.md] [--group TEXT] [--only TEXT] [--quick]

In each of several rounds the limit, ndstream and the peers take turns, and each turn gives its fastest call. Every figure is
the median over the rounds, and a ratio the median of the rounds' ratios, so that a machine that changes its speed changes
both sides. A turn lasts longer than the threads of the one before spin once they have nothing to do (20 ms with
OpenBLAS). The limit is a hand-written loop over the same traffic (bench/meson.build).
"""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--output", type=Path, help="also write the tables as Markdown")
    parser.add_argument("--group", default="", help="groups whose heading contains this")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    return parser.parse_args()


TURN = 0.06  # seconds
IMPOSSIBLE = 1.5  # times as fast as the limit: noise does not do that
LONG = 0.5  # seconds from which the first call counts, and no other is made


def rounds_of(functions, limit, pause, rounds, seconds):
    """The fastest call of each function and of the limit in each round: lists of equal lengths."""
    times = {name: [] for name in functions}
    limits = []
    began = time.perf_counter()
    for done in range(rounds):
        limits.append(limit(TURN))  # next to ndstream: a second later memory may be twice as fast
        for name, function in functions.items():
            time.sleep(pause)
            times[name].append(fastest(function))
        if done >= 2 and time.perf_counter() - began > seconds:
            break
    return times, limits


def fastest(function):
    """Of the calls of a turn; of at least three where they take long, unless they take very long."""
    began = time.perf_counter()
    function()
    first = time.perf_counter() - began
    if first > LONG:
        return first
    best, calls, end = float("inf"), 0, time.perf_counter() + TURN
    while (start := time.perf_counter()) < end or calls < 3:
        function()
        best = min(best, time.perf_counter() - start)
        calls += 1
    return best


def ratio(numerators, denominators):
    return median(n / d for n, d in zip(numerators, denominators))


def milliseconds(seconds):
    return f"{seconds * 1e3:.3f}" if seconds < 1e-3 else f"{seconds * 1e3:.2f}"


class Report:
    """Prints rows as they come, and keeps them as Markdown."""

    def __init__(self):
        self.markdown = []
        self.impossible = []  # cases that took less time than anything can: an error of the bench

    def heading(self, text, note=""):
        print(f"\n{text}\n{note}" if note else f"\n{text}")
        self.markdown.append(f"\n## {text}\n\n{note}\n" if note else f"\n## {text}\n")

    def columns(self, *names):
        self.widths = [max(len(names[0]), 34)] + [max(len(name), 9) for name in names[1:]]
        self.row(*names)
        self.markdown.append("|" + "|".join(["---"] + ["---:"] * (len(names) - 1)) + "|")

    def row(self, *cells):
        print("  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, self.widths))),
              flush=True)
        self.markdown.append("| " + " | ".join(cells) + " |")


def compare(report, case, apart, arguments):
    functions = {"ndstream": case.ndstream, "NumPy": case.numpy, **case.peers}
    functions = {name: function for name, function in functions.items() if function}
    rounds, seconds = (3, 1) if arguments.quick else (12, 5)
    between = [apart()]
    times, limits = rounds_of(functions, case.limit, case.pause, rounds, seconds)
    between.append(apart())
    own = times.pop("ndstream")
    numpy = times.get("NumPy")
    peer = min(times, key=lambda name: median(times[name]), default=None)
    limited = min(limits) > 0
    of_limit = ratio(limits, own) if limited else 0
    if of_limit > IMPOSSIBLE:
        report.impossible.append(f"{case.name}: {milliseconds(median(own))} ms, limit {milliseconds(median(limits))}")
    report.row(
        case.name,
        milliseconds(median(own)),
        milliseconds(median(numpy)) if numpy else "",
        f"{ratio(numpy, own):.1f}x" if numpy else "",
        f"{peer} {milliseconds(median(times[peer]))}" if peer else "",
        f"{ratio(times[peer], own):.1f}x" if peer else "",
        milliseconds(median(limits)) if limited else "",
        "impossible" if of_limit > IMPOSSIBLE else f"{of_limit:.2f}" if limited else "",
        " to ".join(dict.fromkeys(f"{ns:.0f}" for ns in between)),
    )


def machine():
    model = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    try:
        commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout
    except OSError:  # no git here
        commit = ""
    return model, commit.strip() or "unknown"


def write(report, path, title):
    text = (HERE / "preface.md").read_text().replace("@MACHINE@", title)
    path.write_text(text + "\n".join(report.markdown) + "\n")


def main():
    arguments = parse()
    os.environ["ND_LIBRARY"] = str(arguments.build / "src" / "libndstream.so")
    sys.path.insert(0, str(ROOT / "tests" / "differential"))  # nd.py, the library through ctypes
    sys.path.insert(0, str(HERE))
    import cases

    model, commit = machine()
    configuration = cases.configuration()
    threads = configuration.threads
    report = Report()
    title = (
        f"{model}, {threads} threads, {configuration.isa.decode()}, {configuration.blas.decode()}, "
        f"{configuration.vector_math.decode()}; commit {commit}, {datetime.date.today()}"
        f"{', fewer rounds (`--quick`)' if arguments.quick else ''}"
    )
    print(title)
    header = ("case", "ndstream ms", "NumPy ms", "vs NumPy", "best peer ms", "vs peer", "limit ms", "of limit", "apart ns")
    for group, note, make in cases.GROUPS:
        if arguments.group not in group:
            continue
        begun = False
        for case in make(arguments.build, threads):  # one at a time: cases share the generator's variables
            if arguments.only not in case.name:
                continue
            if not begun:
                report.heading(group, note)
                report.columns(*header)
                begun = True
            compare(report, case, lambda: cases.handover(arguments.build), arguments)
        if begun and arguments.output:  # whoever stops the rest keeps what there is
            write(report, arguments.output, title)
    if arguments.group in "Peak memory" and not arguments.only:
        report.heading("Peak memory", "What the library holds at most, beside inputs and outputs.")
        report.columns("expression", "KiB")
        for what, extra in cases.peak_memory():
            report.row(what, f"{extra / 1024:.0f}")
    if not arguments.only and not arguments.group:
        report.heading("Calls from C on arrays of three elements")
        report.columns("call", "ns")
        for what, cost in cases.call_costs(arguments.build):
            report.row(what, f"{cost:.0f}")
    if arguments.output:
        write(report, arguments.output, title)
        print(f"\nwritten to {arguments.output}")
    if report.impossible:
        sys.exit("\nThe bench is wrong, not ndstream fast; what is measured is not the work that is named:\n  "
                 + "\n  ".join(report.impossible))


if __name__ == "__main__":
    main()
