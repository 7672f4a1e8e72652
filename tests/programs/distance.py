"""Edit distance and longest common subsequence by rows: dynamic programming along anti-diagonals and rows."""

import numpy as np


def edit_distance(a, b):
    previous = np.arange(len(b) + 1)
    steps = np.arange(len(b) + 1)
    for i, letter in enumerate(a, 1):
        change = previous[:-1] + (b != letter)
        current = np.empty_like(previous)
        current[0] = i
        current[1:] = np.minimum(previous[1:] + 1, change)
        # An insertion adds 1 for each step to the right: a running minimum of the rest.
        current = np.minimum.accumulate(current - steps) + steps
        previous = current
    return int(previous[-1])


def warp(x, y):
    cost = np.abs(x[:, None] - y[None, :])
    total = np.full((len(x) + 1, len(y) + 1), np.inf)
    total[0, 0] = 0
    for k in range(2, len(x) + len(y) + 1):
        i = np.arange(max(1, k - len(y)), min(len(x), k - 1) + 1)
        j = k - i
        total[i, j] = cost[i - 1, j - 1] + np.minimum(total[i - 1, j], np.minimum(total[i, j - 1], total[i - 1, j - 1]))
    return total[-1, -1]


rng = np.random.default_rng(9)
first = rng.integers(0, 4, 1500)
second = first.copy()
second[50:60] = rng.integers(0, 4, 10)
second = np.delete(second, [100, 200])
series = np.cumsum(rng.standard_normal(400))

result = {
    "edit": edit_distance(first, second),
    "same": edit_distance(first, first),
    "warped": warp(series, series[::2]),
    "to itself": warp(series, series),
}
