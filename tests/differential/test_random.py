"""Random numbers are NumPy's, to the last bit: values, and what the next call gives."""

import nd
import numpy as np
import pytest
from compare import assert_equal
from hypothesis import given
from hypothesis import strategies as st
from nd_random import DISTRIBUTIONS, default_rng, generate_state, legacy, seeded

SEEDS = st.integers(0, 2**64 - 1)
SIZES = st.sampled_from([(), (1,), (7,), (3, 5), (0,), (100,), (1000,)])
INTEGERS = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]

positive = st.one_of(
    st.floats(1e-3, 1e3), st.sampled_from([0.05, 0.5, 1.0, 1.5, 2.0, 3.0, 10.0, 1e-120, 1e5])
)
not_negative = st.one_of(positive, st.just(0.0))
any_real = st.floats(-1e6, 1e6)
probability = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, 0.5, 1e-3, 0.3333, 0.9]))
positive_probability = st.one_of(st.floats(1e-6, 1), st.sampled_from([1.0, 0.5, 0.34, 1 / 3]))


@st.composite
def ordered(draw):
    left, mode, right = sorted(draw(st.tuples(any_real, any_real, any_real)))
    return (left, mode, right) if left < right else (left, left, left + 1.0)


@st.composite
def urn(draw):
    counts = st.one_of(st.integers(0, 40), st.integers(0, 10**6))
    good, bad = draw(counts) + 1, draw(counts)
    return good, bad, draw(st.integers(1, good + bad))


# Of every row of the table: what to draw its parameters from. A new row without a line fails.
PARAMETERS = {
    "uniform": st.tuples(any_real, st.floats(0, 1e3)).map(lambda t: (t[0], t[0] + t[1])),
    "normal": st.tuples(any_real, not_negative),
    "exponential": st.tuples(not_negative),
    "gamma": st.tuples(not_negative, not_negative),
    "beta": st.tuples(positive, positive),
    "chisquare": st.tuples(positive),
    "noncentral_chisquare": st.tuples(positive, not_negative),
    "f": st.tuples(positive, positive),
    "noncentral_f": st.tuples(positive, positive, not_negative),
    "standard_t": st.tuples(positive),
    "standard_cauchy": st.just(()),
    "laplace": st.tuples(any_real, not_negative),
    "gumbel": st.tuples(any_real, not_negative),
    "logistic": st.tuples(any_real, not_negative),
    "lognormal": st.tuples(st.floats(-5, 5), st.floats(0, 5)),
    "pareto": st.tuples(positive),
    "power": st.tuples(positive),
    "rayleigh": st.tuples(not_negative),
    "triangular": ordered(),
    "vonmises": st.tuples(st.floats(-4, 4), st.one_of(not_negative, st.sampled_from([1e-9, 1e-6]))),
    "wald": st.tuples(positive, positive),
    "weibull": st.tuples(not_negative),
    "poisson": st.tuples(st.one_of(not_negative, st.floats(0, 40), st.just(1e12))),
    "binomial": st.tuples(
        st.one_of(st.integers(0, 100), st.integers(0, 10**6), st.just(10**12)), probability
    ),
    "negative_binomial": st.tuples(positive, positive_probability),
    "geometric": st.tuples(positive_probability),
    "zipf": st.tuples(st.floats(1.01, 20)),
    "logseries": st.tuples(st.floats(1e-6, 0.999)),
    "hypergeometric": urn(),
}


def pair(seed):
    return default_rng(seed), np.random.default_rng(seed)


def legacy_pair(seed):
    return legacy(seed % 2**32), np.random.RandomState(seed % 2**32)


def assert_in_step(ours, theirs):
    """Both give the same from here on: words that are left included."""
    if isinstance(theirs, np.random.RandomState):
        assert_equal(ours.standard_normal(3), theirs.standard_normal(3))
        assert_equal(ours.random(3), theirs.random_sample(3))
    else:
        assert_equal(ours.random(3, "float32"), theirs.random(3, "float32"))
        assert_equal(ours.random(3), theirs.random(3))


def test_every_row_of_the_table_is_tested():
    assert set(PARAMETERS) == set(DISTRIBUTIONS)


