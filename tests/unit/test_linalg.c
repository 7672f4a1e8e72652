/* Linear algebra: results by hand, errors, and what happens when memory runs out. */
#include <ndstream/nd.h>

#include "unit.h"

#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linalg/lapack.h"

static nd_array *matrix(int64_t rows, int64_t columns, const double *elements)
{
    return nd_from_data(ND_FLOAT64, ND_SHAPE(rows, columns), elements);
}

static double at(const nd_array *array, int64_t i)
{
    return nd_get_double(nd_ravel(array), &i);
}

static bool near(double x, double y)
{
    return fabs(x - y) < 1e-13;
}

/* ---- Processes ------------------------------------------------------------------------------- */

static int threads_of_openblas(void)
{
    void *const handle = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_NOLOAD);
    void *const address = handle ? dlsym(handle, "openblas_get_num_threads") : NULL;
    int (*get_threads)(void);
    memcpy(&get_threads, &address, sizeof get_threads);
    return get_threads ? get_threads() : -1;
}

/* Whether they are set, and are as they were afterwards. */
static bool counts_anew(int before)
{
    const int other = before + 2;
    ndi_lapack_enter(other);
    const bool set = threads_of_openblas() == other;
    ndi_lapack_leave();
    return set && threads_of_openblas() == before;
}

