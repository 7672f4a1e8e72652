"""A layer of convolution forward and backward, pooling, normalisation and dropout."""

import numpy as np

rng = np.random.default_rng(77)
images = rng.standard_normal((32, 3, 28, 28)).astype(np.float32)
weights = (rng.standard_normal((16, 3, 5, 5)) * 0.1).astype(np.float32)
bias = np.zeros(16, dtype=np.float32)

patches = np.lib.stride_tricks.sliding_window_view(images, (5, 5), axis=(2, 3))
columns = patches.transpose(0, 2, 3, 1, 4, 5).reshape(32, 24 * 24, 75)
output = columns @ weights.reshape(16, 75).T + bias
output = output.transpose(0, 2, 1).reshape(32, 16, 24, 24)
active = np.maximum(output, 0)
pooled = active.reshape(32, 16, 12, 2, 12, 2).max(axis=(3, 5))

mean = pooled.mean(axis=(0, 2, 3), keepdims=True)
deviation = np.sqrt(pooled.var(axis=(0, 2, 3), keepdims=True) + 1e-5)
normal = (pooled - mean) / deviation
kept = rng.random(normal.shape) < 0.8
dropped = np.where(kept, normal / 0.8, 0)

gradient = (np.repeat(np.repeat(dropped.astype(np.float32), 2, axis=2), 2, axis=3)) * (output > 0)
flat = gradient.reshape(32, 16, 576)
weight_gradient = np.einsum("bok,bkp->op", flat, columns)

result = {
    "dtype": str(output.dtype),
    "output": output.astype(float).mean(axis=(0, 2, 3)).round(3),
    "pooled": pooled.shape,
    "normal": bool(abs(float(normal.mean())) < 1e-4),
    "kept": int(kept.sum()),
    "gradient": weight_gradient.astype(float).sum(axis=1).round(0).shape,
}
