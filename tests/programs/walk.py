"""Random walks: spread, first passage, autocorrelation."""

import numpy as np

rng = np.random.default_rng(99)
walkers, steps = 2000, 1000
moves = 2 * rng.integers(0, 2, (walkers, steps)) - 1
paths = moves.cumsum(axis=1)
spread = (paths**2).mean(axis=0)
time = np.arange(1, steps + 1)
slope = (time * spread).sum() / (time**2).sum()
passed = np.abs(paths) >= 30
ever = passed.any(axis=1)
first = passed.argmax(axis=1)[ever]

noise = rng.standard_normal(20000)
smooth = np.empty_like(noise)
smooth[0] = noise[0]
for start in range(1, 200):
    smooth[start] = 0.9 * smooth[start - 1] + noise[start]
window = smooth[:200] - smooth[:200].mean()
auto = np.array([(window[: 200 - lag] * window[lag:]).sum() for lag in range(20)])
auto /= auto[0]

result = {
    "slope": slope,
    "share": ever.mean(),
    "first": int(first.min()),
    "mean first": first.mean(),
    "final": paths[:, -1].std(),
    "auto": auto,
}
