"""The library's generators through ctypes, with the names of NumPy's methods."""

import ctypes
from ctypes import POINTER, Structure, byref, c_bool, c_double, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

import nd
import numpy as np


class State(Structure):
    _fields_ = [
        ("bits", c_int),
        ("is_legacy", c_bool),
        ("state", c_uint64 * 4),
        ("increment", c_uint64 * 2),
        ("buffer", c_uint64 * 4),
        ("has_uint32", c_bool),
        ("uinteger", c_uint32),
        ("key", c_uint32 * 624),
        ("pos", c_int),
        ("has_gauss", c_bool),
        ("gauss", c_double),
    ]


class Info(Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("dtype", c_int),
        ("parameters", c_int),
        ("parameter", ctypes.c_char_p * 3),
    ]


class ChoiceOptions(Structure):
    _fields_ = [("without_replacement", c_bool), ("in_order", c_bool), ("p", c_void_p)]


WORDS = POINTER(c_uint32)
for result, name, arguments in [
    (c_void_p, "new", [c_uint64]),
    (None, "free", [c_void_p]),
    (c_void_p, "new_seeded", [WORDS, c_size_t, WORDS, c_size_t]),
    (c_void_p, "new_legacy", [c_uint32]),
    (c_void_p, "new_legacy_seeded", [WORDS, c_size_t]),
    (State, "get_state", [c_void_p]),
    (c_int, "set_state", [c_void_p, POINTER(State)]),
    (c_int, "advance", [c_void_p, c_uint64, c_uint64]),
    (c_void_p, "jumped", [c_void_p, c_uint64]),
    (c_void_p, "uniform", [c_void_p, c_int, nd.Shape]),
    (c_void_p, "normal", [c_void_p, c_int, nd.Shape]),
    (c_void_p, "exponential", [c_void_p, c_int, nd.Shape]),
    (c_void_p, "integers", [c_void_p, c_int, c_int64, c_int64, nd.Shape]),
    (c_void_p, "integers_closed", [c_void_p, c_int, c_uint64, c_uint64, nd.Shape]),
    (c_void_p, "integers_between", [c_void_p, c_int, nd.Operand, nd.Operand, c_bool, POINTER(nd.Shape)]),
    (c_int, "bytes", [c_void_p, c_void_p, c_size_t]),
    (c_void_p, "draw", [c_void_p, c_int, POINTER(nd.Operand), POINTER(nd.Shape)]),
    (c_void_p, "multinomial", [c_void_p, nd.Operand, c_void_p, POINTER(nd.Shape)]),
    (c_void_p, "dirichlet", [c_void_p, c_void_p, nd.Shape]),
    (c_void_p, "multivariate_normal", [c_void_p, c_void_p, c_void_p, c_int, nd.Shape]),
    (c_int, "shuffle", [c_void_p, c_void_p, c_int]),
    (c_int, "permuted", [c_void_p, c_void_p, c_int]),
    (c_void_p, "permutation", [c_void_p, c_int64]),
    (c_void_p, "choice", [c_void_p, c_int64, nd.Shape, POINTER(ChoiceOptions)]),
]:
    nd._declare(result, f"nd_random_{name}", *arguments)
nd._declare(POINTER(Info), "nd_distribution_info_of", c_int)
nd._declare(None, "nd_seed_pool", WORDS, c_size_t, WORDS, c_size_t, WORDS, c_size_t)
nd._declare(None, "nd_seed_state", WORDS, c_size_t, WORDS, c_size_t)


def _distributions():
    number = 0
    while info := nd.library.nd_distribution_info_of(number):
        yield info[0].name.decode(), (number, info[0].parameters)
        number += 1
    nd.library.nd_error_clear()


DISTRIBUTIONS = dict(_distributions())


def words_of(values):
    return (c_uint32 * max(len(values), 1))(*values), len(values)


def shape_of(size):
    return nd.shape_of((size,) if isinstance(size, int) else size or ())


def optional_shape(size):
    return None if size is None else byref(shape_of(size))


def held(value):
    """What goes into an operand, to be kept until after the call."""
    return nd.from_numpy(value) if isinstance(value, np.ndarray) else value


