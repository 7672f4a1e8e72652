"""Arrays, scalars, dtypes, operators and views: a line of code each, under either package."""

import pytest
from same import cases, same

CREATION = """
np.array([1, 2, 3])
np.array([[1, 2.5], [3, 4]])
np.array([True, 2])
np.array([1, 2j])
np.array([])
np.array([[], []])
np.array(3)
np.array([2**63])
np.array([2**63, -1])
np.array([2**40, 1], dtype=np.int32)
np.array([300], dtype='u1')
np.array([[1, 2], [3]])
np.array([1, [2]])
np.array([[1, 2], 3])
np.array((1, 2), 'f4')
np.array([1.9, -1.9], int)
np.array(range(5))
np.array(range(0))
np.array(range(9, -4, -3))
np.array(range(3), 'f4')
np.array(range(300), dtype='u1')
np.array(range(2**63 - 1, 2**63 + 2))
np.array(range(3), ndmin=2)
np.array([range(3), range(3, 6)])
np.asarray(range(3)).sum()
a = np.arange(6) * 2; i = np.int64(4); [a[i], a[-i], a[i,]]
a = np.arange(6) * 2; a[np.int64(6)]
a = np.arange(6) * 2; a[np.int64(-7)]
a = np.arange(6).reshape(2, 3); [a[np.int64(1), 2], a[0, np.int64(-1)], a[np.int64(-1)]]
a = np.arange(6).reshape(2, 3); a[1, np.int64(3)]
a = np.arange(6).reshape(2, 3); a[np.int64(1), np.int64(-3)] = 70; a[np.int64(0)] += 1; a
a = np.arange(6.0); a[np.int64(-2**63)] = 1
a = np.arange(6.0); [a[np.uint64(2)], a[np.int8(-1)]]
a = np.arange(6.0); a[np.float64(1)]
a = np.arange(6.0); a[np.bool_(True)]
[10, 20, 30][np.int64(1)]
a = np.zeros(3); a.fill(2.5); a
a = np.zeros((2, 3)); a.fill(True); a
a = np.zeros(3); a.fill(2**70); a
a = np.zeros(3, int); a.fill(2**70)
a = np.zeros(3, int); a.fill(-2.7); a
a = np.zeros(3, 'u1'); a.fill(300)
a = np.zeros(3, bool); a.fill(2); a
a = np.zeros(3, 'f4'); a.fill(np.float64(0.1)); a
a = np.zeros(3, int); a.fill(np.float32(7.5)); a
a = np.zeros(3, complex); a.fill(1 + 2j); a
a = np.zeros(3); a.fill(1j)
a = np.zeros(3); a.fill(np.array(4)); a
a = np.zeros(3); a.fill([1]); a
a = np.zeros(3); a.fill([1, 2, 3])
a = np.zeros(6); a[::2].fill(1); a[1::2].fill(np.int8(3)); a
a = np.zeros(3); a.setflags(write=False); a.fill(1)
np.array(5).fill(3)
np.array([np.array([1, 2]), np.array([3, 4])])
np.array([np.float32(1), 2.0])
np.array([np.int8(1), np.int16(2)])
np.array([1, 2], ndmin=3)
np.array(bytearray(b'abc'))
np.asarray(np.arange(3)) is not None
np.zeros(3)
np.zeros((2, 3), int)
np.ones((2, 0))
np.empty((2, 2)).shape
np.full((2, 2), 7)
np.full(3, 2.5, dtype='f4')
np.full((2, 3), [1, 2, 3])
np.zeros(-1)
np.zeros((2, 3), order='F').strides
np.zeros_like(np.array([[1, 2], [3, 4]], order='F')).strides
np.ones_like([1.5, 2])
np.full_like(np.arange(3), 2.7)
np.empty_like(np.zeros((2, 3), 'f4')).dtype
np.arange(5)
np.arange(2, 8, 3)
np.arange(0, 1, 0.1)
np.arange(5, 0, -2)
np.arange(3.0)
np.arange(5, dtype='f4')
np.arange(0)
np.arange(1, 5, 0)
np.arange(2**60, 2**60 + 3)
np.arange(np.int32(4))
np.linspace(0, 1, 5)
np.linspace(0, 1, 5, endpoint=False)
np.linspace(0, 10, 3, dtype=int)
np.linspace(0, 1, 5, retstep=True)
np.linspace([0, 1], [1, 3], 4)
np.linspace([0, 1], [1, 3], 4, axis=1)
np.linspace(0, 1, 1)
np.linspace(0, 1, 0)
np.linspace(0, 1, -1)
np.eye(3)
np.eye(2, 3, 1, dtype=int)
np.identity(2)
np.frombuffer(b'\\x01\\x02\\x03\\x04', np.uint16)
np.frombuffer(b'\\x01\\x02\\x03', np.uint16)
np.fromiter((i * i for i in range(5)), float)
np.fromiter(iter([1, 2]), int, count=3)
"""

