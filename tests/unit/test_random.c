/* Random numbers: NumPy's values for the same seed, the same bits for any number of threads. The
 * tables are NumPy 2.4.6's:
 *
 *     r = numpy.random.default_rng(seed)
 *     r.random(4), r.random(5, dtype="float32"), r.standard_normal(6), ...
 *
 * one call after the other on one generator, in the order of the list `calls` below. */
#include <ndstream/nd.h>

#include "unit.h"

#include <math.h>

enum { SEEDS = 3, HASHED = 300001 };
static const uint64_t seeds[SEEDS] = {0, 12345, UINT64_MAX};

static const double random_of[SEEDS][4] = {
    {0x1.461fd79fb385p-1, 0x1.1442f7e20b674p-2, 0x1.4fa7b529d9bdp-5, 0x1.0ec9ed84d0bcp-6},
    {0x1.d1958c6d97fep-3, 0x1.445c4c572793p-2, 0x1.984049046889dp-1, 0x1.5a3e0d5d490ddp-1},
    {0x1.5c2c74f5188eap-1, 0x1.b0ccb3ebe6704p-1, 0x1.e52b195bc2dp-8, 0x1.ca04d55e33445p-1},
};
static const float random_float32_of[SEEDS][5] = {
    {0x1.66f288p-3f, 0x1.a064f4p-1f, 0x1.4c8038p-1f, 0x1.d354b2p-1f, 0x1.01db64p-1f},
    {0x1.fa16f6p-1f, 0x1.907f04p-2f, 0x1.adc91ep-1f, 0x1.54cd2cp-2f, 0x1.228fcap-1f},
    {0x1.359feep-1f, 0x1.081ee8p-3f, 0x1.36a3fcp-2f, 0x1.467d98p-2f, 0x1.9f20ecp-1f},
};
static const double normal_of[SEEDS][6] = {
    {0x1.e4e7cbc69bca3p-1, -0x1.684ffc1daaf28p-1, -0x1.43f2a959cc8bbp+0, -0x1.3f1dd4920f4fbp-1,
     0x1.528adc38b0ce3p-5, -0x1.299a9bc1a2383p+1},
    {0x1.4c3bad680ecc7p-1, 0x1.71b937ce1adfep-2, -0x1.f3eed56d34288p+0, 0x1.2c77eb67ef983p+1,
     0x1.efded390f6a23p-1, -0x1.84ce6581d98d7p-1},
    {0x1.9cb0635c35311p-1, -0x1.898b75fcfd806p-2, 0x1.fcd791a1b6b19p-6, -0x1.c27f294f6914ap-3,
     -0x1.83779f6fb7f3p-4, 0x1.40f02cdfc4b9cp+0},
};
static const float normal_float32_of[SEEDS][5] = {
    {-0x1.bd8e64p-1f, -0x1.ce3728p-2f, 0x1.8e5caap-5f, -0x1.2363bcp+0f, -0x1.5a698ep-2f},
    {-0x1.2bd376p-1f, 0x1.3a9a2cp-3f, 0x1.04b19ap-3f, -0x1.dc4aa2p-3f, -0x1.617bf4p-1f},
    {0x1.b4fd24p-1f, 0x1.acf6ecp+0f, 0x1.79c6aap-1f, -0x1.965cep-1f, 0x1.630a5ep-2f},
};
static const uint8_t bools_of[SEEDS][35] = {
    {0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0,
     0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0},
    {0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0,
     0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1},
    {0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0,
     0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1},
};
static const int8_t int8_of[SEEDS][9] = {
    {-45, -1, 35, -42, -28, -21, 47, 35, -33},
    {-11, -16, -3, -49, -19, 4, 19, 48, -9},
    {18, -14, -44, 36, -19, 12, 44, 8, 42},
};
static const uint16_t uint16_of[SEEDS][5] = {
    {202, 541, 71, 80, 918},
    {725, 326, 0, 115, 716},
    {21, 500, 94, 606, 492},
};
static const uint32_t uint32_of[SEEDS][5] = {
    {1443184186, 1209715434, 16057921, 372849829, 24852929},
    {2322832822, 2144944801, 1174775225, 479686802, 2232032478},
    {798515026, 1767952869, 1731779581, 198663240, 1667621204},
};
static const int64_t int64_of[SEEDS][9] = {
    {67, 52, 64, 25, 61, 76, 38, 46, 99},
    {34, 47, 46, 47, 26, 55, 81, 49, 19},
    {0, 31, 14, 1, 57, 50, 45, 52, 13},
};
static const int64_t int64_wide_of[SEEDS][4] = {
    {4434923218000286187, 1711322751321790885, 1387741881413993084, 1738114305184723984},
    {909129460965287259, 2073242120302303921, -46228093324006005, -444762921058280755},
    {-1626095655811195843, -544865414207598976, 415675266342422654, 2170054954838871212},
};
static const int32_t int32_full_of[SEEDS][4] = {
    {876177839, -477078852, 1611283386, -1567248578},
    {292196101, 708836778, 1713735353, -726317924},
    {-1957751116, 312745084, 24847252, -1175040661},
};
static const uint8_t uint8_full_of[SEEDS][7] = {
    {21, 4, 51, 148, 185, 117, 179},
    {5, 247, 121, 174, 4, 195, 72},
    {188, 71, 45, 208, 119, 29, 97},
};

