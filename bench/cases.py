"""The cases of the benchmark: what ndstream, NumPy and the peers run, and the limit of each."""

import ctypes
import re
import sys
from dataclasses import dataclass, field
from typing import Callable

import expression_cases
import lacking
import linalg_cases
import nd
import nd_random
import numba
import numexpr
import numpy as np

N = 10_000_000
FLOATS = ("float32", "float64", "complex128")  # whose multiplications may be the limit


@dataclass
class Case:
    name: str
    ndstream: Callable
    numpy: Callable | None  # None: it has no such function
    limit: Callable = lambda seconds: 0.0
    peers: dict = field(default_factory=dict)
    pause: float = 0.0  # seconds before each turn: another BLAS's threads may spin for long


def built(build, library):
    return str(next(path for path in build.glob(f"bench/lib{library}.*") if path.is_file()))


class Limits:
    """Hand-written loops: each method returns a function of the seconds to spend, which returns the best time."""

    def __init__(self, build, threads):
        library = ctypes.CDLL(built(build, "bench_limit"))
        self.threads = threads
        self.stream_ = library.limit_stream
        self.stream_.restype = ctypes.c_double
        self.stream_.argtypes = [ctypes.c_size_t, ctypes.c_size_t, ctypes.c_bool, ctypes.c_int, ctypes.c_double]
        self.arithmetic_ = library.limit_arithmetic
        self.arithmetic_.restype = ctypes.c_double
        self.arithmetic_.argtypes = [ctypes.c_bool, ctypes.c_int, ctypes.c_double]
        self.multiply_ = library.limit_multiply
        self.multiply_.restype = ctypes.c_double
        self.multiply_.argtypes = [ctypes.c_int, ctypes.c_double, ctypes.c_int, ctypes.c_double]
        self.function_ = library.limit_function
        self.function_.restype = ctypes.c_double
        self.function_.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_double]
        self.loop_ = library.limit_loop
        self.loop_.restype = ctypes.c_double
        self.loop_.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_double]
        self.kernels = ctypes.CDLL(built(build, "bench_kernels"))

    def stream(self, read, written, in_place=False):
        return lambda seconds: self.stream_(read, written, in_place, self.threads, seconds)

    def function(self, name, n, read=None, written=None):
        """Memory, or arithmetic if that takes longer: SLEEF's, or our own kernel's if that is faster."""
        stream = self.stream(8 * n if read is None else read, 8 * n if written is None else written)
        kernel = ctypes.cast(self.kernels[f"kernel_{name}"], ctypes.c_void_p)

        def limit(seconds):
            arithmetic = self.loop_(kernel, n, self.threads, seconds)
            by_sleef = self.function_(name.encode(), n, self.threads, seconds)
            return max(stream(seconds), min(arithmetic, by_sleef) if by_sleef > 0 else arithmetic)

        return limit

    def multiply(self, bits, count):
        return lambda seconds: self.multiply_(bits, count, self.threads, seconds)

    def flops(self, count, single=False):
        return lambda seconds: count / self.arithmetic_(single, self.threads, seconds)


def handover(build):
    """How far apart two CPUs are, in nanoseconds."""
    function = ctypes.CDLL(built(build, "bench_limit")).limit_handover
    function.restype, function.argtypes = ctypes.c_double, []
    return function()


def configuration():
    function = nd.library.nd_config
    function.restype, function.argtypes = nd.Configuration, []
    return function()


def own(array):
    """The elements in memory that begins at a cache line, as the library's own arrays do (NumPy's do
    not); borrowed, so that operations on it are computed at once."""
    room = np.empty(array.nbytes + 64, "uint8")
    begin = -room.ctypes.data % 64
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    aligned = room[begin : begin + array.nbytes].view(array.dtype).reshape(array.shape, order=order)
    aligned[...] = array
    return nd.from_numpy(aligned)


