/* Views of ndstream/array.h, and the overlap of arrays. The expected elements are those of
 * numpy.arange(24).reshape(2, 3, 4) and the like, worked out by hand. */
#include <ndstream/array.h>

#include "array/array.h"

#include "unit.h"

/* The array has this shape and, in C order, these elements; errors name the line of the check. */
#define check(array, shape, ...)                                                                   \
    check_elements(__LINE__, array, shape, (int64_t)(sizeof((int64_t[]){__VA_ARGS__}) / 8),        \
                   (int64_t[]){__VA_ARGS__})
#define check_shape(array, shape) check_lengths(__LINE__, array, shape)

static void check_lengths(int line, const nd_array *array, nd_shape shape)
{
    if (!array)
        fail_msg("line %d: NULL: %s", line, nd_error_message());
    if (nd_rank(array) != shape.rank)
        fail_msg("line %d: rank %d, not %d", line, nd_rank(array), shape.rank);
    for (int i = 0; i < shape.rank; i++)
        if (nd_lengths(array)[i] != shape.length[i])
            fail_msg("line %d: axis %d has length %d, not %d", line, i, (int)nd_lengths(array)[i],
                     (int)shape.length[i]);
}

static void check_elements(int line, const nd_array *array, nd_shape shape, int64_t count,
                           const int64_t *expected)
{
    check_lengths(line, array, shape);
    if (nd_size(array) != count)
        fail_msg("line %d: %d elements, not %d", line, (int)nd_size(array), (int)count);
    for (int64_t n = 0; n < count; n++) {
        int64_t index[ND_MAX_RANK], left = n;
        for (int i = shape.rank - 1; i >= 0; i--) {
            index[i] = left % shape.length[i];
            left /= shape.length[i];
        }
        const int64_t value = nd_get_int64(array, index);
        if (value != expected[n])
            fail_msg("line %d: element %d is %d, not %d", line, (int)n, (int)value,
                     (int)expected[n]);
    }
}

/* 0, 1, ... in a shape. */
static nd_array *counted(nd_shape shape)
{
    int64_t size = 1;
    for (int i = 0; i < shape.rank; i++)
        size *= shape.length[i];
    return nd_reshape(nd_arange(size), shape);
}

static void set(nd_array *array, int64_t value)
{
    int64_t *const data = nd_data_writeable(array);
    assert_non_null(data);
    *data = value;
}

/* ---- Slices ---------------------------------------------------------------------------------- */

TEST(ranges_are_clipped_as_in_python)
{
    ND_SCOPE {
        nd_array *a = nd_arange(5);
        check(nd_slice(a, ND_RANGE(1, 3)), ND_SHAPE(2), 1, 2);
        check(nd_slice(a, ND_RANGE(-2, 100)), ND_SHAPE(2), 3, 4);
        check(nd_slice(a, ND_RANGE(-100, 2)), ND_SHAPE(2), 0, 1);
        check(nd_slice(a, ND_RANGE(ND_OPEN, -3)), ND_SHAPE(2), 0, 1);
        check(nd_slice(a, ND_RANGE(3, ND_OPEN)), ND_SHAPE(2), 3, 4);
        check(nd_slice(a, ND_RANGE(ND_OPEN, ND_OPEN)), ND_SHAPE(5), 0, 1, 2, 3, 4);
        check(nd_slice(a, ND_RANGE(INT64_MIN + 1, INT64_MAX)), ND_SHAPE(5), 0, 1, 2, 3, 4);
        check_shape(nd_slice(a, ND_RANGE(3, 3)), ND_SHAPE(0));
        check_shape(nd_slice(a, ND_RANGE(4, 1)), ND_SHAPE(0));
        check_shape(nd_slice(a, ND_RANGE(5, ND_OPEN)), ND_SHAPE(0));
        check_shape(nd_slice(a, ND_RANGE(100, 200)), ND_SHAPE(0));
        check_shape(nd_slice(a, ND_RANGE(-200, -100)), ND_SHAPE(0));
        nd_array *empty = nd_zeros(ND_INT64, ND_SHAPE(0, 3));
        check_shape(nd_slice(empty, ND_RANGE(1, 2), ND_RANGE(1, 2)), ND_SHAPE(0, 1));
        check_shape(nd_slice(empty, ND_STEP(ND_OPEN, ND_OPEN, -1)), ND_SHAPE(0, 3));
    }
}

TEST(steps_go_both_ways)
{
    ND_SCOPE {
        nd_array *a = nd_arange(10);
        check(nd_slice(a, ND_STEP(ND_OPEN, ND_OPEN, 3)), ND_SHAPE(4), 0, 3, 6, 9);
        check(nd_slice(a, ND_STEP(1, 9, 4)), ND_SHAPE(2), 1, 5);
        check(nd_slice(a, ND_STEP(ND_OPEN, ND_OPEN, -3)), ND_SHAPE(4), 9, 6, 3, 0);
        check(nd_slice(a, ND_STEP(7, 2, -2)), ND_SHAPE(3), 7, 5, 3);
        check(nd_slice(a, ND_STEP(100, 6, -1)), ND_SHAPE(3), 9, 8, 7);
        check(nd_slice(a, ND_STEP(2, ND_OPEN, -1)), ND_SHAPE(3), 2, 1, 0);
        check(nd_slice(a, ND_STEP(2, -100, -1)), ND_SHAPE(3), 2, 1, 0);
        check(nd_slice(a, ND_STEP(-2, -5, -1)), ND_SHAPE(3), 8, 7, 6);
        check(nd_slice(a, ND_STEP(ND_OPEN, 7, -1)), ND_SHAPE(2), 9, 8);
        check_shape(nd_slice(a, ND_STEP(2, -1, -1)), ND_SHAPE(0)); /* -1 is the last one */
        check_shape(nd_slice(a, ND_STEP(2, 7, -1)), ND_SHAPE(0));
        check_shape(nd_slice(a, ND_STEP(-100, ND_OPEN, -1)), ND_SHAPE(0));
        check(nd_slice(a, ND_STEP(4, ND_OPEN, INT64_MAX)), ND_SHAPE(1), 4);
        check(nd_slice(a, ND_STEP(4, ND_OPEN, INT64_MIN)), ND_SHAPE(1), 4);
        /* a step of a step, and back */
        nd_array *odd = nd_slice(a, ND_STEP(1, ND_OPEN, 2));
        check(nd_slice(odd, ND_STEP(ND_OPEN, ND_OPEN, -2)), ND_SHAPE(3), 9, 5, 1);
        assert_int_equal(nd_strides(nd_slice(odd, ND_STEP(ND_OPEN, ND_OPEN, -2)))[0], -32);
    }
}

