/* Arrays at the bounds of what there can be: shapes whose size overflows, more than 2^31 elements,
 * 32 axes, axes without elements. Expected values are by arithmetic. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <ndstream/nd.h>

#include "../unit/unit.h"

#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* ---- Sizes that overflow --------------------------------------------------------------------- */

TEST(shapes_whose_size_overflows_are_errors)
{
    const int64_t huge = INT64_MAX, half = (int64_t)1 << 32;
    ND_SCOPE {
        assert_null(nd_zeros(ND_INT8, ND_SHAPE(half, half)));
        assert_error(ND_ERROR_SHAPE, "4294967296");
        assert_null(nd_empty(ND_FLOAT64, ND_SHAPE(huge)));
        assert_error(ND_ERROR_SHAPE, "9223372036854775807");
        assert_null(nd_ones(ND_COMPLEX128, ND_SHAPE(half, half / 16)));
        assert_error(ND_ERROR_SHAPE, "");
        /* as NumPy: no elements, but the other axes alone overflow */
        assert_null(nd_zeros(ND_INT8, ND_SHAPE(half, 0, half)));
        assert_error(ND_ERROR_SHAPE, "");
        assert_null(nd_zeros(ND_INT8, ND_SHAPE(3, -1)));
        assert_error(ND_ERROR_SHAPE, "-1");
    }
}

/* A view of one element may have as many as can be counted; what would store them is refused. */
TEST(broadcast_views_are_counted_and_their_copies_refused)
{
    const int64_t large = (int64_t)1 << 40;
    ND_SCOPE {
        nd_array *one = nd_ones(ND_FLOAT64, ND_SHAPE(1)),
                 *view = nd_broadcast_to(one, ND_SHAPE(large));
        assert_int_equal(nd_size(view), large);
        nd_set_memory_budget((size_t)1 << 30);
        assert_null(nd_copy(view));
        assert_error(ND_ERROR_MEMORY, "");
        nd_set_memory_budget(0);
        assert_null(nd_broadcast_to(one, ND_SHAPE((int64_t)1 << 32, (int64_t)1 << 31)));
        assert_error(ND_ERROR_SHAPE, "");
    }
}

/* ---- More than 2^31 elements ----------------------------------------------------------------- */

static bool has_memory(double bytes)
{
    return (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGE_SIZE) > bytes;
}

/* 2.2 GB an array, 4.5 GB at most. */
TEST(more_than_2_to_the_31_elements)
{
    const int64_t n = ((int64_t)1 << 31) + 12345;
    if (UNDER_ASAN || UNDER_TSAN || !has_memory(7e9)) {
        print_message("needs 7 GB of free memory, and no sanitizer\n");
        skip();
    }
    ND_SCOPE {
        nd_array *x = nd_ones(ND_INT8, ND_SHAPE(n));
        assert_non_null(x);
        assert_int_equal(nd_item_int64(nd_sum(x, ND_ALL)), n);
        nd_add_into(x, x, 1);
        assert_int_equal(nd_item_int64(nd_sum(x, ND_ALL)), 2 * n);
        const int64_t last = n - 1, beyond = n;
        ((int8_t *)nd_data_writeable(x))[last] = 9;
        nd_data_done(x);
        assert_int_equal(nd_get_int64(x, &last), 9);
        assert_int_equal(nd_item_int64(nd_argmax(x, ND_ALL)), last);
        nd_get_int64(x, &beyond);
        assert_error(ND_ERROR_INDEX, "2147495993");
        assert_int_equal(nd_length(nd_slice(x, ND_STEP(ND_OPEN, ND_OPEN, -2)), 0), (n + 1) / 2);
        assert_int_equal(nd_item_int64(nd_sum(nd_equal(x, 2), ND_ALL)), last);
        nd_array *y = nd_negative(x);
        assert_int_equal(nd_get_int64(y, &last), -9);
    }
    nd_memory_trim();
}

