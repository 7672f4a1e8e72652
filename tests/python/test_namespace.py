"""The functions of the main namespace, linalg, random and files, a line of code each, under either package."""

import pytest
from same import cases, same

JOINING = """
np.concatenate([[1, 2], [3.5]])
np.concatenate([np.zeros((2, 2)), np.ones((1, 2))])
np.concatenate([np.zeros((2, 2)), np.ones((2, 1))], axis=1)
np.concatenate([np.zeros((2, 2)), np.ones((1, 3))], axis=None)
np.concatenate([np.zeros((2, 2)), np.ones((1, 3))])
np.concatenate([])
np.concatenate([1, 2])
np.concatenate([[1], [2]], dtype='f4')
np.concatenate([np.zeros((2, 3), order='F')] * 2).strides
np.stack([np.arange(3), np.arange(3)])
np.stack([np.arange(3), np.arange(3)], axis=1)
np.stack([np.arange(3), np.arange(4)])
np.stack([np.arange(3)] * 2, axis=5)
np.vstack([np.arange(3), np.arange(3)])
np.hstack([np.arange(3), [9]])
np.hstack([np.zeros((2, 1)), np.ones((2, 2))])
np.dstack([np.arange(3), np.arange(3)]).shape
np.column_stack([np.arange(3), np.ones((3, 2))])
np.append([1, 2], 3)
np.append([[1, 2]], [[3, 4]], axis=0)
np.split(np.arange(6), 3)
np.split(np.arange(6), [1, 4])
np.split(np.arange(5), 2)
np.array_split(np.arange(5), 3)
np.hsplit(np.arange(8).reshape(2, 4), 2)
np.vsplit(np.arange(8).reshape(4, 2), 2)
np.tile([1, 2], 3)
np.tile([1, 2], (2, 2))
np.tile([[1, 2], [3, 4]], (1, 2))
np.repeat([1, 2], 2)
np.repeat([[1, 2], [3, 4]], 2, axis=1)
np.repeat([[1, 2], [3, 4]], [1, 2], axis=0)
np.roll(np.arange(5), 2)
np.roll(np.arange(6).reshape(2, 3), 1)
np.roll(np.arange(6).reshape(2, 3), -1, axis=1)
np.roll(np.arange(6).reshape(2, 3), (1, 1), axis=(0, 1))
np.resize([1, 2, 3], (2, 4))
np.delete(np.arange(5), 1)
np.delete(np.arange(5), [0, -1])
np.delete(np.arange(6).reshape(2, 3), 1, axis=1)
np.delete(np.arange(5), slice(1, 3))
np.insert(np.arange(3), 1, 9)
np.insert(np.arange(3), [0, 2], [7, 8])
np.insert(np.zeros((2, 2)), 1, 5, axis=1)
"""

GRIDS = """
np.meshgrid([1, 2], [3, 4, 5])
np.meshgrid([1, 2], [3, 4, 5], indexing='ij')
np.meshgrid([1, 2], [3, 4, 5], sparse=True)
np.mgrid[0:3, 0:2]
np.mgrid[0:1:3j]
np.mgrid[-1:1:3j, 0:2:2j]
np.ogrid[0:3, 0:2]
np.r_[1, 2, 3]
np.r_[1:4, 0, [5, 6]]
np.r_[0:1:3j]
np.c_[[1, 2], [3, 4]]
np.c_[np.arange(3), np.ones((3, 2))]
np.s_[1:3, ...]
np.ix_([0, 1], [1, 2])
np.ix_([True, False, True])
np.arange(9).reshape(3, 3)[np.ix_([0, 2], [0, 1])]
np.indices((2, 3))
np.fromfunction(lambda i, j: i + j, (2, 3))
np.diag([1, 2])
np.diag([1, 2], 1)
np.diag([[1, 2], [3, 4]])
np.diag([[1, 2], [3, 4]], -1)
np.diagflat([[1, 2], [3, 4]])
np.tri(3)
np.tril(np.arange(9).reshape(3, 3))
np.triu(np.arange(9).reshape(3, 3), 1)
np.tril_indices(3)
np.triu_indices(3, 1)
np.diag_indices(3)
a = np.zeros((3, 3)); np.fill_diagonal(a, 5); a
np.trim_zeros(np.array([0, 1, 2, 0]))
list(np.ndindex(2, 2))
[(i, int(x)) for i, x in np.ndenumerate(np.arange(4).reshape(2, 2))]
np.apply_along_axis(lambda r: r.sum(), 1, np.arange(6).reshape(2, 3))
np.apply_along_axis(lambda r: r[::-1], 0, np.arange(6).reshape(2, 3))
np.vectorize(lambda a, b: a if a > b else b)([1, 5, 3], 2)
np.piecewise(np.arange(4.0), [np.arange(4) < 2, np.arange(4) >= 2], [-1, lambda x: x * 10])
"""