TEST(terms_take_add_and_skip_axes)
{
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(2, 3, 4));
        check(nd_slice(a, ND_INDEX(1), ND_INDEX(-1), ND_INDEX(2)), ND_SCALAR_SHAPE, 22);
        check(nd_slice(a, ND_INDEX(-2), ND_INDEX(1)), ND_SHAPE(4), 4, 5, 6, 7);
        check(nd_slice(a, ND_EVERY, ND_INDEX(2), ND_RANGE(1, 3)), ND_SHAPE(2, 2), 9, 10, 21, 22);
        check(nd_slice(a, ND_REST, ND_INDEX(3)), ND_SHAPE(2, 3), 3, 7, 11, 15, 19, 23);
        check(nd_slice(a, ND_INDEX(1), ND_REST, ND_INDEX(0)), ND_SHAPE(3), 12, 16, 20);
        check(nd_slice(a, ND_NEW_AXIS, ND_INDEX(0), ND_INDEX(2), ND_NEW_AXIS, ND_RANGE(2, 4)),
              ND_SHAPE(1, 1, 2), 10, 11);
        check(nd_slice(a, ND_INDEX(0), ND_INDEX(0), ND_INDEX(0), ND_REST, ND_NEW_AXIS), ND_SHAPE(1),
              0);
        check_shape(nd_slice(a, ND_REST), ND_SHAPE(2, 3, 4));
        check_shape(nd_slice(a, ND_NEW_AXIS), ND_SHAPE(1, 2, 3, 4));
        check_shape(nd_slice(a, ND_REST, ND_NEW_AXIS), ND_SHAPE(2, 3, 4, 1));
        check_shape(nd_slice(a, ND_EVERY, ND_REST, ND_NEW_AXIS, ND_EVERY), ND_SHAPE(2, 3, 1, 4));
        check_shape(nd_slice(a, ND_EVERY, ND_EVERY, ND_REST, ND_EVERY), ND_SHAPE(2, 3, 4));
        check_shape(nd_slice_terms(a, 0, NULL), ND_SHAPE(2, 3, 4));
        nd_array *scalar = nd_ones(ND_INT64, ND_SCALAR_SHAPE);
        check(nd_slice(scalar, ND_NEW_AXIS, ND_REST, ND_NEW_AXIS), ND_SHAPE(1, 1), 1);
    }
}

TEST(slices_that_cannot_be)
{
    nd_index many[ND_MAX_RANK];
    for (int i = 0; i < ND_MAX_RANK; i++)
        many[i] = ND_NEW_AXIS;
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(3, 4));
        assert_null(nd_slice(a, ND_INDEX(7)));
        assert_error(ND_ERROR_INDEX, "slice: index 7 is out of range for axis 0 of shape (3, 4); "
                                     "it can be -3 to 2");
        assert_null(nd_slice(a, ND_INDEX(3)));
        assert_error(ND_ERROR_INDEX, "index 3 is out of range for axis 0");
        assert_null(nd_slice(a, ND_EVERY, ND_INDEX(-5)));
        assert_error(ND_ERROR_INDEX, "index -5 is out of range for axis 1");
        assert_null(nd_slice(nd_zeros(ND_INT8, ND_SHAPE(0)), ND_INDEX(0)));
        assert_error(ND_ERROR_INDEX, "which is empty");
        assert_null(nd_slice(a, ND_EVERY, ND_EVERY, ND_EVERY));
        assert_error(ND_ERROR_INDEX, "slice: 3 terms are too many for shape (3, 4)");
        assert_null(nd_slice(nd_ones(ND_INT8, ND_SCALAR_SHAPE), ND_INDEX(0)));
        assert_error(ND_ERROR_INDEX, "slice: 1 terms are too many for shape ()");
        assert_null(nd_slice(a, ND_REST, ND_REST));
        assert_error(ND_ERROR_INDEX, "ND_REST is given 2 times");
        assert_null(nd_slice(a, ND_EVERY, ND_STEP(0, 2, 0)));
        assert_error(ND_ERROR_VALUE, "slice: the step along axis 1 is 0");
        assert_null(nd_slice_terms(a, ND_MAX_RANK, many));
        assert_error(ND_ERROR_SHAPE, "rank 34");
        check_shape(nd_slice_terms(a, 3, many), ND_SHAPE(1, 1, 1, 3, 4));
        assert_null(nd_slice_terms(a, 1, NULL));
        assert_error(ND_ERROR_ARGUMENT, "slice: 1 terms");
        assert_null(nd_slice_terms(a, -1, many));
        assert_error(ND_ERROR_ARGUMENT, "slice: -1 terms");
        memset(&many[0].kind, 0x55, sizeof many[0].kind);
        assert_null(nd_slice_terms(a, 1, many));
        assert_error(ND_ERROR_ARGUMENT, "slice: term 0 is of no known kind");
    }
}

