"""Checks names: symbols of the built library, and texts that mean nothing to a reader of the repository; and what the
library asks of the loader.

usage: check_names.py --build BUILD

The shared library exports nd_* and nothing else; what is global in the static library begins nd_ or ndi_. No file
names a folder of one developer's machine. Variables of threads are few: the C library keeps about 1,600 bytes for all the
libraries that a program loads late, as Python does. Without a built library only the files are looked at.
"""

import argparse
import re
import subprocess
from pathlib import Path

from project import ROOT, files, finish, place

# Broken up, so that this file does not hold them.
FOREIGN = re.compile(r"/" r"work/|\.\./" r"shared|/" r"tmp/(?!ndstream-)\w|/" r"home/\w|/" r"root/")

THREAD_BYTES = 328


def symbols(library: Path, *options: str) -> set[str]:
    """Global symbols that the library defines."""
    listing = subprocess.run(
        ["nm", "--defined-only", "--extern-only", "--format=posix", *options, str(library)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = (line.split() for line in listing.stdout.splitlines())
    return {words[0].split("@")[0] for words in lines if len(words) >= 2 and not words[0].endswith(":")}


def check_library(library: Path, allowed: tuple[str, ...], *options: str) -> list[str]:
    found = symbols(library, *options)
    wrong = sorted(name for name in found if not name.startswith(allowed))
    if not any(name.startswith("nd_") for name in found):
        return [f"{library.name}: defines no nd_ function"]
    return [f"{library.name}: {name} is global: it must begin {' or '.join(allowed)}, or be static" for name in wrong]


def check_thread_variables(library: Path) -> list[str]:
    headers = subprocess.run(["readelf", "-lW", str(library)], capture_output=True, text=True, check=True).stdout
    bytes_kept = sum(int(line.split()[5], 16) for line in headers.splitlines() if line.split()[:1] == ["TLS"])
    if bytes_kept <= THREAD_BYTES:
        return []
    return [f"{library.name}: variables of threads take {bytes_kept} bytes, and may take {THREAD_BYTES}"]


def is_text(content: bytes) -> bool:
    return b"\0" not in content[:8192]


def check_texts() -> list[str]:
    findings = []
    for path in files("*"):
        content = path.read_bytes()
        if path == Path(__file__).resolve() or not is_text(content):
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            match = FOREIGN.search(line)
            if match:
                findings.append(f"{place(path, number)}: {match[0]} is a place on one machine")
    return findings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    build = parser.parse_args().build
    findings = check_texts()
    shared, static = build / "src" / "libndstream.so", build / "src" / "libndstream.a"
    if shared.exists():
        findings += check_library(shared, ("nd_",), "--dynamic") + check_thread_variables(shared)
    if static.exists():
        findings += check_library(static, ("nd_", "ndi_"))
    looked_at = "files and libraries" if shared.exists() else "files (no library is built)"
    finish("names", findings, f"nothing strange in {looked_at}")


if __name__ == "__main__":
    main()