UFUNCS = """
np.add(1, 2)
np.add([1, 2], [3, 4])
np.add(np.arange(3), 1, out=np.zeros(3))
o = np.zeros(3); r = np.add(np.arange(3), 1, out=o); r is o
o = np.zeros(3, int); np.add(np.arange(3), 1.5, out=o)
o = np.zeros(3, int); np.add(np.arange(3), 1.5, out=o, casting='unsafe')
o = np.full(3, 9); np.add(np.arange(3), 1, out=o, where=[True, False, True])
np.add(1, 2, dtype='f4')
np.add(np.arange(3), 1, dtype=float)
np.sqrt(4)
np.sqrt([1, 4, 9])
np.sqrt(np.array([1, 4], 'f4'))
np.sqrt(np.array([1, 4], 'i1'))
np.sqrt(-1)
np.sin(0.5) == math.sin(0.5)
np.maximum([1, 5], [3, 2])
np.isnan([1, np.nan])
np.isfinite(np.inf)
np.sign([-2.5, 0, 3])
np.floor([1.7, -1.7])
np.ceil(np.array([1, 2]))
np.logical_and([1, 0], [1, 1])
np.logical_not([1, 0])
np.bitwise_and(6, 3)
np.invert([True, False])
np.power(2, 3)
np.power(2, -1)
np.mod([5, -5], 3)
np.abs([-1, 2])
np.abs(-2.5)
np.conj([1 + 2j])
np.add.reduce([1, 2, 3])
np.add.reduce(np.arange(6).reshape(2, 3))
np.add.reduce(np.arange(6).reshape(2, 3), axis=None)
np.add.reduce(np.arange(6).reshape(2, 3), axis=1, keepdims=True)
np.add.reduce([])
np.multiply.reduce([1, 2, 3, 4])
np.maximum.reduce([1, 5, 2])
np.maximum.reduce([])
np.subtract.reduce([10, 1, 2])
np.bitwise_or.reduce([1, 2, 4])
np.bitwise_xor.reduce(np.arange(12).reshape(3, 4), axis=1)
np.logical_xor.reduce([True, True, True])
np.add.accumulate([1, 2, 3])
np.multiply.accumulate([1, 2, 3])
np.maximum.accumulate([1, 5, 2, 7, 3])
np.subtract.accumulate([10, 1, 2])
np.add.outer([1, 2], [3, 4])
np.multiply.outer(np.arange(2), np.arange(3))
np.add.reduceat(np.arange(8), [0, 4, 1, 5])
np.add.nin
np.sqrt.nin
np.add.nout
np.add.identity
np.multiply.identity
np.subtract.identity
np.add.__name__
np.add(1)
np.add(1, 2, 3, 4)
np.add(1, 2, nonsense=3)
np.where([True, False], [1, 2], [3, 4])
np.clip(np.arange(5), 1, 3)
np.clip([1.5, 2.5], None, 2)
np.arange(5).clip(1, 3)
np.round([1.55, 2.5], 1)
np.round(2.5)
np.round(1234, -2)
np.around([0.5, 1.5])
"""