def elementwise(build, threads):
    limits = Limits(build, threads)
    numexpr.set_num_threads(threads)
    random = np.random.default_rng(1)
    x, y = random.random(N), random.random(N)
    out = np.empty(N)
    mask = x > 0.5
    ints = random.integers(0, 100, N)
    bytes_ = ints.astype("int8")
    halves = x.astype("float16")
    a, b, m, i8, i64, f16 = own(x), own(y), own(mask), own(bytes_), own(ints), own(halves)

    @numba.njit(parallel=True)
    def numba_add(x, y):
        out = np.empty_like(x)
        for i in numba.prange(x.size):
            out[i] = x[i] + y[i]
        return out

    @numba.njit(parallel=True, fastmath=True)
    def numba_exp(x):
        out = np.empty_like(x)
        for i in numba.prange(x.size):
            out[i] = np.exp(x[i])
        return out

    @numba.njit(parallel=True)
    def numba_where(m, x, y):
        out = np.empty_like(x)
        for i in numba.prange(x.size):
            out[i] = x[i] if m[i] else y[i]
        return out

    def expr(text, **names):
        return lambda: numexpr.evaluate(text, local_dict=names)

    big = limits.stream(16 * N, 8 * N)
    yield Case("x + y", lambda: nd.elementwise("add", a, b), lambda: x + y, big,
               {"numexpr": expr("x + y", x=x, y=y), "Numba": lambda: numba_add(x, y)})
    yield Case("x * y", lambda: nd.elementwise("multiply", a, b), lambda: x * y, big,
               {"numexpr": expr("x * y", x=x, y=y)})
    yield Case("x * 2.0", lambda: nd.elementwise("multiply", a, 2.0), lambda: x * 2.0,
               limits.stream(8 * N, 8 * N), {"numexpr": expr("x * 2.0", x=x)})
    target = own(out)
    yield Case("x += y, in place", lambda: nd.elementwise("add", target, b, out=target),
               lambda: np.add(out, y, out=out), limits.stream(16 * N, 8 * N, True))
    yield Case("exp(x)", lambda: nd.elementwise("exp", a), lambda: np.exp(x), limits.function("exp", N),
               {"numexpr": expr("exp(x)", x=x), "Numba": lambda: numba_exp(x)})
    yield Case("sin(x)", lambda: nd.elementwise("sin", a), lambda: np.sin(x), limits.function("sin", N),
               {"numexpr": expr("sin(x)", x=x)})
    yield Case("where(mask, x, y)", lambda: nd.elementwise("where", m, a, b), lambda: np.where(mask, x, y),
               limits.stream(17 * N, 8 * N),
               {"numexpr": expr("where(m, x, y)", m=mask, x=x, y=y), "Numba": lambda: numba_where(mask, x, y)})
    yield Case("x > 0.5", lambda: nd.elementwise("greater", a, 0.5), lambda: x > 0.5, limits.stream(8 * N, N),
               {"numexpr": expr("x > 0.5", x=x)})
    for source, name, read in ((a, "float32", 8), (a, "int64", 8), (i64, "int8", 8), (i8, "float64", 1)):
        from_ = source.keeps
        yield Case(f"cast {source.dtype} to {name}", lambda: nd.cast(source, name), lambda: from_.astype(name),
                   limits.stream(read * N, np.dtype(name).itemsize * N))
    yield Case("int64 i + i", lambda: nd.elementwise("add", i64, i64), lambda: ints + ints,
               limits.stream(8 * N, 8 * N))
    yield Case("int8 i + i", lambda: nd.elementwise("add", i8, i8), lambda: bytes_ + bytes_, limits.stream(N, N))
    yield Case("float16 h + h", lambda: nd.elementwise("add", f16, f16), lambda: halves + halves,
               limits.stream(2 * N, 2 * N))
    small = own(x[:1_000_000])
    xs = x[:1_000_000]
    yield Case("x + x, 1M", lambda: nd.elementwise("add", small, small), lambda: xs + xs,
               limits.stream(8_000_000, 8_000_000), {"Numba": lambda: numba_add(xs, xs)})


def package(build):
    """The Python package: what users have. Where calls are short, ctypes would add a hundredth."""
    sys.path.insert(0, str(build.resolve() / "python"))
    import ndstream

    return ndstream


def expressions(build, threads):
    """Programs of plain operations. Ours are pending until their result is looked at."""
    ndstream = package(build)
    limits = Limits(build, threads)
    for name, function, arrays, read, written, bound, peers in expression_cases.cases():
        held = [ndstream.array(array) for array in arrays]

        def ours():
            ndstream.eval(function(ndstream, *held))

        limit = limits.function(*bound, read, written) if bound else limits.stream(read, written)
        yield Case(name, ours, lambda: function(np, *arrays), limit, {**peers, **jax_peer(function, arrays)})
    yield from stencils(limits, np.random.default_rng(7).random((4000, 4000)))


