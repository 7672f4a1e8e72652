"""k-means by Lloyd's iterations."""

import numpy as np

rng = np.random.default_rng(3)
centres = np.array([[0.0, 0.0], [5.0, 5.0], [0.0, 6.0], [7.0, -2.0]])
points = np.concatenate([c + rng.standard_normal((20000, 2)) for c in centres])

guess = points[[10, 24000, 44000, 64000]].copy()
moved = []
for _ in range(20):
    squared = ((points[:, None, :] - guess[None, :, :]) ** 2).sum(axis=2)
    label = squared.argmin(axis=1)
    new = np.array([points[label == k].mean(axis=0) for k in range(len(guess))])
    moved.append(float(np.abs(new - guess).max()))
    guess = new
    if moved[-1] < 1e-9:
        break

inertia = squared.min(axis=1).sum()
result = {
    "centres": guess,
    "sizes": [int((label == k).sum()) for k in range(len(guess))],
    "inertia": inertia,
    "rounds": len(moved),
    "silhouette-like": (np.sqrt(squared.min(axis=1)) / np.sqrt(squared.max(axis=1))).mean(),
}
