"""Random numbers, as numpy.random: the same values for the same seeds."""

import builtins  # bytes() of this module is a legacy function
import math
import operator
import secrets
import threading
import warnings

import ndstream as nd
from ndstream._core import _random

Generator = _random.Generator

__all__ = ["BitGenerator", "Generator", "MT19937", "PCG64", "PCG64DXSM", "Philox", "RandomState", "SFC64", "SeedSequence", "default_rng"]


def _words(entropy):
    """An integer as its words of 32 bits from the low end, a list as those of its integers in turn."""
    if isinstance(entropy, nd.generic):
        entropy = entropy.item()
    if isinstance(entropy, (str, builtins.bytes, dict)):
        raise TypeError(f"SeedSequence expects int or sequence of ints for entropy not {entropy}")
    if hasattr(entropy, "__len__"):
        return [word for one in entropy for word in _words(one)]
    number = operator.index(entropy)
    if number < 0:
        raise ValueError("expected non-negative integer")
    words = [number & 0xFFFFFFFF]
    while number := number >> 32:
        words.append(number & 0xFFFFFFFF)
    return words


class SeedSequence:
    """Entropy mixed into seeds, and sequences that do not overlap from it."""

    def __init__(self, entropy=None, *, spawn_key=(), pool_size=4, n_children_spawned=0):
        if pool_size < 4:
            raise ValueError("The size of the entropy pool should be at least 4")
        self.entropy = secrets.randbits(128) if entropy is None else entropy
        self.spawn_key, self.pool_size, self.n_children_spawned = tuple(spawn_key), pool_size, n_children_spawned
        self.pool = _random._seed_pool(_words(self.entropy), _words(self.spawn_key), pool_size)

    def generate_state(self, n_words, dtype=nd.uint32):
        """Words to seed something with."""
        wide = dtype is nd.uint64 or nd.dtype(dtype) == nd.uint64
        if not wide and nd.dtype(dtype) != nd.uint32:
            raise ValueError("only support uint32 or uint64")
        state = _random._seed_state(self.pool, n_words * (1 + wide))
        return state.view(nd.uint64) if wide else state

    def spawn(self, n_children):
        """Sequences that are independent of this one and of each other."""
        first = self.n_children_spawned
        self.n_children_spawned += n_children
        keys = ((*self.spawn_key, first + i) for i in range(n_children))
        return [type(self)(self.entropy, spawn_key=key, pool_size=self.pool_size) for key in keys]

    @property
    def state(self):
        """What the sequence is made of."""
        return {name: getattr(self, name) for name in ("entropy", "spawn_key", "pool_size", "n_children_spawned")}

    def __repr__(self):
        fields = {"entropy": self.entropy}
        fields |= {"spawn_key": self.spawn_key} if self.spawn_key else {}
        fields |= {"pool_size": self.pool_size} if self.pool_size != 4 else {}
        fields |= {"n_children_spawned": self.n_children_spawned} if self.n_children_spawned else {}
        return f"{type(self).__name__}(\n" + "".join(f"    {name}={value},\n" for name, value in fields.items()) + ")"


def _sequence(seed):
    if isinstance(seed, SeedSequence):
        return seed
    if hasattr(seed, "spawn_key"):  # NumPy's
        return SeedSequence(seed.entropy, spawn_key=seed.spawn_key, pool_size=getattr(seed, "pool_size", 4))
    if hasattr(seed, "generate_state"):  # any that gives words
        return seed
    return SeedSequence(seed.tolist() if isinstance(seed, nd.ndarray) else seed)


# The fields of _get_state().
_BITS, _STATE, _INCREMENT, _BUFFER, _HAS_UINT32, _UINTEGER, _KEY, _POS, _HAS_GAUSS, _GAUSS = range(10)


def _limbs(number, count):
    return tuple(number >> 64 * i & (2**64 - 1) for i in range(count))


