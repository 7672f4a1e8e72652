"""Random numbers, as numpy.random: the same values for the same seeds."""

import math
import operator
import secrets
import threading

import ndstream as nd
from ndstream._core import _random

Generator = _random.Generator

__all__ = ["BitGenerator", "Generator", "MT19937", "PCG64", "RandomState", "SeedSequence", "default_rng"]


def _words(entropy):
    """An integer as its words of 32 bits from the low end, a list as those of its integers in turn."""
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
        if pool_size != 4:
            raise NotImplementedError("SeedSequence: the pool has 4 words")
        self.entropy = secrets.randbits(128) if entropy is None else entropy
        self.spawn_key, self.pool_size, self.n_children_spawned = tuple(spawn_key), pool_size, n_children_spawned
        _words(self.entropy)

    def _parts(self):
        return _words(self.entropy), [word for one in self.spawn_key for word in _words(one)]

    def generate_state(self, n_words, dtype=nd.uint32):
        """Words to seed something with."""
        wide = nd.dtype(dtype) == nd.uint64
        state = _random._seed_state(*self._parts(), n_words * (1 + wide))
        return state.view(nd.uint64) if wide else state

    def spawn(self, n_children):
        """Sequences that are independent of this one and of each other."""
        first = self.n_children_spawned
        self.n_children_spawned += n_children
        return [SeedSequence(self.entropy, spawn_key=(*self.spawn_key, first + i)) for i in range(n_children)]

    @property
    def state(self):
        """What the sequence is made of."""
        return {name: getattr(self, name) for name in ("entropy", "spawn_key", "pool_size", "n_children_spawned")}

    def __repr__(self):
        return f"SeedSequence(\n    entropy={self.entropy},\n)"


def _sequence(seed):
    return seed if isinstance(seed, SeedSequence) else SeedSequence(seed.tolist() if isinstance(seed, nd.ndarray) else seed)


class BitGenerator:
    """What draws the bits: PCG64 and MT19937."""

    def __init__(self, seed=None):
        if type(self) is BitGenerator:
            raise NotImplementedError("BitGenerator is a base class and cannot be instantized")
        self.lock = threading.Lock()
        self._start(_sequence(seed))

    @property
    def seed_seq(self):
        """The seed sequence."""
        return self._seed

    def spawn(self, n_children):
        """Independent ones."""
        return [type(self)(child) for child in self._seed.spawn(n_children)]

    def __getstate__(self):
        return self.state, self._seed

    def __setstate__(self, state):
        self.lock = threading.Lock()
        self._start(state[1])
        self.state = state[0]


class PCG64(BitGenerator):
    """The generator of default_rng()."""

    def _start(self, seed):
        self._seed, self._stream = seed, _random._generator(*seed._parts(), seed)

    @property
    def state(self):
        """The state as a dictionary."""
        state, increment, has_uint32, uinteger = self._stream._get_state()
        whole = {"state": state[0] | state[1] << 64, "inc": increment[0] | increment[1] << 64}
        return {"bit_generator": "PCG64", "state": whole, "has_uint32": has_uint32, "uinteger": uinteger}

    @state.setter
    def state(self, value):
        if not isinstance(value, dict):
            raise TypeError("state must be a dict")
        if value.get("bit_generator") != "PCG64":
            raise ValueError("state must be for a PCG64 RNG")
        halves = [(x & (2**64 - 1), x >> 64) for x in (value["state"]["state"], value["state"]["inc"])]
        self._stream._set_state((*halves, int(value["has_uint32"]), int(value["uinteger"])))

    def advance(self, delta):
        """Goes on by `delta` draws, modulo 2**128."""
        delta %= 2**128
        self._stream._advance(delta >> 64, delta & (2**64 - 1))
        return self

    def jumped(self, jumps=1):
        """Another whose stream does not overlap."""
        other = object.__new__(PCG64)
        other.lock, other._seed, other._stream = threading.Lock(), self._seed, self._stream._jumped(jumps)
        return other

    def random_raw(self, size=None, output=True):
        """The next words of 64 bits."""
        words = self._stream.integers(0, 2**64 - 1, size, dtype=nd.uint64, endpoint=True)
        return None if not output else int(words) if size is None else words


class MT19937(BitGenerator):
    """The twister, as a seed for RandomState; Generator() takes PCG64 only."""

    def _start(self, seed):
        self._seed, self._stream = seed, _random._legacy(0)
        key = seed.generate_state(624)
        key[0] = 0x80000000
        self._stream._set_state((key, 623, 0, 0.0))

    def _legacy_seeding(self, seed):
        self._stream._set_state(_random._legacy(seed)._get_state())

    @property
    def state(self):
        """The state as a dictionary."""
        key, pos, _, _ = self._stream._get_state()
        return {"bit_generator": "MT19937", "state": {"key": key, "pos": pos}}

    @state.setter
    def state(self, value):
        if isinstance(value, tuple):
            value = {"bit_generator": value[0], "state": {"key": value[1], "pos": value[2]}}
        if not isinstance(value, dict):
            raise TypeError("state must be a dict")
        if value.get("bit_generator") != "MT19937":
            raise ValueError("state must be for a MT19937 PRNG")
        self._stream._set_state((value["state"]["key"], int(value["state"]["pos"]), 0, 0.0))

    def random_raw(self, size=None, output=True):
        """The next words of 32 bits."""
        words = self._stream.integers(0, 2**32, size, dtype=nd.uint32)
        return None if not output else int(words) if size is None else words.astype(nd.uint64)


