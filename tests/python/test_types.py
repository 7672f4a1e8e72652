"""The type stubs beside mypy: sound by themselves, true of the package, and enough for programs."""

import pathlib
import re
import subprocess
import sys

import ndstream
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STUBS = ROOT / "python"


def tool(module, *arguments, folder):
    """Runs mypy or stubtest with the stubs of the source tree; what it says, and whether it was content."""
    built = pathlib.Path(ndstream.__file__).parent.parent
    found = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=folder,
        env={"MYPYPATH": str(folder / "stubs"), "PYTHONPATH": str(built), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    return found.stdout + found.stderr, found.returncode == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder whose `stubs` holds what is installed for type checkers."""
    folder = tmp_path_factory.mktemp("types")
    for stub in STUBS.glob("ndstream/**/*.pyi"):
        target = folder / "stubs" / stub.relative_to(STUBS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(stub.read_text())
    return folder


def test_stubs_are_sound(folder):
    text, content = tool("mypy", "--strict", folder / "stubs" / "ndstream", folder=folder)
    assert content, text


# What stubs say otherwise: attributes that need not be known, those that scalars borrow from arrays, methods that take several numbers in place of a tuple, and
# **= as mypy wants it beside **.
ALLOWED = r"""
ndstream\..*\.__getattr__
ndstream\.generic\..*
ndstream\.ndarray\.(reshape|transpose|resize|item|__ipow__)
"""


def test_stubs_are_true_of_the_package(folder):
    (folder / "allowed").write_text(ALLOWED)
    text, content = tool("mypy.stubtest", "ndstream", "--ignore-missing-stub", "--ignore-disjoint-bases", "--concise", "--allowlist", folder / "allowed", folder=folder)
    assert content, text


def python_of(page):
    """The Python of a page of documentation, the pieces of a page being one program."""
    return "\n".join(re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE))


def test_programs_are_well_typed(folder):
    programs = folder / "programs"
    programs.mkdir()
    for program in (ROOT / "tests" / "programs").glob("*.py"):
        (programs / program.name).write_text(program.read_text().replace("import numpy as np", "import ndstream as np"))
    (programs / "readme.py").write_text(python_of(ROOT / "README.md"))
    assert len(list(programs.iterdir())) > 30
    text, content = tool("mypy", "--check-untyped-defs", programs, folder=folder)
    assert content, text


TYPED = """
import ndstream as np
from ndstream.linalg import LinAlgError, norm
from ndstream.random import Generator, default_rng

def standardise(x: np.ndarray, axis: int = 0) -> np.ndarray:
    with np.errstate(divide="ignore"):
        y: np.ndarray = (x - x.mean(axis)) / x.std(axis)
    return y.reshape(-1, 2).astype(np.float32)

def draw(rng: Generator, count: int) -> float:
    p = np.poly1d([1, 2])
    values = rng.normal(0.0, 1.0, size=count)
    try:
        return float(norm(np.linalg.solve(np.eye(3), values[:3])) + p(2.0))
    except LinAlgError:
        return np.nan

shape: tuple[int, ...] = standardise(np.ones((4, 2))).shape
draw(default_rng(1), 5)
"""
WRONG = """
np.zeros(3).shap
np.linalg.sovle(np.eye(2), np.ones(2))
np.linspace(1)
np.zeros(3, dtyp=int)
np.zeros((3, 2)).reshape(6).transpose().nonsense()
np.random.default_rng(1).normal(lok=1)
text: str = np.array_equal([1], [1])
words: list[int] = np.zeros(3)
""".strip().splitlines()


def test_typed_program_passes_the_strictest_checks(folder):
    (folder / "typed.py").write_text(TYPED)
    text, content = tool("mypy", "--strict", "typed.py", folder=folder)
    assert content, text


def test_mistakes_are_found(folder):
    lines = ["import ndstream as np", *WRONG]
    (folder / "wrong.py").write_text("\n".join(lines) + "\n")
    text, content = tool("mypy", "wrong.py", folder=folder)
    found = {int(n) for n in re.findall(r"^wrong\.py:(\d+): error", text, re.MULTILINE)}
    assert not content
    assert found == set(range(2, len(lines) + 1)), text


# ---- Functions that are said to give an array, of whatever arguments ----------------------------

CALLS = """
arange(3) array(1) asarray(1) asanyarray(1) ascontiguousarray(1) asfortranarray(1) atleast_2d(1) atleast_3d(1) concatenate([[1],[2]])
concat([[1],[2]]) column_stack([[1],[2]]) copy(1) diag([1]) diagflat(1) dstack([1,2]) empty(()) empty_like(1) eye(1)
flatnonzero(1) frombuffer(b'12345678') fromfunction(np.add,(2,2)) fromiter([1],int) full((),1) full_like(1,1) geomspace(1,2,1)
hstack([1,2]) identity(1) linspace(1,2,1) loadtxt(['1']) logspace(1,2,1) ones(()) ones_like(1) repeat(1,1) stack([1,2]) tile(1,1)
tri(1) tril([1]) triu([1]) unique_values(1) vander([1]) vstack([1,2]) zeros(()) zeros_like(1)
""".split()
METHOD_CALLS = """
argpartition(0) argsort() astype(int) copy() cumprod() cumsum() diagonal() flatten() ravel() repeat(1) reshape(1,1) squeeze()
swapaxes(0,1) transpose()
""".split()


def said_to_give_arrays(pattern):
    return set(re.findall(pattern, (STUBS / "ndstream" / "__init__.pyi").read_text(), re.MULTILINE))


def test_what_is_said_to_give_an_array_does():
    assert {call.split("(")[0] for call in CALLS} == said_to_give_arrays(r"^def (\w+)\(.*-> ndarray: \.\.\.$")
    for call in CALLS:
        assert type(eval("np." + call, {"np": ndstream})) is ndstream.ndarray, call
    methods = said_to_give_arrays(r"^    def ([a-z]\w*)\(.*-> ndarray: \.\.\.$")
    assert {call.split("(")[0] for call in METHOD_CALLS} == methods - {"T", "mT", "real", "imag"}
    for call in METHOD_CALLS:
        assert type(eval("np.ones((1, 1))." + call, {"np": ndstream})) is ndstream.ndarray, call