class BitGenerator:
    """What draws the bits."""

    _number = None  # in the library's table
    _words = 4, nd.uint64  # of a sequence, to be seeded with

    def __init__(self, seed=None):
        if self._number is None:
            raise NotImplementedError("BitGenerator is a base class and cannot be instantized")
        self.lock = threading.Lock()
        self._start(_sequence(seed))

    def _start(self, seed):
        self._seed, self._stream = seed, self._seeded(seed)

    @classmethod
    def _seeded(cls, seed):
        return _random._generator(cls._number, nd.asarray(seed.generate_state(*cls._words), cls._words[1]), seed)

    @classmethod
    def _over(cls, stream, seed):
        bits = object.__new__(cls)
        bits.lock, bits._seed, bits._stream = threading.Lock(), seed, stream
        return bits

    @property
    def seed_seq(self):
        """The seed sequence."""
        return self._seed

    def spawn(self, n_children):
        """Independent ones."""
        if not isinstance(self._seed, SeedSequence):
            raise TypeError("The underlying SeedSequence does not implement spawning.")
        return [type(self)(child) for child in self._seed.spawn(n_children)]

    def random_raw(self, size=None, output=True):
        """The next words of 64 bits."""
        words = Generator(self).integers(0, 2**64 - 1, size, dtype=nd.uint64, endpoint=True)
        return None if not output else int(words) if size is None else words

    @property
    def state(self):
        """The state as a dictionary."""
        fields = self._stream._get_state()
        state = {"bit_generator": type(self).__name__, **self._get(fields)}
        if type(self) is not MT19937:
            state |= {"has_uint32": fields[_HAS_UINT32], "uinteger": fields[_UINTEGER]}
        return state

    @state.setter
    def state(self, value):
        if not isinstance(value, dict):
            raise TypeError("state must be a dict")
        name = type(self).__name__
        if value.get("bit_generator") != name:
            raise ValueError(f"state must be for a {name} RNG")
        fields = list(self._stream._get_state())
        self._set(fields, value)
        fields[_HAS_UINT32] = int(value.get("has_uint32", 0))
        fields[_UINTEGER] = int(value.get("uinteger", 0))
        self._stream._set_state(tuple(fields))

    def __getstate__(self):
        return self.state, self._seed

    def __setstate__(self, state):
        self.lock = threading.Lock()
        self._start(state[1] or SeedSequence(0))  # RandomState's have none
        self._seed = state[1]
        self.state = state[0]

    def __reduce__(self):
        return _unpickled, (type(self), self.__getstate__())


def _unpickled(kind, state):
    bits = object.__new__(kind)
    bits.__setstate__(state)
    return bits


class _Jumping(BitGenerator):
    """Those that go on by any number of draws."""

    def advance(self, delta):
        """Goes on by `delta` draws, modulo the period."""
        delta %= 2**128
        self._stream._advance(delta >> 64, delta & (2**64 - 1))
        return self

    def jumped(self, jumps=1):
        """Another whose stream does not overlap."""
        return self._over(self._stream._jumped(jumps), self._seed)


class PCG64(_Jumping):
    """The generator of default_rng()."""

    _number = 0

    def _get(self, fields):
        state, increment = fields[_STATE], fields[_INCREMENT]
        return {"state": {"state": state[0] | state[1] << 64, "inc": increment[0] | increment[1] << 64}}

    def _set(self, fields, value):
        fields[_STATE] = _limbs(int(value["state"]["state"]), 4)
        fields[_INCREMENT] = _limbs(int(value["state"]["inc"]), 2)


class PCG64DXSM(PCG64):
    """PCG64 with a better output of its state."""

    _number = 2


