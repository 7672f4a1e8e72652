/* The rows of the table at run time, and which dtypes an operation computes in and returns. */
#ifndef NDSTREAM_OPS_RESOLVE_H
#define NDSTREAM_OPS_RESOLVE_H

#include <ndstream/ops.h>

/* Properties of a row. */
enum {
    NDI_COMMUTES = 1,
    NDI_EXACT = 2,
    NDI_MONOTONE = 4,
    NDI_CANCELS = 8,
    NDI_HALVES = 16,
    NDI_BUSY = 32,
    NDI_SLOW = 64,
    NDI_SLOWEST = NDI_BUSY | NDI_SLOW,
    NDI_FILLS = 128,
    NDI_ALL_FILL = 256 | NDI_FILLS
};

typedef enum ndi_identity { NDI_IDENTITY_NONE, NDI_IDENTITY_ZERO, NDI_IDENTITY_ONE } ndi_identity;

typedef enum ndi_returns {
    NDI_RETURNS_SAME,
    NDI_RETURNS_TRUTH,
    NDI_RETURNS_REAL,
    NDI_RETURNS_INDEX,
    NDI_RETURNS_BYTE,
    NDI_RETURNS_EXPONENT
} ndi_returns;

/* An argument that takes no part in promotion. */
typedef enum ndi_apart { NDI_APART_NONE, NDI_APART_CONDITION, NDI_APART_INTEGER } ndi_apart;

typedef struct ndi_op_row {
    nd_op_info info; /* the public part */
    uint16_t takes;  /* set of dtypes, NDI_BIT each */
    uint8_t computes;
    uint8_t returns;
    uint8_t identity;
    uint16_t properties;
    uint8_t apart;
    bool compares; /* equal, less, ...: exact between uint64 and signed integers */
} ndi_op_row;

extern const ndi_op_row ndi_op_rows[ND_OP_COUNT];

/* What an operation does with its arguments: each is converted to `kernel`, the kernel gives
 * `kernel_result`, which is converted to `result`. `dtype` is what NumPy would compute in; it
 * differs from `kernel` for the half floats, which have no kernels and go through float32. */
typedef struct ndi_resolution {
    nd_dtype dtype, kernel, kernel_result, result;
    bool mixed; /* a comparison of uint64 with a signed integer: the kernel takes one as uint64, the
                   other as int64 */
} ndi_resolution;

/* False, with ND_ERROR_DTYPE or ND_ERROR_VALUE kept, if the operation does not take the arguments.
 */
bool ndi_resolve(nd_op op, int count, const nd_operand *arguments, ndi_resolution *resolution);

/* The same for one promoted dtype: reductions, and calls whose dtypes are known. */
bool ndi_resolve_dtype(nd_op op, nd_dtype dtype, ndi_resolution *resolution);

/* The dtype of that kind of argument of a mixed comparison: uint64, else int64. */
nd_dtype ndi_mixed_dtype(nd_operand argument);

/* The dtype that the kernel takes an argument in if it takes no part in promotion, else
 * ND_DTYPE_NONE. */
static inline nd_dtype ndi_apart_dtype(const ndi_op_row *row, int argument)
{
    return row->apart == NDI_APART_CONDITION && argument == 0 ? ND_BOOL
           : row->apart == NDI_APART_INTEGER && argument == 1 ? ND_INT64
                                                              : ND_DTYPE_NONE;
}

/* float32 for the half floats, else the dtype itself. */
nd_dtype ndi_kernel_dtype(nd_dtype dtype);

/* The real dtype of a complex one, else the dtype itself. */
nd_dtype ndi_real_dtype(nd_dtype dtype);

#endif
