"""Tables of text: loadtxt(), genfromtxt(), savetxt(), fromstring()."""

import io
import itertools
import operator
import os
import re
import warnings

import ndstream as nd
from ndstream import _core

_PACKED = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".lzma": "lzma"}


def _open(path, mode, encoding=None):
    """A file by its name, packed if its name says so."""
    module = _PACKED.get(os.path.splitext(path)[1])
    if module:
        return getattr(__import__(module), "open")(path, mode, encoding=encoding)
    return open(path, mode, encoding=encoding)


def _lines_of(source, encoding=None):
    """The lines of a file by name, an open one, or anything that gives lines; one after the other."""
    if isinstance(source, (str, os.PathLike)):
        with _open(os.fspath(source), "rt", None if encoding == "bytes" else encoding) as file:
            yield from file
        return
    for line in source:
        yield line.decode(encoding if encoding not in (None, "bytes") else "latin1") if isinstance(line, bytes) else line


def _text_of(source, encoding):
    if isinstance(source, (str, os.PathLike)):
        with _open(os.fspath(source), "rt", None if encoding == "bytes" else encoding) as file:
            return file.read()
    return "".join(line if line.endswith("\n") else line + "\n" for line in _lines_of(source, encoding))


def _marks(comments):
    if comments is None:
        return []
    marks = [comments] if isinstance(comments, (str, bytes)) else list(comments)
    return [mark.decode() if isinstance(mark, bytes) else mark for mark in marks]


def _without_comment(line, marks):
    for mark in marks:
        line = line.split(mark, 1)[0]
    return line.rstrip("\r\n")


def _data_lines(lines, marks, skip, most):
    """Lines with data, without comments; none is taken from `lines` after the last."""
    with_data = filter(str.strip, (_without_comment(line, marks) for line in itertools.islice(lines, skip, None)))
    return itertools.islice(with_data, most)


def _split(line, delimiter):
    """The words of a line: between white space, a text, or in columns of given widths."""
    if isinstance(delimiter, (int, tuple, list)):
        widths = itertools.repeat(delimiter) if isinstance(delimiter, int) else delimiter
        words, at = [], 0
        for width in widths:
            if at >= len(line) and isinstance(delimiter, int):
                break
            words.append(line[at : at + width])
            at += width
        return words
    return line.split(delimiter)


def _quoted_words(line, delimiter, marks, quote):
    """The words of a line, in which nothing ends a word between two quotes; a quote in there is doubled."""
    words, word, begun, inside, at = [], "", False, False, 0
    line = line.rstrip("\r\n")
    while at < len(line):
        letter = line[at]
        if inside:
            inside = letter != quote or line.startswith(quote, at + 1)
            word += letter if inside else ""
            at += inside and letter == quote
        elif letter == quote and not begun:
            inside = begun = True
        elif any(line.startswith(mark, at) for mark in marks):
            break
        elif letter.isspace() if delimiter is None else line.startswith(delimiter, at):
            if begun or delimiter is not None:
                words.append(word)
            word, begun = "", False
            at += len(delimiter or " ") - 1
        else:
            word, begun = word + letter, True
        at += 1
    return [*words, word] if begun or (words and delimiter is not None) else words


def _rows_of(source, delimiter, marks, skip, most, encoding, quote):
    """The words of each line with data."""
    lines = iter(_lines_of(source, encoding))
    if quote is None:
        return [_split(line, delimiter) for line in _data_lines(lines, marks, skip, most)]
    rows = (_quoted_words(line, delimiter, marks, quote) for line in itertools.islice(lines, skip, None))
    return list(itertools.islice((row for row in rows if any(map(str.strip, row))), most))


def _indices(usecols):
    if usecols is None:
        return None
    try:
        return [operator.index(usecols)]
    except TypeError:
        return [operator.index(column) for column in usecols]


def _count(number):
    try:
        number = operator.index(number)
    except TypeError:
        raise TypeError("loadtxt: argument must be an integer") from None
    if number < 0:
        raise ValueError("loadtxt: argument must be nonnegative")
    return number


def _check_converters(converters):
    if converters is None or callable(converters):
        return
    if not isinstance(converters, dict):
        raise TypeError("converters must be a dictionary mapping columns to converter functions or a single callable.")
    for column, function in converters.items():
        try:
            operator.index(column)
        except TypeError:
            raise TypeError("keys of the converters dict must be column numbers") from None
        if not callable(function):
            raise TypeError(f"values of the converters dict must be callable, but the value for {column!r} is not")


def _fits_library(delimiter, marks, dtype):
    """Whether the library's reader knows such tables: one letter between fields, floats or what fits int64."""
    return (
        (delimiter is None or (isinstance(delimiter, str) and len(delimiter) == 1 and delimiter.isascii()))
        and len(marks) < 2
        and all(len(mark) == 1 and mark.isascii() for mark in marks)
        and dtype.kind in "iuf"
        and dtype != nd.uint64
    )