class Philox(_Jumping):
    """A function of a counter and a key: Philox4x64-10."""

    _number = 3
    _words = 2, nd.uint64

    def __init__(self, seed=None, counter=None, key=None):
        if seed is not None and key is not None:
            raise ValueError("seed and key cannot be both used")
        super().__init__(0 if key is not None else seed)
        fields = list(self._stream._get_state())
        for given, field, count in ((key, _INCREMENT, 2), (counter, _STATE, 4)):
            if given is not None:
                words = [int(x) for x in nd.asarray(given).reshape(-1)] if hasattr(given, "__len__") else None
                fields[field] = (*words, *[0] * (count - len(words))) if words else _limbs(operator.index(given), count)
        self._stream._set_state(tuple(fields))

    def _get(self, fields):
        state = {"counter": nd.array(fields[_STATE], dtype=nd.uint64), "key": nd.array(fields[_INCREMENT], dtype=nd.uint64)}
        return {"state": state, "buffer": nd.array(fields[_BUFFER], dtype=nd.uint64), "buffer_pos": fields[_POS]}

    def _set(self, fields, value):
        fields[_STATE] = tuple(int(x) for x in value["state"]["counter"])
        fields[_INCREMENT] = tuple(int(x) for x in value["state"]["key"])
        fields[_BUFFER] = tuple(int(x) for x in value["buffer"])
        fields[_POS] = int(value["buffer_pos"])

    def advance(self, delta):
        """Goes on by `delta` counts of four draws each, modulo 2**256."""
        fields = list(self._stream._get_state())
        counter = sum(word << 64 * i for i, word in enumerate(fields[_STATE])) + delta
        fields[_STATE], fields[_BUFFER], fields[_POS] = _limbs(counter, 4), (0,) * 4, 4
        fields[_HAS_UINT32] = fields[_UINTEGER] = 0
        self._stream._set_state(tuple(fields))
        return self


class SFC64(BitGenerator):
    """A small fast chaotic generator."""

    _number = 4
    _words = 3, nd.uint64

    def _get(self, fields):
        return {"state": {"state": nd.array(fields[_STATE], dtype=nd.uint64)}}

    def _set(self, fields, value):
        fields[_STATE] = tuple(int(x) for x in value["state"]["state"])


class MT19937(BitGenerator):
    """The Mersenne twister, which RandomState draws from."""

    _number = 1
    _words = 624, nd.uint32

    def jumped(self, jumps=1):
        """Another whose stream begins 2**128 words further for each jump."""
        return self._over(self._stream._jumped(jumps), self._seed)

    def _legacy_seeding(self, seed):
        self._stream._set_state(_random._legacy(seed)._get_state())

    def _get(self, fields):
        return {"state": {"key": fields[_KEY], "pos": fields[_POS]}}

    def _set(self, fields, value):
        fields[_KEY], fields[_POS] = value["state"]["key"], int(value["state"]["pos"])

    @property
    def state(self):
        """The state as a dictionary."""
        return BitGenerator.state.fget(self)

    @state.setter
    def state(self, value):
        if isinstance(value, tuple):
            if value[0] != "MT19937" or len(value) not in (3, 5):
                raise ValueError("state is not a legacy MT19937 state")
            value = {"bit_generator": value[0], "state": {"key": value[1], "pos": value[2]}}
        BitGenerator.state.fset(self, value)

    def random_raw(self, size=None, output=True):
        """The next words of 32 bits."""
        words = Generator(self).integers(0, 2**32, size, dtype=nd.uint32)
        return None if not output else int(words) if size is None else words.astype(nd.uint64)


_KINDS = {kind._number: kind for kind in (PCG64, MT19937, PCG64DXSM, Philox, SFC64)}


def _bits_of(generator):
    """The bit generator that a generator draws from."""
    return _KINDS[generator._get_state()[_BITS]]._over(generator, generator._seed_seq)


def _spawn(generator, n_children):
    return [Generator(bits) for bits in generator.bit_generator.spawn(n_children)]


def _below(generator, last):
    """0 to `last`, by words that are cut to its bits and drawn again if they are above."""
    dtype, mask = nd.uint32 if last < 2**32 else nd.uint64, (1 << last.bit_length()) - 1
    while last:
        word = int(generator.integers(0, nd.iinfo(dtype).max, dtype=dtype, endpoint=True)) & mask
        if word <= last:
            return word
    return 0