REDUCTIONS = """
np.sum([1, 2, 3])
np.sum([[1, 2], [3, 4]], axis=0)
np.sum([[1, 2], [3, 4]], axis=(0, 1))
np.sum([[1, 2], [3, 4]], axis=-1, keepdims=True)
np.sum([1.5, 2], dtype=int)
np.sum(np.array([1, 2], 'i1')).dtype
np.sum(np.array([True, True]))
np.sum([1, 2], initial=10)
np.sum([1, 2, 3], where=[True, False, True])
np.sum([[1, 2], [3, 4]], axis=2)
np.sum([[1, 2], [3, 4]], axis=(0, 0))
np.sum([])
np.prod([1, 2, 3])
np.mean([1, 2, 4])
np.mean([[1, 2], [3, 4]], axis=1)
np.mean([])
np.std([1, 2, 3, 4])
np.std([1, 2, 3, 4], ddof=1)
np.var([[1, 2], [3, 5]], axis=0)
np.var([1, 2, 3], correction=1)
np.min([3, 1, 2])
np.max([[1, 5], [3, 2]], axis=1)
np.max([])
np.max([], initial=3)
np.amin([1, 2])
np.argmin([3, 1, 2])
np.argmax([[1, 5], [7, 2]])
np.argmax([[1, 5], [7, 2]], axis=0)
np.argmax([])
np.all([1, 1, 0])
np.any([0, 0])
np.all([[1, 0], [1, 1]], axis=1)
np.all([])
np.count_nonzero([0, 1, 2])
np.count_nonzero([[0, 1], [1, 1]], axis=0)
np.cumsum([1, 2, 3])
np.cumsum([[1, 2], [3, 4]])
np.cumsum([[1, 2], [3, 4]], axis=1)
np.cumprod([1, 2, 3], dtype=float)
np.arange(6).reshape(2, 3).sum(1)
np.arange(6).reshape(2, 3).mean(axis=0)
np.arange(4).std()
np.arange(4).max()
np.arange(4).argmax()
np.arange(4).all()
np.arange(4).cumsum()
np.arange(6).reshape(2, 3).sum(axis=1, out=np.zeros(2, int))
np.arange(6).reshape(2, 3).sum(out=np.zeros(3))
np.float32(2).sum().dtype
np.sum(5)
np.max(3.5)
"""

TYPES = """
np.finfo(float).eps
np.finfo(np.float32).max
np.finfo('f2').tiny
np.finfo(np.complex64).dtype
np.finfo(float).bits
np.iinfo(int).max
np.iinfo('u1').min
np.iinfo(np.int8).max
np.iinfo(float)
np.isscalar(3)
np.isscalar(np.float64(3))
np.isscalar(np.array(3))
np.issubdtype(np.float32, np.floating)
np.issubdtype(np.int32, np.integer)
np.issubdtype('f8', float)
np.issubdtype(np.int8, np.unsignedinteger)
np.iscomplexobj([1j])
np.isrealobj([1.0])
np.isdtype(np.float32, 'real floating')
np.isdtype(np.dtype('i4'), ('integral', 'bool'))
np.min_scalar_type(300)
np.min_scalar_type(-1)
np.pi
np.e
np.inf
np.newaxis
"""

