"""Rays from an eye onto spheres: distance, normal, light and shadow of every pixel."""

import numpy as np

height, width = 480, 720
y, x = np.meshgrid(np.linspace(1, -1, height), np.linspace(-1.5, 1.5, width), indexing="ij")
rays = np.stack([x, y, np.full_like(x, 1.5)], axis=-1)
rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
spheres = [((0.0, 0.0, 4.0), 1.0), ((1.2, 0.4, 3.2), 0.5), ((-1.3, -0.3, 5.0), 0.9)]
light = np.array([1.0, 2.0, -1.5])
light /= np.linalg.norm(light)


def hit(origin, direction, centre, radius):
    away = origin - np.array(centre)
    b = (away * direction).sum(axis=-1)
    c = (away * away).sum(axis=-1) - radius**2
    inside = b * b - c
    near = -b - np.sqrt(np.maximum(inside, 0))
    return np.where((inside > 0) & (near > 1e-4), near, np.inf)


nearest = np.full((height, width), np.inf)
which = np.full((height, width), -1)
for i, (centre, radius) in enumerate(spheres):
    distance = hit(np.zeros(3), rays, centre, radius)
    closer = distance < nearest
    nearest[closer] = distance[closer]
    which[closer] = i

seen = which >= 0
point = rays[seen] * nearest[seen][:, None]
centres = np.array([c for c, _ in spheres])[which[seen]]
normal = point - centres
normal /= np.linalg.norm(normal, axis=1)[:, None]
bright = np.clip(normal @ light, 0, 1)
for centre, radius in spheres:
    bright[np.isfinite(hit(point, light, centre, radius))] *= 0.3
image = np.zeros((height, width))
image[seen] = 0.1 + 0.9 * bright

result = {"image": image, "seen": int(seen.sum()), "nearest": nearest.min(), "histogram": [(which == i).sum() for i in range(3)]}
