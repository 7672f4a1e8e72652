"""Every ufunc, reduction and array function beside NumPy, on 1,000, 10,000 and 100,000 elements: what is slower, and
whether expressions of three operations and more are 1.5 times as fast.

Results are computed, not left pending. Names of the table are measured without being named here. Each library has a
process of its own, as in programs.py.

usage: functions.py [--build FOLDER] [--all] [--sizes N,N...] [PATTERN]     rows whose code contains PATTERN
"""

import argparse
import json
import math
import os
import pathlib
import sys
import time
import timeit
import warnings

from programs import Worker

SETUP = """
rng = np.random.default_rng(7)
x = rng.uniform(0.1, 0.9, n); y = rng.uniform(0.1, 0.9, n); f = x.astype(np.float32); g = y.astype(np.float32)
i = rng.integers(1, 50, n); j = rng.integers(1, 6, n); c = x + 1j * y; b = x > 0.5; d = y > 0.5; p = rng.permutation(n)
side = 10; m = x.reshape(side, -1); w = y.reshape(-1, side); k = rng.integers(0, n, n // 2); s = x.copy(); s.sort()
u = i.astype(np.uint8); few = x[:16].copy(); e = np.concatenate([[np.nan], x[1:]]); q = m.copy(); out = np.empty(n)
small = min(n, 10000); v = x[:small].copy(); z = c.astype(np.complex64); h = f.reshape(side, -1)
two = x.reshape(2, -1); four = f.reshape(4, -1); points = x[:n // 3 * 3].reshape(-1, 3); t = i.astype(np.int32)
"""

# Three operations and more.
EXPRESSIONS = """
2 * x + y * x
x * y + x - y
(x - y) * (x + y)
np.sqrt(x * x + y * y)
(x > 0.2) & (x < 0.7)
abs(x - y) / (x + y)
np.exp(-x * x / 2)
np.where(b, x, y) * 2 + x
i + j * 2 - 1
2 * f * f + 3 * f + 5
((x - y) ** 2).sum()
(x * y + 1).mean()
np.maximum(x - y, 0) * 2
(m - m.mean(axis=0)) / m.std(axis=0)
x[1:-1] * 2 - x[:-2] - x[2:]
x ** 2 + y ** 2
i ** 2 + j ** 2
np.sqrt(f * f + g * g)
(f - 0.5) / 0.25 + g
(x - x.mean()) / x.std()
(f - f.mean()) / f.std()
(f > 0.2) & (f < 0.7)
(i > 10) & (i < 30)
np.where(x > 0.5, x, 0) * 2
np.where(f > 0.5, f, 0) * 2
np.where(i > 20, i, 0) * 2
np.exp(-x * x) * y
np.exp(-f * f) * g
1 / (1 + np.exp(-x))
1 / (1 + np.exp(-f))
0.5 * (x + y) * f
2 * x * x + 3 * x + 5
(i & 7) * 2 + (j >> 1)
i * 0.5 + x * 2
np.sin(f) * np.cos(g) + f
np.clip(x * 2 - 1, 0, 1) * y
np.sqrt(((x - y) ** 2).mean())
abs(f - g) / (f + g)
"""