/* As many at a time. */
TEST(selection_and_sorting_of_more_than_2_to_the_31_elements)
{
    const int64_t n = ((int64_t)1 << 31) + 12345, last = n - 1, first = 0;
    if (UNDER_ASAN || UNDER_TSAN || !has_memory(9e9)) {
        print_message("needs 9 GB of free memory, and no sanitizer\n");
        skip();
    }
    ND_SCOPE {
        nd_array *x = nd_ones(ND_INT8, ND_SHAPE(n));
        const nd_array *places = nd_from_data(ND_INT64, ND_SHAPE(2), (int64_t[]){last, -n});
        assert_ok(
            nd_set(x, nd_from_data(ND_INT8, ND_SHAPE(2), (int8_t[]){9, -3}), ND_ARRAY(places)));
        nd_array *taken = nd_take(x, places, 0, ND_INDEX_RAISE);
        assert_int_equal(nd_get_int64(taken, &(int64_t){0}), 9);
        assert_int_equal(nd_get_int64(taken, &(int64_t){1}), -3);
        ND_SCOPE {
            nd_array *mask = nd_greater(x, 1), *where = nd_flatnonzero(mask);
            assert_int_equal(nd_size(where), 1);
            assert_int_equal(nd_get_int64(where, &first), last);
            assert_int_equal(nd_item_int64(nd_get(x, ND_ARRAY(mask))), 9);
        }
        ND_SCOPE {
            nd_array *rolled = nd_roll(x, 1, 0);
            assert_int_equal(nd_get_int64(rolled, &first), 9);
            assert_int_equal(nd_get_int64(rolled, &(int64_t){1}), -3);
        }
        assert_ok(nd_sort_in_place(x, 0, (nd_sort_options){.descending = true}));
        assert_int_equal(nd_get_int64(x, &first), 9);
        assert_int_equal(nd_get_int64(x, &last), -3);
        assert_int_equal(nd_get_int64(x, &(int64_t){last - 1}), 1);
    }
    nd_memory_trim();
}

/* Rows and columns of as many, and their file, mapped. 2.2 GB an array, 4.4 GB at most. */
TEST(matrices_and_files_of_more_than_2_to_the_31_elements)
{
    const int64_t rows = 524800, columns = 4096, corner[2] = {rows - 1, columns - 1};
    char path[] = "/tmp/ndstream-bounds-XXXXXX.npy";
    struct statvfs disk;
    if (UNDER_ASAN || UNDER_TSAN || !has_memory(9e9) || statvfs("/tmp", &disk) != 0 ||
        (double)disk.f_bavail * (double)disk.f_frsize < 4e9) {
        print_message("needs 9 GB of free memory, 4 GB of disk, and no sanitizer\n");
        skip();
    }
    const int file = mkstemps(path, 4);
    assert_true(file >= 0);
    close(file);
    ND_SCOPE {
        nd_array *x = nd_ones(ND_INT8, ND_SHAPE(rows, columns));
        assert_non_null(x);
        ((int8_t *)nd_data_writeable(x))[rows * columns - 1] = 9;
        nd_data_done(x);
        ND_SCOPE {
            nd_array *down = nd_sum(x, ND_AXIS(0)), *along = nd_sum(x, ND_AXIS(1));
            assert_int_equal(nd_get_int64(down, &(int64_t){0}), rows);
            assert_int_equal(nd_get_int64(down, &(int64_t){columns - 1}), rows + 8);
            assert_int_equal(nd_get_int64(along, &(int64_t){0}), columns);
            assert_int_equal(nd_get_int64(along, &(int64_t){rows - 1}), columns + 8);
            assert_int_equal(nd_item_int64(nd_sum(nd_max(x, ND_AXIS(1)), ND_ALL)), rows + 8);
            assert_int_equal(nd_get_int64(nd_argmax(x, ND_AXIS(0)), &corner[1]), rows - 1);
            nd_array *sum = nd_add(x, x), *turned = nd_transpose(sum);
            assert_int_equal(nd_get_int64(sum, corner), 18);
            assert_int_equal(nd_item_int64(nd_sum(turned, ND_ALL)), 2 * (rows * columns + 8));
        }
        nd_memory_trim();
        assert_ok(nd_save(path, x));
        nd_array *mapped = nd_map_npy(path);
        assert_non_null(mapped);
        assert_int_equal(nd_size(mapped), rows * columns);
        assert_int_equal(nd_get_int64(mapped, corner), 9);
        assert_int_equal(nd_item_int64(nd_sum(mapped, ND_ALL)), rows * columns + 8);
        assert_int_equal(nd_item_int64(nd_all(nd_equal(mapped, x), ND_ALL)), 1);
    }
    unlink(path);
    nd_memory_trim();
}

