"""Objects that take ufuncs over, pickles out of band, what is written to and read from files in rarer ways, and messages of
numpy.testing, under both packages."""

import pickle

import numpy
import pytest
from same import cases, run, same

import ndstream


class Taker:
    def __array_ufunc__(self, ufunc, method, *arguments, **words):
        return ufunc.__name__, method, len(arguments), sorted(words)


class Without:
    __array_ufunc__ = None


class Reflected(Without):
    def __radd__(self, other):
        return "r"


class Refusing:
    def __array_ufunc__(self, *arguments, **words):
        return NotImplemented


class OfLists:
    def __array__(self, dtype=None, copy=None):
        return [1, 2]


TAKEN = """
np.add(np.arange(3), c)
np.add(np.arange(3), c, out=np.zeros(3), where=True)
np.add(np.arange(3), 1, out=c)
np.add(np.arange(3), 1, c)
np.add.reduce(c)
np.add.reduce(c, axis=1, keepdims=True)
np.add.reduce([1, 2], out=c)
np.add.outer([1], c)
np.add.accumulate(c, 1)
np.add.at(c, [0], 1)
np.negative.at(c, [0])
np.add.reduceat(c, [0])
np.divmod(c, 2)
np.matmul(c, [1])
np.arange(3) @ c
np.arange(3) * c
np.arange(3) < c
np.arange(3) == c
a = np.arange(3); a += c; a
np.float64(2) * c
np.float64(2) < c
np.sqrt(c)
"""


@pytest.mark.parametrize("code", cases(TAKEN))
def test_ufuncs_are_taken_over(code):
    same(code, c=Taker())


REFUSING = """
np.arange(3) + without
np.arange(3) + reflected
np.arange(3) + refusing
np.add.reduce(refusing)
np.float64(3) + refusing
np.asarray(of_lists)
"""


@pytest.mark.parametrize("code", cases(REFUSING))
def test_who_refuses_gets_an_error_or_its_turn(code):
    same(code, without=Without(), reflected=Reflected(), refusing=Refusing(), of_lists=OfLists())


CONVERTED = """
import ctypes; np.array((ctypes.c_int * 3)(1, 2, 3))
import ctypes; np.array(((ctypes.c_float * 2) * 2)((1, 2), (3, 4)))
import ctypes; c = (ctypes.c_int * 3)(1, 2, 3); np.asarray(c)[0] = 9; list(c)
np.array(np.ones((2, 3)).T, order='C', copy=False)
np.array(np.ones((2, 3)).T, order='F', copy=False)
np.broadcast_shapes(-1)
np.broadcast_shapes((2, -1), (2, 1))
"""

PICKLED = """
import pickle; a = np.arange(6.); b = []; s = pickle.dumps(a, 5, buffer_callback=b.append); c = pickle.loads(s, buffers=b); c[0] = 9; (a[0], len(b), c)
import pickle; a = np.ones((2, 3)).T; b = []; s = pickle.dumps(a, 5, buffer_callback=b.append); c = pickle.loads(s, buffers=b); (len(b), c.flags.f_contiguous, c)
import pickle; a = np.arange(3); a.flags.writeable = False; c = pickle.loads(pickle.dumps(a, 5)); (c, c.flags.writeable)
import pickle; a = np.arange(3); c = pickle.loads(pickle.dumps(a, 5)); c[0] = 4; (a, c)
import pickle; [pickle.loads(pickle.dumps(np.arange(6).reshape(2, 3).T, p)) for p in range(6)]
import pickle; [pickle.loads(pickle.dumps(x, 5)) for x in (np.zeros((0, 3)), np.array(5), np.float16([1]), np.arange(4)[::2])]
import pickle; g = np.random.RandomState(3); g.normal(); h = pickle.loads(pickle.dumps(g)); (g.normal(size=3), h.normal(size=3))
import copy; g = np.random.RandomState(3); h = copy.deepcopy(g); (g.normal(size=3), h.normal(size=3))
"""