def jax_peer(function, arrays):
    import jax

    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(lambda *given: function(jax.numpy, *given))
    given = [jax.numpy.asarray(array) for array in arrays]
    return {"JAX": lambda: compiled(*given).block_until_ready()}


def stencils(limits, field):
    """Five points of a grid, into a new array and over their own input."""
    u, inner, size = nd.from_data(field), slice(1, -1), 8 * field.size
    parts = [(slice(None, -2), inner), (slice(2, None), inner), (inner, slice(None, -2)), (inner, slice(2, None))]
    middle = (inner, inner)

    @numba.njit(parallel=True)
    def numba_stencil(u):
        out = np.empty((u.shape[0] - 2, u.shape[1] - 2))
        for i in numba.prange(out.shape[0]):
            for j in range(out.shape[1]):
                out[i, j] = (u[i + 1, j + 1] + u[i, j + 1] + u[i + 2, j + 1] + u[i + 1, j] + u[i + 1, j + 2]) * 0.2
        return out

    @numba.njit(parallel=True)
    def numba_over_input(u):
        out = numba_stencil(u)
        for i in numba.prange(out.shape[0]):
            u[i + 1, 1:-1] = out[i]

    def ours():
        total = nd.slice_terms(u, middle)
        for part in parts:
            total = nd.elementwise("add", total, nd.slice_terms(u, part))
        return nd.elementwise("multiply", total, 0.2)

    def theirs():
        total = field[middle]
        for part in parts:
            total = total + field[part]
        return total * 0.2

    def new():
        result = ours()
        nd.evaluate([result])

    def over_input():
        nd.assign(nd.slice_terms(u, middle), ours())

    def their_over_input():
        field[middle] = theirs()

    yield Case("5-point stencil on 4000x4000", new, theirs, limits.stream(size, size),
               {"Numba": lambda: numba_stencil(field)})
    yield Case("5-point stencil on 4000x4000 over its input", over_input, their_over_input,
               limits.stream(size, size, True), {"Numba": lambda: numba_over_input(field)})


def reductions(build, threads):
    limits = Limits(build, threads)
    random = np.random.default_rng(2)
    x = random.random(N)
    ints = random.integers(0, 100, N)
    bytes_ = ints.astype("int8")
    floats = x.astype("float32")
    matrix = random.random((5000, 5000))
    fortran = np.asfortranarray(matrix)
    a, i64, i8, f32, c, f = own(x), own(ints), own(bytes_), own(floats), own(matrix), own(fortran)

    @numba.njit(parallel=True, fastmath=True)
    def numba_sum(x):
        total = 0.0
        for i in numba.prange(x.size):
            total += x[i]
        return total

    for name in ("sum", "mean", "min", "max", "std", "argmax"):
        peers = {"Numba": lambda: numba_sum(x)} if name == "sum" else {}
        if name in ("sum", "min", "max"):
            peers["numexpr"] = lambda name=name: numexpr.evaluate(f"{name}(x)", local_dict={"x": x})
        yield Case(f"{name}(x)", lambda: nd.reduce(name, a), lambda: getattr(np, name)(x),
                   limits.stream(8 * N, 0), peers)
    yield Case("sum of float32", lambda: nd.reduce("sum", f32), lambda: floats.sum(), limits.stream(4 * N, 0))
    yield Case("sum of int64", lambda: nd.reduce("sum", i64), lambda: ints.sum(), limits.stream(8 * N, 0))
    yield Case("sum of int8", lambda: nd.reduce("sum", i8), lambda: bytes_.sum(), limits.stream(N, 0))
    for order, array, held in (("C", c, matrix), ("F", f, fortran)):
        for axis in (0, 1):
            yield Case(f"sum over axis {axis} of 5000x5000 {order}", lambda: nd.reduce("sum", array, axis),
                       lambda: held.sum(axis), limits.stream(8 * 25_000_000, 0))
    yield Case("std over axis 0 of 5000x5000 C", lambda: nd.reduce("std", c, 0), lambda: matrix.std(0),
               limits.stream(8 * 25_000_000, 0))
    narrow = x.reshape(-1, 2)
    n = own(narrow)
    yield Case("sum over axis 0 of 5000000x2", lambda: nd.reduce("sum", n, 0), lambda: narrow.sum(0),
               limits.stream(8 * N, 0))
    yield Case("sum over axis 1 of 5000000x2", lambda: nd.reduce("sum", n, 1), lambda: narrow.sum(1),
               limits.stream(8 * N, 4 * N))
    yield Case("cumsum(x)", lambda: nd.scan("cumsum", a, 0), lambda: x.cumsum(), limits.stream(8 * N, 8 * N))


