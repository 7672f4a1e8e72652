"""A Markov chain: its stationary distribution by powers, by eigenvectors and by simulation; PageRank."""

import numpy as np

rng = np.random.default_rng(12)
n = 300
chain = rng.random((n, n)) ** 4 + np.eye(n)
chain /= chain.sum(axis=1, keepdims=True)

start = np.full(n, 1 / n)
for _ in range(200):
    start = start @ chain
powers = np.linalg.matrix_power(chain, 64)[0]

system = np.vstack([chain.T - np.eye(n), np.ones((1, n))])
target = np.zeros(n + 1)
target[-1] = 1
solved = np.linalg.lstsq(system, target)[0]

links = (rng.random((n, n)) < 0.05).astype(float)
out = links.sum(axis=1, keepdims=True)
links = np.where(out > 0, links / np.where(out == 0, 1, out), 1 / n)
rank = np.full(n, 1 / n)
for _ in range(100):
    rank = 0.85 * (rank @ links) + 0.15 / n

result = {
    "stationary": start,
    "by powers": powers,
    "solved": solved,
    "entropy": -(start * np.log(start)).sum(),
    "rank": rank,
    "best": int(rank.argmax()),
}
