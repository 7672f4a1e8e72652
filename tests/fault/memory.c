/* Without memory: each program here runs with its first allocation failing, its second, and so on
 * to the last, once with all after it failing too and once with all after it granted. What must
 * come: ND_ERROR_MEMORY, or all results as they are with memory; inputs as they were; no block
 * kept; and the program running again as if nothing had been. Operations come from the table: a new
 * row is among them without being named. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <ndstream/nd.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../unit/files.h"

/* ---- Scarce memory --------------------------------------------------------------------------- */

static struct {
    atomic_int calls, failing; /* the call that fails; 0: none */
    atomic_int failed, live;
    bool once; /* else all after it fail too */
} memory;

static void *scarce_allocate(size_t bytes, void *context)
{
    (void)context;
    const int call = atomic_fetch_add(&memory.calls, 1) + 1, failing = atomic_load(&memory.failing);
    if (failing && (memory.once ? call == failing : call >= failing)) {
        atomic_fetch_add(&memory.failed, 1);
        return NULL;
    }
    atomic_fetch_add(&memory.live, 1);
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void scarce_release(void *block, size_t bytes, void *context)
{
    (void)bytes;
    (void)context;
    atomic_fetch_sub(&memory.live, 1);
    free(block);
}

/* ---- Results, as a number -------------------------------------------------------------------- */

static uint64_t digest;
static int seen_results;

static void digest_bytes(const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        digest = (digest ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3;
}

static void digest_axes(const nd_array *array, int axis, const char *at, size_t item)
{
    if (axis == nd_rank(array)) {
        digest_bytes(at, item);
        return;
    }
    for (int64_t i = 0; i < nd_lengths(array)[axis]; i++)
        digest_axes(array, axis + 1, at + i * nd_strides(array)[axis], item);
}

/* A result of the program. */
static void see(const nd_array *array)
{
    const char *data = array ? nd_data(array) : NULL;
    if (!data || nd_size(array) == 0)
        return;
    seen_results++;
    digest_axes(array, 0, data, nd_dtype_size(nd_dtype_of(array)));
}

static void see_text(const char *text)
{
    if (text) {
        seen_results++;
        digest_bytes(text, strlen(text));
    }
}

static uint64_t digest_of(void (*program)(int), int part)
{
    digest = 0xcbf29ce484222325;
    seen_results = 0;
    ND_SCOPE {
        program(part);
    }
    return digest;
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

enum { SMALL = 12, SIDE = 160, TALL = 3000, NARROW = 80 };

static nd_array *small, *whole, *truth, *square, *matrix, *column, *tall;

static void make_inputs(void)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_linspace(0.1, 0.9, SIDE * SIDE), ND_SHAPE(SIDE, SIDE));
        small = nd_keep(nd_reshape(nd_linspace(0.1, 0.9, SMALL), ND_SHAPE(3, 4)));
        whole = nd_keep(nd_reshape(nd_arange(SIDE * SIDE), ND_SHAPE(SIDE, SIDE)));
        truth = nd_keep(nd_greater(whole, 500));
        square = nd_keep(nd_copy(x));
        matrix = nd_keep(nd_add(nd_eye(ND_FLOAT64, 4, 4, 0),
                                nd_reshape(nd_linspace(0, 0.1, 16), ND_SHAPE(4, 4))));
        column = nd_keep(nd_copy(nd_reshape(nd_linspace(1, 2, SIDE), ND_SHAPE(SIDE, 1))));
        tall = nd_keep(nd_reshape(nd_linspace(0.1, 0.9, TALL * NARROW), ND_SHAPE(TALL, NARROW)));
        nd_array *const all[] = {small, whole, truth, square, matrix, column, tall};
        assert_ok(nd_eval(7, all));
    }
}

static void release_inputs(void)
{
    nd_array *const all[] = {small, whole, truth, square, matrix, column, tall};
    for (int i = 0; i < 7; i++)
        nd_release(all[i]);
}

static void see_inputs(int part)
{
    (void)part;
    const nd_array *const all[] = {small, whole, truth, square, matrix, column, tall};
    for (int i = 0; i < 7; i++)
        see(all[i]);
}

