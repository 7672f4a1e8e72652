/* Making, owning and asking about arrays: ndstream/array.h, its views aside (test_view.c). Expected
 * values of ranges are NumPy 2.4.6's. */
#include <ndstream/array.h>

#include "array/array.h"

#include "unit.h"

#include <math.h>
#include <pthread.h>

/* Without the objects that are kept for reuse. */
static nd_memory_info memory_now(void)
{
    nd_memory_trim();
    return nd_memory();
}

static int64_t at(const nd_array *array, int64_t i)
{
    return nd_get_int64(array, &i);
}

/* ---- Creation -------------------------------------------------------------------------------- */

TEST(empty_has_the_dtype_and_shape_asked_for)
{
    ND_SCOPE {
        nd_array *a = nd_empty(ND_FLOAT32, ND_SHAPE(3, 4, 5));
        assert_int_equal(nd_dtype_of(a), ND_FLOAT32);
        assert_int_equal(nd_rank(a), 3);
        assert_int_equal(nd_size(a), 60);
        assert_int_equal(nd_bytes(a), 240);
        assert_int_equal(nd_lengths(a)[0], 3);
        assert_int_equal(nd_length(a, -1), 5);
        assert_int_equal(nd_length(a, 3), 0);
        assert_int_equal(nd_strides(a)[0], 80);
        assert_int_equal(nd_strides(a)[1], 20);
        assert_int_equal(nd_strides(a)[2], 4);
        assert_true(nd_is_contiguous(a) && !nd_is_fortran_contiguous(a) && nd_is_writeable(a));
        const nd_shape shape = nd_shape_like(a);
        assert_true(shape.rank == 3 && shape.length[1] == 4);
    }
}

TEST(fortran_order_has_reversed_strides)
{
    ND_SCOPE {
        nd_array *a = nd_empty_fortran(ND_INT16, ND_SHAPE(3, 4, 5));
        assert_int_equal(nd_strides(a)[0], 2);
        assert_int_equal(nd_strides(a)[1], 6);
        assert_int_equal(nd_strides(a)[2], 24);
        assert_true(!nd_is_contiguous(a) && nd_is_fortran_contiguous(a));
    }
}

TEST(rank_0_has_one_element)
{
    ND_SCOPE {
        nd_array *a = nd_ones(ND_FLOAT64, ND_SCALAR_SHAPE);
        assert_int_equal(nd_rank(a), 0);
        assert_int_equal(nd_size(a), 1);
        assert_true(nd_item(a) == 1);
        assert_true(nd_get_double(a, NULL) == 1);
        assert_true(nd_is_contiguous(a) && nd_is_fortran_contiguous(a));
    }
}

TEST(arrays_without_elements)
{
    ND_SCOPE {
        nd_array *a = nd_zeros(ND_FLOAT64, ND_SHAPE(3, 0, 2));
        assert_int_equal(nd_size(a), 0);
        assert_int_equal(nd_bytes(a), 0);
        assert_non_null(nd_data(a));
        assert_int_equal(nd_strides(a)[0], 16); /* numpy.zeros((3, 0, 2)).strides is (16, 16, 8) */
        assert_true(nd_is_contiguous(a) && nd_is_fortran_contiguous(a));
        assert_int_equal(nd_size(nd_arange(0)), 0);
        assert_int_equal(nd_size(nd_arange(-3)), 0);
        assert_int_equal(nd_size(nd_linspace(0, 1, 0)), 0);
        assert_int_equal(nd_size(nd_from_data(ND_INT8, ND_SHAPE(0), NULL)), 0);
        assert_int_equal(nd_size(nd_ones(ND_INT8, ND_SHAPE(0, 5))), 0);
    }
}

TEST(rank_32_works)
{
    int64_t lengths[ND_MAX_RANK], index[ND_MAX_RANK], backwards[ND_MAX_RANK];
    for (int i = 0; i < ND_MAX_RANK; i++) {
        lengths[i] = i % 8 == 0 ? 2 : 1;
        index[i] = backwards[ND_MAX_RANK - 1 - i] = lengths[i] - 1;
    }
    ND_SCOPE {
        nd_array *a = nd_zeros(ND_INT32, nd_shape_of(ND_MAX_RANK, lengths));
        assert_int_equal(nd_size(a), 16);
        ((int32_t *)nd_data_writeable(a))[15] = 7;
        assert_int_equal(nd_get_int64(a, index), 7);
        assert_int_equal(nd_get_int64(nd_transpose(a), backwards), 7);
    }
}

