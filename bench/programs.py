"""The programs of tests/programs beside NumPy: the whole program, the best of several runs in turn.

Each library has a process of its own, stopped while it is the other's turn: idle threads of NumPy's OpenBLAS spin for
longer than most of the programs take, on a CPU that the other would be measured without.

usage: programs.py [--build FOLDER] [--repeat N] [NAME...]
"""

import argparse
import gc
import math
import os
import pathlib
import signal
import subprocess
import sys
import time

PROGRAMS = pathlib.Path(__file__).parent.parent / "tests" / "programs"
IMPORT = "import numpy as np"


def seconds(code):
    gc.collect()  # arrays of the run before, which its functions' globals keep: their memory is to be used again
    begin = time.perf_counter()
    space = {"__name__": "program"}
    exec(code, space)
    if space["np"].__name__ == "ndstream":  # what is pending belongs to the program
        arrays = [value for value in space["result"].values() if isinstance(value, space["np"].ndarray)]
        space["np"].eval(*arrays)
    return time.perf_counter() - begin


def work(library):
    """Runs the programs that stdin names, and writes what they took."""
    codes = {}
    for line in sys.stdin:
        path = PROGRAMS / line.strip()
        if path not in codes:
            codes[path] = compile(path.read_text().replace(IMPORT, f"import {library} as np"), path.name, "exec")
        print(seconds(codes[path]), flush=True)


class Worker:
    def __init__(self, library, build, script=__file__):
        path = os.pathsep.join([str(pathlib.Path(build).resolve() / "python"), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, script, "--work", library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )

    def ask(self, line):
        """The line that it answers, while it alone runs."""
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        self.process.send_signal(signal.SIGSTOP)
        return answer

    def seconds(self, name):
        return float(self.ask(name))

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.work)
        return
    workers = [Worker(library, arguments.build) for library in ("numpy", "ndstream")]
    print(f"{'program':16}{'NumPy':>11}{'ndstream':>11}{'ratio':>8}")
    ratios = []
    for path in sorted(PROGRAMS.glob("*.py")):
        if arguments.names and path.stem not in arguments.names:
            continue
        times = [[worker.seconds(path.name) for worker in workers] for _ in range(arguments.repeat)]
        theirs, mine = (min(column) for column in zip(*times))
        ratios.append(theirs / mine)
        print(f"{path.stem:16}{theirs * 1e3:8.1f} ms{mine * 1e3:8.1f} ms{theirs / mine:8.2f}", flush=True)
    print(f"{'geometric mean':38}{math.exp(sum(map(math.log, ratios)) / len(ratios)):8.2f}")
    for worker in workers:
        worker.end()


if __name__ == "__main__":
    main()