NEAR = """
np.logspace(0, 3, 4)
np.logspace(0, 3, 4, base=2.0)
np.geomspace(1, 1000, 4)
np.geomspace(1, 256, 9)
np.geomspace(-1, -1000, 4)
"""

DTYPES = """
np.dtype('f4')
np.dtype('float64').kind
np.dtype(int)
np.dtype(bool)
np.dtype(float) == np.float64
np.dtype('i4') == 'int32'
np.dtype('<u2').itemsize
np.dtype('D').name
np.dtype('c8').char
np.dtype('e').str
np.dtype('?').num
np.dtype('nonsense')
np.dtype('>f8').byteorder if False else 0
str(np.dtype('int16'))
repr(np.dtype('int16'))
np.dtype(np.float32).type(3)
{np.dtype('f8'): 1}[np.dtype('d')]
np.promote_types('i4', 'f4')
np.promote_types(np.int8, np.uint8)
np.promote_types('u8', 'i8')
np.result_type(np.int8, 3)
np.result_type(np.int8, 3.0)
np.result_type(np.float32, 1j)
np.result_type(1, 2.0)
np.result_type(np.zeros(2, 'f4'), 'f2')
np.can_cast('i4', 'f8')
np.can_cast('f8', 'f4')
np.can_cast('f8', 'f4', 'same_kind')
np.can_cast('f8', 'i4', 'same_kind')
np.can_cast('f8', 'i4', 'unsafe')
issubclass(np.float64, np.floating)
issubclass(np.int32, np.signedinteger)
isinstance(np.float64(1), float)
isinstance(np.complex128(1), complex)
"""

OPERATORS = """
np.arange(3) + 1
1 - np.arange(3)
np.arange(3) * 2.5
np.arange(1, 4) / 2
np.arange(1, 4) // 2
7 // np.arange(1, 4)
np.arange(5) % 3
-5 % np.arange(1, 4)
np.arange(4) ** 2
2 ** np.arange(4)
2.0 ** np.arange(4)
np.arange(3) ** -1
np.arange(3.0) ** -1
divmod(np.arange(5), 3)
-np.arange(3)
+np.arange(3)
abs(np.array([-1, 2]))
~np.array([True, False])
~np.arange(3)
-np.array([True])
np.array([True]) - np.array([False])
np.arange(4) & 1
np.arange(4) | 2
np.arange(4) ^ 3
np.arange(4) << 1
np.arange(4) >> 1
np.arange(3) < 2
np.arange(3) >= np.array([2, 1, 0])
np.arange(3) == None
np.arange(3) != 'x'
np.arange(3) == [0, 5, 2]
np.arange(3, dtype='i1') + 200
np.arange(3, dtype='i1') + 100
np.arange(3, dtype='u1') - 1
np.arange(3, dtype='u1') * -1
np.arange(3, dtype='i1') == 300
np.arange(3, dtype='i1') < 300
np.arange(3, dtype='u1') > -1
np.arange(3) + 2**70
np.arange(3.0) + 2**70
np.arange(3, dtype='f4') + 1.0
np.arange(3, dtype='f4') + np.float64(1)
np.arange(3, dtype='f4') + 1j
np.arange(3, dtype='i1') + True
np.array([True, False]) + 1
np.arange(3) + np.arange(4)
np.arange(3)[:, None] + np.arange(2)
np.arange(3) + 'x'
np.arange(3) + None
[1, 2, 3] + np.arange(3)
(1, 2, 3) * np.arange(3)
np.arange(6).reshape(2, 3) @ np.arange(3)
np.arange(3) @ np.arange(3)
np.arange(6).reshape(2, 3) @ np.arange(2)
np.arange(3) @ 2
a = np.arange(3); a += 1; a
a = np.arange(3); a += 1.5; a
a = np.arange(3.0); a /= 2; a
a = np.arange(3); a /= 2; a
a = np.arange(3); a **= 2; a
a = np.arange(4.0).reshape(2, 2); a @= a; a
a = np.arange(3, dtype='i1'); a += 300; a
a = np.arange(3); b = a; a *= 3; b
a = np.arange(5); a[1:] += a[:-1]; a
a = np.arange(3); a <<= 2; a
a = np.array([True, False]); a |= True; a
bool(np.array([1]))
bool(np.array([1, 2]))
bool(np.array([]))
float(np.array(2.5))
float(np.array([2.5]))
int(np.array(7))
complex(np.array(1 + 2j))
[10, 20, 30][np.array(1)]
[10, 20, 30][np.array([1])]
list(range(np.int64(3)))
len(np.zeros((4, 2)))
len(np.array(1))
3 in np.arange(5)
9 in np.arange(5)
hash(np.arange(3))
"""

