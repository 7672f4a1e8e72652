"""The table of operations as the library gives it: every row has its functions, and NumPy knows its
name.
"""

import numpy as np
import pytest

import nd
from lacking import MADE


@pytest.mark.parametrize("op", nd.OPS.values(), ids=str)
def test_every_row_has_its_functions_and_numpy_knows_it(op):
    suffixes = {"reduction": ["", "_with"], "scan": [""]}.get(op.op_class, ["", "_into"])
    for suffix in suffixes:
        assert hasattr(nd.library, f"nd_{op.name}{suffix}")
    assert hasattr(np, op.name) or op.name in MADE
    assert nd.library.nd_op_from_name(op.name.encode()) == op.number


def test_a_name_that_is_no_operation_gives_the_count():
    assert nd.library.nd_op_from_name(b"no such operation") == len(nd.OPS)


@pytest.mark.parametrize("op", nd.ELEMENTWISE, ids=str)
def test_named_function_equals_the_generic_call(op):
    """nd_NAME(operand, ...) by value gives what nd_elementwise() gives."""
    arrays = [np.array([[True, False]]), np.array([[True], [True]]), np.array([True])]
    dtype = "int16" if op.name not in ("isnan",) else "float32"
    mine = [nd.from_numpy(x.astype(dtype)) for x in arrays[: op.arguments]]
    function = getattr(nd.library, f"nd_{op.name}")
    function.restype, function.argtypes = nd.c_void_p, [nd.Operand] * op.arguments
    named = nd.Array(function(*map(nd.operand, mine)))
    generic = nd.to_numpy(nd.elementwise(op.name, *mine))
    np.testing.assert_array_equal(nd.to_numpy(named), generic)


@pytest.mark.parametrize("op", nd.REDUCTIONS, ids=str)
def test_named_reduction_equals_the_generic_call(op):
    array = nd.from_numpy(np.arange(12.0).reshape(3, 4))
    named = nd.call(op.name, array, nd.axes_of(1))
    np.testing.assert_array_equal(nd.to_numpy(named), nd.to_numpy(nd.reduce(op.name, array, 1)))
    options = nd.ReduceOptions(keepdims=True)
    named = nd.call(f"{op.name}_with", array, nd.axes_of(1), options)
    generic = nd.to_numpy(nd.reduce(op.name, array, 1, keepdims=True))
    np.testing.assert_array_equal(nd.to_numpy(named), generic)


@pytest.mark.parametrize("op", nd.SCANS, ids=str)
def test_named_scan_equals_the_generic_call(op):
    array = nd.from_numpy(np.arange(1.0, 13).reshape(3, 4))
    named = nd.call(op.name, array, 0)
    np.testing.assert_array_equal(nd.to_numpy(named), nd.to_numpy(nd.scan(op.name, array, 0)))