@pytest.mark.parametrize("make", [pair, legacy_pair], ids=["generator", "legacy"])
@pytest.mark.parametrize("name", DISTRIBUTIONS)
@given(data=st.data(), seed=SEEDS, size=SIZES)
def test_distributions_equal_numpys(make, name, data, seed, size):
    parameters = data.draw(PARAMETERS[name])
    ours, theirs = make(seed)
    with np.errstate(all="ignore"):
        expected = np.asarray(getattr(theirs, name)(*parameters, size=size))
    assert_equal(ours.draw(name, parameters, size), expected)
    assert_in_step(ours, theirs)


@pytest.mark.parametrize("make", [pair, legacy_pair], ids=["generator", "legacy"])
@pytest.mark.parametrize("name", [name for name, (_, count) in DISTRIBUTIONS.items() if count])
@given(data=st.data(), seed=SEEDS)
def test_distributions_with_arrays_of_parameters_equal_numpys(make, name, data, seed):
    rows = [data.draw(PARAMETERS[name]) for _ in range(4)]
    parameters = [np.array(column) for column in zip(*rows, strict=True)]
    if data.draw(st.booleans()) and name not in ("uniform", "triangular", "hypergeometric"):
        parameters[0] = parameters[0][:, None]
    if data.draw(st.booleans()) and len(parameters) > 1 and parameters[0].ndim == 1:
        parameters = [parameters[0][:1].item() if name == "normal" else parameters[0], *parameters[1:]]
    shape = np.broadcast_shapes(*(np.shape(p) for p in parameters))
    size = data.draw(st.sampled_from([None, shape, (3, *shape)]))
    ours, theirs = make(seed)
    with np.errstate(all="ignore"):
        expected = np.asarray(getattr(theirs, name)(*parameters, size=size))
    assert_equal(ours.draw(name, parameters, size), expected)
    assert_in_step(ours, theirs)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_large_fills_equal_numpys_for_any_number_of_threads(name):
    typical = {
        "uniform": (-1.0, 2.0), "normal": (1.0, 2.0), "exponential": (2.0,), "gamma": (2.5, 1.0),
        "beta": (0.5, 0.7), "chisquare": (3.0,), "noncentral_chisquare": (3.0, 1.0), "f": (3.0, 4.0),
        "noncentral_f": (3.0, 4.0, 1.0), "standard_t": (5.0,), "standard_cauchy": (),
        "triangular": (-1.0, 0.0, 2.0), "poisson": (20.0,), "binomial": (1000, 0.4),
        "negative_binomial": (5.0, 0.3), "geometric": (0.2,), "zipf": (2.0,), "logseries": (0.6,),
        "hypergeometric": (300, 500, 200), "lognormal": (0.0, 1.0), "pareto": (3.0,), "power": (3.0,),
        "rayleigh": (2.0,), "weibull": (1.5,),
    }
    parameters = typical.get(name, (0.5, 1.5))
    n = 300_001
    expected = getattr(np.random.default_rng(5), name)(*parameters, size=n)
    for threads in (1, 2, 7):
        with nd.threads(threads):
            assert_equal(default_rng(5).draw(name, parameters, n), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["random", "standard_normal", "standard_exponential"])
@given(seed=SEEDS, size=st.sampled_from([(), (1,), (77,), (5000,)]), before=st.integers(0, 3))
def test_plain_numbers_equal_numpys(dtype, name, seed, size, before):
    ours, theirs = pair(seed)
    assert_equal(ours.random(before, "float32"), theirs.random(before, "float32"))
    assert_equal(getattr(ours, name)(size, dtype), np.asarray(getattr(theirs, name)(size, dtype)))
    assert_in_step(ours, theirs)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_million_exponentials_equal_numpys(dtype):
    for threads in (1, 2, 7):
        with nd.threads(threads):
            ours, theirs = pair(99)
            assert_equal(
                ours.standard_exponential(2_000_003, dtype), theirs.standard_exponential(2_000_003, dtype)
            )
            assert_in_step(ours, theirs)


