"""Polynomials, windows, digits, bits, sets, iterators, generators of bits and rarely used methods: a line of code each,
under either package."""

import pytest
from same import cases, same

POLYNOMIALS = """
np.poly([1, 2, 3])
np.poly([[1.0, 2], [3, 4]])
np.poly([])
np.poly([1j, -1j])
np.poly([[1, 2, 3]])
np.sort(np.roots([1, -6, 11, -6]))
np.roots([0, 0, 3, 6, 0])
np.roots([0])
np.roots([5])
np.polyadd([1, 2], [9, 5, 4])
np.polysub([2, 10, -2], [3, 10, -4])
np.polymul([1, 2, 3], [9, 5, 1])
np.polydiv([3.0, 5.0, 2.0], [2.0, 1.0])
np.polydiv([1, 2], [1, 2, 3])
np.polyder([1, 1, 1, 1])
np.polyder([1, 1, 1, 1], 2)
np.polyder([1, 2], -1)
np.polyint([1, 1, 1])
np.polyint([1, 1, 1], 2, k=[6, 5])
np.polyint([1, 1, 1], 2, k=3)
np.polyval([3, 0, 1], 5)
np.polyval([3, 0, 1], [1.0, 2])
np.polyval(np.poly1d([3, 0, 1]), 5)
np.polyval([3, 0, 1], np.poly1d([1, 2])).coeffs
np.polyfit([0.0, 1, 2, 3, 4], [1.0, 3, 5, 7.5, 9], 1)
np.polyfit([0.0, 1, 2, 3, 4], [1.0, 3, 5, 7.5, 9], 2, w=[1, 1, 1, 1, 2])
np.polyfit([0.0, 1, 2, 3, 4], [1.0, 3, 5, 7.5, 9], 1, full=True)
np.polyfit([0.0, 1, 2, 3, 4], [1.0, 3, 5, 7.5, 9], 1, cov=True)
np.polyfit([0.0, 1, 2, 3, 4], [1.0, 3, 5, 7.5, 9], 1, cov='unscaled')
np.polyfit([0.0, 1], [1.0, 3, 5], 1)
p = np.poly1d([1, 2, 3]); (p(0.5), p.order, p[0], p[5], p.coeffs, p.o, len(p))
np.poly1d([1, -3, 2]).r
np.poly1d([1, 2], True).c
str(np.poly1d([1, -2, 3]))
str(np.poly1d([2.5, 0, -1], variable='z'))
str(np.poly1d([0]))
repr(np.poly1d([1, 2, 3]))
p = np.poly1d([1, 2, 3]); ((p * p).c, (p + 1).c, (2 - p).c, (p ** 3).c, (p / 2).c, (-p).c)
p = np.poly1d([1, 2, 3]); [x.c for x in p / np.poly1d([1, 1])]
np.poly1d([1, 2]) == np.poly1d([1, 2])
(np.poly1d([1, 2, 3]).deriv().c, np.poly1d([1, 2, 3]).integ(k=4).c)
p = np.poly1d([1, 2]); p[3] = 5; p.c
list(np.poly1d([0, 0, 1, 2]))
np.poly1d([[1, 2]])
np.array(np.poly1d([1, 2, 3]))
"""

WINDOWS = """
np.bartlett(7)
np.hanning(6)
np.hamming(5)
np.blackman(12)
np.kaiser(12, 14)
np.kaiser(5, 0.0)
np.hanning(1)
np.hanning(0)
np.i0([0.0, 1.0, 5.5, 20])
float(np.i0(3))
np.i0(1j)
np.unwrap([0, 0.78, 5.49, 6.28])
np.unwrap([0, 1, 2, -1, 0], period=4)
np.unwrap([2, 3, 4, 5, 2, 3, 4, 5], period=4)
np.unwrap([[0.0, 3, 7], [1, 9, 20]], axis=0)
np.unwrap([0.0, 4, 9], discont=5)
np.sinc([0.0, 0.5, 1])
np.trapezoid([1, 2, 3], [4, 6, 8])
"""

