"""Principal components by singular values and by powers; whitening."""

import numpy as np

rng = np.random.default_rng(21)
mix = rng.standard_normal((40, 40))
data = rng.standard_normal((10000, 40)) @ mix + np.linspace(-3, 3, 40)

centred = (data - data.mean(axis=0)) / data.std(axis=0)
u, s, vt = np.linalg.svd(centred, full_matrices=False)
explained = s**2 / (s**2).sum()
scores = u * s
signs = np.sign(vt[:, 0])
scores *= signs
vt *= signs[:, None]

covariance = centred.T @ centred / (len(centred) - 1)
vector = np.ones(40) / np.sqrt(40)
for _ in range(500):
    vector = covariance @ vector
    vector /= np.linalg.norm(vector)
vector *= np.sign(vector[0])

whitened = scores / scores.std(axis=0, ddof=1)
identity = whitened.T @ whitened / (len(data) - 1)
rebuilt = scores[:, :20] @ vt[:20]

result = {
    "explained": explained,
    "cumulative": np.cumsum(explained),
    "first": vt[0],
    "white": bool(np.all(np.abs(identity - np.eye(40)) < 1e-8)),
    "lost": ((centred - rebuilt) ** 2).mean(),
    "angle": bool(abs(abs(vector @ vt[0]) - 1) < 1e-3),
}
