"""Small calls from Python beside NumPy: what a line costs when the arrays are small.

usage: calls.py [--build FOLDER] [PATTERN]      rows whose code contains PATTERN; nanoseconds, the best of many
"""

import argparse
import pathlib
import sys
import timeit

SETUP = """
s = np.array([1.5, 2.5, 3.5]); t = np.array([0.5, 1.0, 1.5]); i = np.array([1, 2, 3])
m = np.array([[2.0, 1, 0], [1, 3, 1], [0, 1, 4]]); k = np.linspace(0, 1, 1000); k2 = k + 1; h = np.linspace(0, 1, 10000)
z = np.float64(1.5); n = np.int64(3); mask = np.array([True, False, True]); big = np.linspace(0, 1, 100000); out = np.zeros(3)
"""

CODES = """
s + t
s + 1.0
2 * i
-s
s < t
s += t
np.add(s, t)
np.add(s, t, out=out)
np.sqrt(s)
np.exp(s)
s.sum()
np.sum(s)
s.mean()
s.max()
s.std()
m.sum(axis=0)
np.max(s)
s[1]
s[-1]
m[1, 2]
s[1:]
s[::2]
m[:, 1]
m[1]
s[mask]
s[i - 1]
s[1] = 2.0
s[1:] = 2.0
m[0, 1] = 3.0
np.zeros(3)
np.empty(3)
np.ones((3, 3))
np.arange(3)
np.array([1.0, 2.0, 3.0])
np.asarray(s)
np.linspace(0, 1, 3)
m @ m
m @ s
np.dot(s, t)
m.T
m.reshape(9)
s.copy()
s.astype(np.float32)
np.where(s > 2, s, t)
np.clip(s, 2, 3)
np.linalg.norm(s)
np.linalg.solve(m, s)
s.shape
s.dtype
len(s)
z + 1.0
z * z
n + 1
z < 2
float(z)
s[1] + z
k + k2
k * 2.0 + 1.0
k.sum()
np.sqrt(k)
np.exp(k)
np.sin(k)
np.eval(h + h) if np.__name__ == 'ndstream' else h + h
h.sum()
np.eval(2 * h**2 + 3 * h + 5) if np.__name__ == 'ndstream' else 2 * h**2 + 3 * h + 5
np.eval(big + big) if np.__name__ == 'ndstream' else big + big
big.sum()
np.eval(2 * big**2 + 3 * big) if np.__name__ == 'ndstream' else 2 * big**2 + 3 * big
for x in s: pass
for x in k: pass
list(s)
s.tolist()
"""


def nanoseconds(code, module, repeat):
    timer = timeit.Timer(code, SETUP, globals={"np": module})
    number, _ = timer.autorange() if False else (1, 0)
    while timer.timeit(number) < 0.002:
        number *= 4
    return min(timer.repeat(repeat, number)) / number * 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--repeat", type=int, default=7)
    arguments = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(arguments.build).resolve() / "python"))
    import numpy

    import ndstream

    slower = 0
    print(f"{'code':58}{'NumPy':>10}{'ndstream':>10}{'ratio':>8}")
    for code in CODES.strip().splitlines():
        if arguments.pattern not in code:
            continue
        theirs, mine = (nanoseconds(code, module, arguments.repeat) for module in (numpy, ndstream))
        slower += theirs < mine
        print(f"{code[:56]:58}{theirs:10.0f}{mine:10.0f}{theirs / mine:8.2f}{'' if mine <= theirs else '  <- slower'}")
    print(f"{slower} slower")


if __name__ == "__main__":
    main()
