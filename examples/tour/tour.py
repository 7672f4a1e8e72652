"""Runs the tour: every chapter in pure Python, NumPy, NumPy's program with its import line changed, and C; compares the
results; writes the page.

usage: tour.py --build BUILD [--output BUILD/tour.html] [--quick] [--chapters 1,3]

Ends with status 1 if a chapter fails or a result is not NumPy's. What was measured is also written
as JSON beside the page. The real data are fetched by data.py, once.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import chapter as parts
import data
import page
from console import Console

HERE = Path(__file__).resolve().parent


class ChapterError(Exception):
    """The C program of a chapter did not run through."""


def run_c(
    program: Path, arguments: list[str], folder: Path, quick: bool, status
) -> tuple[list[dict], str]:
    """Runs the C half of a chapter; returns its report, and what it printed besides."""
    command = [str(program), "--report", str(folder), *(["--quick"] if quick else []), *arguments]
    report, output = [], []
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
            for line in process.stdout:
                if not line.startswith("@{"):
                    output.append(line)
                    continue
                fact = json.loads(line[1:])
                report.append(fact)
                if fact["kind"] == "begin":
                    status(
                        f"{'naive C loop' if fact['way'] == 'loop' else 'ndstream'}: {fact['name']}"
                    )
        errors.seek(0)
        message = errors.read().strip()
    if process.returncode != 0:
        reason = (
            f"signal {-process.returncode}"
            if process.returncode < 0
            else f"status {process.returncode}"
        )
        raise ChapterError(
            f"{program.name} ended with {reason}: {message or 'no message'}",
            report,
            "".join(output),
        )
    return report, "".join(output)


def time_in_python(case: parts.Case, quick: bool, status) -> tuple[dict, object]:
    """The case's row with the times of pure Python and NumPy, and NumPy's result."""
    row = {"work": case.work, "python_share": case.python_share, "check": "", "failed": False}
    if case.python:
        status(f"pure Python: {case.work}")
        row["python"] = parts.time_python(case, quick)
    status(f"NumPy: {case.work}")
    row["numpy"], result = parts.time_numpy(case, quick)
    row["numpy_peak"] = parts.numpy_peak(case)
    return row, result


def time_with_import_changed(path: Path, inputs: parts.Inputs, timed: list, quick: bool, status) -> list[str]:
    """Adds to the rows the times of the same Python program when its import line names ndstream; returns what its results
    have that NumPy's have not, and what kept it from running."""
    wrong = []
    try:
        import ndstream  # noqa: F401

        cases = parts.load(path, "ndstream").plan(inputs).cases
    except (ImportError, AttributeError, NotImplementedError) as error:
        for row, _ in timed:
            row["changed_reason"] = f"{error}"
        return []
    for case, (row, expected) in zip(cases, timed, strict=True):
        status(f"import changed: {case.work}")
        try:
            row["changed"], result = parts.time_changed(case, quick)
        except (AttributeError, NotImplementedError) as error:
            row["changed_reason"] = f"{error}"
            continue
        if case.result and expected is not None:  # what is changed in place depends on the number of runs
            difference = parts.difference(np.asarray(result), expected, max(case.tolerance, 1e-12))
            if difference:
                wrong.append(f"{case.work}, import changed: {difference}")
    return wrong


def compare(folder: Path, name: str, expected: object, tolerance: float) -> str | None:
    """What is wrong with a result of the C program, None if nothing."""
    path = folder / f"{name}.npy"
    if not path.exists():
        return f"{name}: the C program gave no result"
    wrong = parts.difference(np.load(path, mmap_mode="r"), expected, tolerance)
    return f"{name}: {wrong}" if wrong else None


def add_report(rows: list[dict], report: list[dict]) -> None:
    """Puts the times and limits that the C program reported into the rows of the same work."""
    by_work = {row["work"]: row for row in rows}
    for fact in report:
        row = by_work.get(fact["name"])
        if row is None:
            continue
        if fact["kind"] == "time":
            row[fact["way"]] = fact["seconds"]
            if fact["way"] == "ndstream":
                row["allocated"], row["peak"] = fact["allocated"], fact["peak"]
        elif fact["kind"] == "limit":
            row["limit"], row["bound"] = fact["seconds"], fact["bound"]