/* ---- 32 axes --------------------------------------------------------------------------------- */

static nd_shape shape_of_twos(int rank, int twos)
{
    nd_shape shape = {.rank = rank};
    for (int axis = 0; axis < rank; axis++)
        shape.length[axis] = axis < twos ? 2 : 1;
    return shape;
}

TEST(thirty_two_axes_work_and_thirty_three_are_refused)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_arange(1 << 16), shape_of_twos(32, 16));
        assert_int_equal(nd_rank(x), 32);
        assert_int_equal(nd_rank(nd_transpose(x)), 32);
        assert_int_equal(nd_item_int64(nd_sum(nd_add(x, nd_transpose(nd_transpose(x))), ND_ALL)),
                         (int64_t)65535 * 65536);
        nd_array *sums = nd_sum(x, ND_AXIS(0));
        assert_int_equal(nd_rank(sums), 31);
        assert_null(nd_expand_dims(x, 0));
        assert_error(ND_ERROR_SHAPE, "32");
        assert_null(nd_sliding_window(x, 0, 1));
        assert_error(ND_ERROR_SHAPE, "32");
    }
}

/* ---- Axes without elements ------------------------------------------------------------------- */

TEST(axes_without_elements_go_through_every_operation)
{
    ND_SCOPE {
        nd_array *none = nd_zeros(ND_FLOAT64, ND_SHAPE(3, 0, 2));
        for (int op = 0; op < ND_OP_COUNT; op++) {
            const nd_op_info *info = nd_op_describe((nd_op)op);
            const nd_operand arguments[] = {nd_operand_array(none), nd_operand_array(none),
                                            nd_operand_array(none)};
            nd_array *result = NULL;
            if (info->op_class == ND_CLASS_REDUCTION)
                result = nd_reduce((nd_op)op, none, ND_AXIS(0), NULL);
            else if (info->op_class == ND_CLASS_SCAN)
                result = nd_scan((nd_op)op, none, 1, ND_DTYPE_NONE);
            else
                result = nd_elementwise((nd_op)op, info->arguments, arguments, NULL);
            if (!result) { /* integers only, or bools */
                assert_error(ND_ERROR_DTYPE, info->name);
                continue;
            }
            assert_int_equal(nd_size(result), 0);
            assert_int_equal(nd_rank(result), info->op_class == ND_CLASS_REDUCTION ? 2 : 3);
        }
        assert_int_equal(nd_item(nd_sum(none, ND_ALL)), 0);
        assert_int_equal(nd_item(nd_prod(none, ND_ALL)), 1);
        assert_null(nd_max(none, ND_AXIS(1)));
        assert_error(ND_ERROR_VALUE, "max");
        assert_int_equal(nd_size(nd_matmul(nd_zeros(ND_FLOAT64, ND_SHAPE(3, 0)),
                                           nd_zeros(ND_FLOAT64, ND_SHAPE(0, 2)))),
                         6);
        assert_int_equal(nd_size(nd_reshape(none, ND_SHAPE(0, 5))), 0);
    }
}
