"""Checks that no file includes a header of a higher layer, and that every source file and test is built.

usage: check_layers.py

A layer may include itself and those below it; the shell command includes public headers only. Subjects (linalg, random, ...) stand side by side: none includes another.
Public headers include public headers and the standard library, nothing else.

The library assigns with ndi_assign() and ndi_set_with(): after nd_assign() a pending source is read from the target, which
whoever writes to that through its address would change.
"""

import re
from pathlib import Path

from project import ROOT, files, finish, place

# From the bottom up; the folders of one row are of the same height and do not see each other.
LAYERS = [
    ["base"],
    ["array"],
    ["ops"],
    ["kernels"],
    ["engine"],
    ["select"],
    ["linalg", "random", "io", "sort", "fft", "numeric"],
    ["stream", "mpi", "lang", "jit"],
    ["profile"],
    ["cli"],
]
# Programs: beside their own headers they include public ones only.
PUBLIC_ONLY = {"cli"}
LEVEL = {folder: level for level, row in enumerate(LAYERS) for folder in row}

# (file, header): why. Empty is best.
EXCEPTIONS: dict[tuple[str, str], str] = {}

# What is for callers from outside, and the files that define it.
OUTSIDE = re.compile(r"\bnd_(assign|set|set_with)\(")
OUTSIDE_HOME = {"engine/copy.c", "select/get.c"}

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def includes(path: Path):
    """Line number, quote and name of every #include."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def check_source(path: Path, used: set) -> list[str]:
    findings = []
    source = ROOT / "src"
    own = path.relative_to(source).parts[0]
    if own not in LEVEL:
        return [f"{place(path)}: the folder src/{own} has no layer: add it to tools/check_layers.py"]
    for number, quote, name in includes(path):
        if quote == "<":
            continue
        target = source / name if (source / name).exists() else path.parent / name
        if not target.exists():
            findings.append(f"{place(path, number)}: {name} is not in src: public headers are included with <>")
            continue
        other = target.resolve().relative_to(source).parts[0]
        if own in PUBLIC_ONLY and other != own:
            findings.append(f"{place(path, number)}: {name} is private: {own} includes public headers only")
            continue
        if other == own or LEVEL.get(other, 99) < LEVEL[own]:
            continue
        key = (place(path), name)
        if key in EXCEPTIONS:
            used.add(key)
            continue
        relation = "beside" if LEVEL.get(other) == LEVEL[own] else "above"
        findings.append(f"{place(path, number)}: {own} includes {name}, but {other} is {relation} {own}")
    return findings


def check_assignments(path: Path) -> list[str]:
    own = path.relative_to(ROOT / "src")
    if own.parts[0] in PUBLIC_ONLY or own.as_posix() in OUTSIDE_HOME:
        return []
    return [
        f"{place(path, number)}: {match[0]}...) is for callers from outside: ndi_{match[1]}() leaves nothing that reads the target"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if path.suffix == ".c" and (match := OUTSIDE.search(line))
    ]


def check_public(path: Path) -> list[str]:
    """Public headers, and what is built on them alone: examples, the Python extension."""
    findings = []
    for number, quote, name in includes(path):
        if quote == '"' and not (path.parent / name).exists():
            findings.append(f"{place(path, number)}: {name} is private: only public headers are included here")
        if quote == '"' and "include" in path.parts:
            findings.append(f"{place(path, number)}: {name}: public headers include each other as <ndstream/...>")
    return findings


def check_built() -> list[str]:
    """Every C file is named in a meson.build, or included by another file."""
    recipes = "".join(path.read_text() for path in files("meson.build"))
    named = {name for path in files("*.c", "*.h") for _, _, name in includes(path)}
    findings = []
    for path in files("*.c", "*.cpp"):
        stem = path.stem.removeprefix("test_")
        if not any(f"{quote}{stem}{end}" in recipes for quote in "'/_" for end in (path.suffix + "'", ".'", "'")):
            if not any(name.endswith(path.name) for name in named):
                findings.append(f"{place(path)}: no meson.build names it: it is not built")
    return findings


def main() -> None:
    used: set = set()
    findings = []
    for path in files("*.c", "*.h", "*.def", under="src"):
        findings += check_source(path, used) + check_assignments(path)
    for path in (
        files("*.h", under="include")
        + files("*.c", "*.h", under="examples")
        + files("*.c", "*.h", under="python")
    ):
        findings += check_public(path)
    findings += check_built()
    findings += [f"tools/check_layers.py: the exception {key} is not needed" for key in EXCEPTIONS.keys() - used]
    finish("layers", findings, "no file includes a higher layer, and all are built")


if __name__ == "__main__":
    main()
