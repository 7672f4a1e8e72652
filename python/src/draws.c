/* Where random numbers go, and in whose turn: what `out` may be, permuted(), one thread at a time.
 */
#include "core.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

bool pnd_check_draws(PyObject *out, nd_dtype dtype, PyObject *size, bool *fortran)
{
    if (!pnd_is_array(out)) {
        PyErr_SetString(PyExc_TypeError, "return arrays must be of ArrayType");
        return false;
    }
    const nd_array *const array = pnd_array_of(out);
    const bool transposed = pnd_is_fortran(array);
    if (!nd_is_writeable(array) ||
        !(nd_is_contiguous(array) || (fortran && nd_is_fortran_contiguous(array)))) {
        PyErr_Format(PyExc_ValueError,
                     "Supplied output array must be %scontiguous, writable, aligned, and in "
                     "machine byte-order.",
                     fortran ? "" : "C-");
        return false;
    }
    if (nd_dtype_of(array) != dtype) {
        PyErr_Format(PyExc_TypeError,
                     "Supplied output array has the wrong type. Expected %s, got %s",
                     nd_dtype_name(dtype), nd_dtype_name(nd_dtype_of(array)));
        return false;
    }
    nd_shape shape = nd_shape_like(array);
    if (pnd_given(size) && !pnd_to_shape(size, &shape))
        return false;
    if (shape.rank != nd_rank(array) ||
        memcmp(shape.length, nd_lengths(array), sizeof(int64_t) * (size_t)shape.rank) != 0) {
        PyErr_SetString(PyExc_ValueError, "size must match out.shape when used together");
        return false;
    }
    if (fortran)
        *fortran = transposed;
    return true;
}

PyObject *pnd_permuted(nd_random *random, PyObject *x, PyObject *axis_object, PyObject *out_object)
{
    int axis = 0;
    PND_AUTO array = pnd_to_array(x);
    if (!array || !pnd_to_int(axis_object, &axis))
        return NULL;
    const bool flat = !pnd_given(axis_object);
    if (flat && !nd_rank(array)) {
        PyErr_SetString(PyExc_TypeError, "len() of unsized object");
        return NULL;
    }
    PND_OBJECT target = NULL;
    if (pnd_given(out_object)) {
        const nd_array *const out = pnd_is_array(out_object) ? pnd_array_of(out_object) : NULL;
        if (out && !nd_can_cast(nd_dtype_of(array), nd_dtype_of(out), ND_CAST_SAFE)) {
            PyErr_Format(PyExc_TypeError,
                         "Cannot cast array data from dtype('%s') to dtype('%s') according to the "
                         "rule 'safe'",
                         nd_dtype_name(nd_dtype_of(array)), nd_dtype_name(nd_dtype_of(out)));
            return NULL;
        }
        target = pnd_into(nd_retain(array), out_object);
    } else {
        PND_AUTO copy = nd_empty_like(array);
        if (!copy || !pnd_check(nd_assign(copy, array)))
            return copy ? NULL : pnd_raise();
        target = pnd_wrap(nd_retain(copy));
    }
    if (!target)
        return NULL;
    nd_array *const whole = pnd_array_of(target);
    if (!flat) {
        if (!pnd_check(nd_random_permuted(random, whole, axis)))
            return NULL;
        return Py_NewRef(target);
    }
    /* All elements, in the order of memory if there are no gaps. */
    PND_AUTO rows = pnd_is_fortran(whole) ? nd_transpose(whole) : nd_retain(whole);
    PND_AUTO line = rows ? nd_ravel(rows) : NULL;
    if (!line)
        return pnd_raise();
    if (!pnd_check(nd_random_permuted(random, line, 0)))
        return NULL;
    if (nd_is_contiguous(rows) || nd_rank(rows) == 1)
        return Py_NewRef(target);
    PND_AUTO back = nd_reshape(line, nd_shape_like(rows));
    return back && pnd_check(nd_assign(rows, back)) ? Py_NewRef(target) : NULL;
}

/* ---- Turns ----------------------------------------------------------------------------------- */

static uint16_t forks; /* up to this process: threads of those before do not draw here */

enum { FORKS_FROM = 48 }; /* its bits beside a thread's, which is an address */

static void count_fork(void)
{
    forks++;
}

void pnd_count_forks(void)
{
    pthread_atfork(NULL, NULL, count_fork);
}

/* False while it is another thread's of this process. */
static bool take(pnd_turn *turn, uint64_t thread)
{
    uint64_t before = __atomic_load_n(&turn->user, __ATOMIC_RELAXED);
    if (before && (before ^ thread) >> FORKS_FROM == 0)
        return false;
#ifdef Py_GIL_DISABLED
    return __atomic_compare_exchange_n(&turn->user, &before, thread, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
#else
    turn->user = thread;
    return true;
#endif
}

pnd_turn *pnd_turn_begin(pnd_turn *turn)
{
    const uint64_t thread = PyThread_get_thread_ident() ^ (uint64_t)forks << FORKS_FROM;
    if (__atomic_load_n(&turn->user, __ATOMIC_RELAXED) != thread) {
        while (!take(turn, thread)) {
            const struct timespec moment = {.tv_nsec = 50000};
            PyThreadState *const state = PyEval_SaveThread();
            nanosleep(&moment, NULL);
            PyEval_RestoreThread(state);
        }
        turn->depth = 0;
    }
    turn->depth++;
    return turn;
}

void pnd_turn_end(pnd_turn **turn)
{
    if (--(*turn)->depth == 0)
        __atomic_store_n(&(*turn)->user, 0, __ATOMIC_RELEASE);
}
