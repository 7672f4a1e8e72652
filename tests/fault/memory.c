/* Without memory: whole programs of everything but the operations one by one (memory_operations.c),
 * and selection, joining and sorting (memory_selection.c). scarce.h tells what must come. */
#include "scarce.h"

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
    case 5: { /* what reads elements while they are computed; and what the rules take apart */
        const nd_array *line = nd_ravel(tall);
        see(nd_cumsum(nd_sin(line), 0));
        see(nd_cumsum(nd_add(line, 1), 0));
        see(nd_cummax(nd_subtract(x, nd_mean(x, ND_AXIS(0))), 1));
        see(nd_argmin(nd_square(nd_subtract(x, 0.5)), ND_ALL));
        see(nd_get(nd_multiply(x, 2), ND_ARRAY(truth)));
        see(nd_divide(nd_negative(nd_negative(nd_cast(x, ND_FLOAT64))), 4));
        break;
    }
    case 6: { /* sums along a short axis, and a strided row, which is copied first */
        const nd_array *points = nd_slice(square, ND_REST, ND_RANGE(0, 3));
        nd_array *far = nd_square(nd_subtract(nd_expand_dims(points, 1), points));
        see(nd_sqrt(nd_sum(far, ND_AXIS(2))));
        see(nd_sum(nd_multiply(far, 0.5), ND_AXIS(-1)));
        break;
    }
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
    case 3: { /* tensors, and scans with what was before */
        nd_array *map = nd_reshape(matrix, ND_SHAPE(2, 2, 4));
        see(nd_tensorsolve(map, map ? nd_slice(small, ND_RANGE(0, 2), ND_RANGE(0, 2)) : NULL,
                           ND_ALL));
        see(nd_tensorsolve(nd_permute(map, ND_AXES(2, 0, 1)), nd_ones(ND_FLOAT64, ND_SHAPE(2, 2)),
                           ND_AXIS(0)));
        see(nd_tensorinv(map, 2));
        see(nd_cumulative_sum(square, 0, ND_DTYPE_NONE, true));
        see(nd_cumulative_prod(nd_ravel(square), 0, ND_FLOAT32, true));
        see(nd_cumulative_sum(nd_multiply(square, 2), 1, ND_DTYPE_NONE, false));
        break;
    }
    case 4: { /* large enough for products */
        nd_array *part_of_it = nd_slice(square, ND_RANGE(0, 50), ND_RANGE(0, 50));
        nd_array *definite =
            nd_add(nd_matmul(part_of_it, nd_transpose(part_of_it)), nd_eye(ND_FLOAT64, 50, 50, 0));
        see(nd_cholesky(definite, ND_UPPER));
        see(nd_inv(definite));
        see(nd_qr(definite, ND_QR_COMPLETE).q);
        see(nd_eigh(definite, ND_UPPER).vectors);
        see(nd_eigvalsh(nd_cast(definite, ND_FLOAT32), ND_LOWER));
        see(nd_svd(part_of_it, true).vh);
        see(nd_svdvals(part_of_it));
        see(nd_lstsq(definite, part_of_it, -1).x);
        break;
    }
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
        see(nd_load_text_as(
            "text", ND_INT32,
            &(nd_csv_options){.no_header = true, .text = "1,2\n3,4", .text_bytes = 7}));
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

FAULT(views_and_copies, 1)
FAULT(creation, 1)
FAULT(expressions, 8)
FAULT(overwriting, 8)
FAULT(products, 1)
FAULT(decompositions, 6)
FAULT(text, 5)
FAULT(files, 7)
