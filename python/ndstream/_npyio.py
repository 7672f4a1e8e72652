"""load(), save() and the rest of NumPy's functions for files."""

import ast
import math
import mmap
import os
import re
import tempfile
import weakref
from collections.abc import Mapping

import ndstream as nd
from ndstream import _core
from ndstream._tables import fromstring


class _Stream:
    """An open file as a path: what the library reads and writes are files by name."""

    def __init__(self, suffix, data=b"", into=None):
        self.suffix, self.data, self.into = suffix, data, into

    def __enter__(self):
        handle, self.path = tempfile.mkstemp(self.suffix)
        with os.fdopen(handle, "wb") as copy:
            copy.write(self.data)
        return self.path

    def __exit__(self, *exception):
        if self.into is not None and exception[0] is None:
            with open(self.path, "rb") as copy:
                self.into.write(copy.read())
        os.unlink(self.path)


def _header(file):
    """The bytes before the elements of a .npy file that is open, and what they say; None if nothing is understood."""
    start = file.read(8)
    if not start:
        raise EOFError("No data left in file")
    if start[:6] != b"\x93NUMPY" or len(start) < 8:
        return start, None
    size = file.read(2 if start[6] == 1 else 4)
    length = int.from_bytes(size, "little")
    text = file.read(length)
    if len(text) < length:
        raise ValueError(f"EOF: reading array header, expected {length} bytes got {len(text)}")
    try:
        told = ast.literal_eval(text.decode("latin1"))
        told["bytes"] = int(re.search(r"\d+$", told["descr"])[0]) * math.prod(told["shape"])
    except (ValueError, SyntaxError, KeyError, TypeError):
        told = None
    return start + size + text, told


def _one_npy(file):
    """The bytes of one .npy file, of which an open file may hold several."""
    header, told = _header(file)
    return header + file.read(told["bytes"] if told else -1)  # the library says what is wrong with it


def _mapped(path, mode):
    """A .npy file as memory that may be written: 'r+' writes the file, 'c' a copy of its pages."""
    with open(path, "r+b" if mode == "r+" else "rb") as file:
        header, told = _header(file)
        if told is None:
            return _core._load_npy(path, True)  # which says what is wrong
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_WRITE if mode == "r+" else mmap.ACCESS_COPY)
    order = "F" if told["fortran_order"] else "C"
    return nd.ndarray(told["shape"], told["descr"], memory, len(header), order=order)


class _Kept(os.PathLike):
    """Bytes as a file that is there as long as this is."""

    def __init__(self, data):
        handle, self.path = tempfile.mkstemp(".npz")
        with os.fdopen(handle, "wb") as copy:
            copy.write(data)
        weakref.finalize(self, os.unlink, self.path)

    def __fspath__(self):
        return self.path


class NpzFile(Mapping):
    """The arrays of a .npz file by name, read when they are asked for."""

    def __init__(self, path):
        self._path = path
        self.files = _core._names_npz(path)
        self.zip = self.fid = None  # the file is open only while it is read

    @property
    def f(self):
        """Itself: arrays are attributes too."""
        return self

    def __getitem__(self, name):
        known = name.removesuffix(".npy") if isinstance(name, str) else None
        if known not in self.files:
            raise KeyError(f"{name} is not a file in the archive")
        return _core._load_npz(self._path, known)

    def __getattr__(self, name):
        if name.startswith("_") or name not in self.files:
            raise AttributeError(name)
        return self[name]

    def __iter__(self):
        return iter(self.files)

    def __len__(self):
        return len(self.files)

    def __contains__(self, name):
        return name in self.files

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def close(self):
        """Nothing to do: the file is open only while it is read."""

    def __repr__(self):
        return f"NpzFile {os.fspath(self._path)!r} with keys: {', '.join(self.files[:5])}{'...' if len(self.files) > 5 else ''}"


def _refuse_pickle(start, name):
    if start[:1] == b"\x80":
        raise ValueError(f"{name}: pickled Python objects are not read; pickle.load() does")


def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII", *, max_header_size=10000):
    """Reads a .npy or .npz file; `mmap_mode` maps it into memory instead: 'r' to read, 'r+' to write, 'c' to write a copy."""
    if not isinstance(file, (str, os.PathLike)):
        if not hasattr(file, "read"):
            raise TypeError(f"load: a path, or a binary file, not {type(file).__name__}")
        here = file.tell() if hasattr(file, "seek") and file.seekable() else None
        if here is not None and file.read(2) == b"PK":
            file.seek(here)
            return NpzFile(_Kept(file.read()))
        if here is not None:
            file.seek(here)
            _refuse_pickle(file.read(1), "load")
            file.seek(here)
        with _Stream(".npy", _one_npy(file)) as path:
            return _core._load_npy(path)
    path = os.fspath(file)
    with open(path, "rb") as start:
        magic = start.read(2)
    _refuse_pickle(magic, path)
    if magic == b"PK":
        return NpzFile(path)
    if mmap_mode not in (None, "r", "c", "r+", "w+"):
        raise ValueError(f"mode must be one of 'r', 'c', 'r+', 'w+', not {mmap_mode!r}")
    if mmap_mode == "w+":
        raise NotImplementedError("load: mode 'w+' makes a new file: save() it first, and map it with 'r+'")
    if mmap_mode in ("r+", "c"):
        return _mapped(path, mmap_mode)
    return _core._load_npy(path, mmap_mode is not None)


def save(file, arr, allow_pickle=True):
    """Writes a .npy file."""
    if isinstance(file, (str, os.PathLike)):
        path = os.fspath(file)
        _core._save_npy(path if path.endswith(".npy") else path + ".npy", arr)
        return
    with _Stream(".npy", into=file) as path:
        _core._save_npy(path, arr)


def _savez(file, args, kwds, compress):
    arrays = dict(kwds)
    for i, array in enumerate(args):
        if f"arr_{i}" in arrays:
            raise ValueError(f"Cannot use un-named variables and keyword arr_{i}")
        arrays[f"arr_{i}"] = array
    if isinstance(file, (str, os.PathLike)):
        path = os.fspath(file)
        _core._save_npz(path if path.endswith(".npz") else path + ".npz", arrays, compress)
        return
    with _Stream(".npz", into=file) as path:
        _core._save_npz(path, arrays, compress)


def savez(file, *args, allow_pickle=True, **kwds):
    """Writes arrays as a .npz file."""
    _savez(file, args, kwds, False)


def savez_compressed(file, *args, allow_pickle=True, **kwds):
    """Writes arrays as a compressed .npz file."""
    _savez(file, args, kwds, True)


def fromfile(file, dtype=float, count=-1, sep="", offset=0, *, like=None):
    """Raw elements of a file, by name or open, from where it stands; or numbers of a text."""
    if isinstance(file, (str, os.PathLike)):
        with open(os.fspath(file), "rb") as source:
            return fromfile(source, dtype, count, sep, offset)
    if not hasattr(file, "read"):
        raise TypeError(f"fromfile: a path, or a binary file, not {type(file).__name__}")
    if sep:
        text = file.read()
        return fromstring(text.decode() if isinstance(text, bytes) else text, dtype, count, sep=sep)
    if offset:
        file.seek(offset, os.SEEK_CUR)
    if count < 0:
        here = file.tell()
        count = (file.seek(0, os.SEEK_END) - here) // nd.dtype(dtype).itemsize
        file.seek(here)
    array = nd.empty(max(count, 0), dtype)
    with memoryview(array.view(nd.uint8)) as room:
        got = file.readinto(room)
    return array[: got // array.itemsize].copy() if got < array.nbytes else array
