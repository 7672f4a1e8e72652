"""Objects that misbehave, threads, processes, interpreters and memory: errors, never crashes."""

import gc
import multiprocessing
import re
import sys
import threading

import ndstream as np
import pytest


class Hostile:
    def __init__(self, action):
        self.action = action

    def __index__(self):
        return self.action()

    def __float__(self):
        return float(self.action())


def test_a_list_that_changes_while_it_is_read():
    items = [1.0, 2.0, 3.0]

    def shrink():
        items.clear()
        return 1

    items[1] = Hostile(shrink)
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        np.array(items, dtype=int)
        np.array([items, items], dtype=int)


def test_lists_of_arrays_that_are_none_or_shrink():
    class Clearing:
        def __init__(self, items):
            self.items = items

        def __array__(self, dtype=None, copy=None):
            self.items.clear()
            return np.arange(3)

    for conditions, choices in ((None, Hostile(int)), ([[True]], None), (Hostile(int), [1, 2]), ([object()], [object()])):
        with pytest.raises(TypeError):
            np.select(conditions, choices)
    for call in (lambda items: np.select([[True], [True], [True]], items), lambda items: np.choose([0, 1, 2], items)):
        items = []
        items += [np.arange(3), Clearing(items), 2]
        with pytest.raises(ValueError):
            call(items)


def test_nesting_without_end():
    deep = []
    for _ in range(100000):
        deep = [deep]
    with pytest.raises(ValueError):
        np.array(deep)
    circle = []
    circle.append(circle)
    with pytest.raises((ValueError, RecursionError)):
        np.array(circle)


def test_an_index_that_changes_the_array():
    a = np.arange(12)

    def reshape():
        a.shape = (3, 4)
        return 1

    a[Hostile(reshape)]
    b = np.arange(12)

    def other():
        b.shape = (2, 6)
        return 1

    try:
        b[Hostile(other), Hostile(lambda: 0)] = 5
    except IndexError:
        pass


def test_exceptions_of_conversions_come_through():
    def fail():
        raise KeyError("mine")

    for call in (lambda: np.arange(3)[Hostile(fail)], lambda: np.zeros(Hostile(fail)), lambda: np.array([Hostile(fail)], dtype=int)):
        with pytest.raises((KeyError, TypeError)):
            call()


def test_a_ufunc_at_that_may_not_write():
    """The key was released before it had been read."""
    for _ in range(100):
        a = np.arange(9.0).reshape(3, 3)
        for target in (np.diagonal(a), np.broadcast_to(a, (2, 3, 3))):
            with pytest.raises(ValueError):
                np.add.at(target, [0, 0, 1], 4)
        with pytest.raises(TypeError):
            np.add.at([1, 2], [0], 4)


class Liar:
    def __len__(self):
        return 10**9

    def __getitem__(self, i):
        raise IndexError


class BadArray:
    def __init__(self, result):
        self.result = result

    def __array__(self, dtype=None, copy=None):
        return self.result


def test_sequences_and_arrays_that_lie():
    assert np.array([Liar()]).size == 0 or True
    for result in (3, "x", None, [1, 2]):
        with pytest.raises((TypeError, ValueError)):
            np.asarray(BadArray(result))


def test_shapes_that_cannot_be():
    for shape in ((2**62, 2**62), (-1,), (1,) * 40, (2**63,)):
        with pytest.raises((ValueError, OverflowError, MemoryError)):
            np.zeros(shape)
    with pytest.raises(MemoryError):
        np.zeros(2**50)


def test_a_memory_budget_is_kept_and_restored():
    with np.memory_budget(10_000_000 + np.memory()["used"]):
        with pytest.raises(MemoryError):
            np.zeros(10_000_000)
    np.zeros(10_000_000)


def test_threads_compute_at_the_same_time():
    shared = np.linspace(0, 1, 200001)
    expected = float((np.sin(shared) * 2 + shared).sum())
    wrong = []

    def work():
        for _ in range(20):
            if float((np.sin(shared) * 2 + shared).sum()) != expected:
                wrong.append(1)
            small = np.arange(3) + 1
            if small.tolist() != [1, 2, 3]:
                wrong.append(2)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def total(n):
    return float((np.linspace(0, 1, n) * 2).sum())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(method):
    total(100001)  # the parent has threads
    context = multiprocessing.get_context(method)
    environment = list(sys.path)
    with context.Pool(2, initializer=sys.path.extend, initargs=(environment,)) as pool:
        assert pool.map(total, [100001, 1001]) == [total(100001), total(1001)]