/* ---- Memory ---------------------------------------------------------------------------------- */

TEST(writing_a_view_writes_the_array)
{
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(2, 3));
        set(nd_slice(a, ND_INDEX(1), ND_INDEX(1)), 40);
        set(nd_flip(a, ND_ALL), 50); /* its first element is the last one of a */
        set(nd_diagonal(a, 1), 10);
        set(nd_slice(nd_transpose(a), ND_INDEX(2)), 20);
        set(nd_reshape(a, ND_SHAPE(3, 2)), -1);
        set(nd_slice(nd_ravel(a), ND_INDEX(3)), 30);
        check(a, ND_SHAPE(2, 3), -1, 10, 20, 30, 40, 50);
        nd_array *column = nd_slice(a, ND_EVERY, ND_INDEX(2));
        assert_ok(nd_assign(column, nd_from_data(ND_INT8, ND_SHAPE(2), (int8_t[]){7, 8})));
        check(a, ND_SHAPE(2, 3), -1, 10, 7, 30, 40, 8);
        set(a, 6); /* and the other way round */
        check(nd_slice(a, ND_INDEX(0)), ND_SHAPE(3), 6, 10, 7);
    }
}

/* Views of every kind of a 2 x n matrix. */
enum { VIEWS = 15 };

static void view_in_every_way(const nd_array *a, nd_array *views[VIEWS])
{
    int n = 0;
    views[n++] = nd_slice(a, ND_INDEX(1), ND_STEP(ND_OPEN, ND_OPEN, -1));
    views[n++] = nd_transpose(a);
    views[n++] = nd_permute(a, ND_AXES(-1, 0));
    views[n++] = nd_swap_axes(a, 0, 1);
    views[n++] = nd_move_axis(a, 0, 1);
    views[n++] = nd_expand_dims(a, 1);
    views[n++] = nd_squeeze(a, ND_ALL);
    views[n++] = nd_reshape(a, ND_SHAPE(-1, 2));
    views[n++] = nd_ravel(a);
    views[n++] = nd_broadcast_to(a, ND_SHAPE(2, 2, nd_length(a, 1)));
    views[n++] = nd_real(a);
    views[n++] = nd_sliding_window(a, 1, 2);
    views[n++] = nd_flip(a, ND_AXIS(1));
    views[n++] = nd_diagonal(a, 0);
    views[n++] = nd_slice(nd_flip(nd_transpose(a), ND_ALL), ND_INDEX(0)); /* a view of views */
    assert_int_equal(n, VIEWS);
}

/* The matrix goes first; others take what memory became free. The first of its elements in memory
 * is 0, the last one is its size less 1. */
static void check_views_outlive(nd_array *a)
{
    nd_array *views[VIEWS], *others[8];
    int64_t sums[VIEWS];
    const int64_t size = nd_size(a);
    ND_SCOPE {
        view_in_every_way(a, views);
        for (int i = 0; i < VIEWS; i++) {
            assert_non_null(views[i]);
            assert_true(nd_overlaps(a, views[i]));
            nd_keep(views[i]);
            nd_array *flat = nd_ravel(views[i]);
            sums[i] = 0;
            for (int64_t n = 0; n < nd_size(flat); n++)
                sums[i] += (n + 1) * nd_get_int64(flat, &n);
        }
    }
    nd_release(a);
    for (int i = 0; i < 8; i++)
        others[i] = nd_ones(ND_INT64, ND_SHAPE(size));
    for (int i = 0; i < VIEWS; i++) {
        int64_t sum = 0;
        ND_SCOPE {
            nd_array *flat = nd_ravel(views[i]);
            for (int64_t n = 0; n < nd_size(flat); n++)
                sum += (n + 1) * nd_get_int64(flat, &n);
        }
        if (sum != sums[i])
            fail_msg("view %d changed when its array was released", i);
        if (i == VIEWS - 1)
            assert_int_equal(nd_get_int64(views[i], (int64_t[]){0}), size - 1);
        nd_release(views[i]);
    }
    for (int i = 0; i < 8; i++)
        nd_release(others[i]);
}

TEST(views_of_all_kinds_outlive_their_arrays)
{
    static const int64_t data[] = {0, 1, 2, 3, 4, 5};
    int64_t large[2000];
    for (int i = 0; i < 2000; i++)
        large[i] = i;
    check_views_outlive(nd_from_data(ND_INT64, ND_SHAPE(2, 3), data)); /* inside the object */
    check_views_outlive(nd_from_data(ND_INT64, ND_SHAPE(2, 1000), large));
}

TEST(views_of_inline_arrays_share_their_memory)
{
    ND_SCOPE {
        nd_array *a = nd_from_data(ND_INT64, ND_SHAPE(2, 3), (int64_t[]){0, 1, 2, 3, 4, 5});
        nd_array *views[VIEWS];
        assert_true((const char *)nd_data(a) == a->inline_data);
        view_in_every_way(a, views);
        for (int i = 0; i < VIEWS; i++) {
            const char *const data = nd_data(views[i]);
            assert_true(data >= a->inline_data && data < a->inline_data + NDI_INLINE_BYTES);
        }
        set(views[0], 50);
        set(views[1], -7);
        check(a, ND_SHAPE(2, 3), -7, 1, 2, 3, 4, 50);
        check(views[2], ND_SHAPE(3, 2), -7, 3, 1, 4, 2, 50);
    }
}

/* ---- Axes ------------------------------------------------------------------------------------ */

