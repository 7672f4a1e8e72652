/* Rows for selection and shapes: index.h, join.h, arrange.h. */
#include <ndstream/arrange.h>
#include <ndstream/index.h>
#include <ndstream/join.h>

#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "lang/functions.h"
#include "lang/rows.h"

/* What axis=None means: all elements in C order. */
static nd_array *flat_unless(const ndi_argument *axis, nd_array *array)
{
    return axis->given ? array : nd_ravel(array);
}

/* The place of a text in a list that ends with NULL; -1 with an error that lists what there is. */
static int choice_of(const char *what, const ndi_argument *given, const char *const *names)
{
    for (int i = 0; given->given && names[i]; i++)
        if (strcmp(given->text, names[i]) == 0)
            return i;
    if (!given->given)
        return 0;
    ndi_fail(ND_ERROR_ARGUMENT, "%s: there is no '%.20s'; '%s' is the default", what, given->text,
             names[0]);
    return -1;
}

static const char *const index_modes[] = {"raise", "wrap", "clip", NULL};

/* ---- Elements -------------------------------------------------------------------------------- */

static nd_array *call_take(arguments a)
{
    const int mode = choice_of("take: 'mode'", &a[3], index_modes);
    return mode < 0 ? NULL
                    : nd_take(flat_unless(&a[2], a[0].array), a[1].array, axis_or(&a[2], 0),
                              (nd_index_mode)mode);
}

static nd_array *call_take_along_axis(arguments a)
{
    return nd_take_along_axis(a[0].array, a[1].array, axis_or(&a[2], -1));
}

static nd_array *call_compress(arguments a)
{
    return nd_compress(a[0].array, flat_unless(&a[2], a[1].array), axis_or(&a[2], 0));
}

CALL_OF_TWO(extract)

static nd_array *call_choose(arguments a)
{
    const int mode = choice_of("choose: 'mode'", &a[2], index_modes);
    return mode < 0 ? NULL
                    : nd_choose(a[0].array, a[1].arrays.count,
                                (const nd_array *const *)a[1].arrays.items, (nd_index_mode)mode);
}

static nd_array *call_select(arguments a)
{
    if (a[0].arrays.count != a[1].arrays.count)
        return ndi_fail(ND_ERROR_ARGUMENT, "select: %d conditions and %d choices",
                        a[0].arrays.count, a[1].arrays.count);
    return (nd_select)(a[0].arrays.count, (const nd_array *const *)a[0].arrays.items,
                       (const nd_array *const *)a[1].arrays.items,
                       a[2].given ? a[2].operand : nd_operand_int(0));
}

static int call_nonzero(arguments a, nd_array *results[])
{
    return nd_nonzero(a[0].array, results);
}

/* With one argument the places where it is true. */
static int call_where(arguments a, nd_array *results[])
{
    if (a[1].given != a[2].given) {
        ndi_fail(ND_ERROR_ARGUMENT, "where: either both or neither of x and y should be given");
        return 0;
    }
    if (a[1].given) {
        results[0] = (nd_where)(a[0].operand, a[1].operand, a[2].operand);
        return results[0] != NULL;
    }
    if (a[0].operand.kind != ND_OPERAND_ARRAY) {
        ndi_fail(ND_ERROR_ARGUMENT, "where: a number has no places");
        return 0;
    }
    return nd_nonzero(a[0].operand.array, results);
}

CALL_OF_ONE(argwhere)
CALL_OF_ONE(flatnonzero)

static int call_unravel_index(arguments a, nd_array *results[])
{
    return nd_unravel_index(a[0].array, a[1].shape, results);
}

static nd_array *call_ravel_multi_index(arguments a)
{
    const int mode = choice_of("ravel_multi_index: 'mode'", &a[2], index_modes);
    if (a[0].arrays.count != a[1].shape.rank)
        return ndi_fail(ND_ERROR_ARGUMENT, "ravel_multi_index: %d arrays for a shape of rank %d",
                        a[0].arrays.count, a[1].shape.rank);
    return mode < 0 ? NULL
                    : nd_ravel_multi_index((const nd_array *const *)a[0].arrays.items, a[1].shape,
                                           (nd_index_mode)mode);
}

