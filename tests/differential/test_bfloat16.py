"""bfloat16, which NumPy lacks: every operation equals float32's on the same values, rounded to
bfloat16.

The values travel as uint16. A float32 is rounded here by adding to its bits, half to even.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from lacking import of_numpy
from strategies import NUMPY_DTYPES, lay_out, layouts, seeds, shapes


def rounded(values):
    """The bits of the nearest bfloat16 of float32 or float64 values (float64 is rounded once)."""
    values = np.asarray(values)
    if (
        values.dtype == np.float64
    ):  # to float32 by rounding to odd, so that the next rounding is the only one
        narrow = values.astype("float32")
        bits = narrow.view("uint32")
        away = np.abs(narrow.astype("float64")) > np.abs(values)
        inexact = (narrow != values) & np.isfinite(narrow)
        bits = np.where(inexact, np.where(away, bits - 1, bits) | 1, bits).astype("uint32")
    else:
        bits = values.astype("float32").view("uint32")
    nan = np.isnan(values)
    nearest = (bits + np.uint32(0x7FFF) + ((bits >> 16) & 1)) >> 16
    return np.where(nan, 0x7FC0 | (bits >> 16), nearest).astype("uint16")


def widened(bits):
    return (np.asarray(bits).astype("uint32") << 16).view("float32")


def ulps_apart(ours, theirs):
    """Distance in steps of bfloat16; NaNs are 0 apart."""

    def line(bits):
        bits = bits.astype("int32")
        return np.where(bits & 0x8000, 0x8000 - bits, bits)

    nan = np.isnan(widened(ours)) & np.isnan(widened(theirs))
    return np.where(nan, 0, np.abs(line(ours) - line(theirs)))


EVERY = np.arange(65536, dtype="uint16")
# These are tested below: their results are not float32's rounded.
NEIGHBOURS = ("nextafter", "spacing")


def takes_bfloat16(op):
    arrays = [nd.from_numpy(np.zeros(1, "uint16"), bfloat16=True)] * op.arguments
    try:
        nd.elementwise(op.name, *arrays)
    except nd.Failure:
        return False
    return op.name not in NEIGHBOURS


UNARY = [op for op in nd.ELEMENTWISE if op.arguments == 1 and takes_bfloat16(op)]
BINARY = [op for op in nd.ELEMENTWISE if op.arguments == 2 and takes_bfloat16(op)]


def test_every_bfloat16_is_cast_as_its_float32():
    mine = nd.from_numpy(EVERY, bfloat16=True)
    every = widened(EVERY)
    for target in ("float32", "float64", "complex64", "bool", "float16"):
        np.testing.assert_array_equal(nd.to_numpy(nd.cast(mine, target)), every.astype(target))
    back = nd.to_numpy(nd.cast(nd.from_numpy(every), "bfloat16"))
    assert (ulps_apart(back, EVERY) == 0).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_casts_to_bfloat16_round_once_to_even(dtype):
    rng = np.random.default_rng(13)
    values = (rng.standard_normal(40000) * 10 ** rng.uniform(-44, 38, 40000)).astype(dtype)
    middles = (widened(EVERY[:0x7F00]).astype("float64") * (1 + 2.0**-9)).astype(dtype)
    below = np.nextafter(middles, np.zeros(1, dtype))
    values = np.concatenate([values, middles, -middles, below, np.array([np.inf, np.nan], dtype)])
    ours = nd.to_numpy(nd.cast(nd.from_numpy(values), "bfloat16"))
    assert (ulps_apart(ours, rounded(values)) == 0).all()


def test_casts_of_integers_to_bfloat16_round_once():
    integers = np.array(
        [0, 1, 255, 257, 259, 2**24 + 2**16 + 1, 2**62 + 2**54 + 1, -(2**62 + 2**54 + 1), 2**63 - 1]
    )
    exact = integers.astype("longdouble")
    ours = widened(nd.to_numpy(nd.cast(nd.from_numpy(integers), "bfloat16"))).astype("longdouble")
    below, above = (
        widened(rounded(integers.astype("float64")) - 1),
        widened(rounded(integers.astype("float64")) + 1),
    )
    for other in (below, above):
        distance = np.abs(other.astype("longdouble") - exact)
        assert ((np.abs(ours - exact) <= distance) | ~np.isfinite(distance)).all()


@pytest.mark.parametrize("op", UNARY, ids=str)
def test_every_value_of_unary_operations_equals_rounded_float32(op):
    ours = nd.elementwise(op.name, nd.from_numpy(EVERY, bfloat16=True))
    theirs = of_numpy(op.name)(widened(EVERY).astype("float64"))
    if op.name == "i0":  # NumPy divides infinities
        theirs = np.where(np.isinf(widened(EVERY)), np.inf, theirs)
    if theirs.dtype == bool:
        np.testing.assert_array_equal(nd.to_numpy(ours), theirs)
        return
    if theirs.dtype == "int32":
        np.testing.assert_array_equal(nd.to_numpy(ours), theirs)
        return
    if ours.dtype == "float64":
        np.testing.assert_allclose(nd.to_numpy(ours), theirs, 1e-14)
        return
    assert ours.dtype == "bfloat16"
    # Two roundings: to float32 and on to bfloat16.
    assert ulps_apart(nd.to_numpy(ours), rounded(theirs)).max() <= 1
    same = ulps_apart(nd.to_numpy(ours), rounded(theirs)) == 0
    assert same.mean() > 0.998


@pytest.mark.parametrize("op", BINARY, ids=str)
@given(data=st.data())
def test_binary_operations_equal_rounded_float32(op, data):
    shape = data.draw(shapes(max_rank=3))
    rng = np.random.default_rng(data.draw(seeds))
    bits = [
        lay_out(
            rounded((rng.standard_normal(shape) * 8).astype("float32")).reshape(shape),
            rng,
            data.draw(layouts),
        )
        for _ in range(2)
    ]
    ours = nd.elementwise(op.name, *(nd.from_numpy(x, bfloat16=True) for x in bits))
    theirs = of_numpy(op.name)(*(widened(x).astype("float32") for x in bits))
    if theirs.dtype == bool:
        np.testing.assert_array_equal(nd.to_numpy(ours), theirs)
        return
    if ours.dtype == "float64":
        np.testing.assert_allclose(nd.to_numpy(ours), theirs, 1e-14)
        return
    assert ours.dtype == "bfloat16"
    apart = ulps_apart(nd.to_numpy(ours), rounded(theirs))
    assert apart.max(initial=0) <= (
        0 if op.name in ("add", "subtract", "multiply", "divide") else 1
    )


def test_nextafter_and_spacing_are_steps_of_the_bits():
    mine = nd.from_numpy(EVERY, bfloat16=True)
    values = widened(EVERY)
    up = nd.to_numpy(nd.elementwise("nextafter", mine, float("inf")))
    finite = np.isfinite(values)
    order = np.sort(values[finite & (values != 0)])
    expected = np.append(order[1:], np.inf)
    expected[order == -(2.0**-133)] = -0.0
    by_value = dict(zip(values[finite], widened(up)[finite]))
    assert all(by_value[x] == y for x, y in zip(order, expected))
    assert by_value[0.0] == 2.0**-133
    stays = ~finite & (values != -np.inf)
    assert (ulps_apart(up, EVERY)[stays] == 0).all()
    assert (widened(up)[values == -np.inf] == -values[finite].max()).all()
    spacing = widened(nd.to_numpy(nd.elementwise("spacing", mine)))
    outwards = widened(nd.to_numpy(nd.elementwise("nextafter", mine, nd.elementwise("copysign", float("inf"), mine))))
    with np.errstate(all="ignore"):
        steps = outwards.astype("float64") - values
    steps[values == 0] = 2.0**-133
    same = (spacing == steps) | (np.isnan(spacing) & ~finite)
    assert same.all()


def test_promotion_with_bfloat16_is_that_of_jax():
    for name in NUMPY_DTYPES:
        expected = {
            "float16": "float32",
            "bool": "bfloat16",
            "int8": "bfloat16",
            "uint8": "bfloat16",
        }.get(name)
        expected = expected or np.promote_types(name, "float16").name
        assert nd.promote("bfloat16", name) == nd.promote(name, "bfloat16") == expected, name
    assert nd.promote("bfloat16", "bfloat16") == "bfloat16"


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "min", "max", "prod"])
def test_reductions_equal_rounded_float64(name):
    rng = np.random.default_rng(14)
    bits = rounded(rng.uniform(0.5, 1.5, (37, 1100)).astype("float32")).reshape(37, 1100)
    for axes in (None, 0, 1):
        array = bits if name != "prod" else bits[:7, :60]
        ours = nd.to_numpy(nd.reduce(name, nd.from_numpy(array, bfloat16=True), axes))
        theirs = np.asarray(getattr(np, name)(widened(array).astype("float64"), axis=axes))
        assert ulps_apart(ours, rounded(theirs)).max() <= 1
