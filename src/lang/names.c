/* What names stand for, and what somebody may have meant by one that is unknown. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "array/array.h"
#include "lang/evaluate.h"
#include "lang/functions.h"

static const struct {
    const char *name;
    double value;
} constants[] = {
    {"pi", 3.14159265358979323846},
    {"e", 2.71828182845904523536},
    {"inf", INFINITY},
    {"nan", NAN},
};

/* ---- Unknown names --------------------------------------------------------------------------- */

enum { LONGEST_GUESSED = 32 };

/* Letters to insert, delete, replace or swap with their neighbour that make one name the other. */
static int distance(const char *a, const char *b)
{
    const size_t m = strlen(a), n = strlen(b);
    int rows[3][LONGEST_GUESSED + 1];
    if (m > LONGEST_GUESSED || n > LONGEST_GUESSED)
        return LONGEST_GUESSED;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= m; i++) {
        int *row = rows[i % 3], *above = rows[(i - 1) % 3], *over = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= n; j++) {
            int least = above[j - 1] + (a[i - 1] != b[j - 1]);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                over[j - 2] + 1 < least)
                least = over[j - 2] + 1;
            row[j] = least;
        }
    }
    return rows[m % 3][n];
}

typedef struct guess {
    const char *wanted, *best;
    int least;
} guess;

static void consider(void *context, const char *name)
{
    guess *g = context;
    const int d = distance(g->wanted, name);
    if (d < g->least) {
        g->least = d;
        g->best = name;
    }
}

/* "; the arrays are x, y" */
static void list_arrays(const ndi_evaluation *e, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "; the arrays are");
    for (int i = 0; i < e->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : "", e->names[i]);
}