def moves(build, threads):
    limits = Limits(build, threads)
    matrix = np.random.default_rng(3).random((5000, 5000))
    c = own(matrix)
    both = 8 * 25_000_000
    yield Case("copy of 5000x5000", lambda: nd.call("copy", c), lambda: matrix.copy(), limits.stream(both, both))
    yield Case("copy to Fortran order, 5000x5000", lambda: nd.call("copy_fortran", c),
               lambda: matrix.copy(order="F"), limits.stream(both, both))
    transposed = nd.call("transpose", c)
    yield Case("M + M.T, 5000x5000", lambda: nd.elementwise("add", c, transposed), lambda: matrix + matrix.T,
               limits.stream(2 * both, both))


def products(build, threads):
    ndstream, limits = package(build), Limits(build, threads)
    random = np.random.default_rng(4)
    shapes = ((2000, 2000, 2000, "float64"), (2000, 2000, 2000, "float32"), (1000, 500, 1000, "float64"),
              (1000, 500, 1000, "complex128"), (100, 100, 100, "float64"))
    for m, k, n, dtype in shapes:
        left, right = random.random((m, k)).astype(dtype), random.random((k, n)).astype(dtype)
        a, b = ndstream.array(left), ndstream.array(right)
        flops = (8 if dtype == "complex128" else 2) * m * k * n
        yield Case(f"{dtype} {m}x{k} @ {k}x{n}", lambda: a @ b, lambda: left @ right,
                   limits.flops(flops, dtype == "float32"))
    left, right = random.random((4000, 4000)), random.random(4000)
    a, b = ndstream.array(left), ndstream.array(right)
    yield Case("float64 4000x4000 @ 4000", lambda: a @ b, lambda: left @ right,
               limits.stream(8 * 16_000_000, 0))
    skinny = random.random((8, 336_776))
    x = ndstream.array(skinny)
    yield Case("float64 8x336776 @ its transpose", lambda: x @ x.T, lambda: skinny @ skinny.T,
               limits.stream(skinny.nbytes, 0))
    for dtype, bits in (("int64", 33), ("int64", 64), ("int32", 32), ("int16", 16), ("int8", 8), ("bool", 8),
                        ("float16", 0), ("bfloat16", 0)):
        wide = bits == 64
        left, right = (random.integers(0, 2**60 if wide else 2 if dtype == "bool" else 100, s).astype(
            "float32" if bits == 0 else dtype) for s in ((1000, 500), (500, 1000)))
        a, b = (ndstream.array(v).astype(dtype) for v in (left, right))
        theirs = [v.astype("float16") if dtype == "float16" else v for v in (left, right)]
        limit = limits.flops(1e9, True) if bits == 0 else limits.multiply(bits, 5e8)
        yield Case(f"{dtype}{' (large values)' if wide else ''} 1000x500 @ 500x1000", lambda: a @ b,
                   lambda: theirs[0] @ theirs[1], limit)
    for dtype in ("float64", "float32", "complex128", "float16", "int64", "int16", "int8"):
        left, right = (random.integers(0, 100, (10_000, 8, 8)).astype(dtype) for _ in range(2))
        a, b = ndstream.array(left), ndstream.array(right)
        traffic = limits.stream(2 * left.nbytes, left.nbytes)
        sums = limits.flops((4 if dtype == "complex128" else 1) * 2 * 8 * left.size, dtype == "float32")
        limit = (lambda seconds: max(traffic(seconds / 2), sums(seconds / 2))) if dtype in FLOATS else traffic
        yield Case(f"{dtype}, 10000 of 8x8 @ 8x8", lambda: a @ b, lambda: left @ right, limit)


