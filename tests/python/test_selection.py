"""Taking, putting, joining, padding, grids, folds and NaN functions: a line of code each, under either package."""

import pytest
from same import cases, same

TAKING = """
np.take([4, 3, 5, 7, 6, 8], [0, 1, 4])
np.take([[1, 2], [3, 4]], [0, 0], axis=1)
np.take([[1, 2], [3, 4]], 1)
np.take([1, 2, 3], [[0, -1], [1, 5]])
np.take([1, 2, 3], [[0, -1], [1, 5]], mode='wrap')
np.take([1, 2, 3], [[0, -1], [1, 5]], mode='clip')
np.take([1, 2, 3], [])
np.take([1, 2, 3], np.array([0.5]))
np.take([1, 2, 3], 0, axis=2)
np.take([1.5, 2, 3], [0, 1], out=np.zeros(2))
np.take([1, 2], 0, mode='nonsense')
np.arange(6).reshape(2, 3).take([0, 2], axis=1)
np.take_along_axis(np.array([[3, 1, 2]]), np.argsort([[3, 1, 2]], axis=1), axis=1)
np.take_along_axis(np.array([3, 1, 2]), np.array([2, 0]))
np.take_along_axis(np.array([[3, 1], [2, 5]]), np.array([3, 0]), axis=None)
a = np.arange(5); np.put(a, [0, 2], [-44, -55]); a
a = np.arange(5); np.put(a, [0, 2, 4], [7, 8]); a
a = np.arange(5); np.put(a, 22, -5, mode='clip'); a
a = np.arange(5); np.put(a, 22, -5); a
a = np.arange(5); a.put([1], 9); a
a = np.array([[10, 30, 20], [60, 40, 50]]); np.put_along_axis(a, np.argmax(a, axis=1, keepdims=True), 99, axis=1); a
a = np.arange(6).reshape(2, 3); np.place(a, a > 2, [44, 55]); a
a = np.arange(6).reshape(2, 3); np.place(a, a > 2, []); a
a = np.arange(6).reshape(2, 3); np.putmask(a, a > 2, a**2); a
a = np.arange(5); np.putmask(a, a > 1, [-33, -44]); a
np.compress([0, 1], [[1, 2], [3, 4], [5, 6]], axis=0)
np.compress([False, True, True], [[1, 2], [3, 4], [5, 6]], axis=0)
np.compress([0, 1, 1], [[1, 2], [3, 4]])
np.array([[1, 2], [3, 4]]).compress([0, 1], axis=1)
np.extract(np.arange(12) % 3 == 0, np.arange(12))
np.choose([2, 3, 1, 0], [[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23], [30, 31, 32, 33]])
np.choose([2, 4, 1, 0], [[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23], [30, 31, 32, 33]], mode='clip')
np.choose([2, 4, 1, 0], [[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23], [30, 31, 32, 33]])
np.choose([[1, 0, 1], [0, 1, 0]], [-10, 10])
np.array([0, 1]).choose([[1.5, 2.5], [3, 4]])
x = np.arange(6); np.select([x < 3, x > 3], [-x, x**2], 42)
np.select([np.array([True, False]), np.array([False, True])], [[1, 2], [3.5, 4]])
np.select([np.array([True])], [[1], [2]])
np.select([np.array([1, 0])], [[1, 2]])
np.unravel_index([22, 41, 37], (7, 6))
np.unravel_index([31, 41, 13], (7, 6), order='F')
np.unravel_index(1621, (6, 7, 8, 9))
np.unravel_index(42, (7, 6))
np.unravel_index([[1, 2], [3, 4]], (7, 6))
np.ravel_multi_index([[3, 6, 6], [4, 5, 1]], (7, 6))
np.ravel_multi_index([[3, 6, 6], [4, 5, 1]], (7, 6), order='F')
np.ravel_multi_index([[3, 6, 6], [4, 5, 1]], (4, 6), mode='clip')
np.ravel_multi_index([[3, 6, 6], [4, 5, 1]], (4, 4), mode=('clip', 'wrap'))
np.ravel_multi_index((3, 1, 4, 1), (6, 7, 8, 9))
np.ravel_multi_index([[3], [9]], (4, 4))
a = np.zeros((3, 3), int); np.fill_diagonal(a, [1, 2, 3]); a
a = np.zeros((5, 3), int); np.fill_diagonal(a, 4, wrap=True); a
a = np.zeros((2, 2, 2), int); np.fill_diagonal(a, 4); a
np.fill_diagonal(np.zeros(3), 4)
a = np.zeros((2, 0)); a[a == 0] = np.ones(0); a[a == 0]
a = np.arange(3); np.copyto(a, [4, 5, 6]); a
a = np.arange(3); np.copyto(a, 9, where=[True, False, True]); a
a = np.arange(3); np.copyto(a, 1.5); a
a = np.arange(3); np.copyto(a, 1.5, casting='unsafe'); a
np.nonzero([[1, 0], [0, 3]])
np.argwhere([[1, 0], [0, 3]])
np.flatnonzero([[1, 0], [0, 3]])
np.array([1, 3, 5]).searchsorted([0, 3, 9], side='right')
np.arange(6).reshape(2, 3).repeat(2, axis=0)
"""