SCALARS = """
np.float64(3) + 1
np.float32(3) + 1.5
np.float32(3) * np.float64(2)
np.int8(100) + np.int8(100)
np.int8(100) + 100
np.int8(1) + 300
np.uint8(1) - 2
np.int64(7) // 2
np.int64(7) / 2
np.int64(-7) % 3
np.int64(2) ** 10
np.float64(1) / 0
np.int32(1) << 3
divmod(np.int64(7), 2)
-np.float32(2)
abs(np.int16(-3))
~np.int8(3)
np.bool(True) & False
np.True_ | np.False_
np.float64(2) < 3
np.float64(2) == np.int64(2)
np.float64(2) == None
np.int64(3) == 'x'
np.float64('1.5')
np.int32('7')
np.float32([1, 2])
np.complex64(1 + 2j).real
np.complex128(1 + 2j).imag
np.complex128(1, 2)
np.int64(5).item()
np.float64(2.5).item()
type(np.int64(5).item())
np.float64(2.5).dtype
np.int16(5).shape
np.float32(2.7).astype(int)
np.float64(2.567).round(1)
round(np.float64(2.567), 1)
round(np.float64(2.567))
round(np.float32(2.567), 2)
int(np.float64(3.7))
float(np.int32(3))
math.sqrt(np.float64(4))
str(np.float64(0.1))
repr(np.float64(0.1))
repr(np.float32(0.1))
str(np.float32(0.1))
repr(np.int8(3))
repr(np.bool(True))
repr(np.complex64(1 + 2j))
str(np.complex128(1j))
f'{np.float64(3.14159):.2f} {np.int64(3):4d} {np.float32(2):g}'
'%d %.3f' % (np.int64(3), np.float64(2.5))
hash(np.float64(2.5)) == hash(2.5)
hash(np.int64(5)) == hash(5)
{1: 'a'}[np.int64(1)]
np.float64(3).sum()
np.int64(3).T
np.float64(1) + np.arange(3)
np.arange(3) * np.float32(2)
np.array([1, 2])[0] + 1
np.float64(2)[()]
np.float64(2)[0]
np.float64.__name__
np.floating(1)
np.int64(2).is_integer() if hasattr(int, 'is_integer') else True
np.float64(2).is_integer()
np.float64(0.5).as_integer_ratio()
[1, 2, 3][np.int64(1)]
[1, 2] * np.int64(2)
np.int64(3) * [1, 2]
np.nan != np.nan
max(np.float64(1), np.float64(3))
sum([np.float64(1), np.float64(2)])
sorted([np.int64(3), np.int64(1)])
"""

