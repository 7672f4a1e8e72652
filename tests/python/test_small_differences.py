"""Small things that programs lean on and that were once different from NumPy's: shapes given as arrays, promotion of several
dtypes, what numbers are asked, types of exceptions. A line of code each, under either package."""

import pytest
from same import cases, same

SHAPES = """
np.zeros(np.array([2, 3])).shape
np.zeros(np.array(3)).shape
np.zeros(np.int64(3)).shape
np.zeros(np.array([], int)).shape
np.full(np.array([2, 2]), 7)
np.arange(6).reshape(np.array([2, 3]))
np.arange(6).reshape(np.array([2, -1]))
np.reshape(np.arange(6), np.array([3, 2]))
np.random.default_rng(1).random(np.array([2, 3])).shape
np.random.default_rng(1).normal(size=np.array([2, 3])).shape
np.arange(24).reshape(2, 3, 4).transpose(np.array([2, 0, 1])).shape
np.transpose(np.arange(24).reshape(2, 3, 4), np.array([2, 0, 1])).shape
np.zeros(2**64)
np.zeros((2, 2**70))
np.zeros(True)
np.zeros((True, 2))
np.sum([[1, 2]], axis=True)
np.take(np.array([1, 2]), [0], False)
np.zeros(1.5)
np.zeros("ab")
np.broadcast_to(1, np.array([2, 2]))
np.tile([1, 2], np.array([2, 2]))
np.indices(np.array([2, 2])).shape
np.unravel_index(5, np.array([2, 3]))
list(np.ndindex(*np.array([2, 2])))
"""

PROMOTION = """
np.result_type(np.int16, np.uint16, np.float32)
np.result_type(np.float32, np.uint16, np.int16)
np.result_type(np.int8, np.uint8, np.float16)
np.result_type(np.int16, np.uint16, np.complex64)
np.result_type(np.int32, np.float16, np.float32)
np.result_type('i2', 'u2', 'f4', 1.0)
np.concatenate([np.int16([1]), np.uint16([2]), np.float32([0.5])])
np.stack([np.int16([1]), np.uint16([2]), np.float32([0.5])])
np.vstack([np.int8([1]), np.uint8([2]), np.float16([0.5])])
np.select([[True], [False], [True]], [np.int16([1]), np.uint16([2]), np.float32([3])])
np.choose([0, 1, 2], [np.int16(1), np.uint16(2), np.float32(3)])
np.einsum('i,i,i->i', np.int16([1]), np.uint16([2]), np.float32([0.5]))
np.array([np.int16(1), np.uint16(1), np.float32(1)]).dtype
np.can_cast(np.array([1.5]), 'f4')
np.can_cast(np.array([1.5]), 'f4', 'same_kind')
np.can_cast(np.float32(1), 'f8')
"""

NUMBERS = """
memoryview(np.float64(1.5)).format
memoryview(np.int16(5)).tobytes()
bytes(memoryview(np.complex64(1 + 2j)))
m = memoryview(np.float32(1)); (m.ndim, m.shape, m.strides, m.itemsize, m.readonly)
np.frombuffer(np.float64(2.5))
np.complex64(1, 2)
np.complex128(1, 2)
np.float32(0.75).as_integer_ratio()
np.float16(-0.25).as_integer_ratio()
np.float64(0.1).as_integer_ratio()
np.float32('nan').as_integer_ratio()
[x.is_integer() for x in (np.int8(1), np.uint64(5), np.float16(1.5), np.float32(2), np.float64(0.5))]
np.complex64(1).is_integer()
(np.int32(7).numerator, np.int32(7).denominator)
[hasattr(x, '__len__') or hasattr(x, '__iter__') for x in (np.int64(1), np.float32(1), np.float64(1), np.bool(1))]
[hasattr(np.float32(1), name) for name in ('__setitem__', '__contains__', '__array__', 'dtype', 'shape', 'sum')]
iter(np.int64(3))
np.random.seed(np.int64(3)); np.random.rand(2)
[1, 2] * np.int64(2)
[1, 2] * np.float64(2)
np.float32(2) * [1, 2]
(1, 2) * np.complex128(2)
[1] * np.bool(1)
np.array([1], np.uint8) + 300
np.array([1], np.int8) + (-129)
"""

EXCEPTIONS = """
np.arange(5)[[slice(0, 1)]]
np.arange(5)[['a']]
np.arange(5)[[..., ...]]
np.arange(5)[['1', '2'],]
np.arange(5)[[0.5]]
np.arange(5)['a']
np.arange(5)[{}]
"""

