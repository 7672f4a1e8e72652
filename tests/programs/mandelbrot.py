"""The Mandelbrot set: how soon each point escapes."""

import numpy as np

height, width, most = 480, 720, 50
real = np.linspace(-2.25, 0.75, width)
imaginary = np.linspace(-1.0, 1.0, height)
c = real[None, :] + 1j * imaginary[:, None]
z = np.zeros_like(c)
escape = np.full(c.shape, most)
inside = np.ones(c.shape, dtype=bool)
for i in range(most):
    z[inside] = z[inside] ** 2 + c[inside]
    out = inside & ((z.real**2 + z.imag**2) > 4.0)
    escape[out] = i
    inside &= ~out

result = {"escape": escape, "area": inside.mean() * 6.0, "columns": inside.sum(axis=0)}