/* ---- The rows of the table ------------------------------------------------------------------- */

/* With the first dtypes that the operation takes, small and large, contiguous, transposed, with a
 * scalar, converted, and into an array. */
static void elementwise(int op)
{
    const nd_op_info *info = nd_op_describe((nd_op)op);
    if (info->op_class == ND_CLASS_REDUCTION || info->op_class == ND_CLASS_SCAN)
        return;
    const nd_array *const inputs[] = {small, square, whole, truth};
    for (int i = 0; i < 4; i++) {
        const nd_array *a = inputs[i];
        nd_operand arguments[3] = {nd_operand_array(a), nd_operand_array(nd_transpose(a)),
                                   nd_operand_int(1)};
        if (i == 0)
            arguments[1] = nd_operand_real(0.5);
        if (nd_error() != ND_OK)
            return;
        if (nd_result_dtype((nd_op)op, info->arguments, arguments) == ND_DTYPE_NONE) {
            if (nd_error() == ND_ERROR_MEMORY)
                return;
            nd_error_clear(); /* it does not take them */
            continue;
        }
        nd_array *result = nd_elementwise((nd_op)op, info->arguments, arguments, NULL);
        see(result);
        if (result)
            see(nd_elementwise((nd_op)op, info->arguments, arguments, nd_empty_like(result)));
        see(nd_cast(result, ND_FLOAT16));
    }
}

static void reductions(int op)
{
    const nd_op_info *info = nd_op_describe((nd_op)op);
    const nd_array *const inputs[] = {small, square, whole};
    const nd_reduce_options keep = {.keepdims = true};
    for (int i = 0; i < 3; i++) {
        if (info->op_class == ND_CLASS_REDUCTION) {
            see(nd_reduce((nd_op)op, inputs[i], ND_ALL, NULL));
            see(nd_reduce((nd_op)op, inputs[i], ND_AXIS(0), &keep));
            see(nd_reduce((nd_op)op, nd_multiply(inputs[i], 2), ND_AXIS(1), NULL));
        } else if (info->op_class == ND_CLASS_SCAN) {
            see(nd_scan((nd_op)op, inputs[i], 0, ND_DTYPE_NONE));
            see(nd_scan((nd_op)op, nd_ravel(inputs[i]), 0, ND_DTYPE_NONE));
        }
    }
}

/* ---- Everything else ------------------------------------------------------------------------- */

static void views_and_copies(int part)
{
    (void)part;
    see(nd_slice(square, ND_STEP(ND_OPEN, ND_OPEN, -2), ND_RANGE(1, 50)));
    see(nd_copy_fortran(square));
    see(nd_asfortran(nd_cast(square, ND_FLOAT32)));
    see(nd_ascontiguous(nd_transpose(whole)));
    see(nd_reshape(nd_transpose(whole), ND_SHAPE(2, -1)));
    see(nd_broadcast_to(column, ND_SHAPE(SIDE, 3)));
    see(nd_sliding_window(small, 1, 2));
    see(nd_flip(nd_expand_dims(small, 0), ND_AXIS(1)));
    see(nd_real(nd_cast(small, ND_COMPLEX64)));
    see(nd_diagonal(square, 1));
    nd_array *copy = nd_copy(square);
    if (copy && nd_assign(nd_slice(copy, ND_RANGE(1, SIDE)),
                          nd_slice(copy, ND_RANGE(0, SIDE - 1))) == ND_OK)
        see(copy);
}

static void creation(int part)
{
    (void)part;
    static const double data[] = {1, 2, 3, 4, 5, 6, 7, 8};
    nd_random *random = nd_random_new(3);
    see(nd_zeros(ND_INT16, ND_SHAPE(300, 300)));
    see(nd_ones(ND_COMPLEX128, ND_SHAPE(3)));
    see(nd_arange_step(ND_FLOAT32, 0, 5, 0.25));
    see(nd_eye(ND_INT8, 20, 30, -1));
    see(nd_from_data(ND_FLOAT64, ND_SHAPE(2, 4), data));
    see(nd_borrow(ND_FLOAT64, ND_SHAPE(2, 2), NULL, (void *)data, false, NULL, NULL));
    see(nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(100, 100)));
    if (nd_error() == ND_OK)
        see(nd_random_integers(random, ND_INT32, 0, 1000, ND_SHAPE(100, 100)));
    if (nd_error() == ND_OK)
        see(nd_random_normal(random, ND_FLOAT32, ND_SHAPE(100, 100)));
    nd_random_free(random);
}