# One a line: what the names of SETUP are used in. What returns nothing changes an array in place.
CODES = """
x + y * x
x * y + s
f * g + f
i * j + i
x * f + i
np.where(b, x, y) + x
c * c + c
x / x.max() - 1
x + i
x * 2
f * 2
f * 0.5 + 1
t + 1
t * t
t.astype(np.float32)
u.astype(np.float32)
f.astype(np.float64)
f.astype(np.uint8)
t // 3
u + 1
u // 2
u > 20
-f
f + 1j
np.divmod(i, 7)
(x > y) & (x < s)
(f > g) | (f < 0.5)
~(x > 0.5)
x += 1.0
f *= 1.0
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
np.sum(h, axis=0)
np.sum(h, axis=1)
np.mean(h, axis=0)
np.max(h, axis=0)
np.argmax(h, axis=1)
np.sum(two, axis=0)
np.max(two, axis=0)
np.sum(four, axis=0)
np.mean(four, axis=0)
np.max(four, axis=0)
np.sum(points, axis=0)
np.sum(points, axis=1)
np.min(points, axis=0)
points - points.mean(axis=0)
np.linalg.norm(points, axis=1)
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
np.einsum('ij->', h)
np.einsum('i->', f)
np.einsum('i,i', f, g)
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
np.abs(z)
np.angle(z)
z * z
z + z
np.exp(z)
np.sqrt(c)
z.real * 2
(z * np.conj(z)).real
c * c
c + x
np.vecdot(w, w)
np.vecdot(x.reshape(-1, 100), y.reshape(-1, 100))
rng.random(n)
rng.standard_normal(n)
rng.integers(0, 10, n)
rng.permutation(n)
np.random.rand(n)
np.random.randn(n)
np.random.randint(0, 10, n)
np.random.uniform(-1, 1, n)
np.random.normal(0, 2, n)
np.random.permutation(n)
np.dot(x, y)
np.dot(c.real, c.imag)
np.dot(c, c)
np.vdot(c, c)
np.vecdot(c, c)
m[0] @ m[1]
w[:, 0] @ w[:, 1]
x[:n // 10] @ w[:, 0]
m @ w
m @ m[0]
w @ few[:10]
few[:10] @ m
few[:7] @ m[:7]
i[:10] @ i.reshape(10, -1)
few.fill(2.5)
few.fill(3)
x[i[0]]
np.array(range(10))
f[0] * f[1]
u[0] + t[1]
np.argmax(u)
np.argmin(t)
np.argmax(m[:, :20], axis=1)
np.argmax(points[:20], axis=0)
np.argmin(f[:100].reshape(10, 10), axis=0)
np.argmin(w, axis=0)
[v for v in x]
[v for v in few.flat]
[v for v in np.ndenumerate(few)]
[v for v in np.nditer(few)]
[v for v in np.nditer(m)]
[v for v in np.ndindex(4, 5)]
few[3] = 2.5
i[3] = 2
i[3] += 2
m.flags
np.finfo(float)
np.iinfo(int)
np.errstate(divide='ignore').__enter__()
np.random.seed(0)
x[0] ** 3
x[0] ** 0.7
abs(c[0])
str(f[0])
hash(f[0])
hash(i[0])
hash(c[0])
repr(f[0])
f"{x[0]:.3f}"
x[0].item()
x.item(3)
round(x[0])
int(x[0])
int(f[0])
float(i[0])
bool(x[0] > 1)
-x[0]
-f[0]
abs(f[0])
divmod(i[0], 7)
x[0] + y[0]
f[0] + 1
f[0] ** 0.5
2 ** x[0]
i[0] + j[0]
i[0] // 7
i[0] ** 2
t[0] * t[1]
u[0] + 1
c[0] * c[1]
x[0] == y[0]
f[0] < g[0]
i[0] == 3
i[0] < 2.5
np.float64(3)
np.float32(x[0])
np.int64(3)
x[0].astype(np.float32)
np.isscalar(x[0])
np.sqrt(x[0])
np.isnan(x[0])
np.maximum(x[0], 0)
np.array([1, 2, 3])
np.array((1.0, 2.0))
np.array([x[0], y[0]])
x.dtype == np.float64
x.T
m[1, 2]
m[1][2]
m[1, :]
m[1, 2] = 0.5
f[3] = 0.5
f[3] = g[4]
b[3] = True
t[3] = 2
u[3] = 2
few[3] += 0.5
[r for r in m]
list(zip(few, few))
few[:3].sum()
sum(few)
max(few)
few.ravel()
few.view()
few.flatten()
few.sort()
[v for v in np.nditer(m.T)]
[v for v in np.nditer([x, y])]
[v for v in np.nditer(x, flags=['multi_index'])]
few[:10] @ w[:10]
m[:5, :2000] @ w[:2000, :5]
x[:14000].reshape(14, -1) @ y[:14000].reshape(-1, 14)
"""

REDUCTIONS = "sum prod mean var std min max argmin argmax all any count_nonzero ptp nansum nanmean nanmax nanmin nanstd".split()


def rows(ndstream, numpy):
    """The code of each row."""
    yield from EXPRESSIONS.strip().splitlines()
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


