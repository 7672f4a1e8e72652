"""A tone with noise: a filter by convolution in blocks, its spectrum by sums, an envelope, a spectrogram of powers."""

import numpy as np

rate = 8000
t = np.arange(rate) / rate
rng = np.random.default_rng(6)
signal = np.sin(2 * np.pi * 440 * t) * np.exp(-2 * t) + 0.5 * np.sin(2 * np.pi * 1760 * t) + 0.1 * rng.standard_normal(rate)

taps = 65
middle = np.arange(taps) - taps // 2
with_zero = np.where(middle == 0, 1, middle)
ideal = np.where(middle == 0, 2 * 800 / rate, np.sin(2 * np.pi * 800 / rate * middle) / (np.pi * with_zero))
window = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(taps) / (taps - 1))
kernel = ideal * window
kernel /= kernel.sum()
windows = np.lib.stride_tricks.sliding_window_view(signal, taps)
filtered = windows @ kernel[::-1]

frequencies = np.arange(100, 2000, 20)
phases = np.exp(-2j * np.pi * frequencies[:, None] * t[None, : len(filtered)])
before = np.abs(phases @ signal[: len(filtered)]) / len(filtered)
after = np.abs(phases @ filtered) / len(filtered)
frames = signal[: 8000 // 200 * 200].reshape(-1, 200)
loudness = np.sqrt((frames**2).mean(axis=1))

result = {
    "peaks": frequencies[(before > 0.1)],
    "left": frequencies[after > 0.1],
    "loudness": loudness,
    "db": 20 * np.log10(loudness / loudness.max()),
    "crossings": int((filtered[1:] * filtered[:-1] < 0).sum()),
}