@st.composite
def bounds(draw, dtype):
    info = (0, 1) if dtype == "bool" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
    near = st.integers(-4, 4)
    ends = st.one_of(st.integers(*info), near.map(lambda i: info[0] + i), near.map(lambda i: info[1] + i),
                     st.integers(-10, 10))
    low, high = sorted(min(max(draw(ends), info[0]), info[1]) for _ in range(2))
    return low, high


@pytest.mark.parametrize("dtype", INTEGERS)
@given(data=st.data(), seed=SEEDS, size=SIZES, endpoint=st.booleans())
def test_integers_equal_numpys(dtype, data, seed, size, endpoint):
    low, last = data.draw(bounds(dtype))
    high = last if endpoint else last + 1
    ours, theirs = pair(seed)
    expected = theirs.integers(low, high, size, dtype, endpoint)
    assert_equal(ours.integers(low, high, size, dtype, endpoint), np.asarray(expected))
    assert_in_step(ours, theirs)
    ours, theirs = legacy_pair(seed)
    assert_equal(ours.integers(low, last + 1, size, dtype), np.asarray(theirs.randint(low, last + 1, size, dtype)))
    assert_in_step(ours, theirs)


@pytest.mark.parametrize("dtype", INTEGERS)
@given(data=st.data(), seed=SEEDS, endpoint=st.booleans())
def test_integers_between_arrays_equal_numpys(dtype, data, seed, endpoint):
    some = [data.draw(bounds(dtype)) for _ in range(5)]
    wide = "uint64" if dtype == "uint64" else "int64"
    some = [(low, high) for low, high in some if endpoint or high > low] or [(0, 1)]
    low, high = (np.array(column, wide) for column in zip(*some, strict=True))
    size = data.draw(st.sampled_from([None, (3, len(some))]))
    for ours, theirs in (pair(seed), legacy_pair(seed)):
        if isinstance(theirs, np.random.RandomState):
            if endpoint:
                continue
            expected = theirs.randint(low, high, size, dtype)
        else:
            expected = theirs.integers(low, high, size, dtype, endpoint)
        assert_equal(ours.integers(low, high, size, dtype, endpoint), expected)
        assert_in_step(ours, theirs)


@given(seed=SEEDS, count=st.integers(0, 70))
def test_bytes_equal_numpys(seed, count):
    for ours, theirs in (pair(seed), legacy_pair(seed)):
        assert ours.bytes(count) == theirs.bytes(count)
        assert_in_step(ours, theirs)


# ---- Permutations --------------------------------------------------------------------------------


@given(seed=SEEDS, n=st.sampled_from([0, 1, 2, 3, 10, 257, 1000, 70000]))
def test_permutations_equal_numpys(seed, n):
    for ours, theirs in (pair(seed), legacy_pair(seed)):
        assert_equal(ours.permutation(n), theirs.permutation(n))
        assert_in_step(ours, theirs)


@given(
    seed=SEEDS,
    shape=st.sampled_from([(1,), (9,), (4, 5), (3, 4, 5), (0, 3), (50, 2)]),
    dtype=st.sampled_from(["int8", "uint16", "float32", "int64", "complex128"]),
    reverse=st.booleans(),
)
def test_shuffles_equal_numpys(seed, shape, dtype, reverse):
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    for axis in range(len(shape)):
        for name in ("shuffle", "permuted"):
            ours, theirs = pair(seed)
            mine, other = values.copy(), values.copy()
            view = mine[::-1] if reverse else mine
            getattr(ours, name)(view, axis)
            target = other[::-1] if reverse else other
            if name == "shuffle":
                theirs.shuffle(target, axis)
            else:
                theirs.permuted(target, axis=axis, out=target)
            assert_equal(mine, other)
            assert_in_step(ours, theirs)
    ours, theirs = legacy_pair(seed)
    mine, other = values.copy(), values.copy()
    ours.shuffle(mine)
    theirs.shuffle(other)
    assert_equal(mine, other)
    assert_in_step(ours, theirs)


