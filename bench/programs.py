"""The programs of tests/programs beside NumPy: the whole program, the best of several runs in turn.

usage: programs.py [--build FOLDER] [--repeat N] [NAME...]
"""

import argparse
import math
import pathlib
import sys
import time

PROGRAMS = pathlib.Path(__file__).parent.parent / "tests" / "programs"
IMPORT = "import numpy as np"


def seconds(code):
    begin = time.perf_counter()
    space = {"__name__": "program"}
    exec(code, space)
    if space["np"].__name__ == "ndstream":  # what is pending belongs to the program
        arrays = [value for value in space["result"].values() if isinstance(value, space["np"].ndarray)]
        space["np"].eval(*arrays)
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(arguments.build).resolve() / "python"))
    print(f"{'program':16}{'NumPy':>11}{'ndstream':>11}{'ratio':>8}")
    ratios = []
    for path in sorted(PROGRAMS.glob("*.py")):
        if arguments.names and path.stem not in arguments.names:
            continue
        source = path.read_text()
        codes = [compile(source.replace(IMPORT, f"import {p} as np"), path.name, "exec") for p in ("numpy", "ndstream")]
        times = [[seconds(code) for code in codes] for _ in range(arguments.repeat)]
        theirs, mine = (min(column) for column in zip(*times))
        ratios.append(theirs / mine)
        print(f"{path.stem:16}{theirs * 1e3:8.1f} ms{mine * 1e3:8.1f} ms{theirs / mine:8.2f}")
    print(f"{'geometric mean':38}{math.exp(sum(map(math.log, ratios)) / len(ratios)):8.2f}")


if __name__ == "__main__":
    main()
