"""Every ufunc, reduction and array function beside NumPy, on 1,000, 10,000 and 100,000 elements: what is slower.

Results are computed, not left pending. Names of the table are measured without being named here.

usage: functions.py [--build FOLDER] [--all] [--sizes N,N...] [PATTERN]     rows whose code contains PATTERN

Products and decompositions come last, as idle threads of NumPy's OpenBLAS spin on the CPU that ours would use: rather
look at bench/bench.py for those.
"""

import argparse
import math
import pathlib
import sys
import timeit
import warnings

SETUP = """
rng = np.random.default_rng(7)
x = rng.uniform(0.1, 0.9, n); y = rng.uniform(0.1, 0.9, n); f = x.astype(np.float32); g = y.astype(np.float32)
i = rng.integers(1, 50, n); j = rng.integers(1, 6, n); c = x + 1j * y; b = x > 0.5; d = y > 0.5; p = rng.permutation(n)
side = 10; m = x.reshape(side, -1); w = y.reshape(-1, side); k = rng.integers(0, n, n // 2); s = x.copy(); s.sort()
u = i.astype(np.uint8); few = x[:16].copy(); e = np.concatenate([[np.nan], x[1:]]); q = m.copy(); out = np.empty(n)
small = min(n, 10000); v = x[:small].copy()
"""

# One a line: what the names of SETUP are used in. What returns nothing changes an array in place.
CODES = """
2 * x + y * x
x * y + x - y
(x - y) * (x + y)
np.sqrt(x * x + y * y)
np.where(b, x, y) + x
(x > 0.2) & (x < 0.7) | b
abs(x - y) / (x + y)
np.exp(-x * x / 2)
x / x.max() - 1
i + j * 2 - 1
x + i
x * 2
x ** 2
x ** 3
x ** 0.5
2 ** x
i // 3
i % 3
x + f
x[1:] - x[:-1]
x[::2] + x[1::2]
m + m[0]
m - m.mean(axis=0)
m - m.mean(axis=1)[:, None]
m * m[:, :1]
np.add(x, y, out=out)
x.astype(np.float32)
x.astype(int)
i.astype(float)
b.astype(int)
x.copy()
m.T.copy()
x[b]
x[k]
x[p]
x.take(k)
np.where(b)
np.where(b, x, 0)
np.nonzero(b)
np.flatnonzero(b)
np.argwhere(b)
np.count_nonzero(b)
out[b] = 0.0
out[k] = 1.0
out[::2] = 3.0
out[:] = x
out[:] = 5.0
out.fill(2.0)
q[:, 3] = 1.0
q[3] = q[4]
np.zeros(n)
np.ones(n)
np.full(n, 3.0)
np.arange(n)
np.arange(n) * 0.5
np.linspace(0, 1, n)
np.zeros_like(x)
np.eye(int(n ** 0.5))
np.concatenate([x, y])
np.stack([x, y])
np.stack([x, y], axis=1)
np.vstack([x, y])
np.hstack([x, y])
np.column_stack([x, y])
np.tile(x, 2)
np.repeat(x, 2)
np.flip(x)
np.roll(x, 5)
np.roll(m, 1, axis=0)
np.roll(m, 1, axis=1)
np.pad(m, 1)
np.append(x, y)
np.delete(x, 5)
np.insert(x, 5, 0.0)
np.split(x, 10)
np.diff(x)
np.gradient(x)
np.cumsum(x)
np.cumprod(x)
np.cumsum(m, axis=0)
np.cumsum(m, axis=1)
np.clip(x, 0.2, 0.8)
np.round(x, 2)
np.sort(x)
np.sort(i)
np.sort(m, axis=0)
np.sort(w, axis=1)
np.argsort(x)
np.argsort(i)
np.partition(x, n // 2)
np.argpartition(x, n // 2)
np.unique(i)
np.unique(x)
np.searchsorted(s, x)
np.digitize(x, few)
np.bincount(i)
np.bincount(i, weights=x)
np.histogram(x, bins=20)
np.isin(i, [1, 5, 9])
np.intersect1d(i, j)
np.union1d(i, j)
np.setdiff1d(i, j)
np.median(x)
np.median(m, axis=1)
np.percentile(x, 30)
np.quantile(x, [0.1, 0.5])
np.nanmedian(e)
np.interp(x, s, y)
np.convolve(v, few)
np.correlate(v, few)
np.trapezoid(x)
np.cov(x, y)
np.corrcoef(x, y)
np.average(x, weights=y)
np.isclose(x, y)
np.allclose(x, x)
np.array_equal(x, y)
np.nan_to_num(e)
np.sum(m, axis=0)
np.sum(m, axis=1)
np.sum(w, axis=1)
np.mean(m, axis=0)
np.std(m, axis=1)
np.max(w, axis=1)
np.argmax(w, axis=1)
np.any(w > 0.8, axis=1)
np.sum(x, where=b)
np.sum(i)
np.sum(f)
np.sum(b)
np.mean(f)
np.max(i)
np.min(u)
np.argmax(i)
np.argmin(f)
np.add.reduce(x)
np.add.accumulate(x)
np.maximum.accumulate(x)
np.minimum.accumulate(i)
np.multiply.outer(few, x)
np.outer(few, x)
np.kron(few, few)
np.cross(x[:n // 3 * 3].reshape(-1, 3), y[:n // 3 * 3].reshape(-1, 3))
np.einsum('i,i', x, y)
np.einsum('ij->j', m)
np.einsum('ij,ij->i', m, m)
np.triu(m)
np.tril(m)
np.diagonal(m).copy()
np.trace(m)
np.meshgrid(x[:30], y[:30])
np.indices((10, n // 10))
np.select([b, d], [x, y])
np.choose(i % 3, [x, y, x])
np.take_along_axis(m, m.argsort(axis=1), axis=1)
np.put_along_axis(q, m.argmax(axis=1)[:, None], 0.0, axis=1)
np.apply_along_axis(np.sum, 1, m)
np.lib.stride_tricks.sliding_window_view(x, 3).sum(axis=1)
np.polyval(few, x)
np.linalg.norm(x)
np.linalg.norm(w, axis=1)
np.rot90(m).copy()
np.fliplr(m).copy()
np.moveaxis(m, 0, 1).copy()
np.ravel(m.T)
m.T.reshape(-1)
x.tolist()
np.array(x.tolist())
x.tobytes()
np.frombuffer(x.tobytes())
c.real + c.imag
np.abs(c)
np.angle(c)
np.conj(c) * c
c * c
c + x
np.vecdot(w, w)
rng.random(n)
rng.standard_normal(n)
rng.integers(0, 10, n)
rng.permutation(n)
np.dot(x, y)
m @ w
m @ m[0]
w @ few[:10]
few[:10] @ m
i[:10] @ i.reshape(10, -1)
"""

