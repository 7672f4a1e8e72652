"""Counts the C tests of a run of `meson test` and prints "N passed, N failed", before that what failed and how it ended.

usage: count_tests.py MESON_LOGS/testlog.json

A program of cmocka tests, or one that itself prints such a line, counts as many as it has; any other counts as one. A program that ends badly without a failed
test of its own (a crash, a timeout, a sanitizer's report) counts as one failure. Ends with status 1 if anything failed.
"""

import json
import re
import sys
from pathlib import Path

PASSED = re.compile(r"^\[ +OK \] ", re.M)
# A failed test is named where it ends and again in the summary; the summary's heading is no name.
FAILED = re.compile(r"^\[ +(?:FAILED|ERROR) +\] (\w+)$", re.M)

# Why a program ended: its tests that failed, and what a sanitizer found.
REASONS = re.compile(r"^(?:\[ +(?:FAILED|ERROR) +\] \w+|SUMMARY: .*|==\d+==ERROR: .*|.*runtime error: .*)$", re.M)

TOTAL = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)


def count(run: dict) -> tuple[int, int]:
    """Passed and failed tests of one program."""
    output = run.get("stdout", "") + "\n" + run.get("stderr", "")
    passed, failed = len(PASSED.findall(output)), len(set(FAILED.findall(output)))
    for total in TOTAL.findall(output):
        passed, failed = passed + int(total[0]), failed + int(total[1])
    good = run["result"] in ("OK", "EXPECTEDFAIL")
    if not passed and not failed:
        return (1, 0) if good else (0, 1)
    return passed, failed if good else max(failed, 1)


def main() -> int:
    runs = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    counts = [(run, *count(run)) for run in runs if run["result"] != "SKIP"]
    passed, failed = sum(of[1] for of in counts), sum(of[2] for of in counts)
    for run, _, failures in counts:
        if failures:
            output = run.get("stdout", "") + "\n" + run.get("stderr", "")
            lines = REASONS.findall(output) or output.strip().splitlines()[-3:]
            print(f"failed: {run['name']} ({run['result']}):", *dict.fromkeys(line.strip() for line in lines), sep="\n    ")
    print(f"C tests: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
