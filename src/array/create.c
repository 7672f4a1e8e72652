/* Making arrays: empty and constant ones, the identity, and arrays over or from the caller's
 * memory. Ranges are pending where they are large: engine/ranges.c. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "base/cpu.h"
#include "base/pool.h"

enum { COPY_GRAIN = 1 << 20 }; /* bytes that are worth a part of their own on another thread */

/* ---- Constants ------------------------------------------------------------------------------- */

nd_array *nd_empty(nd_dtype dtype, nd_shape shape)
{
    return ndi_make("empty", dtype, shape.rank, shape.length, NULL, false);
}

nd_array *nd_empty_fortran(nd_dtype dtype, nd_shape shape)
{
    int order[ND_MAX_RANK] = {0};
    for (int i = 0; i < shape.rank && i < ND_MAX_RANK; i++)
        order[i] = shape.rank - 1 - i;
    return ndi_make("empty_fortran", dtype, shape.rank, shape.length, order, false);
}

nd_array *ndi_empty_as(const nd_array *like, nd_dtype dtype, nd_shape shape)
{
    return nd_is_fortran_contiguous(like) && !nd_is_contiguous(like)
               ? nd_empty_fortran(dtype, shape)
               : nd_empty(dtype, shape);
}

nd_array *nd_zeros(nd_dtype dtype, nd_shape shape)
{
    return ndi_make("zeros", dtype, shape.rank, shape.length, NULL, true);
}

/* Elements that are all alike: a block that memcpy, which knows the CPU's widest stores,
 * repeats from the level 1 cache. Whole elements of any size, and short of what memcpy hands over
 * to slower instructions. */
enum { BLOCK_BYTES = 1920 };

typedef struct pattern {
    char *data;
    char block[BLOCK_BYTES];
} pattern;

static void repeat_block(void *context, size_t begin, size_t end)
{
    const pattern *const p = context;
    for (size_t at = begin * BLOCK_BYTES; at < end * BLOCK_BYTES; at += BLOCK_BYTES)
        memcpy(p->data + at, p->block, BLOCK_BYTES);
}

/* For arrays without gaps: the order of the elements does not matter here. */
static nd_array *with_ones(nd_array *array)
{
    if (!array)
        return NULL;
    pattern p = {.data = array->data};
    const size_t item = nd_dtype_size((nd_dtype)array->dtype), bytes = nd_bytes(array);
    const size_t blocks = bytes / BLOCK_BYTES, filled = bytes < BLOCK_BYTES ? bytes : BLOCK_BYTES;
    ndi_store_scalar(nd_operand_int(1), (nd_dtype)array->dtype, p.block);
    for (size_t done = item; done < filled; done *= 2)
        memcpy(p.block + done, p.block, done < filled - done ? done : filled - done);
    ndi_parallel_for(blocks, COPY_GRAIN / BLOCK_BYTES, repeat_block, &p);
    memcpy(array->data + blocks * BLOCK_BYTES, p.block, bytes % BLOCK_BYTES);
    return array;
}

nd_array *nd_ones(nd_dtype dtype, nd_shape shape)
{
    return with_ones(ndi_make("ones", dtype, shape.rank, shape.length, NULL, false));
}

static nd_array *make_like(const char *operation, const nd_array *prototype, bool zeroed)
{
    int order[ND_MAX_RANK];
    if (!prototype)
        return NULL;
    const bool c_order = prototype->contiguous;
    if (!c_order)
        ndi_axis_order(prototype, order);
    return ndi_make(operation, (nd_dtype)prototype->dtype, prototype->rank, prototype->lengths,
                    c_order ? NULL : order, zeroed);
}

nd_array *nd_empty_like(const nd_array *prototype)
{
    return make_like("empty_like", prototype, false);
}

nd_array *nd_zeros_like(const nd_array *prototype)
{
    return make_like("zeros_like", prototype, true);
}

nd_array *nd_ones_like(const nd_array *prototype)
{
    return with_ones(make_like("ones_like", prototype, false));
}

