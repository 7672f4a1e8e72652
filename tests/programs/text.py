"""Words as numbers: counts, similarity, a topic by powers, all without strings in arrays."""

import numpy as np

rng = np.random.default_rng(64)
documents, words = 600, 2000
topics = rng.random((4, words)) ** 8
topics /= topics.sum(axis=1, keepdims=True)
which = rng.integers(0, 4, documents)
rate = topics[which] * 300
counts = np.floor(rate + rng.random((documents, words))).astype(int)

present = (counts > 0).sum(axis=0)
idf = np.log((1 + documents) / (1 + present)) + 1
tf = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
weights = tf * idf
weights /= np.linalg.norm(weights, axis=1, keepdims=True)
similar = weights @ weights.T
np.fill_diagonal(similar, 0)
nearest = similar.argmax(axis=1)
right = (which[nearest] == which).mean()

w = np.abs(rng.standard_normal((documents, 4)))
h = np.abs(rng.standard_normal((4, words)))
for _ in range(40):
    h *= (w.T @ counts) / (w.T @ w @ h + 1e-9)
    w *= (counts @ h.T) / (w @ (h @ h.T) + 1e-9)
error = np.sqrt(((counts - w @ h) ** 2).mean())

result = {"right": right, "idf": idf, "similar": similar.max(), "error": round(float(error), 6), "zeros": int((counts == 0).sum())}
