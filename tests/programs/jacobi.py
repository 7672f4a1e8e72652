"""Linear equations by iteration: Jacobi, conjugate gradients, and Poisson's equation on a grid."""

import numpy as np

rng = np.random.default_rng(4)
n = 600
a = rng.standard_normal((n, n))
a = a @ a.T / n + np.eye(n) * 2
b = rng.standard_normal(n)

x = np.zeros(n)
r = b - a @ x
p = r.copy()
rounds = 0
while np.sqrt(r @ r) > 1e-10 and rounds < 500:
    ap = a @ p
    alpha = (r @ r) / (p @ ap)
    x = x + alpha * p
    new = r - alpha * ap
    p = new + (new @ new) / (r @ r) * p
    r = new
    rounds += 1

m = 128
source = np.zeros((m, m))
source[m // 2, m // 3] = 1.0
u = np.zeros((m, m))
for _ in range(300):
    padded = np.zeros((m + 2, m + 2))
    padded[1:-1, 1:-1] = u
    u = 0.25 * (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] + source)

result = {
    "solution": x,
    "left": bool(np.linalg.norm(a @ x - b) < 1e-8),
    "same": bool(np.allclose(x, np.linalg.solve(a, b))) if hasattr(np, "allclose") else True,
    "u": u,
    "peak": divmod(int(u.argmax()), m),
}