DIGITS = """
np.binary_repr(3)
np.binary_repr(-3)
np.binary_repr(-3, width=5)
np.binary_repr(3, width=4)
np.binary_repr(9, width=2)
np.base_repr(5)
np.base_repr(6, 5)
np.base_repr(7, base=5, padding=3)
np.base_repr(-10, base=16)
np.base_repr(0)
np.base_repr(1, 40)
np.format_float_positional(3.14159)
np.format_float_positional(1e20, trim='0')
np.format_float_positional(1.5, 3, trim='-')
np.format_float_positional(0.1, 2, False)
np.format_float_positional(np.float32(0.1))
np.format_float_positional(np.float16(0.1))
np.format_float_positional(np.nan)
np.format_float_positional(-np.inf)
np.format_float_positional(12.5, pad_left=6, pad_right=4)
np.format_float_positional(12.34567, precision=3, fractional=False)
np.format_float_positional(12345.0, precision=2, fractional=False)
np.format_float_positional(12.5, min_digits=4)
np.format_float_positional(0.00012, precision=2)
np.format_float_positional(-2.0, sign=True)
np.format_float_positional(2.0, sign=True, trim='-')
np.format_float_positional(1.0, unique=False)
np.format_float_scientific(3.14159)
np.format_float_scientific(1e20)
np.format_float_scientific(1e20, trim='-')
np.format_float_scientific(0.00012345, precision=2, pad_left=4, exp_digits=3)
np.format_float_scientific(1.5, min_digits=4)
np.format_float_scientific(9.9999, precision=1)
np.format_float_scientific(np.float32(0.1), unique=False, precision=8)
"""

BITS = """
np.packbits([[[1, 0, 1], [0, 1, 0]], [[1, 1, 0], [0, 0, 1]]], axis=-1)
np.packbits([1, 0, 0, 0, 0, 0, 0, 0, 1], bitorder='little')
np.packbits([True, False])
np.packbits([1.5])
np.packbits([])
np.packbits([1], bitorder='no')
np.unpackbits(np.array([[2], [7], [23]], dtype='u1'), axis=1)
np.unpackbits(np.array([2, 7], 'u1'), count=11)
np.unpackbits(np.array([2, 7], 'u1'), count=-3, bitorder='little')
np.unpackbits(np.array([2, 7], 'u1'), count=20)
np.unpackbits([2])
"""

SETS = """
np.unique_all([1, 1, 2])
np.unique_counts([1.0, np.nan, np.nan])
np.unique_inverse([[3, 1], [3, 2]]).inverse_indices
np.unique_values([3, 1, 3]).sum()
np.cumulative_sum([1, 2, 3])
np.cumulative_sum([1, 2, 3], include_initial=True)
np.cumulative_sum([[1, 2], [3, 4]], axis=1, include_initial=True, dtype=float)
np.cumulative_sum([[1, 2], [3, 4]])
np.cumulative_prod([1, 2, 3], include_initial=True)
np.cumulative_prod([[1, 2], [3, 4]], axis=-1)
np.cumulative_sum(5)
np.sort_complex([5, 3, 6])
np.sort_complex([1 + 2j, 2 - 1j, 3 - 3j, 3 + 5j])
np.sort_complex(np.array([2, 1], 'i1'))
np.sort_complex(np.array([2, 1], 'f4'))
np.ediff1d([1, 2, 4, 7, 0])
np.ediff1d([[1, 2, 4], [1, 6, 24]], to_begin=-99, to_end=[88, 99])
np.ediff1d([1, 2], to_end=1.5)
np.ediff1d([])
"""

