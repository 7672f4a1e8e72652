"""Many double pendulums at once, by Runge and Kutta's method."""

import numpy as np


def slope(y):
    a, b, p, q = y
    d = a - b
    sin, cos = np.sin(d), np.cos(d)
    bottom = 2 - cos**2
    da = (p - q * cos) / bottom
    db = (2 * q - p * cos) / bottom
    common = p * q * sin / bottom - (p**2 + 2 * q**2 - 2 * p * q * cos) * sin * cos / bottom**2
    return np.stack([da, db, -2 * np.sin(a) - common, -np.sin(b) + common])


count = 2000
y = np.zeros((4, count))
y[0] = np.linspace(0.1, 3.0, count)
y[1] = y[0] / 2
start = y.copy()
h = 0.01
for _ in range(100):
    k1 = slope(y)
    k2 = slope(y + 0.5 * h * k1)
    k3 = slope(y + 0.5 * h * k2)
    k4 = slope(y + h * k3)
    y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

result = {"angles": y[:2, ::200], "moved": np.abs(y[0] - start[0]).max(), "mean": y.mean(axis=1)}