def _multivariate_hypergeometric(generator, colors, nsample, size, method):
    """Color by color, from what is left; of more than half, what is not taken is drawn."""
    colors = nd.asarray(colors)
    if colors.ndim != 1 or colors.dtype.kind not in "iu" or (colors < 0).any():
        raise ValueError("colors must be a one-dimensional sequence of nonnegative integers.")
    counts, total, nsample = colors.tolist(), int(colors.sum()), operator.index(nsample)
    if nsample < 0:
        raise ValueError("nsample must be nonnegative.")
    if nsample > total:
        raise ValueError("nsample > sum(colors)")
    if method not in (None, "marginals", "count"):
        raise ValueError('method must be "count" or "marginals".')
    shape = () if size is None else (size,) if not hasattr(size, "__len__") else tuple(size)
    most = nsample > total // 2
    rows = []
    if method == "count":
        wanted = total - nsample if most else nsample
        items = [color for color, count in enumerate(counts) for _ in range(count)]
        for _ in range(math.prod(shape)):
            row = [0] * len(counts)
            for j in range(wanted):
                k = j + _below(generator, total - j - 1)
                items[j], items[k] = items[k], items[j]
            for color in items[:wanted]:
                row[color] += 1
            rows.append([n - x for n, x in zip(counts, row)] if most else row)
        return nd.array(rows, dtype=nd.int64).reshape(*shape, len(counts))
    for _ in range(math.prod(shape)):
        left, rest, row = total - nsample if most else nsample, total, []
        for count in counts[:-1]:
            rest -= count
            drawn = int(generator.hypergeometric(count, rest, left)) if left > 0 else 0
            row.append(drawn)
            left -= drawn
        row += [left] if counts else []
        rows.append([n - x for n, x in zip(counts, row)] if most else row)
    return nd.array(rows, dtype=nd.int64).reshape(*shape, len(counts))


def _check_covariance(mean, cov, check, tol, method, legacy):
    """The arguments of multivariate_normal()."""
    check, tol = "warn" if check is None else check, 1e-8 if tol is None else tol
    if not legacy and method not in (None, "eigh", "svd", "cholesky"):
        raise ValueError("method must be one of {'eigh', 'svd', 'cholesky'}")
    cov, mean = nd.asarray(cov), nd.asarray(mean)
    if not legacy and "c" in (cov.dtype.kind, mean.dtype.kind):
        raise TypeError("mean and cov must not be complex")
    if mean.ndim != 1 or cov.ndim != 2 or cov.shape[0] != cov.shape[1] or mean.shape[0] != cov.shape[0]:
        return  # which the library refuses
    if check not in ("warn", "raise", "ignore"):
        raise ValueError("check_valid must equal 'warn', 'raise', or 'ignore'")
    if check == "ignore" or (method == "cholesky" and not legacy):
        return
    if method == "eigh" and not legacy:
        valid = not (nd.linalg.eigh(cov)[0] < -tol).any()
    else:
        _, s, v = nd.linalg.svd(cov)
        valid = nd.allclose((v.T * s) @ v, cov, rtol=tol, atol=tol)
    if not valid:
        if check == "raise":
            raise ValueError("covariance is not symmetric positive-semidefinite.")
        warnings.warn("covariance is not symmetric positive-semidefinite.", RuntimeWarning, stacklevel=2)


def _integers_in(bound):
    """The shape and all integers of a bound, which may be nested lists with such as no dtype holds."""
    if isinstance(bound, (list, tuple)):
        parts = [_integers_in(one) for one in bound]
        if any(shape != parts[0][0] for shape, _ in parts):
            raise ValueError("bounds of integers() are arrays")
        return (len(parts), *(parts[0][0] if parts else ())), [value for _, values in parts for value in values]
    if type(bound) is int:
        return (), [bound]
    bound = nd.asarray(bound)
    if bound.dtype.kind not in "biuf":
        raise TypeError("bounds of integers() are integers")
    return bound.shape, [int(x) for x in bound.ravel().tolist()]