def test_a_second_interpreter_is_refused_or_works():
    interpreters = pytest.importorskip("_xxsubinterpreters")
    second = interpreters.create()
    code = f"""
import sys
sys.path[:] = {sys.path!r}
try:
    import ndstream
except ImportError as error:
    assert "interpreter" in str(error), error
"""
    try:
        interpreters.run_string(second, code)
    finally:
        interpreters.destroy(second)


def exercise():
    a = np.arange(12.0).reshape(3, 4)
    for _ in range(3):
        a + 1, a.T, a[1], a[1, 2], a[:, [1, 2]], a[a > 3], a.sum(), a.sum(axis=0), repr(a), list(a), a.tolist()
        np.array([[1, 2], [3, 4]]), np.concatenate([a, a]), np.where(a > 1, a, 0), np.linalg.norm(a), a.flat[3], a.flags
        memoryview(a), np.asarray(memoryview(a)), np.float64(3) + 1, np.add(a, 1, out=a), np.dtype("f4"), a.astype(int)
        np.stack([a, a]), np.add.outer(a, a), a @ a.T, np.linspace(0, 1, 5), np.sort if hasattr(np, "sort") else None
        for wrong in ("a + 'x'", "a[9]", "np.array(['x'])", "np.zeros(-1)", "a.reshape(5)", "np.add(a)", "np.zeros(2, 'U')"):
            with pytest.raises(Exception):
                eval(wrong, {"a": a, "np": np})


def test_no_references_are_lost():
    """Objects and memory do not grow with what is done again and again."""
    exercise()
    gc.collect()
    counts, used = [], []
    for _ in range(6):
        for _ in range(50):
            exercise()
        gc.collect()
        counts.append(sys.getallocatedblocks())
        used.append(np.memory()["used"])
    assert counts[-1] - counts[1] < 200, counts
    assert used[-1] <= used[1] + 4096, used


def test_types_keep_their_references():
    a = np.arange(3)
    watched = [np.ndarray, np.float64, np.int64, np.dtype, type(a.flat)]
    before = [sys.getrefcount(t) for t in watched]
    for _ in range(1000):
        a + 1, a[0], np.float64(1), a.flat, a.sum()
    after = [sys.getrefcount(t) for t in watched]
    assert all(y - x < 100 for x, y in zip(before, after)), (before, after)


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("np.zeros((10**7, 10**6))", "zeros: float64 of shape (10000000, 1000000): the "),
        ("np.eye(10**7, dtype='f4')", "eye: float32 of shape (10000000, 10000000): "),
        ("np.broadcast_to(1.0, (10**6, 10**7)).copy()", "copy: float64 of shape (1000000, 10000000): "),
        ("(np.broadcast_to(1.0, (10**6, 10**7)) + 1)[3, 4]", "add: float64 of shape (1000000, 10000000): "),
        ("np.eval(np.cumsum(np.broadcast_to(1.0, (10**13,))))", "cumsum: float64 of shape (10000000000000,): "),
        ("np.broadcast_to(1.0, (10**7, 2)) @ np.broadcast_to(1.0, (2, 10**7))", "matmul: float64 of shape (10000000, 10000000): "),
    ],
)
def test_errors_of_memory_name_operation_shape_and_bytes(code, named):
    with pytest.raises(MemoryError) as caught:
        eval(code, {"np": np})
    assert named in str(caught.value)
    assert " bytes" in str(caught.value)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: np.zeros(3)[..., ...], "index: '...' is given 2 times"),
        (lambda: np.zeros(3)[1, 2], "index: 2 terms are too many for shape (3,)"),
        (lambda: np.zeros(3)[[5]], "index: index 5 is out of bounds for axis 0 with size 3"),
        (lambda: np.zeros((2, 3)).transpose(0, 0), "transpose: axis 0 is given twice"),
        (lambda: np.zeros((2, 3)).swapaxes(0, 5), "swapaxes: axis 5 is out of range"),
        (lambda: np.random.choice([], 3), "choice: there is nothing to choose from"),
        (lambda: np.zeros(3, dtype=object), "no object, string, datetime or structured elements"),
        (lambda: np.zeros(3, dtype=[("a", "f8")]), "no object, string, datetime or structured elements"),
    ],
)
def test_messages_are_in_pythons_words(call, words):
    with pytest.raises(Exception, match=re.escape(words)):
        call()
