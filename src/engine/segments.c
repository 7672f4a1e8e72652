/* Reductions of slices of an axis: ufunc.reduceat.
 *
 * Slices are short as a rule, so they are no reductions of their own: threads take ranges of them,
 * and each goes straight to a kernel, a few elements from the left, more by the leaves of the
 * reduction. Slices of wide rows are reduced as arrays. */
#include <inttypes.h>
#include <string.h>

#include <ndstream/index.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/copy.h"
#include "engine/methods.h"
#include "kernels/kernel.h"

enum { STATE_BYTES = 16, SERIAL_MOST = 16, LEVELS = 60, GRAIN_ELEMENTS = 1 << 14 };

typedef struct segments {
    const ndi_kernels *kernels;
    const ndi_reducer *reducer; /* NULL: the operation has no reduction */
    ndi_scan_kernel *serial;    /* few elements meet from the left; NULL: by ndi_serial() */
    bool is_serial;
    nd_op op;
    nd_dtype dtype, state; /* of the elements, and of what they are reduced to */
    nd_dtype half;         /* what each step is rounded to, ND_DTYPE_NONE: not */
    const nd_array *source;
    nd_array *result;
    const int64_t *first;
    int64_t count, length; /* slices, elements of the axis */
} segments;

/* A chunk of at most NDI_CHUNK elements. */
static void reduce_chunk(const segments *s, const char *from, ptrdiff_t stride, int64_t n,
                         void *state)
{
    const ndi_leaf leaf = {.data = from,
                           .rows = (size_t)n,
                           .row_stride = stride,
                           .columns = 1,
                           .state = {state, NULL}};
    s->reducer->row(&leaf);
}

static void copy_element(size_t size, char *to, const char *from)
{
    if (size == 8)
        memcpy(to, from, 8);
    else if (size == 4)
        memcpy(to, from, 4);
    else
        memcpy(to, from, size);
}

/* Chunks meet in a tree of neighbours, as in every reduction. */
static void reduce_chunks(const segments *s, const char *from, ptrdiff_t stride, int64_t n,
                          void *state)
{
    _Alignas(16) char waiting[LEVELS][STATE_BYTES];
    int depth = 0;
    for (int64_t at = 0, chunk = 0; at < n; at += NDI_CHUNK, chunk++) {
        reduce_chunk(s, from + at * stride, stride, n - at < NDI_CHUNK ? n - at : NDI_CHUNK,
                     waiting[depth++]);
        for (int64_t k = chunk; depth > 1 && ((k & 1) || at + NDI_CHUNK >= n); k >>= 1, depth--)
            s->reducer->combine(1, (void *[]){waiting[depth - 2], NULL}, 1,
                                (void *[]){waiting[depth - 1], NULL}, 1);
    }
    memcpy(state, waiting[0], STATE_BYTES);
}

/* A half float in 32 bits becomes a number that it holds. */
static void round_to_half(const segments *s, char *value)
{
    _Alignas(2) char half[2];
    s->kernels->cast[s->half][ND_FLOAT32](1, (char *[]){half, value}, (ptrdiff_t[]){2, 4});
    s->kernels->cast[ND_FLOAT32][s->half](1, (char *[]){value, half}, (ptrdiff_t[]){4, 2});
}

/* The carry is in its place in the result. */
static void reduce_serially(const segments *s, size_t size, const char *from, ptrdiff_t stride,
                            int64_t n, char *to)
{
    copy_element(size, to, from);
    for (int64_t i = 1; s->half != ND_DTYPE_NONE && i < n; i++) {
        ndi_serial(s->op, s->dtype, 1, to, 0, from + i * stride, stride, to);
        round_to_half(s, to);
    }
    if (s->half != ND_DTYPE_NONE)
        return;
    if (s->serial)
        s->serial((size_t)(n - 1), to, 0, from + stride, stride, to);
    else
        ndi_serial(s->op, s->dtype, (size_t)(n - 1), to, 0, from + stride, stride, to);
}

static void reduce_slices(void *context, size_t begin, size_t end)
{
    const segments *s = context;
    const int last = s->source->rank - 1;
    const ptrdiff_t stride = ndi_strides(s->source)[last];
    const size_t size = nd_dtype_size(s->state);
    const char *line = NULL;
    for (size_t item = begin; item < end; item++) {
        const int64_t i = (int64_t)(item % (size_t)s->count);
        if (!line || i == 0) {
            int64_t rest = (int64_t)(item / (size_t)s->count);
            line = s->source->data;
            for (int axis = last - 1; axis >= 0; axis--) {
                line += rest % ndi_lengths(s->source)[axis] * ndi_strides(s->source)[axis];
                rest /= ndi_lengths(s->source)[axis];
            }
        }
        const int64_t first = s->first[i], next = i + 1 < s->count ? s->first[i + 1] : s->length,
                      n = next > first ? next - first : 1;
        char *const to = s->result->data + item * size;
        if (s->is_serial && (!s->reducer || n < SERIAL_MOST)) {
            reduce_serially(s, size, line + first * stride, stride, n, to);
        } else {
            _Alignas(16) char state[STATE_BYTES];
            reduce_chunks(s, line + first * stride, stride, n, state);
            copy_element(size, to, state);
        }
    }
}