LINALG = """
np.linalg.inv([[2.0, 1], [1, 3]])
np.linalg.inv([[1.0, 1], [1, 1]])
np.linalg.inv([1.0, 2])
np.linalg.det([[2.0, 1], [1, 3]])
np.linalg.solve([[2.0, 1], [1, 3]], [3.0, 5])
np.linalg.eigh([[2.0, 1], [1, 3]]).eigenvalues
np.linalg.eigvalsh([[2.0, 1], [1, 3]])
np.abs(np.linalg.svd([[2.0, 1], [1, 3], [0, 1]], full_matrices=False).U)
np.linalg.svd([[2.0, 1], [1, 3]], compute_uv=False)
np.linalg.svdvals([[2.0, 1], [1, 3]])
np.abs(np.linalg.qr([[2.0, 1], [1, 3]]).R)
np.linalg.cholesky([[2.0, 1], [1, 3]])
np.linalg.cholesky([[1.0, 2], [2, 1]])
np.linalg.slogdet([[2.0, 1], [1, 3]])
np.linalg.lstsq([[1.0, 0], [1, 1], [1, 2]], [1.0, 2, 4])[0]
np.linalg.pinv([[1.0, 0], [1, 1], [1, 2]])
np.linalg.norm([3.0, 4])
np.linalg.norm([[1.0, 2], [3, 4]])
np.linalg.norm([[1.0, 2], [3, 4]], 2)
np.linalg.norm([[1.0, 2], [3, 4]], axis=1)
np.linalg.norm([1.0, -2], np.inf)
np.linalg.norm([1.0, -2], 1)
np.linalg.cond([[2.0, 1], [1, 3]])
np.linalg.matrix_rank([[1.0, 1], [1, 1]])
np.linalg.matrix_power([[1, 1], [1, 0]], 5)
np.linalg.multi_dot([np.ones((2, 3)), np.ones((3, 4)), np.ones((4, 2))])
np.dot([1, 2], [3, 4])
np.dot([[1, 2], [3, 4]], [1, 1])
np.dot(2, 3)
np.vdot([1j, 2], [1j, 2])
np.inner([1, 2], [3, 4])
np.outer([1, 2], [3, 4])
np.kron([1, 2], [[1, 1]])
np.cross([1, 0, 0], [0, 1, 0])
np.trace([[1, 2], [3, 4]])
np.arange(9).reshape(3, 3).trace(1)
np.tensordot(np.ones((2, 3)), np.ones((3, 2)), 1)
np.tensordot(np.ones((2, 3, 4)), np.ones((4, 3, 2)), axes=([1, 2], [1, 0]))
np.einsum('ij,jk->ik', [[1, 2], [3, 4]], [[1, 0], [0, 1]])
np.einsum('ii', [[1, 2], [3, 4]])
np.einsum('ij->j', [[1, 2], [3, 4]])
np.einsum('ij,jk', [[1, 2]], [[1, 2]])
np.einsum('i$', [1, 2])
np.einsum([[1, 2], [3, 4]], [0, 1], [[1, 2], [3, 5]], [1, 2])
np.einsum(np.arange(6.0).reshape(2, 3), [0, 1], np.arange(12).reshape(3, 4), (1, 2), [2, 0])
np.einsum(np.arange(24.0).reshape(2, 3, 4), [0, ...], np.arange(4), [..., 5], [..., 0])
np.einsum(np.ones((2, 2)), [51, 27])
np.einsum(np.ones(2), [52])
np.einsum(np.ones(2), [0.5])
np.einsum(np.ones(2), 0)
np.einsum()
np.einsum('ij->j', np.arange(6.0).reshape(2, 3), out=np.zeros(3, int))
np.einsum('ij->j', np.arange(6.0).reshape(2, 3), out=np.zeros(3, int), casting='unsafe')
np.einsum('ij->j', np.arange(6).reshape(2, 3), dtype='f4')
np.einsum('ij->j', np.arange(6).reshape(2, 3), dtype='f4', casting='same_kind')
np.einsum('ij->j', np.arange(6).reshape(2, 3), casting='some')
np.einsum('ij,jk', np.ones((2, 3)), np.ones((3, 4)), order='F').flags.f_contiguous
np.einsum_path('...ij,jk->...k', np.ones((5, 2, 3)), np.ones((3, 4)))[0]
np.einsum_path(np.ones((2, 3)), [0, 1], np.ones((3, 4)), [1, 2], np.ones((4, 2)), [2, 0])[0]
np.linalg.outer([1, 2], [3, 4])
np.linalg.outer([[1, 2]], [3, 4])
np.linalg.cross([1, 2, 3], [4, 5, 6])
np.linalg.cross([1, 2], [4, 5])
np.matmul([[1, 2]], [[3], [4]])
np.matmul(1, 2)
o = np.full((2, 2), 9.0); r = np.matmul(np.ones((2, 3)), np.ones((3, 2)), out=o); (o, r is o)
o = np.full((2, 2), 9.0); np.dot(np.ones((2, 3)), np.ones((3, 2)), o); o
o = np.full(2, 9.0); np.matmul(np.ones((2, 3)), np.ones(3), out=(o,)); o
o = np.full((2, 2, 2), 9.0); np.matmul(np.ones((2, 2, 3)), np.ones((3, 2)), out=o); o
o = np.full((2, 2), 9, 'f4'); np.matmul(np.ones((2, 3), 'f4'), np.ones((3, 2)), out=o); o
o = np.full((2, 2), 9); np.matmul(np.ones((2, 3)), np.ones((3, 2)), out=o)
o = np.full((2, 3), 9.0); np.matmul(np.ones((2, 3)), np.ones((3, 2)), out=o)
o = np.ones((2, 2)); o.flags.writeable = False; np.matmul(np.ones((2, 3)), np.ones((3, 2)), out=o)
o = np.array([[1.0, 2], [3, 4]]); np.matmul(o, o, out=o); o
o = np.arange(6.0).reshape(2, 3); np.matmul(np.ones((2, 2)), o, out=o[:, ::-1]); o
a = np.arange(4.0).reshape(2, 2); a @= a; a
np.vecdot([1, 2], [3, 4])
"""