INDEXING = """
np.arange(5)[2]
np.arange(5)[-1]
np.arange(5)[5]
np.arange(5)[1:4]
np.arange(5)[::-1]
np.arange(5)[10:]
np.arange(5)[::0]
np.arange(6).reshape(2, 3)[1]
np.arange(6).reshape(2, 3)[1, 2]
np.arange(6).reshape(2, 3)[1, 2, 0]
np.arange(6).reshape(2, 3)[:, 1]
np.arange(6).reshape(2, 3)[..., 1]
np.arange(6).reshape(2, 3)[None].shape
np.arange(6).reshape(2, 3)[:, None, :].shape
np.arange(6).reshape(2, 3)[..., None].shape
np.arange(6).reshape(2, 3)[..., 1, 2]
np.arange(6).reshape(2, 3)[1, ...]
np.arange(3)[np.int64(1)]
np.arange(3)[1.0]
np.arange(3)['x']
np.array(5)[()]
np.array(5)[...]
np.array(5)[0]
a = np.arange(5); a[2] = 9; a
a = np.arange(5); a[1:3] = 7; a
a = np.arange(5); a[1:3] = [8, 9]; a
a = np.arange(5); a[1:3] = [8, 9, 10]; a
a = np.arange(5); a[::2] = a[1::2].sum(); a
a = np.arange(5); a[0] = 2.9; a
a = np.arange(5, dtype='i1'); a[0] = 300; a
a = np.arange(5); a[7] = 1; a
a = np.zeros((2, 3)); a[1] = [1, 2, 3]; a
a = np.zeros((2, 3)); a[:, 1] = 5; a
a = np.zeros((2, 3)); a[...] = np.arange(3); a
a = np.arange(5); a[1:] = a[:-1]; a
a = np.arange(3); a[0] = 1j; a
a = np.broadcast_to(np.arange(3), (2, 3)); a[0] = 1; a
a = np.arange(3); a.flags.writeable = False; a[0] = 1
[x for x in np.arange(3)]
[x for x in np.arange(4).reshape(2, 2)]
list(np.array(1))
a, b = np.arange(2); (a, b)
np.arange(6).reshape(2, 3).flat[4]
list(np.arange(4).reshape(2, 2).T.flat)
a = np.zeros((2, 2)); a.flat = [1, 2, 3, 4]; a
a = np.zeros((2, 2)); a.flat[1:3] = 5; a
a = np.zeros((2, 3)).T; a.flat[1] = 5; a
a = np.arange(4).reshape(2, 2); a.T[0, 1] = 9; a
a = np.arange(6); a.shape = (2, 3); a
a = np.arange(6); a.shape = (4, 2); a
a = np.array([1 + 2j, 3]); a.real = 5; a
a = np.array([1 + 2j, 3]); a.imag[0] = 7; a
a = np.arange(3); a.fill(7); a
del np.arange(3)[0]
"""

VIEWS = """
np.arange(6).reshape(2, 3).T
np.arange(6).reshape(3, -1)
np.arange(6).reshape(4, -1)
np.arange(6).reshape((2, 3), order='F')
np.reshape(np.arange(4), (2, 2))
np.arange(6).reshape(2, 3).ravel()
np.arange(6).reshape(2, 3).T.ravel()
np.arange(6).reshape(2, 3).ravel('F')
np.arange(6).reshape(2, 3).flatten()
np.arange(6).reshape(2, 3).transpose(1, 0)
np.transpose(np.zeros((2, 3, 4)), (2, 0, 1)).shape
np.arange(6).reshape(2, 3).swapaxes(0, 1)
np.moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
np.moveaxis(np.zeros((2, 3, 4)), [0, 1], [2, 0]).shape
np.rollaxis(np.zeros((2, 3, 4)), 2).shape
np.expand_dims(np.arange(3), (0, 2)).shape
np.squeeze(np.zeros((1, 3, 1))).shape
np.squeeze(np.zeros((1, 3, 1)), 0).shape
np.squeeze(np.zeros((2, 3)), 0).shape
np.broadcast_to(np.arange(3), (2, 3))
np.broadcast_to(np.arange(3), (2, 4))
np.broadcast_shapes((3, 1), (1, 4))
np.broadcast_shapes((3,), (4,))
[a.shape for a in np.broadcast_arrays(np.zeros((3, 1)), np.zeros(4))]
np.flip(np.arange(6).reshape(2, 3))
np.flip(np.arange(6).reshape(2, 3), 1)
np.flipud(np.arange(6).reshape(2, 3))
np.fliplr(np.arange(6).reshape(2, 3))
np.rot90(np.arange(6).reshape(2, 3))
np.rot90(np.arange(6).reshape(2, 3), -1)
np.diagonal(np.arange(9).reshape(3, 3), 1)
np.arange(9).reshape(3, 3).diagonal()
np.atleast_1d(3)
np.atleast_2d(np.arange(3))
np.atleast_3d(np.arange(3)).shape
np.arange(3).T.base is None
np.arange(6).reshape(2, 3).base is None
np.arange(6)[1:].base is None
np.arange(3).base is None
np.shares_memory(np.arange(3), np.arange(3))
a = np.arange(4); np.shares_memory(a, a[1:])
np.arange(6).reshape(2, 3).T.flags.f_contiguous
np.arange(6).reshape(2, 3)[:, 1].flags['C_CONTIGUOUS']
np.arange(6, dtype='f4').view('i4')
np.arange(4, dtype='i4').view('i8')
np.arange(3, dtype='i1').view('i2')
np.arange(3).astype('f4')
np.array([1.7, -2.7]).astype(int)
np.arange(3).astype(bool)
np.array([1.5]).astype('i4', casting='safe')
np.arange(6).reshape(2, 3).tolist()
np.array(2.5).tolist()
np.arange(3).tobytes()
np.arange(6).reshape(2, 3).item(4)
np.arange(6).reshape(2, 3).item(1, 2)
np.arange(6).item()
np.arange(3).nbytes
np.zeros((2, 3), 'f4').strides

np.array_equal(np.arange(3), [0, 1, 2])
np.array_equal([1, np.nan], [1, np.nan], equal_nan=True)
np.shape([[1, 2]])
np.ndim(3)
np.size(np.zeros((2, 3)), 1)
np.real(np.array([1 + 2j]))
np.imag(3.5)
np.copyto(np.zeros(2), [1, 2])
a = np.zeros(3); np.copyto(a, 5, where=[True, False, True]); a
a = np.zeros(3, int); np.copyto(a, np.array([2**64 - 1, 5, 7], np.uint64), 'unsafe', [True, False, True]); a
a = np.zeros(3, int); np.add(np.array([2**63, 2, 3], np.uint64), np.uint64(1), out=a, where=[True, False, True], casting='unsafe'); a
"""