/* ---- Slices of wide rows --------------------------------------------------------------------- */

static bool reduce_rows(const segments *s, nd_op reduction, const nd_array *array, int axis,
                        nd_array *result)
{
    nd_index terms[ND_MAX_RANK];
    for (int k = 0; k < axis; k++)
        terms[k] = ND_EVERY;
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t first = s->first[i], next = i + 1 < s->count ? s->first[i + 1] : s->length;
        bool good = false;
        ND_SCOPE {
            terms[axis] = ND_RANGE(first, next > first ? next : first + 1);
            const nd_array *const part = nd_slice_terms(array, axis + 1, terms);
            const nd_array *const value = nd_reduce(reduction, part, ND_AXIS(axis), NULL);
            terms[axis] = ND_INDEX(i);
            nd_array *const place = nd_slice_terms(result, axis + 1, terms);
            good = value && place && ndi_assign(place, value) == ND_OK;
        }
        if (!good)
            return false;
    }
    return true;
}

/* ---- The function ---------------------------------------------------------------------------- */

static nd_array *reduceat(nd_op op, const nd_array *array, const nd_array *indices, int axis)
{
    const ndi_method *const method = ndi_method_of(op);
    ndi_resolution resolution;
    if (method ? !ndi_resolve_dtype(method->row, (nd_dtype)array->dtype, &resolution)
               : !ndi_settle_method("reduceat", op, (nd_dtype)array->dtype, &resolution))
        return NULL;
    segments s = {.kernels = ndi_kernels_in_use(),
                  .op = op,
                  .dtype = resolution.kernel,
                  .state = resolution.kernel,
                  .half = method || resolution.dtype == resolution.kernel ? ND_DTYPE_NONE
                                                                          : resolution.dtype,
                  .count = indices->size,
                  .length = ndi_lengths(array)[axis]};
    indices = nd_ascontiguous(ndi_in_dtype(indices, ND_INT64));
    if (!indices || !ndi_force(indices) || !ndi_force(array))
        return NULL;
    s.first = (const int64_t *)indices->data;
    for (int64_t i = 0; i < s.count; i++)
        if (s.first[i] < 0 || s.first[i] >= s.length)
            return ndi_fail(ND_ERROR_INDEX,
                            "reduceat: index %" PRId64
                            " is out of bounds for axis %d with size %" PRId64,
                            s.first[i], axis, s.length);
    nd_shape shape = nd_shape_like(array);
    shape.length[axis] = s.count;
    const int64_t lines = array->size / (s.length ? s.length : 1);
    if (array->size == 0 || s.count == 0)
        return nd_zeros(resolution.result, shape);
    nd_index terms[ND_MAX_RANK]; /* the axis has no say in the order: NumPy's iterator repeats it */
    for (int i = 0; i < axis; i++)
        terms[i] = ND_EVERY;
    terms[axis] = ND_RANGE(0, 1);
    const nd_array *const others = nd_slice_terms(array, axis + 1, terms);
    if (!others)
        return NULL;
    int axes[ND_MAX_RANK];
    const int *const order = ndi_order_like(others, 0, false, axes);
    if (method && axis < array->rank - 1 && lines >= 16 && array->size / s.count >= 4096) {
        nd_array *const result =
            ndi_make("reduceat", resolution.result, shape.rank, shape.length, order, false);
        return result && reduce_rows(&s, method->row, array, axis, result) ? result : NULL;
    }
    if (method) {
        s.reducer = &s.kernels->reduce[method->kind][s.dtype];
        s.state = s.reducer->state[0];
    }
    s.serial = s.kernels->serial[op][s.dtype];
    s.is_serial = s.state == s.dtype && op != ND_OP_logical_and && op != ND_OP_logical_or;
    s.source = nd_move_axis(ndi_in_dtype(array, s.dtype), axis, -1);
    if (!s.source || !ndi_force(s.source))
        return NULL;
    shape = nd_shape_like(s.source);
    shape.length[shape.rank - 1] = s.count;
    s.result = ndi_make("reduceat", s.state, shape.rank, shape.length, NULL, false);
    if (!s.result)
        return NULL;
    const int64_t each = s.length / s.count + 4;
    ndi_parallel_for((size_t)(lines * s.count), (size_t)(1 + GRAIN_ELEMENTS / each), reduce_slices,
                     &s);
    return ndi_in_dtype(ndi_in_order(nd_move_axis(s.result, -1, axis), order), resolution.result);
}

nd_array *nd_reduceat(nd_op op, const nd_array *array, const nd_array *indices, int axis)
{
    nd_array *result = NULL;
    if (!array || !indices)
        return NULL;
    if ((axis = ndi_normalize_axis("reduceat", axis, array->rank)) < 0)
        return NULL;
    if (indices->rank != 1 || nd_dtype_kind((nd_dtype)indices->dtype) > ND_KIND_UNSIGNED ||
        indices->dtype == ND_BOOL)
        return ndi_fail(ND_ERROR_INDEX, "reduceat: indices must be integers with one axis");
    ND_SCOPE {
        result = nd_retain(reduceat(op, array, indices, axis));
    }
    return ndi_register(result);
}