TEST(zeros_and_ones_of_every_dtype)
{
    for (int d = 0; d < ND_DTYPE_COUNT; d++)
        ND_SCOPE {
            nd_array *zeros = nd_zeros((nd_dtype)d, ND_SHAPE(5, 7)),
                     *ones = nd_ones((nd_dtype)d, ND_SHAPE(5, 7));
            for (int64_t i = 0; i < 5; i++)
                for (int64_t j = 0; j < 7; j++) {
                    const int64_t index[] = {i, j};
                    assert_true(nd_get_double(zeros, index) == 0);
                    assert_true(nd_get_double(ones, index) == 1);
                }
            if (d >= ND_COMPLEX64)
                assert_true(nd_item(nd_slice(nd_imag(ones), ND_INDEX(2), ND_INDEX(3))) == 0);
        }
}

TEST(likes_keep_the_order_of_axes_in_memory)
{
    ND_SCOPE {
        nd_array *a = nd_permute(nd_empty(ND_INT16, ND_SHAPE(2, 3, 4)), ND_AXES(1, 0, 2));
        nd_array *like = nd_zeros_like(a);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(nd_length(like, i), nd_length(a, i));
            assert_int_equal(nd_strides(like)[i], nd_strides(a)[i]);
        }
        nd_array *fortran = nd_ones_like(nd_empty_fortran(ND_FLOAT64, ND_SHAPE(4, 5)));
        assert_true(nd_is_fortran_contiguous(fortran));
        assert_true(nd_get_double(fortran, (int64_t[]){3, 4}) == 1);
        /* numpy.empty_like(numpy.empty((4, 6))[:, ::2]).strides is (24, 8) */
        nd_array *gaps =
            nd_slice(nd_empty(ND_FLOAT64, ND_SHAPE(4, 6)), ND_EVERY, ND_STEP(ND_OPEN, ND_OPEN, 2));
        assert_true(nd_is_contiguous(nd_empty_like(gaps)));
    }
}

TEST(eye_has_ones_on_its_diagonal)
{
    ND_SCOPE {
        for (int64_t diagonal = -4; diagonal <= 5; diagonal++) {
            nd_array *a = nd_eye(ND_COMPLEX64, 3, 4, diagonal);
            for (int64_t i = 0; i < 3; i++)
                for (int64_t j = 0; j < 4; j++)
                    assert_true(nd_get_double(a, (int64_t[]){i, j}) == (j - i == diagonal));
        }
        assert_int_equal(nd_size(nd_eye(ND_BOOL, 2, 2, INT64_MIN)), 4);
    }
}

TEST(from_data_copies)
{
    double data[] = {1, 2, 3, 4, 5, 6};
    ND_SCOPE {
        nd_array *a = nd_from_data(ND_FLOAT64, ND_SHAPE(2, 3), data);
        data[4] = 50;
        assert_true(nd_get_double(a, (int64_t[]){1, 1}) == 5);
        assert_true(nd_get_double(a, (int64_t[]){-1, -1}) == 6);
    }
}

TEST(shapes_that_cannot_be)
{
    assert_null(nd_empty(ND_FLOAT64, ND_SHAPE(3, -1)));
    assert_error(ND_ERROR_SHAPE, "empty: shape (3, -1) has a negative length at axis 1");
    assert_null(nd_zeros(ND_FLOAT64, ND_SHAPE(INT64_C(1) << 40, INT64_C(1) << 40)));
    assert_error(ND_ERROR_SHAPE,
                 "zeros: shape (1099511627776, 1099511627776) with 8 bytes an element");
    assert_null(nd_empty(ND_FLOAT64, ND_SHAPE(0, INT64_C(1) << 40, INT64_C(1) << 40)));
    assert_error(ND_ERROR_SHAPE, "too large");
    assert_null(nd_ones(ND_INT8, nd_shape_of(33, NULL)));
    assert_error(ND_ERROR_SHAPE, "ones: rank 33 is not in 0 to 32");
    assert_null(nd_empty_fortran(ND_INT8, nd_shape_of(-1, NULL)));
    assert_error(ND_ERROR_SHAPE, "rank -1");
    assert_null(nd_empty_fortran(ND_INT8, nd_shape_of(40, NULL)));
    assert_error(ND_ERROR_SHAPE, "rank 40");
    assert_null(nd_eye(ND_INT8, -2, 3, 0));
    assert_error(ND_ERROR_SHAPE, "eye: shape (-2, 3)");
    assert_null(nd_empty((nd_dtype)77, ND_SHAPE(3)));
    assert_error(ND_ERROR_DTYPE, "empty: 77 is no dtype");
}