/* Pending in parts, in tiles, with reductions that share a sweep, with a change in between. */
static void expressions(int part)
{
    nd_array *x = square;
    switch (part) {
    case 0: {
        nd_array *y = nd_add(nd_multiply(x, nd_add(column, 1)), nd_transpose(x));
        see(nd_subtract(y, nd_mean(nd_sqrt(y), ND_AXIS(0))));
        see(y);
        break;
    }
    case 1:
        see(nd_divide(nd_subtract(x, nd_mean(x, ND_AXIS(0))), nd_std(x, ND_AXIS(0))));
        break;
    case 2: {
        nd_reduce_options keep = {.keepdims = true};
        nd_array *e = nd_exp(nd_subtract(x, nd_max_with(x, ND_AXIS(1), keep)));
        see(nd_divide(e, nd_sum_with(e, ND_AXIS(1), keep)));
        break;
    }
    case 3: {
        nd_array *y = nd_copy(x), *later = nd_add(y, 1);
        nd_multiply_into(y, y, 2);
        nd_array *both[] = {later, nd_sqrt(y)};
        if (nd_eval(2, both) == ND_OK)
            see(both[0]), see(both[1]);
        break;
    }
    case 4:
        for (int i = 0; i < 40 && x; i++) /* more than one graph holds */
            x = nd_add(nd_multiply(x, 0.5), square);
        see(x);
        break;
    default: {
        char text[4096];
        nd_array *y = nd_sin(nd_subtract(x, nd_mean(x, ND_ALL)));
        if (nd_explain(y, text, sizeof text) > 0 && nd_explain_svg(y, NULL, 0) > 0)
            see_text("explained");
        see(y);
    }
    }
}

/* Into what is read: all of it, or nothing. */
static bool half_written;

static void overwriting(int part)
{
    const bool wide = part >= 4;
    const nd_array *const before =
        wide ? nd_reshape(tall, ND_SHAPE(NARROW, TALL)) : nd_slice(tall, ND_EVERY);
    nd_array *const x = before ? nd_copy(before) : NULL;
    const nd_reduce_options keep = {.keepdims = true};
    if (!x)
        return;
    switch (part % 4) {
    case 0:
        nd_subtract_into(x, x, nd_mean(x, ND_AXIS(0)));
        break;
    case 1: {
        nd_array *y = nd_divide(nd_subtract(x, nd_mean(x, ND_AXIS(0))), nd_std(x, ND_AXIS(0)));
        if (y)
            nd_assign(x, y);
        break;
    }
    case 2:
        nd_divide_into(x, nd_sqrt(x), nd_sum_with(nd_cast(x, ND_FLOAT32), ND_AXIS(1), keep));
        break;
    default: {
        const int64_t rows = nd_length(x, 0);
        nd_add_into(nd_slice(x, ND_RANGE(1, rows)), nd_slice(x, ND_RANGE(0, rows - 1)),
                    nd_slice(x, ND_RANGE(1, rows)));
    }
    }
    half_written |= nd_error() != ND_OK && memcmp(nd_data(x), nd_data(before), nd_bytes(x)) != 0;
    see(x);
}

static void products(int part)
{
    (void)part;
    const nd_array *const pair[] = {square, square}, *const three[] = {matrix, matrix, matrix};
    see(nd_matmul(square, square));
    see(nd_matmul(whole, whole));
    see(nd_matmul(nd_cast(square, ND_FLOAT16), nd_cast(square, ND_COMPLEX64)));
    see(nd_dot(square, nd_ravel(column)));
    see(nd_tensordot(small, small, ND_AXIS(1), ND_AXIS(1)));
    see(nd_kron(small, small));
    see(nd_cross(nd_slice(small, ND_EVERY, ND_RANGE(0, 3)),
                 nd_slice(small, ND_EVERY, ND_RANGE(1, 4)), -1));
    see(nd_einsum("ij,kj->ki", 2, pair));
    see(nd_einsum("ij,jk,kl->il", 3, three));
    see(nd_multi_dot(3, three));
    see(nd_matrix_power(matrix, 5));
    see(nd_trace(square, 0));
}