ITERATORS = """
[int(x) for x in np.nditer(np.arange(6).reshape(2, 3))]
[int(x) for x in np.nditer(np.arange(6).reshape(2, 3).T)]
[int(x) for x in np.nditer(np.arange(6).reshape(2, 3).T, order='C')]
[int(x) for x in np.nditer(np.arange(6).reshape(2, 3), order='F')]
[(int(a), int(b)) for a, b in np.nditer([np.arange(3), np.arange(6).reshape(2, 3)])]
a = np.arange(6).reshape(2, 3); [x.__setitem__(..., 2 * x) for x in np.nditer(a, op_flags=['readwrite'])]; a
for x in np.nditer(np.arange(3)): x[...] = 1; 0
it = np.nditer(np.arange(6).reshape(2, 3), flags=['multi_index']); [(int(x), it.multi_index) for x in it]
it = np.nditer(np.arange(6).reshape(2, 3), flags=['f_index']); [(int(x), it.index) for x in it]
it = np.nditer(np.arange(6).reshape(2, 3), flags=['c_index'], order='F'); [(int(x), it.index) for x in it]
[x.tolist() for x in np.nditer(np.arange(6).reshape(2, 3), flags=['external_loop'])]
it = np.nditer([np.arange(3), None]); [y.__setitem__(..., x * x) for x, y in it]; it.operands[1]
[float(x) for x in np.nditer(np.arange(3), flags=['buffered'], op_dtypes=['f8'])]
[float(x) for x in np.nditer(np.arange(3), op_dtypes=['f8'])]
np.nditer([np.zeros(3), np.zeros(4)])
np.nditer(np.zeros(0))
np.nditer(np.zeros(3), flags=['nonsense'])
it = np.nditer(np.arange(4)); (it.itersize, it.ndim, it.nop, it.shape, it.finished, it.iternext(), int(it[0]), it.iterindex)
with np.nditer(np.arange(3)) as it: r = [int(x) for x in it]; r
f = np.arange(6).reshape(2, 3).flat; [(f.coords, int(next(f))) for _ in range(4)]
b = np.broadcast([1, 2, 3], [[4], [5]]); (b.shape, b.ndim, b.size, [tuple(map(int, x)) for x in b])
list(np.ndindex(2, 1))
np.apply_over_axes(np.sum, np.arange(24).reshape(2, 3, 4), [0, 2])
np.vectorize(lambda a: a.sum(), signature='(n)->()')([[1, 2], [3, 4]])
np.vectorize(lambda a, b: a @ b, signature='(m,n),(n)->(m)')(np.arange(12).reshape(2, 2, 3), [1, 2, 3])
np.vectorize(lambda a: (a.sum(), a * 2), signature='(n)->(),(n)')([[1, 2], [3, 4]])
np.vectorize(lambda a: a, signature='nonsense')([1])
np.vectorize(lambda a, b=1: a + b, otypes=[float])([1, 2], b=3)
np.vectorize(lambda p, x: sum(p) * x, excluded=[0])([1, 2], [3, 4])
np.iterable([1]) and not np.iterable(2)
"""

ABOUT = """
np.typename('d')
np.typename('?')
np.typename('x')
np.mintypecode(['d', 'f', 'S'])
np.mintypecode('iD')
np.mintypecode('x')
np.mintypecode(['b', 'd'], 'bd')
np.isfortran(np.ones((2, 3), order='F'))
np.isfortran(np.ones((2, 3)))
np.require(np.arange(6).reshape(2, 3), requirements=['F']).flags.f_contiguous
np.require([1, 2], 'f4', 'W')
np.require([1], requirements=['C', 'F'])
np.require([1], requirements=['Z'])
np.asarray_chkfinite([1, 2])
np.asarray_chkfinite([1, np.inf])
np.fix([1.5, -1.5])
np.fix(2.7)
np.fix(np.array([1, 2]))
np.getbufsize()
np.setbufsize(8192)
np.geterrcall()
np.einsum_path('ij,jk,kl->il', np.ones((2, 2)), np.ones((2, 5)), np.ones((5, 2)))[0]
np.einsum_path('ij,jk,kl->il', np.ones((2, 2)), np.ones((2, 5)), np.ones((5, 2)), optimize=False)[0]
np.einsum_path('ij,jk', np.ones((2, 2)), np.ones((2, 5)))[0]
np.emath.sqrt(-1)
np.emath.sqrt([4, 9])
np.emath.log(-np.e)
np.emath.log2([-4, 8])
np.emath.log10(-100.0)
np.emath.logn(2, [4, 8])
np.emath.power([-2, 4], 2)
np.emath.power(-2, 0.5)
np.emath.arccos(2)
np.emath.arcsin([0, 1])
np.emath.arctanh(2)
np.row_stack([[1, 2], [3, 4]])
np.linalg.tensorsolve(np.eye(2 * 3 * 4).reshape(2 * 3, 4, 2, 3, 4), np.arange(24.0).reshape(6, 4)).shape
np.linalg.tensorsolve(np.arange(36.0).reshape(2, 3, 6) ** 1.5 % 7, np.arange(6.0).reshape(2, 3))
np.linalg.tensorinv(np.eye(4 * 6).reshape(4, 6, 8, 3), ind=2).shape
np.linalg.tensorinv(np.eye(4), ind=0)
np.can_cast('i4', 'f8')
np.ScalarType[:4]
np.sctypeDict['float32'](2)
np.typecodes['Integer']
np.show_config(mode='nonsense')
"""

