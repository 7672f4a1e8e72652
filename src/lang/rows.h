/* How rows of functions are written: functions.c and linalg.c. */
#ifndef NDSTREAM_LANG_ROWS_H
#define NDSTREAM_LANG_ROWS_H

#include "lang/functions.h"

typedef const ndi_argument *arguments;

/* An axis from an integer of any size; far out of range stays out of range. */
int ndi_axis_of(const ndi_argument *given);

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
