"""Where NumPy raises, ndstream returns NULL with the right code and a message that names what is
wrong.
"""

import itertools

import numpy as np
import pytest

import nd
from lacking import of_numpy
from strategies import NUMPY_DTYPES


def failure_of(call):
    with pytest.raises(nd.Failure) as caught:
        call()
    assert caught.value.message
    return caught.value


def numpy_refuses(call):
    with pytest.raises((TypeError, ValueError, OverflowError, IndexError)):
        call()


def zeros(shape, dtype="float64"):
    return nd.from_numpy(np.zeros(shape, dtype))


@pytest.mark.parametrize("op", [op for op in nd.ELEMENTWISE if op.arguments > 1], ids=str)
def test_shapes_that_do_not_broadcast(op):
    for first, second in [
        ((3,), (4,)),
        ((2, 3), (3, 2)),
        ((0,), (2,)),
        ((2, 1, 3), (2, 2)),
        ((3, 4), (3,)),
    ]:
        arrays = [np.ones(shape, "int32") for shape in (first, second, first)[: op.arguments]]
        numpy_refuses(lambda: of_numpy(op.name)(*arrays))
        failure = failure_of(lambda: nd.elementwise(op.name, *map(nd.from_numpy, arrays)))
        assert failure.code == "SHAPE"
        assert (
            op.name in failure.message
            and str(first) in failure.message
            and str(second) in failure.message
        )


@pytest.mark.parametrize("op", nd.ELEMENTWISE, ids=str)
def test_dtypes_that_numpy_refuses_are_dtype_errors(op):
    for dtype in NUMPY_DTYPES:
        arrays = [np.ones(2, dtype)] * op.arguments
        try:
            of_numpy(op.name)(*arrays)
        except TypeError:
            failure = failure_of(lambda: nd.elementwise(op.name, *map(nd.from_numpy, arrays)))
            assert failure.code == "DTYPE"
            assert op.name in failure.message and dtype in failure.message


@pytest.mark.parametrize("op", nd.REDUCTIONS, ids=str)
def test_axes_out_of_range_or_repeated(op):
    array = np.ones((2, 3))
    for axes in [2, -3, (0, 0), (0, -2), (0, 5)]:
        numpy_refuses(lambda: getattr(np, op.name)(array, axis=axes))
        failure = failure_of(lambda: nd.reduce(op.name, nd.from_numpy(array), axes))
        twice = axes in [(0, 0), (0, -2)]
        assert failure.code == ("REPEATED" if twice else "AXIS") and op.name in failure.message


@pytest.mark.parametrize("op", nd.SCANS, ids=str)
def test_scan_axis_out_of_range(op):
    for axis in (2, -3):
        failure = failure_of(lambda: nd.scan(op.name, zeros((2, 3)), axis))
        assert failure.code == "AXIS" and op.name in failure.message


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax"])
def test_reductions_of_nothing_without_identity(name):
    for shape, axes in [((0,), None), ((0,), 0), ((3, 0), 1), ((0, 2), 0), ((3, 0), None)]:
        numpy_refuses(lambda: getattr(np, name)(np.ones(shape), axis=axes))
        assert failure_of(lambda: nd.reduce(name, zeros(shape), axes)).code == "VALUE"
    for shape, axes in [((3, 0), 0), ((0, 2), 1)]:
        ours = nd.to_numpy(nd.reduce(name, zeros(shape), axes))
        assert ours.shape == getattr(np, name)(np.ones(shape), axis=axes).shape


def test_where_of_another_shape_or_dtype():
    array = zeros((2, 3))
    assert failure_of(lambda: nd.reduce("sum", array, where=zeros((2, 4), "bool"))).code == "SHAPE"
    assert failure_of(lambda: nd.reduce("sum", array, where=zeros((2, 3), "int8"))).code == "DTYPE"
    failure = failure_of(lambda: nd.reduce("max", array, where=zeros((2, 3), "bool")))
    assert failure.code == "VALUE" and "initial" in failure.message


def test_options_that_a_reduction_does_not_take():
    array = zeros((2, 3))
    for name, options in [
        ("mean", {"initial": 1.0}),
        ("any", {"dtype": "int8"}),
        ("argmax", {"initial": 2.0}),
    ]:
        assert failure_of(lambda: nd.reduce(name, array, **options)).code == "ARGUMENT"
    assert failure_of(lambda: nd.reduce("mean", array, dtype="int32")).code == "DTYPE"


