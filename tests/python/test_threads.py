"""Other threads of Python run while an array is computed, whatever asked for its elements."""

import os
import pickle
import re
import threading
import time
import warnings
from random import Random

import ndstream as np
import numpy
import pytest

SIZE = 1 << 20


def slow():
    """A pending array that takes long to compute, of whole numbers of 0 to 2 at the end."""
    x = np.linspace(0, 1, SIZE)
    for _ in range(12):
        x = np.sin(x) + np.cos(x)
    return np.floor(x)


def slow_few():
    """The same with few elements."""
    return slow().reshape(-1, 8).sum(axis=0)


def slow_one():
    return slow().reshape(1, -1).sum(axis=1)


def eager(operation):
    """Of memory that may change at any time, which is computed at once."""
    foreign = np.asarray(numpy.linspace(0, 1, SIZE))
    for _ in range(10):
        operation(foreign)


FORCING = {
    "print": lambda: str(slow()),
    "repr": lambda: repr(slow_few()),
    "item": lambda: slow().item(3),
    "bool": lambda: bool(slow_one()),
    "float": lambda: float(slow().sum()),
    "int": lambda: int(slow_one()[0]),
    "index": lambda: [1, 2, 3][slow_one().astype(int)[0] * 0],
    "complex": lambda: complex(slow_one()[0]),
    "element": lambda: slow()[5],
    "element of two axes": lambda: slow().reshape(2, -1)[1, 5],
    "integers": lambda: slow()[[1, 2]],
    "mask": lambda: slow()[slow() > 1],
    "set element": lambda: slow().__setitem__(3, 1.0),
    "set slice": lambda: slow_few().__setitem__(slice(1, 3), 1.0),
    "set of pending": lambda: np.zeros(SIZE).__setitem__(slice(None), slow()),
    "in place": lambda: np.zeros(SIZE).__iadd__(slow()),
    "out": lambda: np.add(slow(), 1, out=np.zeros(SIZE)),
    "iteration": lambda: next(iter(slow())),
    "tolist": lambda: slow_few().tolist(),
    "tobytes": lambda: slow_few().tobytes(),
    "memoryview": lambda: memoryview(slow()),
    "numpy": lambda: numpy.asarray(slow()),
    "numpy's function": lambda: numpy.add(slow_few(), 1),
    "dlpack": lambda: slow().__dlpack__(),
    "in": lambda: 99.0 in slow(),
    "nonzero": lambda: slow().nonzero(),
    "array_equal": lambda: np.array_equal(slow(), slow()),
    "allclose": lambda: np.allclose(slow(), slow()),
    "pickle": lambda: pickle.dumps(slow_few()),
    "copy": lambda: slow().copy()[0],
    "flat": lambda: next(slow().flat),
    "sort": lambda: np.sort(slow()),
    "few sorted": lambda: np.sort(slow_few()),
    "searchsorted": lambda: np.searchsorted(slow_few(), 1.0),
    "product": lambda: slow_few().reshape(2, 4) @ slow_few().reshape(4, 2),
    "solve": lambda: np.linalg.solve(np.eye(2) + slow_few()[:4].reshape(2, 2) * 1e-9, [1.0, 2]),
    "take": lambda: slow_few().take([1, 2]),
    "concatenate": lambda: np.concatenate([slow_few(), slow_few()])[0],
    "at": lambda: np.add.at(slow_few(), [1], 1),
    "cumsum": lambda: slow().cumsum()[0],
    "eval": lambda: np.eval(slow()),
    "long expression": lambda: [x := slow()] + [x := x + 1 for _ in range(80)],
    "eager unary": lambda: eager(np.sin),
    "eager binary": lambda: eager(lambda x: x**0.3),
    "eager reduction": lambda: eager(lambda x: np.var(np.tan(x))),
}


