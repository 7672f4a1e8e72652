"""Classes of points by their nearest neighbours, and by distances to means."""

import numpy as np

rng = np.random.default_rng(31)
train = np.concatenate([rng.normal(m, 1.0, (1000, 8)) for m in (0.0, 1.0, 2.0)])
labels = np.repeat(np.arange(3), 1000)
test = np.concatenate([rng.normal(m, 1.0, (250, 8)) for m in (0.0, 1.0, 2.0)])
truth = np.repeat(np.arange(3), 250)

squared = (test**2).sum(axis=1)[:, None] - 2 * test @ train.T + (train**2).sum(axis=1)
votes = np.zeros((len(test), 3), dtype=int)
left = squared.copy()
for _ in range(7):
    nearest = left.argmin(axis=1)
    votes[np.arange(len(test)), labels[nearest]] += 1
    left[np.arange(len(test)), nearest] = np.inf
predicted = votes.argmax(axis=1)

means = np.array([train[labels == k].mean(axis=0) for k in range(3)])
by_mean = np.linalg.norm(test[:, None] - means[None], axis=2).argmin(axis=1)
confusion = np.array([[int(((truth == i) & (predicted == j)).sum()) for j in range(3)] for i in range(3)])

result = {
    "accuracy": (predicted == truth).mean(),
    "by mean": (by_mean == truth).mean(),
    "confusion": confusion,
    "recall": np.diag(confusion) / confusion.sum(axis=1),
    "votes": votes.sum(axis=0),
}