TEST(axes_change_places)
{
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(1, 2, 3));
        check(nd_transpose(a), ND_SHAPE(3, 2, 1), 0, 3, 1, 4, 2, 5);
        assert_true(nd_is_fortran_contiguous(nd_transpose(a)));
        assert_true(nd_array_equal(nd_transpose(nd_transpose(a)), a));
        check(nd_transpose(nd_arange(2)), ND_SHAPE(2), 0, 1);
        check_shape(nd_transpose(nd_ones(ND_INT8, ND_SCALAR_SHAPE)), ND_SCALAR_SHAPE);
        check(nd_permute(a, ND_AXES(2, 0, 1)), ND_SHAPE(3, 1, 2), 0, 3, 1, 4, 2, 5);
        check(nd_permute(a, ND_AXES(1, -1, -3)), ND_SHAPE(2, 3, 1), 0, 1, 2, 3, 4, 5);
        check(nd_swap_axes(a, 1, -1), ND_SHAPE(1, 3, 2), 0, 3, 1, 4, 2, 5);
        check(nd_swap_axes(a, 1, 1), ND_SHAPE(1, 2, 3), 0, 1, 2, 3, 4, 5);
        nd_array *b = counted(ND_SHAPE(2, 3, 2));
        check(nd_move_axis(b, 0, -1), ND_SHAPE(3, 2, 2), 0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11);
        check(nd_move_axis(b, 2, 0), ND_SHAPE(2, 2, 3), 0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11);
        check_shape(nd_move_axis(b, 1, 1), ND_SHAPE(2, 3, 2));

        assert_null(nd_permute(a, ND_AXES(0, 1)));
        assert_error(ND_ERROR_AXIS,
                     "permute: too few axes are given for shape (1, 2, 3); name all 3");
        assert_null(nd_permute(a, ND_ALL));
        assert_error(ND_ERROR_AXIS, "permute: no axes");
        assert_null(nd_permute(a, ND_AXES(0, 1, -2)));
        assert_error(ND_ERROR_REPEATED, "permute: axis -2 is given twice");
        assert_null(nd_swap_axes(a, 0, 3));
        assert_error(ND_ERROR_AXIS,
                     "swap_axes: axis 3 is out of range for rank 3; axes are -3 to 2");
        assert_null(nd_move_axis(a, -4, 0));
        assert_error(ND_ERROR_AXIS, "move_axis: axis -4");
        assert_null(nd_move_axis(a, 0, 3));
        assert_error(ND_ERROR_AXIS, "move_axis: axis 3");
        assert_null(nd_move_axis(nd_ones(ND_INT8, ND_SCALAR_SHAPE), 0, 0));
        assert_error(ND_ERROR_AXIS, "an array of rank 0 has no axes");
    }
}

TEST(axes_of_length_1_come_and_go)
{
    int64_t lengths[ND_MAX_RANK];
    for (int i = 0; i < ND_MAX_RANK; i++)
        lengths[i] = 1;
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(2, 3));
        check(nd_expand_dims(a, 0), ND_SHAPE(1, 2, 3), 0, 1, 2, 3, 4, 5);
        check(nd_expand_dims(a, 1), ND_SHAPE(2, 1, 3), 0, 1, 2, 3, 4, 5);
        check(nd_expand_dims(a, -1), ND_SHAPE(2, 3, 1), 0, 1, 2, 3, 4, 5);
        check_shape(nd_expand_dims(a, -3), ND_SHAPE(1, 2, 3));
        check_shape(nd_expand_dims(nd_ones(ND_INT8, ND_SCALAR_SHAPE), 0), ND_SHAPE(1));
        nd_array *ones = counted(ND_SHAPE(1, 2, 1, 3));
        check(nd_squeeze(ones, ND_ALL), ND_SHAPE(2, 3), 0, 1, 2, 3, 4, 5);
        check(nd_squeeze(ones, ND_AXIS(-2)), ND_SHAPE(1, 2, 3), 0, 1, 2, 3, 4, 5);
        check_shape(nd_squeeze(ones, ND_AXES(2, 0)), ND_SHAPE(2, 3));
        check_shape(nd_squeeze(a, ND_ALL), ND_SHAPE(2, 3));
        check_shape(nd_squeeze(nd_ones(ND_INT8, ND_SHAPE(1, 1)), ND_ALL), ND_SCALAR_SHAPE);
        assert_null(nd_squeeze(ones, ND_AXIS(1)));
        assert_error(ND_ERROR_SHAPE, "squeeze: axis 1 of shape (1, 2, 1, 3) has length 2");
        assert_null(nd_squeeze(ones, ND_AXIS(4)));
        assert_error(ND_ERROR_AXIS, "squeeze: axis 4 is out of range for rank 4");
        assert_null(nd_expand_dims(a, 3));
        assert_error(ND_ERROR_AXIS, "expand_dims: axis 3 is out of range for rank 3");
        nd_array *full = nd_ones(ND_INT8, nd_shape_of(ND_MAX_RANK, lengths));
        check_shape(nd_squeeze(full, ND_ALL), ND_SCALAR_SHAPE);
        assert_null(nd_expand_dims(full, 0));
        assert_error(ND_ERROR_SHAPE, "expand_dims: the array has rank 32 already");
        assert_null(nd_sliding_window(full, 0, 1));
        assert_error(ND_ERROR_SHAPE, "sliding_window: the array has rank 32 already");
    }
}

/* ---- Other shapes ---------------------------------------------------------------------------- */

