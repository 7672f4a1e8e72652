"""The library seen from Python through ctypes: just enough to compare it with NumPy.

`Array` owns one handle. `from_numpy` borrows a NumPy array's memory with its strides, so layouts
are kept; `to_numpy` is the same the other way. A failed call raises `Failure` with the library's
code and message. The table of operations is read from the library, so that a row added there is
tested here.
"""

import contextlib
import ctypes
import os
from ctypes import (
    POINTER,
    Structure,
    c_bool,
    c_char_p,
    c_double,
    c_int,
    c_int64,
    c_size_t,
    c_void_p,
)
from dataclasses import dataclass

import numpy as np

MAX_RANK = 32
OPEN = -(2**63)

# In the order of nd_dtype, whose values are pinned. bfloat16 is not NumPy's: its bits travel as
# uint16.
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()
DTYPES += "float16 bfloat16 float32 float64 complex64 complex128".split()
NUMPY_DTYPES = [name for name in DTYPES if name != "bfloat16"]
BFLOAT16 = DTYPES.index("bfloat16")

# In the order of nd_status.
STATUSES = "OK MEMORY SHAPE DTYPE AXIS INDEX VALUE ARGUMENT READONLY FILE FORMAT".split()
STATUSES += "UNSUPPORTED SYNTAX CANCELLED LINALG OVERFLOW REPEATED RANK EMPTY TRUNCATED PICKLED".split()

CASTINGS = {"safe": 0, "same_kind": 1, "unsafe": 2}
CLASSES = ["unary", "binary", "ternary", "reduction", "scan"]


