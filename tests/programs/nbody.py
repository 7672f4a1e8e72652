"""Bodies that attract each other, moved by the leapfrog method."""

import numpy as np


def accelerations(position, mass, softening):
    away = position[None, :, :] - position[:, None, :]
    squared = (away**2).sum(axis=-1) + softening**2
    strength = mass[None, :] * squared**-1.5
    return (away * strength[:, :, None]).sum(axis=1)


def energy(position, velocity, mass, softening):
    away = position[None, :, :] - position[:, None, :]
    distance = np.sqrt((away**2).sum(axis=-1) + softening**2)
    kinetic = 0.5 * (mass * (velocity**2).sum(axis=1)).sum()
    pairs = mass[:, None] * mass[None, :] / distance
    return kinetic - 0.5 * (pairs.sum() - np.trace(pairs))


rng = np.random.default_rng(1)
count = 300
mass = rng.uniform(0.5, 1.5, count) / count
position = rng.standard_normal((count, 3))
velocity = np.cross(position, [0.0, 0.0, 0.3])
velocity -= (mass[:, None] * velocity).sum(axis=0) / mass.sum()

before = energy(position, velocity, mass, 0.1)
step = 0.01
force = accelerations(position, mass, 0.1)
for _ in range(10):
    velocity += 0.5 * step * force
    position += step * velocity
    force = accelerations(position, mass, 0.1)
    velocity += 0.5 * step * force
after = energy(position, velocity, mass, 0.1)

result = {
    "energy": before,
    "conserved": bool(abs(after - before) < 1e-3 * abs(before)),
    "momentum is 0": bool(np.all(np.abs((mass[:, None] * velocity).sum(axis=0)) < 1e-12)),
    "position": position,
}