static void decompositions(int part)
{
    nd_array *stack = nd_broadcast_to(matrix, ND_SHAPE(3, 4, 4));
    nd_array *symmetric = nd_matmul(nd_transpose(matrix), matrix);
    switch (part) {
    case 0:
        see(nd_solve(stack, small ? nd_slice(matrix, ND_EVERY, ND_RANGE(0, 2)) : NULL));
        see(nd_inv(stack));
        see(nd_det(stack));
        see(nd_slogdet(stack).logdet);
        break;
    case 1:
        see(nd_cholesky(symmetric, ND_LOWER));
        see(nd_qr(stack, ND_QR_REDUCED).q);
        see(nd_svd(stack, true).u);
        see(nd_svdvals(nd_cast(stack, ND_COMPLEX64)));
        break;
    case 2:
        see(nd_eig(stack).values);
        see(nd_eigvals(matrix));
        see(nd_eigh(symmetric, ND_LOWER).vectors);
        see(nd_lstsq(square, column, -1).x);
        break;
    default:
        see(nd_pinv(stack, -1));
        see(nd_matrix_rank(stack, -1));
        see(nd_norm(stack, ND_NORM, ND_ALL, false));
        see(nd_cond(stack, ND_NORM));
    }
}

static void text(int part)
{
    static const char *const texts[] = {
        "2*x**2 + 3*x + 5",
        "(x - mean(x, axis=0)) / std(x, axis=0, ddof=1)",
        "where(0.2 < x < 0.5, x, -x)[::2, 1:-1].T.reshape(-1)",
        "x @ x + einsum('ij->ji', x) + cumsum(x, axis=1)",
        "svd(x[:5, :5])[1] + norm(x)",
    };
    see(nd_expr(texts[part], "x", square));
    if (part == 0 && nd_error() == ND_OK) {
        char *printed = nd_to_text(square);
        see_text(printed);
        nd_text_free(printed);
        /* errors that tell much */
        nd_array *wrong = nd_expr("sum(x, axis=0) + y*2", "x", square);
        if (wrong || nd_error() != ND_ERROR_ARGUMENT)
            return;
        nd_error_clear();
        see_text("refused");
    }
}

/* ---- Files ----------------------------------------------------------------------------------- */

static int64_t files_there(void)
{
    int64_t count = 0;
    DIR *here = opendir(folder);
    while (here && readdir(here))
        count++;
    closedir(here);
    return count;
}

/* Saves over an older file, which must stay whole until the new one is. */
static void files(int part)
{
    static const char *const names[] = {"a.npy", "a.npz", "a.csv", "a.txt",
                                        "a.raw", "a.png", "a.ppm"};
    char path[300];
    snprintf(path, sizeof path, "%s", path_of(names[part]));
    const char *const members[] = {"x", "n"};
    const nd_array *picture = nd_cast(nd_multiply(small, 255), ND_UINT8), *table = small;
    const nd_array *const arrays[] = {square, whole};
    nd_status saved = ND_OK;
    switch (part) {
    case 1:
        saved = nd_save_npz(path, 2, members, arrays, true);
        break;
    case 2: {
        const nd_array *const columns[] = {nd_ravel(small), nd_ravel(nd_square(small))};
        saved = nd_write_csv(path, ',', 2, members, columns);
        break;
    }
    case 5:
    case 6:
        saved = nd_save(path, picture);
        break;
    default:
        saved = nd_save(path, part == 3 ? table : square);
    }
    if (saved != ND_OK)
        return;
    switch (part) {
    case 1: {
        nd_archive *archive = nd_open_npz(path);
        see(nd_archive_load(archive, "n"));
        nd_archive_close(archive);
        see(nd_load_npz(path, "x"));
        break;
    }
    case 2: {
        nd_table *read = nd_read_csv(path, NULL);
        see(nd_table_column(read, "x"));
        if (read && nd_error() == ND_OK && nd_write_table(path, ',', read) == ND_OK)
            see_text("written");
        nd_table_free(read);
        see(nd_load_text(path, &(nd_csv_options){.separator = ','}));
        break;
    }
    case 4:
        see(nd_load_raw(path, ND_FLOAT64, ND_SHAPE(-1, SIDE), NULL));
        see(nd_map_raw(path, ND_FLOAT64, ND_SHAPE(-1, SIDE), NULL));
        break;
    default:
        see(nd_load(path));
    }
    if (part == 0)
        see(nd_map_npy(path));
}

