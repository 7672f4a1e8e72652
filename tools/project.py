"""What the checks share: the files of the project, and how a finding is told."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = {".git", "__pycache__", "venv", ".hypothesis", ".pytest_cache"}


def files(*patterns: str, under: str = ".") -> list[Path]:
    """Files of the project by glob pattern: those that git would hold, or all that are no products of a build."""
    try:
        listing = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        every = [ROOT / line for line in listing.stdout.splitlines()]
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository
        every = [path for path in ROOT.rglob("*") if not is_product(path)]
    start = ROOT / under
    return sorted(p for p in every if p.is_file() and p.is_relative_to(start) and any(p.match(x) for x in patterns))


def is_product(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return parts[0].startswith("build") or bool(SKIPPED & set(parts))


def place(path: Path, number: int | None = None) -> str:
    """path:line as compilers write it."""
    relative = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{relative}:{number}" if number else str(relative)


def finish(name: str, findings: list[str], good: str) -> None:
    """Prints the findings, or that all is well; ends the program, with status 1 if there are any."""
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{name}: {len(findings)} findings" if findings else f"{name}: {good}")
    sys.exit(1 if findings else 0)