TEST(reshape_is_a_view_where_strides_allow)
{
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(2, 3, 4));
        assert_true(nd_data(nd_reshape(a, ND_SHAPE(4, 6))) == nd_data(a));
        assert_true(nd_data(nd_ravel(a)) == nd_data(a));
        check_shape(nd_reshape(a, ND_SHAPE(4, -1)), ND_SHAPE(4, 6));
        check_shape(nd_reshape(a, ND_SHAPE(-1, 1, 24)), ND_SHAPE(1, 1, 24));
        check_shape(nd_reshape(a, ND_SHAPE(-1)), ND_SHAPE(24));
        /* gaps: each row of a[:, :, ::2] goes on where the one before ends */
        nd_array *even = nd_slice(a, ND_EVERY, ND_EVERY, ND_STEP(0, ND_OPEN, 2));
        nd_array *flat = nd_ravel(even);
        check(flat, ND_SHAPE(12), 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22);
        assert_true(nd_data(flat) == nd_data(a));
        assert_int_equal(nd_strides(flat)[0], 16);
        /* an axis split in two, and two joined, each within its own group */
        nd_array *rows = nd_slice(a, ND_EVERY, ND_STEP(0, ND_OPEN, 2)); /* strides 96, 64, 8 */
        nd_array *split = nd_reshape(rows, ND_SHAPE(2, 2, 2, 2));
        check(split, ND_SHAPE(2, 2, 2, 2), 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22,
              23);
        assert_true(nd_overlaps(split, a));
        nd_array *turned = nd_move_axis(a, 2, 0); /* strides 8, 96, 32: the last two are one */
        nd_array *joined = nd_reshape(turned, ND_SHAPE(4, 6));
        assert_true(nd_data(joined) == nd_data(a));
        assert_true(nd_strides(joined)[0] == 8 && nd_strides(joined)[1] == 32);
        nd_array *back = nd_reshape(nd_flip(nd_arange(6), ND_ALL), ND_SHAPE(2, 3));
        check(back, ND_SHAPE(2, 3), 5, 4, 3, 2, 1, 0);
        assert_true(nd_strides(back)[0] == -24 && nd_strides(back)[1] == -8);
        /* a repeated element repeats under any shape, and stays read-only */
        nd_array *same = nd_reshape(nd_broadcast_to(nd_ones(ND_INT64, ND_SHAPE(1)), ND_SHAPE(6)),
                                    ND_SHAPE(2, 3));
        check(same, ND_SHAPE(2, 3), 1, 1, 1, 1, 1, 1);
        assert_false(nd_is_writeable(same));
        check(nd_reshape(nd_slice(a, ND_INDEX(1), ND_INDEX(1), ND_INDEX(1)), ND_SHAPE(1, 1)),
              ND_SHAPE(1, 1), 17);
        check(nd_reshape(nd_arange(1), ND_SCALAR_SHAPE), ND_SCALAR_SHAPE, 0);
        check(nd_ravel(nd_ones(ND_INT64, ND_SCALAR_SHAPE)), ND_SHAPE(1), 1);
    }
}

TEST(reshape_copies_where_strides_do_not_allow)
{
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(2, 3));
        nd_array *flat = nd_ravel(nd_transpose(a));
        check(flat, ND_SHAPE(6), 0, 3, 1, 4, 2, 5);
        assert_false(nd_overlaps(flat, a));
        set(flat, 100);
        check(a, ND_SHAPE(2, 3), 0, 1, 2, 3, 4, 5);
        check(nd_reshape(nd_transpose(a), ND_SHAPE(2, -1)), ND_SHAPE(2, 3), 0, 3, 1, 4, 2, 5);
        nd_array *columns = nd_reshape(nd_slice(a, ND_EVERY, ND_RANGE(1, 3)), ND_SHAPE(4));
        check(columns, ND_SHAPE(4), 1, 2, 4, 5);
        assert_false(nd_overlaps(columns, a));
        nd_array *repeated = nd_ravel(nd_broadcast_to(nd_arange(3), ND_SHAPE(2, 3)));
        check(repeated, ND_SHAPE(6), 0, 1, 2, 0, 1, 2);
        assert_true(nd_is_writeable(repeated)); /* a copy is nobody else's */
    }
}

TEST(reshape_without_elements)
{
    ND_SCOPE {
        nd_array *a = nd_zeros(ND_INT16, ND_SHAPE(2, 0, 3));
        check_shape(nd_reshape(a, ND_SHAPE(0)), ND_SHAPE(0));
        check_shape(nd_reshape(a, ND_SHAPE(7, 0, 5)), ND_SHAPE(7, 0, 5));
        check_shape(nd_reshape(a, ND_SHAPE(4, -1)), ND_SHAPE(4, 0));
        check_shape(nd_reshape(nd_transpose(a), ND_SHAPE(0, 9)), ND_SHAPE(0, 9));
        check_shape(nd_ravel(a), ND_SHAPE(0));
        assert_null(nd_reshape(a, ND_SHAPE(0, -1)));
        assert_error(ND_ERROR_SHAPE,
                     "reshape: 0 elements of shape (2, 0, 3) do not fit shape (0, -1)");
        assert_null(nd_reshape(a, ND_SHAPE(1)));
        assert_error(ND_ERROR_SHAPE, "do not fit shape (1,)");
        assert_null(nd_reshape(nd_arange(4), ND_SHAPE(0, 4)));
        assert_error(ND_ERROR_SHAPE, "reshape: 4 elements of shape (4,) do not fit shape (0, 4)");
    }
}

