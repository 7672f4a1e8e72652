"""NumPy's bit generators: the same values for the same seeds, by every distribution."""

import copy
import pickle

import ndstream as nd
import numpy as np
import pytest

KINDS = ["PCG64", "MT19937", "PCG64DXSM", "Philox", "SFC64"]
CALLS = [
    ("random", (7,)), ("standard_normal", (300,)), ("standard_exponential", (300,)), ("integers", (0, 10, 9)),
    ("integers", (0, 2**40, 9)), ("permutation", (50,)), ("normal", (1.0, 2.0, 6)), ("uniform", (-1, 1, 5)),
    ("poisson", (3.0, 8)), ("poisson", (50.0, 8)), ("binomial", (10, 0.3, 6)), ("binomial", (1000, 0.4, 6)),
    ("gamma", (2.0, 1.5, 6)), ("gamma", (0.5, 1.5, 6)), ("beta", (0.5, 0.7, 6)), ("standard_t", (4, 6)),
    ("lognormal", (0, 1, 5)), ("triangular", (-1, 0, 2, 5)), ("geometric", (0.2, 5)), ("laplace", (0, 1, 5)),
    ("logistic", (0, 1, 5)), ("rayleigh", (1, 5)), ("weibull", (2, 5)), ("chisquare", (3, 5)),
    ("multinomial", (20, [0.2, 0.3, 0.5], 4)), ("dirichlet", ([1.0, 2.0, 3.0], 4)), ("hypergeometric", (20, 30, 15, 5)),
    ("vonmises", (0.0, 2.0, 5)), ("wald", (1.0, 2.0, 5)), ("zipf", (2.5, 5)), ("choice", (1000, 20)), ("bytes", (11,)),
]  # fmt: skip
FLOATS = [("random", {}), ("standard_normal", {}), ("standard_exponential", {})]


def both(kind, seed=12345):
    return getattr(nd.random, kind)(seed), getattr(np.random, kind)(seed)