static nd_array *call_indices(arguments a)
{
    return nd_indices(a[1].given ? a[1].dtype : ND_INT64, a[0].shape);
}

static int call_ix(arguments a, nd_array *results[])
{
    return nd_ix(a[0].arrays.count, (const nd_array *const *)a[0].arrays.items, results);
}

/* ---- Joining and splitting ------------------------------------------------------------------- */

static nd_array *call_concatenate(arguments a)
{
    return nd_concatenate(a[0].arrays.count, (const nd_array *const *)a[0].arrays.items,
                          axis_or(&a[1], 0));
}

static nd_array *call_stack(arguments a)
{
    return nd_stack(a[0].arrays.count, (const nd_array *const *)a[0].arrays.items,
                    axis_or(&a[1], 0));
}

#define CALL_JOIN(name)                                                                            \
    static nd_array *call_##name(arguments a)                                                      \
    {                                                                                              \
        return nd_##name(a[0].arrays.count, (const nd_array *const *)a[0].arrays.items);           \
    }
CALL_JOIN(hstack)
CALL_JOIN(vstack)
CALL_JOIN(dstack)
CALL_JOIN(column_stack)

static nd_array *call_append(arguments a)
{
    return nd_append(flat_unless(&a[2], a[0].array), flat_unless(&a[2], a[1].array),
                     axis_or(&a[2], 0));
}

static nd_array *call_insert(arguments a)
{
    return (nd_insert)(flat_unless(&a[3], a[0].array), a[1].array, a[2].operand, axis_or(&a[3], 0));
}

static nd_array *call_delete(arguments a)
{
    return nd_delete(flat_unless(&a[2], a[0].array), a[1].array, axis_or(&a[2], 0));
}

/* A number of parts, or where they begin. */
static int split(const char *operation, const nd_array *array, nd_array *where, int axis,
                 bool equal, nd_array *results[])
{
    where = nd_cast(where, ND_INT64);
    if (!array || !where || !ndi_force(where))
        return 0;
    const int64_t *const at = (const int64_t *)where->data;
    const int64_t parts = where->rank == 0 ? at[0] : where->size + 1;
    if (where->rank > 1 || parts > NDI_MOST_RESULTS) {
        ndi_fail(ND_ERROR_UNSUPPORTED, "%s: expressions have at most %d parts", operation,
                 NDI_MOST_RESULTS);
        return 0;
    }
    if (where->rank == 1)
        return nd_split_at(array, (int)where->size, at, axis, results);
    return (equal ? nd_split : nd_array_split)(array, parts < 0 ? 0 : (int)parts, axis, results);
}

static int call_split(arguments a, nd_array *results[])
{
    return split("split", a[0].array, a[1].array, axis_or(&a[2], 0), true, results);
}

static int call_array_split(arguments a, nd_array *results[])
{
    return split("array_split", a[0].array, a[1].array, axis_or(&a[2], 0), false, results);
}

static int call_hsplit(arguments a, nd_array *results[])
{
    return split("hsplit", a[0].array, a[1].array, nd_rank(a[0].array) > 1, true, results);
}

static int call_vsplit(arguments a, nd_array *results[])
{
    return split("vsplit", a[0].array, a[1].array, 0, true, results);
}

static int call_dsplit(arguments a, nd_array *results[])
{
    return split("dsplit", a[0].array, a[1].array, 2, true, results);
}

/* ---- Repeating and padding ------------------------------------------------------------------- */

static nd_array *call_tile(arguments a)
{
    return nd_tile(a[0].array, a[1].shape);
}

static nd_array *call_repeat(arguments a)
{
    return nd_repeat(flat_unless(&a[2], a[0].array), a[1].array, axis_or(&a[2], 0));
}

static nd_array *call_resize(arguments a)
{
    return nd_resize(a[0].array, a[1].shape);
}

/* A number, a pair or pairs for each axis, as a table of pairs; NULL with the error kept. */
static nd_array *pairs_of(const nd_array *given, int rank)
{
    nd_shape shape = {.rank = 2, .length = {rank, 2}};
    nd_array *const table = nd_copy(nd_broadcast_to(given, shape));
    return table && ndi_force(table) ? table : NULL;
}