TEST(reshapes_that_cannot_be)
{
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(3, 4));
        assert_null(nd_reshape(a, ND_SHAPE(13)));
        assert_error(ND_ERROR_SHAPE, "do not fit shape (13,)");
        assert_null(nd_reshape(a, ND_SHAPE(5, -1)));
        assert_error(ND_ERROR_SHAPE, "reshape: 12 elements of shape (3, 4) do not fit shape "
                                     "(5, -1); its lengths must multiply to 12");
        assert_null(nd_reshape(a, ND_SHAPE(-1, -1)));
        assert_error(ND_ERROR_SHAPE, "second -1");
        assert_null(nd_reshape(a, ND_SHAPE(-3, -4)));
        assert_error(ND_ERROR_SHAPE, "negative length");
        assert_null(nd_reshape(a, ND_SCALAR_SHAPE));
        assert_error(ND_ERROR_SHAPE, "do not fit shape ()");
        assert_null(nd_reshape(a, ND_SHAPE(INT64_C(1) << 62, 4))); /* 0 modulo 2 to the 64 */
        assert_error(ND_ERROR_SHAPE, "do not fit");
        assert_null(nd_reshape(a, nd_shape_of(40, NULL)));
        assert_error(ND_ERROR_SHAPE, "rank 40");
    }
}

/* ---- Repeated elements ----------------------------------------------------------------------- */

TEST(broadcast_repeats_axes_of_length_1)
{
    ND_SCOPE {
        nd_array *a = nd_reshape(nd_arange(2), ND_SHAPE(2, 1));
        nd_array *b = nd_broadcast_to(a, ND_SHAPE(2, 2, 3));
        check(b, ND_SHAPE(2, 2, 3), 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1);
        assert_true(nd_strides(b)[0] == 0 && nd_strides(b)[1] == 8 && nd_strides(b)[2] == 0);
        assert_true(nd_data(b) == nd_data(a));
        check(nd_broadcast_to(nd_arange(3), ND_SHAPE(2, 3)), ND_SHAPE(2, 3), 0, 1, 2, 0, 1, 2);
        check(nd_broadcast_to(nd_ones(ND_INT8, ND_SCALAR_SHAPE), ND_SHAPE(2, 2)), ND_SHAPE(2, 2), 1,
              1, 1, 1);
        check_shape(nd_broadcast_to(a, ND_SHAPE(2, 0)), ND_SHAPE(2, 0));
        set(a, 5); /* the view shows it */
        assert_int_equal(nd_get_int64(b, (int64_t[]){1, 0, 2}), 5);

        assert_false(nd_is_writeable(b));
        assert_false(nd_is_writeable(nd_transpose(b)));
        assert_false(nd_is_writeable(nd_slice(b, ND_INDEX(0))));
        assert_false(nd_is_writeable(nd_broadcast_to(a, ND_SHAPE(2, 1))));
        assert_true(nd_is_writeable(a));
        assert_null(nd_data_writeable(b));
        assert_error(ND_ERROR_READONLY, "int64 array of shape (2, 2, 3) is read-only");
        assert_int_equal(nd_assign(b, nd_arange(3)), ND_ERROR_READONLY);
        assert_error(ND_ERROR_READONLY, "read-only");

        assert_null(nd_broadcast_to(nd_arange(3), ND_SHAPE(3, 4)));
        assert_error(ND_ERROR_SHAPE, "broadcast_to: shape (3,) does not broadcast to (3, 4): "
                                     "axis -1 has 3 and 4 elements");
        assert_null(nd_broadcast_to(nd_arange(3), ND_SHAPE(1)));
        assert_error(ND_ERROR_SHAPE, "axis -1 has 3 and 1 elements");
        assert_null(nd_broadcast_to(nd_zeros(ND_INT8, ND_SHAPE(0)), ND_SHAPE(3)));
        assert_error(ND_ERROR_SHAPE, "axis -1 has 0 and 3 elements");
        assert_null(nd_broadcast_to(a, ND_SHAPE(2)));
        assert_error(ND_ERROR_SHAPE, "shape (2, 1) does not broadcast to (2,): it has 1 axes more");
        assert_null(nd_broadcast_to(nd_arange(1), ND_SHAPE(-1)));
        assert_error(ND_ERROR_SHAPE, "broadcast_to: shape (-1,) has a negative length");
        assert_null(nd_broadcast_to(nd_arange(1), ND_SHAPE(INT64_C(1) << 40, INT64_C(1) << 40)));
        assert_error(ND_ERROR_SHAPE, "too large");
        assert_null(nd_broadcast_to(nd_arange(1), nd_shape_of(33, NULL)));
        assert_error(ND_ERROR_SHAPE, "rank 33");
    }
}

TEST(windows_slide)
{
    ND_SCOPE {
        nd_array *a = nd_arange(5);
        nd_array *windows = nd_sliding_window(a, 0, 3);
        check(windows, ND_SHAPE(3, 3), 0, 1, 2, 1, 2, 3, 2, 3, 4);
        assert_true(nd_data(windows) == nd_data(a) && !nd_is_writeable(windows));
        assert_null(nd_data_writeable(windows));
        assert_error(ND_ERROR_READONLY, "read-only");
        check_shape(nd_sliding_window(a, -1, 5), ND_SHAPE(1, 5));
        check_shape(nd_sliding_window(a, 0, 1), ND_SHAPE(5, 1));
        nd_array *b = counted(ND_SHAPE(3, 2));
        check(nd_sliding_window(b, 0, 2), ND_SHAPE(2, 2, 2), 0, 2, 1, 3, 2, 4, 3, 5);
        check(nd_sliding_window(b, -1, 2), ND_SHAPE(3, 1, 2), 0, 1, 2, 3, 4, 5);
        check(nd_sliding_window(nd_flip(a, ND_ALL), 0, 4), ND_SHAPE(2, 4), 4, 3, 2, 1, 3, 2, 1, 0);
        assert_null(nd_sliding_window(nd_arange(5), 0, 6));
        assert_error(ND_ERROR_VALUE, "sliding_window: a window of 6 does not fit axis 0 of shape "
                                     "(5,); it can be 1 to 5");
        assert_null(nd_sliding_window(nd_arange(5), 0, 0));
        assert_error(ND_ERROR_VALUE, "a window of 0");
        assert_null(nd_sliding_window(nd_arange(5), 1, 2));
        assert_error(ND_ERROR_AXIS, "sliding_window: axis 1");
    }
}