def test_output_of_a_wrong_shape_or_read_only():
    a = zeros((2, 3))
    for shape in [(3,), (2, 1), (2, 4), (3, 2)]:
        numpy_refuses(lambda: np.add(np.zeros((2, 3)), 1, out=np.zeros(shape)))
        failure = failure_of(lambda: nd.elementwise("add", a, 1, out=zeros(shape)))
        assert failure.code == "SHAPE" and str(shape) in failure.message
    fixed = np.zeros((2, 3))
    fixed.flags.writeable = False
    assert (
        failure_of(lambda: nd.elementwise("add", a, a, out=nd.from_numpy(fixed))).code == "READONLY"
    )
    assert failure_of(lambda: nd.assign(nd.from_numpy(fixed), a)).code == "READONLY"
    row = nd.call("broadcast_to", zeros((3,)), nd.shape_of((2, 3)))
    assert failure_of(lambda: nd.elementwise("add", a, a, out=row)).code == "READONLY"


def test_output_of_a_lesser_kind():
    for source, target in itertools.product(NUMPY_DTYPES, repeat=2):
        if not np.can_cast(source, target, "same_kind"):
            failure = failure_of(
                lambda: nd.elementwise("add", zeros(3, source), True, out=zeros(3, target))
            )
            assert (
                failure.code == "DTYPE" and source in failure.message and target in failure.message
            )


def test_integers_to_negative_integer_powers():
    for dtype in ("int8", "int64"):
        array = np.array([1, 2, -2], dtype)
        numpy_refuses(lambda: np.power(np.ones(3, dtype), array))
        assert (
            failure_of(
                lambda: nd.elementwise("power", nd.from_numpy(array), nd.from_numpy(array))
            ).code
            == "VALUE"
        )
        assert failure_of(lambda: nd.elementwise("power", nd.from_numpy(array), -1)).code == "VALUE"


def test_integers_out_of_range_of_the_dtype():
    for dtype, value in [
        ("int8", 128),
        ("int8", -129),
        ("uint8", -1),
        ("uint64", -1),
        ("int64", 2**63),
        ("int32", 2**31),
    ]:
        numpy_refuses(lambda: np.add(np.ones(2, dtype), value))
        failure = failure_of(lambda: nd.elementwise("add", zeros(2, dtype), value))
        assert (
            failure.code == "OVERFLOW" and str(value) in failure.message and dtype in failure.message
        )


def test_views_that_do_not_fit():
    array = zeros((2, 3, 4))
    for call, code in [
        (lambda: nd.call("reshape", array, nd.shape_of((5, 5))), "SHAPE"),
        (lambda: nd.call("reshape", array, nd.shape_of((-1, 5))), "SHAPE"),
        (lambda: nd.call("reshape", array, nd.shape_of((-1, -1))), None),
        (lambda: nd.call("broadcast_to", array, nd.shape_of((2, 3, 5))), "SHAPE"),
        (lambda: nd.call("broadcast_to", array, nd.shape_of((3, 4))), "SHAPE"),
        (lambda: nd.call("permute", array, nd.axes_of((0, 1))), "AXIS"),
        (lambda: nd.call("permute", array, nd.axes_of((0, 1, 1))), "REPEATED"),
        (lambda: nd.call("swap_axes", array, 0, 3), "AXIS"),
        (lambda: nd.call("move_axis", array, -4, 0), "AXIS"),
        (lambda: nd.call("expand_dims", array, 5), "AXIS"),
        (lambda: nd.call("squeeze", array, nd.axes_of(0)), "SHAPE"),
        (lambda: nd.call("flip", array, nd.axes_of(3)), "AXIS"),
        (lambda: nd.call("imag", array), "DTYPE"),
        (lambda: nd.call("sliding_window", array, 0, 3), "VALUE"),
        (lambda: nd.call("diagonal", zeros(3), 0), "SHAPE"),
        (lambda: nd.slice_terms(array, (2,)), "INDEX"),
        (lambda: nd.slice_terms(array, (0, 0, 0, 0)), "INDEX"),
        (lambda: nd.slice_terms(array, (..., ...)), "INDEX"),
        (lambda: nd.slice_terms(array, (slice(None, None, 0),)), "VALUE"),
    ]:
        failure = failure_of(call)
        assert code in (None, failure.code), failure


def test_the_first_error_is_kept_and_nesting_passes_null_through():
    inner = nd.library.nd_reduce(nd.OPS["sum"].number, zeros(3).handle, nd.axes_of(7), None)
    assert not inner
    nested = nd.library.nd_reduce(nd.OPS["sum"].number, inner, nd.axes_of(None), None)
    assert not nested
    assert nd._failure().code == "AXIS"
    assert nd.library.nd_error() == 0
