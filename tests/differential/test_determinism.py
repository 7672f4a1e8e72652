"""Results have the same bits for any number of threads, and what is promised for every ISA for each
of them.

The same script computes digests of many results in a process of its own for each ISA (ND_ISA is
read once).
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import nd
from strategies import random_values

SHAPES = [
    (1,),
    (7,),
    (1025,),
    (100003,),
    (40, 3001),
    (3001, 40),
    (7, 11, 13, 17),
    (3, 200, 170),
    (2, 1, 60013),
    (99, 128),
]
DTYPES = ["float16", "float32", "float64", "complex64", "complex128"]
RESULTS = [
    name for name in ("sum", "mean", "var", "std", "prod", "min", "max", "argmin") if name in nd.OPS
]
ISAS = ["reference", "baseline", "avx2", "avx512"]


def layouts(array):
    yield "C", array
    yield "F", np.asfortranarray(array)
    yield (
        "reversed",
        array[tuple(slice(None, None, -1) for _ in array.shape)].copy()[
            tuple(slice(None, None, -1) for _ in array.shape)
        ],
    )
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    yield "stepped", wide[..., ::2]


def digest(result):
    """Of the elements in C order, whatever the layout; every NaN counts as the same."""
    values = np.ascontiguousarray(nd.to_numpy(result)).copy()
    if values.dtype.kind in "fc":
        values[np.isnan(values)] = np.nan
    return hashlib.sha256(values.tobytes()).hexdigest()[:16]


def reductions(dtypes=DTYPES, shapes=SHAPES):
    """(what, result) of reductions and scans of random numbers over axes and layouts."""
    rng = np.random.default_rng(15)
    for dtype in dtypes:
        for shape in shapes:
            array = random_values(rng, dtype, shape, "small")
            near_one = (1 + array / 4096).astype(dtype)
            for layout, laid in layouts(array):
                for axes in [None, *range(len(shape))]:
                    for name in RESULTS:
                        source = laid if name != "prod" else near_one
                        yield (
                            f"{name} {dtype}{shape} {layout} {axes}",
                            nd.reduce(name, nd.from_numpy(source), axes),
                        )
                    if axes is not None:
                        for name in ("cumsum", "cumprod"):
                            source = laid if name == "cumsum" else near_one
                            yield (
                                f"{name} {dtype}{shape} {layout} {axes}",
                                nd.scan(name, nd.from_numpy(source), axes),
                            )


def exact_elementwise():
    """(what, result) of operations whose results do not depend on rounding in between, and of
    casts.
    """
    rng = np.random.default_rng(16)
    for dtype in nd.NUMPY_DTYPES:
        arrays = [random_values(rng, dtype, (7001,), kind) for kind in ("special", "wide", "small")]
        for op in nd.ELEMENTWISE:
            if op.ulp > 0.5 and op.name not in ("sign", "absolute"):
                continue
            for first in range(3):
                given = [nd.from_numpy(arrays[(first + i) % 3]) for i in range(op.arguments)]
                try:
                    result = nd.elementwise(op.name, *given)
                except nd.Failure:
                    continue
                yield f"{op.name} {dtype} {first}", result
        for target in nd.DTYPES:
            for kind in ("special", "wide", "small"):
                values = random_values(rng, dtype, (3001,), kind)
                yield f"cast {dtype} {target} {kind}", nd.cast(nd.from_numpy(values), target)


PRODUCTS = [
    *((5, 7, 3), (14, 1000, 14), (7, 401, 19), (33, 65, 21), (97, 761, 44), (120, 515, 131)),
    *((9, 3001, 13), (3, 1000, 1001), (64, 3, 70)),
]


def products():
    """Of small whole numbers, so that all sums are exact, in whichever order."""
    rng = np.random.default_rng(29)
    for dtype in nd.NUMPY_DTYPES:
        if dtype == "float16":
            continue
        for shape in [*PRODUCTS, (50, 3, 3, 3), (50, 5, 17, 6), (7, 20, 31, 25)]:
            *stack, rows, inner, columns = shape
            a = rng.integers(0, 3, (*stack, rows, inner)).astype(dtype)
            b = rng.integers(0, 3, (*stack, inner, columns)).astype(dtype)
            for layout, left, right in (
                ("", a, b),
                ("left turned", a.swapaxes(-1, -2).copy().swapaxes(-1, -2), b),
                ("right turned", a, b.swapaxes(-1, -2).copy().swapaxes(-1, -2)),
                ("reversed", a[..., ::-1, :], b[..., ::-1]),
            ):
                product = nd.call("matmul", nd.from_numpy(left), nd.from_numpy(right))
                yield f"{dtype} {shape} {layout}", product


def digests(results):
    return {what: digest(result) for what, result in results}


@pytest.mark.parametrize("dtype", DTYPES)
def test_reductions_and_scans_have_the_same_bits_for_1_2_and_7_threads(dtype):
    found = []
    for count in (1, 2, 7):
        with nd.threads(count):
            found.append(digests(reductions([dtype], SHAPES[3:])))
    for what in found[0]:
        assert found[0][what] == found[1][what] == found[2][what], what


@pytest.mark.parametrize("dtype", DTYPES)
def test_reductions_do_not_depend_on_the_address(dtype):
    """The order of a sum follows from shape and strides, not from the alignment of the memory."""
    found = []
    for offset in (0, 1, 5):
        rng = np.random.default_rng(17)
        digests_found = []
        for shape in [(1025,), (40, 3001), (3001, 40), (7, 11, 13, 17)]:
            array = random_values(rng, dtype, shape, "small")
            memory = np.zeros(array.size + 8, dtype)
            moved = memory[offset : offset + array.size].reshape(shape)
            moved[...] = array
            for axes in [None, *range(len(shape))]:
                for name in ("sum", "mean", "var"):
                    digests_found.append(digest(nd.reduce(name, nd.from_numpy(moved), axes)))
        found.append(digests_found)
    assert found[0] == found[1] == found[2]


CHAINED = ("sum((x - 0.5)**2)", "mean(3 - x * x)", "sum(x * 2 + x)")


def chained_sums():
    """Reductions of what chains make: long enough for batches of leaves, with and without a rest."""
    rng = np.random.default_rng(19)
    for n, kind in ((16_384, "small"), (50_001, "small"), (300_000, "small"), (70_000, "special")):
        for dtype in ("float32", "float64"):
            x = nd.from_numpy(random_values(rng, dtype, (n,), kind))
            for text in CHAINED:
                yield f"{text} {dtype} {n}", text, x


def columns(text):
    """Of matrices whose columns are computed in tiles, the results past the cache."""
    rng = np.random.default_rng(23)
    for shape, kind in (((2000, 2560), "small"), ((1111, 4104), "special"), ((600, 8200), "small"), ((1300, 4501), "small")):
        for dtype in ("float32", "float64"):
            x = nd.from_data(random_values(rng, dtype, shape, kind))
            yield f"{text} {dtype} {shape}", nd.expression(text, x=x)


STANDARDISED = "(x - mean(x, axis=0)) / std(x, axis=0)"
POWERS = "exp(x - max(x, axis=0)) / sum(exp(x - max(x, axis=0)), axis=0)"


def test_sums_of_chains_have_the_bits_of_sums_of_memory():
    for what, text, x in chained_sums():
        name, inner = text.split("(", 1)
        elements = nd.expression(inner[:-1], x=x)
        nd.evaluate([elements])
        assert digest(nd.expression(text, x=x)) == digest(nd.reduce(name, elements)), what


@pytest.mark.parametrize("name", ["sum", "max", "argmin", "std"])
def test_reductions_of_short_rows_that_are_produced_have_the_bits_of_stored_ones(name):
    """Many rows are produced together, as many as are left in a tile."""
    rng = np.random.default_rng(24)
    for rows, length in ((3, 5), (100, 17), (501, 100), (70, 999), (9, 1024), (5, 2047), (2000, 33)):
        for dtype in ("float32", "float64", "complex64", "int32"):
            if dtype == "complex64" and name != "sum":
                continue
            x = nd.from_numpy(random_values(rng, dtype, (rows, length), "small"))
            stored = nd.expression("x * x - x", x=x)
            nd.evaluate([stored])
            for view in ("", "[::-1]", "[:, 1:]"):
                pending = nd.expression(f"{name}((x * x - x){view}, axis=1)", x=x)
                expected = nd.expression(f"{name}(stored{view}, axis=1)", stored=stored)
                assert digest(pending) == digest(expected), (rows, length, dtype, view)


@pytest.fixture(scope="module")
def digests_of_isas():
    found = {}
    for isa in ISAS:
        environment = dict(os.environ, ND_ISA=isa)
        done = subprocess.run(
            [sys.executable, __file__],
            env=environment,
            capture_output=True,
            text=True,
            cwd=pathlib.Path(__file__).parent,
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        if answer["isa"] == isa:  # else this CPU does not have it
            found[isa] = answer
    assert "reference" in found and "baseline" in found
    return found


@pytest.mark.parametrize("part", ["reductions", "elementwise", "chains", "columns", "products"])
def test_exact_results_have_the_same_bits_on_every_isa(digests_of_isas, part):
    reference = digests_of_isas["reference"][part]
    for isa, answer in digests_of_isas.items():
        different = [what for what in reference if answer[part][what] != reference[what]]
        assert not different, (
            f"{isa}: {len(different)} of {len(reference)} differ: {different[:20]}"
        )


def test_exponentials_of_columns_have_the_same_bits_wherever_multiplications_and_additions_fuse(
    digests_of_isas,
):
    found = [digests_of_isas[isa]["powers"] for isa in ("avx2", "avx512") if isa in digests_of_isas]
    assert all(answer == found[0] for answer in found)


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        few = [(7,), (1025,), (40, 3001), (7, 11, 13, 17)]
        print(
            json.dumps(
                {
                    "isa": nd.isa(),
                    "reductions": digests(reductions(shapes=few)),
                    "elementwise": digests(exact_elementwise()),
                    "chains": digests(
                        (what, nd.expression(text, x=x)) for what, text, x in chained_sums()
                    ),
                    "columns": digests(columns(STANDARDISED)),
                    "powers": digests(columns(POWERS)),
                    "products": digests(products()),
                }
            )
        )