RANDOM = """
np.random.default_rng(42).random()
np.random.default_rng(42).random(3)
np.random.default_rng(42).random((2, 2), dtype='f4')
np.random.default_rng(42).standard_normal(4)
np.random.default_rng(42).normal(5, 2, 3)
np.random.default_rng(42).normal()
np.random.default_rng(42).uniform(-1, 1, 3)
np.random.default_rng(42).integers(10)
np.random.default_rng(42).integers(0, 10, 5)
np.random.default_rng(42).integers(1, 6, (2, 2), endpoint=True)
np.random.default_rng(42).integers(0, 256, 4, dtype='u1')
np.random.default_rng(42).integers(5, 5)
np.random.default_rng([1, 2, 3]).random(2)
np.random.default_rng(2**70).random(2)
np.random.default_rng(np.random.SeedSequence(5).spawn(2)[1]).random(2)
np.random.SeedSequence(7).generate_state(3)
np.random.default_rng(1).exponential(2.0, 3)
np.random.default_rng(1).gamma(2.0, size=3)
np.random.default_rng(1).poisson(4, 5)
np.random.default_rng(1).binomial(10, 0.3, 5)
np.random.default_rng(1).beta([1, 2], 3)
np.random.default_rng(1).choice(10, 4)
np.random.default_rng(1).choice([1.5, 2.5, 3.5], 4)
np.random.default_rng(1).choice(10, 4, replace=False)
np.random.default_rng(1).choice(3, 5, p=[0.2, 0.3, 0.5])
np.random.default_rng(1).permutation(6)
np.random.default_rng(1).permutation([1.5, 2.5, 3.5])
a = np.arange(6); np.random.default_rng(1).shuffle(a); a
a = [1, 2, 3, 4]; np.random.default_rng(1).shuffle(a); a
np.random.default_rng(1).integers([1, 2], [5, 9])
np.random.default_rng(1).multinomial(10, [0.2, 0.8])
np.random.default_rng(1).normal(0, -1)
np.random.default_rng(1).standard_gamma(2.0, 2)
np.random.seed(3); np.random.rand(2, 2)
np.random.seed(3); np.random.randn(3)
np.random.seed(3); np.random.randint(0, 10, 5)
np.random.seed(3); np.random.randint(5)
np.random.seed(3); np.random.random(3)
np.random.seed(3); np.random.normal(1, 2, 3)
np.random.seed(3); np.random.uniform(-1, 1, 3)
np.random.seed(3); np.random.choice(5, 3)
np.random.seed(3); np.random.choice([1, 2, 3])
np.random.seed(3); np.random.permutation(5)
np.random.seed(3); a = np.arange(5); np.random.shuffle(a); a
np.random.seed(3); np.random.exponential(size=2)
np.random.RandomState(5).rand(2)
np.random.seed(3); np.random.get_bit_generator().random_raw(3)
np.random.seed(3); s = np.random.get_bit_generator().state; np.random.rand(); np.random.get_bit_generator().state = s; np.random.rand(2)
np.random.set_bit_generator(np.random.MT19937(5)); np.random.rand(3)
np.random.mtrand.seed(4); np.random.mtrand._rand.rand(2)
np.interp([0.5, 1.5, np.nan, -1, 9], [3, 1, 2, 0], [1, 2, 3, 4]).shape
np.interp([0.5, 1.5, np.nan, -1, 9, 1, 2], [0, 1, 1, 2], [1, 2, 3, 4.5])
np.random.seed(3); s = np.random.get_state(); a = np.random.randn(); np.random.set_state(s); (a, np.random.randn())
np.random.seed(-1)
np.random.default_rng(-1)
"""

FILES = """
np.save(p, np.arange(6).reshape(2, 3)); np.load(p + '.npy')
np.save(p + '.npy', np.arange(3.0)[::-1]); np.load(p + '.npy')
np.save(p, np.arange(3.0)); np.load(p + '.npy', mmap_mode='r') + 1
np.savez(p, a=np.arange(3), b=np.ones(2)); f = np.load(p + '.npz'); (sorted(f.files), f['a'], f['b'])
np.savez_compressed(p, np.arange(3)); np.load(p + '.npz')['arr_0']
np.load(p + 'nothing.npy')
np.savez(p, a=np.arange(3)); np.load(p + '.npz')['c']
np.savetxt(p, [[1, 2.5], [3, 4]]); open(p).read()
np.savetxt(p, [1, 2], fmt='%d', header='x'); open(p).read()
np.savetxt(p, [[1, 2.5], [3, 4]], delimiter=','); np.loadtxt(p, delimiter=',')
np.savetxt(p, [[1, 2.5], [3, 4]]); np.loadtxt(p, usecols=1)
np.savetxt(p, [[1, 2], [3, 4]], fmt='%d'); np.loadtxt(p, dtype=int, skiprows=1)
np.savetxt(p, [[1, 2], [3, 4]]); np.loadtxt(p, unpack=True)
np.loadtxt(['1 2', '3 4'])
np.loadtxt(['1 2', '3 x'])
np.genfromtxt(['1,2', '3,'], delimiter=',')
import io; b = io.BytesIO(); np.save(b, np.arange(3)); b.seek(0); np.load(b)
open(p, 'wb').write(bytes(16)); np.fromfile(p, 'i4')
"""


