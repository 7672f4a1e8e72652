"""Least squares three ways: normal equations, QR and gradient descent."""

import numpy as np

rng = np.random.default_rng(11)
samples, features = 20000, 12
x = rng.standard_normal((samples, features))
x = np.hstack([np.ones((samples, 1)), x])
truth = np.linspace(-2, 2, features + 1)
y = x @ truth + 0.1 * rng.standard_normal(samples)

normal = np.linalg.solve(x.T @ x, x.T @ y)
q, r = np.linalg.qr(x)
by_qr = np.linalg.solve(r, q.T @ y)
least, residuals, rank, singular = np.linalg.lstsq(x, y)

weights = np.zeros(features + 1)
for _ in range(200):
    gradient = x.T @ (x @ weights - y) / samples
    weights -= 0.5 * gradient

error = y - x @ normal
r2 = 1 - (error**2).sum() / ((y - y.mean()) ** 2).sum()
sigma = np.sqrt((error**2).sum() / (samples - features - 1))
spread = sigma * np.sqrt(np.diag(np.linalg.inv(x.T @ x)))

result = {
    "normal": normal,
    "qr": by_qr,
    "lstsq": least,
    "rank": int(rank),
    "descent": weights,
    "r2": r2,
    "errors": spread,
    "close to the truth": bool(np.all(np.abs(normal - truth) < 5 * spread)),
}