def equal(ours, theirs):
    if isinstance(theirs, bytes):
        assert ours == theirs
        return
    theirs = np.asarray(theirs)
    assert nd.asarray(ours).dtype == theirs.dtype
    np.testing.assert_array_equal(np.asarray(ours), theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_generator_over_each_bit_generator_gives_numpys_values(kind):
    a, b = both(kind)
    ours, theirs = nd.random.Generator(a), np.random.Generator(b)
    for name, arguments in CALLS:
        equal(getattr(ours, name)(*arguments), getattr(theirs, name)(*arguments))
    for name, words in FLOATS:
        equal(getattr(ours, name)(301, dtype="float32", **words), getattr(theirs, name)(301, dtype="float32", **words))
    for dtype in ("uint8", "int16", "uint32", "bool"):
        equal(ours.integers(0, 2, 11, dtype=dtype), theirs.integers(0, 2, 11, dtype=dtype))
    equal(ours.choice(500, 60, replace=False), theirs.choice(500, 60, replace=False))
    x, y = nd.arange(30.0), np.arange(30.0)
    ours.shuffle(x), theirs.shuffle(y)
    equal(x, y)


@pytest.mark.parametrize("kind", KINDS)
def test_random_state_over_each_bit_generator_gives_numpys_values(kind):
    a, b = both(kind, [3, 4])
    ours, theirs = nd.random.RandomState(a), np.random.RandomState(b)
    for name, arguments in [("random_sample", (4,)), ("randn", (5,)), ("randint", (0, 100, 7)), ("exponential", (1, 4)),
                            ("gamma", (2, 1, 4)), ("poisson", (4, 5)), ("permutation", (20,)), ("choice", (30, 4))]:  # fmt: skip
        equal(getattr(ours, name)(*arguments), getattr(theirs, name)(*arguments))


@pytest.mark.parametrize("kind", KINDS)
def test_states_are_numpys_and_go_on_where_they_were(kind):
    a, b = both(kind)
    nd.random.Generator(a).integers(0, 10, 3), np.random.Generator(b).integers(0, 10, 3)
    flat = lambda state: {k: flat(v) if isinstance(v, dict) else np.asarray(v).tolist() for k, v in state.items()}
    assert flat(a.state) == flat(b.state)
    other, pickled, copied = getattr(nd.random, kind)(1), pickle.loads(pickle.dumps(a)), copy.deepcopy(a)
    other.state = b.state
    expected = b.random_raw(5)
    for bits in (other, pickled, copied, a):
        equal(bits.random_raw(5), expected)
    with pytest.raises(TypeError):
        a.state = 1
    with pytest.raises(ValueError):
        a.state = {"bit_generator": "other"}


@pytest.mark.parametrize("kind", KINDS)
def test_generators_of_one_bit_generator_share_its_stream(kind):
    a, b = both(kind)
    ours, theirs = [nd.random.Generator(a), nd.random.RandomState(a)], [np.random.Generator(b), np.random.RandomState(b)]
    assert ours[0].bit_generator is a
    for i in (0, 1, 0, 1):
        equal(ours[i].normal(size=3), theirs[i].normal(size=3))
    again = pickle.loads(pickle.dumps(ours[0]))
    equal(again.random(3), theirs[0].random(3))


@pytest.mark.parametrize("kind, deltas", [("PCG64", [1, 10**20, -3]), ("MT19937", []), ("PCG64DXSM", [5, 2**100]), ("Philox", [7, 2**70, 2**200 + 3])])
def test_advance_and_jumped_are_numpys(kind, deltas):
    a, b = both(kind)
    nd.random.Generator(a).integers(0, 9, 3), np.random.Generator(b).integers(0, 9, 3)
    for delta in deltas:
        equal(a.advance(delta).random_raw(3), b.advance(delta).random_raw(3))
    equal(a.jumped().random_raw(3), b.jumped().random_raw(3))
    equal(a.jumped(3).random_raw(3), b.jumped(3).random_raw(3))


def test_philox_takes_a_key_and_a_counter():
    for words in ({"key": 5}, {"key": 2**70 + 1, "counter": 2**130}, {"counter": [1, 2, 3, 4], "key": [8, 9]}):
        equal(nd.random.Philox(**words).random_raw(9), np.random.Philox(**words).random_raw(9))


def test_the_functions_of_the_module_draw_from_the_bit_generator_that_is_set():
    before = nd.random.get_bit_generator()
    nd.random.normal(), nd.random.rand()  # which are looked up only once
    try:
        nd.random.set_bit_generator(nd.random.SFC64(8))
        theirs = np.random.RandomState(np.random.SFC64(8))
        equal(nd.random.normal(size=4), theirs.normal(size=4))
        equal(nd.random.rand(3), theirs.rand(3))
        with pytest.raises(TypeError):
            nd.random.seed(1)
    finally:
        nd.random.set_bit_generator(before)


def test_spawned_ones_are_numpys():
    for kind in KINDS:
        a, b = both(kind)
        for x, y in zip(nd.random.Generator(a).spawn(2), np.random.Generator(b).spawn(2)):
            equal(x.random(2), y.random(2))


@pytest.mark.parametrize("dtype", ["int64", "uint64", "int32", "uint8", "bool"])
def test_integers_over_the_whole_range_of_a_dtype(dtype):
    low, high = (0, 1) if dtype == "bool" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
    for make in ("default_rng", "RandomState"):
        ours, theirs = getattr(nd.random, make)(5), getattr(np.random, make)(5)
        name = "integers" if make == "default_rng" else "randint"
        for bounds in ((low, high + 1), (high, high + 1), (low, low + 1)):
            equal(getattr(ours, name)(*bounds, size=9, dtype=dtype), getattr(theirs, name)(*bounds, size=9, dtype=dtype))
        for bounds in ((low - 1, high), (low, high + 2), (high, low)):
            with pytest.raises(ValueError):
                getattr(ours, name)(*bounds, dtype=dtype)
        if name == "integers":
            equal(ours.integers(low, high, 5, dtype=dtype, endpoint=True), theirs.integers(low, high, 5, dtype=dtype, endpoint=True))


def test_integers_below_a_float():
    ours, theirs = nd.random.RandomState(5), np.random.RandomState(5)
    equal(ours.randint(0, 1e6, 5), theirs.randint(0, 1e6, 5))
    assert ours.randint(10.0) == theirs.randint(10.0)
    equal(ours.tomaxint(4), theirs.tomaxint(4))


def test_probabilities_of_float32_sum_to_one_in_their_precision():
    p = np.array([0.1, 0.2, 0.3, 0.4], "float32") * np.float32(1.0002)
    equal(nd.random.default_rng(1).choice(4, 9, p=nd.asarray(p)), np.random.default_rng(1).choice(4, 9, p=p))
    with pytest.raises(ValueError):
        nd.random.default_rng(1).choice(4, 9, p=p.astype("float64"))


def test_exponential_by_inversion_and_gamma_into_an_array():
    ours, theirs = nd.random.default_rng(4), np.random.default_rng(4)
    for dtype in ("float64", "float32"):
        equal(ours.standard_exponential(5, dtype, method="inv"), theirs.standard_exponential(5, dtype, method="inv"))
    a, b = nd.zeros(5), np.zeros(5)
    assert ours.standard_gamma(2.0, out=a) is a
    theirs.standard_gamma(2.0, out=b)
    equal(a, b)
    equal(ours.standard_gamma([0.5, 1, 2], dtype="float32"), theirs.standard_gamma([0.5, 1, 2], dtype="float32"))


def test_seeds_may_be_scalars_of_arrays():
    for seed in (nd.uint32(7), nd.int64(7), nd.array([7, 8])[0]):
        equal(nd.random.default_rng(seed).random(3), np.random.default_rng(7).random(3))
        equal(nd.random.RandomState(seed).random_sample(3), np.random.RandomState(7).random_sample(3))


def test_successes_of_tiny_probability_are_not_lost():
    equal(nd.random.default_rng(2).binomial(50_000_000_000, 5e-12, 50), np.random.default_rng(2).binomial(50_000_000_000, 5e-12, 50))
    equal(nd.random.default_rng(2).binomial(5 * 10**16, 5e-17, 50), np.random.default_rng(2).binomial(5 * 10**16, 5e-17, 50))


def test_what_a_generator_is_printed_as():
    for bits in (nd.random.PCG64(1), nd.random.PCG64DXSM(1), nd.random.Philox(1), nd.random.SFC64(1), nd.random.MT19937(1)):
        name = type(bits).__name__
        assert str(nd.random.Generator(bits)) == f"Generator({name})"
        assert repr(nd.random.Generator(bits)).startswith(f"Generator({name}) at 0x")
        assert str(nd.random.RandomState(bits)) == f"RandomState({name})"


def test_dxsm_differs_from_pcg64_in_its_output_only():
    ours, theirs = nd.random.PCG64DXSM(3), np.random.PCG64DXSM(3)
    assert ours.state == theirs.state and ours.state["state"] == nd.random.PCG64(3).state["state"]
    equal(ours.random_raw(4), theirs.random_raw(4))


def test_legacy_uniform_takes_bounds_in_either_order():
    ours, theirs = nd.random.RandomState(3), np.random.RandomState(3)
    equal(ours.uniform(5, 1, 4), theirs.uniform(5, 1, 4))
    equal(ours.uniform([5, 1], [1, 2]), theirs.uniform([5, 1], [1, 2]))