TEXT = """
repr(np.arange(3))
repr(np.arange(3, dtype='i2'))
repr(np.array([[1.5, 2], [3, 4]]))
str(np.array([[1.5, 2], [3, 4]]))
repr(np.zeros((0, 3)))
repr(np.array([]))
repr(np.arange(2000))
repr(np.arange(2000.0).reshape(20, 100))
repr(np.arange(40.0) / 7)
repr(np.arange(60).reshape(2, 30))
repr(np.array(3))
repr(np.array(2.5, 'f4'))
repr(np.array([1e10, 1]))
repr(np.array([1e-10, 1]))
repr(np.array([np.nan, np.inf, -np.inf]))
repr(np.array([True, False]))
repr(np.array([1 + 2j, 3.5]))
repr(np.zeros((2, 2, 2)))
repr(np.array([0.1, 0.12345678912]))
repr(np.arange(30, dtype='u1'))
np.array2string(np.arange(5.0) / 3, precision=3)
np.array2string(np.arange(5), separator=', ')
np.array2string(np.arange(2000), threshold=10, edgeitems=1)
np.array2string(np.array([0.5, -1]), sign='+')
np.array2string(np.array([0.5, -1]), floatmode='fixed', precision=2)
np.array2string(np.array([0.5, 1.25]), floatmode='maxprec_equal')
np.array2string(np.array([0.1, 1/3]), floatmode='unique')
np.array2string(np.array([1e-9, 1.0]), suppress_small=True)
np.array2string(np.arange(40), max_line_width=40)
np.array_repr(np.arange(3))
np.array_str(np.arange(3))
np.set_printoptions(precision=3); s = repr(np.array([1/3])); np.set_printoptions(precision=8); s
np.set_printoptions(nanstr='-', infstr='oo'); s = repr(np.array([np.nan, np.inf, 1])); np.set_printoptions(nanstr='nan', infstr='inf'); s
"""

COPIES = """
import pickle; pickle.loads(pickle.dumps(np.arange(6).reshape(2, 3)))
import pickle; pickle.loads(pickle.dumps(np.arange(6.0).reshape(2, 3).T)).strides
import pickle; pickle.loads(pickle.dumps(np.float32(2.5)))
import pickle; pickle.loads(pickle.dumps(np.dtype('i4')))
import copy; a = np.arange(3); b = copy.copy(a); b[0] = 9; a
import copy; a = [np.arange(3)]; b = copy.deepcopy(a); b[0][0] = 9; a
np.arange(6).reshape(2, 3).T.copy().strides
np.arange(6).reshape(2, 3).T.copy('K').strides
np.copy(np.arange(6).reshape(2, 3).T).strides
np.array(np.arange(6).reshape(2, 3).T).strides
a = np.arange(3); np.asarray(a) is a
a = np.arange(3); np.array(a, copy=None) is a
a = np.arange(3); np.array(a) is a
np.array([1, 2], copy=False)
a = np.arange(3); np.asarray(a, 'f8') is a
np.ascontiguousarray(np.zeros((2, 3)).T).strides
np.asfortranarray(np.zeros((2, 3))).strides
bytes(memoryview(np.arange(3, dtype='u1')))
memoryview(np.zeros((2, 3))).shape
memoryview(np.arange(4, dtype='i4')).format
"""


