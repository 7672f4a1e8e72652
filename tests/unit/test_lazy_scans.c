/* Scans, positions and masks over pending arrays: they read elements while these are computed, with
 * the bits of elements that are stored first, and without the memory for them. */
#include "pending.h"

static nd_array *light(const nd_array *x)
{
    return nd_subtract(nd_multiply(x, 1.7), 0.3);
}

static nd_array *heavy(const nd_array *x)
{
    return nd_sin(nd_multiply(x, 20.0));
}

static nd_array *small_integers(const nd_array *x)
{
    return nd_add(nd_cast(nd_multiply(x, 100), ND_INT8), 1);
}

static const formula argument_of[] = {light, heavy, small_integers};
static const nd_op scans[] = {ND_OP_cumsum, ND_OP_cumprod, ND_OP_cummax, ND_OP_cummin};

/* The same of an array that has its elements. */
static nd_array *scan_at_once(nd_op op, formula f, const nd_array *x, int axis, nd_dtype dtype)
{
    const int64_t from = nd_lazy();
    nd_set_lazy(0);
    nd_array *const result = nd_scan(op, f(x), axis, dtype);
    nd_set_lazy(from);
    return result;
}

TEST(scans_of_pending_arrays_have_the_bits_of_stored_ones)
{
    ND_SCOPE {
        const nd_array *const line = nd_copy(nd_linspace(-1, 1, LARGE));
        const nd_array *const table = nd_copy(nd_reshape(line, ND_SHAPE(400, 500)));
        const nd_array *const across = nd_copy_fortran(table);
        const nd_array *const shapes[] = {line, table, table, across, across};
        const int axes[] = {0, 0, 1, 0, 1};
        for (int s = 0; s < 5; s++)
            for (int f = 0; f < 3; f++)
                for (int o = 0; o < 4; o++)
                    for (int d = 0; d < 2; d++) {
                        const nd_dtype dtype = d && o < 2 ? ND_FLOAT32 : ND_DTYPE_NONE;
                        nd_array *const argument = argument_of[f](shapes[s]);
                        assert_true(nd_is_pending(argument));
                        nd_array *const later = nd_scan(scans[o], argument, axes[s], dtype);
                        assert_true(same(later, scan_at_once(scans[o], argument_of[f], shapes[s],
                                                             axes[s], dtype)));
                    }
    }
}

TEST(a_scan_takes_the_memory_of_its_result_alone)
{
    ND_SCOPE {
        const nd_array *const x = nd_copy(nd_linspace(-1, 1, 4 * LARGE));
        for (int f = 0; f < 2; f++) {
            nd_array *const argument = argument_of[f](x);
            nd_memory_reset_peak();
            const size_t before = nd_memory().used;
            nd_array *const sums = nd_cumsum(argument, 0);
            assert_true(nd_is_pending(sums));
            assert_non_null(ready(sums));
            assert_true(nd_is_pending(argument));
            assert_true(nd_memory().peak < before + nd_bytes(sums) + (1 << 20));
        }
    }
}

TEST(a_scan_sees_what_its_argument_was_made_of)
{
    ND_SCOPE {
        nd_array *const x = nd_copy(nd_linspace(0, 1, LARGE));
        nd_array *const argument = light(x), *const sums = nd_cumsum(argument, 0);
        nd_array *const expected = nd_copy(argument);
        assert_ok(nd_assign(x, nd_zeros(ND_FLOAT64, ND_SHAPE(LARGE))));
        assert_true(same(sums, nd_cumsum(expected, 0)));
        assert_true(same(nd_cumsum(argument, 0), sums));
    }
}

TEST(positions_over_all_axes_are_found_while_elements_are_computed)
{
    ND_SCOPE {
        nd_array *const x = nd_copy(nd_reshape(nd_linspace(-1, 1, LARGE), ND_SHAPE(20, 100, 100)));
        nd_array *const y = nd_square(nd_subtract(x, 0.25));
        nd_memory_reset_peak();
        const size_t before = nd_memory().used;
        assert_int_equal(nd_item_int64(nd_argmin(y, ND_ALL)), 124999);
        assert_true(nd_is_pending(y));
        assert_true(nd_memory().peak < before + (1 << 20));
        assert_int_equal(nd_item_int64(nd_argmax(y, ND_ALL)), 0);
        nd_array *const kept = nd_argmax_with(y, ND_ALL, (nd_reduce_options){.keepdims = true});
        assert_int_equal(nd_rank(kept), 3);
        assert_int_equal(nd_item_int64(kept), 0);
        /* In the order of the axes, whatever that of memory is. */
        nd_array *const turned = nd_subtract(nd_transpose(x), 0.0);
        assert_int_equal(nd_item_int64(nd_argmax(turned, ND_ALL)), LARGE - 1);
        nd_array *const ties = nd_multiply(turned, 0.0);
        assert_int_equal(nd_item_int64(nd_argmax(ties, ND_ALL)), 0);
    }
}

TEST(a_mask_selects_from_elements_while_they_are_computed)
{
    static const nd_dtype dtypes[] = {ND_FLOAT64, ND_FLOAT16, ND_INT8, ND_COMPLEX128};
    ND_SCOPE {
        nd_array *const x = nd_copy(nd_reshape(nd_linspace(-1, 1, LARGE), ND_SHAPE(400, 500)));
        nd_array *const mask = nd_copy(nd_greater(nd_sin(nd_multiply(x, 300)), 0.3));
        for (int d = 0; d < 4; d++) {
            nd_array *const values = nd_cast(nd_multiply(x, 100), dtypes[d]);
            nd_array *const stored = nd_copy(nd_cast(nd_multiply(x, 100), dtypes[d]));
            nd_memory_reset_peak();
            const size_t before = nd_memory().used;
            nd_array *const chosen = nd_get(values, ND_ARRAY(mask));
            assert_true(nd_is_pending(values));
            assert_true(nd_memory().peak < before + nd_bytes(chosen) + (1 << 16));
            assert_true(same(chosen, nd_get(stored, ND_ARRAY(mask))));
        }
        nd_array *const y = nd_sin(x); /* the mask is made of it */
        nd_array *const above = nd_get(y, ND_ARRAY(nd_greater(y, 0.0))), *const sines =
                                                                             nd_copy(nd_sin(x));
        assert_true(same(above, nd_get(sines, ND_ARRAY(nd_greater(sines, 0.0)))));
        /* What lies otherwise in memory. */
        nd_array *const turned = nd_add(nd_transpose(x), 1), *const other = nd_transpose(mask);
        assert_true(
            same(nd_get(turned, ND_ARRAY(other)), nd_get(nd_copy(turned), ND_ARRAY(other))));
    }
}