FILES = """
import io; f = io.StringIO(); np.savetxt(f, np.float32([[1.1]]), fmt='%s'); f.getvalue()
import io; f = io.StringIO(); np.savetxt(f, [[1.1, 2]], fmt='%r'); f.getvalue()
import io; f = io.StringIO(); np.savetxt(f, np.int8([[1]]), fmt='%-5r|'); f.getvalue()
import io; f = io.StringIO(); np.savetxt(f, [[True]], fmt='%s'); f.getvalue()
import io; f = io.StringIO(); np.savetxt(f, [[1, 2]], fmt='%%%d'); f.getvalue()
np.loadtxt(['1::2'], delimiter='::')
np.loadtxt(['1 2'], delimiter='')
np.loadtxt(['1  2'], delimiter=' ')
np.loadtxt(['1 2', '3 4'], delimiter=' ')
np.loadtxt([' 1 2'], delimiter=' ')
np.loadtxt(['1 2 '], delimiter=' ')
import io; np.loadtxt(io.StringIO('1 2\\n3 4'), delimiter=' ')
import io; np.loadtxt(io.BytesIO(b'1 2\\n3 4'), delimiter=' ', max_rows=1)
np.loadtxt(5)
np.genfromtxt(['1 2 3', '4 5'], usecols=0)
import io; np.genfromtxt(io.StringIO('1 2 3\\n4 5'), usecols=(0, 1))
np.genfromtxt(['1_0', '_1', '1_', '1__1', '0x1', '1e1_0'])
import io; np.load(io.BytesIO(bytes.fromhex('934e554d5059010078780000')))
import tempfile; f = tempfile.TemporaryFile(); np.arange(4).tofile(f, sep=','); f.seek(0); f.read()
import tempfile; f = tempfile.TemporaryFile('w+'); np.arange(4).tofile(f, sep=','); f.seek(0); f.read()
"""

NUMBERS = """
a = np.arange(6).reshape(2, 3); a[a > 2] = [[1, 2, 3]]
np.squeeze(np.array(5), 0)
np.squeeze(np.array(5), -1)
np.squeeze(np.array(5), 1)
np.zeros_like(np.zeros((1, 5, 3), order='F'), shape=(3, 3, 3)).strides
np.zeros_like(np.zeros((1, 5, 3), order='F'), shape=(3, 3)).strides
np.add(2, 3, dtype='u1')
np.add(300, 3, dtype='u1')
np.multiply(0, -1, dtype='u2')
np.negative(3, dtype='u2')
np.add(np.uint8([1]), -1, dtype='u8')
np.add(2, 3.5, dtype='f4')
np.add(2, 3.5, dtype='i4')
np.subtract.reduce([1, 2, 3], initial=10)
np.subtract.reduce([[1, 2], [3, 4]], axis=1, initial=10)
np.subtract.reduce([[1, 2], [3, 4]], axis=-2, initial=10, keepdims=True)
np.divide.reduce([2.0, 4.0], initial=16)
np.power.reduce([2, 3], initial=2)
np.floor_divide.reduce([], initial=7)
np.hypot.reduce([3.0, 4.0], initial=12)
np.bitwise_and.reduce([6, 3], initial=7)
np.percentile([1, 2, 3], 30, weights=[0, 0, 0], method='inverted_cdf')
np.linalg.norm(np.ones((2, 3)), axis=1.0)
np.linalg.tensorsolve(np.eye(6).reshape(6, 2, 3), np.arange(5.))
np.linalg.tensorsolve(np.eye(6).reshape(6, 2, 3), np.arange(6.)).flags.owndata
np.linalg.multi_dot([np.eye(2), np.eye(2) * 2, np.eye(2)], out=np.zeros((2, 2), 'f4'))
np.apply_over_axes(lambda a, ax: a.sum(), np.arange(24).reshape(2, 3, 4), [0, 2])
np.vectorize(lambda x: x, otypes='zz')
np.vectorize(lambda x: x, otypes=3)
np.vectorize(lambda x: x)([1, 2]).flags.owndata
np.vectorize(lambda x: x.sum(), signature='(n)->()')(np.arange(6).reshape(2, 3)).flags.owndata
np.interp([0, 1.5, 5], [1, 2, 3], [4, 5, 6.0], left=-1, right=9).flags.owndata
np.interp(0, [1, 2, 3], [4, 5, 6.0], left=-1, right=9)
np.percentile([1, 2, 3, 4.0], [30, 60], weights=[1, 2, 1, 1], method='inverted_cdf').flags.owndata
"""

