"""Cases of files: the table of flights as text, arrays as .npy and .npz.

`cases(build)` yields (name, ndstream, NumPy, peers), each a function without arguments.
"""

import ctypes
import sys
import tempfile
from pathlib import Path

import nd
import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent / "examples" / "tour"))
import data  # noqa: E402

WHOLE = "year month day sched_dep_time sched_arr_time flight distance hour minute".split()  # no value is missing
GAPS = "dep_time dep_delay arr_time arr_delay air_time".split()


class Options(ctypes.Structure):
    """nd_csv_options."""

    _fields_ = [("separator", ctypes.c_char), ("no_header", ctypes.c_bool), ("missing", ctypes.c_void_p)]
    _fields_ += [("columns", ctypes.POINTER(ctypes.c_char_p)), ("comment", ctypes.c_char)]
    _fields_ += [("skip_lines", ctypes.c_int64), ("max_rows", ctypes.c_int64), ("text", ctypes.c_char_p)]
    _fields_ += [("text_bytes", ctypes.c_size_t), ("lenient", ctypes.c_bool)]


def read_csv(path, columns=None):
    """Reads the table, numbers and texts, and frees it."""
    read, free = nd.library.nd_read_csv, nd.library.nd_table_free
    read.restype, read.argtypes, free.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.POINTER(Options)], [ctypes.c_void_p]
    names = columns and (ctypes.c_char_p * (len(columns) + 1))(*(name.encode() for name in columns), None)
    table = read(str(path).encode(), ctypes.byref(Options(columns=names) if names else Options()))
    assert table
    free(table)


def load(path):
    function = nd.library.nd_load
    function.restype, function.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    return nd.Array(function(str(path).encode()))


def pandas_reads(path, **options):
    """pandas' C reader, where it is installed."""
    try:
        import pandas
    except ImportError:
        return {}
    return {"pandas": lambda: pandas.read_csv(path, engine="c", **options)}


def cases(build):
    path = data.flights(build)
    with path.open() as file:
        header = file.readline().strip().replace('"', "").split(",")
    places = [header.index(name) for name in WHOLE + GAPS]
    yield ("flights.csv, 19 columns, texts too", lambda: read_csv(path), None, pandas_reads(path))
    yield ("flights.csv, 14 columns of numbers", lambda: read_csv(path, WHOLE + GAPS),
           lambda: np.genfromtxt(path, delimiter=",", skip_header=1, usecols=places),
           pandas_reads(path, usecols=WHOLE + GAPS))
    yield ("flights.csv, 9 columns without gaps", lambda: read_csv(path, WHOLE),
           lambda: np.loadtxt(path, delimiter=",", skiprows=1, usecols=places[: len(WHOLE)]),
           pandas_reads(path, usecols=WHOLE))
    with tempfile.TemporaryDirectory() as folder:
        numbers = np.random.default_rng(1).random((100_000, 10))
        text, binary = Path(folder) / "numbers.csv", Path(folder) / "numbers.npy"
        np.savetxt(text, numbers, delimiter=",")
        np.save(binary, numbers)
        yield ("100000x10 of 25 digits, as text", lambda: load(text), lambda: np.loadtxt(text, delimiter=","),
               pandas_reads(text, header=None, float_precision="round_trip"))
        yield ("the same, as .npy", lambda: load(binary), lambda: np.load(binary), {})
