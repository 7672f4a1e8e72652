"""An epidemic: equations, a network of people, and many random runs at once."""

import numpy as np

s, i, r = 0.99, 0.01, 0.0
curve = np.empty((200, 3))
for day in range(200):
    curve[day] = s, i, r
    new, well = 0.3 * s * i, 0.1 * i
    s, i, r = s - new, i + new - well, r + well

rng = np.random.default_rng(100)
people = 1000
contact = rng.random((people, people)) < 0.004
contact |= contact.T
state = np.zeros(people, dtype=np.int8)
state[:5] = 1
counts = []
for day in range(60):
    sick = state == 1
    pressure = contact @ sick.astype(float)
    caught = (state == 0) & (rng.random(people) < 1 - 0.9**pressure)
    healed = sick & (rng.random(people) < 0.1)
    state[caught] = 1
    state[healed] = 2
    counts.append([int((state == k).sum()) for k in range(3)])

runs = np.full(50000, 10)
alive = []
for _ in range(30):
    runs = np.minimum(runs + (rng.random(50000) < 0.5) * 3 - (rng.random(50000) < 0.6) * 2, 100)
    runs = np.where(runs < 0, 0, runs)
    alive.append((runs > 0).mean())

result = {"curve": curve, "peak": int(curve[:, 1].argmax()), "counts": np.array(counts), "alive": np.array(alive), "runs": np.bincount(runs)[:5] if hasattr(np, "bincount") else None}
result.pop("runs")