TEST(a_child_counts_no_threads_of_its_parent_as_inside_lapack)
{
    if (UNDER_TSAN || !ndi_lapack_of("test", ND_FLOAT64)) {
        nd_error_clear();
        skip();
    }
    const int before = threads_of_openblas();
    ndi_lapack_enter(before + 1); /* another thread's, as it is to the child */
    const pid_t child = fork();
    if (child == 0) {
        alarm(30);
        _exit(!counts_anew(before));
    }
    ndi_lapack_leave();
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- By hand --------------------------------------------------------------------------------- */

TEST(two_equations_are_solved)
{
    ND_SCOPE {
        nd_array *a = matrix(2, 2, (double[]){2, 1, 1, 3});
        nd_array *b = nd_from_data(ND_FLOAT64, ND_SHAPE(2), (double[]){5, 10});
        nd_array *x = nd_solve(a, b);
        assert_true(nd_rank(x) == 1 && near(at(x, 0), 1) && near(at(x, 1), 3));
        assert_true(near(nd_item(nd_det(a)), 5));
        nd_array *inverse = nd_inv(a);
        assert_true(near(at(inverse, 0), 0.6) && near(at(inverse, 1), -0.2) &&
                    near(at(inverse, 3), 0.4));
        assert_true(at(a, 0) == 2 && at(b, 0) == 5); /* arguments stay */
    }
}

/* a[i, j, k] maps x[k] to b[i, j]: 4 equations of 4 unknowns. */
TEST(equations_of_tensors_are_solved)
{
    ND_SCOPE {
        nd_array *rows = matrix(4, 4, (double[]){2, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 5, 0, 0, 8, 0});
        nd_array *a = nd_reshape(rows, ND_SHAPE(2, 2, 4));
        nd_array *b = nd_multiply(matrix(2, 2, (double[]){1, 2, 3, 4}), 2.0);
        nd_array *x = nd_tensorsolve(a, b, ND_ALL);
        assert_true(nd_rank(x) == 1 && near(at(x, 0), 1) && near(at(x, 1), 1) &&
                    near(at(x, 2), 1) && near(at(x, 3), 1.2));
        /* the same with the unknowns' axis in front */
        nd_array *y = nd_tensorsolve(nd_permute(a, ND_AXES(2, 0, 1)), b, ND_AXIS(0));
        assert_true(nd_rank(y) == 1 && near(at(y, 3), 1.2));
        nd_array *square = nd_tensorsolve(nd_reshape(rows, ND_SHAPE(4, 2, 2)), nd_ravel(b), ND_ALL);
        assert_true(nd_rank(square) == 2 && near(at(square, 3), 1.2));

        nd_array *inverse = nd_tensorinv(a, 2);
        assert_true(nd_rank(inverse) == 3 && nd_length(inverse, 0) == 4 &&
                    nd_length(inverse, 1) == 2);
        assert_true(near(at(inverse, 0), 0.5) && near(at(inverse, 5), 0.25) &&
                    near(at(inverse, 11), 0.125) && near(at(inverse, 14), 0.2));
    }
}

TEST(tensors_that_are_no_maps_are_refused)
{
    ND_SCOPE {
        nd_array *a = nd_ones(ND_FLOAT64, ND_SHAPE(2, 2, 4));
        nd_array *b = nd_ones(ND_FLOAT64, ND_SHAPE(2, 2));
        assert_null(nd_tensorsolve(a, b, ND_ALL));
        assert_error(ND_ERROR_LINALG, "singular");
        assert_null(nd_tensorinv(a, 2));
        assert_error(ND_ERROR_LINALG, "singular");
        assert_null(nd_tensorsolve(a, nd_ones(ND_FLOAT64, ND_SHAPE(2)), ND_ALL));
        assert_error(ND_ERROR_SHAPE, "tensorsolve: shapes (2, 2, 4) and (2,)");
        assert_null(nd_tensorsolve(a, b, ND_AXIS(3)));
        assert_error(ND_ERROR_AXIS, "tensorsolve");
        assert_null(nd_tensorinv(a, 1));
        assert_error(ND_ERROR_LINALG, "inv");
        assert_null(nd_tensorinv(a, 0));
        assert_error(ND_ERROR_AXIS, "tensorinv");
        assert_null(nd_tensorinv(a, 4));
        assert_error(ND_ERROR_AXIS, "tensorinv");
    }
    assert_null(nd_tensorsolve(NULL, NULL, ND_ALL));
    assert_null(nd_tensorinv(NULL, 2));
}

TEST(empty_matrices_have_determinant_1_and_stacks_of_none_stay_empty)
{
    ND_SCOPE {
        nd_array *none = nd_zeros(ND_FLOAT32, ND_SHAPE(0, 0));
        assert_true(nd_item(nd_det(none)) == 1 && nd_size(nd_inv(none)) == 0);
        nd_array *stack = nd_zeros(ND_COMPLEX64, ND_SHAPE(0, 3, 3));
        assert_true(nd_rank(nd_inv(stack)) == 3 && nd_size(nd_det(stack)) == 0);
        const nd_svd_result d = nd_svd(nd_zeros(ND_FLOAT64, ND_SHAPE(0, 2)), true);
        assert_true(nd_size(d.s) == 0 && at(d.vh, 0) == 1 && at(d.vh, 1) == 0);
    }
}

TEST(a_rotation_has_imaginary_eigenvalues)
{
    ND_SCOPE {
        const nd_eig_result e = nd_eig(matrix(2, 2, (double[]){0, -1, 1, 0}));
        assert_int_equal(nd_dtype_of(e.values), ND_COMPLEX128);
        nd_array *imag = nd_imag(e.values);
        assert_true(near(at(imag, 0), 1) && near(at(imag, 1), -1));
        const nd_eig_result real = nd_eig(matrix(2, 2, (double[]){2, 0, 0, 3}));
        assert_int_equal(nd_dtype_of(real.vectors), ND_FLOAT64);
    }
}

TEST(norms_of_3_and_4)
{
    ND_SCOPE {
        nd_array *x = nd_from_data(ND_FLOAT64, ND_SHAPE(2), (double[]){3, -4});
        assert_true(nd_item(nd_norm(x, ND_NORM, ND_ALL, false)) == 5);
        assert_true(nd_item(nd_norm(x, ND_ORD(1), ND_ALL, false)) == 7);
        assert_true(nd_item(nd_norm(x, ND_ORD(INFINITY), ND_ALL, false)) == 4);
        assert_true(nd_item(nd_norm(x, ND_ORD(0), ND_ALL, false)) == 2);
    }
}

TEST(einsum_of_a_matrix_product)
{
    ND_SCOPE {
        nd_array *a = matrix(2, 2, (double[]){1, 2, 3, 4});
        nd_array *product = nd_einsum("ij,kj->ik", 2, (const nd_array *[]){a, a});
        assert_true(at(product, 0) == 5 && at(product, 1) == 11 && at(product, 3) == 25);
    }
}

/* ---- Errors ---------------------------------------------------------------------------------- */

TEST(errors_name_operation_shape_dtype_and_place_in_the_stack)
{
    ND_SCOPE {
        nd_array *stack = nd_zeros(ND_FLOAT32, ND_SHAPE(2, 3, 3));
        nd_assign(nd_slice(stack, ND_INDEX(0)), nd_eye(ND_FLOAT32, 3, 3, 0));
        assert_null(nd_inv(stack));
        assert_error(ND_ERROR_LINALG,
                     "inv: matrix (1,) of the stack, float32 of shape (3, 3), is singular");
        assert_null(nd_solve(stack, nd_ones(ND_FLOAT64, ND_SHAPE(4))));
        assert_error(ND_ERROR_SHAPE, "solve: shapes (2, 3, 3) and (4,) do not fit");
        assert_null(nd_det(nd_ones(ND_FLOAT64, ND_SHAPE(2, 3))));
        assert_error(ND_ERROR_LINALG, "det: shape (2, 3)");
        assert_null(nd_eig(nd_ones(ND_FLOAT16, ND_SHAPE(2, 2))).values);
        assert_error(ND_ERROR_DTYPE, "eig: float16");
        assert_null(nd_norm(stack, ND_NUCLEAR, ND_AXIS(0), false));
        assert_error(ND_ERROR_VALUE, "nuclear");
        assert_null(nd_multi_dot(1, (const nd_array *[]){stack}));
        assert_error(ND_ERROR_ARGUMENT, "multi_dot");
        assert_null(nd_einsum("ij,jk", 1, (const nd_array *[]){stack}));
        assert_error(ND_ERROR_ARGUMENT, "^");
    }
}

TEST(null_gives_null_and_keeps_the_first_error)
{
    assert_null(nd_solve(NULL, NULL));
    assert_null(nd_svd(NULL, true).s);
    assert_null(nd_lstsq(NULL, NULL, -1).x);
    assert_null(nd_norm(NULL, ND_NORM, ND_ALL, false));
    assert_null(nd_einsum("i", 1, (const nd_array *[]){NULL}));
    assert_null(nd_kron(NULL, NULL));
    assert_int_equal(nd_error(), ND_OK);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static nd_array *everything(const nd_array *a, int which)
{
    const nd_array *two[] = {a, a}, *three[] = {a, a, a};
    switch (which) {
    case 0:
        return nd_solve(a, a);
    case 1:
        return nd_inv(a);
    case 2:
        return nd_slogdet(a).logdet;
    case 3:
        return nd_qr(a, ND_QR_COMPLETE).r;
    case 4:
        return nd_svd(a, true).s;
    case 5:
        return nd_eig(a).vectors;
    case 6:
        return nd_eigh(a, ND_UPPER).vectors;
    case 7:
        return nd_lstsq(a, a, -1).residuals;
    case 8:
        return nd_pinv(a, -1);
    case 9:
        return nd_cond(a, ND_ORD(1));
    case 10:
        return nd_norm(a, ND_NUCLEAR, ND_ALL, true);
    case 11:
        return nd_einsum("ij,jk->ki", 2, two);
    case 12:
        return nd_multi_dot(3, three);
    case 13:
        return nd_kron(a, a);
    default:
        return NULL;
    }
}

TEST(without_memory_each_of_them_fails_whole)
{
    enum { FUNCTIONS = 14 };
    nd_array *a = NULL;
    ND_SCOPE {
        a = nd_keep(nd_add(nd_eye(ND_FLOAT64, 12, 12, 0), nd_eye(ND_FLOAT64, 12, 12, 2)));
        nd_array *turned = nd_slice(a, ND_INDEX(3), ND_INDEX(1)); /* complex eigenvalues */
        assert_int_equal(
            nd_assign(turned, nd_from_data(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){-2})), ND_OK);
    }
    for (int which = 0; which < FUNCTIONS; which++) {
        assert_needs_memory(everything(a, which));
    }
    nd_release(a);
}

/* ---- Threads --------------------------------------------------------------------------------- */

static void *invert_often(void *context)
{
    const nd_array *a = context;
    bool same = true;
    for (int i = 0; same && i < 50; i++)
        ND_SCOPE {
            nd_array *product = nd_matmul(a, nd_inv(a));
            nd_array *error = nd_subtract(product, nd_eye(ND_FLOAT64, 40, 40, 0));
            same = nd_item(nd_max(nd_absolute(error), ND_ALL)) < 1e-12;
        }
    return same ? context : NULL;
}

TEST(many_threads_factorize_at_once)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    nd_array *stack = NULL;
    ND_SCOPE {
        nd_array *off = nd_eye(ND_FLOAT64, 40, 40, 1);
        stack = nd_keep(nd_add(nd_multiply(nd_eye(ND_FLOAT64, 40, 40, 0), 3.0),
                               nd_broadcast_to(off, ND_SHAPE(5, 40, 40))));
        assert_non_null(nd_data(stack));
    }
    int started = 0, good = 0;
    for (; started < THREADS; started++)
        if (pthread_create(&threads[started], NULL, invert_often, stack) != 0)
            break;
    for (int i = 0; i < started; i++) {
        void *result;
        pthread_join(threads[i], &result);
        good += result != NULL;
    }
    assert_int_equal(good, THREADS);
    nd_release(stack);
}

TEST(the_configuration_tells_what_factorizes)
{
    assert_non_null(strstr(nd_config().lapack, "OpenBLAS"));
    assert_string_equal(nd_config().lapack, ndi_lapack_name());
}