TEST(without_memory_there_is_an_error_and_no_leak)
{
    nd_set_memory_budget(memory_now().used + 4096);
    assert_null(nd_zeros(ND_FLOAT64, ND_SHAPE(100000)));
    nd_set_memory_budget(0);
    assert_error(ND_ERROR_MEMORY, "budget");
    nd_set_memory_budget(memory_now().used + 64);
    assert_null(nd_zeros(ND_FLOAT64, ND_SHAPE(3)));
    nd_set_memory_budget(0);
    assert_error(ND_ERROR_MEMORY, "budget");
    nd_set_memory_budget(memory_now().used + sizeof(nd_array) + 16);
    assert_null(nd_zeros(ND_FLOAT64, ND_SHAPE(1, 1, 1, 1, 1, 3)));
    nd_set_memory_budget(0);
    assert_error(ND_ERROR_MEMORY, "budget");
    /* nor when only the list of the scope has no room */
    ND_SCOPE {
        nd_set_memory_budget(memory_now().used + sizeof(nd_array) + 16);
        assert_null(nd_zeros(ND_FLOAT64, ND_SHAPE(3)));
        nd_set_memory_budget(0);
    }
    assert_error(ND_ERROR_MEMORY, "budget");
}

TEST(many_views_take_a_line_of_the_cache_each)
{
    enum { VIEWS = 1000 };
    static nd_array *views[VIEWS];
    nd_array *const whole = nd_arange(VIEWS);
    const size_t used = nd_memory().used;
    for (int i = 0; i < VIEWS; i++)
        assert_non_null(views[i] = nd_slice(whole, ND_INDEX(i)));
    if (!UNDER_ASAN) /* which sees objects of their own */
        assert_int_equal(nd_memory().used - used, VIEWS * 64);
    for (int i = 0; i < VIEWS; i += 2)
        nd_release(views[i]);
    if (!UNDER_ASAN)
        assert_int_equal(nd_memory().used - used, VIEWS * 32);
    for (int i = 1; i < VIEWS; i += 2) {
        assert_int_equal(nd_item_int64(views[i]), i);
        nd_release(views[i]);
    }
    nd_release(whole);
}

/* ---- Ranges ---------------------------------------------------------------------------------- */

static void check_doubles(const nd_array *array, int64_t count, const double *expected)
{
    assert_non_null(array);
    assert_int_equal(nd_size(array), count);
    for (int64_t i = 0; i < count; i++) {
        const double value = nd_get_double(array, &i);
        if (memcmp(&value, &expected[i], sizeof value) != 0 &&
            !(isnan(value) && isnan(expected[i])))
            fail_msg("element %d is %a, not %a", (int)i, value, expected[i]);
    }
}

TEST(arange_counts)
{
    ND_SCOPE {
        nd_array *a = nd_arange(200000); /* several parts for the threads */
        assert_int_equal(nd_dtype_of(a), ND_INT64);
        for (int64_t i = 0; i < 200000; i++)
            assert_true(((const int64_t *)nd_data(a))[i] == i);
    }
}

TEST(arange_of_floats_equals_numpy)
{
    ND_SCOPE {
        check_doubles(nd_arange_step(ND_FLOAT64, 0.1, 1.0, 0.1), 9,
                      (double[]){0x1.999999999999ap-4, 0x1.999999999999ap-3, 0x1.3333333333334p-2,
                                 0x1.999999999999ap-2, 0x1.0p-1, 0x1.3333333333333p-1,
                                 0x1.6666666666667p-1, 0x1.999999999999ap-1, 0x1.ccccccccccccdp-1});
        check_doubles(nd_arange_step(ND_FLOAT32, 0.1, 1.0, 0.1), 9,
                      (double[]){0x1.99999ap-4, 0x1.99999ap-3, 0x1.333334p-2, 0x1.99999ap-2,
                                 0x1.0p-1, 0x1.333334p-1, 0x1.666668p-1, 0x1.99999ap-1,
                                 0x1.cccccep-1});
        check_doubles(
            nd_arange_step(ND_FLOAT16, -1, 1, 0.3), 7,
            (double[]){-1, -0x1.668p-1, -0x1.9ap-2, -0x1.9cp-4, 0x1.98p-3, 0x1.ffp-2, 0x1.99p-1});
        check_doubles(nd_arange_step(ND_COMPLEX128, 0, 3, 1), 3, (double[]){0, 1, 2});
        check_doubles(nd_arange_step(ND_BFLOAT16, 0, 4, 1.5), 3, (double[]){0, 1.5, 3});
        check_doubles(nd_arange_step(ND_FLOAT64, 5, 0, 1), 0, NULL);
        check_doubles(nd_arange_step(ND_FLOAT64, 3, 0, -2), 2, (double[]){3, 1});
        check_doubles(nd_arange_step(ND_FLOAT64, 0, 5, (double)INFINITY), 1, (double[]){0});
    }
}