@given(data=st.data(), seed=SEEDS, n=st.sampled_from([1, 2, 5, 30, 300, 10001, 20000]))
def test_choices_equal_numpys(data, seed, n):
    replace, shuffle = data.draw(st.booleans()), data.draw(st.booleans())
    size = data.draw(st.integers(0, min(n, 700)))
    for ours, theirs in (pair(seed), legacy_pair(seed)):
        options = {} if isinstance(theirs, np.random.RandomState) else {"shuffle": shuffle}
        assert_equal(ours.choice(n, size, replace, **options), theirs.choice(n, size, replace, **options))
        assert_in_step(ours, theirs)


@given(data=st.data(), seed=SEEDS, n=st.sampled_from([1, 2, 5, 30, 300]))
def test_choices_by_probability_equal_numpys(data, seed, n):
    replace = data.draw(st.booleans())
    weights = np.random.default_rng(seed).random(n) * (np.arange(n) % 3 != 1)
    p = weights / weights.sum()
    size = data.draw(st.integers(0, int((p > 0).sum())))
    for ours, theirs in (pair(seed), legacy_pair(seed)):
        assert_equal(ours.choice(n, size, replace, p), theirs.choice(n, size, replace, p))
        assert_in_step(ours, theirs)


# ---- Vectors -------------------------------------------------------------------------------------


@given(data=st.data(), seed=SEEDS, outcomes=st.integers(1, 6))
def test_multinomials_equal_numpys(data, seed, outcomes):
    p = np.random.default_rng(seed).dirichlet(np.ones(outcomes), data.draw(st.sampled_from([(), (2,), (3, 1)])))
    n = data.draw(st.sampled_from([0, 1, 20, 10**6]))
    if data.draw(st.booleans()):
        n = np.array([n, 3])
    shape = np.broadcast_shapes(np.shape(n), p.shape[:-1])
    size = data.draw(st.sampled_from([None, (4, *shape)]))
    ours, theirs = pair(seed)
    assert_equal(ours.multinomial(n, p, size), theirs.multinomial(n, p, size))
    assert_in_step(ours, theirs)
    if p.ndim == 1 and np.ndim(n) == 0:
        ours, theirs = legacy_pair(seed)
        assert_equal(ours.multinomial(n, p, size), theirs.multinomial(n, p, size))
        assert_in_step(ours, theirs)


@given(seed=SEEDS, alpha=st.lists(positive, min_size=1, max_size=6), size=SIZES, small=st.booleans())
def test_dirichlets_equal_numpys(seed, alpha, size, small):
    alpha = np.array(alpha) * (1e-4 if small else 1)
    for ours, theirs in (pair(seed), legacy_pair(seed)):
        with np.errstate(all="ignore"):
            expected = theirs.dirichlet(alpha, size)
        assert_equal(ours.dirichlet(alpha, size), expected)
        assert_in_step(ours, theirs)


@pytest.mark.parametrize("method", ["svd", "eigh", "cholesky"])
def test_multivariate_normals_equal_numpys_but_for_rounding(method):
    rng = np.random.default_rng(3)
    factor = rng.standard_normal((4, 4))
    mean, cov = rng.standard_normal(4), factor @ factor.T
    for size in ((), (5,), (3, 2)):
        ours, theirs = pair(17)
        expected = theirs.multivariate_normal(mean, cov, size, method=method)
        np.testing.assert_allclose(ours.multivariate_normal(mean, cov, size, method), expected, rtol=1e-9, atol=1e-9)
        assert_in_step(ours, theirs)


# ---- Seeds and states ----------------------------------------------------------------------------


@given(
    entropy=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9),
    key=st.lists(st.integers(0, 2**32 - 1), max_size=4),
    pool_size=st.integers(4, 9),
)
def test_seed_sequences_equal_numpys(entropy, key, pool_size):
    sequence = np.random.SeedSequence(entropy, spawn_key=key, pool_size=pool_size)
    assert generate_state(entropy, key, pool_size, 13) == sequence.generate_state(13).tolist()
    sequence = np.random.SeedSequence(entropy, spawn_key=key)
    ours, theirs = seeded(entropy, key), np.random.default_rng(sequence)
    assert_equal(ours.random(5), theirs.random(5))
    child = seeded(entropy, [*key, 2]), np.random.default_rng(sequence.spawn(3)[2])
    assert_equal(child[0].random(5), child[1].random(5))


