"""load(), save() and the rest of NumPy's functions for files."""

import contextlib
import os
import tempfile
from collections.abc import Mapping

import ndstream as nd
from ndstream import _core


def _path(file, what):
    """The path of a file, by name or open."""
    if isinstance(file, (str, os.PathLike)):
        return os.fspath(file)
    raise TypeError(f"{what}: a path, or a binary file, not {type(file).__name__}")


class _Stream:
    """An open file as a path: what the library reads and writes are files by name."""

    def __init__(self, file, write, suffix):
        self.file, self.write, self.suffix = file, write, suffix

    def __enter__(self):
        handle, self.path = tempfile.mkstemp(self.suffix)
        with os.fdopen(handle, "wb") as copy:
            if not self.write:
                data = self.file.read()
                copy.write(data.encode() if isinstance(data, str) else data)
        return self.path

    def __exit__(self, *exception):
        if self.write and exception[0] is None:
            with open(self.path, "rb") as copy:
                self.file.write(copy.read())
        os.unlink(self.path)


class NpzFile(Mapping):
    """The arrays of a .npz file by name, read when they are asked for."""

    def __init__(self, path):
        self._path = path
        self.files = _core._names_npz(path)
        self.f = self

    def __getitem__(self, name):
        if name.removesuffix(".npy") not in self.files:
            raise KeyError(f"{name} is not a file in the archive")
        return _core._load_npz(self._path, name.removesuffix(".npy"))

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
        return f"NpzFile {self._path!r} with keys: {', '.join(self.files[:5])}"


def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII", *, max_header_size=10000):
    """Reads a .npy or .npz file; `mmap_mode` 'r' maps it into memory instead."""
    if not isinstance(file, (str, os.PathLike)):
        if not hasattr(file, "read"):
            _path(file, "load")
        with _Stream(file, False, ".npy") as path:
            with open(path, "rb") as start:
                if start.read(2) == b"PK":
                    return {name: _core._load_npz(path, name) for name in _core._names_npz(path)}
            return _core._load_npy(path)
    path = os.fspath(file)
    with open(path, "rb") as start:
        magic = start.read(2)
    if magic == b"PK":
        return NpzFile(path)
    if mmap_mode not in (None, "r", "c", "r+", "w+"):
        raise ValueError(f"mode must be one of 'r', 'c', 'r+', 'w+', not {mmap_mode!r}")
    if mmap_mode in ("r+", "w+"):
        raise NotImplementedError("load: files are mapped for reading only; save() the changed array")
    return _core._load_npy(path, mmap_mode is not None)


def save(file, arr, allow_pickle=True):
    """Writes a .npy file."""
    if isinstance(file, (str, os.PathLike)):
        path = os.fspath(file)
        _core._save_npy(path if path.endswith(".npy") else path + ".npy", arr)
        return
    with _Stream(file, True, ".npy") as path:
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
    with _Stream(file, True, ".npz") as path:
        _core._save_npz(path, arrays, compress)


def savez(file, *args, allow_pickle=True, **kwds):
    """Writes arrays as a .npz file."""
    _savez(file, args, kwds, False)


def savez_compressed(file, *args, allow_pickle=True, **kwds):
    """Writes arrays as a compressed .npz file."""
    _savez(file, args, kwds, True)


def _columns(table, usecols):
    if usecols is None:
        return table
    columns = [usecols] if isinstance(usecols, int) else list(usecols)
    return table[:, columns]


def _squeezed(table, dtype, ndmin, unpack):
    table = table.astype(dtype)
    if ndmin < 2 and table.ndim == 2:
        if table.shape == (1, 1) and ndmin == 0:
            table = table.reshape(())
        elif 1 in table.shape:
            table = table.reshape(-1)
    return table.T if unpack else table


def loadtxt(
    fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False,
    ndmin=0, encoding=None, max_rows=None, *, quotechar=None, like=None,
):  # fmt: skip
    """Reads a table of numbers from text."""
    if converters is not None:
        return _converted(fname, dtype, comments, delimiter, converters, skiprows, usecols, unpack, ndmin, max_rows)
    plain = isinstance(fname, (str, os.PathLike)) and not skiprows and max_rows is None
    separator = " " if delimiter is None else delimiter
    comment = comments if isinstance(comments, str) else "#" if comments else "\0"
    if plain and len(separator) == 1 and len(comment) == 1:
        table = _core._load_text(os.fspath(fname), separator, comment)
    else:
        table = _parse(_lines(fname), separator, comments, skiprows, max_rows, float("nan"), strict=True)
    return _squeezed(_columns(table, usecols), dtype, ndmin, unpack)


