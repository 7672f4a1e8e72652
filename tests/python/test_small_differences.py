"""Small things that programs lean on and that were once different from NumPy's: shapes given as arrays, promotion of several
dtypes, what numbers are asked, types of exceptions. A line of code each, under either package."""

import warnings

import numpy
import pytest
from same import cases, compare, run, same

import ndstream

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

WALKS = """
it = np.nditer(np.arange(3)); r = [int(next(it)), it.iterindex, int(next(it)), it.iterindex, it.finished]; r
it = np.nditer(np.arange(2)); r = [int(x) for x in it]; (r, it.finished, next(it, 'end'))
it = np.nditer(np.arange(6).reshape(2, 3), flags=['multi_index']); next(it); (it.multi_index, next(it), it.multi_index)
it = np.nditer(np.arange(6).reshape(2, 3)[:, ::-1], flags=['multi_index']); it.multi_index = (1, 0); (int(it[0]), [int(x) for x in it])
it = np.nditer(np.arange(6).reshape(2, 3)); next(it); next(it); c = it.copy(); [int(x) for x in it], [int(x) for x in c]
it = np.nditer(np.arange(3)); [int(x) for x in it]; it.reset(); [int(x) for x in it]
it = np.nditer([np.arange(3), np.ones((2, 3))]); (len(it[:]), int(it[0]), float(it[-1]), it.nop, it.value)
it = np.nditer([np.arange(3), np.ones((2, 3))]); it[2]
it = np.nditer(np.arange(2)); it.iternext(); it.iternext(); it[0]
it = np.nditer(np.arange(3)); x = it.value; x[...] = 1
a = np.arange(3.0); it = np.nditer(a, op_flags=['readwrite']); it[0] = 7; it.iternext(); it[0] = 8; a
[(int(x), int(y)) for x, y in np.nditer([np.arange(2).reshape(2, 1), np.arange(3)])]
[int(x) for x in np.nditer(np.array(5))]
it = np.nditer(np.arange(4)); x = 0\nwhile not it.finished:\n    x += int(it[0]); it.iternext()\nx
it = np.nditer(np.arange(6).reshape(2, 3)); it.close(); 0
it = np.nditer(np.arange(6).reshape(2, 3)); it.enable_external_loop(); [x.tolist() for x in it]
[int(x) for x in np.nditer(np.arange(6).reshape(2, 3), order='F')]
list(np.nditer(np.zeros((0, 3)), flags=['zerosize_ok']))
a = np.arange(4.0); it = iter(a); x = next(it); a *= 2; (x, list(it))
a = np.arange(4.0); f = a.flat; x = next(f); a *= 2; (x, list(f))
a = np.arange(6).reshape(2, 3); f = a.flat; x = next(f); a.shape = (3, 2); (x, next(f), list(f))
a = np.arange(6.0); r = [(v, a.__setitem__(slice(None), v + 1))[0] for v in a]; r
list(np.arange(6).reshape(2, 3)[:, ::-1].flat)
list(np.zeros((0, 3)).flat)
f = np.arange(4).flat; (list(f), list(f))
f = np.arange(4).flat; (list(f), next(f))
it = iter(np.arange(2)); (list(it), list(it), next(it, 'end'))
e = np.ndenumerate(np.arange(4).reshape(2, 2)); (next(e), [(i, int(x)) for i, x in e], next(e, 'end'))
i = np.ndindex(2, 2); (next(i), list(i), next(i, 'end'))
[int(x) for _, x in np.ndenumerate(np.arange(6).reshape(2, 3).T)]
a = np.arange(4); a.fill(np.int64(7)); a
a = np.arange(4, dtype='u1'); a.fill(np.int64(300)); a
a = np.arange(4, dtype='i1'); a.fill(np.int64(300))
a = np.arange(4, dtype='f4'); b = a * 2; a.fill(np.float64(0.1)); (a, b)
a = np.zeros((2, 3), order='F'); a.fill(1.5); a
a = np.zeros((0, 3)); a.fill(1.5); a
np.zeros(3, int).fill(2.5)
np.zeros(3, bool).fill(np.float64(2.5))
a = np.zeros(3, int); a[1] = 2**63
a = np.zeros(3); a[1] = 2**70; a
a = np.zeros(3); a[1] = 2**63 - 1; a
np.random.seed(np.int64(5)); np.random.rand(2)
np.random.seed(True); np.random.rand(2)
np.random.seed(5); np.random.randn(3); np.random.seed(5); np.random.randn(2)
np.random.seed(-1)
np.random.seed(1.5)
np.float64(2.5) ** 3
np.float64(-2.5) ** 0.5
2.5 ** np.float64(3)
np.float64(2) ** np.int8(-1)
np.float64(2) ** 10**30
np.finfo(1.0).eps
np.finfo(np.float64(3)).max
np.finfo(int)
np.iinfo(True).bits
np.iinfo(np.int8(3)).max
with np.errstate(all='ignore', over='print'): x = np.geterr(); x
x = np.seterr(divide='print'); y = np.seterr(**x); y['divide']
np.seterr(divide='')
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

BOUNDS = """
np.clip(np.arange(5), 1, 3, where=np.array([True, False, True, False, True]), out=np.full(5, 9))
np.clip(np.arange(5), 1, 3, dtype='f8')
np.clip(np.arange(5), 1.5, 3.5, dtype='f4')
np.clip(np.arange(5.0), 1, 3, out=np.zeros(5, 'i4'), casting='unsafe')
np.arange(5).clip(1, 3, dtype='f8')
np.arange(5.0).clip(1, out=np.zeros(5, 'i4'), casting='unsafe')
np.clip(np.arange(5), None, None, dtype='f8')
np.clip(np.arange(5, dtype='u1'), -1, 129)
np.clip(np.arange(5, dtype='i4'), -2**40, 2**300)
np.clip(np.arange(5, dtype='u8'), -1, 2**64)
np.clip(np.arange(5, dtype='u8'), 2**63, 2**64 - 1)
np.clip(np.arange(5, dtype='i1'), 200, None)
np.sum([1], initial=2**60 + 1)
np.sum(np.array([1j]), initial=1j)
np.prod(np.array([1j]), initial=2j)
np.max(np.int64([1]), initial=2**60 + 1)
np.max(np.array([], 'i8'), initial=2**60 + 1)
np.max(np.uint64([1]), initial=2**64 - 1)
np.min(np.int64([5]), initial=-2**62 - 1)
np.max([1, 7, 3], initial=2**60 + 1, where=[True, False, True])
np.max([[1, 7], [3, 2]], axis=1, initial=0, where=[True, False])
np.max(np.zeros((2, 0)), axis=1, initial=4)
np.nanmax(np.array([np.nan, np.nan]), initial=4)
np.nansum([np.nan, 2], initial=4)
np.max([1], initial=2.5)
np.max(np.int8([1]), initial=300)
np.mean([1], initial=1)
np.signbit([np.sum([-0.0], initial=-0.0), np.sum([], initial=-0.0)])
np.logaddexp.reduce([]), np.logaddexp2.reduce(np.zeros((2, 0), 'f4'), axis=1), np.logaddexp.identity
np.logaddexp.reduce([1.0, 2.0], where=[True, False])
np.add.identity, np.multiply.identity, np.logical_and.identity, np.bitwise_and.identity, np.maximum.identity
np.isclose([1, 2], [1, 2.1], rtol=[0, 1])
np.isclose([1, np.nan], [1, np.nan], atol=np.array([0, 1]), rtol=0, equal_nan=True)
np.isclose(np.uint8([1, 1]), np.uint8([2, 3]), atol=np.array([1, 1]))
np.allclose([1, 2], [1, 2.1], atol=np.array([0, 1]), rtol=0)
"""

ARGUMENTS = """
np.add(1, 2, out=...)
np.add([1, 2], 2, out=...)
np.add.reduce([1, 2], out=...)
np.sin(0.0, out=...)
np.divmod(7, 2, out=...)
np.matmul([1, 2], [3, 4], out=...)
x = np.arange(4); x.dtype = np.int32; x
x = np.arange(6).reshape(2, 3); x.dtype = 'i4'; x.shape
x = np.arange(4, dtype='i4'); y = x[:]; x.dtype = 'i8'; x[0] = 7; (x, y)
x = np.arange(3, dtype='i4'); x.dtype = 'i8'; x
x = np.arange(3); x.flat[True], x.flat[False]
np.zeros(3).flags == np.zeros(3).flags, np.zeros(3).flags == np.zeros((3, 2)).T.flags
np.zeros(3).flags != np.zeros(3).flags, np.zeros(3).flags == 3
np.bincount([0.0, 1.0])
np.bincount(np.array([0.0, 1.0]))
np.choose([0, 1], [])
np.roll(np.arange(5), 2**70)
np.roll(np.arange(5), np.uint64(2**63 + 2))
np.roll(np.arange(6).reshape(2, 3), (2**70, -1), axis=(0, 1))
np.roll([], 2**70)
np.correlate([1, 2, 3], [0, 1, 0.5], 1)
np.correlate([1, 2, 3], [0, 1, 0.5], mode=None)
np.convolve([1, 2, 3], [0, 1, 0.5], 2)
np.convolve([1, 2, 3], [0, 1, 0.5], -1)
np.moveaxis(np.zeros((2, 3, 4)), range(2), range(1, 3)).shape
np.moveaxis(np.zeros((2, 3, 4)), np.array([0, 1]), [-1, 0]).shape
np.flip(np.arange(6).reshape(2, 3), range(2))
a = np.arange(24).reshape((2, 3, 4), order='F'); np.zeros_like(a, order='A', shape=(5, 6)).flags.f_contiguous
"""

CHOICES = """
np.select([[True, False], [False, True]], [np.float32([1, 2]), 1.5])
np.select([[True, False], [False, True]], [np.float32([1, 2]), 1.5], 2.5)
np.select([[True, False], [False, True]], [np.uint8([1, 2]), 1.5])
np.select([[True, False], [False, True]], [1, 2.5])
np.select([[True, False], [False, False]], [np.float32([1, 2]), 1j])
np.choose([0, 1], [np.uint8([1, 2]), 3])
np.choose([0, 1], [np.float32([1, 2]), 3.5])
np.choose([0, 1], (3.5, np.float32([1, 2])))
np.choose([0, 1], [1, 2.5])
np.clip(np.array([1.0, 2]), None, None, out=np.zeros(2))
np.clip(np.uint8([1, 250]), -1, 300, out=np.zeros(2, 'u1'))
np.array([True]).conj()
a = np.array([1.5]); a.conj() is a, a.conjugate() is a
np.array([1j]).conjugate(np.zeros(1, complex))
np.array([1.5]).conjugate(np.zeros(1))
np.partition(np.array([]), 0)
np.partition(np.array([]), [0, 3], axis=None)
np.argpartition(np.zeros((3, 0)), 0)
np.argpartition(np.zeros((0, 3)), 1, axis=0)
np.sort([2, 1], kind='m')
np.sort([2, 1], kind='Stable')
np.sort([2, 1], kind='x')
np.sort([2, 1], kind='')
a = np.arange(3); a.resize(); a
format(np.array(1.5), '.2f'), f"{np.array(3):d}", format(np.array(True), ''), format(np.array(1j), '')
format(np.array([1, 2]), ''), f"{np.array([1.5])}"
format(np.array([1, 2]), 'd')
np.arange(stop=4)
np.arange(stop=5, start=2)
np.arange(start=2)
np.arange(5, start=2)
np.arange(5, None)
np.arange(1, None, 2)
np.arange()
np.arange(stop=3, dtype='f4')
"""

DELETED = """
x = np.zeros(3); delattr(x, 'flat')
x = np.zeros(3); x.flat.__delitem__(0)
x = np.zeros(3); x.__delitem__(0)
x = np.zeros(3); delattr(x.flags, 'writeable')
x = np.zeros(3); x.flags.__delitem__('W')
x = np.zeros(3); delattr(x, 'dtype')
x = np.zeros(3); delattr(x, 'shape')
x = np.zeros(3); delattr(x, 'real')
np.zeros(3, device='cuda')
np.zeros(3, device='cpu')
np.asarray([1], device=5)
np.arange(3, device='gpu')
np.empty_like([1.0], device='gpu')
a = np.arange(3); a.resize(None); a
"""

LIMITS = """
str(np.finfo('f2')), repr(np.finfo('f2')), str(np.finfo(np.float32)), repr(np.finfo('f4')), str(np.finfo(float)), repr(np.finfo('c16'))
str(np.iinfo('u1')), repr(np.iinfo(int)), str(np.iinfo(np.int64))
np.spacing(np.float16([-1, -2, -0.0, 0, 65504, -65504, np.inf, -np.inf, np.nan, -6e-8, -6.1e-5, -3.5, 3.5]))
x = np.nextafter(np.float16([0.0, -0.0, 0.0, 1, -0.0]), np.float16([-0.0, 0.0, 1, 1, -1])); x, np.signbit(x)
e = np.array([0, 1, 2]); np.histogram([1, 2, 3], bins=e)[1] is e
e = np.array([0, 1, 2]); np.histogram([1, 2, 3], bins=e, density=True)[1] is e
e = [0, 1, 2]; np.histogram([1, 2, 3], bins=e)[1]
np.array2string(np.arange(3000), edgeitems=0)
np.array2string(np.arange(3000.0).reshape(3, 1000) / 3, edgeitems=0)
np.array2string(np.arange(3000.0).reshape(3, 1000) / 3, edgeitems=1)
np.array2string(np.arange(3000).reshape(1, 3000), edgeitems=0)
np.array2string(np.arange(3000).reshape(10, 1, 300), edgeitems=0)
np.set_printoptions(edgeitems=0); r = repr(np.arange(3000)); np.set_printoptions(edgeitems=3); r
np.set_printoptions(edgeitems=-1); r = repr(np.arange(30)), np.get_printoptions()['edgeitems']; np.set_printoptions(edgeitems=3); r
a=np.arange(6.0).reshape(2,3).copy(); v=np.einsum('ij->ji',a); v.base is a, v.flags.owndata, v.flags.writeable
a=np.arange(9.0).reshape(3,3).copy(); np.einsum('ii->i',a)[:]=7; a
a=np.arange(9.0).reshape(3,3).copy(); v=np.einsum('ii->i',a); v.base is a, v.flags.writeable
a=np.arange(3.0); a.flags.writeable=False; np.einsum('i->i',a).flags.writeable
np.einsum('ij->ij', np.broadcast_to(1.0,(2,3))).flags.writeable
a=np.zeros((2,0)); np.einsum('ij->ji',a).base is a
a=np.arange(6.0); np.einsum('i',a,dtype='f4').dtype, np.einsum('i->i',a,order='F').base is a
a=np.arange(6.0).reshape(2,3); np.einsum('ij->ji',a,order='C').flags.c_contiguous
a=np.arange(6.0).reshape(2,3); v=np.einsum(a,[0,1],[1,0]); v.flags.owndata, v
a=np.arange(6.0).reshape(2,3); v=np.einsum('ij->j',a); v.flags.owndata, v.base is None
a=np.arange(6.0).reshape(2,3); np.einsum('ij->ji',a,out=np.zeros((3,2))).flags.owndata
np.einsum('...', np.arange(6.0).reshape(2,3)), np.einsum('...->...', np.float32(3)), np.einsum('', 2)
np.einsum('ij->ji', [[1,2],[3,4]]).flags.owndata
np.einsum('ii', np.ones((1,4)))
np.einsum('ii->', np.arange(9).reshape(3,3)), np.einsum('iij->j', np.arange(12).reshape(2,2,3)), np.einsum('iji->ij', np.arange(12).reshape(2,3,2))
np.einsum('ijk->ki', np.arange(24.0).reshape(2,3,4)), np.einsum('i...j->j...', np.arange(24.0).reshape(2,3,4))
np.einsum('ij,jk', np.eye(2), np.eye(2), optimize='bad')
np.einsum('ij,jk,kl', np.eye(2), np.eye(2), np.eye(2), optimize='bad')
np.einsum('ij,jk,kl', np.eye(2), np.eye(2), np.eye(2), optimize='optimal')
np.einsum_path('ij,jk,kl',np.eye(2),np.eye(2),np.eye(2),optimize='bad')
np.einsum_path('ij,jk,kl->il',np.ones((2,2)),np.ones((2,5)),np.ones((5,2)))
np.einsum_path('ij,jk,kl->il',np.ones((2,2)),np.ones((2,5)),np.ones((5,2)),optimize='optimal')
C=np.ones((10,10)); I=np.ones((10,)*4); np.einsum_path('ea,fb,abcd,gc,hd->efgh',C,C,I,C,C)
C=np.ones((10,10)); I=np.ones((10,)*4); np.einsum_path('ea,fb,abcd,gc,hd->efgh',C,C,I,C,C,optimize='optimal')
C=np.ones((10,10)); I=np.ones((10,)*4); np.einsum_path('ea,fb,abcd,gc,hd->efgh',C,C,I,C,C,optimize=False)
C=np.ones((10,10)); I=np.ones((10,)*4); np.einsum_path('ea,fb,abcd,gc,hd->efgh',C,C,I,C,C,optimize=('greedy',100))
C=np.ones((10,10)); I=np.ones((10,)*4); np.einsum_path('ea,fb,abcd,gc,hd->efgh',C,C,I,C,C,optimize=('optimal',100))
C=np.ones((10,10)); I=np.ones((10,)*4); np.einsum_path('ea,fb,abcd,gc,hd->efgh',C,C,I,C,C,optimize=['einsum_path',(0,1,2,3,4)])
np.einsum_path('ij,jk',np.eye(2),np.eye(2))
np.einsum_path('ij,jk',np.eye(2),np.eye(2),optimize='bad')
np.einsum_path('ij->ji',np.eye(2))
np.einsum_path('i,j,k->ijk',[1,2],[1,2],[1,2])
np.einsum_path('i,j,k',[1,2],[1,2],[1,2])
np.einsum_path('i,i,i',[1,2],[1,2],[1,2])
np.einsum_path('ij,jk,kl',np.eye(2),np.eye(2),np.eye(2),optimize=['einsum_path',(0,1)])
np.einsum_path('ij,jk,kl',np.eye(2),np.eye(2),np.eye(2),optimize=5)
np.einsum_path('ij,jk,kl',np.eye(2),np.eye(2),np.eye(2),optimize=[1,2,3])
np.einsum_path('ij,jk,kl',np.eye(2),np.eye(2),np.eye(2),optimize=None)
np.einsum_path('ij,jk',np.ones((2,3)),np.ones((2,3)))
np.einsum_path('ij,jk,km,mn,no->io',np.ones((2,30)),np.ones((30,4)),np.ones((4,50)),np.ones((50,3)),np.ones((3,6)))
np.einsum_path('ab,bc,cd,de,ef,fa',*[np.ones((3,3))]*6)
"""

VECTORS = """
np.cross([1, 2], [3, 4])
np.cross([1, 2], [3, 4, 5])
np.cross([1, 2, 3], [4, 5])
np.cross([[1, 2], [3, 4]], [[3, 4], [5, 6.5]])
np.cross(np.ones((2, 5)), np.arange(10).reshape(5, 2), axisa=0)
np.cross([1, 2], [[1, 2, 3], [3, 4, 5]])
np.cross([1], [3])
"""

ASSERTIONS = """
np.testing.assert_allclose(np.uint8([1]), np.uint8([2]), atol=1)
np.testing.assert_allclose(np.int8([100]), np.int8([-100]))
np.testing.assert_allclose(np.array([True]), np.array([False]))
np.testing.assert_allclose(np.array([True]), np.array([0.0]), atol=1)
np.testing.assert_allclose([np.inf], [np.inf])
np.testing.assert_allclose([np.inf], [-np.inf])
np.testing.assert_allclose([1.0], [np.inf])
np.testing.assert_allclose([np.inf], [1.0])
np.testing.assert_allclose([np.nan, 1], [np.nan, 1])
np.testing.assert_allclose([np.nan, 1], [np.nan, 1], equal_nan=False)
np.testing.assert_array_almost_equal(np.uint8([1]), np.uint8([2]))
np.testing.assert_array_almost_equal([np.inf, True], [np.inf, 1])
np.testing.assert_array_almost_equal([np.inf], [1.0])
np.testing.assert_array_almost_equal_nulp(1.0, 1.0 + 2.0**-52)
np.testing.assert_array_almost_equal_nulp(1.0, 1.0 + 2.0**-50)
np.testing.assert_array_almost_equal_nulp(np.array([1.0, 2]), np.array([1, 2 + 2**-50]), nulp=5)
np.testing.assert_array_max_ulp([1.0, 2.0], [1.0, 2.0000000001])
np.testing.assert_array_max_ulp([0.0, 5e-324], [-0.0, -5e-324], maxulp=2).ravel()
np.testing.assert_array_max_ulp([5e-324], [-5e-324], maxulp=1)
"""


@pytest.mark.parametrize(
    "code", cases(SHAPES + PROMOTION + NUMBERS + EXCEPTIONS + DTYPES + TEXTS + CALLS + FILES + ITERATORS + WARNINGS)
)
def test_programs_find_what_numpy_has(code):
    same(code)


@pytest.mark.parametrize("code", cases(SPACES))
def test_spaces_of_arrays_and_complex_numbers(code):
    same(code, rtol=1e-14)


@pytest.mark.parametrize("code", cases(BOUNDS + ARGUMENTS + CHOICES + DELETED + LIMITS + VECTORS + ASSERTIONS))
def test_arguments_are_taken_as_numpy_takes_them(code):
    same(code)


LAST = """
np.random.default_rng(0).uniform(0, np.inf)
np.random.default_rng(0).uniform([0, 1], [np.inf, 2])
np.random.RandomState(0).uniform(-np.inf, np.inf, 3)
np.concatenate([np.float32(1), np.float32(2)], axis=None)
np.append(np.array([1, 2], "u1"), 1)
np.append(np.array([1, 2], "f4"), [1.5])
np.concatenate([[1, 2], 1.5], axis=None)
np.concatenate([1, True], axis=None)
np.concatenate([np.array([1], "i1"), 2], axis=None, dtype="f8")
np.argmax([[1, 2]], axis=(0, 1))
np.argmin([[1, 2]], axis=())
np.argmax([[1, 2]], axis=0, out=np.zeros(2))
np.argmin([[1, 2]], axis=0, out=np.zeros(2, int))
np.mean([[3.0, -1.5], [0.5, 4.0]], axis=0, out=np.zeros(2, "i4"))
np.var([[3.0, -1.5], [0.5, 4.0]], axis=0, out=np.zeros(2, "i4"))
np.std([[3.0, -1.5], [0.5, 4.0]], axis=0, out=np.zeros(2, "i4"))
"""


@pytest.mark.parametrize("code", cases(LAST))
def test_rarely_met_words_mean_what_numpys_do(code):
    same(code)


PRINTED = """
p = np.printoptions(sign="+"); p.__enter__(); s = repr(np.array([[5, -100], [0, 7]])); p.__exit__(None, None, None); s
p = np.printoptions(sign=" "); p.__enter__(); s = [str(np.array(v)) for v in ([5, 100], [-5, 100], [-500, 7], 7, [np.nan, 2.0])]; p.__exit__(None, None, None); s
[np.array2string(np.array(v), sign=" ") for v in (7, 7.0, True, np.inf, 2j)]
[np.array2string(np.array(v)) for v in (1.0, 1 / 3, 1 - 3j, False, 5)]
p = np.printoptions(nanstr="NA", infstr="oo", precision=2); p.__enter__(); s = [(repr(v), str(v)) for v in np.array([np.nan, np.inf, 1 / 3], "f4")]; p.__exit__(None, None, None); s
np.array2string(np.array([[1.0, 2], [3, 400]]), formatter={"float": lambda x: f"<{x:.2f}>"})
np.array2string(np.array([1.5, 2]), formatter={"float": str, "float_kind": repr, "all": hex})
np.array2string(np.array([1, 2], "u1"), formatter={"int_kind": hex})
np.array2string(np.array([1j, 2]), formatter={"complexfloat": str, "int": hex})
np.array2string(np.arange(3.0), formatter={"int": hex, "all": None})
np.array2string(np.arange(2000), formatter={"all": lambda x: "%05d" % x}, max_line_width=30)
np.array2string(np.ones(3), formatter={"all": lambda x: 1 / 0})
p = np.printoptions(formatter={"float": lambda x: "*"}); p.__enter__(); x = np.array(7.0); s = (repr(x), str(x), repr(x[()]), repr(np.ones((2, 2), "f4")), str(np.ones(2))); p.__exit__(None, None, None); (s, repr(np.ones(2)))
p = np.printoptions(formatter={"all": str}); p.__enter__(); np.set_printoptions(precision=8); s = repr(np.ones(2)); p.__exit__(None, None, None); s
p = np.printoptions(override_repr=lambda a: "mine"); p.__enter__(); s = (repr(np.ones(2)), str(np.ones(2))); p.__exit__(None, None, None); (s, repr(np.ones(2)))
p = np.printoptions(legacy="1.25"); p.__enter__(); s = (repr(np.float64(1)), repr(np.bool_(True)), repr(np.int8(1)), repr(np.ones(2000)), np.get_printoptions()["legacy"]); p.__exit__(None, None, None); (s, repr(np.int8(1)))
p = np.printoptions(legacy="2.1"); p.__enter__(); s = (repr(np.float64(1)), repr(np.ones(2000))); p.__exit__(None, None, None); s
np.get_printoptions()
"""


@pytest.mark.parametrize("code", cases(PRINTED))
def test_arrays_are_printed_as_the_options_say(code):
    same(code)


WEAK_NUMBERS = """
np.linspace(np.float32(1), 2, 5)
np.linspace(np.float16(1), 2.5, 5)
np.linspace(np.float32(1), np.int64(3), 5)
np.linspace(np.int8(1), 2, 5)
np.linspace(np.int8(1), np.float32(4), 3)
np.linspace(np.float16(1), np.uint8(4), 3, endpoint=False)
np.linspace(np.array([1, 2], "i1"), np.float32(4), 3)
np.linspace(np.int64(1), np.float32(4), 3, retstep=True)
np.linspace(np.array([True, False]), 3, 3)
np.linspace(1, np.array([2, 3], "f4"), 5)
np.linspace(np.array([1, 2], "f4"), 4, 5)
np.linspace(np.float32(1), 2j, 5)
np.linspace(1, np.array([2j, 3], "c8"), 3, endpoint=False)
np.linspace(np.float32(1), 2, 0)
np.linspace(np.array([1, 2], "f4"), 4, 3, retstep=True)
np.c_[np.float32(1), 2]
np.r_[np.float32(1), 2]
np.r_[np.int8(1), 2, np.array([3], "i2")]
np.r_[1, 2.5, np.array([1, 2], "f4")]
np.c_[np.array([1, 2], "f4"), [3, 4]]
np.r_[0:3, np.float32(2)]
np.concatenate((np.float32([1, 2]), 3.5), axis=None)
np.concatenate((np.float32([1, 2]), 1j), axis=None)
np.concatenate((np.int8([1, 2]), 300, 3), axis=None)
np.concatenate((np.int8([1, 2]), 3.5), axis=None)
np.concatenate((np.int8(1), 3), axis=None)
np.concatenate((np.uint8([1, 2]), True), axis=None)
np.concatenate((np.float32([1, 2]), np.float64(3)), axis=None)
np.concatenate((np.float32([1, 2]), [3.0]), axis=None)
np.concatenate((True, 2), axis=None)
np.append(np.float32([1, 2]), 3.5)
np.append(np.int8([1, 2]), 300)
np.append(1, np.float32([2]))
"""

DTYPES_OF_MEANS = """
np.mean(np.array([1.7, 2.9, 3.2]), dtype=int)
np.mean([1, 2, 4], dtype=np.int8)
np.mean(np.array([[1.7, 2.9], [3, 4]]), axis=0, dtype=int)
np.mean(np.array([[1, 2], [3, 5]]), axis=(0, 1), dtype="u1", keepdims=True)
np.mean(np.float32([1.7, 2.9]), dtype=bool)
np.mean([1, 2, 30], where=[True, True, False], dtype="i2")
np.nanmean([1, 2, 4], dtype=int)
np.nanmean([1.5, 2, 4], dtype=int)
np.var(np.array([1.7, 2.9, 3.2]), dtype=int)
np.var(np.array([[1, 2], [3, 9]]), axis=1, dtype=int, ddof=1)
np.std(np.array([1, 2, 7]), dtype=int)
np.array([1, 2, 7]).std(dtype="i1")
np.array([1.0, 2, 7]).mean(dtype="u2")
np.var(np.array([1.5, 2, 8]), dtype=complex)
np.std(np.array([1.5, 2, 8]), dtype=complex).dtype
np.var(np.array([[1.5, 2, 7]]), dtype=np.complex64, axis=1).dtype
np.std(np.array([1j, 2, 7]), dtype=float)
"""

JOINED = """
np.c_["0,2", [1, 2], [3, 4]]
np.c_["1,2", [1, 2], [3, 4]]
np.c_["0", [1, 2], [3, 4]]
np.r_["0,2,0", [1, 2], [3, 4]]
np.r_["1,3,1", [[1, 2]], [[3, 4]]]
np.r_["0,3,0", [[1, 2]], [[3, 4]]].shape
np.r_["-1,4,-2", [[1, 2]], [[3, 4]]].shape
np.insert(np.array([1, 2], np.uint64), 0, -1)
np.insert(np.array([1, 2], np.uint8), 0, [300])
np.insert(np.array([1, 2], np.int64), 0, 2**63)
np.insert(np.array([1, 2]), 1, 1.7)
np.insert(np.array([1.5, 2]), [0, 1], [7, True])
np.insert(np.arange(6).reshape(2, 3), 1, [[7], [8]], axis=1)
np.interp([-1, 0.5, 9], [0, 1], [2, 3], left=1j)
np.interp([-1, 0.5, 9], [0, 1], [2j, 3], left=1j, right=5)
np.linalg.matrix_rank([1, 2])
np.linalg.matrix_rank(0.0)
"""

ITERATION = """
[[int(x) for x in t] for t in np.nditer([np.arange(3), np.arange(2)], op_axes=[[0, -1], [-1, 0]], itershape=(3, 2))]
[int(x) for x in np.nditer(np.arange(3), op_axes=[[-1, 0]], itershape=(2, 3))]
[int(x) for x in np.nditer([np.arange(3)], itershape=(2, 3))]
[int(x) for x in np.nditer([np.arange(3)], op_axes=[[-1, 0]], itershape=(2, -1))]
[[int(x) for x in t] for t in np.nditer([np.arange(6).reshape(2, 3).T, np.arange(6).reshape(3, 2)])]
[[int(x) for x in t] for t in np.nditer([np.arange(6).reshape(2, 3).T, np.arange(2)])]
[int(x) for x in np.nditer(np.arange(24).reshape(2, 3, 4).transpose(1, 2, 0)[::-1])]
np.nditer([np.ones((3, 2)).T, None]).operands[1].strides
np.nditer([np.ones((2, 3)), None], op_axes=[[0, 1], [0, -1]], flags=["reduce_ok"], op_flags=[["readonly"], ["readwrite", "allocate"]]).operands[1].shape
"""

SEQUENCES_AS_INDICES = """
a = np.arange(4, dtype=np.uint8)[-2]; a.flat[-1] = 0; a
f = np.float64(2.5).flat; f[0] = 7; [float(f[0]), len(f), float(f.base)]
np.arange(4)[range(2)]
np.arange(12).reshape(3, 4)[range(2), 1]
np.arange(12).reshape(3, 4)[:, range(1, 3)]
np.arange(12).reshape(3, 4)[range(3), range(3)]
np.arange(12).reshape(3, 4)[range(0)]
np.arange(12).reshape(3, 4)[range(2), True]
np.arange(5)[range(7)]
x = np.arange(4.0); x[range(2)] = 7; x
x = np.arange(4.0); x[range(1, 3)] += 7; x
x = np.zeros((3, 3)); x[range(3), range(3)] = 5; x
import collections; np.arange(4)[collections.deque([1, 2])]
import collections; np.arange(4)[collections.UserList([1, 2])]
import array; np.arange(4)[array.array("q", [1, 2])]
np.arange(4)[{1}]
np.arange(4)["a"]
np.arange(4)[b"a"]
np.arange(4)[{1: 2}.keys()]
np.arange(4)[np.array([])]
"""

CONVERSIONS = """
float(np.array(1j))
int(np.array(1j))
complex(np.array(1j))
np.array([1, 2]).__array_interface__["strides"]
np.array([[1, 2], [3, 4]]).T.__array_interface__["strides"]
x = np.arange(6).reshape(2, 3); x.resize((3, 2)); x
x = np.arange(6); y = x[:]; y.resize((3, 2)); y[0, 0] = 9; (x, y)
x = np.arange(6); y = x[:]; y.resize((7,)); y
np.linalg.det([[np.inf, 1], [1, 2]])
np.linalg.det([[1, 2], [-np.inf, 1]])
np.linalg.det([[np.nan, 1], [1, 2]])
np.linalg.slogdet([[-np.inf, 1], [1, 2]])
np.linalg.slogdet([[np.nan, 1], [1, 2]])
np.linalg.slogdet([[0, 1j], [1j, 0]])
np.linalg.matrix_power(2 * np.eye(2), None)
np.linalg.matrix_power(2 * np.eye(2), True)
np.linalg.matrix_power(2 * np.eye(2), 2.0)
np.histogram([1, 2, 3], bins=2.5)
np.histogram([1, 2, 3], bins=np.float64(2))
np.random.default_rng(3).choice(5)
np.random.RandomState(3).choice(5)
np.random.default_rng(3).choice([1, 2, 3])
import io; np.genfromtxt(io.StringIO("1.5 -2.9"), dtype=np.int16, filling_values=-9)
import io; np.genfromtxt(io.StringIO("1.5 300"), dtype=np.int8)
import io; np.genfromtxt(io.StringIO("1.5 2.5"), dtype=int)
import io; np.genfromtxt(io.StringIO("1 2"), dtype=int, max_rows=0)
import io; np.genfromtxt(io.StringIO("1 2"), converters=lambda s: 5.0)
import io; np.genfromtxt(io.StringIO("1 2"), comments=["#"])
"""


FILE_ERRORS = """
np.save('/nonexistent/x.npy', [1])
np.savez('/nonexistent/x.npz', [1])
np.load('/nonexistent/x.npy')
np.load('/tmp')
import io; f = io.BytesIO(); np.save(f, np.arange(3)); f.seek(0); np.load(f); np.load(f)
import io; f = io.BytesIO(); np.save(f, np.arange(3)); np.load(io.BytesIO(f.getvalue()[:-4]))
import tempfile; np.load(tempfile.NamedTemporaryFile(suffix='.npy').name)
f = __import__('tempfile').NamedTemporaryFile(suffix='.npy'); np.load(f.name)
"""


def test_what_fails_leaves_no_error_for_the_next_call():
    import ndstream as np

    with pytest.raises(TypeError, match="no len"):
        np.random.default_rng(3).shuffle(5)
    with pytest.raises(ValueError, match="^add: shapes"):
        np.ones(2) + np.ones(3)
    with pytest.raises(ValueError, match="negative"):
        np.random.default_rng(3).bytes(-1)


POLYNOMIALS = """
np.polymul([0, 0, 1, 2], [0, 3])
np.polymul([], [1, 2])
np.polymul([0], [0, 0])
np.polymul(3, [1, 2])
np.polyval([], np.arange(3))
np.polyval([], np.arange(3, dtype="f4"))
np.polyder([1, 2, 3], m=1.0)
np.polyint([1, 2, 3], m=1.0)
np.polyfit(np.arange(4.0), np.zeros((4, 0)), 1)
np.polyfit([1.0, 2, 3, 4], [1.0, 2, 3, 5], 1.5)
np.poly(np.array([1, 2], "f2"))
np.convolve([1, 2, 3], 2)
np.convolve(2, [1, 2, 3])
np.convolve(2, 3)
np.correlate([1, 2, 3], 2)
"""

REFUSED = """
np.histogramdd(np.zeros((3, 2)), range=[(0, 1)])
np.histogramdd(np.zeros((3, 1)), range=[(0, 1), (0, 1)])
np.linalg.qr(np.eye(2), -1)
np.isin(np.array(3), [1, 2, 3])
np.isin(3, [1, 2, 3])
np.isin([1.5, 2], [2.0], kind="table")
np.isin([1, 2], [2], kind="table")
"""


@pytest.mark.parametrize(
    "code",
    cases(
        SEQUENCES_AS_INDICES + FILE_ERRORS + CONVERSIONS + WEAK_NUMBERS + DTYPES_OF_MEANS + JOINED + ITERATION + POLYNOMIALS + REFUSED
    ),
)
def test_numbers_joins_iteration_and_refusals_are_numpys(code):
    same(code)


@pytest.mark.parametrize("code", cases(WALKS))
def test_short_ways_do_what_long_ones_do(code):
    same(code)


COMPLEX_TO_REAL = """
np.array([1+2j]).astype(float)
np.array([1+2j]).astype('i4')
np.array([1+2j]).astype(bool)
np.array([1+2j]).astype('c8')
np.array([1+2j, 2]).astype(float, copy=False)
np.array(np.array([1+2j]), dtype=float)
np.asarray(np.array([1+2j]), float)
np.array([1+2j], dtype=float)
x = np.zeros(1); x[...] = np.array([1j]); x
x = np.zeros(1); x[0:1] = np.array([1j]); x
x = np.zeros(1); x[0] = np.complex128(1j); x
x = np.zeros(1); x[0] = 1j; x
x = np.zeros(3); x[[0, 1]] = np.array([1j, 2]); x
x = np.zeros(3); x[x == 0] = np.array([1j, 2, 3]); x
x = np.zeros(3); np.copyto(x, np.array(1j), casting='unsafe'); x
np.full(3, 1+2j, dtype=float)
np.full(3, 1+2j, dtype=bool)
np.full_like(np.zeros(3), 1+2j)
np.full_like(np.zeros(3, 'c8'), 1+2j)
float(np.array(1j))
float(np.complex128(1j))
int(np.complex64(3+1j))
np.float64(np.complex128(1j))
np.complex128(1j).astype(float)
np.arange(2).astype(complex).astype(int)
np.array([1j]).real
"""


@pytest.mark.parametrize("code", cases(COMPLEX_TO_REAL))
def test_dropped_imaginary_parts_are_warned_of(code):
    outcomes = []
    for module in (ndstream, numpy):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            result = run(code, module)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            refused = type(run(code, module)).__name__
        outcomes.append((result, [str(one.message) for one in warned], refused))
    compare(outcomes[0][0], outcomes[1][0], 0, code)
    assert outcomes[0][1:] == outcomes[1][1:], code