typedef enum method { UNIFORM, NORMAL, INTEGERS } method;

static const struct call {
    const char *name;
    method method;
    nd_dtype dtype;
    int64_t low, high;
    int64_t count;
    const void *expected; /* for each seed */
    uint64_t hash;        /* FNV-1a of HASHED values of default_rng(7), again in this order */
} calls[] = {
#define CALL(name, method, dtype, low, high, hash)                                                 \
    {#name,     method, dtype, low, high, (int64_t)(sizeof name##_of[0] / sizeof name##_of[0][0]), \
     name##_of, hash},
    CALL(random, UNIFORM, ND_FLOAT64, 0, 0,
         0x9764ceac61677934u) CALL(random_float32, UNIFORM, ND_FLOAT32, 0, 0, 0x3e87bbcd0cf3abe9u)
        CALL(normal, NORMAL, ND_FLOAT64, 0, 0, 0x0915c17f594b5803u)
            CALL(normal_float32, NORMAL, ND_FLOAT32, 0, 0, 0x09f6808260a24935u)
                CALL(bools, INTEGERS, ND_BOOL, 0, 2, 0xffc3f0bc80707084u)
                    CALL(int8, INTEGERS, ND_INT8, -50, 50, 0xb05043bf043cb5c2u)
                        CALL(uint16, INTEGERS, ND_UINT16, 0, 1000, 0x4ef9f90462a65a43u)
                            CALL(uint32, INTEGERS, ND_UINT32, 0, 3000000000, 0xb2fce6e4ebcbee9eu)
                                CALL(int64, INTEGERS, ND_INT64, 0, 100, 0x30b046fcd40be60au)
                                    CALL(int64_wide, INTEGERS, ND_INT64, -(INT64_C(1) << 62),
                                         (INT64_C(1) << 62) + 12345, 0x179af7a2c5701ca6u)
                                        CALL(int32_full, INTEGERS, ND_INT32, INT32_MIN,
                                             INT64_C(1) << 31, 0x0e14377d8e7f6cc2u)
                                            CALL(uint8_full, INTEGERS, ND_UINT8, 0, 256,
                                                 0x258665be6665bc37u)};
enum { CALLS = sizeof calls / sizeof *calls };

static nd_array *drawn(nd_random *random, const struct call *call, nd_shape shape)
{
    switch (call->method) {
    case UNIFORM:
        return nd_random_uniform(random, call->dtype, shape);
    case NORMAL:
        return nd_random_normal(random, call->dtype, shape);
    default:
        return nd_random_integers(random, call->dtype, call->low, call->high, shape);
    }
}

static uint64_t fnv(const void *bytes, size_t count)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
    return hash;
}

/* ---- NumPy's values -------------------------------------------------------------------------- */

TEST(consecutive_calls_give_numpys_values)
{
    for (int seed = 0; seed < SEEDS; seed++) {
        ND_SCOPE {
            nd_random *random = nd_random_new(seeds[seed]);
            for (int i = 0; i < CALLS; i++) {
                nd_array *values = drawn(random, &calls[i], ND_SHAPE(calls[i].count));
                assert_no_error();
                if (memcmp(nd_data(values),
                           (const char *)calls[i].expected + (size_t)seed * nd_bytes(values),
                           nd_bytes(values)) != 0)
                    fail_msg("%s of seed %llu", calls[i].name, (unsigned long long)seeds[seed]);
            }
            nd_random_free(random);
        }
    }
}