/* ---- Parts ----------------------------------------------------------------------------------- */

TEST(flips_reverse_axes)
{
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(2, 3));
        check(nd_flip(a, ND_AXIS(0)), ND_SHAPE(2, 3), 3, 4, 5, 0, 1, 2);
        check(nd_flip(a, ND_AXIS(-1)), ND_SHAPE(2, 3), 2, 1, 0, 5, 4, 3);
        check(nd_flip(a, ND_ALL), ND_SHAPE(2, 3), 5, 4, 3, 2, 1, 0);
        check(nd_flip(a, ND_AXES(1, 0)), ND_SHAPE(2, 3), 5, 4, 3, 2, 1, 0);
        check(nd_flip(nd_flip(a, ND_ALL), ND_ALL), ND_SHAPE(2, 3), 0, 1, 2, 3, 4, 5);
        check_shape(nd_flip(nd_zeros(ND_INT8, ND_SHAPE(0, 3)), ND_ALL), ND_SHAPE(0, 3));
        check(nd_flip(nd_ones(ND_INT8, ND_SCALAR_SHAPE), ND_ALL), ND_SCALAR_SHAPE, 1);
        assert_null(nd_flip(a, ND_AXES(1, -1)));
        assert_error(ND_ERROR_REPEATED, "flip: axis -1 is given twice");
        assert_null(nd_flip(a, ND_AXIS(2)));
        assert_error(ND_ERROR_AXIS, "flip: axis 2 is out of range for rank 2");
    }
}

TEST(diagonals_of_the_last_two_axes)
{
    ND_SCOPE {
        nd_array *a = counted(ND_SHAPE(3, 4));
        check(nd_diagonal(a, 0), ND_SHAPE(3), 0, 5, 10);
        check(nd_diagonal(a, 1), ND_SHAPE(3), 1, 6, 11);
        check(nd_diagonal(a, 3), ND_SHAPE(1), 3);
        check(nd_diagonal(a, -1), ND_SHAPE(2), 4, 9);
        check(nd_diagonal(a, -2), ND_SHAPE(1), 8);
        check_shape(nd_diagonal(a, 4), ND_SHAPE(0));
        check_shape(nd_diagonal(a, -3), ND_SHAPE(0));
        check_shape(nd_diagonal(a, INT64_MAX), ND_SHAPE(0));
        check_shape(nd_diagonal(a, INT64_MIN), ND_SHAPE(0));
        check(nd_diagonal(nd_transpose(a), 1), ND_SHAPE(2), 4, 9);
        check(nd_diagonal(counted(ND_SHAPE(2, 3, 4)), 2), ND_SHAPE(2, 2), 2, 7, 14, 19);
        assert_null(nd_diagonal(nd_arange(3), 0));
        assert_error(ND_ERROR_SHAPE, "diagonal: shape (3,) has no two last axes");
    }
}

TEST(parts_of_complex_elements)
{
    ND_SCOPE {
        nd_array *a =
            nd_from_data(ND_COMPLEX64, ND_SHAPE(2, 2), (float[]){1, -1, 2, -2, 3, -3, 4, -4});
        check(nd_real(a), ND_SHAPE(2, 2), 1, 2, 3, 4);
        check(nd_imag(a), ND_SHAPE(2, 2), -1, -2, -3, -4);
        check(nd_imag(nd_transpose(a)), ND_SHAPE(2, 2), -1, -3, -2, -4);
        assert_int_equal(nd_dtype_of(nd_imag(a)), ND_FLOAT32);
        assert_int_equal(nd_strides(nd_real(a))[1], 8);
        *(float *)nd_data_writeable(nd_imag(a)) = 10;
        assert_true(((const float *)nd_data(a))[1] == 10);
        nd_array *wide = nd_from_data(ND_COMPLEX128, ND_SHAPE(2), (double[]){5, 6, 7, 8});
        check(nd_real(wide), ND_SHAPE(2), 5, 7);
        check(nd_imag(wide), ND_SHAPE(2), 6, 8);
        assert_int_equal(nd_dtype_of(nd_real(wide)), ND_FLOAT64);
        assert_false(nd_is_writeable(nd_imag(nd_broadcast_to(wide, ND_SHAPE(3, 2)))));
        nd_array *integers = nd_arange(3);
        assert_true(nd_data(nd_real(integers)) == nd_data(integers));
        assert_int_equal(nd_dtype_of(nd_real(integers)), ND_INT64);
        assert_null(nd_imag(nd_arange(3)));
        assert_error(ND_ERROR_DTYPE, "imag: elements of int64 have no imaginary part");
    }
}

TEST(views_of_null_are_null_without_an_error)
{
    assert_null(nd_slice(NULL, ND_INDEX(0)));
    assert_null(nd_slice_terms(NULL, -1, NULL));
    assert_null(nd_transpose(NULL));
    assert_null(nd_permute(NULL, ND_AXIS(0)));
    assert_null(nd_swap_axes(NULL, 0, 1));
    assert_null(nd_move_axis(NULL, 0, 1));
    assert_null(nd_expand_dims(NULL, 9));
    assert_null(nd_squeeze(NULL, ND_ALL));
    assert_null(nd_reshape(NULL, ND_SHAPE(-5)));
    assert_null(nd_ravel(NULL));
    assert_null(nd_broadcast_to(NULL, ND_SHAPE(-5)));
    assert_null(nd_real(NULL));
    assert_null(nd_imag(NULL));
    assert_null(nd_sliding_window(NULL, 7, -1));
    assert_null(nd_flip(NULL, ND_AXIS(3)));
    assert_null(nd_diagonal(NULL, 0));
    assert_no_error();
}

