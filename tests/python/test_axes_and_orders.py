"""Axes, masks and dtypes of reductions, orders of memory, and arguments that are refused: a line of code each, under either package."""

import pytest
from same import cases, same

AXES_AND_MASKS = """
np.sum(np.ones((2, 3)), axis=[0])
np.ones((2, 3)).max(axis=[0, 1])
np.add.reduce(np.ones((2, 3)), axis=[0])
np.hypot.reduce(np.ones((2, 3)), axis=[0])
np.argmax(np.ones((2, 3)), axis=[0])
np.sum(np.ones((2, 3)), axis=np.array([0, 1]))
np.squeeze(np.ones((1, 1)), [0])
np.flip(np.arange(6).reshape(2, 3), [0])
np.median(np.ones((2, 3)), axis=[0])
np.sum(np.ones(3), where=np.ones(3))
np.sum(np.ones(3), where=[1, 0, 1])
np.mean(np.ones(3), where=np.array([1, 0, 1]))
np.add([1], [2], where=np.array([1]))
np.hypot.reduce([3.0, 4.0], where=np.array([1, 0]))
np.copyto(np.ones(3), 0, where=np.ones(3))
np.sum([1.5, -1.5], dtype=bool)
np.array([[1, 2], [-1, 3]]).sum(axis=0, dtype=bool)
np.cumsum([1.5, -1.5], dtype=bool)
np.prod([1.5, 1j], dtype=bool)
np.nansum([1.5, -1.5, np.nan], dtype=bool)
np.gcd.reduce(np.uint8([4, 6]), initial=2)
np.hypot.reduce(np.uint8([3, 4]), initial=1)
a = np.arange(12.0).reshape(3, 4); np.ldexp.at(a, ([0, 1, 0], [1, 1, 1]), 2); a
a = np.arange(4.0); np.ldexp.at(a, [1, 1, 3], [1, 2, -1]); a
a = np.arange(4, dtype='f4'); np.ldexp.at(a, [1, 2], np.int8([1, 2])); a
np.subtract(2.5, 2.5, dtype=int)
np.add(2, True, dtype=bool)
np.sin(1j, dtype='f4')
np.add(2, 3, dtype='u1')
np.add(2.5, 3, dtype='f4')
np.add(2.5, 3, dtype=int, casting='unsafe')
"""

ORDERS = """
[x.flags.c_contiguous for x in np.linalg.qr(np.arange(6.0).reshape(3, 2))]
np.linalg.qr(np.arange(24.0).reshape(2, 3, 4), 'r').flags.c_contiguous
np.linalg.solve(np.eye(3) + 1, np.arange(6.0).reshape(3, 2)).flags.c_contiguous
np.linalg.solve(np.eye(3) + 1, np.arange(24.0).reshape(4, 3, 2)).flags.c_contiguous
[x.flags.c_contiguous for x in np.linalg.eigh(np.eye(3) + 1)]
[np.linalg.cholesky(np.eye(3) + 1, upper=upper).flags.c_contiguous for upper in (False, True)]
np.arange(1j)
np.arange(1j, 5 + 2j, 2)
np.arange(0, 6 + 3j, 1, dtype='c8')
np.arange(np.complex64(2 + 2j), 6 + 5j)
np.arange(3 + 3j, dtype=int)
np.arange(0, 3 + 3j, 0)
np.arange(1j * np.inf)
np.pad(np.array([1 + 2j, 3, 4j]), 2, mode='median')
np.pad(np.array([[1 + 2j, 3, 4j], [5, 6j, 7]]), ((1, 2), (0, 2)), mode='median', stat_length=((1, 2), (2, 9)))
np.pad(np.array([True, False, True, False]), 2, mode='median')
np.pad(np.array([True, False, True, False]), 2, mode='mean')
np.percentile(np.array([], bool), 50)
np.nanpercentile(np.array([], bool), 50)
np.quantile(np.zeros((0, 3), bool), 0.5, axis=0)
np.random.default_rng(1).permutation(-1)
np.random.RandomState(1).permutation(-5)
np.random.randint(None, 5)
np.random.default_rng(1).integers(None, 5)
np.random.RandomState(1).random_integers(5)
np.random.RandomState(1).random_integers(2, 5, 3)
[type(x).__name__ for x in np.histogramdd(np.zeros((4, 2)), 2)]
import io; np.loadtxt(io.StringIO("'1','2'\n'3','4'"), delimiter=',', quotechar="'")
import io; np.loadtxt(io.StringIO("|1| 2 \n\n 3  |4| # x"), quotechar='|')
import io; np.loadtxt(io.StringIO("'1,5','2'"), quotechar="'", delimiter=',', converters=lambda s: float(s.replace(',', '.')))
import io; np.loadtxt(io.StringIO("'1#5','2' # x"), quotechar="'", delimiter=',', converters=lambda s: float(s.replace('#', '.')))
import io; np.loadtxt(io.StringIO("'1''5','2'"), quotechar="'", delimiter=',', converters=lambda s: float(s.replace("'", '.')))
import io; np.loadtxt(io.StringIO("'1','2'\n'3'"), delimiter=',', quotechar="'")
import io; np.loadtxt(io.StringIO("1"), quotechar='ab')
import io, pickle; np.load(io.BytesIO(pickle.dumps([1, 2])))
"""

AXES_OF_NONE = """
np.roll(np.arange(6).reshape(2, 3), 1, axis=())
np.roll(np.arange(6), (), axis=0)
np.roll(np.arange(6).reshape(2, 3), (1, 2), axis=())
np.stack([[1], [2]], axis=None)
np.expand_dims(np.ones(2), None)
np.swapaxes(np.ones((2, 3)), 0, None)
np.diff([1, 2, 4], axis=None)
np.median(np.ones((2, 3)) * 1j, axis=-3)
np.median(np.ones((2, 3)) * 1j, axis=(0, -1), keepdims=True)
np.percentile([1, 2, 3], 50, axis=-3)
np.quantile(2.5, 0.3, axis=5)
np.quantile([1.0, 2, 4], 0.3, axis=2, weights=[1, 2, 3], method='inverted_cdf')
np.median(np.array(2.5), keepdims=True)
np.percentile(2.5, 50, keepdims=True)
np.tensordot([1, 2], [3, 4], 1)
np.tensordot(2.5, 2, 0)
np.pad([1, np.nan, 3, np.nan], 3, 'symmetric', reflect_type='odd')
np.pad([np.inf, 1.0, 2.0, 4.0], 3, 'reflect', reflect_type='odd')
np.pad([1.0, 3.0, np.nan], (2, 0), 'reflect', reflect_type='odd')
np.pad(np.arange(6).reshape(2, 3), 5, 'reflect', reflect_type='odd')
np.pad(np.int8([1, 50, 100]), 7, 'symmetric', reflect_type='odd')
"""


@pytest.mark.parametrize("code", cases(AXES_AND_MASKS + ORDERS + AXES_OF_NONE))
def test_axes_masks_and_orders_are_numpys(code):
    same(code)


@pytest.mark.parametrize("method", ["svd", "eigh"])
def test_what_is_no_covariance_gives_numpys_numbers(method):
    code = f"np.random.default_rng(1).multivariate_normal([0, 0], [[1, 2], [2, 1]], 3, check_valid='ignore', method='{method}')"
    same(code, 1e-12)
    same("np.random.RandomState(1).multivariate_normal([0, 0], [[1, 2], [2, 1]], 3, check_valid='ignore')", 1e-12)