ARRANGING = """
np.concatenate([np.arange(3), np.arange(3.0)], out=np.zeros(6))
np.concatenate([np.arange(3)] * 2, dtype='i1', casting='unsafe')
np.concatenate([np.arange(3)] * 2, dtype='i1')
np.concatenate([np.zeros((2, 2)), np.ones((1, 2))], axis=2)
np.stack([[1, 2], [3, 4]], axis=-1)
np.vstack([[1, 2], [[3, 4], [5, 6]]])
np.vstack([[1], [2]], dtype='f4')
np.hstack([])
np.stack(iter([[1, 2]]))
np.column_stack([[1, 2], [3, 4]])
np.array_split(np.arange(7), [2, 9])
np.array_split(np.arange(6).reshape(3, 2), 2, axis=1)
np.split(np.arange(6), 0)
np.split(np.arange(6.0).reshape(2, 3), 3, axis=1)
np.dsplit(np.arange(8).reshape(2, 2, 2), 2)
np.block([[np.ones((2, 2)), np.zeros((2, 1))], [np.zeros((1, 2)), np.ones((1, 1))]])
np.block([1, 2, 3])
np.block([[1, 2], [3, 4]])
np.block([np.array([1, 2]), 3])
np.block(5)
np.block([[1, 2], 3])
np.block([])
np.tile([[1, 2]], (2, 1, 2))
np.tile(5, 3)
np.tile([1, 2], 0)
np.repeat([[1, 2], [3, 4]], [1, 2, 0, 1])
np.repeat([1, 2], np.array([1.5, 2]))
np.repeat([1, 2], -1)
np.repeat([1, 2, 3], [1, 2])
np.repeat(3, 4)
np.resize([[0, 1], [2, 3]], (2, 3))
np.resize([], (2, 2))
np.delete([[1, 2], [3, 4]], np.s_[::2], 1)
np.delete(np.arange(5), np.array([True, False, False, False, True]))
np.delete(np.arange(5), 7)
np.delete(np.arange(5), [])
np.delete(np.arange(6).reshape(2, 3), [0, 4])
np.insert(np.arange(6).reshape(2, 3), 1, [9, 8], axis=1)
np.insert(np.arange(6).reshape(2, 3), [1], [[9], [8]], axis=1)
np.insert(np.arange(3), slice(0, 2), [7, 8])
np.insert(np.arange(3), 1, [7, 8, 9])
np.insert(np.arange(3), -1, 7)
np.insert(np.arange(3), 9, 7)
np.insert(np.arange(3), [], 7)
np.insert(np.arange(3), 1, 2.9)
np.pad([1, 2, 3], 2)
np.pad([1, 2, 3], (2, 3), 'constant', constant_values=(4, 6))
np.pad([1, 2, 3], (2, 3), 'edge')
np.pad([1, 2, 3], (2, 3), 'linear_ramp', end_values=(5, -4))
np.pad([1, 2, 3], (2,), 'maximum')
np.pad([1.0, 2, 6], (2,), 'mean')
np.pad([1, 2, 6], (2,), 'median')
np.pad([[1, 2], [3, 4]], ((3, 2), (2, 3)), 'minimum')
np.pad([[1, 2], [3, 4]], ((3, 2), (2, 3)), 'mean', stat_length=1)
np.pad([1, 2, 3, 4, 5], (2, 3), 'reflect')
np.pad([1, 2, 3, 4, 5], (2, 3), 'reflect', reflect_type='odd')
np.pad([1, 2, 3, 4, 5], (7, 8), 'symmetric')
np.pad([1, 2, 3, 4, 5], (2, 3), 'symmetric', reflect_type='odd')
np.pad([1, 2, 3, 4, 5], (2, 8), 'wrap')
np.pad([[1, 2], [3, 4]], {-1: (1, 2)})
np.pad([[1, 2], [3, 4]], 1, 'empty').shape
np.pad([1, 2], 1, 'nonsense')
np.pad([1, 2], -1)
np.pad([1, 2], 1.5)
np.pad([1, 2], 1, 'edge', constant_values=3)
np.pad([1, 2], 1, lambda v, w, axis, words: v.__setitem__(slice(None, w[0]), 10))
np.roll([[1, 2], [3, 4]], 1, axis=(0, 1))
np.roll(np.arange(6).reshape(2, 3), (1, 2), axis=1)
np.roll(np.arange(6), -7)
np.roll(np.arange(6), (1, 2))
np.roll([], 3)
np.roll([1, 2], 1, axis=1)
np.rot90([[1, 2], [3, 4]])
np.rot90(np.arange(8).reshape(2, 2, 2), 3, (1, 2))
np.rot90([[1, 2], [3, 4]], axes=(0, 0))
np.atleast_1d(3, [[4]])
np.atleast_2d([1, 2])
np.atleast_3d([[1, 2]])
np.meshgrid([1, 2], [3, 4, 5], copy=False)
np.meshgrid([1, 2], [3, 4, 5], [6], indexing='ij', sparse=True)
np.meshgrid([1, 2], [3], indexing='nonsense')
np.meshgrid()
np.meshgrid([1, 2])
np.indices((2, 3), sparse=True)
np.indices((2, 3), dtype=float)
np.ix_([1, 2], [True, False, True])
np.ix_([[1, 2]])
np.tri(3, 5, 2, dtype=int)
np.tri(3, 5, -1)
np.tril(np.arange(12).reshape(4, 3), -1)
np.triu(np.arange(24).reshape(2, 3, 4), 1)
np.tril([1, 2, 3])
np.tril_indices(3, 1, 4)
np.tril_indices_from(np.zeros((3, 3)), 1)
np.triu_indices_from(np.zeros((2, 3)))
np.mask_indices(3, np.triu, 1)
np.diag(np.arange(9).reshape(3, 3), 1)
np.diag(np.arange(9).reshape(3, 3)).flags.writeable
x = np.zeros((0, 3)); x.flags.writeable = False; [(y.shape, y.flags.writeable, y.flags.owndata, y.base is x) for y in map(lambda r: np.tile(x, r), (2, (1, 2), (2, 1, 1), 0, 1, ()))]
x = np.broadcast_to(1.5, (2, 0)); [np.tile(x, r).flags.writeable for r in (2, 1)]
np.diag(3)
np.diagflat([1, 2], 1)
np.diag_indices(2, 3)
np.diag_indices_from(np.zeros((3, 3)))
np.trim_zeros([0, 0, 1, 2, 0])
np.trim_zeros(np.array([0, 0, 1, 2, 0]), 'b')
np.trim_zeros(np.array([[0, 0, 0], [0, 1, 0], [0, 2, 3]]))
np.trim_zeros(np.array([[0, 0, 0], [0, 1, 0], [0, 2, 3]]), axis=0)
np.trim_zeros(np.array([0, 0]))
"""

