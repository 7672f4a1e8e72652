"""An image blurred, sharpened, thresholded and searched for edges."""

import numpy as np


def convolve(image, kernel):
    rows, columns = kernel.shape
    padded = np.zeros((image.shape[0] + rows - 1, image.shape[1] + columns - 1))
    padded[rows // 2 : rows // 2 + image.shape[0], columns // 2 : columns // 2 + image.shape[1]] = image
    out = np.zeros_like(image)
    for i in range(rows):
        for j in range(columns):
            out += kernel[i, j] * padded[i : i + image.shape[0], j : j + image.shape[1]]
    return out


rows, columns = np.mgrid[0:600, 0:800]
image = 127 + 60 * np.sin(rows / 9.0) * np.cos(columns / 13.0)
image[200:320, 300:500] = 250
image = image + np.random.default_rng(0).normal(0, 5, image.shape)

line = np.exp(-0.5 * (np.arange(7) - 3.0) ** 2 / 1.5**2)
gauss = np.outer(line, line) / line.sum() ** 2
blurred = convolve(image, gauss)
sharp = np.clip(image + 1.5 * (image - blurred), 0, 255).astype(np.uint8)
sobel = np.array([[1.0, 2, 1], [0, 0, 0], [-1, -2, -1]])
edges = np.hypot(convolve(blurred, sobel), convolve(blurred, sobel.T))
mask = edges > edges.mean() + 2 * edges.std()

result = {
    "blurred": blurred[::100, ::100],
    "sharp": int(sharp.astype(int).sum()),
    "edge share": mask.mean(),
    "brightest": np.unravel_index(blurred.argmax(), blurred.shape) if hasattr(np, "unravel_index") else divmod(blurred.argmax(), 800),
    "mirrored": np.flip(sharp, axis=1)[0, :5].tolist(),
}