@given(seed=st.one_of(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=700)))
def test_legacy_seeds_equal_numpys(seed):
    ours, theirs = legacy(seed), np.random.RandomState(seed)
    assert_equal(ours.random(700), theirs.random_sample(700))
    assert_equal(ours.standard_normal(3), theirs.randn(3))


@given(seed=SEEDS, draws=st.integers(0, 2**128 - 1), jumps=st.integers(0, 2**64 - 1))
def test_streams_advance_and_jump_as_numpys(seed, draws, jumps):
    ours, theirs = default_rng(seed), np.random.PCG64(seed)
    ours.advance(draws)
    theirs.advance(draws)
    assert_equal(ours.random(3), np.random.Generator(theirs).random(3))
    assert_equal(ours.jumped(jumps).random(3), np.random.Generator(theirs.jumped(jumps)).random(3))


@given(seed=SEEDS, before=st.integers(0, 5))
def test_states_are_numpys_and_can_be_restored(seed, before):
    ours, theirs = pair(seed)
    ours.random(before, "float32"), theirs.random(before, "float32")
    state, expected = ours.state, theirs.bit_generator.state
    assert state.state[0] | state.state[1] << 64 == expected["state"]["state"]
    assert state.increment[0] | state.increment[1] << 64 == expected["state"]["inc"]
    assert (state.has_uint32, state.uinteger) == (expected["has_uint32"], expected["uinteger"])
    ours.random(1000)
    ours.state = state
    assert_in_step(ours, theirs)
    ours, theirs = legacy_pair(seed)
    ours.standard_normal(before), theirs.standard_normal(before)
    state, expected = ours.state, theirs.get_state()
    assert (list(state.key), state.pos) == (expected[1].tolist(), expected[2])
    assert (state.has_gauss, state.gauss) == (expected[3], expected[4])
    other = default_rng(0)
    other.state = state
    assert_in_step(other, theirs)


# ---- Errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, parameters",
    [
        ("normal", (0.0, -1.0)), ("gamma", (-1.0, 1.0)), ("beta", (0.0, 1.0)), ("poisson", (-1.0,)),
        ("poisson", (float("nan"),)), ("poisson", (1e19,)), ("binomial", (-1, 0.5)), ("binomial", (5, 1.5)),
        ("geometric", (0.0,)), ("zipf", (1.0,)), ("triangular", (1.0, 0.0, 2.0)), ("logseries", (1.0,)),
        ("triangular", (1.0, 1.0, 1.0)), ("hypergeometric", (3, 4, 8)), ("hypergeometric", (10**9, 1, 1)),
        ("uniform", (1.0, 0.0)), ("negative_binomial", (1.0, 0.0)), ("weibull", (-1.0,)),
        ("exponential", (np.array([1.0, -1.0]),)),
    ],
)  # fmt: skip
def test_parameters_out_of_range_are_refused_and_draw_nothing(name, parameters):
    ours, theirs = pair(1)
    with pytest.raises(ValueError):
        getattr(theirs, name)(*parameters)
    with pytest.raises(nd.Failure) as error:
        ours.draw(name, parameters, None)
    assert error.value.code == "VALUE" and f"random_{name}: " in error.value.message
    assert_in_step(ours, theirs)


def test_a_sample_of_nothing_is_refused_by_a_legacy_generator_only():
    assert default_rng(0).draw("hypergeometric", (3, 4, 0), ()) == 0
    with pytest.raises(nd.Failure):
        legacy(0).draw("hypergeometric", (3, 4, 0), ())


def test_sizes_that_parameters_do_not_broadcast_to_are_refused():
    for size in ((2,), (3, 1), ()):
        with pytest.raises(nd.Failure):
            default_rng(0).draw("normal", (np.zeros((3, 4)), 1.0), size)


def test_what_a_legacy_generator_lacks_is_refused():
    for call in (lambda g: g.random(3, "float32"), lambda g: g.advance(1)):
        with pytest.raises(nd.Failure):
            call(legacy(0))