_FEW_ROWS = 10000  # for fewer a large file is not read whole


def _is_ascii_like(encoding):
    return encoding is None or encoding.lower() in ("bytes", "ascii", "latin1", "utf-8", "utf8")


class _Ragged(Exception):
    """A table with rows of several lengths, of which some columns are wanted: where to read it again."""


def _read_by_library(source, dtype, delimiter, marks, skip, most, columns, lenient, encoding):
    """A table that _fits_library(); None if there is no data."""
    names = None if columns is None else tuple(str(column) for column in columns)
    comment = marks[0] if marks else "\0"
    by_name = isinstance(source, (str, os.PathLike))
    if most is not None and (most < _FEW_ROWS or not by_name):
        text, skip = "\n".join(_data_lines(iter(_lines_of(source, encoding)), marks, skip, most)).encode(), 0
    elif by_name and os.path.splitext(source)[1] not in _PACKED and _is_ascii_like(encoding):
        text = os.fspath(source)
    elif hasattr(source, "read"):
        text = source.read()
        text = text.encode() if isinstance(text, str) else text
    else:
        text = "".join(line if line.endswith("\n") else line + "\n" for line in _lines_of(source, encoding)).encode()
    try:
        return _core._load_text(text, dtype, delimiter or " ", comment, skip, most or 0, names, lenient)
    except ValueError as error:
        if columns is not None and "the row " in str(error):
            given = source if by_name else iter(text.decode("latin1" if encoding == "bytes" else encoding or "utf8").splitlines())
            raise _Ragged(given, encoding) from None
        if "is empty" in str(error) or (by_name and not any(_data_lines(_lines_of(source), marks, skip, 1))):
            return None
        raise


def _shaped(table, ndmin, unpack):
    if ndmin not in (0, 1, 2):
        raise ValueError(f"Illegal value of ndmin keyword: {ndmin}")
    if ndmin < 2:
        table = table.squeeze()
        if table.ndim < ndmin:
            table = table.reshape(1)
    return table.T if unpack else table


def _nothing(name, dtype, columns):
    warnings.warn(f"{name}: input contained no data", UserWarning, stacklevel=3)
    return nd.empty((0, len(columns) if columns else 1), dtype)


def loadtxt(
    fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False,
    ndmin=0, encoding=None, max_rows=None, *, quotechar=None, like=None,
):  # fmt: skip
    """Reads a table of numbers from text: a file by name or open, or lines."""
    if quotechar is not None and (not isinstance(quotechar, str) or len(quotechar) != 1):
        raise TypeError(f"Text reading control character must be a single unicode character or None; but got: {quotechar!r}")
    skiprows, max_rows = _count(skiprows), None if max_rows is None else _count(max_rows)
    _check_converters(converters)
    dtype, columns, marks = nd.dtype(dtype), _indices(usecols), _marks(comments)
    delimiter = delimiter.decode() if isinstance(delimiter, bytes) else delimiter
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise TypeError(f"Text reading control character must be a single unicode character or None; but got: {delimiter!r}")
    if not isinstance(fname, (str, os.PathLike)) and not hasattr(fname, "__iter__"):
        raise ValueError(f"fname must be a string, filehandle, list of strings,\nor generator. Got {type(fname)} instead.")
    source = fname if isinstance(fname, (str, os.PathLike)) or hasattr(fname, "read") else iter(fname)
    empty = False  # whether there are fields of nothing between two blanks, which the library does not see
    if delimiter == " " and max_rows != 0:
        text = _text_of(source, encoding)
        empty = text[:1] == " " or any(two in text for two in ("  ", " \n", "\n "))
        source = io.StringIO(text)
    if max_rows == 0:
        table = _nothing("loadtxt", dtype, columns)
    elif converters is None and quotechar in (None, '"') and _fits_library(delimiter, marks, dtype) and not empty:
        try:
            table = _read_by_library(source, dtype, delimiter, marks, skiprows, max_rows, columns, False, encoding)
        except _Ragged as ragged:
            given, encoding = ragged.args
            rows = _rows_of(given, delimiter, marks, skiprows, max_rows, encoding, quotechar)
            table = _converted(rows, columns, [lambda word: _number(word, dtype)] * len(columns), dtype)
        if table is None:
            table = _nothing("loadtxt", dtype, columns)
    else:
        rows = _rows_of(source, delimiter, marks, skiprows, max_rows, encoding, quotechar)
        if columns is None and any(len(row) != len(rows[0]) for row in rows):
            wrong = next(i for i, row in enumerate(rows) if len(row) != len(rows[0]))
            raise ValueError(
                f"the number of columns changed from {len(rows[0])} to {len(rows[wrong])} at row {wrong + 1}; "
                "use `usecols` to select a subset and avoid this error"
            )
        functions = _functions(converters, rows, columns, lambda word: _number(word, dtype))
        table = _converted(rows, columns, functions, dtype) if rows else _nothing("loadtxt", dtype, columns)
    return _shaped(table, ndmin, unpack)