def _closed_bounds(low, high, dtype, endpoint):
    """Bounds of integers() as arrays: the lowest and the highest value that may come."""
    dtype, arrays = nd.dtype(int if dtype is None else dtype), []
    least, most = (0, 1) if dtype == nd.bool_ else (nd.iinfo(dtype).min, nd.iinfo(dtype).max)
    wide = nd.dtype(nd.uint64 if dtype == nd.uint64 else nd.int64)
    for name, bound, less in (("low", 0 if low is None else low, 0), ("high", high, int(not endpoint))):
        if not isinstance(bound, (list, tuple, int)):
            bound = nd.asarray(bound)
            if bound.size and bound.dtype.kind in "biu" and least <= int(bound.min()) - less <= int(bound.max()) - less <= most:
                arrays.append(bound.astype(wide) - wide.type(less))
                continue
        shape, values = _integers_in(bound)
        values = [value - less for value in values]
        if max(values, default=most) > most or (name == "low" and min(values, default=least) < least):
            raise ValueError(f"{name} is out of bounds for {dtype.name}")
        if min(values, default=least) < least:
            raise ValueError("low >= high" if less else "low > high")
        arrays.append(nd.array(values, dtype=wide).reshape(shape))
    if (arrays[0] > arrays[1]).any():
        raise ValueError("low > high" if endpoint else "low >= high")
    return tuple(arrays)


def default_rng(seed=None):
    """A generator: PCG64, with NumPy's numbers for the same seed."""
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, RandomState):
        seed = seed._bit_generator
    if isinstance(seed, BitGenerator):
        return Generator(seed)
    return PCG64._seeded(_sequence(seed))


