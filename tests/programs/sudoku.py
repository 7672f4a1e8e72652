"""Sudoku by crossing out candidates, as arrays of truths."""

import numpy as np

puzzle = np.array(
    [
        [5, 3, 0, 0, 7, 0, 0, 0, 0],
        [6, 0, 0, 1, 9, 5, 0, 0, 0],
        [0, 9, 8, 0, 0, 0, 0, 6, 0],
        [8, 0, 0, 0, 6, 0, 0, 0, 3],
        [4, 0, 0, 8, 0, 3, 0, 0, 1],
        [7, 0, 0, 0, 2, 0, 0, 0, 6],
        [0, 6, 0, 0, 0, 0, 2, 8, 0],
        [0, 0, 0, 4, 1, 9, 0, 0, 5],
        [0, 0, 0, 0, 8, 0, 0, 7, 9],
    ]
)


def solve(board):
    board = board.copy()
    rounds = 0
    while (board == 0).any() and rounds < 100:
        rounds += 1
        used = board[:, :, None] == np.arange(1, 10)
        rows = used.any(axis=1)[:, None, :]
        columns = used.any(axis=0)[None, :, :]
        blocks = used.reshape(3, 3, 3, 3, 9).any(axis=(1, 3))
        blocks = np.repeat(np.repeat(blocks, 3, axis=0), 3, axis=1)
        free = ~(rows | columns | blocks) & (board == 0)[:, :, None]
        single = free.sum(axis=2) == 1
        if not single.any():
            break
        board[single] = free[single].argmax(axis=1) + 1
    return board, rounds


board, rounds = solve(puzzle)
# The same puzzle in other digits and turned around.
rng = np.random.default_rng(9)
turned = []
for turn in range(40):
    digits = np.concatenate([[0], rng.permutation(9) + 1])
    turned.append(solve(np.rot90(digits[puzzle], turn))[0])
others = np.array(turned)

result = {
    "board": board,
    "rounds": rounds,
    "sums": [board.sum(axis=0), board.sum(axis=1)],
    "given": int((puzzle > 0).sum()),
    "others": others[:, 0],
    "all right": bool((others.sum(axis=1) == 45).all() and (others.sum(axis=2) == 45).all()),
    "right": bool((np.prod(board, axis=0) == 362880).all()),
}
