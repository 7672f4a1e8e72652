"""What NumPy has and this package has not, or has with a difference: the one list of it. Errors tell the reasons, and
tools/numpy_names.py makes docs/numpy-names.md of it.

A row is a name, with its namespace unless it is the main one, and why it is absent or how it differs. `DTYPES` are names
for kinds of elements that are not there, which no other choice could change.
"""

_OBJECTS = "there are no arrays of Python objects: keep them in lists"
_TEXTS = "there are no arrays of strings: keep them in lists, NumPy or pandas"
_DATES = "there are no dates: use int64 seconds, or pandas"
_FIELDS = "there are no structured arrays: use an array for each field"
_WIDE = "the widest floats are float64"
_MATRIX = "use arrays of two axes, and @"
_NUMPYS = "part of how NumPy itself is built"

DTYPES = {
    "object_": _OBJECTS, "str_": _TEXTS, "bytes_": _TEXTS, "character": _TEXTS, "flexible": _TEXTS, "char": _TEXTS,
    "strings": _TEXTS, "void": _FIELDS, "recarray": _FIELDS, "record": _FIELDS, "rec": _FIELDS,
    "ndarray.getfield": _FIELDS, "ndarray.setfield": _FIELDS, "fromregex": _FIELDS,
    "datetime64": _DATES, "timedelta64": _DATES, "datetime_as_string": _DATES, "datetime_data": _DATES, "isnat": _DATES,
    "busdaycalendar": _DATES, "busday_count": _DATES, "busday_offset": _DATES, "is_busday": _DATES,
    "longdouble": _WIDE, "float128": _WIDE, "clongdouble": "the widest complex numbers are complex128",
    "complex256": "the widest complex numbers are complex128",
    "frompyfunc": _OBJECTS + "; use vectorize()",
}  # fmt: skip

ABSENT = {
    "matrix": _MATRIX, "asmatrix": _MATRIX, "bmat": "use block()",
    "ma": "there are no masked arrays: use where=, nan and the nan functions",
    "fft": "use scipy.fft or numpy.fft: they take arrays of ndstream",
    "polynomial": "use numpy.polynomial: it takes arrays of ndstream",
    "memmap": "use load(file, mmap_mode='r+'), or ndarray(shape, dtype, buffer=mmap.mmap(...))",
    "ctypeslib": "use memoryview(x), or C with <ndstream/nd.h>",
    "f2py": "use numpy.f2py: its functions take arrays of ndstream",
    "get_include": "C code uses <ndstream/nd.h>; pkg-config --cflags ndstream",
    "core": _NUMPYS, "dtypes": "dtype objects have one class: dtype", "test": _NUMPYS, "typing": "the package has stubs",
    "ndarray.ctypes": "use memoryview(x), or C with <ndstream/nd.h>",
    "random.test": _NUMPYS, "linalg.test": _NUMPYS,
}  # fmt: skip

_LEGACY = "legacy= of '1.13' is not there; '1.21' to '2.2' change scalars and shape=, not the digits of float16 and float32"

DIFFERENT = {
    "seterr": "nothing warns and nothing is raised: results may be computed much later; test isfinite()",
    "errstate": "taken, but without effect, and refused with 'raise': see seterr()",
    "set_printoptions": _LEGACY, "printoptions": _LEGACY,
    "load": "mmap_mode='w+' is not there",
    "loadtxt": "numbers in \" are taken out of them, told or not",
    "genfromtxt": "tables with names or several dtypes are not there: read columns with pandas",
    "ndarray": "cannot be derived from; strides= goes with buffer=",
    "random.BitGenerator": "has no ctypes, cffi and capsule",
}  # fmt: skip


def missing(module, name):
    """The AttributeError of a name that is not there."""
    full = name if module == "ndstream" else f"{module.partition('.')[2]}.{name}"
    reason = DTYPES.get(full) or ABSENT.get(full)
    if reason:
        return AttributeError(f"{module} has no {name}: {reason}")
    return AttributeError(f"module {module!r} has no attribute {name!r}")
