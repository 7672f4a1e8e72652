"""Promotion, casting rules and weak scalars equal NumPy 2's (NEP 50)."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nd
from compare import agree
from differences import scalar_difference
from oracle import assert_as_numpy, call_numpy
from strategies import NUMPY_DTYPES, arrays, dtypes, shapes

SCALARS = [
    True,
    False,
    0,
    1,
    -1,
    2,
    100,
    127,
    128,
    255,
    256,
    -128,
    -129,
    2**15,
    2**31 - 1,
    2**31,
    2**32,
    2**53 + 1,
]
SCALARS += [
    -(2**31) - 1,
    2**63 - 1,
    -(2**63),
    2**63,
    2**64 - 1,
    0.0,
    -0.0,
    0.5,
    1e300,
    65520.0,
    float("inf"),
]
SCALARS += [float("nan"), 1j, 2 + 0j, 1e300 - 1e300j]


def test_every_dtype_pair_promotes_as_numpy():
    for a, b in itertools.product(NUMPY_DTYPES, repeat=2):
        assert nd.promote(a, b) == np.promote_types(a, b).name, (a, b)


@pytest.mark.parametrize("casting", nd.CASTINGS)
def test_every_dtype_pair_may_cast_as_in_numpy(casting):
    for a, b in itertools.product(NUMPY_DTYPES, repeat=2):
        assert nd.can_cast(a, b, casting) == np.can_cast(a, b, casting), (a, b)


def compare(op, arguments):
    mine = [nd.from_numpy(x) if isinstance(x, np.ndarray) else x for x in arguments]
    if scalar_difference(op.name, arguments):
        return
    results = agree(
        lambda: nd.to_numpy(nd.elementwise(op.name, *mine)),
        lambda: np.asarray(call_numpy(op.name, arguments)),
    )
    if results:
        assert nd.result_dtype(op.name, *mine) == results[1].dtype.name
        assert_as_numpy(op, *results, arguments)


@pytest.mark.parametrize("op", [op for op in nd.ELEMENTWISE if op.arguments == 2], ids=str)
def test_every_dtype_with_every_scalar_on_either_side_equals_numpy(op):
    failures = []
    for dtype, scalar in itertools.product(NUMPY_DTYPES, SCALARS):
        array = np.array([1, 0, 3, 100], dtype)
        for arguments in ((array, scalar), (scalar, array)):
            try:
                compare(op, arguments)
            except AssertionError as error:
                failures.append(f"{dtype}, {arguments}: {error}")
    assert not failures, f"{len(failures)} cases:\n" + "\n".join(failures[:12])


@pytest.mark.parametrize("op", [op for op in nd.ELEMENTWISE if op.arguments == 3], ids=str)
def test_three_arguments_with_scalars_equal_numpy(op):
    failures = []
    few = [True, 0, 3, -1, 200, 0.5, 2j]
    for dtype, y, z in itertools.product(NUMPY_DTYPES, few, few):
        array = np.array([1, 0, 3, 100], dtype)
        for arguments in ((array, y, z), (array, array, z), (array, y, array)):
            try:
                compare(op, arguments)
            except AssertionError as error:
                failures.append(f"{dtype}, {arguments}: {error}")
    assert not failures, f"{len(failures)} cases:\n" + "\n".join(failures[:12])


@pytest.mark.parametrize("op", nd.ELEMENTWISE, ids=str)
@given(data=st.data())
def test_scalars_with_any_shape_and_layout_equal_numpy(op, data):
    arguments = [
        data.draw(arrays(shape=shapes(most=600, large=False), kinds=["small", "special"]))
        if i == 0 or op.arguments == 3 and i == 2 and data.draw(st.booleans())
        else data.draw(st.sampled_from([True, 3, 1, 0.5, -2.25, 2j]))
        for i in range(op.arguments)
    ]  # fmt: skip
    if op.arguments == 2 and data.draw(st.booleans()):
        arguments.reverse()
    compare(op, arguments)


@given(data=st.data())
def test_scalars_alone_equal_numpy(data):
    op = data.draw(st.sampled_from(nd.ELEMENTWISE))
    scalars = st.sampled_from([True, False, 3, -2, 7, 0.5, -2.5, 1 + 2j])
    compare(op, [data.draw(scalars) for _ in range(op.arguments)])


@given(dtype=dtypes, shape=shapes(most=100, large=False))
def test_result_dtype_needs_no_data(dtype, shape):
    array = np.zeros(shape, dtype)
    assert nd.result_dtype("multiply", nd.from_numpy(array), 2.5) == np.result_type(array, 2.5).name
