"""A wave packet in a well: Crank and Nicolson's steps as one matrix, and levels by diagonalisation."""

import numpy as np

n, length = 300, 10.0
x = np.linspace(0, length, n)
h = x[1] - x[0]
kinetic = (np.eye(n) * 2 - np.eye(n, k=1) - np.eye(n, k=-1)) / (2 * h * h)
potential = np.diag(0.5 * (x - length / 2) ** 2)
hamiltonian = kinetic + potential
levels, states = np.linalg.eigh(hamiltonian)

dt = 0.01
forward = np.eye(n) - 0.5j * dt * hamiltonian
backward = np.eye(n) + 0.5j * dt * hamiltonian
step = np.linalg.solve(backward, forward)
psi = np.exp(-((x - 3.5) ** 2) + 2j * x)
psi /= np.sqrt((np.abs(psi) ** 2).sum() * h)
places = []
for _ in range(100):
    psi = step @ psi
    places.append(((np.abs(psi) ** 2) * x).sum() * h)

result = {
    "levels": levels[:6],
    "gaps": np.round(levels[1:6] - levels[:5], 3),
    "norm": (np.abs(psi) ** 2).sum() * h,
    "places": np.array(places),
    "ground": np.abs(states[:, 0]),
}