REDUCTIONS = "sum prod mean var std min max argmin argmax all any count_nonzero ptp nansum nanmean nanmax nanmin nanstd".split()


def rows(ndstream, numpy):
    """Code, and whether it is an expression of several operations."""
    for name in sorted(dir(ndstream)):
        ufunc = getattr(ndstream, name)
        if not isinstance(ufunc, ndstream.ufunc) or not hasattr(numpy, name):
            continue
        two = ", y" if ufunc.nin == 2 else ""
        kinds = {"x": two, "f": two.replace("y", "g"), "i": two.replace("y", "j"), "b": two.replace("y", "d")}
        for first, second in kinds.items():
            if name == "matmul" or (name in ("left_shift", "right_shift", "ldexp") and first != "i"):
                continue
            yield f"np.{name}({first}{second})"
    for name in REDUCTIONS:
        for array in ("x", "f", "i", "m, axis=0", "m, axis=1"):
            yield f"np.{name}({array})"
    yield from CODES.strip().splitlines()


def computed(code, ours):
    """The code as a statement that leaves nothing pending."""
    return code if not ours or " = " in code or code.startswith(("out.", "np.put")) else f"r = {code}\nforce(r)"


def force_with(ndstream):
    array, eval_ = ndstream.ndarray, ndstream.eval

    def force(value):
        if type(value) is array:
            eval_(value)
        elif type(value) in (list, tuple):
            eval_(*[v for v in value if type(v) is array])

    return force


def seconds(code, module, n, force, repeat=5):
    """The best of several runs, or None if the code fails."""
    space = {"np": module, "n": n, "force": force}
    try:
        exec(SETUP, space)
        timer = timeit.Timer(computed(code, force is not None), globals=space)
        number = 1
        while timer.timeit(number) < 0.0004:
            number *= 3
        return min(timer.repeat(repeat, number)) / number
    except Exception:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--all", action="store_true", help="print what is faster, too")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("pattern", nargs="?", default="")
    arguments = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(arguments.build).resolve() / "python"))
    import numpy

    import ndstream

    warnings.simplefilter("ignore")
    numpy.seterr(all="ignore")
    force = force_with(ndstream)
    sizes = [int(n) for n in arguments.sizes.split(",")]
    ratios, slower = {n: [] for n in sizes}, 0
    print(f"{'code':60}{'elements':>9}{'NumPy':>11}{'ndstream':>11}{'ratio':>7}")
    for code in rows(ndstream, numpy):
        if arguments.pattern not in code:
            continue
        for n in sizes:
            theirs, mine = seconds(code, numpy, n, None), seconds(code, ndstream, n, force)
            if theirs is None or mine is None:
                if theirs is not None:
                    print(f"{code[:58]:60}{n:9}  fails with ndstream only")
                continue
            if mine > theirs:  # again, to be sure
                theirs, mine = min(theirs, seconds(code, numpy, n, None)), min(mine, seconds(code, ndstream, n, force))
            ratios[n].append(theirs / mine)
            slower += mine > theirs
            if arguments.all or mine > theirs:
                print(f"{code[:58]:60}{n:9}{theirs * 1e6:9.2f} us{mine * 1e6:8.2f} us{theirs / mine:7.2f}", flush=True)
    for n in sizes:
        if ratios[n]:
            mean = math.exp(sum(map(math.log, ratios[n])) / len(ratios[n]))
            print(f"{n} elements: {len(ratios[n])} rows, geometric mean {mean:.2f}, slower {sum(r < 1 for r in ratios[n])}")
    print(f"{slower} slower")


if __name__ == "__main__":
    main()