TEST(large_fills_give_numpys_values_for_1_2_and_7_threads)
{
    const int before = nd_num_threads();
    for (int k = 0; k < 3; k++) {
        nd_set_num_threads((int[]){1, 2, 7}[k]);
        nd_random *random = nd_random_new(7);
        for (int i = 0; i < CALLS; i++) {
            ND_SCOPE {
                nd_array *values = drawn(random, &calls[i], ND_SHAPE(HASHED));
                assert_no_error();
                if (fnv(nd_data(values), nd_bytes(values)) != calls[i].hash)
                    fail_msg("%s with %d threads", calls[i].name, (int[]){1, 2, 7}[k]);
            }
        }
        nd_random_free(random);
    }
    nd_set_num_threads(before);
}

/* Where a call is cut into several does not show, where NumPy's does not. */
TEST(many_small_draws_equal_one_large)
{
    ND_SCOPE {
        nd_random *whole = nd_random_new(3), *parts = nd_random_new(3);
        nd_array *all = nd_random_uniform(whole, ND_FLOAT64, ND_SHAPE(100, 1000));
        nd_array *rows = nd_empty(ND_FLOAT64, ND_SHAPE(100, 1000));
        for (int64_t i = 0; i < 100; i++)
            nd_assign(nd_slice(rows, ND_INDEX(i)),
                      nd_random_uniform(parts, ND_FLOAT64, ND_SHAPE(1000)));
        assert_true(nd_array_equal(all, rows));
        all = nd_random_normal(whole, ND_FLOAT64, ND_SHAPE(100, 1000));
        for (int64_t i = 0; i < 100; i++)
            nd_assign(nd_slice(rows, ND_INDEX(i)),
                      nd_random_normal(parts, ND_FLOAT64, ND_SHAPE(1000)));
        assert_true(nd_array_equal(all, rows));
        nd_random_free(whole);
        nd_random_free(parts);
    }
}

/* ---- What can be said of any values ---------------------------------------------------------- */

TEST(values_keep_to_their_range_and_moments)
{
    ND_SCOPE {
        enum { COUNT = 1000000 };
        nd_random *random = nd_random_new(2024);
        nd_array *uniform = nd_random_uniform(random, ND_FLOAT32, ND_SHAPE(COUNT));
        assert_true(nd_item(nd_min(uniform, ND_ALL)) >= 0 && nd_item(nd_max(uniform, ND_ALL)) < 1);
        assert_true(fabs(nd_item(nd_mean(uniform, ND_ALL)) - 0.5) < 5 * sqrt(1.0 / 12 / COUNT));
        nd_array *normal = nd_random_normal(random, ND_FLOAT64, ND_SHAPE(COUNT));
        assert_true(fabs(nd_item(nd_mean(normal, ND_ALL))) < 5 / sqrt(COUNT));
        assert_true(fabs(nd_item(nd_var(normal, ND_ALL)) - 1) < 5 * sqrt(2.0 / COUNT));
        nd_array *dice = nd_random_integers(random, ND_INT64, 1, 7, ND_SHAPE(COUNT));
        assert_true(nd_item_int64(nd_min(dice, ND_ALL)) == 1 &&
                    nd_item_int64(nd_max(dice, ND_ALL)) == 6);
        for (int face = 1; face <= 6; face++) {
            const double share = nd_item(nd_mean(nd_equal(dice, face), ND_ALL));
            assert_true(fabs(share - 1.0 / 6) < 5 * sqrt(5.0 / 36 / COUNT));
        }
        nd_random_free(random);
    }
}

TEST(a_range_of_one_value_gives_it_and_shapes_may_be_empty)
{
    ND_SCOPE {
        nd_random *random = nd_random_new(1);
        nd_array *fives = nd_random_integers(random, ND_INT16, 5, 6, ND_SHAPE(10, 3));
        assert_true(nd_item_int64(nd_min(fives, ND_ALL)) == 5 &&
                    nd_item_int64(nd_max(fives, ND_ALL)) == 5);
        assert_int_equal(nd_size(nd_random_normal(random, ND_FLOAT64, ND_SHAPE(0, 4))), 0);
        assert_int_equal(nd_rank(nd_random_uniform(random, ND_FLOAT64, ND_SCALAR_SHAPE)), 0);
        nd_random_free(random);
        nd_random_free(NULL);
    }
}