TEST(arange_of_integers_equals_numpy)
{
    ND_SCOPE {
        check_doubles(nd_arange_step(ND_INT32, 0.5, 5, 0.7), 7, (double[]){0, 1, 2, 3, 4, 5, 6});
        check_doubles(nd_arange_step(ND_INT8, 0, 300, 100), 3, (double[]){0, 100, -56});
        check_doubles(nd_arange_step(ND_UINT8, 200, 100, -50), 2, (double[]){200, 150});
        check_doubles(nd_arange_step(ND_BOOL, 0, 2, 1), 2, (double[]){0, 1});
        check_doubles(nd_arange_step(ND_INT64, 0, -3, -1), 3, (double[]){0, -1, -2});
    }
}

TEST(arange_that_cannot_be)
{
    assert_null(nd_arange_step(ND_INT8, 0, 3, 0));
    assert_error(ND_ERROR_VALUE, "arange: the step from 0 to 3 is 0");
    assert_null(nd_arange_step(ND_FLOAT64, 0, (double)INFINITY, 1));
    assert_error(ND_ERROR_VALUE, "bounds must be finite");
    assert_null(nd_arange_step(ND_FLOAT64, 0, 1, (double)NAN));
    assert_error(ND_ERROR_VALUE, "nan");
    assert_null(nd_arange_step(ND_FLOAT64, 0, 1, 1e-320));
    assert_error(ND_ERROR_SHAPE, "too many elements");
    assert_null(nd_arange_step(ND_INT8, 200, 300, 1));
    assert_error(ND_ERROR_VALUE, "arange: 200, 201, ... is out of range for int8");
    assert_null(nd_arange_step(ND_UINT16, -3, 3, 1));
    assert_error(ND_ERROR_VALUE, "uint16");
    assert_null(nd_arange_step(ND_BOOL, 0, 3, 1));
    assert_error(ND_ERROR_DTYPE, "arange: 3 elements do not count up in bool");
    assert_null(nd_arange_step(ND_DTYPE_NONE, 0, 3, 1));
    assert_error(ND_ERROR_DTYPE, "-1 is no dtype");
}

TEST(linspace_equals_numpy)
{
    ND_SCOPE {
        check_doubles(nd_linspace(0.1, 0.7, 7), 7,
                      (double[]){0x1.999999999999ap-4, 0x1.999999999999ap-3, 0x1.3333333333333p-2,
                                 0x1.999999999999ap-2, 0x1.0p-1, 0x1.3333333333333p-1,
                                 0x1.6666666666666p-1});
        /* the step is subnormal, and 0 (numpy#5437) */
        check_doubles(nd_linspace(0, 3 * 5e-324, 5), 5,
                      (double[]){0, 0x0.0000000000001p-1022, 0x0.0000000000002p-1022,
                                 0x0.0000000000003p-1022, 0x0.0000000000003p-1022});
        check_doubles(nd_linspace(-1e308, 1e308, 3), 3,
                      (double[]){(double)NAN, (double)INFINITY, 1e308});
        check_doubles(nd_linspace(1, -2, 4), 4, (double[]){1, 0, -1, -2});
        check_doubles(nd_linspace(5, 9, 1), 1, (double[]){5});
    }
    assert_null(nd_linspace(0, 1, -1));
    assert_error(ND_ERROR_VALUE, "linspace: the count is -1");
}

/* ---- Ownership ------------------------------------------------------------------------------- */