def factorizations(build, threads):
    """Calls of numpy.linalg; einsum in NumPy with an optimised order, as ours always has."""
    ndstream = package(build)
    ours = {"linalg": ndstream.linalg, "einsum": ndstream.einsum}
    theirs = {"linalg": np.linalg, "einsum": lambda *arguments: np.einsum(*arguments, optimize=True)}
    for name, arrays, text in linalg_cases.cases():
        code = compile(text, name, "eval")
        held = ours | {key: ndstream.array(value) for key, value in arrays.items()}
        yield Case(name, lambda: ndstream.eval(eval(code, held)), lambda: eval(code, theirs | arrays), pause=0.15)


def random_numbers(build, threads):
    limits = Limits(build, threads)
    generator = np.random.default_rng(5)
    ours = nd_random.default_rng(5)
    write = limits.stream(0, 8 * N)
    for name in ("random", "standard_normal", "standard_exponential"):
        yield Case(f"{name}, 10M float64", lambda: getattr(ours, name)(N), lambda: getattr(generator, name)(N), write)
    yield Case("integers 0..99, 10M int64", lambda: ours.integers(0, 100, N),
               lambda: generator.integers(0, 100, N), write)
    n = 1_000_000
    typical = {"binomial": (100, 0.4), "hypergeometric": (300, 500, 200), "triangular": (-1.0, 0.0, 2.0),
               "negative_binomial": (5.0, 0.3), "noncentral_f": (3.0, 4.0, 1.0), "poisson": (20.0,), "zipf": (2.0,)}
    for name, (_, count) in nd_random.DISTRIBUTIONS.items():
        parameters = typical.get(name, (0.4, 1.5)[:count])
        yield Case(f"{name}, 1M", lambda: ours.draw(name, parameters, n),
                   lambda: getattr(generator, name)(*parameters, size=n), limits.stream(0, 8 * n))
    yield Case("permutation of 1M", lambda: ours.permutation(n), lambda: generator.permutation(n))
    legacy, theirs = nd_random.legacy(5), np.random.RandomState(5)
    yield Case("legacy random_sample, 1M", lambda: legacy.random(n), lambda: theirs.random_sample(n))
    yield Case("legacy standard_normal, 1M", lambda: legacy.standard_normal(n), lambda: theirs.standard_normal(n))


def numpy_function(name):
    """NumPy's function, or what of NumPy's does the same; None if there is nothing."""
    made = None if name in lacking.BY_PYTHON or name in lacking.BY_MPMATH else lacking.MADE.get(name)
    return getattr(np, name, made)


# These need not read their array: of real numbers the answer is known, and any() ends at the first that is true.
UNREAD = {"isreal", "iscomplex", "any"}
# Of numbers below 1 they would give zeros, and zeros over zeros are stored faster than anything else.
ROUNDING = {"floor", "ceil", "trunc", "rint", "modf_integral"}


def table(build, threads):
    """Every row of ops.def on float64 (or int64), so that a new row is measured without anyone remembering."""
    limits = Limits(build, threads)
    n = 4_000_000
    random = np.random.default_rng(6)
    real, whole = random.random(n) * 0.9 + 0.05, random.integers(1, 50, n)
    logical = real > 0.5
    for op in nd.ELEMENTWISE:
        for values in (real, whole):
            arguments = [values, values[::-1].copy(), values][: op.arguments]
            if op.name == "where":
                arguments = [logical, *arguments[1:]]
            if op.name == "arccosh":
                arguments = [values + 1]
            if op.name in ROUNDING:
                arguments = [values * 100]
            try:
                result = nd.result_dtype(op.name, *map(own, arguments))
            except nd.Failure:
                continue
            function = numpy_function(op.name)
            if op.name == "clip":
                arguments = [values, 0.3 if values is real else 10, 0.6 if values is real else 20]
            held = [own(v) if isinstance(v, np.ndarray) else v for v in arguments]
            bytes_in = sum(v.nbytes for v in arguments if isinstance(v, np.ndarray))
            yield Case(f"{op.name} {values.dtype}", lambda: nd.elementwise(op.name, *held),
                       function and (lambda: function(*arguments)),
                       limits.stream(0 if op.name in UNREAD else bytes_in, n * np.dtype(result).itemsize))
            break
    held = own(real)
    for op in nd.REDUCTIONS:
        yield Case(f"{op.name} float64", lambda: nd.reduce(op.name, held), lambda: getattr(np, op.name)(real),
                   limits.stream(0 if op.name in UNREAD else 8 * n, 0))
    for op in nd.SCANS:
        yield Case(f"{op.name} float64", lambda: nd.scan(op.name, held, 0),
                   lambda: numpy_function(op.name)(real, 0),
                   limits.stream(8 * n, 8 * n))