static nd_array *call_pad(arguments a)
{
    static const char *const modes[] = {"constant",  "edge",   "linear_ramp", "maximum",
                                        "mean",      "median", "minimum",     "reflect",
                                        "symmetric", "wrap",   "empty",       NULL};
    static const char *const types[] = {"even", "odd", NULL};
    const int mode = choice_of("pad: 'mode'", &a[2], modes);
    const int type = choice_of("pad: 'reflect_type'", &a[6], types);
    const int rank = nd_rank(a[0].array);
    const ndi_argument *const values = mode == ND_PAD_LINEAR_RAMP ? &a[4] : &a[3];
    nd_operand each[2 * ND_MAX_RANK];
    nd_pad_options options = {.odd = type == 1};
    nd_array *const widths = pairs_of(nd_cast(a[1].array, ND_INT64), rank);
    if (mode < 0 || type < 0 || !widths)
        return NULL;
    if (values->given) {
        const nd_array *const table = pairs_of(values->array, rank);
        if (!table)
            return NULL;
        const nd_dtype dtype = nd_dtype_of(table);
        for (int i = 0; i < 2 * rank; i++)
            each[i] = ndi_load_scalar(dtype, table->data + (size_t)i * nd_dtype_size(dtype));
        options.values = each;
    }
    if (a[5].given) {
        const nd_array *const lengths = pairs_of(nd_cast(a[5].array, ND_INT64), rank);
        if (!lengths)
            return NULL;
        options.stat_lengths = (const int64_t *)lengths->data;
    }
    return nd_pad(a[0].array, (const int64_t *)widths->data, (nd_pad_mode)mode, &options);
}

/* ---- Arrangements ---------------------------------------------------------------------------- */

/* One shift serves all axes, and one axis takes all shifts. */
static nd_array *call_roll(arguments a)
{
    int64_t shifts[ND_MAX_RANK];
    int axes[ND_MAX_RANK];
    const nd_shape by = a[1].shape;
    const nd_axes over = a[2].given ? a[2].axes : (nd_axes){.count = 1, .axis = {0}};
    const int count = by.rank > over.count ? by.rank : over.count;
    if (by.rank == 0 || over.count == 0 ||
        (by.rank != over.count && by.rank != 1 && over.count != 1))
        return ndi_fail(ND_ERROR_ARGUMENT, "roll: %d shifts for %d axes", by.rank, over.count);
    for (int i = 0; i < count; i++) {
        shifts[i] = by.length[by.rank == 1 ? 0 : i];
        axes[i] = over.axis[over.count == 1 ? 0 : i];
    }
    if (a[2].given)
        return nd_roll_axes(a[0].array, count, shifts, axes);
    nd_array *const flat = nd_roll_axes(nd_ravel(a[0].array), count, shifts, axes);
    return flat ? nd_reshape(flat, nd_shape_like(a[0].array)) : NULL;
}

static nd_array *call_rot90(arguments a)
{
    if (a[2].given && (a[2].axes.all || a[2].axes.count != 2))
        return ndi_fail(ND_ERROR_AXIS, "rot90: needs two axes");
    return nd_rot90(a[0].array, integer_or(&a[1], 1), a[2].given ? a[2].axes.axis[0] : 0,
                    a[2].given ? a[2].axes.axis[1] : 1);
}

static nd_array *call_fliplr(arguments a)
{
    return nd_flip(a[0].array, ND_AXIS(1));
}

static nd_array *call_flipud(arguments a)
{
    return nd_flip(a[0].array, ND_AXIS(0));
}

#define CALL_VIEW(name)                                                                            \
    static nd_array *call_##name(arguments a)                                                      \
    {                                                                                              \
        return nd_##name(a[0].array);                                                              \
    }
CALL_VIEW(atleast_1d)
CALL_VIEW(atleast_2d)
CALL_VIEW(atleast_3d)

static nd_array *call_tri(arguments a)
{
    return nd_tri(a[3].given ? a[3].dtype : ND_FLOAT64, a[0].integer,
                  integer_or(&a[1], a[0].integer), integer_or(&a[2], 0));
}