TEST(bounds_and_dtypes_that_do_not_fit_are_refused)
{
    ND_SCOPE {
        nd_random *random = nd_random_new(1);
        assert_null(nd_random_integers(random, ND_INT64, 3, 3, ND_SHAPE(2)));
        assert_error(ND_ERROR_VALUE, "3");
        assert_null(nd_random_integers(random, ND_INT8, 0, 129, ND_SHAPE(2)));
        assert_error(ND_ERROR_VALUE, "int8");
        assert_null(nd_random_integers(random, ND_UINT8, -1, 5, ND_SHAPE(2)));
        assert_error(ND_ERROR_VALUE, "uint8");
        assert_null(nd_random_integers(random, ND_FLOAT64, 0, 5, ND_SHAPE(2)));
        assert_error(ND_ERROR_DTYPE, "float64");
        assert_null(nd_random_uniform(random, ND_INT32, ND_SHAPE(2)));
        assert_error(ND_ERROR_DTYPE, "int32");
        assert_null(nd_random_normal(random, ND_FLOAT64, ND_SHAPE(-2)));
        assert_error(ND_ERROR_SHAPE, "-2");
        nd_random_free(random);
    }
}

/* ---- Distributions, permutations, the legacy generator: NumPy 2.4's values ------------------- */

static void assert_doubles(const nd_array *values, int count, const double *expected)
{
    assert_int_equal(nd_size(values), count);
    assert_memory_equal(nd_data(values), expected, (size_t)count * sizeof *expected);
}

static void assert_integers(const nd_array *values, int count, const int64_t *expected)
{
    assert_int_equal(nd_size(values), count);
    assert_memory_equal(nd_data(values), expected, (size_t)count * sizeof *expected);
}

TEST(distributions_take_numbers_and_arrays)
{
    ND_SCOPE {
        /* r = default_rng(12345); r.gamma(2.0, [1, 3, 0.5]), r.poisson(20, 4), ... */
        static const double gammas[] = {0x1.af94c14f3d3ffp-2, 0x1.2a22de6f0856ap+1,
                                        0x1.923f53fe8fa76p-1};
        static const double exponentials[] = {0x1.56adb2eee60c4p-2, 0x1.411668da43432p-2};
        static const int64_t counts[] = {21, 22, 19, 23}, chosen[] = {75, 21, 99, 71, 11},
                             permuted[] = {2, 0, 1, 4, 5, 3};
        const double scales[] = {1, 3, 0.5};
        const nd_choice_options distinct = {.without_replacement = true};
        nd_random *random = nd_random_new(12345);
        nd_array *array = nd_from_data(ND_FLOAT64, ND_SHAPE(3), scales);
        assert_doubles(nd_random_draw(random, ND_RANDOM_GAMMA, ND_PARAMETERS(2.0, array), NULL), 3,
                       gammas);
        assert_integers(nd_random_draw(random, ND_RANDOM_POISSON, ND_PARAMETERS(20),
                                       &(nd_shape){.rank = 1, .length = {4}}),
                        4, counts);
        assert_integers(nd_random_choice(random, 100, ND_SHAPE(5), &distinct), 5, chosen);
        assert_integers(nd_random_permutation(random, 6), 6, permuted);
        assert_doubles(nd_random_exponential(random, ND_FLOAT64, ND_SHAPE(2)), 2, exponentials);
        nd_random_free(random);
    }
}

TEST(a_legacy_generator_gives_the_values_of_random_state)
{
    ND_SCOPE {
        /* r = RandomState(12345); r.random_sample(3), r.standard_normal(3), ... */
        static const double uniform[] = {0x1.dbf6a3f8f84b7p-1, 0x1.43f7f410bb044p-2,
                                         0x1.78aa6d0a2dad8p-3};
        static const double normal[] = {0x1.43bf7300c5a97p-2, -0x1.61131ec9b72a5p+0,
                                        0x1.cd5e2363ccc76p-2};
        static const int64_t integers[] = {315, 654, 105, 91}, permuted[] = {4, 5, 3, 1, 2, 0};
        nd_random *random = nd_random_new_legacy(12345);
        assert_doubles(nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(3)), 3, uniform);
        assert_doubles(nd_random_normal(random, ND_FLOAT64, ND_SHAPE(3)), 3, normal);
        assert_integers(nd_random_integers(random, ND_INT64, 0, 1000, ND_SHAPE(4)), 4, integers);
        assert_integers(nd_random_permutation(random, 6), 6, permuted);
        assert_null(nd_random_uniform(random, ND_FLOAT32, ND_SHAPE(1)));
        assert_error(ND_ERROR_DTYPE, "float64");
        assert_int_equal(nd_random_advance(random, 0, 1), ND_ERROR_UNSUPPORTED);
        nd_error_clear();
        nd_random_free(random);
        assert_null(nd_random_new_legacy_seeded(NULL, 0));
        assert_error(ND_ERROR_ARGUMENT, "words");
    }
}