DTYPES = """
np.dtype(b'f4')
np.dtype(b'<i2')
np.dtype(b'i4') == np.dtype('i4')
str(np.dtype[np.float64]).split('.')[-1]
np.ndarray[tuple[int, int], np.dtype[np.int32]] is not None
"""

SPACES = """
np.geomspace(1, 1000, 4)
np.geomspace(1, 1000, 3, endpoint=False)
np.geomspace(1, 1000, 4, dtype=int)
np.geomspace(-1, -1000, 4)
np.geomspace(1j, 1000j, 4)
np.geomspace(-1 + 0j, 1 + 0j, 5)
np.geomspace(1, -1 + 0j, 5)
np.geomspace([1, 10], [1000, 100], 4)
np.geomspace([1, 10], 1000, 4, axis=1)
np.geomspace(np.float32([1, 2]), np.float32(8), 3).dtype
np.geomspace(0, 1)
np.geomspace(1, 2, 0)
np.geomspace(1, 2, 1)
np.logspace(0, 2, 3, base=np.array([2.0, 3.0]))
np.logspace([0, 1], 2, 3, base=2)
np.logspace([[0], [1]], 2, 3, base=[2.0, 3.0])
np.logspace(0, 2, 3, base=np.array([[2.0], [3.0]]))
np.logspace(0, 2, 3, base=np.array([2.0, 3.0]), axis=-1)
np.logspace(0, 2, 3, base='a')
"""

TEXTS = """
np.array(['1', '2.5', 'nan', ' -inf '], dtype=float)
np.array(['1', 2, 3.5], dtype=float)
np.array([['1', '2'], ['3', '4']], dtype=np.float32)
np.array([' 12 ', b'-3'], dtype='i1')
np.array(['1+2j', b'3'], dtype=complex)
np.array('12', dtype=int)
np.array(b'1.5', dtype=float)
np.asarray('1,2,3'.split(','), float)
np.float32(['1', '2'])
np.array([None, 1.0], dtype=float)
np.array([None, 1.0], dtype='f2')
np.array([None], dtype=complex)
np.array(None, dtype=float)
np.array([None, 1], dtype=bool)
np.array(['', 'a', 'False'], dtype=bool)
np.array([None], dtype=int)
np.array(['1.5'], dtype=int)
np.array(['300'], dtype='i1')
np.array(['a'], dtype=float)
np.array([''], dtype=float)
np.array(['1', [2]], dtype=float)
np.full(2, '1.5', dtype=float)
x = np.zeros(4); x[0] = '1.5'; x[1:3] = ['2', '3']; x[3] = None; x
x = np.zeros(2, int); x[0] = '7'; x
np.array([1.0]) * '2'
np.add([1.0], ['2'])
np.sum(['1', '2'])
"""

CALLS = """
np.arctan2(0.0, 2.0, dtype='f4')
np.add(1, 2, dtype='f4')
np.multiply(1.5, 2.0, dtype='f4')
np.sqrt(2, dtype='f4')
np.add(np.float32(1), 2.0, dtype='f8')
np.array([3, 1, 2]).argsort(kind='quick')
np.sort([3, 1, 2], kind='merge')
np.max(np.array([1, 2]), where=[True, False])
np.min(np.array([[1.0, 2]]), axis=0, where=[True, False])
"""

FILES = """
np.fromstring(b'1, 2, 3', sep=',')
np.fromstring('1 2 3 ', sep=' ', dtype=int)
np.fromstring('1,2,', sep=',')
np.fromstring(b'aa, aa, 1.0', sep=',')
import tempfile; f = tempfile.TemporaryFile(); np.arange(4.0).tofile(f); f.seek(8); [np.fromfile(f, count=2), f.tell()]
"""

ITERATORS = """
next(np.nditer(np.arange(3)))
it = np.nditer(np.arange(3)); [int(next(it)), int(next(it)), [int(x) for x in it]]
list(np.nditer([]))
"""

WARNINGS = """
issubclass(np.exceptions.ComplexWarning, RuntimeWarning)
issubclass(np.exceptions.VisibleDeprecationWarning, UserWarning)
[issubclass(np.exceptions.RankWarning, RuntimeWarning), issubclass(np.exceptions.DTypePromotionError, TypeError)]
import warnings; warnings.simplefilter('ignore', np.exceptions.ComplexWarning); np.array([1.5]).astype(int)
"""


@pytest.mark.parametrize(
    "code", cases(SHAPES + PROMOTION + NUMBERS + EXCEPTIONS + DTYPES + TEXTS + CALLS + FILES + ITERATORS + WARNINGS)
)
def test_programs_find_what_numpy_has(code):
    same(code)


@pytest.mark.parametrize("code", cases(SPACES))
def test_spaces_of_arrays_and_complex_numbers(code):
    same(code, rtol=1e-14)