def run_chapter(
    number: int, path: Path, inputs: parts.Inputs, programs: Path, folder: Path, quick: bool, status
) -> dict:
    """Everything about one chapter that the table and the page show."""
    module = parts.load(path)
    status("preparing")
    plan = module.plan(inputs)
    timed = [time_in_python(case, quick, status) for case in plan.cases]
    rows = [row for row, _ in timed]
    changed = time_with_import_changed(path, inputs, timed, quick, status)
    done = {
        "number": number,
        "title": module.TITLE,
        "story": module.STORY,
        "cases": rows,
        "checks": [],
        "failures": changed,
        "passed": sum("changed" in row for row in rows) - len(changed),
        "figures": [],
        "machine": {},
        "c_source": path.with_suffix(".c").read_text(encoding="utf-8"),
        "python_source": path.read_text(encoding="utf-8"),
    }
    try:
        report, done["output"] = run_c(programs / path.stem, plan.arguments, folder, quick, status)
    except (ChapterError, OSError) as error:
        done["failures"].append(str(error.args[0] if isinstance(error, ChapterError) else error))
        report, done["output"] = error.args[1:] if isinstance(error, ChapterError) else ([], "")
    add_report(rows, report)
    done["machine"] = next((fact for fact in report if fact["kind"] == "machine"), {})

    status("comparing with NumPy")
    for case, (row, result) in zip(plan.cases, timed):
        row["chapter"] = number
        if case.result:
            settle(done, row, compare(folder, case.result, result, case.tolerance), case.tolerance)
    by_work = {row["work"]: row for row in rows}
    for check in plan.checks:
        wrong = compare(folder, check.result, check.expected(), check.tolerance)
        settle(done, by_work.get(check.work), wrong, check.tolerance)
        if not check.work and not wrong:
            done["checks"].append(
                f"{check.result.replace('_', ' ')} ({agreement(check.tolerance)})"
            )
    if plan.figures and not done["failures"]:
        done["figures"] = plan.figures(folder, [fact for fact in report if fact["kind"] == "fact"])
    return done


def settle(done: dict, row: dict | None, wrong: str | None, tolerance: float) -> None:
    """Counts a comparison, and notes it in the row of the work it belongs to."""
    done["passed"] += not wrong
    if wrong:
        done["failures"].append(wrong)
    if row is not None:
        row["failed"] = row["failed"] or bool(wrong)
        row["check"] = "FAILED" if row["failed"] else agreement(tolerance)


def agreement(tolerance: float) -> str:
    return "exactly" if tolerance == 0 else f"to {tolerance:.0e}".replace("e-", "e\u2212")


def describe_machine(report: dict, quick: bool) -> dict[str, str]:
    """What the page's header says about where and with what this was measured."""
    cpu = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    said = lambda key: str(report.get(key, "?"))
    processors = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    facts = {
        "machine": f"{cpu}, {processors} processors, {memory:.0f} GiB, {platform.system()}",
        "versions": f"ndstream {said('version')}, NumPy {np.__version__}, "
        f"Python {platform.python_version()}, {said('compiler')}",
        "instruction set": f"{said('isa')} (the best here: {said('isa_best')})",
        "threads": said("threads"),
        "libraries": f"matrix products: {said('blas')}; vector functions: {said('vector_math')}",
    }
    commit = commit_text()
    if commit:
        facts["commit"] = commit
    if quick:
        facts["run"] = "quick: fewer repeats"
    return facts


def commit_text() -> str:
    """The commit of this source tree and whether files differ; empty outside a repository or without git."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(HERE), *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        shown, changed = git("log", "-1", "--format=%h, %cs"), git("status", "--porcelain")
    except (OSError, subprocess.CalledProcessError):
        return ""
    return shown + (" with changes" if changed else "")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", type=Path, required=True, help="the build folder")
    parser.add_argument("--output", type=Path, help="the page (default: BUILD/tour.html)")
    parser.add_argument("--picture", type=Path, help="also write the first chart as an SVG file")
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    parser.add_argument(
        "--chapters", help="numbers of the chapters to run, for example 1,3 (default: all)"
    )
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    build = arguments.build.resolve()
    sys.path.insert(0, str(build / "python"))
    output = (arguments.output or build / "tour.html").resolve()
    paths = list(enumerate(sorted(HERE.glob("[0-9][0-9]_*.py")), 1))
    if arguments.chapters:
        wanted = {int(number) for number in arguments.chapters.split(",")}
        paths = [(number, path) for number, path in paths if number in wanted]
    console = Console()
    chapters = []
    try:
        console.status("fetching the data")
        inputs = parts.Inputs(data.flights(build), data.photograph())
        console.header()
        for position, (number, path) in enumerate(paths, 1):
            title = path.stem[3:].replace("_", " ")
            status = lambda text: console.status(
                f"chapter {position} of {len(paths)}, {title}: {text}"
            )
            folder = build / "tour" / path.stem
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            if not console.terminal:
                console.line(f"{number}. {title} (chapter {position} of {len(paths)})")
            done = run_chapter(
                number, path, inputs, build / "examples", folder, arguments.quick, status
            )
            shutil.rmtree(folder)  # results of hundreds of megabytes
            chapters.append(done)
            if console.terminal:
                console.line(f"{number}. {done['title']}", strong=True)
            for case in done["cases"]:
                console.row(case)
            for failure in done["failures"]:
                console.line(f"    FAILED {failure}", alarm=True)
    except data.DataError as error:
        console.close()
        print(f"tour: {error}", file=sys.stderr)
        return 1
    finally:
        console.close()

    machine = describe_machine(
        next((c["machine"] for c in chapters if c["machine"]), {}), arguments.quick
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    page.write(output, chapters, machine, arguments.quick)
    if arguments.picture:
        page.write_picture(arguments.picture, chapters)
    measured = {"machine": machine, "cases": [case for c in chapters for case in c["cases"]]}
    output.with_suffix(".json").write_text(json.dumps(measured, indent=1) + "\n")
    failures = sum(len(c["failures"]) for c in chapters)
    print(
        f"\n{sum(c['passed'] for c in chapters)} results the same as NumPy's, {failures} failures"
    )
    print(f"The page: {output}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
