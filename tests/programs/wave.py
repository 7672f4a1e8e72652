"""A wave on a drum and the energy in it."""

import numpy as np

n, steps = 250, 80
x = np.linspace(0, 1, n)
now = np.exp(-((x[:, None] - 0.3) ** 2 + (x[None, :] - 0.6) ** 2) * 300)
now[0] = now[-1] = 0
now[:, 0] = now[:, -1] = 0
before = now.copy()
speed = 0.4
energies = []
for _ in range(steps):
    after = np.zeros_like(now)
    around = now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4 * now[1:-1, 1:-1]
    after[1:-1, 1:-1] = 2 * now[1:-1, 1:-1] - before[1:-1, 1:-1] + speed**2 * around
    motion = ((after - now) ** 2).sum()
    tension = speed**2 * (np.diff(now, axis=0) ** 2).sum() if hasattr(np, "diff") else speed**2 * ((now[1:] - now[:-1]) ** 2).sum()
    energies.append(motion + tension)
    before, now = now, after

result = {"energies": np.array(energies), "highest": now.max(), "diagonal": np.diagonal(now), "sum": now.sum()}
