/* Conversions of values; lists become arrays here. */
#include "lang/value.h"

#include <limits.h>
#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "engine/copy.h"

ndi_value ndi_value_operand(nd_operand operand)
{
    return (ndi_value){.kind = NDI_VALUE_OPERAND, .operand = operand};
}

ndi_value ndi_value_array(nd_array *array)
{
    return ndi_value_operand(nd_operand_array(array));
}

ndi_value ndi_value_integer(int64_t integer)
{
    return ndi_value_operand(nd_operand_int(integer));
}

bool ndi_is_scalar(const ndi_value *value)
{
    return value->kind == NDI_VALUE_OPERAND && value->operand.kind != ND_OPERAND_ARRAY;
}

bool ndi_is_array(const ndi_value *value)
{
    return value->kind == NDI_VALUE_OPERAND && value->operand.kind == ND_OPERAND_ARRAY;
}

const char *ndi_value_words(const ndi_value *value)
{
    switch (value->kind) {
    case NDI_VALUE_OPERAND:
        switch (value->operand.kind) {
        case ND_OPERAND_ARRAY:
            return "an array";
        case ND_OPERAND_BOOL:
            return "a bool";
        case ND_OPERAND_INT:
        case ND_OPERAND_UINT:
            return "an integer";
        case ND_OPERAND_REAL:
            return "a float";
        default:
            return "a complex number";
        }
    case NDI_VALUE_NONE:
        return "None";
    case NDI_VALUE_ELLIPSIS:
        return "...";
    case NDI_VALUE_STRING:
        return "a string";
    case NDI_VALUE_DTYPE:
        return "a dtype";
    case NDI_VALUE_LIST:
        return "a list";
    default:
        return "a tuple";
    }
}

static bool refuse(const ndi_value *value, const char *what, const char *wanted)
{
    if (ndi_is_array(value)) {
        char shape[NDI_SHAPE_TEXT];
        const nd_array *array = value->operand.array;
        ndi_fail(ND_ERROR_ARGUMENT, "%s must be %s, not an array of %s and shape %s", what, wanted,
                 nd_dtype_name(nd_dtype_of(array)),
                 ndi_shape_text(shape, nd_rank(array), nd_lengths(array)));
    } else {
        ndi_fail(ND_ERROR_ARGUMENT, "%s must be %s, not %s", what, wanted, ndi_value_words(value));
    }
    return false;
}

/* ---- Arrays from scalars and lists ----------------------------------------------------------- */

static nd_array *array_of_scalar(nd_operand scalar, nd_dtype dtype)
{
    nd_array *array = ndi_new(dtype, 0, NULL, NULL);
    if (array)
        ndi_store_scalar(scalar, dtype, array->data);
    return array;
}

static bool is_list(const ndi_value *value)
{
    return value->kind == NDI_VALUE_LIST || value->kind == NDI_VALUE_TUPLE;
}

/* Shape and dtype of the array that a nested list makes: lists inside must be alike, as must arrays
 * and their shapes. Lengths are noted on the way to the first element, and compared afterwards. */
typedef struct list_form {
    nd_shape shape;
    nd_dtype dtype; /* ND_DTYPE_NONE: no element yet */
    bool shape_known;
} list_form;

static bool ragged(void)
{
    ndi_fail(ND_ERROR_SHAPE, "the items of a list must all have the same shape");
    return false;
}

static bool add_length(list_form *form, int axis, int64_t length)
{
    if (form->shape_known)
        return (axis < form->shape.rank && form->shape.length[axis] == length) || ragged();
    if (axis == ND_MAX_RANK) {
        ndi_fail(ND_ERROR_SHAPE, "lists are nested more than %d deep", ND_MAX_RANK);
        return false;
    }
    form->shape.length[axis] = length;
    form->shape.rank = axis + 1;
    return true;
}

static bool find_form(const ndi_value *value, int axis, list_form *form)
{
    if (is_list(value)) {
        if (!add_length(form, axis, value->list.count))
            return false;
        for (int i = 0; i < value->list.count; i++)
            if (!find_form(&value->list.items[i], axis + 1, form))
                return false;
        return true;
    }
    if (value->kind != NDI_VALUE_OPERAND)
        return refuse(value, "an item of a list", "a number, an array or a list");
    const nd_array *array = value->operand.array;
    for (int i = 0; i < nd_rank(array); i++)
        if (!add_length(form, axis + i, nd_lengths(array)[i]))
            return false;
    if (form->shape_known && form->shape.rank != axis + nd_rank(array))
        return ragged();
    form->shape_known = true;
    const nd_dtype dtype = array ? nd_dtype_of(array) : ndi_scalar_dtype(value->operand.kind);
    form->dtype = form->dtype == ND_DTYPE_NONE ? dtype : nd_promote(form->dtype, dtype);
    return true;
}

