"""Heat in a plate with fixed edges: an explicit stencil in place."""

import numpy as np


def step(u, rate):
    inner = u[1:-1, 1:-1]
    flow = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * inner
    u[1:-1, 1:-1] = inner + rate * flow


n = 400
plate = np.zeros((n, n))
plate[0, :] = 100.0
plate[:, 0] = np.linspace(100, 0, n)
plate[n // 3 : n // 2, n // 3 : n // 2] = 50.0
for _ in range(60):
    step(plate, 0.2)

result = {
    "mean": plate.mean(),
    "hottest": plate[1:-1, 1:-1].max(),
    "middle row": plate[n // 2],
    "energy": (plate**2).sum(),
}