static nd_array *call_tril(arguments a)
{
    return nd_tril(a[0].array, integer_or(&a[1], 0));
}

static nd_array *call_triu(arguments a)
{
    return nd_triu(a[0].array, integer_or(&a[1], 0));
}

static int call_tril_indices(arguments a, nd_array *results[])
{
    return nd_tril_indices(a[0].integer, integer_or(&a[2], a[0].integer), integer_or(&a[1], 0),
                           results);
}

static int call_triu_indices(arguments a, nd_array *results[])
{
    return nd_triu_indices(a[0].integer, integer_or(&a[2], a[0].integer), integer_or(&a[1], 0),
                           results);
}

static nd_array *call_diag(arguments a)
{
    return nd_diag(a[0].array, integer_or(&a[1], 0));
}

static nd_array *call_diagflat(arguments a)
{
    return nd_diagflat(a[0].array, integer_or(&a[1], 0));
}

static int call_meshgrid(arguments a, nd_array *results[])
{
    static const char *const indexings[] = {"xy", "ij", NULL};
    const int indexing = choice_of("meshgrid: 'indexing'", &a[1], indexings);
    const nd_meshgrid_options options = {.ij = indexing == 1, .sparse = flag_or(&a[2], false)};
    return indexing < 0 ? 0
                        : nd_meshgrid(a[0].arrays.count, (const nd_array *const *)a[0].arrays.items,
                                      &options, results);
}

static nd_array *call_trim_zeros(arguments a)
{
    const char *const sides = a[1].given ? a[1].text : "fb";
    return nd_trim_zeros(a[0].array, strchr(sides, 'f') != NULL, strchr(sides, 'b') != NULL);
}

/* ---- The rows -------------------------------------------------------------------------------- */

/* clang-format off */
#define ARRAYS(n)    {.name = n, .kind = NDI_TAKES_ARRAYS}
#define ARRAYS_ALL   {.name = "xi", .kind = NDI_TAKES_ARRAYS, .rest = true}
#define TEXT_OR(n)   {.name = n, .kind = NDI_TAKES_TEXT, .optional = true}
#define AXIS_OR      INTEGER_OR("axis")
#define SHAPED(n)    {.name = n, .kind = NDI_TAKES_SHAPE}

