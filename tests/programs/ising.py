"""The Ising model on a checkerboard: every second spin at once, by Metropolis' rule."""

import numpy as np

rng = np.random.default_rng(17)
n = 256
spins = np.where(rng.random((n, n)) < 0.5, 1, -1)
rows, columns = np.indices((n, n))
black = (rows + columns) % 2 == 0
energies, magnets = [], []
for sweep in range(30):
    for colour in (black, ~black):
        around = np.roll(spins, 1, 0) + np.roll(spins, -1, 0) + np.roll(spins, 1, 1) + np.roll(spins, -1, 1)
        cost = 2 * spins * around
        flips = colour & (rng.random((n, n)) < np.exp(-0.44 * np.clip(cost, 0, None)))
        spins = np.where(flips, -spins, spins)
    bonds = spins * np.roll(spins, 1, 0) + spins * np.roll(spins, 1, 1)
    energies.append(-bonds.mean())
    magnets.append(abs(spins.mean()))

result = {"energies": np.array(energies), "magnets": np.array(magnets), "up": int((spins == 1).sum())}