@pytest.mark.parametrize("code", cases(JOINING + GRIDS + UFUNCS + REDUCTIONS + TYPES))
def test_same(code):
    same(code)


@pytest.mark.parametrize("code", cases(LINALG))
def test_linear_algebra_is_close(code):
    same(code, rtol=1e-12)


@pytest.mark.parametrize("code", cases(RANDOM))
def test_random_numbers_are_the_same(code):
    same(code)


@pytest.mark.parametrize("code", cases(FILES))
def test_files_are_the_same(code, tmp_path):
    same(code, p=str(tmp_path / "file"))


PENDING = """
x = np.linspace(0, 1, 100001) * 2; x[x > 1.5].sum()
x = np.linspace(0, 1, 100001) * 2; m = np.linspace(0, 1, 100001) > 0.5; x[m].size
x = np.linspace(0, 1, 100001) * 2; x[[1, 5, -1]]
x = np.linspace(0, 1, 100001) * 2; x[1:][::2].sum()
x = np.linspace(0, 1, 100001) * 2; x[x < 1] = 0; x.sum()
x = (np.linspace(0, 1, 100000) * 2).reshape(1000, 100); x[:, [1, 3]].sum(axis=0)
x = (np.linspace(0, 1, 100000) * 2).reshape(1000, 100); x[5].sum() + x.T[3].sum()
x = (np.linspace(0, 1, 100000) * 2).reshape(1000, 100); y = x[1:-1] - x[:-2]; x[0] = 9; y[0]
np.nonzero(np.linspace(-1, 1, 100001) > 0.9)[0].size
x = np.linspace(0, 1, 50000) + 1; y = x[::-1]; x += 1; y[0]
x = np.linspace(0, 1, 50000) + 1; y = x[10:20]; y += 5; x[12]
(np.linspace(0, 1, 100001) * 1j).imag[3]
np.concatenate([np.linspace(0, 1, 50000) + 1, np.arange(50000) * 2.0])[[0, 50001]]
np.linalg.norm(np.linspace(0, 1, 50000) + 1)
x = np.linspace(0, 1, 40000).reshape(200, 200) + 1; (x @ x)[3, 4]
np.where(np.linspace(0, 1, 50000) * 2 > 1, np.arange(50000), -1)[-3:]
list((np.arange(20000) * 2)[:3])
bool((np.arange(20000) * 2 >= 0).all())
repr(np.arange(20000) * 2)
(np.arange(20000) * 2).tolist()[5]
bytes(memoryview(np.arange(20000) * 2)[:2].tobytes())
np.take_along_axis(np.arange(60000).reshape(20000, 3), np.arange(40000).reshape(20000, 2) % 3, 1).sum(axis=0)
np.arange(30000)[np.arange(29999, -1, -2)][[0, 5, -1]]
np.arange(20000)[np.arange(20000) % 3 == 0].sum()
np.searchsorted(np.linspace(0, 1, 20000), np.linspace(-1, 2, 9))
np.interp(np.linspace(-1, 2, 9), np.linspace(0, 1, 20000), np.arange(20000.0))
np.sort(-np.arange(20000))[:3]
np.bincount(np.arange(20000) // 7)[[0, -1]]
np.histogram(np.linspace(-1, 2, 30000), bins=12000)[1][[3, -2]]
np.pad(np.arange(3.0), 10000, mode='linear_ramp')[[1, 9999, -1]]
np.meshgrid(np.arange(200), np.linspace(0, 1, 150))[1][:, 3]
np.fromfunction(lambda i, j: i * 2 + j, (150, 200)).sum(axis=1)
y = np.arange(20000.0); z = y[5:]; y += 1; z[3] = 7; y[::2] *= 2; y[:12]
y = np.arange(20000); w = np.cumsum(y * 2); y[3] = 5; v = w[::2]; w[0] = -4; [w[:5], v[:5]]
x = np.ones(20000); w = np.cumsum(x) - 1; x[0] = 9; w[[0, 1, -1]]
np.cumsum(np.arange(60000).reshape(200, 300) * 2, axis=0)[-1, ::50]
(np.cumprod(np.ones((200, 300)) * 2, axis=1) + 1)[3, :5]
"""