static const ndi_function rows[] = {
    ROW("take",          true,  call_take, ARRAY("a"), ARRAY("indices"), AXIS_OR, TEXT_OR("mode")),
    ROW("take_along_axis", false, call_take_along_axis, ARRAY("arr"), ARRAY("indices"), AXIS_OR),
    ROW("compress",      false, call_compress, ARRAY("condition"), ARRAY("a"), AXIS_OR),
    ROW("extract",       false, call_extract, ARRAY("condition"), ARRAY("arr")),
    ROW("choose",        true,  call_choose, ARRAY("a"), ARRAYS("choices"), TEXT_OR("mode")),
    ROW("select",        false, call_select, ARRAYS("condlist"), ARRAYS("choicelist"),
        BOUND("default")),
    {.name = "nonzero", .method = true, .op = ND_OP_COUNT, .call_several = call_nonzero,
     .count = 1, .parameters = {ARRAY("a")}},
    SEVERAL("where",     call_where, {.name = "x", .kind = NDI_TAKES_OPERAND, .by_position = true},
        {.name = "y", .kind = NDI_TAKES_OPERAND, .by_position = true, .optional = true},
        {.name = "z", .kind = NDI_TAKES_OPERAND, .by_position = true, .optional = true}),
    ROW("argwhere",      false, call_argwhere, ARRAY("a")),
    ROW("flatnonzero",   false, call_flatnonzero, ARRAY("a")),
    SEVERAL("unravel_index", call_unravel_index, ARRAY("indices"), SHAPE),
    ROW("ravel_multi_index", false, call_ravel_multi_index, ARRAYS("multi_index"), SHAPED("dims"),
        TEXT_OR("mode")),
    ROW("indices",       false, call_indices, SHAPED("dimensions"), DTYPE),
    SEVERAL("ix_",       call_ix, ARRAYS_ALL),
    ROW("concatenate",   false, call_concatenate, ARRAYS("arrays"), AXIS_OR),
    ROW("concat",        false, call_concatenate, ARRAYS("arrays"), AXIS_OR),
    ROW("stack",         false, call_stack, ARRAYS("arrays"), AXIS_OR),
    ROW("hstack",        false, call_hstack, ARRAYS("tup")),
    ROW("vstack",        false, call_vstack, ARRAYS("tup")),
    ROW("dstack",        false, call_dstack, ARRAYS("tup")),
    ROW("column_stack",  false, call_column_stack, ARRAYS("tup")),
    ROW("append",        false, call_append, ARRAY("arr"), ARRAY("values"), AXIS_OR),
    ROW("insert",        false, call_insert, ARRAY("arr"), ARRAY("obj"), OPERAND("values"),
        AXIS_OR),
    ROW("delete",        false, call_delete, ARRAY("arr"), ARRAY("obj"), AXIS_OR),
    SEVERAL("split",     call_split, ARRAY("ary"), ARRAY("indices_or_sections"), AXIS_OR),
    SEVERAL("array_split", call_array_split, ARRAY("ary"), ARRAY("indices_or_sections"), AXIS_OR),
    SEVERAL("hsplit",    call_hsplit, ARRAY("ary"), ARRAY("indices_or_sections")),
    SEVERAL("vsplit",    call_vsplit, ARRAY("ary"), ARRAY("indices_or_sections")),
    SEVERAL("dsplit",    call_dsplit, ARRAY("ary"), ARRAY("indices_or_sections")),
    ROW("tile",          false, call_tile, ARRAY("A"), SHAPED("reps")),
    ROW("repeat",        true,  call_repeat, ARRAY("a"), ARRAY("repeats"), AXIS_OR),
    ROW("resize",        false, call_resize, ARRAY("a"), SHAPED("new_shape")),
    ROW("pad",           false, call_pad, ARRAY("array"), ARRAY("pad_width"), TEXT_OR("mode"),
        KEYWORD("constant_values", ARRAY), KEYWORD("end_values", ARRAY),
        KEYWORD("stat_length", ARRAY), KEYWORD("reflect_type", TEXT)),
    ROW("roll",          false, call_roll, ARRAY("a"), SHAPED("shift"), AXES("axis")),
    ROW("rot90",         false, call_rot90, ARRAY("m"), INTEGER_OR("k"), AXES("axes")),
    ROW("fliplr",        false, call_fliplr, ARRAY("m")),
    ROW("flipud",        false, call_flipud, ARRAY("m")),
    ROW("atleast_1d",    false, call_atleast_1d, ARRAY("ary")),
    ROW("atleast_2d",    false, call_atleast_2d, ARRAY("ary")),
    ROW("atleast_3d",    false, call_atleast_3d, ARRAY("ary")),
    ROW("tri",           false, call_tri, INTEGER("N"), INTEGER_OR("M"), INTEGER_OR("k"), DTYPE),
    ROW("tril",          false, call_tril, ARRAY("m"), INTEGER_OR("k")),
    ROW("triu",          false, call_triu, ARRAY("m"), INTEGER_OR("k")),
    SEVERAL("tril_indices", call_tril_indices, INTEGER("n"), INTEGER_OR("k"), INTEGER_OR("m")),
    SEVERAL("triu_indices", call_triu_indices, INTEGER("n"), INTEGER_OR("k"), INTEGER_OR("m")),
    ROW("diag",          false, call_diag, ARRAY("v"), INTEGER_OR("k")),
    ROW("diagflat",      false, call_diagflat, ARRAY("v"), INTEGER_OR("k")),
    SEVERAL("meshgrid",  call_meshgrid, ARRAYS_ALL, KEYWORD("indexing", TEXT),
        KEYWORD("sparse", FLAG)),
    ROW("trim_zeros",    false, call_trim_zeros, ARRAY("filt"), TEXT_OR("trim")),
};
/* clang-format on */

bool ndi_find_select_function(const char *name, ndi_function *function)
{
    return ndi_find_row(rows, sizeof rows / sizeof *rows, name, function);
}

void ndi_each_select_function(void (*visit)(void *context, const char *name), void *context)
{
    ndi_each_row(rows, sizeof rows / sizeof *rows, visit, context);
}