DIGITS = """
np.format_float_positional(2.5, precision=2, min_digits=12)
np.format_float_positional(123.0, precision=0, fractional=False)
np.format_float_positional(np.nan, unique=False)
np.format_float_positional(np.float32(0.1), precision=0, min_digits=3)
np.format_float_positional(np.float32(0.1), precision=3, unique=False, trim='0', min_digits=3)
np.format_float_positional(1e22, precision=10, unique=False, fractional=True)
np.format_float_positional(1.5, min_digits=12, fractional=False)
np.format_float_scientific(1.5, precision=10, unique=False, trim='.', min_digits=3)
np.format_float_scientific(np.float16(3.3), precision=10, min_digits=3)
np.format_float_scientific(1e-7, precision=10, unique=False)
np.format_float_scientific(1e-7, precision=0, unique=False)
np.format_float_scientific(0.0, precision=2, min_digits=12)
"""


@pytest.mark.parametrize("code", cases(CONVERTED + PICKLED + NUMBERS + DIGITS))
def test_protocols_and_arguments(code):
    same(code)


@pytest.mark.parametrize("code", cases(FILES))
@pytest.mark.filterwarnings("ignore:.*could not be read:DeprecationWarning")
def test_files_in_rarer_ways(code):
    same(code)


@pytest.mark.parametrize("module", [numpy, ndstream])
def test_a_poorly_conditioned_fit_and_an_old_function_warn(module):
    with pytest.warns(module.exceptions.RankWarning):
        module.polyfit([0, 1, 2], [1, 3, 2], 1, rcond=0.9)
    with pytest.warns(DeprecationWarning, match=r"randint\(1, 5 \+ 1\)"):
        module.random.RandomState(1).random_integers(5)
    with pytest.warns(DeprecationWarning, match="2-dimensional vectors"):
        module.cross([1, 2], [3, 4])


def test_an_array_pickled_out_of_band_is_not_copied():
    a = ndstream.arange(100000.0)
    buffers = []
    data = pickle.dumps(a, 5, buffer_callback=buffers.append)
    assert len(data) < 1000
    b = pickle.loads(data, buffers=buffers)
    b[5] = -1
    assert a[5] == -1


MESSAGES = """
np.testing.assert_array_equal([1, 2, 3], [1, 2, 4])
np.testing.assert_array_equal([1, 2, 3], [1, 2, 4], err_msg='hello')
np.testing.assert_array_equal([1, 2, 3], [1, 2, 4], verbose=False)
np.testing.assert_array_equal([1, 2, 3], [1, 2])
np.testing.assert_array_equal([1, 2, 3], [1.0, 2, 3], strict=True)
np.testing.assert_array_equal([1, np.nan], [1.0, 2])
np.testing.assert_array_equal([1, np.inf], [1.0, 3])
np.testing.assert_array_equal(np.arange(10), np.arange(10) + 1)
np.testing.assert_array_equal(np.arange(2000), np.arange(2000)[::-1])
np.testing.assert_array_equal([True, False], [True, True])
np.testing.assert_array_equal(np.uint8([1, 250]), np.uint8([3, 1]))
np.testing.assert_array_equal(3, [3, 4])
np.testing.assert_array_equal([1, 1], [0, 0.0])
np.testing.assert_allclose([1, 2], [1, 2.1])
np.testing.assert_allclose([1, np.nan], [1, np.nan], equal_nan=False)
np.testing.assert_allclose(1.5, 1.6)
np.testing.assert_almost_equal(1.5, 1.6)
np.testing.assert_almost_equal([1, 2], [1, 3], decimal=2)
np.testing.assert_array_almost_equal([1, 2.123456], [1, 2.1234], decimal=5)
np.testing.assert_array_less([1, 2], [2, 2])
np.testing.assert_array_less([1, np.inf], [2, np.inf])
np.testing.assert_equal([1, 2], [1, 3])
np.testing.assert_equal([1, 2], [1])
np.testing.assert_equal({'a': 1}, {'b': 1})
np.testing.assert_equal('a', 'b')
np.testing.assert_approx_equal(1.5, 1.6)
np.testing.assert_array_almost_equal_nulp(np.array([1.0]), np.array([1.1]))
np.testing.assert_array_max_ulp(np.array([1.0]), np.array([1.1]))
"""


@pytest.mark.parametrize("code", cases(MESSAGES))
def test_assertions_say_what_numpys_say(code):
    mine, theirs = (run(code, module) for module in (ndstream, numpy))
    assert isinstance(theirs, AssertionError)
    assert type(mine) is type(theirs)
    assert str(mine) == str(theirs)