@pytest.mark.parametrize("code", cases(PENDING))
def test_what_is_pending_is_the_same(code):
    same(code, rtol=1e-12)


SORTING = """
np.sort([3, 1, 2])
np.sort([[3, 1], [2, 5]], axis=0)
np.sort([[3, 1], [2, 5]], axis=None)
np.sort([np.nan, 1.0, -np.inf])
np.sort([3, 1], kind='nonsense')
a = np.array([3, 1, 2]); a.sort(); a
np.argsort([3, 1, 2])
np.array([3, 1, 2]).argsort()
np.partition([3, 1, 2, 5], 2)[2]
np.median([3, 1, 2, 5])
np.median([[3, 1], [2, 5]], axis=1)
np.percentile([1, 2, 3, 4], 25)
np.percentile([1, 2, 3, 4], [25, 50])
np.quantile([1.0, 2, 3, 4], 0.3, method='lower')
np.quantile([1.0, 2], 1.5)
np.nanmedian([1.0, np.nan, 3])
np.searchsorted([1, 3, 5], [0, 3, 9])
np.searchsorted([1, 3, 5], 3, side='right')
np.digitize([0.5, 2.5], [1, 2, 3])
np.bincount([1, 2, 1, 4])
np.bincount([0, 1, 1], weights=[0.5, 1, 2])
np.bincount([-1])
np.histogram([1, 2, 1, 4])
np.histogram([1, 2, 1, 4], bins=[0, 2, 5])
np.histogram([1, 2, 1, 4], bins=3, range=(0, 6), density=True)
np.histogram2d([1, 2], [3, 4], bins=2)
np.unique([3, 1, 3, 2])
np.unique([3, 1, 3, 2], return_index=True, return_inverse=True, return_counts=True)
np.unique([[1, 2], [1, 2], [0, 1]], axis=0)
np.isin([1, 2, 3], [2, 5])
np.union1d([1, 2], [2, 3])
np.intersect1d([1, 2, 3], [2, 3, 4])
np.setdiff1d([1, 2, 3], [2])
np.setxor1d([1, 2], [2, 3])
np.lexsort(([1, 0, 1], [3, 2, 2]))
"""

NUMERIC = """
np.isclose([1, 2], [1 + 1e-9, 3])
np.allclose([1, 2], [1, 2 + 1e-9])
np.array_equiv([1, 2], [[1, 2], [1, 2]])
np.nan_to_num([1, np.nan, np.inf])
np.angle([1j, -1])
np.ptp([3, 1, 7])
np.average([1, 2, 3], weights=[3, 1, 1])
np.average([1, 2], weights=[0, 0])
np.average([[1, 2], [3, 4]], axis=0, returned=True)
np.diff([1, 4, 9])
np.diff([[1, 4], [9, 16]], axis=0)
np.diff([1, 4, 9], n=2)
np.diff([1, 4], prepend=0)
np.diff([1, 4], append=[9])
np.trapezoid([1, 2, 3], dx=2)
np.gradient([1.0, 4, 9, 16])
np.gradient(np.arange(6.0).reshape(2, 3))
np.convolve([1, 2, 3], [0, 1, 0.5])
np.convolve([1, 2, 3], [0, 1, 0.5], 'same')
np.correlate([1, 2, 3], [0, 1, 0.5])
np.cov([[0, 1, 2], [2, 1, 0]])
np.cov([0, 1, 2], [2, 1, 1])
np.corrcoef([[0, 1, 2], [2, 1, 1]])
np.interp(2.5, [1, 2, 3], [3, 2, 0])
np.interp([0, 1.5, 9], [1, 2, 3], [3, 2, 0], left=-1)
np.polyval([1, 2, 3], 2)
np.vander([1, 2, 3], 3)
np.polyfit([0.0, 1, 2, 3], [1.0, 3, 5, 7], 1)
"""


@pytest.mark.parametrize("code", cases(SORTING + NUMERIC))
def test_sorting_and_numeric_functions_are_the_same(code):
    same(code, rtol=1e-12)