FOLDS = """
a = np.zeros(4); np.add.at(a, [0, 0, 2], 1); a
a = np.arange(4); np.multiply.at(a, [1, 1], [2, 3]); a
a = np.arange(4.0); np.negative.at(a, [0, 1, 1]); a
a = np.arange(6).reshape(2, 3); np.add.at(a, ([0, 0], [1, 1]), 10); a
a = np.arange(6).reshape(2, 3); np.maximum.at(a, (slice(None), [0]), 2); a
a = np.arange(3); np.add.at(a, [5], 1)
a = np.arange(3); np.add.at(a, [1])
a = np.arange(3); np.negative.at(a, [1], 2)
np.add.at([1, 2], [0], 1)
np.add.reduceat([1, 2, 3, 4], [0, 2])
np.maximum.reduceat([1, 5, 2, 4], [0, 2, 1])
np.subtract.reduceat([9, 2, 3, 4], [0, 2])
np.multiply.reduceat(np.arange(16).reshape(4, 4), [0, 3], axis=1)
np.bitwise_or.reduceat([1, 2, 4], [0, 1])
np.add.reduceat([1, 2], [5])
np.bitwise_and.reduce([])
np.bitwise_and.reduce(np.array([], int))
np.bitwise_and.reduce([7, 6, 12])
np.gcd.reduce([12, 18, 30])
np.lcm.reduce([4, 6])
np.hypot.reduce([3.0, 4, 12])
np.subtract.reduce(np.arange(6).reshape(2, 3), axis=1)
np.subtract.reduce(np.arange(6).reshape(2, 3), axis=None)
np.subtract.reduce([])
np.power.reduce([2, 3, 2])
np.logaddexp.reduce([1.0, 2, 3])
np.fmax.reduce([1, np.nan, 3])
np.fmin.reduce(np.array([[1, np.nan], [np.nan, np.nan]]), axis=0)
np.bitwise_or.reduce([1, 2, 4], where=[True, False, True])
np.bitwise_or.reduce([1, 2, 4], initial=8)
np.add.reduce([1, 2, 3], initial=10, where=[True, False, True])
np.add.reduce(np.arange(6).reshape(2, 3), axis=(0, 1), keepdims=True)
np.bitwise_xor.reduce(np.arange(6).reshape(2, 3), axis=(0, 1))
np.minimum.reduce([1, 2], initial=0)
np.maximum.accumulate([[1, 5, 2], [7, 3, 9]], axis=1)
np.minimum.accumulate([3, 1, 2])
np.bitwise_xor.accumulate([1, 2, 4])
np.logical_or.accumulate([False, True, False])
np.divide.accumulate([8.0, 2, 2])
np.add.accumulate(np.arange(6).reshape(2, 3), axis=-1)
np.add.accumulate(5)
np.sqrt.reduce([1.0])
np.divmod([7, -7], 3)
np.divmod(7.5, 2)
divmod(np.array([7, -7]), 3)
np.modf([1.5, -2.25, np.inf])
np.modf(3.5)
np.frexp([8.0, 0.3, 0])
np.frexp(np.array([8, 3], 'f4'))
o = (np.zeros(2), np.zeros(2)); r = np.modf([1.5, 2.5], out=o); (r[0] is o[0], o)
x = np.array([1.5, 2.5]); np.modf(x, x, None)
np.divmod([7, 8], 3, where=[True, False], out=(np.zeros(2, int), np.zeros(2, int)))
np.divmod(1, 2, 3, 4, 5)
np.divmod.nout
np.frexp.nargs
np.modf.__name__
np.ldexp([0.5, 0.25], [1, 3])
np.degrees([np.pi, np.pi / 2])
np.radians(180.0)
"""

