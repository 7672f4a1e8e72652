"""Cellular automata of one dimension, Pascal's triangle modulo 2, and the bits of Gray codes."""

import numpy as np


def automaton(rule, width, steps):
    table = np.array([(rule >> i) & 1 for i in range(8)], dtype=np.uint8)
    cells = np.zeros((steps, width), dtype=np.uint8)
    cells[0, width // 2] = 1
    for t in range(1, steps):
        before = cells[t - 1]
        left, right = np.roll(before, 1), np.roll(before, -1)
        cells[t] = table[4 * left + 2 * before + right]
    return cells


rule30 = automaton(30, 1001, 500)
rule90 = automaton(90, 1001, 500)
i, j = np.ogrid[0:512, 0:512]
pascal = ((i & j) == j) & (j <= i)
codes = np.arange(256) ^ (np.arange(256) >> 1)
bits = (codes[:, None] >> np.arange(8)) & 1

result = {
    "rule 30": rule30.sum(axis=1, dtype=int),
    "rule 90": int(rule90.sum(dtype=int)),
    "pascal": pascal.sum(axis=1),
    "changes": (bits[1:] != bits[:-1]).sum(axis=1),
    "ones": bits.sum(axis=0),
}