def computed(code):
    """The code as a statement that leaves nothing pending."""
    if " += " in code or " *= " in code:
        return f"{code}\nforce({code.split()[0]})"
    return code if " = " in code or code.startswith(("out.", "np.put")) else f"r = {code}\nforce(r)"


def force_with(module):
    """What computes a result; NumPy's does as much, but for the computing."""
    array, compute = module.ndarray, getattr(module, "eval", len)

    def force(value):
        if type(value) is array:
            if value.ndim:
                compute(value)
        elif type(value) in (list, tuple):
            for v in value:
                if type(v) is array and v.ndim:
                    compute(v)

    return force


def move_to(turn):
    """Moves this thread to another CPU, from which it may go where it likes. A neighbour on the same core, as virtual
    machines have them, makes a CPU slower by half for seconds: what stays on one is compared with its neighbours."""
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[turn % len(allowed)]})
        os.sched_setaffinity(0, allowed)


def seconds(code, module, n, force, repeat=6):
    """The best of several runs, on each CPU in turn, or None if the code fails."""
    space = {"np": module, "n": n, "force": force}
    try:
        exec(SETUP, space)
        timer = timeit.Timer(computed(code), globals=space)
        timer.timeit(1)  # what SETUP left pending
        number = 1
        while timer.timeit(number) < 0.0004:
            number *= 3
        best = math.inf
        for turn in range(repeat):
            move_to(turn)
            timer.timeit(number // 3 + 1)
            best = min(best, timer.timeit(number))
        return best / number
    except Exception:
        return None


def work(library):
    """Runs what stdin asks for, a line of [code, elements] each, and writes what it took."""
    module = __import__(library)
    warnings.simplefilter("ignore")
    module.seterr(all="ignore")
    force = force_with(module)
    for line in sys.stdin:
        code, n = json.loads(line)
        print(json.dumps(seconds(code, module, n, force)), flush=True)


SPINNING = 0.04  # seconds for which OpenBLAS's threads keep a CPU busy after the last product


def in_turn(workers, code, n):
    times = []
    for worker in workers:
        time.sleep(SPINNING)
        times.append(json.loads(worker.ask(json.dumps([code, n]))))
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--all", action="store_true", help="print what is faster, too")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("pattern", nargs="?", default="")
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.work)
        return
    sys.path.insert(0, str(pathlib.Path(arguments.build).resolve() / "python"))
    import numpy

    import ndstream

    theirs_and_mine = [Worker(library, arguments.build, __file__) for library in ("numpy", "ndstream")]
    sizes = [int(n) for n in arguments.sizes.split(",")]
    expressions = EXPRESSIONS.strip().splitlines()
    ratios, wanted = {n: [] for n in sizes}, {n: [] for n in sizes}
    print(f"{'code':60}{'elements':>9}{'NumPy':>11}{'ndstream':>11}{'ratio':>7}")
    for code in rows(ndstream, numpy):
        if arguments.pattern not in code:
            continue
        least = 1.5 if code in expressions else 1
        for n in sizes:
            theirs, mine = in_turn(theirs_and_mine, code, n)
            if theirs is None or mine is None:
                if theirs is not None:
                    print(f"{code[:58]:60}{n:9}  fails with ndstream only")
                continue
            for _ in range(4):  # again, to be sure: a CPU is slower for whole seconds
                if theirs >= least * mine:
                    break
                again = in_turn(theirs_and_mine, code, n)
                theirs, mine = min(theirs, again[0]), min(mine, again[1])
            (wanted if code in expressions else ratios)[n].append(theirs / mine)
            if arguments.all or theirs < least * mine:
                print(f"{code[:58]:60}{n:9}{theirs * 1e6:9.2f} us{mine * 1e6:8.2f} us{theirs / mine:7.2f}", flush=True)
    for n in sizes:
        for kind, least, found in (("operations", 1, ratios[n]), ("expressions", 1.5, wanted[n])):
            if found:
                mean = math.exp(sum(map(math.log, found)) / len(found))
                below = sum(r < least for r in found)
                print(f"{n} elements: {len(found)} {kind}, geometric mean {mean:.2f}, below {least}: {below}")
    for worker in theirs_and_mine:
        worker.end()


if __name__ == "__main__":
    main()