NAN = """
np.nansum([1, np.nan, 3])
np.nansum([[1, np.nan], [3, 4]], axis=0)
np.nansum([1, 2])
np.nanprod([1, np.nan, 3])
np.nanmean([[1, np.nan], [3, 4]], axis=1)
np.nanmean([np.nan])
np.nanmean(np.array([1, np.nan], 'f4'))
np.nanvar([1, np.nan, 3, 5])
np.nanstd([1, np.nan, 3, 5], ddof=1)
np.nanstd([[1, np.nan], [3, 4]], axis=0, keepdims=True)
np.nanmin([3, np.nan, 1])
np.nanmax([[3, np.nan], [np.nan, np.nan]], axis=1)
np.nanmax([3, np.nan], initial=7)
np.nanargmin([np.nan, 3, 1])
np.nanargmax([np.nan, 3, 1])
np.nanargmax([np.nan])
np.nancumsum([1, np.nan, 3])
np.nancumprod([[2, np.nan], [3, 4]], axis=0)
np.nanmin([3, 1])
np.nansum([1j, np.nan])
np.nansum([1, np.nan, 3], where=[True, True, False])
np.nanmedian([[1, np.nan, 3], [4, 5, 6]], axis=1)
np.nanpercentile([1, np.nan, 3], 50)
np.nanquantile([1, np.nan, 3], [0.25, 1])
"""


@pytest.mark.parametrize("code", cases(TAKING + ARRANGING + FOLDS + NAN))
def test_same(code):
    same(code, rtol=1e-14)


LARGE = """
x = np.arange(40000.0); y = x * 2; np.add.at(y, [0, 0, 39999], 1); y[[0, 39999]]
x = np.arange(40000.0) * 2; np.roll(x.reshape(200, 200), (3, -5), axis=(0, 1))[[0, 5], [1, -1]]
x = np.arange(40000.0) * 2; np.take(x, [1, -1]).tolist() + np.choose([0, 1], [x[:2], x[2:4]]).tolist()
x = np.arange(40000.0) * 2; np.put(x, [0, 3], -1); x[:4]
x = np.arange(40000.0) * 2; np.pad(x, 1, 'wrap')[[0, -1]]
x = np.arange(40000.0) / 2; [p.sum() for p in np.modf(x)]
x = np.where(np.arange(40000) % 3 == 0, np.nan, np.arange(40000.0)); (np.nanmean(x), np.nanargmax(x), np.nanmedian(x))
x = np.arange(40000.0) * 2; [p.sum() for p in np.split(x, 4)]
x = np.arange(40000.0).reshape(200, 200) * 2; np.tril(x).sum() + np.triu(x, 3).sum()
x = np.arange(40000) % 7; np.bitwise_or.reduce(x) + np.bitwise_xor.accumulate(x)[-1]
"""


@pytest.mark.parametrize("code", cases(LARGE))
def test_large_and_pending_are_the_same(code):
    same(code, rtol=1e-12)