void ndi_unknown_name(const ndi_evaluation *e, size_t at, const char *what, const char *name)
{
    const bool of_value = strcmp(what, "name") == 0;
    guess g = {.wanted = name, .least = (int)(strlen(name) / 3) + 1};
    for (int i = 0; i < e->count && of_value; i++)
        consider(&g, e->names[i]);
    for (size_t i = 0; i < sizeof constants / sizeof *constants && of_value; i++)
        consider(&g, constants[i].name);
    for (int dtype = 0; dtype < ND_DTYPE_COUNT; dtype++)
        consider(&g, nd_dtype_name((nd_dtype)dtype));
    ndi_each_function(consider, &g);
    char rest[160] = "";
    const char *const why = of_value ? NULL : ndi_why_absent(name);
    if (why)
        snprintf(rest, sizeof rest, " here: %s", why);
    else if (g.best)
        snprintf(rest, sizeof rest, "; is '%s' meant?", g.best);
    else if (e->count > 0 && of_value)
        list_arrays(e, rest, sizeof rest);
    ndi_text_fail(e->text, at, ND_ERROR_ARGUMENT, "there is no %s '%s'%s", what, name, rest);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static int variable_of(const ndi_evaluation *e, const char *name)
{
    for (int i = 0; i < e->count; i++)
        if (strcmp(e->names[i], name) == 0)
            return i;
    return -1;
}

bool ndi_is_module(const ndi_evaluation *e, const ndi_syntax *node)
{
    return node->kind == NDI_NAME &&
           (strcmp(node->text, "np") == 0 || strcmp(node->text, "nd") == 0) &&
           variable_of(e, node->text) < 0;
}

bool ndi_is_linalg(const ndi_evaluation *e, const ndi_syntax *node)
{
    if (node->kind == NDI_ATTRIBUTE)
        return strcmp(node->attribute.name, "linalg") == 0 &&
               ndi_is_module(e, node->attribute.object);
    return node->kind == NDI_NAME && strcmp(node->text, "linalg") == 0 &&
           variable_of(e, node->text) < 0;
}

const char *ndi_operation_named(const ndi_evaluation *e, const ndi_syntax *node)
{
    if (node->kind == NDI_NAME)
        return variable_of(e, node->text) < 0 ? node->text : NULL;
    return node->kind == NDI_ATTRIBUTE && ndi_is_module(e, node->attribute.object)
               ? node->attribute.name
               : NULL;
}

/* A constant or a dtype. */
static bool known_name(const ndi_evaluation *e, const char *name, size_t at, ndi_value *value)
{
    ndi_function function;
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (strcmp(constants[i].name, name) == 0) {
            *value = ndi_value_operand(nd_operand_real(constants[i].value));
            return true;
        }
    if (strcmp(name, "newaxis") == 0) {
        value->kind = NDI_VALUE_NONE;
        return true;
    }
    *value = (ndi_value){.kind = NDI_VALUE_DTYPE, .dtype = ndi_dtype_named(name)};
    if (value->dtype != ND_DTYPE_NONE)
        return true;
    if (ndi_find_function(name, &function))
        ndi_text_fail(e->text, at, ND_ERROR_ARGUMENT,
                      "'%s' is a function: its arguments are missing", name);
    else
        ndi_unknown_name(e, at, "name", name);
    return false;
}

bool ndi_value_of_name(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    const int variable = variable_of(e, node->text);
    if (variable < 0)
        return known_name(e, node->text, node->at, value);
    *value = ndi_value_array(e->arrays[variable]);
    return true;
}

/* ---- Attributes ------------------------------------------------------------------------------ */

static nd_array *matrices_transposed(const nd_array *array)
{
    return nd_swap_axes(array, -1, -2);
}

static const struct {
    const char *name;
    nd_array *(*view)(const nd_array *array);
} views[] = {
    {"T", nd_transpose},
    {"mT", matrices_transposed},
    {"real", nd_real},
    {"imag", nd_imag},
};

static bool shape_value(const ndi_evaluation *e, const nd_array *array, ndi_value *value)
{
    const int rank = nd_rank(array);
    *value = (ndi_value){.kind = NDI_VALUE_TUPLE};
    value->list.count = rank;
    value->list.items = ndi_arena_new(e->arena, (size_t)rank * sizeof(ndi_value));
    for (int i = 0; i < rank && value->list.items; i++)
        value->list.items[i] = ndi_value_integer(nd_lengths(array)[i]);
    return value->list.items != NULL;
}

static const char *const facts[] = {"size", "ndim", "dtype", "shape"};

static void unknown_attribute(const ndi_evaluation *e, size_t at, const char *name)
{
    guess g = {.wanted = name, .least = (int)(strlen(name) / 3) + 1};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        consider(&g, views[i].name);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        consider(&g, facts[i]);
    char rest[64] = "";
    if (g.best)
        snprintf(rest, sizeof rest, "; is '%s' meant?", g.best);
    ndi_text_fail(e->text, at, ND_ERROR_ARGUMENT, "arrays have no attribute '%s'%s", name, rest);
}

/* False, without an error, if arrays have no such attribute; `failed` tells of errors. */
static bool array_attribute(const ndi_evaluation *e, const nd_array *array, const char *name,
                            ndi_value *value, bool *failed)
{
    *failed = false;
    if (strcmp(name, "size") == 0)
        *value = ndi_value_integer(nd_size(array));
    else if (strcmp(name, "ndim") == 0)
        *value = ndi_value_integer(nd_rank(array));
    else if (strcmp(name, "dtype") == 0)
        *value = (ndi_value){.kind = NDI_VALUE_DTYPE, .dtype = nd_dtype_of(array)};
    else if (strcmp(name, "shape") == 0)
        *failed = !shape_value(e, array, value);
    else {
        for (size_t i = 0; i < sizeof views / sizeof *views; i++)
            if (strcmp(views[i].name, name) == 0) {
                *value = ndi_value_array(views[i].view(array));
                *failed = value->operand.array == NULL;
                return true;
            }
        return false;
    }
    return true;
}

bool ndi_value_of_attribute(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    const char *name = node->attribute.name;
    ndi_value object;
    ndi_function function;
    nd_array *array = NULL;
    bool failed;
    if (ndi_is_module(e, node->attribute.object))
        return known_name(e, name, node->at, value);
    if (!ndi_value_of(e, node->attribute.object, &object))
        return false;
    if (!ndi_to_array(&object, "what has attributes", &array)) {
        ndi_text_place(e->text, node->at);
        return false;
    }
    if (array_attribute(e, array, name, value, &failed)) {
        if (failed)
            ndi_text_place(e->text, node->at);
        return !failed;
    }
    if (ndi_find_function(name, &function) && function.method)
        ndi_text_fail(e->text, node->at, ND_ERROR_ARGUMENT,
                      "'%s' is a method: its arguments are missing, .%s()", name, name);
    else
        unknown_attribute(e, node->at, name);
    return false;
}