/* Writes the items into an array of their form. */
static bool fill(nd_array *target, const ndi_value *value)
{
    if (!is_list(value)) {
        nd_array *item = NULL;
        return ndi_to_array(value, "an item of a list", &item) && ndi_assign(target, item) == ND_OK;
    }
    bool good = true;
    for (int i = 0; i < value->list.count && good; i++)
        ND_SCOPE {
            nd_array *part = nd_slice(target, ND_INDEX(i));
            good = part && fill(part, &value->list.items[i]);
        }
    return good;
}

static nd_array *array_of_list(const ndi_value *value)
{
    list_form form = {.dtype = ND_DTYPE_NONE};
    if (!find_form(value, 0, &form))
        return NULL;
    nd_array *array = nd_empty(form.dtype == ND_DTYPE_NONE ? ND_FLOAT64 : form.dtype, form.shape);
    return array && fill(array, value) ? array : NULL;
}

bool ndi_to_array(const ndi_value *value, const char *what, nd_array **array)
{
    if (ndi_is_array(value))
        *array = (nd_array *)value->operand.array;
    else if (ndi_is_scalar(value))
        *array = array_of_scalar(value->operand, ndi_scalar_dtype(value->operand.kind));
    else if (value->kind == NDI_VALUE_LIST)
        *array = array_of_list(value);
    else
        return refuse(value, what, "an array, a number or a list");
    return *array != NULL;
}

bool ndi_to_operand(const ndi_value *value, const char *what, nd_operand *operand)
{
    nd_array *array = NULL;
    if (value->kind == NDI_VALUE_OPERAND) {
        *operand = value->operand;
        return true;
    }
    if (!ndi_to_array(value, what, &array))
        return false;
    *operand = nd_operand_array(array);
    return true;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

bool ndi_to_scalar(const ndi_value *value, const char *what, nd_operand *scalar)
{
    if (ndi_is_scalar(value)) {
        *scalar = value->operand;
        return true;
    }
    if (!ndi_is_array(value) || nd_rank(value->operand.array) > 0)
        return refuse(value, what, "a number");
    const nd_array *array = value->operand.array;
    if (!ndi_force(array))
        return false;
    *scalar = ndi_load_scalar(nd_dtype_of(array), array->data);
    return true;
}

bool ndi_to_integer(const ndi_value *value, const char *what, int64_t *integer)
{
    nd_operand scalar = {0};
    const bool number =
        ndi_is_scalar(value) || (ndi_is_array(value) && nd_rank(value->operand.array) == 0);
    if (!number)
        return refuse(value, what, "an integer");
    if (!ndi_to_scalar(value, what, &scalar))
        return false;
    if (scalar.kind != ND_OPERAND_INT && !(scalar.kind == ND_OPERAND_BOOL && ndi_is_scalar(value)))
        return refuse(value, what, "an integer of 64 bits");
    *integer = scalar.value.integer;
    return true;
}

bool ndi_to_real(const ndi_value *value, const char *what, double *real)
{
    nd_operand scalar = {0};
    if (!ndi_to_scalar(value, what, &scalar))
        return false;
    if (scalar.kind == ND_OPERAND_COMPLEX)
        return refuse(value, what, "a real number");
    *real = scalar.kind == ND_OPERAND_REAL   ? scalar.value.real[0]
            : scalar.kind == ND_OPERAND_UINT ? (double)scalar.value.natural
                                             : (double)scalar.value.integer;
    return true;
}

bool ndi_to_flag(const ndi_value *value, const char *what, bool *flag)
{
    if (!ndi_is_scalar(value) ||
        (value->operand.kind != ND_OPERAND_BOOL && value->operand.kind != ND_OPERAND_INT))
        return refuse(value, what, "True or False");
    *flag = value->operand.value.integer != 0;
    return true;
}

/* ---- Dtypes, axes, shapes -------------------------------------------------------------------- */

nd_dtype ndi_dtype_named(const char *name)
{
    static const struct {
        const char *name;
        nd_dtype dtype;
    } others[] = {
        {"bool_", ND_BOOL}, {"int", ND_INT64}, {"float", ND_FLOAT64}, {"complex", ND_COMPLEX128}};
    for (int dtype = 0; dtype < ND_DTYPE_COUNT; dtype++)
        if (strcmp(name, nd_dtype_name((nd_dtype)dtype)) == 0)
            return (nd_dtype)dtype;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i].name) == 0)
            return others[i].dtype;
    return ND_DTYPE_NONE;
}

bool ndi_to_dtype(const ndi_value *value, const char *what, nd_dtype *dtype)
{
    *dtype = value->kind == NDI_VALUE_DTYPE    ? value->dtype
             : value->kind == NDI_VALUE_STRING ? ndi_dtype_named(value->string)
                                               : ND_DTYPE_NONE;
    if (*dtype != ND_DTYPE_NONE)
        return true;
    if (value->kind != NDI_VALUE_STRING)
        return refuse(value, what, "a dtype, for example float32");
    ndi_fail(ND_ERROR_DTYPE, "%s: there is no dtype '%s'", what, value->string);
    return false;
}

