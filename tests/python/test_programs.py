"""Every program of tests/programs gives with ndstream what it gives with NumPy, when its import line is changed."""

import pathlib

import pytest
from same import compare

PROGRAMS = sorted((pathlib.Path(__file__).parent.parent / "programs").glob("*.py"))
IMPORT = "import numpy as np"


def run(path, package):
    source = path.read_text()
    assert source.count(IMPORT) == 1
    space = {"__name__": "program"}
    exec(compile(source.replace(IMPORT, f"import {package} as np"), path.name, "exec"), space)
    return space["result"]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_program_gives_the_same(path):
    compare(run(path, "ndstream"), run(path, "numpy"), 1e-9, path.stem)


def test_there_are_programs():
    assert len(PROGRAMS) >= 30
