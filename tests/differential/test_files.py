"""Files against NumPy: each reads what the other has written."""

import io
import math
import struct
import zipfile
import zlib
from ctypes import POINTER, c_bool, c_char, c_char_p, c_int, c_void_p

import nd
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

nd._declare(c_void_p, "nd_load", c_char_p)
nd._declare(c_int, "nd_save", c_char_p, c_void_p)
nd._declare(c_void_p, "nd_load_npz", c_char_p, c_char_p)
nd._declare(
    c_int, "nd_save_npz", c_char_p, c_int, POINTER(c_char_p), POINTER(c_void_p), c_bool
)
nd._declare(c_void_p, "nd_load_text", c_char_p, c_void_p)
nd._declare(c_int, "nd_save_text", c_char_p, c_char, c_void_p)

ARRAYS = hnp.arrays(
    st.sampled_from([np.dtype(name) for name in nd.NUMPY_DTYPES]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6),
)
DOUBLES = st.one_of(
    st.floats(width=64),
    st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("d", struct.pack("Q", bits))[0]),
    st.tuples(st.integers(-(10**17), 10**17), st.integers(-25, 25)).map(
        lambda parts: float(f"{parts[0]}e{parts[1]}")
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


def load(path):
    return nd.to_numpy(nd.Array(nd.library.nd_load(str(path).encode())))


def save(path, array):
    ours = nd.from_numpy(array)
    if nd.library.nd_save(str(path).encode(), ours.handle):
        raise nd._failure()


def save_npz(path, arrays, compress):
    handles = [nd.from_numpy(array) for array in arrays.values()]
    names = (c_char_p * len(arrays))(*(name.encode() for name in arrays))
    pointers = (c_void_p * len(arrays))(*(handle.handle for handle in handles))
    if nd.library.nd_save_npz(str(path).encode(), len(arrays), names, pointers, compress):
        raise nd._failure()


def assert_same(found, expected):
    assert found.dtype == expected.dtype and found.shape == expected.shape
    np.testing.assert_array_equal(found, expected)


def laid_out(array, layout):
    if layout == "fortran":
        return np.asfortranarray(array)
    if layout == "strided":
        wide = np.empty((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        return wide[..., ::2]
    return array


@given(array=ARRAYS, layout=st.sampled_from(["c", "fortran", "strided"]), compress=st.booleans())
def test_npz_of_each_is_read_by_the_other(folder, array, layout, compress):
    if array.ndim == 0:
        layout = "c"
    array = laid_out(array, layout)
    arrays = {"first": array, "ünï.x": np.arange(3, dtype="i2"), "last": array.T}
    save_npz(folder / "ours.npz", arrays, compress)
    assert zipfile.ZipFile(folder / "ours.npz").testzip() is None
    with np.load(folder / "ours.npz") as found:
        assert found.files == list(arrays)
        for name, expected in arrays.items():
            assert_same(found[name], expected)
    (np.savez_compressed if compress else np.savez)(folder / "theirs.npz", **arrays)
    for name, expected in arrays.items():
        handle = nd.library.nd_load_npz(str(folder / "theirs.npz").encode(), name.encode())
        assert_same(nd.to_numpy(nd.Array(handle)), expected)


@pytest.fixture
def small_limits(monkeypatch):
    """Python writes the fields of zip64 from a few bytes on."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)


def test_fields_of_zip64_are_read(folder, small_limits):
    arrays = {name: np.arange(n, dtype="float64") for name, n in [("a", 3), ("b", 100), ("c", 0)]}
    for save in (np.savez, np.savez_compressed):
        save(folder / "fields.npz", **arrays)
        content = (folder / "fields.npz").read_bytes()
        assert b"PK\6\6" in content and b"PK\6\7" in content  # the end of the directory in 64 bits
        for name, array in arrays.items():
            handle = nd.library.nd_load_npz(str(folder / "fields.npz").encode(), name.encode())
            assert np.array_equal(nd.to_numpy(nd.Array(handle)), array)


def npy_of(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_a_member_behind_4_gib(folder):
    """The first member is a hole in the file: its header says 5 GB, and nothing was written."""
    path, hole, most = folder / "sparse.npz", 5_000_000_000, 2**32 - 1
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|i1", "fortran_order": False, "shape": (hole,)}
    )
    last = npy_of(np.arange(7))
    members = [(b"large.npy", header.getvalue(), hole), (b"last.npy", last, 0)]
    directory = b""
    with open(path, "wb") as file:
        for name, data, gap in members:
            at, size, check = file.tell(), len(data) + gap, zlib.crc32(data)
            sizes = struct.pack("<HHQQ", 1, 16, size, size)
            file.write(struct.pack("<4s5H", b"PK\3\4", 45, 0, 0, 0, 33))
            file.write(struct.pack("<3I2H", check, most, most, len(name), 20))
            file.write(name + sizes + data)
            file.seek(gap, io.SEEK_CUR)
            where = struct.pack("<HHQQQ", 1, 24, size, size, at)
            directory += struct.pack("<4s6H", b"PK\1\2", 45, 45, 0, 0, 0, 33)
            directory += struct.pack("<3I5H2I", check, most, most, len(name), 28, 0, 0, 0, 0, most)
            directory += name + where
        begin = file.tell()
        file.write(directory)
        end = file.tell()
        file.write(struct.pack("<4sQ2H2I", b"PK\6\6", 44, 45, 45, 0, 0))
        file.write(struct.pack("<4Q", 2, 2, len(directory), begin))
        file.write(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
        file.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, most, most, 0))
    assert zipfile.ZipFile(path).getinfo("last.npy").header_offset > 2**32  # Python reads it so too
    handle = nd.library.nd_load_npz(str(path).encode(), b"last")
    assert nd.to_numpy(nd.Array(handle)).tolist() == list(range(7))


@given(array=ARRAYS, order=st.sampled_from("<>"))
def test_npy_of_each_is_read_by_the_other(folder, array, order):
    save(folder / "ours.npy", array)
    assert_same(np.load(folder / "ours.npy"), array)
    np.save(folder / "theirs.npy", array.astype(array.dtype.newbyteorder(order)))
    assert_same(load(folder / "theirs.npy"), array)


@given(data=st.data())
def test_bytes_that_are_changed_are_an_error_or_another_array(folder, data):
    file = io.BytesIO()
    np.savez_compressed(file, a=np.arange(100.0), b=np.ones((3, 3), "i2"))
    content = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "changed.npz").write_bytes(content)
    for name, expected in ("a", np.arange(100.0)), ("b", np.ones((3, 3), "i2")):
        try:
            handle = nd.library.nd_load_npz(str(folder / "changed.npz").encode(), name.encode())
            found = nd.to_numpy(nd.Array(handle))
        except nd.Failure as failure:
            assert failure.code in ("FORMAT", "FILE", "EMPTY", "TRUNCATED", "PICKLED", "ARGUMENT", "UNSUPPORTED", "DTYPE")
        else:
            assert found.shape == expected.shape
            np.testing.assert_array_equal(found, expected)


TABLES = hnp.arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 5)), elements=DOUBLES)


@given(table=TABLES, ending=st.sampled_from([".csv", ".tsv", ".txt"]))
def test_written_floats_are_those_of_repr_and_come_back(folder, table, ending):
    separator = {".csv": ",", ".tsv": "\t", ".txt": " "}[ending]
    path = folder / f"t{ending}"
    save(path, table)
    lines = [separator.join(repr(float(x)) for x in row) for row in table]
    assert path.read_text().splitlines() == lines
    assert_same(np.loadtxt(path, delimiter=separator, ndmin=2), table)
    assert_same(load(path), table)


@given(values=hnp.arrays(np.float32, 20, elements=st.floats(width=32)))
@example(values=np.array([2.0**i for i in range(-149, 100, 13)], np.float32))
def test_written_float32_are_the_shortest(folder, values):
    save(folder / "s.csv", values)
    lines = (folder / "s.csv").read_text().splitlines()
    for line, value in zip(lines, values):
        assert np.float32(line) == value or math.isnan(value)
        digits = line.lower().split("e")[0].strip("-").replace(".", "").strip("0")
        shortest = np.format_float_scientific(value, trim="-").split("e")[0]
        assert not np.isfinite(value) or len(digits) <= len(shortest.strip("-").replace(".", ""))
    np.testing.assert_array_equal(np.loadtxt(folder / "s.csv", dtype=np.float32), values)


@given(array=hnp.arrays(st.sampled_from([np.dtype(x) for x in "bool i1 i8 u1 u8".split()]), (3, 2)))
def test_written_integers_come_back(folder, array):
    save(folder / "i.csv", array)
    found = np.loadtxt(folder / "i.csv", delimiter=",", dtype=array.dtype.str.replace("|b1", "u1"))
    np.testing.assert_array_equal(found, array)


@given(table=TABLES, fmt=st.sampled_from(["%.18e", "%.6g", "%10.3f", "%.17g"]), header=st.booleans())
def test_tables_of_savetxt_are_read_as_by_loadtxt(folder, table, fmt, header):
    if fmt == "%10.3f":
        table = np.clip(table, -1e15, 1e15)
    np.savetxt(folder / "x.txt", table, fmt=fmt, header="some words" if header else "")
    assert_same(load(folder / "x.txt"), np.loadtxt(folder / "x.txt", ndmin=2))


SPACES = st.text(" \t", min_size=1, max_size=3)


@given(
    rows=st.lists(
        st.tuples(
            st.lists(SPACES, min_size=4, max_size=4),
            st.sampled_from(["", "# a comment", "#", "#1 2"]),
            st.sampled_from(["\n", "\r\n", "\n\n", "\n# alone\n", "\n   \n"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_white_space_and_comments_are_read_as_by_loadtxt(folder, rows):
    text = "".join(
        f"{s[0]}{i}.5{s[1]}-{i}e3{s[2]}{i}{s[3]}{comment}{end}"
        for i, (s, comment, end) in enumerate(rows)
    )
    (folder / "w.txt").write_bytes(text.encode())
    assert_same(load(folder / "w.txt"), np.loadtxt(folder / "w.txt", ndmin=2))


@given(array=hnp.arrays(np.int32, hnp.array_shapes(max_dims=3)))
def test_raw_elements_are_those_of_tofile(folder, array):
    save(folder / "r.raw", array.T)
    np.testing.assert_array_equal(np.fromfile(folder / "r.raw", np.int32), array.T.ravel())