def _bits_of(generator):
    """The PCG64 that a generator draws from."""
    bits = object.__new__(PCG64)
    bits.lock, bits._seed, bits._stream = threading.Lock(), generator._seed_seq, generator
    return bits


def _spawn(generator, n_children):
    return [Generator(PCG64(child)) for child in generator._seed_seq.spawn(n_children)]


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
    if method == "count":
        raise NotImplementedError("multivariate_hypergeometric: method='count' is not there; take 'marginals'")
    shape = () if size is None else (size,) if not hasattr(size, "__len__") else tuple(size)
    most = nsample > total // 2
    rows = []
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


def default_rng(seed=None):
    """A generator: PCG64, with NumPy's numbers for the same seed."""
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, BitGenerator):
        return Generator(seed)
    if isinstance(seed, RandomState):
        raise NotImplementedError("default_rng: a Generator draws from PCG64, not from the twister")
    if not isinstance(seed, SeedSequence):
        seed = SeedSequence(seed.tolist() if isinstance(seed, nd.ndarray) else seed)
    return _random._generator(*seed._parts(), seed)


class RandomState:
    """The legacy generator: the Mersenne twister."""

    def __init__(self, seed=None):
        self.seed(seed)

    def seed(self, seed=None):
        """Starts again from a seed."""
        if isinstance(seed, BitGenerator):
            if not isinstance(seed, MT19937):
                raise NotImplementedError("RandomState: the legacy numbers are those of MT19937")
            self._generator = seed._stream
            return
        if seed is None:
            seed = [secrets.randbits(32) for _ in range(4)]
        elif hasattr(seed, "__len__"):
            seed = [operator.index(x) for x in seed]
            if not seed:
                raise ValueError("Seed must be non-empty")
        else:
            seed = operator.index(seed)
            if not 0 <= seed < 2**32:
                raise ValueError("Seed must be between 0 and 2**32 - 1")
        self._generator = _random._legacy(seed)

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
        return self.randint(low if high is not None else 1, (low if high is None else high) + 1, size)

    def tomaxint(self, size=None):
        """Integers from 0 to 2**63 - 1."""
        return self.randint(0, 2**63 - 1, size)

    def choice(self, a, size=None, replace=True, p=None):
        """A sample of an array, or of 0, ..., a - 1."""
        picked = self._generator.choice(a, size, replace, p)
        return picked.item() if size is None and not hasattr(a, "__len__") else picked

    def get_state(self, legacy=True):
        """The state, for set_state()."""
        key, pos, has_gauss, gauss = self._generator._get_state()
        if legacy:
            return "MT19937", key, pos, has_gauss, gauss
        return {"bit_generator": "MT19937", "state": {"key": key, "pos": pos}, "has_gauss": has_gauss, "gauss": gauss}

    def set_state(self, state):
        """Goes on from a state."""
        if isinstance(state, dict):
            state = ("MT19937", state["state"]["key"], state["state"]["pos"], state["has_gauss"], state["gauss"])
        if state[0] != "MT19937":
            raise ValueError("set_state can only be used with legacy MT19937 state instances.")
        _, key, pos, *gauss = state
        has_gauss, value = gauss or (0, 0.0)
        self._generator._set_state((key, int(pos), int(has_gauss), float(value)))

    def __getattr__(self, name):
        """The distributions."""
        if name.startswith("_") or name in ("integers", "permuted", "spawn", "multivariate_hypergeometric"):
            raise AttributeError(name)
        return getattr(self._generator, name)

    def __repr__(self):
        return f"RandomState(MT19937) at {id(self):#x}"


_local = RandomState()


def get_state(legacy=True):
    """The state of the functions of this module."""
    return _local.get_state(legacy)


def get_bit_generator():
    """What the functions of this module draw from."""
    bits = object.__new__(MT19937)
    bits.lock, bits._seed, bits._stream = threading.Lock(), None, _local._generator
    return bits


def set_bit_generator(bitgen):
    """Lets the functions of this module draw from another twister."""
    if not isinstance(bitgen, MT19937):
        raise NotImplementedError("set_bit_generator: the legacy numbers are those of MT19937")
    _local._generator = bitgen._stream


def __getattr__(name):
    """The legacy functions: those of one RandomState."""
    if name == "mtrand":  # where other libraries look for the state of these functions
        import sys

        return sys.modules[__name__]
    if name == "_rand":
        return _local
    if not name.startswith("_") and name != "tomaxint" and hasattr(_local, name):
        return getattr(_local, name)
    from ndstream._absent import missing

    raise missing("ndstream.random", name)


def __dir__():
    legacy = (n for n in {*dir(_local), *dir(Generator)} if not n.startswith("_") and n != "tomaxint" and hasattr(_local, n))
    return sorted({*globals(), *legacy})