METHODS = """
a = np.arange(4); a.resize((2, 3), refcheck=False); a
a = np.arange(4); a.resize(2, refcheck=False); a
a = np.arange(4)[::2]; a.resize(3)
a = np.arange(3); b = a; a.resize(5)
a = np.arange(3); a.setflags(write=False); a[0] = 1
[s.flags.writeable for s in (np.float64(1), np.int8(1), np.arange(3)[1], np.ones(2).sum())]
str(np.clip(-np.zeros(2, "complex64"), 0, 9)), str(np.clip(np.zeros(2, "complex64"), -1, -0.0))
a = np.arange(3); a.setflags(write=False); a.setflags(write=True); a.flags.writeable
import pickle; pickle.loads(np.arange(3).dumps())
np.arange(3).dump(p); import pickle; pickle.load(open(p, 'rb'))
np.arange(3).tofile(p); np.fromfile(p, dtype=int)
np.arange(3.0).tofile(p, sep=',', format='%.1f'); open(p).read()
np.arange(3).tofile(p, ' '); np.fromfile(p, dtype=int, sep=' ')
np.arange(6).reshape(2, 3).flags.num
np.arange(6).reshape(2, 3).T.flags.num
(np.zeros(2).flags.carray, np.zeros((2, 2), order='F').flags.farray, np.zeros(2).flags.behaved, np.zeros(2).flags.fortran)
d = np.arange(6).reshape(2, 3).__array_interface__; [d[k] for k in ('shape', 'typestr', 'version')]
np.ndarray[int].__class__.__name__
"""

BIT_GENERATORS = """
np.random.Generator(np.random.PCG64(42)).random(3)
np.random.default_rng(np.random.PCG64(42)).integers(0, 9, 4)
b = np.random.PCG64(5); g = np.random.Generator(b); g.random(); (b.random_raw(), g.random())
np.random.PCG64(5).random_raw(4)
np.random.PCG64(5).state
b = np.random.PCG64(5); s = b.state; x = b.random_raw(2); b.state = s; (x, b.random_raw(2))
b = np.random.PCG64(5); b.advance(10); b.random_raw()
np.random.Generator(np.random.PCG64(5).jumped()).random(2)
np.random.Generator(np.random.PCG64(5).jumped(3)).random(2)
np.random.default_rng(7).bit_generator.state
g = np.random.default_rng(7); g.bit_generator.random_raw(3); g.random()
[g.random() for g in np.random.default_rng(7).spawn(2)]
[np.random.Generator(b).random() for b in np.random.PCG64(7).spawn(2)]
np.random.PCG64(np.random.SeedSequence(3)).random_raw()
np.random.RandomState(np.random.MT19937(5)).rand(3)
np.random.RandomState(np.random.MT19937(5)).standard_normal(3)
np.random.MT19937(5).random_raw(3)
m = np.random.MT19937(5); m._legacy_seeding(123); np.random.RandomState(m).rand(2)
m = np.random.MT19937(5); s = m.state; np.random.RandomState(m).rand(); m.state = s; np.random.RandomState(m).rand()
np.random.MT19937(5).state['state']['pos']
b = np.random.PCG64(5); b.state = {'bit_generator': 'MT19937'}
b = np.random.PCG64(5); b.state = 3
np.random.BitGenerator()
import pickle; b = pickle.loads(pickle.dumps(np.random.PCG64(5))); b.random_raw()
"""


