"""Names taken from lists, not written out: every ufunc of NumPy on every dtype, every distribution, every constant and type;
then the names that no other file has use for. Evidence for tools/numpy_names.py, whose page is looked at here too.
"""

import inspect
import pathlib
import subprocess
import sys

import numpy
import pytest
from same import cases, compare, run, same

import ndstream

UFUNCS = sorted({name for name in dir(numpy) if isinstance(getattr(numpy, name), numpy.ufunc)} - {"isnat"})
DTYPES = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 F D".split()
# float16 in NumPy 2.4 goes through float32 with its own libm; complex division and power are NumPy's own formulas.
CLOSE = {"f2": 2e-3, "f4": 3e-6, "F": 3e-5, "f8": 1e-13, "D": 1e-12}


def values(dtype, seed):
    generator = numpy.random.default_rng(seed)
    if dtype == "?":
        return generator.integers(0, 2, 23).astype(bool)
    if dtype[0] in "iu":
        return generator.integers(0 if dtype[0] == "u" else -9, 9, 23).astype(dtype)
    real = generator.uniform(-3, 3, 23)
    return (real + 1j * generator.uniform(-2, 2, 23) if dtype in "FD" else real).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UFUNCS)
def test_every_ufunc(name, dtype):
    count = getattr(numpy, name).nin
    arguments = ", ".join("ab"[:count])
    if name in ("matmul", "matvec", "vecmat", "vecdot"):
        arguments = {"matmul": "a[:16].reshape(4, 4), b[:16].reshape(4, 4)", "matvec": "a[:16].reshape(4, 4), b[:4]",
                     "vecmat": "a[:4], b[:16].reshape(4, 4)", "vecdot": "a, b"}[name]  # fmt: skip
    if name in ("left_shift", "right_shift", "bitwise_left_shift", "bitwise_right_shift", "power", "pow", "ldexp"):
        arguments = "a, abs(b) % 4" if dtype[0] in "i" else "a, b"
    if name == "reciprocal":  # of the integer 0 it is anything in NumPy
        arguments = "a[a != 0]"
    if name == "ldexp":
        arguments = "a, np.arange(23, dtype='i4')"
    code = f"a, b = np.asarray(a), np.asarray(b)\nnp.{name}({arguments})"
    outcomes = [run(code, module, a=values(dtype, 1), b=values(dtype, 2)) for module in (ndstream, numpy)]
    found = outcomes[1][0] if isinstance(outcomes[1], tuple) else outcomes[1]
    kind = getattr(found, "dtype", numpy.dtype("i8")).char
    rtol = CLOSE.get({"e": "f2", "f": "f4", "d": "f8"}.get(kind, kind), 0)
    compare(*outcomes, rtol, name)


LEGACY = """
beta(2, 3, 4)|binomial(10, 0.3, 4)|bytes(5)|chisquare(3, 4)|choice(9, 4)|dirichlet([1, 2, 3])|exponential(2, 3)
f(2, 3, 3)|gamma(2, 3, 3)|geometric(0.3, 3)|gumbel(1, 2, 3)|hypergeometric(5, 6, 4, 3)|laplace(1, 2, 3)|logistic(1, 2, 3)
lognormal(1, 2, 3)|logseries(0.3, 3)|multinomial(9, [0.2, 0.8], 2)|multivariate_normal([0, 1], [[1, 0.5], [0.5, 2]], 3)
negative_binomial(3, 0.4, 3)|noncentral_chisquare(2, 3, 3)|noncentral_f(2, 3, 1, 3)|normal(1, 2, 3)|pareto(2, 3)
permutation(7)|poisson(4, 3)|power(2, 3)|rand(2, 2)|randint(3, 9, 4)|randn(3)|random(3)|random_sample(3)|ranf(3)
random_integers(3, 9, 4)|rayleigh(2, 3)|sample(3)|standard_cauchy(3)|standard_exponential(3)|standard_gamma(2, 3)
standard_normal(3)|standard_t(3, 3)|triangular(1, 2, 4, 3)|uniform(1, 2, 3)|vonmises(1, 2, 3)|wald(1, 2, 3)|weibull(2, 3)
zipf(2, 3)
""".replace("\n", "|").strip("|").split("|")


@pytest.mark.parametrize("call", LEGACY)
@pytest.mark.filterwarnings("ignore")
def test_every_legacy_distribution(call):
    # multivariate normal numbers go through a decomposition whose last bits are LAPACK's
    same(f"np.random.seed(8)\nnp.random.{call}", rtol=1e-12 if "multivariate" in call else 0)