/* An integer, or a tuple or list of up to ND_MAX_RANK. */
static bool to_integers(const ndi_value *value, const char *what, int64_t integers[ND_MAX_RANK],
                        int *count)
{
    if (!is_list(value)) {
        *count = 1;
        return ndi_to_integer(value, what, integers);
    }
    if (value->list.count > ND_MAX_RANK) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s has %d items; there are at most %d axes", what,
                 value->list.count, ND_MAX_RANK);
        return false;
    }
    *count = value->list.count;
    for (int i = 0; i < *count; i++)
        if (!ndi_to_integer(&value->list.items[i], what, &integers[i]))
            return false;
    return true;
}

bool ndi_to_axes(const ndi_value *value, const char *what, nd_axes *axes)
{
    int64_t integers[ND_MAX_RANK];
    if (value->kind == NDI_VALUE_NONE) {
        *axes = ND_ALL;
        return true;
    }
    *axes = (nd_axes){.all = false};
    if (!to_integers(value, what, integers, &axes->count))
        return false;
    for (int i = 0; i < axes->count; i++) {
        /* Far out of range stays out of range. */
        const int64_t axis = integers[i];
        axes->axis[i] = axis > INT_MAX ? INT_MAX : axis < INT_MIN ? INT_MIN : (int)axis;
    }
    return true;
}

bool ndi_to_shape(const ndi_value *value, const char *what, nd_shape *shape)
{
    *shape = (nd_shape){.rank = 0};
    return to_integers(value, what, shape->length, &shape->rank);
}

/* ---- For linear algebra ---------------------------------------------------------------------- */

bool ndi_to_text(const ndi_value *value, const char *what, const char **text)
{
    if (value->kind != NDI_VALUE_STRING)
        return refuse(value, what, "a string");
    *text = value->string;
    return true;
}

bool ndi_to_bins(const ndi_value *value, const char *what, ndi_bins *bins)
{
    ndi_value edges = *value;
    *bins = (ndi_bins){NULL, NULL};
    if (edges.kind == NDI_VALUE_TUPLE)
        edges.kind = NDI_VALUE_LIST;
    return value->kind == NDI_VALUE_STRING ? ndi_to_text(value, what, &bins->rule)
                                           : ndi_to_array(&edges, what, &bins->array);
}

bool ndi_to_order(const ndi_value *value, const char *what, nd_norm_order *order)
{
    double p = 0;
    if (value->kind == NDI_VALUE_STRING) {
        const bool nuclear = strcmp(value->string, "nuc") == 0;
        *order = nuclear ? ND_NUCLEAR : ND_FROBENIUS;
        if (nuclear || strcmp(value->string, "fro") == 0 || strcmp(value->string, "f") == 0)
            return true;
        ndi_fail(ND_ERROR_ARGUMENT, "%s must be a number, 'fro' or 'nuc', not '%.20s'", what,
                 value->string);
        return false;
    }
    if (!ndi_to_real(value, what, &p))
        return false;
    *order = ND_ORD(p);
    return true;
}

bool ndi_to_axis_pairs(const ndi_value *value, const char *what, ndi_axis_pairs *pairs)
{
    int64_t count;
    if (is_list(value)) {
        if (value->list.count != 2)
            return refuse(value, what, "an integer, or a list of two lists of axes");
        return ndi_to_axes(&value->list.items[0], what, &pairs->first) &&
               ndi_to_axes(&value->list.items[1], what, &pairs->second);
    }
    if (!ndi_to_integer(value, what, &count))
        return false;
    if (count < 0 || count > ND_MAX_RANK) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s: there are 0 to %d axes, not %lld", what, ND_MAX_RANK,
                 (long long)count);
        return false;
    }
    *pairs = (ndi_axis_pairs){{.count = (int)count}, {.count = (int)count}};
    for (int i = 0; i < (int)count; i++) {
        pairs->first.axis[i] = i - (int)count;
        pairs->second.axis[i] = i;
    }
    return true;
}

bool ndi_to_arrays(const ndi_value *value, const char *what, ndi_arena *arena, ndi_arrays *arrays)
{
    if (!is_list(value))
        return refuse(value, what, "a list of arrays");
    arrays->count = value->list.count;
    arrays->items = ndi_arena_new(arena, (size_t)arrays->count * sizeof *arrays->items);
    for (int i = 0; i < arrays->count; i++) {
        ndi_value item = value->list.items[i];
        if (item.kind == NDI_VALUE_TUPLE)
            item.kind = NDI_VALUE_LIST;
        if (!arrays->items || !ndi_to_array(&item, what, &arrays->items[i]))
            return false;
    }
    return arrays->items != NULL;
}