TEST(a_state_that_is_none_is_refused_and_changes_nothing)
{
    nd_random *random = nd_random_new(3);
    nd_random_state state = nd_random_get_state(random), before = state;
    state.increment[0] &= ~UINT64_C(1);
    assert_int_equal(nd_random_set_state(random, &state), ND_ERROR_VALUE);
    assert_error(ND_ERROR_VALUE, "increment");
    state.bits = ND_MT19937;
    state.pos = 625;
    assert_int_equal(nd_random_set_state(random, &state), ND_ERROR_VALUE);
    assert_error(ND_ERROR_VALUE, "pos");
    const nd_random_state after = nd_random_get_state(random);
    assert_true(after.state[0] == before.state[0] && after.state[1] == before.state[1] &&
                after.increment[0] == before.increment[0] && !after.is_legacy);
    nd_random_free(random);
}

TEST(arrays_that_cannot_be_shuffled_are_refused)
{
    ND_SCOPE {
        nd_random *random = nd_random_new(3);
        nd_array *values = nd_arange(6), *row = nd_broadcast_to(values, ND_SHAPE(2, 6));
        assert_int_equal(nd_random_shuffle(random, values, 1), ND_ERROR_AXIS);
        nd_error_clear();
        assert_int_equal(nd_random_permuted(random, row, 0), ND_ERROR_READONLY);
        nd_error_clear();
        assert_null(nd_random_permutation(random, -1));
        assert_error(ND_ERROR_VALUE, "-1");
        assert_null(nd_random_choice(random, 0, ND_SHAPE(1), NULL));
        assert_error(ND_ERROR_VALUE, "nothing");
        assert_null(nd_random_draw(random, ND_RANDOM_UNIFORM, ND_PARAMETERS(-1e308, 1e308), NULL));
        assert_error(ND_ERROR_OVERFLOW, "finite");
        assert_null(nd_random_draw(random, ND_RANDOM_UNIFORM, ND_PARAMETERS(1, 0), NULL));
        assert_error(ND_ERROR_VALUE, "below low");
        nd_random_free(random);
    }
}

/* Every kind of call, of which some need room beside their result. */
static nd_array *everything_of(nd_random *random, int which)
{
    const double p[] = {0.2, 0.3, 0.5};
    const nd_choice_options weighted = {.p = nd_from_data(ND_FLOAT64, ND_SHAPE(3), p)},
                            distinct = {.without_replacement = true};
    nd_array *square = nd_eye(ND_FLOAT64, 3, 3, 0), *numbers = nd_arange(900);
    switch (which) {
    case 0:
        return nd_random_draw(random, ND_RANDOM_NORMAL, ND_PARAMETERS(numbers, 1.0), NULL);
    case 1:
        return nd_random_choice(random, 3, ND_SHAPE(500), &weighted);
    case 2:
        return nd_random_choice(random, 20000, ND_SHAPE(900), &distinct);
    case 3:
        return nd_random_multinomial(random, ND_OPERAND(5), weighted.p,
                                     &(nd_shape){.rank = 1, .length = {300}});
    case 4:
        return nd_random_dirichlet(random, weighted.p, ND_SHAPE(300));
    case 5:
        return nd_random_multivariate_normal(random, weighted.p, square, ND_BY_CHOLESKY,
                                             ND_SHAPE(300));
    case 6:
        return nd_random_integers_between(random, ND_INT32, ND_OPERAND(numbers), ND_OPERAND(5000),
                                          false, NULL);
    default: {
        nd_array *matrix = nd_copy(nd_reshape(numbers, ND_SHAPE(30, 30)));
        return nd_random_shuffle(random, matrix, 1) == ND_OK ? matrix : NULL;
    }
    }
}

TEST(random_numbers_without_memory_are_an_error)
{
    nd_random *random = nd_random_new(3);
    for (int which = 0; which < 8; which++) {
        ND_SCOPE {
            everything_of(random, which); /* what is loaded once */
        }
        assert_needs_memory(everything_of(random, which));
    }
    nd_random_free(random);
}