TEST(null_passes_through_without_an_error)
{
    nd_release(NULL);
    assert_null(nd_retain(NULL));
    assert_null(nd_keep(NULL));
    assert_int_equal(nd_rank(NULL), 0);
    assert_int_equal(nd_size(NULL), 0);
    assert_int_equal(nd_bytes(NULL), 0);
    assert_int_equal(nd_dtype_of(NULL), ND_DTYPE_NONE);
    assert_null(nd_lengths(NULL));
    assert_null(nd_strides(NULL));
    assert_null(nd_data(NULL));
    assert_null(nd_empty_like(NULL));
    assert_true(isnan(nd_item(NULL)));
    assert_false(nd_is_contiguous(NULL) || nd_is_writeable(NULL) || nd_overlaps(NULL, NULL));
}

/* A release that is counted, to see when memory goes. */
static void count_release(void *context)
{
    ++*(int *)context;
}

static nd_array *borrowed(int *released)
{
    static double memory[6] = {0, 1, 2, 3, 4, 5};
    return nd_borrow(ND_FLOAT64, ND_SHAPE(2, 3), NULL, memory, true, count_release, released);
}

TEST(borrowed_memory_is_released_once_with_the_last_array)
{
    int released = 0;
    nd_array *a = borrowed(&released);
    nd_array *row = nd_slice(a, ND_INDEX(1)),
             *column = nd_slice(nd_retain(a), ND_EVERY, ND_INDEX(2));
    nd_release(a);
    nd_release(a);
    assert_true(nd_get_double(row, (int64_t[]){0}) == 3);
    nd_release(row);
    assert_int_equal(released, 0);
    assert_true(nd_get_double(column, (int64_t[]){1}) == 5);
    nd_release(column);
    assert_int_equal(released, 1);
}

TEST(borrowed_memory_may_have_strides_and_be_read_only)
{
    int64_t data[] = {1, 2, 3, 4, 5, 6};
    ND_SCOPE {
        nd_array *a =
            nd_borrow(ND_INT64, ND_SHAPE(3, 2), (int64_t[]){8, 24}, data, false, NULL, NULL);
        assert_int_equal(nd_get_int64(a, (int64_t[]){2, 1}), 6);
        assert_int_equal(nd_get_int64(a, (int64_t[]){0, 1}), 4);
        assert_true(nd_data(a) == (const void *)data);
        assert_false(nd_is_writeable(a));
        assert_null(nd_data_writeable(a));
        assert_error(ND_ERROR_READONLY, "int64 array of shape (3, 2) is read-only");
        assert_false(nd_is_writeable(nd_transpose(a)));
    }
}

TEST(borrow_refuses_what_it_cannot_use_and_releases_nothing)
{
    int released = 0;
    _Alignas(8) char bytes[32] = {0};
    assert_null(nd_borrow(ND_FLOAT64, ND_SHAPE(3), NULL, NULL, true, count_release, &released));
    assert_error(ND_ERROR_ARGUMENT, "borrow: data is NULL; it must hold 3 elements of float64");
    assert_null(
        nd_borrow(ND_FLOAT64, ND_SHAPE(3), NULL, bytes + 1, true, count_release, &released));
    assert_error(ND_ERROR_ARGUMENT, "not aligned for float64");
    assert_null(
        nd_borrow(ND_FLOAT64, ND_SHAPE(2), (int64_t[]){12}, bytes, true, count_release, &released));
    assert_error(ND_ERROR_ARGUMENT, "strides (12,)");
    assert_null(nd_borrow(ND_INT8, ND_SHAPE(-1), NULL, bytes, true, count_release, &released));
    assert_error(ND_ERROR_SHAPE, "borrow: shape (-1,)");
    assert_null(nd_borrow(ND_INT8, ND_SHAPE(8, 8), (int64_t[]){INT64_MAX / 4, 1}, bytes, true,
                          count_release, &released));
    assert_error(ND_ERROR_VALUE, "reach beyond the address space");
    assert_null(nd_from_data(ND_INT8, ND_SHAPE(2), NULL));
    assert_error(ND_ERROR_ARGUMENT, "from_data: data is NULL");
    nd_array *empty =
        nd_borrow(ND_FLOAT64, ND_SHAPE(0, 3), NULL, NULL, true, count_release, &released);
    assert_non_null(nd_data(empty));
    assert_int_equal(released, 0);
    nd_release(empty);
    assert_int_equal(released, 1);
}