def sorting(build, threads):
    import sort_cases

    limits = Limits(build, threads)
    for name, arrays, text, peers in sort_cases.cases():
        held = {key: own(array) for key, array in arrays.items()}
        code = compile(text, name, "eval")
        names = {**vars(np), **arrays}
        yield Case(name, lambda: nd.expression(text, **held), lambda: eval(code, names),
                   limits.stream(sum(array.nbytes for array in arrays.values()), 0), peers)


def selection(build, threads):
    import select_cases

    limits = Limits(build, threads)
    for name, arrays, line, peers in select_cases.cases():
        held = {key: nd.from_data(array) for key, array in arrays.items()}
        names = {**vars(np), **arrays}
        target, assigns, value = line.partition(" = ")
        if assigns:
            array, index = target.rstrip("]").split("[")
            value = held.get(value) or float(value)
            code = compile(line, name, "exec")
            moved = sum(array.nbytes for array in arrays.values())
            yield Case(name, lambda: nd.set(held[array], (held[index],), value), lambda: exec(code, names),
                       limits.stream(moved, arrays[array].nbytes, True), peers)
            continue
        code = compile(line, name, "eval")
        moved = sum(array.nbytes for array in arrays.values())
        yield Case(name, lambda: nd.evaluate([nd.expression(line, **held)]), lambda: eval(code, names),
                   limits.stream(moved, eval(code, names).nbytes), peers)


def files(build, threads):
    import file_cases

    for name, ours, numpys, peers in file_cases.cases(build):
        yield Case(name, ours, numpys, peers=peers)


class Memory(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("used", "cached", "peak", "total", "budget")]


def peak_memory():
    """Bytes that expressions of 10M elements hold at most, beyond inputs and outputs."""
    memory = nd.library.nd_memory
    memory.restype, memory.argtypes = Memory, []
    x = nd.from_data(np.random.default_rng(3).random((2000, 5000)) + 1)
    for text in ("2*x**2 + 3*x + 5", "sum((x - 0.5)**2)", re.sub(r"\bs\b", "x", expression_cases.PRICE),
                 "(x - mean(x, axis=0)) / std(x, axis=0)", "x / sum(x, axis=1, keepdims=True)"):
        used = memory().used
        nd.library.nd_memory_reset_peak()
        result = nd.expression(text, x=x)
        nd.evaluate([result])
        size = np.dtype(result.dtype).itemsize * int(np.prod(result.shape))
        peak = memory().peak - used - size
        del result  # or it would still be there when the next one is measured
        yield text, peak


def call_costs(build):
    library = ctypes.CDLL(built(build, "bench_limit"))
    library.call_cost.restype = ctypes.c_double
    library.call_cost.argtypes = [ctypes.c_char_p]
    for what in ("add", "add_scalar", "add_into", "sum", "slice", "zeros"):
        yield what, min(library.call_cost(what.encode()) for _ in range(10))


GROUPS = [
    ("Elementwise, 10M elements", "float64 unless said.", elementwise),
    ("Expressions, 10M elements unless said", "One loop each, through the Python package.", expressions),
    ("Reductions", "10M elements unless said.", reductions),
    ("Moves", "", moves),
    ("Products", "Through the Python package.", products),
    ("Linear algebra", "Through the Python package.", factorizations),
    ("Sorting, searching, counting, sets", "The limit reads the arrays once.", sorting),
    ("Selection and joining", "The limit reads the arrays and writes the result once, in order.", selection),
    ("Files", "From memory that the system keeps of them.", files),
    ("Random numbers", "Values and bits are NumPy's.", random_numbers),
    ("Every elementwise operation, reduction and scan of the table", "4M elements in memory.", table),
]
