"""Checks the documentation: public declarations, the first lines of files, their length and width.

usage: check_docs.py [HEADER...]

Every ND_API function and every public type has a comment right above it; several declarations without an empty line
between them may share one. Every source file begins with a comment (Python: a docstring) that says what it is for. A
file is at most 800 lines, a line of C at most 100 columns. Generated headers are given as arguments.
"""

import re
import sys
from pathlib import Path

from project import files, finish, place

MOST_LINES = 800
MOST_COLUMNS = 100
DECLARATION = re.compile(r"^(ND_API\b|typedef\b)")
# typedef struct nd_x nd_x; says no more than the opaque type's name, which its header explains.
NAME = re.compile(r"\b(nd_\w+)\)?\s*\(|^typedef (?:struct|enum|union) (nd_\w+)|(nd_\w+);$")


def has_comment(lines: list[str], at: int) -> bool:
    """A comment ends above line `at`, with no empty line between, or stands at the end of the line itself."""
    if "/*" in lines[at]:
        return True
    above = at - 1
    while above >= 0 and lines[above].strip() and not lines[above].rstrip().endswith("*/"):
        above -= 1
    return above >= 0 and bool(lines[above].strip())


def check_header(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    findings = []
    for at, line in enumerate(lines):
        if not DECLARATION.match(line) or "*/" in line and line.startswith("/*"):
            continue
        if not has_comment(lines, at):
            match = NAME.search(line)
            name = next((group for group in match.groups() if group), line) if match else line
            findings.append(f"{place(path, at + 1)}: {name} has no comment")
    return findings


def check_opening(path: Path, lines: list[str]) -> list[str]:
    first = next((line for line in lines if line.strip() and not line.startswith("#!")), "")
    opening = {".py": ('"""', "'''", 'r"""'), "": ("#",), ".build": ("#", "project(")}
    if path.name == "__init__.py" and not first or first.startswith(opening.get(path.suffix, ("/*", "//"))):
        return []
    return [f"{place(path, 1)}: does not begin by saying what the file is for"]


def main() -> None:
    findings = []
    headers = files("*.h", under="include") + [Path(name).resolve() for name in sys.argv[1:]]
    for path in headers:
        findings += check_header(path)
    for path in files("*.c", "*.h", "*.cpp", "*.def", "*.py") + files("dev", ".ci/run"):
        lines = path.read_text().splitlines()
        findings += check_opening(path, lines)
        if len(lines) > MOST_LINES:
            findings.append(f"{place(path)}: {len(lines)} lines; {MOST_LINES} is the most")
        if path.suffix in (".c", ".h", ".cpp"):
            wide = [number for number, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS]
            findings += [f"{place(path, number)}: wider than {MOST_COLUMNS} columns" for number in wide]
    finish("documentation", findings, "every declaration and file says what it is for")


if __name__ == "__main__":
    main()