class RandomState:
    """The legacy generator: the Mersenne twister, or another bit generator."""

    def __init__(self, seed=None):
        if isinstance(seed, BitGenerator):
            self._draw_from(seed)
        else:
            self._bit_generator = None
            self.seed(seed)

    def _draw_from(self, bits):
        self.__dict__.clear()  # of methods that __getattr__ kept
        self._bit_generator, self._generator = bits, _random._legacy_of(bits)

    def seed(self, seed=None):
        """Starts again from a seed."""
        if self._bit_generator is not None and not isinstance(self._bit_generator, MT19937):
            raise TypeError("can only re-seed a MT19937 BitGenerator")
        if type(seed) is not int and isinstance(seed, nd.generic):
            seed = seed.item()
        if seed is None:
            seed = [secrets.randbits(32) for _ in range(4)]
        elif type(seed) is not int and hasattr(seed, "__len__"):
            seed = nd.asarray(seed)
            if seed.size == 0:
                raise ValueError("Seed must be non-empty")
            if seed.dtype.kind not in "iub":
                raise TypeError(f"Cannot cast array from {seed.dtype!r} to dtype('int64') according to the rule 'safe'")
            if seed.ndim != 1:
                raise ValueError("Seed array must be 1-d")
            seed = [operator.index(x) for x in seed.tolist()]
            if min(seed) < 0 or max(seed) >= 2**32:
                raise ValueError("Seed values must be between 0 and 2**32 - 1")
        else:
            seed = operator.index(seed)
            if not 0 <= seed < 2**32:
                raise ValueError("Seed must be between 0 and 2**32 - 1")
        fresh = _random._legacy(seed)
        if self._bit_generator is None:
            self._draw_from(MT19937._over(fresh, None))
        else:
            self._generator._take_state(fresh)

    def random_sample(self, size=None):
        """Uniform on [0, 1)."""
        return self._generator.random(size)

    random = ranf = sample = random_sample

    def rand(self, *shape):
        """Uniform on [0, 1), of that shape."""
        return self._generator.random(shape or None)

    def randn(self, *shape):
        """Normal, of that shape."""
        return self._generator.standard_normal(shape or None)

    def randint(self, low, high=None, size=None, dtype=int):
        """Integers from low, below high."""
        return self._generator.integers(low, high, size, dtype)

    def random_integers(self, low, high=None, size=None):
        """Integers from low to high."""
        last = low if high is None else high
        call = f"randint({1 if high is None else low}, {last} + 1)"
        warnings.warn(f"This function is deprecated. Please call {call} instead", DeprecationWarning, stacklevel=2)
        return self.randint(low if high is not None else 1, (low if high is None else high) + 1, size, nd.int64)

    def tomaxint(self, size=None):
        """Integers from 0 to 2**63 - 1."""
        words = self._generator.integers(0, 2**64, 1 if size is None else size, dtype=nd.uint64) >> nd.uint64(1)
        return int(words[0]) if size is None else words.astype(nd.int64)

    def choice(self, a, size=None, replace=True, p=None):
        """A sample of an array, or of 0, ..., a - 1."""
        if nd.ndim(a) > 1:
            raise ValueError("a must be 1-dimensional")
        picked = self._generator.choice(a, size, replace, p)
        return picked.item() if size is None and not hasattr(a, "__len__") else picked

    def get_state(self, legacy=True):
        """The state, for set_state()."""
        fields = self._generator._get_state()
        state = self._bit_generator.state | {"has_gauss": fields[_HAS_GAUSS], "gauss": fields[_GAUSS]}
        if legacy and isinstance(self._bit_generator, MT19937):
            return "MT19937", fields[_KEY], fields[_POS], fields[_HAS_GAUSS], fields[_GAUSS]
        return state

    def set_state(self, state):
        """Goes on from a state."""
        if isinstance(state, dict):
            if "bit_generator" not in state or "state" not in state:
                raise ValueError("state dictionary is not valid.")
        elif isinstance(state, (tuple, list)):
            if state[0] != "MT19937" or not isinstance(self._bit_generator, MT19937):
                raise ValueError("set_state can only be used with legacy MT19937 state instances.")
            gauss = dict(zip(("has_gauss", "gauss"), state[3:]))
            state = {"bit_generator": "MT19937", "state": {"key": state[1], "pos": state[2]}, **gauss}
        else:
            raise TypeError("state must be a dict or a tuple.")
        self._bit_generator.state = state
        fields = list(self._generator._get_state())
        fields[_HAS_GAUSS], fields[_GAUSS] = int(state.get("has_gauss", 0)), float(state.get("gauss", 0.0))
        self._generator._set_state(tuple(fields))

    def __getstate__(self):
        return self.get_state(legacy=False)

    def __setstate__(self, state):
        self.set_state(state)

    def __reduce__(self):
        return _restored, (self._bit_generator, self.get_state(legacy=False))

    def __getattr__(self, name):
        """The distributions, found here once."""
        if name.startswith("_") or name in ("integers", "permuted", "spawn", "multivariate_hypergeometric"):
            raise AttributeError(name)
        self.__dict__[name] = method = getattr(self._generator, name)
        return method

    def __repr__(self):
        return f"{self} at 0x{id(self):X}"

    def __str__(self):
        return f"{type(self).__name__}({type(self._bit_generator).__name__})"


def _restored(bits, state):
    random = RandomState(bits)
    random.set_state(state)
    return random


_local = RandomState()


def get_state(legacy=True):
    """The state of the functions of this module."""
    return _local.get_state(legacy)


def get_bit_generator():
    """What the functions of this module draw from."""
    return _local._bit_generator


def set_bit_generator(bitgen):
    """Lets the functions of this module draw from another bit generator."""
    _local._draw_from(bitgen)
    for name in _found:
        globals()[name] = getattr(_local, name)


_found = set()


def __getattr__(name):
    """The legacy functions: those of one RandomState, found here once."""
    if name == "mtrand":  # where other libraries look for the state of these functions
        import sys

        return sys.modules[__name__]
    if name == "_rand":
        return _local
    if not name.startswith("_") and name != "tomaxint" and hasattr(_local, name):
        globals()[name] = function = getattr(_local, name)
        _found.add(name)
        return function
    from ndstream._absent import missing

    raise missing("ndstream.random", name)


def __dir__():
    legacy = (n for n in {*dir(_local), *dir(Generator)} if not n.startswith("_") and n != "tomaxint" and hasattr(_local, n))
    return sorted({*globals(), *legacy})
