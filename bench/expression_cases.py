"""Cases of expressions: each is a function of a module, so that NumPy, ndstream and JAX run the same lines.

`cases()` yields (name, function, arrays, bytes read, bytes written, what else bounds it, peers): the peers beside JAX, by
name, and as what bounds it the name of functions whose arithmetic may take longer than memory, with how many elements.
"""

import numba
import numexpr
import numpy as np

N = 10_000_000


def polynomial(np, x):
    return 2 * x**2 + 3 * x + 5


def circle(np, x):
    return np.sin(x) ** 2 + np.cos(x) ** 2


def price(np, s):
    d = (np.log(s * 0.5) + 0.3) / (s + 2.0)
    e, g = np.exp(-(d**2)), np.exp(s * -0.05)
    return (s * e - g * d) / (e * 0.4 + 1.0)


PRICE = "(s*exp(-d**2) - exp(s*-0.05)*d) / (exp(-d**2)*0.4 + 1.0)".replace("d", "((log(s*0.5) + 0.3)/(s + 2.0))")


def squares(np, x):
    return ((x - 0.5) ** 2).sum()


def above(np, x):
    return (x > 5).mean()


def dot(np, x, y):
    return ((x - 0.5) * (y + 2.0)).sum()


def standardise(np, m):
    return (m - m.mean(axis=0)) / m.std(axis=0)


def softmax(axis):
    def run(np, m):
        e = np.exp(m - m.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    return run


def standardised(axis):
    def run(np, m):
        return (m - m.mean(axis=axis, keepdims=True)) / m.std(axis=axis, keepdims=True)

    return run


def log_softmax(axis):
    def run(np, m):
        y = m - m.max(axis=axis, keepdims=True)
        return y - np.log(np.exp(y).sum(axis=axis, keepdims=True))

    return run


def log_sum_exp(axis):
    def run(np, m):
        most = m.max(axis=axis, keepdims=True)
        return np.log(np.exp(m - most).sum(axis=axis, keepdims=True)) + most

    return run


def less_log_sum_exp(np, m):
    most = m.max(axis=0)
    return m - (np.log(np.exp(m - most).sum(axis=0)) + most)


def distances(np, p):
    return np.sqrt(((p[:, None, :] - p[None, :, :]) ** 2).sum(axis=2))


def loops(expression):
    """The expression as one parallel loop of Numba's."""
    scope = {"numba": numba, "np": np}
    exec("@numba.njit(parallel=True)\ndef f(x):\n    out = np.empty_like(x)\n"
         f"    for i in numba.prange(x.size):\n        v = x[i]\n        out[i] = {expression}\n"
         "    return out", scope)
    return scope["f"]


numba_polynomial = loops("2.0*v*v + 3.0*v + 5.0")
numba_circle = loops("np.sin(v)**2 + np.cos(v)**2")


@numba.njit(parallel=True)
def numba_price(x):
    out = np.empty_like(x)
    for i in numba.prange(x.size):
        s = x[i]
        d = (np.log(s * 0.5) + 0.3) / (s + 2.0)
        e, g = np.exp(-(d * d)), np.exp(s * -0.05)
        out[i] = (s * e - g * d) / (e * 0.4 + 1.0)
    return out


@numba.njit(parallel=True)
def numba_distances(p):
    out = np.empty((p.shape[0], p.shape[0]))
    for i in numba.prange(p.shape[0]):
        for j in range(p.shape[0]):
            total = 0.0
            for k in range(p.shape[1]):
                total += (p[i, k] - p[j, k]) ** 2
            out[i, j] = np.sqrt(total)
    return out


def peers_of(text, loop, **arrays):
    given = {}
    if text:
        given["numexpr"] = lambda: numexpr.evaluate(text, local_dict=arrays)
    if loop:
        given["Numba"] = lambda: loop(*arrays.values())
    return given


def cases():
    random = np.random.default_rng(7)
    text = "2*x**2 + 3*x + 5"
    for n, size in ((N, ""), (10 * N, ", 100M")):
        x = random.random(n) * 20 - 10
        yield text + size, polynomial, [x], 8 * n, 8 * n, None, peers_of(text, numba_polynomial, x=x)
    x = random.random(N) * 20 + 0.5
    y = random.random(N)
    yield ("sin(x)**2 + cos(x)**2", circle, [x], 8 * N, 8 * N, ("sincos", N),
           peers_of("sin(x)**2 + cos(x)**2", numba_circle, x=x))
    yield ("pricing: log, 2 exp, 2 divisions, 12 light", price, [x], 8 * N, 8 * N, ("price", N),
           peers_of(PRICE, numba_price, s=x))
    yield "sum((x - 0.5)**2)", squares, [x], 8 * N, 0, None, peers_of("sum((x - 0.5)**2)", None, x=x)
    yield "mean(x > 5)", above, [x], 8 * N, 0, None, {}
    yield ("sum((x - 0.5) * (y + 2))", dot, [x, y], 16 * N, 0, None,
           peers_of("sum((x - 0.5) * (y + 2))", None, x=x, y=y))
    m = random.random((5000, 5000))
    yield "(M - M.mean(0)) / M.std(0), 5000x5000", standardise, [m], m.nbytes, m.nbytes, None, {}
    for axis, name in ((1, "rows"), (0, "columns")):
        yield f"softmax over {name}, 5000x5000", softmax(axis), [m], m.nbytes, m.nbytes, ("softmax", m.size), {}
        yield f"log-softmax over {name}, 5000x5000", log_softmax(axis), [m], m.nbytes, m.nbytes, None, {}
        yield f"logsumexp over {name}, 5000x5000", log_sum_exp(axis), [m], m.nbytes, 0, ("exp", m.size), {}
    yield "M - logsumexp(M, 0), 5000x5000", less_log_sum_exp, [m], m.nbytes, m.nbytes, None, {}
    odd, floats = random.random((5000, 5001)), m.astype("float32")  # whose rows are no whole lines of the cache
    for axis, name in ((1, "rows"), (0, "columns")):
        yield f"standardised {name}, 5000x5001", standardised(axis), [odd], odd.nbytes, odd.nbytes, None, {}
        yield f"softmax over {name}, 5000x5001", softmax(axis), [odd], odd.nbytes, odd.nbytes, ("softmax", odd.size), {}
        yield (f"softmax over {name}, float32, 5000x5000", softmax(axis), [floats], floats.nbytes, floats.nbytes,
               None, {})
    p = random.random((2000, 3))
    yield ("distances of 2000 points in space", distances, [p], 0, 8 * 2000**2, ("root", 2000**2),
           peers_of(None, numba_distances, p=p))
    for n in (1_000, 20_000, 100_000, 1_000_000):
        small = x[:n].copy()
        yield f"{text}, {n:,}", polynomial, [small], 8 * n, 8 * n, None, peers_of(text, numba_polynomial, x=small)