def _number(word, dtype, groups=False):
    """The element that a word means; ValueError for none."""
    word = word.strip().strip('"')
    try:
        if "_" in word and not groups:
            raise ValueError
        if dtype.kind == "c":
            return complex(word.strip("()").replace("+-", "-"))
        if dtype.kind == "b":
            return bool(int(word))
        return int(word) if dtype.kind in "iu" else float(word)
    except ValueError:
        raise ValueError(f"could not convert string {word!r} to {dtype.name}") from None


def _functions(converters, rows, columns, usual):
    """What makes an element of a word, for each column that is read."""
    width = len(rows[0]) if rows else 0
    wanted = range(width) if columns is None else columns
    if callable(converters):
        return [converters] * len(wanted)
    for at in converters or {}:
        if width and not -width <= at < width:
            raise ValueError(f"converter specified for column {at}, which is invalid for the number of fields {width}.")
    own = {at % width if width else at: function for at, function in (converters or {}).items()}
    return [own.get(at % width if width else at, usual) for at in wanted]


def _converted(rows, columns, functions, dtype):
    wanted = range(len(rows[0])) if columns is None else columns
    least = max((at if at >= 0 else ~at for at in wanted), default=-1)
    for i, row in enumerate(rows):
        if len(row) <= least:
            wrong = next(at for at in wanted if not -len(row) <= at < len(row))
            raise ValueError(f"invalid column index {wrong} at row {i + 1} with {len(row)} columns")
    return nd.array([[function(row[at]) for at, function in zip(wanted, functions)] for row in rows], dtype=dtype)


_MISSING = {"b": False, "i": -1, "u": -1, "f": float("nan"), "c": complex("nan")}


def genfromtxt(
    fname, dtype=float, comments="#", delimiter=None, skip_header=0, skip_footer=0, converters=None,
    missing_values=None, filling_values=None, usecols=None, names=None, excludelist=None, deletechars=None,
    replace_space="_", autostrip=False, case_sensitive=True, defaultfmt="f%i", unpack=None, usemask=False, loose=True,
    invalid_raise=True, max_rows=None, encoding=None, *, ndmin=0, like=None,
):  # fmt: skip
    """Reads a table of numbers from text in which some may be missing."""
    if names not in (None, False) or dtype is None or usemask:
        raise NotImplementedError(
            "genfromtxt: tables with names, several dtypes or masks are not there; read columns with pandas"
        )
    if skip_footer and max_rows is not None:
        raise ValueError("The keywords 'skip_footer' and 'max_rows' can not be specified at the same time.")
    if max_rows is not None and max_rows < 1:
        raise ValueError("'max_rows' must be at least 1.")
    if not isinstance(comments, (str, bytes, type(None))):
        raise TypeError(f"comments must be str or None, not {type(comments).__name__}")
    if converters is not None and not isinstance(converters, dict):
        raise TypeError(f"The input argument 'converter' should be a valid dictionary (got '{type(converters)}' instead)")
    dtype, columns, marks = nd.dtype(dtype), _indices(usecols), _marks(comments)
    source = fname if isinstance(fname, (str, os.PathLike)) or hasattr(fname, "read") else iter(fname)
    plain = converters is None and missing_values is None and filling_values is None and loose and invalid_raise
    if plain and not skip_footer and dtype.kind == "f" and _fits_library(delimiter, marks, dtype):
        try:
            table = _read_by_library(source, dtype, delimiter, marks, skip_header, max_rows, columns, True, encoding)
            return _no_numbers(dtype) if table is None else _shaped(table, ndmin, bool(unpack))
        except _Ragged as ragged:
            source, encoding = ragged.args
    lines = list(_data_lines(iter(_lines_of(source, encoding)), marks, skip_header, max_rows))
    rows = [_split(line, delimiter) for line in lines]
    rows = _whole_rows(rows[: len(rows) - skip_footer], columns, invalid_raise)
    if not rows:
        return _no_numbers(dtype)
    wanted = range(len(rows[0])) if columns is None else columns
    functions = _functions(converters, rows, columns, None)
    for i, at in enumerate(wanted):
        absent = {"", *_of_column(missing_values, i, at, [])}
        filling = _of_column(filling_values, i, at, [_MISSING[dtype.kind]])[0]
        functions[i] = functions[i] or _tolerant(dtype, absent, filling, loose)
    return _shaped(_converted(rows, columns, functions, dtype), ndmin, bool(unpack))