def test_every_name_of_the_legacy_module_is_called_above():
    callables = {n for n in dir(numpy.random.RandomState) if not n.startswith("_")}
    assert callables - {call.partition("(")[0] for call in LEGACY} == {"seed", "get_state", "set_state", "shuffle", "tomaxint"}


CONSTANTS = "e pi euler_gamma inf nan newaxis little_endian True_ False_".split()


@pytest.mark.parametrize("name", CONSTANTS)
def test_every_constant(name):
    same(f"np.{name}")


TYPES = """bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128 byte ubyte
short ushort intc uintc int_ uint long ulong longlong ulonglong intp uintp half single double csingle cdouble""".split()


@pytest.mark.parametrize("name", TYPES)
def test_every_scalar_type(name):
    same(f"np.{name}(1)")
    same(f"np.dtype(np.{name}).name" if name not in ("longlong", "ulonglong") else f"np.dtype(np.{name}).itemsize")
    same(f"np.zeros(2, np.{name}) + np.{name}(1)" if "longlong" not in name else f"np.{name}(1) + 1 == 2")


ABSTRACT = "generic number integer signedinteger unsignedinteger inexact floating complexfloating".split()


@pytest.mark.parametrize("name", ABSTRACT)
def test_every_abstract_type(name):
    for other in TYPES:
        same(f"issubclass(np.{other}, np.{name})")
    same(f"np.{name}(1)")


