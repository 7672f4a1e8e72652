"""Conway's game of life on a torus."""

import numpy as np


def neighbours(board):
    total = np.zeros(board.shape, dtype=int)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if down or right:
                total += np.roll(board, (down, right), axis=(0, 1))
    return total


rng = np.random.default_rng(7)
board = rng.integers(0, 2, (500, 500))
alive = [int(board.sum())]
for _ in range(20):
    n = neighbours(board)
    board = ((n == 3) | ((board == 1) & (n == 2))).astype(int)
    alive.append(int(board.sum()))

result = {"alive": alive, "board": board, "rows": board.sum(axis=1)}