class Failure(Exception):
    """An error that the library kept: `code` is the status without ND_ERROR_."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Operand(Structure):
    _fields_ = [("kind", c_int), ("array", c_void_p), ("value", ctypes.c_uint64 * 2)]


class Shape(Structure):
    _fields_ = [("rank", c_int), ("length", c_int64 * MAX_RANK)]


class Axes(Structure):
    _fields_ = [("all", c_bool), ("count", c_int), ("axis", c_int * MAX_RANK)]


class ReduceOptions(Structure):
    _fields_ = [
        ("keepdims", c_bool),
        ("has_dtype", c_bool),
        ("has_initial", c_bool),
        ("dtype", c_int),
        ("initial", c_double),
        ("where", c_void_p),
        ("ddof", c_double),
    ]


class Index(Structure):
    _fields_ = [("kind", c_int), ("start", c_int64), ("stop", c_int64), ("step", c_int64)]
    _fields_ += [("array", c_void_p)]


class OpInfo(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("op_class", c_int),
        ("arguments", c_int),
        ("ulp", c_double),
        ("doc", c_char_p),
    ]


class Configuration(Structure):
    _fields_ = [(name, c_char_p) for name in ("version", "isa", "isa_best", "blas", "vector_math")]
    _fields_ += [("threads", c_int), ("lapack", c_char_p)]


library = ctypes.CDLL(os.environ["ND_LIBRARY"])


def _declare(result, name, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = result, list(arguments)


_declare(c_int, "nd_error")
_declare(c_char_p, "nd_error_message")
_declare(None, "nd_error_clear")
_declare(None, "nd_set_num_threads", c_int)
_declare(POINTER(OpInfo), "nd_op_describe", c_int)
_declare(c_int, "nd_op_from_name", c_char_p)
_declare(c_int, "nd_promote", c_int, c_int)
_declare(c_bool, "nd_can_cast", c_int, c_int, c_int)
_declare(c_char_p, "nd_dtype_name", c_int)
_declare(c_int, "nd_dtype_of", c_void_p)
_declare(c_int, "nd_rank", c_void_p)
_declare(POINTER(c_int64), "nd_lengths", c_void_p)
_declare(POINTER(c_int64), "nd_strides", c_void_p)
_declare(c_int64, "nd_size", c_void_p)
_declare(c_size_t, "nd_bytes", c_void_p)
_declare(c_bool, "nd_is_contiguous", c_void_p)
_declare(c_bool, "nd_is_fortran_contiguous", c_void_p)
_declare(c_bool, "nd_is_writeable", c_void_p)
_declare(c_bool, "nd_overlaps", c_void_p, c_void_p)
_declare(c_bool, "nd_array_equal", c_void_p, c_void_p)
_declare(c_void_p, "nd_data", c_void_p)
_declare(None, "nd_release", c_void_p)
_declare(
    c_void_p, "nd_borrow", c_int, Shape, POINTER(c_int64), c_void_p, c_bool, c_void_p, c_void_p
)
_declare(c_void_p, "nd_from_data", c_int, Shape, c_void_p)
_declare(None, "nd_data_done", c_void_p)
_declare(c_double, "nd_get_double", c_void_p, POINTER(c_int64))
_declare(c_int, "nd_set_lazy", c_int64)
_declare(c_int64, "nd_lazy")
_declare(c_bool, "nd_is_pending", c_void_p)
_declare(c_int, "nd_eval", c_int, POINTER(c_void_p))
_declare(c_int, "nd_assign", c_void_p, c_void_p)
_declare(c_void_p, "nd_elementwise", c_int, c_int, POINTER(Operand), c_void_p)
_declare(c_int, "nd_result_dtype", c_int, c_int, POINTER(Operand))
_declare(c_void_p, "nd_reduce", c_int, c_void_p, Axes, POINTER(ReduceOptions))
_declare(c_void_p, "nd_scan", c_int, c_void_p, c_int, c_int)
_declare(c_void_p, "nd_slice_terms", c_void_p, c_int, POINTER(Index))
_declare(c_void_p, "nd_get_with", c_void_p, c_int, POINTER(Index))
_declare(c_int, "nd_set_with", c_void_p, c_int, POINTER(Index), Operand)
_declare(c_void_p, "nd_expr_with", c_char_p, c_int, POINTER(c_char_p), POINTER(c_void_p))


@dataclass(frozen=True)
class Op:
    number: int
    name: str
    op_class: str
    arguments: int
    ulp: float

    def __str__(self):
        return self.name


def _read_table():
    number = 0
    while row := library.nd_op_describe(number):
        row = row.contents
        yield Op(number, row.name.decode(), CLASSES[row.op_class], row.arguments, row.ulp)
        number += 1


OPS = {op.name: op for op in _read_table()}
ELEMENTWISE = [op for op in OPS.values() if op.op_class in ("unary", "binary", "ternary")]
REDUCTIONS = [op for op in OPS.values() if op.op_class == "reduction"]
SCANS = [op for op in OPS.values() if op.op_class == "scan"]


def _failure():
    failure = Failure(STATUSES[library.nd_error()], library.nd_error_message().decode())
    library.nd_error_clear()
    return failure


class Array:
    """One nd_array handle; `keeps` are the Python objects whose memory it may share."""

    def __init__(self, handle, keeps=()):
        if not handle:
            raise _failure()
        self.handle = handle
        self.keeps = keeps

    def __del__(self):
        if getattr(self, "handle", None):
            library.nd_release(self.handle)

    @property
    def dtype(self):
        return DTYPES[library.nd_dtype_of(self.handle)]

    @property
    def shape(self):
        return tuple(library.nd_lengths(self.handle)[: library.nd_rank(self.handle)])

    @property
    def strides(self):
        return tuple(library.nd_strides(self.handle)[: library.nd_rank(self.handle)])

    @property
    def data(self):
        return library.nd_data(self.handle)

    def flag(self, name):
        return getattr(library, f"nd_is_{name}")(self.handle)


def shape_of(lengths):
    return Shape(len(lengths), (c_int64 * MAX_RANK)(*lengths))


def axes_of(axes):
    """None: all; an int or a tuple of ints: those."""
    if axes is None:
        return Axes(True, 0)
    axes = (axes,) if isinstance(axes, int) else tuple(axes)
    return Axes(False, len(axes), (c_int * MAX_RANK)(*axes))


def from_numpy(array, bfloat16=False):
    """Borrows the memory of `array`; with `bfloat16` a uint16 array's bits are taken as that."""
    dtype = BFLOAT16 if bfloat16 else DTYPES.index(array.dtype.name)
    strides = (c_int64 * MAX_RANK)(*array.strides)
    handle = library.nd_borrow(
        dtype, shape_of(array.shape), strides, array.ctypes.data, array.flags.writeable, None, None
    )
    return Array(handle, array)


def from_data(array):
    """A copy in the library's own memory, which unlike borrowed memory operations may read later;
    in Fortran order if `array` is.
    """
    dtype = DTYPES.index(array.dtype.name)
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        copy = Array(library.nd_from_data(dtype, shape_of(array.T.shape), array.ctypes.data))
        return call("transpose", copy)
    array = np.ascontiguousarray(array).reshape(array.shape)
    return Array(library.nd_from_data(dtype, shape_of(array.shape), array.ctypes.data))