class Generator:
    """A generator of the library; owns `handle`."""

    def __init__(self, handle):
        if not handle:
            raise nd._failure()
        self.handle = handle

    def __del__(self):
        nd.library.nd_random_free(self.handle)

    def _status(self, name, *arguments):
        if getattr(nd.library, f"nd_random_{name}")(self.handle, *arguments) != 0:
            raise nd._failure()

    def _array(self, name, *arguments):
        return nd.to_numpy(nd.Array(getattr(nd.library, f"nd_random_{name}")(self.handle, *arguments)))

    def random(self, size, dtype="float64"):
        return self._array("uniform", nd.DTYPES.index(dtype), shape_of(size))

    def standard_normal(self, size, dtype="float64"):
        return self._array("normal", nd.DTYPES.index(dtype), shape_of(size))

    def standard_exponential(self, size, dtype="float64"):
        return self._array("exponential", nd.DTYPES.index(dtype), shape_of(size))

    def integers(self, low, high, size, dtype="int64", endpoint=False):
        number = nd.DTYPES.index(dtype)
        if isinstance(low, np.ndarray) or isinstance(high, np.ndarray):
            keep = held(low), held(high)
            return self._array(
                "integers_between", number, *map(nd.operand, keep), endpoint, optional_shape(size)
            )
        if not endpoint and high < 2**63:
            return self._array("integers", number, low, high, shape_of(size))
        last = high if endpoint else high - 1
        return self._array("integers_closed", number, low % 2**64, last % 2**64, shape_of(size))

    def bytes(self, count):
        buffer = ctypes.create_string_buffer(count)
        self._status("bytes", buffer, count)
        return buffer.raw

    def draw(self, name, parameters, size):
        number, count = DISTRIBUTIONS[name]
        assert count == len(parameters)
        keep = [held(p) for p in parameters]
        operands = (nd.Operand * max(count, 1))(*map(nd.operand, keep))
        return self._array("draw", number, operands, optional_shape(size))

    def multinomial(self, n, pvals, size):
        keep = held(n), held(pvals)
        return self._array("multinomial", nd.operand(keep[0]), keep[1].handle, optional_shape(size))

    def dirichlet(self, alpha, size):
        keep = held(alpha)
        return self._array("dirichlet", keep.handle, shape_of(size))

    def multivariate_normal(self, mean, cov, size, method="svd"):
        number = ["svd", "eigh", "cholesky"].index(method)
        keep = nd.from_numpy(mean), nd.from_numpy(cov)
        return self._array("multivariate_normal", keep[0].handle, keep[1].handle, number, shape_of(size))

    def shuffle(self, array, axis=0):
        keep = held(array)
        self._status("shuffle", keep.handle, axis)

    def permuted(self, array, axis):
        keep = held(array)
        self._status("permuted", keep.handle, axis)

    def permutation(self, n):
        return self._array("permutation", n)

    def choice(self, population, size, replace=True, p=None, shuffle=True):
        keep = None if p is None else nd.from_numpy(p)
        options = ChoiceOptions(not replace, not shuffle, keep and keep.handle)
        return self._array("choice", population, shape_of(size), byref(options))

    @property
    def state(self):
        return nd.library.nd_random_get_state(self.handle)

    @state.setter
    def state(self, state):
        self._status("set_state", byref(state))

    def advance(self, draws):
        self._status("advance", draws >> 64 & (2**64 - 1), draws & (2**64 - 1))

    def jumped(self, jumps):
        return Generator(nd.library.nd_random_jumped(self.handle, jumps))


def default_rng(seed):
    return Generator(nd.library.nd_random_new(seed))


def seeded(entropy, spawn_key=()):
    return Generator(nd.library.nd_random_new_seeded(*words_of(entropy), *words_of(spawn_key)))


def legacy(seed):
    if isinstance(seed, int):
        return Generator(nd.library.nd_random_new_legacy(seed))
    return Generator(nd.library.nd_random_new_legacy_seeded(*words_of(seed)))


def generate_state(entropy, spawn_key, pool_size, count):
    pool, state = (c_uint32 * pool_size)(), (c_uint32 * count)()
    nd.library.nd_seed_pool(*words_of(entropy), *words_of(spawn_key), pool, pool_size)
    nd.library.nd_seed_state(pool, pool_size, state, count)
    return list(state)