# Ranks by several tolerances, averages by weights of several axes, diagonals beyond any int64; and what NumPy refuses.
LIMITS = """
np.linalg.matrix_rank(np.zeros((3, 0)), rtol=0.1)
np.linalg.matrix_rank(np.zeros((0, 1, 1)), rtol=0.0)
np.linalg.matrix_rank(np.zeros((2, 0, 3)), rtol=0.1)
np.linalg.matrix_rank(np.eye(2) * [[[1.0]], [[100.0]]], rtol=0.1)
np.linalg.matrix_rank(np.diag([1.0, 0.5]) * [[[1.0]], [[100.0]]], rtol=[0.1, 0.8])
np.linalg.matrix_rank(np.diag([1.0, 0.5]) * [[[1.0]], [[100.0]]], [0.8, 0.8])
np.linalg.matrix_rank([[1.0, 9.0], [0.0, 0.5]], hermitian=True)
np.linalg.matrix_rank([[1.0, 9.0], [0.0, 0.5]], 0.9, True)
np.linalg.matrix_rank(np.eye(2), 0.9, rtol=0.1)
np.linalg.matrix_rank(np.eye(2), -1)
np.linalg.matrix_power(np.ones((2, 3)), 2)
np.linalg.matrix_power(np.ones(3), 2)
np.linalg.inv(np.ones((2, 3)))
np.linalg.det(np.ones((2, 3)))
np.linalg.slogdet(np.ones((2, 3)))
np.linalg.solve(np.ones((2, 3)), np.ones(2))
np.linalg.solve(np.eye(2), np.ones(3))
np.linalg.cholesky(np.ones((2, 3)))
np.linalg.eig(np.ones((2, 3)))
np.linalg.eigvalsh(np.ones(2))
np.linalg.lstsq(np.ones(3), np.ones(3))
np.linalg.lstsq(np.ones((3, 2)), np.ones(2))
np.linalg.cond(np.ones(3))
np.linalg.cond(np.ones((2, 3)), 1)
np.linalg.tensorinv(np.ones((2, 3)))
np.linalg.multi_dot([np.eye(2)])
np.linalg.outer([1.0, 2.0], [3.0, 4.0])
np.linalg.outer(np.ones((2, 2)), np.ones(2))
np.average(np.arange(60.0).reshape(3, 4, 5), axis=(2, 0), weights=np.arange(15.0).reshape(5, 3))
np.average(np.arange(60.0).reshape(3, 4, 5), axis=(0, -1), weights=np.ones((3, 5)), keepdims=True, returned=True)
np.average(np.arange(60.0).reshape(3, 4, 5), axis=(0, 1), weights=np.ones((4, 3)))
np.average(np.arange(60.0).reshape(3, 4, 5), axis=(0, 7), weights=np.ones((3, 4)))
np.cov([1.0, 2, 4])
np.cov([[1, 3, 5]], rowvar=True, dtype=np.float32)
np.corrcoef([1.0, 2, 4])
np.frombuffer(b'abcdefgh', np.uint8).flags.writeable
np.frombuffer(bytearray(8), np.uint8).flags.writeable
np.eye(0, k=2**63)
np.eye(3, k=2**70)
np.eye(3, k=-(2**70))
np.percentile([True, False], 50)
np.nanpercentile([True, False], 50)
np.quantile([True, False], 0.5, method='hazen')
np.nanquantile([True, False], 0.5)
np.quantile([True, False], 0.5, method='nearest')
np.quantile([True, False], 0.5, method='inverted_cdf')
np.gradient([True, False, True])
np.gradient([1, 2, 4], np.array([True, False, True]))
np.ediff1d([True, False])
np.round([True, False])
np.round([True, False], 1)
np.round([True, False], -1)
round(np.True_)
'integers' in dir(np.random) or 'permuted' in dir(np.random) or 'spawn' in dir(np.random)
"""


@pytest.mark.parametrize(
    "code", cases(POLYNOMIALS + WINDOWS + DIGITS + BITS + SETS + ITERATORS + ABOUT + BIT_GENERATORS + LIMITS)
)
def test_same(code):
    same(code, rtol=1e-12)


@pytest.mark.parametrize("code", cases(METHODS))
def test_methods_are_the_same(code, tmp_path):
    same(code, p=str(tmp_path / "file"))
