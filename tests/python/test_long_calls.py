"""Long computations: Ctrl-C ends them and leaves everything usable, and a bar shows on a terminal."""

import os
import pathlib
import pty
import signal
import subprocess
import sys

import ndstream
import pytest

PATH = str(pathlib.Path(ndstream.__file__).parent.parent)
# Programs that a shell starts in the background inherit that Ctrl-C is ignored.
BEGIN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
BEGIN += f"import sys; sys.path.insert(0, {PATH!r}); import ndstream as np; np.set_num_threads(2)\n"

INTERRUPTED = """
import os, signal, threading, time
n = 3_000_000
x = np.linspace(0, 1, n)
before = x + 0
def long():
    y = x
    for _ in range(CHAIN):
        y = np.sin(y) + 0.5
    return y
y = long()
assert np.is_pending(y)
timer = threading.Timer(0.15, os.kill, (os.getpid(), signal.SIGINT))
timer.start()
try:
    DEMAND
    timer.join()
except KeyboardInterrupt:
    print("interrupted")
assert (x == before).all()  # what it was to be computed from
assert x[:3].tolist() == before[:3].tolist()
z = (x * 2).sum()  # and the library goes on
assert abs(z - n) < 1e-3 * n
print("usable")
"""


@pytest.mark.parametrize("demand", ["np.eval(y)", "y[0]", "y.sum()", "memoryview(y)", "np.sort(y)", "y.tolist()", "np.sin(y) + np.cos(y) + np.cos(np.exp(y)) + np.exp(y)"])
def test_ctrl_c_ends_a_computation_and_all_stays_usable(demand):
    code = BEGIN + INTERRUPTED.replace("DEMAND", demand).replace("CHAIN", "300")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["interrupted", "usable"], done.stdout + done.stderr
    assert done.returncode == 0


def test_an_interrupted_array_can_be_computed_later():
    code = BEGIN + """
import os, signal, threading
x = np.linspace(0, 1, 2_000_000)
y = x
for _ in range(300):
    y = np.sin(y) + 0.5
timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
timer.start()
try:
    np.eval(y)
    print("too fast")
except KeyboardInterrupt:
    assert np.is_pending(y)
timer.cancel()
part = x[:5] + 0
for _ in range(300):
    part = np.sin(part) + 0.5
assert y[:5].tolist() == part.tolist()
print("same")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.split()[-1] == "same", done.stdout + done.stderr


def on_a_terminal(code):
    """What a program writes to a terminal that is its standard error."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", BEGIN + code], stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the program has ended
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return written.decode()


LONG = """
x = np.linspace(0, 1, 16_000_000)
for _ in range(15):
    x = np.sin(x) + 0.5
assert np.is_pending(x)
np.eval(x)
"""


def test_a_bar_shows_how_far_it_is_and_goes():
    text = on_a_terminal("np.set_progress(0)" + LONG)
    assert "[#" in text and " %" in text
    assert text.endswith(" \r") and text.rsplit("]", 1)[1].count("\r") >= 2


def test_no_bar_for_short_calls_and_if_none_is_wanted():
    assert on_a_terminal("x = np.linspace(0, 1, 1_000_000) * 2; x.sum()") == ""
    assert on_a_terminal("np.set_progress(None)" + LONG) == ""
    done = subprocess.run([sys.executable, "-c", BEGIN + "np.set_progress(0)" + LONG], capture_output=True, timeout=60)
    assert done.stderr == b""  # no terminal
    for wrong in (-1, float("nan"), "soon"):
        with pytest.raises((ValueError, TypeError)):
            ndstream.set_progress(wrong)
