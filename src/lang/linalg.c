/* Rows for linear algebra: what numpy.linalg has, and NumPy's other products. */
#include <ndstream/linalg.h>

#include <math.h>
#include <string.h>

#include "array/array.h"
#include "lang/functions.h"
#include "lang/rows.h"

/* ---- Products -------------------------------------------------------------------------------- */

CALL_OF_TWO(matmul)
CALL_OF_TWO(dot)
CALL_OF_TWO(inner)
CALL_OF_TWO(outer)
CALL_OF_TWO(kron)
CALL_OF_TWO(vdot)
CALL_OF_TWO(vecdot)
CALL_OF_TWO(matvec)
CALL_OF_TWO(vecmat)

static nd_array *call_cross(arguments a)
{
    return nd_cross(a[0].array, a[1].array, axis_or(&a[2], -1));
}

static nd_array *call_tensordot(arguments a)
{
    if (!a[2].given)
        return nd_tensordot(a[0].array, a[1].array, ND_AXES(-2, -1), ND_AXES(0, 1));
    return nd_tensordot(a[0].array, a[1].array, a[2].pairs.first, a[2].pairs.second);
}

static nd_array *call_multi_dot(arguments a)
{
    return nd_multi_dot(a[0].arrays.count, (const nd_array *const *)a[0].arrays.items);
}

static nd_array *call_einsum(arguments a)
{
    return nd_einsum(a[0].text, a[1].arrays.count, (const nd_array *const *)a[1].arrays.items);
}

static nd_array *call_matrix_power(arguments a)
{
    return nd_matrix_power(a[0].array, a[1].integer);
}

static int64_t offset_of(arguments a)
{
    return a[1].given ? a[1].integer : 0;
}

/* Of the first two axes, as numpy.trace has it. */
static nd_array *call_trace(arguments a)
{
    return nd_trace(ndi_first_axes_last(a[0].array), offset_of(a));
}

static nd_array *call_diagonal(arguments a)
{
    return nd_diagonal(ndi_first_axes_last(a[0].array), offset_of(a));
}

/* Of the last two, as numpy.linalg has them. */
static nd_array *call_matrix_trace(arguments a)
{
    return nd_trace(a[0].array, offset_of(a));
}

static nd_array *call_matrix_diagonal(arguments a)
{
    return nd_diagonal(a[0].array, offset_of(a));
}

static nd_array *call_matrix_transpose(arguments a)
{
    return nd_swap_axes(a[0].array, -1, -2);
}

/* ---- Equations and decompositions ------------------------------------------------------------ */

CALL_OF_TWO(solve)
CALL_OF_ONE(inv)
CALL_OF_ONE(det)

static nd_array *call_tensorsolve(arguments a)
{
    return nd_tensorsolve(a[0].array, a[1].array, axes_or_all(&a[2]));
}

static nd_array *call_tensorinv(arguments a)
{
    return nd_tensorinv(a[0].array, axis_or(&a[1], 2));
}

static nd_array *call_pinv(arguments a)
{
    return nd_pinv(a[0].array, a[1].given ? a[1].real : NAN);
}

static nd_array *call_cholesky(arguments a)
{
    return nd_cholesky(a[0].array, flag_or(&a[1], false) ? ND_UPPER : ND_LOWER);
}

CALL_OF_ONE(svdvals)
CALL_OF_ONE(eigvals)

static bool triangle_of(const char *operation, const ndi_argument *given, nd_triangle *triangle)
{
    const char *text = given->given ? given->text : "L";
    *triangle = strcmp(text, "U") == 0 || strcmp(text, "u") == 0 ? ND_UPPER : ND_LOWER;
    if (*triangle == ND_UPPER || strcmp(text, "L") == 0 || strcmp(text, "l") == 0)
        return true;
    ndi_fail(ND_ERROR_ARGUMENT, "%s: 'UPLO' must be 'L' or 'U', not '%.20s'", operation, text);
    return false;
}

static nd_array *call_eigvalsh(arguments a)
{
    nd_triangle triangle;
    return triangle_of("eigvalsh", &a[1], &triangle) ? nd_eigvalsh(a[0].array, triangle) : NULL;
}

/* Those with several results: how many there are, 0 after an error. */

static int call_eig(arguments a, nd_array *results[])
{
    const nd_eig_result r = nd_eig(a[0].array);
    results[0] = r.values;
    results[1] = r.vectors;
    return r.values ? 2 : 0;
}

static int call_eigh(arguments a, nd_array *results[])
{
    nd_triangle triangle;
    if (!triangle_of("eigh", &a[1], &triangle))
        return 0;
    const nd_eig_result r = nd_eigh(a[0].array, triangle);
    results[0] = r.values;
    results[1] = r.vectors;
    return r.values ? 2 : 0;
}