TEST(views_of_small_arrays_outlive_them)
{
    nd_array *a =
        nd_from_data(ND_INT32, ND_SHAPE(3), (int32_t[]){1, 2, 3}); /* elements inside the object */
    nd_array *view = nd_slice(a, ND_RANGE(1, 3));
    nd_array *second = nd_slice(view, ND_INDEX(1));
    ((int32_t *)nd_data_writeable(a))[2] = 30;
    nd_release(a);
    nd_release(view);
    nd_array *other = nd_zeros(ND_INT32, ND_SHAPE(3)); /* would take the object, were it free */
    assert_int_equal(nd_item_int64(second), 30);
    nd_release(second);
    nd_release(other);
}

TEST(views_of_large_arrays_outlive_them)
{
    nd_array *a = nd_arange(100000);
    nd_array *view = nd_slice(a, ND_RANGE(-2, ND_OPEN));
    nd_release(a);
    assert_int_equal(at(view, 1), 99999);
    nd_release(view);
}

TEST(a_scope_releases_what_was_made_in_it)
{
    int released = 0;
    ND_SCOPE {
        borrowed(&released);
        nd_transpose(borrowed(&released));
        assert_int_equal(released, 0);
    }
    assert_int_equal(released, 2);
}

TEST(scopes_nest)
{
    int outer = 0, inner = 0;
    ND_SCOPE {
        borrowed(&outer);
        for (int i = 0; i < 3; i++)
            ND_SCOPE {
                borrowed(&inner);
                if (i == 1)
                    continue; /* of the scope */
                borrowed(&inner);
            }
        assert_int_equal(inner, 5);
        borrowed(&outer);
        assert_int_equal(outer, 0);
    }
    assert_int_equal(outer, 2);
}

static int leave_by_return(int *released)
{
    ND_SCOPE {
        borrowed(released);
        ND_SCOPE {
            borrowed(released);
            return 7;
        }
    }
    return 0;
}

TEST(return_and_break_leave_scopes)
{
    int released = 0;
    assert_int_equal(leave_by_return(&released), 7);
    assert_int_equal(released, 2);
    ND_SCOPE {
        borrowed(&released);
        break;
    }
    assert_int_equal(released, 3);
}

TEST(kept_arrays_leave_all_scopes)
{
    int released = 0, other = 0;
    nd_array *kept = NULL, *from_outside = NULL;
    ND_SCOPE {
        from_outside = borrowed(&released);
        ND_SCOPE {
            kept = nd_keep(nd_slice(from_outside, ND_INDEX(0)));
            assert_ptr_equal(nd_keep(from_outside), from_outside);
            borrowed(&other);
        }
        assert_int_equal(other, 1);
        borrowed(&other);
    }
    assert_int_equal(other, 2);
    assert_int_equal(released, 0);
    nd_release(nd_keep(from_outside)); /* outside any scope it changes nothing */
    assert_true(nd_get_double(kept, (int64_t[]){2}) == 2);
    nd_release(kept);
    assert_int_equal(released, 1);
}

TEST(a_scope_holds_many_arrays)
{
    int released = 0;
    ND_SCOPE {
        for (int i = 0; i < 10000; i++)
            borrowed(&released);
    }
    assert_int_equal(released, 10000);
}

TEST(registered_references_belong_to_the_scope)
{
    int released = 0;
    nd_array *a = borrowed(&released);
    ND_SCOPE {
        assert_ptr_equal(ndi_register(nd_retain(a)), a);
        nd_array *b = borrowed(&released);
        ndi_drop(b);
        assert_int_equal(released, 1);
    }
    nd_release(a);
    assert_int_equal(released, 2);
}

static void *work_in_thread(void *context)
{
    nd_array *shared = context;
    for (int i = 0; i < 2000; i++)
        ND_SCOPE {
            nd_array *view = nd_slice(shared, ND_STEP(ND_OPEN, ND_OPEN, -1));
            nd_retain(shared);
            nd_array *small = nd_arange(3);
            if (at(view, 0) != 2 || at(small, 2) != 2)
                return NULL;
            nd_release(shared);
        }
    return shared;
}

TEST(threads_share_an_array)
{
    pthread_t threads[4];
    nd_array *shared = nd_arange(3);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work_in_thread, shared), 0);
    for (int i = 0; i < 4; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, shared);
    }
    nd_release(shared);
}