nd_array *nd_eye(nd_dtype dtype, int64_t rows, int64_t columns, int64_t diagonal)
{
    nd_array *array = ndi_make("eye", dtype, 2, (const int64_t[]){rows, columns}, NULL, true);
    if (!array)
        return NULL;
    const size_t item = nd_dtype_size(dtype);
    _Alignas(16) char one[16];
    ndi_store_scalar(nd_operand_int(1), dtype, one);
    int64_t row = diagonal < 0 && diagonal > -rows ? -diagonal : 0;
    if (diagonal <= -rows || diagonal >= columns)
        row = rows;
    for (; row < rows && row + diagonal < columns; row++)
        memcpy(array->data + (size_t)(row * columns + row + diagonal) * item, one, item);
    return array;
}

/* ---- The caller's memory --------------------------------------------------------------------- */

typedef struct copying {
    char *target;
    const char *source;
} copying;

static void copy_range(void *context, size_t begin, size_t end)
{
    const copying *const c = context;
    memcpy(c->target + begin, c->source + begin, end - begin);
}

static void *fail_no_data(const char *operation, int64_t size, nd_dtype dtype)
{
    return ndi_fail(ND_ERROR_ARGUMENT, "%s: data is NULL; it must hold %" PRId64 " elements of %s",
                    operation, size, nd_dtype_name(dtype));
}

nd_array *nd_from_data(nd_dtype dtype, nd_shape shape, const void *data)
{
    nd_array *array = ndi_make("from_data", dtype, shape.rank, shape.length, NULL, false);
    if (!array)
        return NULL;
    if (!data && array->size > 0) {
        fail_no_data("from_data", array->size, dtype);
        ndi_drop(array);
        return NULL;
    }
    copying c = {array->data, data};
    ndi_parallel_for(nd_bytes(array), COPY_GRAIN, copy_range, &c);
    return array;
}

/* Kernels read elements by typed pointers. */
static bool is_aligned(nd_dtype dtype, int rank, const int64_t *lengths, const int64_t *strides,
                       const void *data)
{
    const size_t item = nd_dtype_size(dtype);
    const uintptr_t mask = (nd_dtype_kind(dtype) == ND_KIND_COMPLEX ? item / 2 : item) - 1;
    uintptr_t bits = (uintptr_t)data;
    for (int i = 0; i < rank; i++)
        if (lengths[i] > 1)
            bits |= (uintptr_t)strides[i];
    return (bits & mask) == 0;
}

nd_array *nd_borrow(nd_dtype dtype, nd_shape shape, const int64_t *strides, void *data,
                    bool writeable, void (*release)(void *context), void *context)
{
    int64_t c_order[ND_MAX_RANK];
    char text[NDI_SHAPE_TEXT];
    int64_t low, high;
    if (!ndi_check_shape("borrow", dtype, shape.rank, shape.length))
        return NULL;
    const int64_t size = ndi_count_elements(shape.rank, shape.length, nd_dtype_size(dtype));
    if (!data && size > 0)
        return fail_no_data("borrow", size, dtype);
    if (!strides) {
        ndi_contiguous_strides(shape.rank, shape.length, nd_dtype_size(dtype), c_order);
        strides = c_order;
    }
    if (!nd_extent(dtype, shape, strides, &low, &high))
        return ndi_fail(ND_ERROR_VALUE,
                        "borrow: strides %s reach beyond the address space; they are in bytes",
                        ndi_shape_text(text, shape.rank, strides));
    if (size > 0 && !is_aligned(dtype, shape.rank, shape.length, strides, data))
        return ndi_fail(
            ND_ERROR_ARGUMENT,
            "borrow: data at %p with strides %s is not aligned for %s; copy it to aligned memory",
            data, ndi_shape_text(text, shape.rank, strides), nd_dtype_name(dtype));

    static char nothing[16]; /* arrays with data are those that need no computing */
    ndi_storage *storage = ndi_storage_foreign(data, writeable, NULL, context);
    if (!storage)
        return NULL;
    atomic_init(&storage->exported, true);
    nd_array *array = ndi_new_on_storage(storage, dtype, shape.rank, shape.length, strides,
                                         data ? data : nothing);
    if (array) /* only now: on failure the memory stays the caller's */
        storage->release = release;
    return array;
}
