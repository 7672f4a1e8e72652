"""Areas, rotations, points in polygons, a convex hull by wrapping, closest pairs."""

import math

import numpy as np

rng = np.random.default_rng(55)
points = rng.standard_normal((600, 2)) * [3.0, 1.0]
angle = math.radians(30)
turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
turned = points @ turn.T
same = np.linalg.norm(turned, axis=1) - np.linalg.norm(points, axis=1)

hull = [int(turned[:, 0].argmin())]
while True:
    here = turned[hull[-1]]
    away = turned - here
    best = (hull[-1] + 1) % len(turned)
    for k in range(len(turned)):
        if away[best, 0] * away[k, 1] - away[best, 1] * away[k, 0] < 0:
            best = k
    if best == hull[0]:
        break
    hull.append(best)
corners = turned[hull]
after = np.roll(corners, -1, axis=0)
area = 0.5 * np.abs((corners[:, 0] * after[:, 1] - corners[:, 1] * after[:, 0]).sum())

tests = rng.uniform(-8, 8, (20000, 2))
inside = np.zeros(len(tests), dtype=bool)
for (x1, y1), (x2, y2) in zip(corners, after):
    crosses = (y1 > tests[:, 1]) != (y2 > tests[:, 1])
    at = x1 + (tests[:, 1] - y1) * (x2 - x1) / (y2 - y1)
    inside ^= crosses & (tests[:, 0] < at)

distance = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1)) + np.eye(600) * 1e9
pair = divmod(int(distance.argmin()), 600)

result = {
    "hull": len(hull),
    "area": area,
    "share": inside.mean() * 256,
    "kept": bool(np.all(np.abs(same) < 1e-12)),
    "closest": distance.min(),
    "pair": pair,
    "inertia": np.linalg.eigvalsh(points.T @ points / 600),
}