def _no_numbers(dtype):
    warnings.warn("genfromtxt: input contained no data", UserWarning, stacklevel=3)
    return nd.empty(0, dtype)


def _of_column(values, i, at, default):
    """Of a value for all columns, a list or a dictionary by column: those of one column, as a list."""
    if values is None:
        return default
    if isinstance(values, dict):
        value = values.get(at)
    elif isinstance(values, (list, tuple)):
        value = values[i] if i < len(values) else None
    elif isinstance(values, str) and "," in values:
        return values.split(",")
    else:
        value = values
    return default if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def _tolerant(dtype, absent, filling, loose):
    def convert(word):
        if word.strip() in absent:
            return filling
        try:
            if dtype.kind == "b":
                return {"TRUE": True, "FALSE": False}[word.strip().upper()]
            if dtype.kind in "iu" and dtype.itemsize < 8:  # NumPy truncates for these alone
                return int(float(word))
            return _number(word, dtype, groups=True)
        except (ValueError, KeyError, OverflowError):
            if not loose:
                raise ValueError(f"Cannot convert string {word!r}") from None
            return filling

    return convert


def _whole_rows(rows, columns, invalid_raise):
    """The rows that have as many words as the first, or the columns that are wanted."""
    need = len(rows[0]) if rows else 0
    wrong = [i for i, row in enumerate(rows) if len(row) != need] if columns is None else []
    if wrong:
        text = "Some errors were detected !\n" + "\n".join(
            f"    Line #{i + 1} (got {len(rows[i])} columns instead of {need})" for i in wrong
        )
        if invalid_raise:
            raise ValueError(text)
        warnings.warn(text, UserWarning, stacklevel=3)
    left = set(wrong)
    return [row for i, row in enumerate(rows) if i not in left]


def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None):
    """Writes a table of numbers as text."""
    X = nd.asarray(X)
    if X.ndim == 0 or X.ndim > 2:
        raise ValueError(f"Expected 1D or 2D array, got {X.ndim}D array instead")
    rows = X.reshape(-1, 1) if X.ndim == 1 else X
    pattern, parts = _row_format(fmt, delimiter, rows.shape[1], X.dtype.kind == "c")
    pieces = []
    if header:
        pieces.append(comments + header.replace("\n", "\n" + comments) + newline)
    if not parts and re.search("%[^%a-zA-Z]*[ras]", pattern):  # what writes scalars, not Python's numbers
        pieces += [pattern % tuple(row) + newline for row in rows]
    elif parts:
        pieces += [pattern % tuple(x for z in row for x in (z.real, z.imag)) + newline for row in rows.tolist()]
        pieces = [piece.replace("+-", "-") for piece in pieces]
    else:
        pieces += [pattern % tuple(row) + newline for row in rows.tolist()]
    if footer:
        pieces.append(comments + footer.replace("\n", "\n" + comments) + newline)
    text = "".join(pieces)
    if isinstance(fname, (str, os.PathLike)):
        with _open(os.fspath(fname), "wt", encoding or "latin1") as file:
            file.write(text)
        return
    try:
        fname.write(text)
    except TypeError:
        fname.write(text.encode(encoding or "latin1"))


def _row_format(fmt, delimiter, columns, is_complex):
    """The format of a row, and whether it takes real and imaginary parts one by one."""
    if isinstance(fmt, (list, tuple)):
        if len(fmt) != columns:
            raise AttributeError(f"fmt has wrong shape.  {fmt}")
        return delimiter.join(fmt), is_complex
    if not isinstance(fmt, str):
        raise ValueError(f"invalid fmt: {fmt!r}")
    places = fmt.count("%")  # as NumPy counts, "%%" too
    if places == 1:
        one = f" ({fmt}+{fmt}j)" if is_complex else fmt
        return delimiter.join([one] * columns), is_complex
    if is_complex and places == 2 * columns:
        return fmt, True
    if not is_complex and places == columns:
        return fmt, False
    raise ValueError(f"fmt has wrong number of % formats:  {fmt}")


def fromstring(string, dtype=float, count=-1, *, sep="", like=None):
    """Numbers of a text."""
    if not sep:
        raise ValueError("The binary mode of fromstring is removed, use frombuffer instead")
    dtype = nd.dtype(dtype)
    words = (string.decode("latin1") if isinstance(string, bytes) else string).split(sep.strip() or None)
    if sep.strip() and words and not words[-1].strip():
        words.pop()
    return nd.array([_number(word, dtype) for word in words[: count if count >= 0 else None]], dtype=dtype)