class _Memory:
    def __init__(self, array, dtype):
        self.owner = array
        self.__array_interface__ = {
            "version": 3,
            "typestr": dtype.str,
            "shape": array.shape,
            "strides": array.strides,
            "data": (array.data, True),
        }


def to_numpy(array):
    """The elements as a NumPy view with the same strides; bfloat16 as its bits."""
    dtype = np.dtype("uint16" if array.dtype == "bfloat16" else array.dtype)
    if 0 in array.shape:
        return np.empty(array.shape, dtype)
    return np.asarray(_Memory(array, dtype))


def operand(value):
    """An Array, or a Python scalar (weak)."""
    if isinstance(value, Array):
        struct = Operand(0, value.handle)
        struct.keeps = value
        return struct
    if isinstance(value, bool):
        return Operand(1, None, (value, 0))
    if isinstance(value, int):
        return Operand(2 if value < 2**63 else 3, None, (value % 2**64, 0))
    parts = (value, 0.0) if isinstance(value, float) else (value.real, value.imag)
    bits = np.array(parts, "float64").view("uint64").tolist()
    return Operand(4 if isinstance(value, float) else 5, None, tuple(bits))


def elementwise(op, *arguments, out=None):
    """nd_elementwise; with `out`, writes there and returns it."""
    operands = (Operand * len(arguments))(*map(operand, arguments))
    result = library.nd_elementwise(
        OPS[op].number, len(arguments), operands, out.handle if out else None
    )
    if out is None:
        return Array(result)
    if not result:
        raise _failure()
    assert result == out.handle
    return out


def result_dtype(op, *arguments):
    operands = (Operand * len(arguments))(*map(operand, arguments))
    dtype = library.nd_result_dtype(OPS[op].number, len(arguments), operands)
    if dtype < 0:
        raise _failure()
    return DTYPES[dtype]


def reduce(op, array, axes=None, keepdims=False, dtype=None, initial=None, where=None, ddof=0.0):
    options = ReduceOptions(
        keepdims,
        dtype is not None,
        initial is not None,
        DTYPES.index(dtype) if dtype else 0,
        initial or 0.0,
        where.handle if where else None,
        ddof,
    )
    return Array(
        library.nd_reduce(OPS[op].number, array.handle, axes_of(axes), ctypes.byref(options))
    )


def scan(op, array, axis, dtype=None):
    number = DTYPES.index(dtype) if dtype else -1
    return Array(library.nd_scan(OPS[op].number, array.handle, axis, number))


def assign(target, source):
    if library.nd_assign(target.handle, source.handle):
        raise _failure()


def item(array, index):
    result = library.nd_get_double(array.handle, (c_int64 * MAX_RANK)(*index))
    if library.nd_error():
        raise _failure()
    return result


def is_pending(array):
    return library.nd_is_pending(array.handle)


def evaluate(arrays):
    """nd_eval; None among the arrays is NULL."""
    handles = (c_void_p * len(arrays))(*(array.handle if array else None for array in arrays))
    if library.nd_eval(len(arrays), handles):
        raise _failure()


def call(name, array, *arguments):
    """nd_NAME(array, ...) -> array: arguments are ints, Arrays, Shape and Axes structs by value."""
    function = getattr(library, f"nd_{name}")
    given = [c_void_p(array.handle)]
    for argument in arguments:
        if isinstance(argument, Array):
            given.append(c_void_p(argument.handle))
        elif isinstance(argument, Structure):
            given.append(argument)
        else:
            given.append(c_int64(argument))
    function.restype, function.argtypes = c_void_p, None
    return Array(function(*given), (array, *arguments))


def cast(array, dtype):
    return call("cast", array, DTYPES.index(dtype))


def terms_of(index):
    """A tuple of slices, ints, bools, None, Ellipsis and Arrays as an array of nd_index."""
    terms = (Index * len(index))()
    terms.keeps = index
    for term, item in zip(terms, index):
        term.step = 1
        if item is None:
            term.kind = 3
        elif item is Ellipsis:
            term.kind = 4
        elif isinstance(item, Array):
            term.kind, term.array = 5, item.handle
        elif isinstance(item, bool):
            term.kind, term.start = 6, item
        elif isinstance(item, slice):
            term.kind = 1
            term.start = OPEN if item.start is None else item.start
            term.stop = OPEN if item.stop is None else item.stop
            term.step = 1 if item.step is None else item.step
        else:
            term.kind, term.start = 2, item
    return terms


