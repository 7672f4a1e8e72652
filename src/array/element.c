/* Reading elements, and the addresses of elements. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "array/array.h"
#include "array/dtype.h"

const void *nd_data(const nd_array *array)
{
    return array && ndi_force(array) ? array->data : NULL;
}

void *nd_data_once(nd_array *array)
{
    char text[NDI_SHAPE_TEXT];
    if (!array || !ndi_force_writeable(array))
        return NULL;
    if (!array->writeable)
        return ndi_fail(ND_ERROR_READONLY,
                        "data: the %s array of shape %s is read-only; write to an nd_copy() of it",
                        nd_dtype_name((nd_dtype)array->dtype),
                        ndi_shape_text(text, array->rank, array->lengths));
    return array->data;
}

void *nd_data_writeable(nd_array *array)
{
    void *data = nd_data_once(array);
    if (data && array->storage)
        atomic_store_explicit(&array->storage->exported, true, memory_order_relaxed);
    return data;
}

void *nd_lend(nd_array *array)
{
    void *data = nd_data_once(array);
    if (data && array->storage)
        atomic_fetch_add_explicit(&array->storage->lent, 1, memory_order_relaxed);
    return data;
}

void nd_lend_done(nd_array *array)
{
    if (array && array->storage)
        atomic_fetch_sub_explicit(&array->storage->lent, 1, memory_order_relaxed);
}

void nd_data_done(nd_array *array)
{
    if (array && array->storage)
        atomic_store_explicit(&array->storage->exported, false, memory_order_relaxed);
}

/* Address of the element at `index`; NULL with the error kept. */
static const char *element_at(const nd_array *array, const int64_t *index)
{
    char text[NDI_SHAPE_TEXT];
    if (!array || !ndi_force(array))
        return NULL;
    if (!index && array->rank > 0)
        return ndi_fail(ND_ERROR_ARGUMENT,
                        "get: the index is NULL; an array of rank %d takes %d numbers", array->rank,
                        array->rank);
    const char *element = array->data;
    for (int i = 0; i < array->rank; i++) {
        const int64_t length = array->lengths[i];
        if (index[i] < -length || index[i] >= length)
            return ndi_fail(ND_ERROR_INDEX,
                            "get: index %" PRId64 " is out of range for axis %d of shape %s",
                            index[i], i, ndi_shape_text(text, array->rank, array->lengths));
        element += (index[i] < 0 ? index[i] + length : index[i]) * ndi_strides(array)[i];
    }
    return element;
}

static const char *only_element(const nd_array *array)
{
    char text[NDI_SHAPE_TEXT];
    if (!array || !ndi_force(array))
        return NULL;
    if (array->size != 1)
        return ndi_fail(ND_ERROR_SHAPE,
                        "item: shape %s has %" PRId64
                        " elements, not one; name the element with nd_get_double()",
                        ndi_shape_text(text, array->rank, array->lengths), array->size);
    return array->data;
}

double nd_get_double(const nd_array *array, const int64_t *index)
{
    const char *element = element_at(array, index);
    return element ? ndi_load_double((nd_dtype)array->dtype, element) : (double)NAN;
}

int64_t nd_get_int64(const nd_array *array, const int64_t *index)
{
    const char *element = element_at(array, index);
    return element ? ndi_load_int64((nd_dtype)array->dtype, element) : 0;
}

double nd_item(const nd_array *array)
{
    const char *element = only_element(array);
    return element ? ndi_load_double((nd_dtype)array->dtype, element) : (double)NAN;
}

int64_t nd_item_int64(const nd_array *array)
{
    const char *element = only_element(array);
    return element ? ndi_load_int64((nd_dtype)array->dtype, element) : 0;
}

nd_view nd_view_of(const nd_array *array, nd_dtype dtype, int rank)
{
    nd_view view;
    char text[NDI_SHAPE_TEXT];
    memset(&view, 0, sizeof view);
    if (!array || !(array->writeable ? ndi_force_writeable(array) : ndi_force(array)))
        return view;
    if (array->dtype != (int)dtype) {
        ndi_fail(ND_ERROR_DTYPE, "view_of: the array is %s, not %s; convert it with nd_cast()",
                 nd_dtype_name((nd_dtype)array->dtype), nd_dtype_name(dtype));
        return view;
    }
    if (array->rank != rank || rank < 1 || rank > 4) {
        ndi_fail(ND_ERROR_SHAPE, "view_of: shape %s has rank %d, not %d; views have rank 1 to 4",
                 ndi_shape_text(text, array->rank, array->lengths), array->rank, rank);
        return view;
    }
    view.data = array->data;
    for (int i = 0; i < rank; i++) {
        view.length[i] = array->lengths[i];
        view.stride[i] = ndi_strides(array)[i];
    }
    return view;
}