SEQUENCES = """
import numbers; [isinstance(x, t) for x in (np.int8(1), np.float32(1), np.complex64(1), np.bool_(1)) for t in (numbers.Number, numbers.Complex, numbers.Real, numbers.Integral)]
x = np.arange(6.0).reshape(2, 3); np.vstack(x)
x = np.arange(6.0).reshape(2, 3); np.hstack(x)
x = np.arange(6.0).reshape(2, 3); np.concatenate(x)
x = np.arange(6.0).reshape(2, 3); np.stack(x, axis=-1)
x = np.arange(6.0).reshape(2, 3); np.column_stack(x)
np.concatenate(np.ones((2, 3, 4), 'f4'))
np.concatenate(np.zeros((0, 3)))
np.concatenate(np.arange(3))
np.concatenate(np.array(3))
x = np.arange(6.0).reshape(2, 3); list(reversed(x))
list(reversed(np.array(3)))
[1, 2, 3] + np.arange(3)
[1, 2] * np.arange(2)
x = np.arange(6.0).reshape(2, 3); dict(x[:, :2])
x = np.arange(6.0).reshape(2, 3); np.select(x > 2, x)
import operator; operator.countOf(np.array([1, 2, 1]), 1)
"""


@pytest.mark.parametrize(
    "code", cases(CREATION + DTYPES + OPERATORS + SCALARS + INDEXING + VIEWS + TEXT + COPIES + SEQUENCES)
)
def test_same(code):
    same(code)


@pytest.mark.parametrize("code", cases(NEAR))
def test_close(code):
    same(code, rtol=1e-15)


ADVANCED = """
np.arange(10)[[1, 3, -1]]
np.arange(10)[np.array([[1, 2], [3, 4]])]
np.arange(10)[[20]]
np.arange(10)[[]]
np.arange(10)[[1.5]]
np.arange(10)[np.arange(10) > 5]
np.arange(10)[[True, False]]
np.arange(12).reshape(3, 4)[[0, 2]]
np.arange(12).reshape(3, 4)[[0, 2], [1, 3]]
np.arange(12).reshape(3, 4)[[0, 2], 1]
np.arange(12).reshape(3, 4)[:, [1, 3]]
np.arange(12).reshape(3, 4)[np.array([True, False, True])]
np.arange(12).reshape(3, 4)[np.array([True, False, True]), 1:]
np.arange(12).reshape(3, 4)[np.arange(12).reshape(3, 4) % 2 == 0]
np.arange(24).reshape(2, 3, 4)[0, :, [1, 2]].shape
np.arange(24).reshape(2, 3, 4)[:, [0, 1], [1, 2]].shape
np.arange(5)[True].shape
np.arange(5)[np.array(2)]
np.arange(5)[..., [1, 2]]
np.arange(12).reshape(3, 4)[[[0], [1]], [1, 2]]
np.array(5)[True]
a = np.arange(5); a[[0, 2]] = 9; a
a = np.arange(5); a[[0, 2]] = [7, 8]; a
a = np.arange(5); a[a > 2] = 0; a
a = np.arange(5); a[a > 2] = [5, 6]; a
a = np.arange(5); a[a > 2] = [5, 6, 7]; a
a = np.arange(5); a[a > 2] *= 10; a
a = np.arange(5, dtype='i1'); a[[1]] = 300; a
a = np.arange(6.0).reshape(2, 3); a[:, [0, 2]] = 0; a
a = np.arange(6.0).reshape(2, 3); a[[0, 1], [1, 2]] = [7, 8]; a
a = np.arange(6.0).reshape(2, 3); a[a > 1] = np.nan; a
a = np.zeros(3); a[[0, 0, 0]] += 1; a
a = np.zeros((3, 3)); a[np.arange(3), np.arange(3)] = 1; a
a = np.zeros((3, 3)); i, j = np.nonzero(np.eye(3)); a[i, j] = 5; a
np.nonzero([[0, 1], [2, 0]])
np.arange(5).nonzero()
np.argwhere([[0, 1], [2, 0]])
np.flatnonzero([[0, 1], [2, 0]])
np.where([[0, 1], [2, 0]])
np.where(np.arange(4) > 1, np.arange(4), -1)
np.where([True, False], 1, 2.5)
np.nonzero(3)
"""


@pytest.mark.parametrize("code", cases(ADVANCED))
def test_indexing_with_arrays_is_the_same(code):
    same(code)
