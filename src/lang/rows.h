/* How rows of functions are written: functions.c, linalg.c, numeric.c, select.c and sorting.c. */
#ifndef NDSTREAM_LANG_ROWS_H
#define NDSTREAM_LANG_ROWS_H

#include "lang/functions.h"

typedef const ndi_argument *arguments;

/* An axis from an integer of any size; far out of range stays out of range. */
int ndi_axis_of(const ndi_argument *given);

/* An argument, or what stands for one that is not given. */
static inline bool flag_or(const ndi_argument *given, bool otherwise)
{
    return given->given ? given->flag : otherwise;
}
static inline double real_or(const ndi_argument *given, double otherwise)
{
    return given->given ? given->real : otherwise;
}
static inline int64_t integer_or(const ndi_argument *given, int64_t otherwise)
{
    return given->given ? given->integer : otherwise;
}
static inline int axis_or(const ndi_argument *given, int otherwise)
{
    return given->given ? ndi_axis_of(given) : otherwise;
}
static inline nd_axes axes_or_all(const ndi_argument *given)
{
    return given->given ? given->axes : ND_ALL;
}
static inline nd_dtype dtype_or(const ndi_argument *given, nd_dtype otherwise)
{
    return given->given ? given->dtype : otherwise;
}
static inline nd_array *array_or_null(const ndi_argument *given)
{
    return given->given ? given->array : NULL;
}

/* Calls of functions that take arrays and nothing else. */
#define CALL_OF_ONE(name)                                                                          \
    static nd_array *call_##name(arguments a)                                                      \
    {                                                                                              \
        return nd_##name(a[0].array);                                                              \
    }
#define CALL_OF_TWO(name)                                                                          \
    static nd_array *call_##name(arguments a)                                                      \
    {                                                                                              \
        return nd_##name(a[0].array, a[1].array);                                                  \
    }

/* The options among the arguments of a reduction (REDUCTION_PARAMETERS). False with the error kept
 * if it does not take one. */
bool ndi_reduce_options(nd_op op, arguments given, nd_reduce_options *options);

/* NumPy takes the diagonal of the first two axes, nd_diagonal() that of the last two: a view in
 * which the first two are the last. */
nd_array *ndi_first_axes_last(nd_array *array);

/* clang-format off */
#define ARRAY(n)      {.name = n, .kind = NDI_TAKES_ARRAY}
#define OPERAND(n)    {.name = n, .kind = NDI_TAKES_OPERAND}
#define BOUND(n)      {.name = n, .kind = NDI_TAKES_OPERAND, .optional = true}
#define SCALAR(n)     {.name = n, .kind = NDI_TAKES_SCALAR}
#define SCALAR_OR(n)  {.name = n, .kind = NDI_TAKES_SCALAR, .optional = true}
#define INTEGER(n)    {.name = n, .kind = NDI_TAKES_INTEGER}
#define INTEGER_OR(n) {.name = n, .kind = NDI_TAKES_INTEGER, .optional = true}
#define REAL(n)       {.name = n, .kind = NDI_TAKES_REAL}
#define SHAPE         {.name = "shape", .kind = NDI_TAKES_SHAPE}
#define SHAPE_REST    {.name = "shape", .kind = NDI_TAKES_SHAPE, .rest = true}
#define AXES(n)       {.name = n, .kind = NDI_TAKES_AXES, .optional = true}
#define AXES_REST     {.name = "axes", .kind = NDI_TAKES_AXES, .optional = true, .rest = true}
#define DTYPE         {.name = "dtype", .kind = NDI_TAKES_DTYPE, .optional = true}
#define SOME_DTYPE    {.name = "dtype", .kind = NDI_TAKES_DTYPE}
#define KEYWORD(n, k) {.name = n, .kind = NDI_TAKES_##k, .optional = true, .by_keyword = true}
/* Of every reduction and scan; the order is ndi_reduce_options()'s. */
#define REDUCTION_PARAMETERS ARRAY("a"), AXES("axis"), DTYPE, KEYWORD("keepdims", FLAG), \
    KEYWORD("initial", REAL), KEYWORD("where", ARRAY), KEYWORD("ddof", REAL)
#define SCAN_PARAMETERS ARRAY("a"), INTEGER_OR("axis"), DTYPE
#define ROW(name, method, call, ...) \
    {name, method, ND_OP_COUNT, call, NULL, \
     (int)(sizeof((ndi_parameter[]){__VA_ARGS__}) / sizeof(ndi_parameter)), {__VA_ARGS__}}
/* The same for a function with several results, which is no method. */
#define SEVERAL(text, calls, ...) \
    {.name = text, .op = ND_OP_COUNT, .call_several = calls, \
     .count = (int)(sizeof((ndi_parameter[]){__VA_ARGS__}) / sizeof(ndi_parameter)), \
     .parameters = {__VA_ARGS__}}
/* clang-format on */

#endif