/* ---- Failing --------------------------------------------------------------------------------- */

/* What a failure has left of a program; -1 with the reason said. */
static int failing(const char *name, void (*program)(int), int part, uint64_t expected, int k)
{
    int complete = 0;
    const char *wrong = NULL;
    nd_memory_trim();
    const int live = atomic_load(&memory.live);
    atomic_store(&memory.calls, 0);
    atomic_store(&memory.failed, 0);
    atomic_store(&memory.failing, k);
    const uint64_t found = digest_of(program, part);
    atomic_store(&memory.failing, 0);
    complete = atomic_load(&memory.failed) == 0;
    const nd_status status = nd_error();
    if (status != ND_OK && status != ND_ERROR_MEMORY)
        wrong = nd_error_message();
    else if (half_written)
        wrong = "a target is written in part";
    else if (status != ND_OK && complete)
        wrong = "an error without a failure";
    else if (status == ND_OK && found != expected)
        wrong = "no error, and other results";
    if (!wrong)
        nd_error_clear();
    nd_memory_trim();
    if (!wrong && atomic_load(&memory.live) != live)
        wrong = "memory is kept";
    if (!wrong && (digest_of(program, part) != expected || nd_error() != ND_OK))
        wrong = "it does not run again";
    if (!wrong)
        return complete;
    print_error("%s %d, allocation %d%s: %s\n", name, part, k,
                memory.once ? " alone" : " and all after", wrong);
    nd_error_clear();
    return -1;
}

static void fail_each(const char *name, void (*program)(int), int part)
{
    const uint64_t inputs = digest_of(see_inputs, 0);
    digest_of(program, part); /* what is made once in the life of the process */
    assert_no_error();
    nd_memory_trim();
    const uint64_t expected = digest_of(program, part);
    const int results = seen_results;
    const int64_t there = files_there();
    assert_no_error();
    for (int once = 0; once < 2; once++) {
        memory.once = once;
        int k = 0, complete = 0;
        while (!complete && k < 5000) {
            complete = failing(name, program, part, expected, ++k);
            if (complete < 0)
                fail();
        }
        assert_true(complete);
        assert_true(results == 0 || k > 1); /* something was allocated, and failed */
    }
    assert_int_equal(files_there(), there);
    assert_true(digest_of(see_inputs, 0) == inputs);
}

static void fail_all(const char *name, void (*program)(int), int parts)
{
    const nd_allocator allocator = {scarce_allocate, scarce_release, NULL};
    path_of("");
    nd_memory_trim();
    nd_set_allocator(&allocator);
    make_inputs();
    for (int part = 0; part < parts; part++)
        fail_each(name, program, part);
    release_inputs();
    nd_memory_trim();
    assert_int_equal(atomic_load(&memory.live), 0);
    nd_set_allocator(NULL);
}

#define FAULT(program, parts)                                                                      \
    TEST(program##_without_memory)                                                                 \
    {                                                                                              \
        fail_all(#program, program, parts);                                                        \
    }

FAULT(elementwise, ND_OP_COUNT)
FAULT(reductions, ND_OP_COUNT)
FAULT(views_and_copies, 1)
FAULT(creation, 1)
FAULT(expressions, 6)
FAULT(overwriting, 8)
FAULT(products, 1)
FAULT(decompositions, 4)
FAULT(text, 5)
FAULT(files, 7)