static int call_slogdet(arguments a, nd_array *results[])
{
    const nd_slogdet_result r = nd_slogdet(a[0].array);
    results[0] = r.sign;
    results[1] = r.logdet;
    return r.sign ? 2 : 0;
}

static int call_svd(arguments a, nd_array *results[])
{
    if (!flag_or(&a[2], true)) {
        results[0] = nd_svdvals(a[0].array);
        return results[0] ? 1 : 0;
    }
    const nd_svd_result r = nd_svd(a[0].array, flag_or(&a[1], true));
    results[0] = r.u;
    results[1] = r.s;
    results[2] = r.vh;
    return r.s ? 3 : 0;
}

static int call_qr(arguments a, nd_array *results[])
{
    static const char *const modes[] = {"reduced", "complete", "r",
                                        "raw"}; /* in nd_qr_mode's order */
    const char *mode = a[1].given ? a[1].text : modes[0];
    for (int i = 0; i < 4; i++)
        if (strcmp(mode, modes[i]) == 0) {
            const nd_qr_result r = nd_qr(a[0].array, (nd_qr_mode)i);
            results[0] = r.q ? r.q : r.r;
            results[1] = r.r;
            return !r.r ? 0 : r.q ? 2 : 1;
        }
    ndi_fail(ND_ERROR_ARGUMENT,
             "qr: 'mode' must be 'reduced', 'complete', 'r' or 'raw', not '%.20s'", mode);
    return 0;
}

static int call_lstsq(arguments a, nd_array *results[])
{
    const nd_lstsq_result r = nd_lstsq(a[0].array, a[1].array, a[2].given ? a[2].real : NAN);
    results[0] = r.x;
    results[1] = r.residuals;
    results[2] = r.rank;
    results[3] = r.singular;
    return r.x ? 4 : 0;
}

/* ---- Norms ----------------------------------------------------------------------------------- */

static nd_norm_order order_of(const ndi_argument *given)
{
    return given->given ? given->order : ND_NORM;
}

static nd_array *call_norm(arguments a)
{
    return nd_norm(a[0].array, order_of(&a[1]), a[2].given ? a[2].axes : ND_ALL,
                   flag_or(&a[3], false));
}

static nd_array *call_vector_norm(arguments a)
{
    return nd_vector_norm(a[0].array, a[3].given ? a[3].real : 2, a[1].given ? a[1].axes : ND_ALL,
                          flag_or(&a[2], false));
}

static nd_array *call_matrix_norm(arguments a)
{
    return nd_matrix_norm(a[0].array, order_of(&a[2]), flag_or(&a[1], false));
}

static nd_array *call_cond(arguments a)
{
    return nd_cond(a[0].array, order_of(&a[1]));
}

static nd_array *call_matrix_rank(arguments a)
{
    return nd_matrix_rank(a[0].array, a[1].given ? a[1].real : NAN);
}

/* ---- The rows -------------------------------------------------------------------------------- */

/* clang-format off */
#define ORDER(n)    {.name = n, .kind = NDI_TAKES_ORDER, .optional = true}
#define REAL_OR(n)  {.name = n, .kind = NDI_TAKES_REAL, .optional = true}
#define FLAG_OR(n)  {.name = n, .kind = NDI_TAKES_FLAG, .optional = true}
#define TEXT_OR(n)  {.name = n, .kind = NDI_TAKES_TEXT, .optional = true}
#define OFFSET      INTEGER_OR("offset")

/* Of NumPy's main namespace; those of numpy.linalg that differ are below. */
static const ndi_function main_rows[] = {
    ROW("matmul",        false, call_matmul, ARRAY("x1"), ARRAY("x2")),
    ROW("dot",           true,  call_dot, ARRAY("a"), ARRAY("b")),
    ROW("inner",         false, call_inner, ARRAY("a"), ARRAY("b")),
    ROW("outer",         false, call_outer, ARRAY("a"), ARRAY("b")),
    ROW("kron",          false, call_kron, ARRAY("a"), ARRAY("b")),
    ROW("vdot",          false, call_vdot, ARRAY("a"), ARRAY("b")),
    ROW("vecdot",        false, call_vecdot, ARRAY("x1"), ARRAY("x2")),
    ROW("matvec",        false, call_matvec, ARRAY("x1"), ARRAY("x2")),
    ROW("vecmat",        false, call_vecmat, ARRAY("x1"), ARRAY("x2")),
    ROW("cross",         false, call_cross, ARRAY("a"), ARRAY("b"), KEYWORD("axis", INTEGER)),
    ROW("tensordot",     false, call_tensordot, ARRAY("a"), ARRAY("b"),
        {.name = "axes", .kind = NDI_TAKES_AXIS_PAIRS, .optional = true}),
    ROW("einsum",        false, call_einsum, {.name = "subscripts", .kind = NDI_TAKES_TEXT},
        {.name = "operands", .kind = NDI_TAKES_ARRAYS, .rest = true}),
    ROW("trace",         true,  call_trace, ARRAY("a"), OFFSET),
    ROW("diagonal",      true,  call_diagonal, ARRAY("a"), OFFSET),
    ROW("matrix_transpose", false, call_matrix_transpose, ARRAY("x")),
};