@pytest.mark.parametrize("what", FORCING)
def test_the_gil_is_free_during(what):
    """A thread that only needs the GIL now and then gets it before the call is over."""
    stamps, go, over = [], threading.Event(), threading.Event()

    def watch():
        go.wait()
        while not over.is_set():
            stamps.append(time.perf_counter())
            time.sleep(0.0002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        FORCING[what]()
        for _ in range(20):  # a busy machine may not let the other thread run in time
            begin = time.perf_counter()
            go.set()
            FORCING[what]()
            end = time.perf_counter()
            # What the call does before and after it computes takes the interpreter, for less than a millisecond.
            inside = [s for s in stamps if begin < s < end]
            if len(inside) > 5:
                return
            stamps.clear()
    finally:
        over.set()
        go.set()
        watcher.join()
    raise AssertionError("the other thread did not run")


def test_two_threads_that_want_one_pending_array():
    """One computes, and reports to Python meanwhile; the other waits without the GIL."""
    for _ in range(5):
        x = slow()
        y = [x + i for i in range(4)]
        found = []
        threads = [threading.Thread(target=lambda i=i: found.append(float((y[i] - i).sum()))) for i in range(4)]
        for t in threads:
            t.start()
        found.append(float(x.sum()))
        for t in threads:
            t.join()
        assert len(set(found)) == 1, found


def test_a_shape_that_is_set_while_another_thread_computes():
    for _ in range(10):
        x = slow()
        results = []
        worker = threading.Thread(target=lambda: results.append(float(x.max())))
        worker.start()
        for i in range(50):
            x.shape = (2, -1) if i % 2 else (-1,)
        worker.join()
        assert results == [float(x.max())]
        assert x.shape == (2, SIZE // 2)


def test_print_options_that_are_set_while_an_array_is_computed():
    def text_of(letter):
        return "".join(letter for _ in range(60))

    def change():
        spoilt = []
        while not done.is_set():
            np.set_printoptions(nanstr=text_of("M"))
            spoilt = [text_of("Z") for _ in range(20)]
            time.sleep(0.0005)
        return spoilt

    done = threading.Event()
    thread = threading.Thread(target=change)
    np.set_printoptions(nanstr=text_of("M"))
    thread.start()
    try:
        texts = {repr(np.log(slow() - 3)) for _ in range(8)}
    finally:
        done.set()
        thread.join()
        np.set_printoptions(nanstr="nan")
    assert {word.strip(" ,\n") for text in texts for word in re.findall(r"[A-Z]+", text)} == {text_of("M")}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork()")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_keeps_nothing_for_threads_that_it_does_not_have():
    def compute():
        while not done.is_set():
            slow().sum().item()

    done = threading.Event()
    thread = threading.Thread(target=compute)
    thread.start()
    time.sleep(0.02)
    child = os.fork()
    if child == 0:
        x, used = np.zeros(8), np.memory()["used"]
        for _ in range(20000):
            x.shape = (2, 4)
            x.shape = (8,)
        os._exit(np.memory()["used"] - used > 100000)
    done.set()
    thread.join()
    assert os.waitpid(child, 0)[1] == 0


def test_fast_math_is_each_threads_own_and_stays_within_its_bound():
    x, expected, seen = np.linspace(1, 2, 100_000), numpy.linspace(1, 2, 100_000) / 3, []
    assert np.get_fast_math() is False
    np.set_fast_math(True)
    try:
        fast = np.sqrt(x / 3)
        other = threading.Thread(target=lambda: seen.append(np.get_fast_math()))
        other.start()
        other.join()
        assert np.get_fast_math() is True and seen == [False]
    finally:
        np.set_fast_math(False)
    numpy.testing.assert_array_equal(numpy.asarray(x / 3), expected)
    numpy.testing.assert_array_max_ulp(numpy.asarray(fast), numpy.sqrt(expected), 3)


ACTIONS = {
    "element": lambda random, a, b: a[random.randrange(a.size)],
    "set element": lambda random, a, b: a.__setitem__(random.randrange(a.size), 1.0),
    "set slice": lambda random, a, b: a.__setitem__(slice(random.randrange(9), None, 2), 2.0),
    "assign": lambda random, a, b: a.__setitem__(slice(None), b * 2 + 1),
    "fill": lambda random, a, b: a.fill(1.0),
    "out": lambda random, a, b: np.add(a, b, out=a),
    "out of another": lambda random, a, b: np.multiply(b, 0.5, out=a),
    "in place": lambda random, a, b: a.__iadd__(1.0),
    "in place of pending": lambda random, a, b: a.__imul__(b * 0.25),
    "view": lambda random, a, b: a.reshape(2, -1)[1].__iadd__(0.5),
    "shape": lambda random, a, b: setattr(a, "shape", (-1,)),
    "sort": lambda random, a, b: a.sort(),
    "mask": lambda random, a, b: a[a > b].sum(),
    "set mask": lambda random, a, b: a.__setitem__(a > b, 1.0),
    "eval": lambda random, a, b: np.eval(a + b, a * b),
    "sum": lambda random, a, b: float(a.sum()),
    "reverse": lambda random, a, b: a[::-1].cumsum()[-1],
    "str": lambda random, a, b: str(a[:5]),
    "tolist": lambda random, a, b: a[:100].tolist(),
    "memoryview": lambda random, a, b: memoryview(a)[0],
    "iteration": lambda random, a, b: next(iter(a)),
}


@pytest.mark.parametrize("size", [10, 3000, 100_000])
def test_arrays_that_threads_write_at_once_stay_whole(size):
    """Whatever mixture their values are: some are pending when they are written, and replaced by others."""
    shared = [np.arange(float(size)) for _ in range(3)]
    end, failed = time.monotonic() + 1, []

    def work(seed):
        random = Random(seed)
        while time.monotonic() < end:
            name = random.choice(list(ACTIONS))
            try:
                ACTIONS[name](random, random.choice(shared), random.choice(shared))
                if random.randrange(8) == 0:
                    shared[random.randrange(3)] = random.choice(shared) * 0.5 + 1
            except Exception as error:
                failed.append((name, repr(error)))

    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert not failed, failed[:5]
    for x in shared:
        assert x.shape == (size,) and len(x.tolist()) == size


@pytest.mark.parametrize("size", [5, 20_000, 200_000])
def test_threads_draw_from_one_generator(size):
    """One at a time: together they get what one would."""
    for shared, alone in [
        (np.random.default_rng(1), np.random.default_rng(1)),
        (np.random.RandomState(1), np.random.RandomState(1)),
    ]:
        legacy = np.random.RandomState(shared._bit_generator) if hasattr(shared, "_bit_generator") else shared
        found = []

        def work(of):
            found.extend(float(of.random(size)[0]) for _ in range(10))

        threads = [threading.Thread(target=work, args=([shared, legacy][i % 2],)) for i in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert sorted(found) == sorted(float(alone.random(size)[0]) for _ in range(40))


def test_a_method_of_a_generator_calls_others():
    g, seen = np.random.default_rng(1), []

    class Size:
        def __index__(self):
            seen.append(g.random())
            return 3

    assert g.random((Size(),)).shape == (3,) and seen
    assert g.multivariate_normal([0, 0], np.eye(2), 5).shape == (5, 2)