/* ---- Overlap --------------------------------------------------------------------------------- */

TEST(overlap_of_contiguous_parts)
{
    ND_SCOPE {
        nd_array *a = nd_zeros(ND_INT64, ND_SHAPE(10)), *b = nd_zeros(ND_INT64, ND_SHAPE(10));
        assert_true(nd_overlaps(a, a) && !nd_overlaps(a, b));
        nd_array *low = nd_slice(a, ND_RANGE(0, 5)), *high = nd_slice(a, ND_RANGE(5, 10));
        assert_false(nd_overlaps(low, high));
        assert_true(nd_overlaps(low, nd_slice(a, ND_RANGE(4, 6))));
        assert_false(nd_overlaps(a, nd_slice(a, ND_RANGE(3, 3)))); /* no elements */
        assert_int_equal(ndi_array_overlap(a, a), NDI_IDENTICAL);
        assert_int_equal(ndi_array_overlap(a, nd_slice(a, ND_REST)), NDI_IDENTICAL);
        assert_int_equal(ndi_array_overlap(a, nd_flip(a, ND_ALL)), NDI_OVERLAPS);
        assert_int_equal(ndi_array_overlap(a, low), NDI_OVERLAPS);
        assert_int_equal(ndi_array_overlap(low, high), NDI_APART);
        nd_array *small = nd_zeros(ND_INT8, ND_SHAPE(3));
        assert_true(nd_overlaps(small, nd_slice(small, ND_INDEX(1))));
        assert_false(nd_overlaps(NULL, a) || nd_overlaps(a, NULL));
    }
}

TEST(overlap_of_interleaved_parts_is_exact)
{
    ND_SCOPE {
        nd_array *line = nd_zeros(ND_INT32, ND_SHAPE(20));
        nd_array *even = nd_slice(line, ND_STEP(0, ND_OPEN, 2)),
                 *odd = nd_slice(line, ND_STEP(1, ND_OPEN, 2));
        assert_false(nd_overlaps(even, odd));
        assert_false(nd_overlaps(even, nd_flip(odd, ND_ALL)));
        assert_false(nd_overlaps(even, nd_slice(line, ND_INDEX(7))));
        assert_true(nd_overlaps(even, nd_slice(line, ND_INDEX(8))));
        assert_true(nd_overlaps(odd, nd_slice(line, ND_STEP(0, ND_OPEN, 3))));
        nd_array *a = nd_zeros(ND_FLOAT64, ND_SHAPE(200, 301));
        nd_array *left = nd_slice(a, ND_EVERY, ND_RANGE(0, 150)),
                 *right = nd_slice(a, ND_EVERY, ND_RANGE(150, 301));
        assert_false(nd_overlaps(left, right));
        assert_true(nd_overlaps(nd_slice(a, ND_EVERY, ND_RANGE(0, 151)), right));
        assert_false(nd_overlaps(nd_slice(a, ND_STEP(0, ND_OPEN, 3), ND_STEP(0, ND_OPEN, 5)),
                                 nd_slice(a, ND_STEP(1, ND_OPEN, 3), ND_STEP(3, ND_OPEN, 5))));
        nd_array *z = nd_zeros(ND_COMPLEX64, ND_SHAPE(5, 7));
        assert_false(nd_overlaps(nd_real(z), nd_imag(z)));
        assert_false(nd_overlaps(nd_real(nd_transpose(z)), nd_imag(z)));
        assert_true(nd_overlaps(nd_imag(nd_transpose(z)), nd_imag(z)));
    }
}

TEST(broadcast_arrays_are_not_identical_to_themselves)
{
    ND_SCOPE {
        nd_array *a = nd_broadcast_to(nd_arange(3), ND_SHAPE(2, 3));
        assert_int_equal(ndi_array_overlap(a, a), NDI_OVERLAPS);
        nd_array *windows = nd_sliding_window(nd_arange(5), 0, 3);
        assert_int_equal(ndi_array_overlap(windows, windows), NDI_OVERLAPS);
        nd_array *turned = nd_transpose(counted(ND_SHAPE(2, 3)));
        assert_int_equal(ndi_array_overlap(turned, turned), NDI_IDENTICAL);
        nd_array *longer = nd_expand_dims(turned, 1); /* an axis of length 1 never steps */
        assert_int_equal(ndi_array_overlap(longer, longer), NDI_IDENTICAL);
    }
}

TEST(axes_become_a_mask)
{
    uint32_t mask = 0;
    assert_true(ndi_axes_mask("sum", ND_ALL, 3, &mask));
    assert_int_equal(mask, 7);
    assert_true(ndi_axes_mask("sum", ND_ALL, 32, &mask));
    assert_true(mask == UINT32_MAX);
    assert_true(ndi_axes_mask("sum", ND_ALL, 0, &mask));
    assert_int_equal(mask, 0);
    assert_true(ndi_axes_mask("sum", ND_AXES(0, -1), 3, &mask));
    assert_int_equal(mask, 5);
    assert_false(ndi_axes_mask("sum", ND_AXES(0, 3), 3, &mask));
    assert_error(ND_ERROR_AXIS, "sum: axis 3 is out of range for rank 3");
    assert_false(ndi_axes_mask("sum", ND_AXES(2, -1), 3, &mask));
    assert_error(ND_ERROR_REPEATED, "sum: axis -1 is given twice");
    assert_false(ndi_axes_mask("sum", (nd_axes){.count = 40}, 3, &mask));
    assert_error(ND_ERROR_AXIS, "sum: 40 axes");
}