/* numpy.linalg. */
static const ndi_function linalg_rows[] = {
    ROW("solve",         false, call_solve, ARRAY("a"), ARRAY("b")),
    ROW("inv",           false, call_inv, ARRAY("a")),
    ROW("tensorsolve",   false, call_tensorsolve, ARRAY("a"), ARRAY("b"), AXES("axes")),
    ROW("tensorinv",     false, call_tensorinv, ARRAY("a"), INTEGER_OR("ind")),
    ROW("det",           false, call_det, ARRAY("a")),
    SEVERAL("slogdet",   call_slogdet, ARRAY("a")),
    SEVERAL("lstsq",     call_lstsq, ARRAY("a"), ARRAY("b"), REAL_OR("rcond")),
    ROW("pinv",          false, call_pinv, ARRAY("a"), REAL_OR("rcond")),
    ROW("cholesky",      false, call_cholesky, ARRAY("a"), KEYWORD("upper", FLAG)),
    SEVERAL("qr",        call_qr, ARRAY("a"), TEXT_OR("mode")),
    SEVERAL("svd",       call_svd, ARRAY("a"), FLAG_OR("full_matrices"), FLAG_OR("compute_uv")),
    ROW("svdvals",       false, call_svdvals, ARRAY("x")),
    SEVERAL("eig",       call_eig, ARRAY("a")),
    ROW("eigvals",       false, call_eigvals, ARRAY("a")),
    SEVERAL("eigh",      call_eigh, ARRAY("a"), TEXT_OR("UPLO")),
    ROW("eigvalsh",      false, call_eigvalsh, ARRAY("a"), TEXT_OR("UPLO")),
    ROW("norm",          false, call_norm, ARRAY("x"), ORDER("ord"), AXES("axis"),
        FLAG_OR("keepdims")),
    ROW("vector_norm",   false, call_vector_norm, ARRAY("x"), KEYWORD("axis", AXES),
        KEYWORD("keepdims", FLAG), KEYWORD("ord", REAL)),
    ROW("matrix_norm",   false, call_matrix_norm, ARRAY("x"), KEYWORD("keepdims", FLAG),
        KEYWORD("ord", ORDER)),
    ROW("cond",          false, call_cond, ARRAY("x"), ORDER("p")),
    ROW("matrix_rank",   false, call_matrix_rank, ARRAY("A"), REAL_OR("tol")),
    ROW("matrix_power",  false, call_matrix_power, ARRAY("a"), INTEGER("n")),
    ROW("multi_dot",     false, call_multi_dot, {.name = "arrays", .kind = NDI_TAKES_ARRAYS}),
    ROW("trace",         false, call_matrix_trace, ARRAY("x"), KEYWORD("offset", INTEGER)),
    ROW("diagonal",      false, call_matrix_diagonal, ARRAY("x"), KEYWORD("offset", INTEGER)),
    ROW("cross",         false, call_cross, ARRAY("x1"), ARRAY("x2"), KEYWORD("axis", INTEGER)),
    ROW("outer",         false, call_outer, ARRAY("x1"), ARRAY("x2")),
    ROW("matmul",        false, call_matmul, ARRAY("x1"), ARRAY("x2")),
    ROW("tensordot",     false, call_tensordot, ARRAY("x1"), ARRAY("x2"),
        {.name = "axes", .kind = NDI_TAKES_AXIS_PAIRS, .optional = true, .by_keyword = true}),
    ROW("vecdot",        false, call_vecdot, ARRAY("x1"), ARRAY("x2")),
    ROW("matrix_transpose", false, call_matrix_transpose, ARRAY("x")),
};
/* clang-format on */

bool ndi_find_linalg_function(const char *name, bool prefixed, ndi_function *function)
{
    return (!prefixed &&
            ndi_find_row(main_rows, sizeof main_rows / sizeof *main_rows, name, function)) ||
           ndi_find_row(linalg_rows, sizeof linalg_rows / sizeof *linalg_rows, name, function);
}

void ndi_each_linalg_function(void (*visit)(void *context, const char *name), void *context)
{
    ndi_each_row(main_rows, sizeof main_rows / sizeof *main_rows, visit, context);
    ndi_each_row(linalg_rows, sizeof linalg_rows / sizeof *linalg_rows, visit, context);
}