static void *leave_scope_open(void *context)
{
    (void)nd_scope_open();
    borrowed(context);
    for (int i = 0; i < 50; i++)
        nd_release(nd_keep(nd_arange(3)));
    pthread_exit(NULL);
}

TEST(a_thread_that_ends_gives_everything_back)
{
    pthread_t thread;
    int released = 0;
    assert_int_equal(pthread_create(&thread, NULL, leave_scope_open, &released), 0);
    pthread_join(thread, NULL);
    assert_int_equal(released, 1);
}

/* ---- Elements -------------------------------------------------------------------------------- */

TEST(elements_are_read_by_index)
{
    ND_SCOPE {
        nd_array *a = nd_reshape(nd_arange(12), ND_SHAPE(3, 4));
        assert_int_equal(nd_get_int64(a, (int64_t[]){2, 1}), 9);
        assert_int_equal(nd_get_int64(a, (int64_t[]){-3, -4}), 0);
        assert_true(nd_get_double(a, (int64_t[]){1, -1}) == 7);
        assert_true(isnan(nd_get_double(a, (int64_t[]){0, 4})));
        assert_error(ND_ERROR_INDEX, "get: index 4 is out of range for axis 1 of shape (3, 4)");
        assert_int_equal(nd_get_int64(a, (int64_t[]){-4, 0}), 0);
        assert_error(ND_ERROR_INDEX, "get: index -4 is out of range for axis 0 of shape (3, 4)");
        assert_true(isnan(nd_get_double(a, NULL)));
        assert_error(ND_ERROR_ARGUMENT, "rank 2 takes 2 numbers");
        assert_true(isnan(nd_item(a)));
        assert_error(ND_ERROR_SHAPE, "item: shape (3, 4) has 12 elements, not one");
        assert_int_equal(nd_item_int64(nd_slice(a, ND_RANGE(1, 2), ND_RANGE(2, 3))), 6);
        nd_array *large = nd_from_data(ND_INT64, ND_SHAPE(1), (int64_t[]){(INT64_C(1) << 53) + 1});
        assert_true(nd_item_int64(large) == (INT64_C(1) << 53) + 1); /* not by way of double */
    }
}

TEST(typed_views_are_checked)
{
    ND_SCOPE {
        nd_array *a = nd_reshape(nd_arange(24), ND_SHAPE(2, 3, 4));
        const nd_view v = nd_view_of(a, ND_INT64, 3);
        assert_int_equal(ND_AT3(int64_t, v, 1, 2, 3), 23);
        const nd_view t = nd_view_of(nd_slice(nd_transpose(a), ND_INDEX(1)), ND_INT64, 2);
        assert_true(t.length[0] == 3 && t.length[1] == 2);
        assert_int_equal(ND_AT2(int64_t, t, 2, 1), 21);
        const nd_view four = nd_view_of(nd_expand_dims(a, 0), ND_INT64, 4);
        assert_int_equal(ND_AT4(int64_t, four, 0, 1, 0, 2), 14);
        assert_null(nd_view_of(a, ND_FLOAT64, 3).data);
        assert_error(ND_ERROR_DTYPE, "view_of: the array is int64, not float64");
        assert_null(nd_view_of(a, ND_INT64, 2).data);
        assert_error(ND_ERROR_SHAPE, "view_of: shape (2, 3, 4) has rank 3, not 2");
        assert_null(nd_view_of(nd_expand_dims(nd_expand_dims(a, 0), 0), ND_INT64, 5).data);
        assert_error(ND_ERROR_SHAPE, "rank 1 to 4");
        assert_null(nd_view_of(NULL, ND_INT64, 1).data);
    }
}

/* ---- Text of shapes -------------------------------------------------------------------------- */

TEST(shapes_as_text)
{
    char text[NDI_SHAPE_TEXT];
    int64_t lengths[ND_MAX_RANK];
    assert_string_equal(ndi_shape_text(text, 0, NULL), "()");
    assert_string_equal(ndi_shape_text(text, 1, (int64_t[]){3}), "(3,)");
    assert_string_equal(ndi_shape_text(text, 2, (int64_t[]){3, -4}), "(3, -4)");
    for (int i = 0; i < ND_MAX_RANK; i++)
        lengths[i] = INT64_MAX;
    ndi_shape_text(text, ND_MAX_RANK, lengths);
    assert_true(strlen(text) < NDI_SHAPE_TEXT);
    assert_string_equal(text + strlen(text) - 6, ", ...)");
}