def _converted(fname, dtype, comments, delimiter, converters, skiprows, usecols, unpack, ndmin, max_rows):
    """loadtxt() with functions of the words of columns, or one of all words."""
    marks = [comments] if isinstance(comments, str) else list(comments or ())
    rows = []
    for line in _lines(fname)[skiprows:]:
        for mark in marks:
            line = line.split(mark, 1)[0]
        words = line.strip().split(delimiter)
        if line.strip() and (max_rows is None or len(rows) < max_rows):
            rows.append(words)
    width = len(rows[0]) if rows else 0
    columns = range(width) if usecols is None else [usecols] if not hasattr(usecols, "__len__") else usecols
    if callable(converters):
        converters = dict.fromkeys(columns, converters)
    functions = {at % width: function for at, function in converters.items()} if width else {}
    table = [[functions.get(at % width, float)(row[at]) for at in columns] for row in rows]
    return _squeezed(nd.array(table, dtype=dtype), dtype, ndmin, unpack)


def _lines(source):
    if isinstance(source, (str, os.PathLike)):
        with open(source) as file:
            return file.read().splitlines()
    lines = source.read().splitlines() if hasattr(source, "read") else list(source)
    return [line.decode() if isinstance(line, bytes) else line for line in lines]


def _parse(lines, separator, comments, skip, most, missing, strict, footer=0):
    marks = [] if comments is None else [comments] if isinstance(comments, str) else list(comments)
    rows = []
    for line in lines[skip : len(lines) - footer]:
        for mark in marks:
            line = line.split(mark, 1)[0]
        line = line.strip("\r\n")
        if not line.strip():
            continue
        if most is not None and len(rows) == most:
            break
        rows.append([_number(word, missing, strict) for word in (line.split() if separator == " " else line.split(separator))])
        if len(rows[-1]) != len(rows[0]):
            raise ValueError(f"the number of columns changed from {len(rows[0])} to {len(rows[-1])} at row {len(rows)}")
    return nd.array(rows) if rows else nd.empty((0, 1))


def _number(word, missing, strict):
    try:
        return float(word)
    except ValueError:
        if strict:
            raise ValueError(f"could not convert string {word!r} to float64") from None
        return missing


def genfromtxt(
    fname, dtype=float, comments="#", delimiter=None, skip_header=0, skip_footer=0, converters=None,
    missing_values=None, filling_values=None, usecols=None, names=None, unpack=None, max_rows=None, ndmin=0,
    **words,
):  # fmt: skip
    """Reads a table of numbers from text in which some may be missing."""
    if names not in (None, False) or dtype is None:
        raise NotImplementedError("genfromtxt: tables with names or several dtypes are not there; read columns with pandas")
    missing = float("nan") if filling_values is None else filling_values
    separator = " " if delimiter is None else delimiter
    table = _parse(_lines(fname), separator, comments, skip_header, max_rows, missing, False, skip_footer)
    return _squeezed(_columns(table, usecols), dtype, ndmin, bool(unpack))


def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None):
    """Writes a table of numbers as text."""
    X = nd.asarray(X)
    if X.ndim == 0 or X.ndim > 2:
        raise ValueError(f"Expected 1D or 2D array, got {X.ndim}D array instead")
    rows = X.reshape(-1, 1) if X.ndim == 1 else X
    formats = list(fmt) if isinstance(fmt, (list, tuple)) else [fmt] * rows.shape[1]
    single = isinstance(fmt, str) and fmt.count("%") > 1
    pattern = fmt if single else delimiter.join(formats)
    pieces = []
    if header:
        pieces.append(comments + header.replace("\n", "\n" + comments) + newline)
    pieces += [pattern % tuple(row) + newline for row in rows.tolist()]
    if footer:
        pieces.append(comments + footer.replace("\n", "\n" + comments) + newline)
    text = "".join(pieces)
    if isinstance(fname, (str, os.PathLike)):
        with open(fname, "w", encoding=encoding) as file:
            file.write(text)
        return
    try:
        fname.write(text)
    except TypeError:
        fname.write(text.encode(encoding or "latin1"))


def fromfile(file, dtype=float, count=-1, sep="", offset=0, *, like=None):
    """Raw elements of a file, or numbers of a text."""
    if sep:
        return fromstring("\n".join(_lines(file)), dtype, count, sep=sep)
    with contextlib.nullcontext(file) if hasattr(file, "read") else open(_path(file, "fromfile"), "rb") as source:
        source.seek(offset, os.SEEK_CUR)
        size = nd.dtype(dtype).itemsize
        data = bytearray(source.read(-1 if count < 0 else count * size))
    return nd.frombuffer(data, dtype, count=len(data) // size)


def fromstring(string, dtype=float, count=-1, *, sep, like=None):
    """Numbers of a text."""
    text = string.decode("latin1") if isinstance(string, bytes) else string
    words = text.split(sep.strip() or None)
    if words and not words[-1].strip():
        words.pop()  # a separator at the end
    words = words[: count if count >= 0 else None]
    if nd.dtype(dtype).kind in "iu":
        return nd.array([int(x) for x in words], dtype)
    return nd.array([float(x) for x in words]).astype(dtype)