def slice_terms(array, index):
    """array[index] for a tuple of slices, ints, None and Ellipsis."""
    return Array(library.nd_slice_terms(array.handle, len(index), terms_of(index)), array)


def get(array, index):
    """array[index] for a tuple of what terms_of() takes."""
    return Array(library.nd_get_with(array.handle, len(index), terms_of(index)), array)


def set(array, index, value):
    """array[index] = value, an Array or a Python scalar."""
    if library.nd_set_with(array.handle, len(index), terms_of(index), operand(value)):
        raise _failure()


def promote(a, b):
    return DTYPES[library.nd_promote(DTYPES.index(a), DTYPES.index(b))]


def can_cast(a, b, casting):
    return library.nd_can_cast(DTYPES.index(a), DTYPES.index(b), CASTINGS[casting])


def isa():
    library.nd_config.restype = Configuration
    return library.nd_config().isa.decode()


class Order(Structure):
    """nd_norm_order."""

    _fields_ = [("kind", c_int), ("p", c_double)]


def order_of(order):
    """NumPy's `ord`: None, a number, "fro" or "nuc"."""
    if isinstance(order, str):
        return Order({"fro": 2, "nuc": 3}[order], 0)
    return Order(0, 0) if order is None else Order(1, order)


KINDS = {bool: c_bool, int: c_int64, float: c_double, str: lambda text: c_char_p(text.encode())}


def given_arguments(arguments):
    given = []
    for argument in arguments:
        if isinstance(argument, Array):
            given.append(c_void_p(argument.handle))
        elif isinstance(argument, list):
            given += [c_int(len(argument)), handles_of(argument)]
        else:
            given.append(KINDS.get(type(argument), lambda struct: struct)(argument))
    return given


def handles_of(arrays):
    handles = (c_void_p * len(arrays))(*(array.handle for array in arrays))
    handles.keeps = arrays
    return handles


def status(name, *arguments):
    """nd_<name>(...) of the same arguments, which returns an nd_status."""
    function = getattr(library, f"nd_{name}")
    function.restype, function.argtypes = c_int, None
    if function(*given_arguments(arguments)):
        raise _failure()


def several(name, *arguments):
    """nd_<name>(..., results) -> how many: the results as a list of Arrays."""
    function = getattr(library, f"nd_{name}")
    function.restype, function.argtypes = c_int, None
    results = (c_void_p * MAX_RANK)()
    count = function(*given_arguments(arguments), results)
    if count == 0:
        raise _failure()
    return [Array(handle) for handle in results[:count]]


def linalg(name, *arguments, results=1):
    """Calls nd_<name> with Arrays, bools, ints, floats, texts, structs and lists of Arrays (which
    become a count and their handles). With more than one result it returns a struct: a tuple of
    Arrays, None for those that are NULL.
    """
    given = given_arguments(arguments)
    function = getattr(library, f"nd_{name}")
    function.argtypes = None
    if results == 1:
        function.restype = c_void_p
        return Array(function(*given), arguments)

    class Results(Structure):
        _fields_ = [(f"of{i}", c_void_p) for i in range(results)]

    function.restype = Results
    struct = function(*given)
    handles = [getattr(struct, f"of{i}") for i in range(results)]
    if not any(handles):
        raise _failure()
    return tuple(Array(handle, arguments) if handle else None for handle in handles)


@contextlib.contextmanager
def lazy(elements):
    """Operations of the block are pending from that many elements on; 0: they are computed."""
    before = library.nd_lazy()
    library.nd_set_lazy(elements)
    try:
        yield
    finally:
        library.nd_set_lazy(before)


@contextlib.contextmanager
def threads(count):
    """Runs the block on that many threads."""
    library.nd_set_num_threads(count)
    try:
        yield
    finally:
        library.nd_set_num_threads(0)


def expression(text, **arrays):
    """nd_expr(): the value of a text over arrays."""
    names = (c_char_p * len(arrays))(*(name.encode() for name in arrays))
    handles = (c_void_p * len(arrays))(*(array.handle for array in arrays.values()))
    return Array(
        library.nd_expr_with(text.encode(), len(arrays), names, handles), tuple(arrays.values())
    )