REST = """
np.amax([1, 3, 2])
np.argpartition([3, 1, 2, 5], 2)[2]
np.array([3, 1, 2, 5]).argpartition(2)[2]
np.asanyarray([1, 2])
np.astype(np.arange(3), np.float32)
np.astype([1, 2], float)
np.common_type(np.arange(3), np.float32(1)).__name__
np.common_type(np.array([1j]), np.array([1.0], 'f4')).__name__
np.concat([[1], [2]])
type(np.arange(3).flat) is np.flatiter
np.from_dlpack(np.arange(3))
np.fromstring('1 2 3', sep=' ')
np.fromstring('1,2,3', dtype=int, sep=',', count=2)
sorted(np.geterr())
sorted(np.seterr())
np.seterrcall(None)
with np.errstate(divide='ignore'): x = 1; x
sorted(np.get_printoptions())
with np.printoptions(precision=2): s = str(np.array([1 / 3])); s
np.histogram_bin_edges([1, 2, 3, 4], bins=3)
np.histogram_bin_edges([1, 2, 3, 4], bins='sturges')
np.histogramdd([[1, 2], [3, 4], [5, 6]], bins=2)
np.index_exp[1:2]
np.index_exp[1, ...]
np.iscomplex([1, 1j])
np.isreal([1, 1j])
np.isneginf([1, -np.inf])
np.isposinf([1, np.inf])
np.isposinf(np.array([1, np.inf]), np.zeros(2, bool))
np.matrix_transpose(np.arange(6).reshape(2, 3))
np.arange(6).reshape(2, 3).mT
np.may_share_memory(np.arange(3), np.arange(3))
a = np.arange(3); np.may_share_memory(a, a[1:])
np.permute_dims(np.arange(6).reshape(1, 2, 3), (2, 0, 1))
np.ravel([[1, 2], [3, 4]], order='F')
np.real_if_close([1 + 1e-20j])
np.swapaxes(np.arange(6).reshape(1, 2, 3), 0, 2)
isinstance(np.add, np.ufunc)
np.unstack(np.arange(6).reshape(2, 3))
np.unstack(np.arange(6).reshape(2, 3), axis=1)
np.arange(3, dtype='i2').byteswap()
np.array([1 + 2j], 'F').byteswap().view('u1')
a = np.arange(3, dtype='i4')[::2]; a.byteswap(inplace=True); a
np.arange(4).conjugate()
a = np.array([3, 1, 2, 5]); a.partition(2); a[2]
np.arange(3).to_device('cpu')
np.arange(3).to_device('gpu')
np.arange(3.0).dot([1, 2, 3])
np.arange(6).reshape(2, 3).compress([0, 1, 1], axis=1, out=np.zeros((2, 2), int))
a = np.arange(4); a.put(indices=[1], values=[9]); a
a = np.array([3, 1, 2]); a.sort(stable=True); a
issubclass(np.linalg.LinAlgError, ValueError)
np.linalg.cross([1, 0, 0], [0, 1, 0])
np.linalg.diagonal(np.arange(8).reshape(2, 2, 2), offset=1)
np.sort(np.linalg.eigvals([[2.0, 1], [1, 3]]))
np.sort(np.linalg.eig([[2.0, 1], [1, 3]]).eigenvalues)
np.linalg.matmul([[1, 2]], [[3], [4]])
np.linalg.matrix_norm([[1.0, 2], [3, 4]])
np.linalg.matrix_norm([[1.0, 2], [3, 4]], ord=1, keepdims=True)
np.linalg.matrix_transpose(np.arange(6).reshape(2, 3))
np.linalg.outer([1, 2], [3, 4])
np.linalg.tensordot(np.ones((2, 3)), np.ones((3, 2)), axes=1)
np.linalg.trace(np.arange(8).reshape(2, 2, 2))
np.linalg.vecdot([1, 2], [3, 4])
np.linalg.vector_norm([[3.0, 4], [5, 12]], axis=1)
np.linalg.vector_norm([[3.0, 4], [5, 12]], ord=1)
np.cov([[0, 1, 2], [2, 1, 0]], fweights=[1, 2, 3])
np.cov([[0, 1, 2], [2, 1, 0]], aweights=[0.5, 2, 3], ddof=0)
np.cov([0, 1, 2.5], [2, 1, 1], fweights=[1, 2, 1], aweights=[1, 2, 3])
np.cov([[0, 1, 2], [2, 1, 0]], fweights=[1, 2])
np.cov([[0, 1, 2], [2, 1, 0]], fweights=[1, 2, 0.5])
float(np.quantile([1.0, 2, 3, 4], 0.5, weights=[1, 1, 5, 1], method='inverted_cdf'))
np.quantile([[1.0, 2, 3], [4, 6, 5]], [0, 0.3, 1], axis=1, weights=[1, 0, 5], method='inverted_cdf')
np.percentile([[1.0, 2, 3], [4, 6, 5]], 40, weights=[[1, 0, 5], [1, 1, 1]], method='inverted_cdf', keepdims=True)
float(np.nanquantile([1.0, np.nan, 3, 4], 0.5, weights=[1, 1, 5, 1], method='inverted_cdf'))
np.quantile([1.0, 2, 3, 4], 0.5, weights=[1, 1, 5, 1])
np.quantile([1.0, 2], 0.5, weights=[1, -1], method='inverted_cdf')
np.loadtxt(['1,2', '3,4'], delimiter=',', converters={1: lambda s: float(s) * 10})
np.loadtxt(['1 2', '3 4'], converters=lambda s: int(s) + 1, dtype=int, usecols=1)
np.square.identity is None
np.random.default_rng(3).multivariate_hypergeometric([3, 5, 4], 6)
np.random.default_rng(3).multivariate_hypergeometric([3, 5, 4], 9, size=(2, 2))
np.random.default_rng(3).multivariate_hypergeometric([30, 50, 40], 7, 3)
np.random.default_rng(3).multivariate_hypergeometric([3, 5, 4], 13)
"""


@pytest.mark.parametrize("code", cases(REST))
def test_same(code):
    same(code, rtol=1e-13)


def test_functions_that_print(capsys):
    ndstream.show_runtime()  # np.show_runtime()
    ndstream.show_config()
    ndstream.info(ndstream.zeros(3))  # np.info()
    ndstream.info("linspace")
    text = capsys.readouterr().out
    assert "python" in text and "isa" in text and "shape:  (3,)" in text and "start to stop" in text
    assert ndstream.show_config(mode="dicts")["version"] == ndstream.__version__


def test_the_page_of_names_is_up_to_date(request):
    root = pathlib.Path(__file__).parent.parent.parent
    build = pathlib.Path(ndstream.__file__).parent.parent.parent
    command = [sys.executable, str(root / "tools" / "numpy_names.py"), str(build), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_editors_can_read_every_signature():
    owners = [(ndstream, dir(ndstream)), (ndstream.linalg, ndstream.linalg.__all__), (ndstream.ndarray, dir(ndstream.ndarray))]
    for owner, names in owners:
        for name in names:
            thing = getattr(owner, name)
            if callable(thing) and not name.startswith("_") and not isinstance(thing, (type, ndstream.ufunc)):
                inspect.signature(thing)
                assert thing.__doc__, name
