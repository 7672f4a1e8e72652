/* Scans: running sums, products and extremes along one axis.
 *
 * A line is cut into pieces of fixed length. Each piece is reduced, the totals give each piece its
 * carry, and each piece is then scanned from its carry: two sweeps that run on all threads, and the
 * same bits for any number. */
#include <string.h>

#include "base/pool.h"
#include "base/progress.h"
#include "engine/checked.h"
#include "engine/copy.h"
#include "kernels/kernel.h"
#include "ops/resolve.h"

enum { PIECE = 1 << 15, BLOCK = NDI_CHUNK, STATE_BYTES = 16 };

static const struct recipe {
    bool is_scan;
    ndi_reduction reduction;
} recipes[ND_OP_COUNT] = {
#define REDUCTION(name, reduction, finish)
#define REDUCTION_OF_NUMBERS(name, reduction)
#define REDUCTION_SCAN(name, reduction) [ND_OP_##name] = {true, NDI_REDUCE_##reduction},
#include "kernels/reductions.def"
};

typedef struct scan_run {
    const ndi_kernels *kernels;
    ndi_scan_kernel *kernel;
    ndi_reduction reduction;
    nd_dtype in, kernel_dtype, out, state;
    const nd_array *source;
    nd_array *result;
    int axis;
    int64_t length, pieces;
    char *carries; /* [line][piece] states, when a line has several pieces */
    bool totals;   /* first sweep: only the carry is wanted */
    bool stream;   /* results go past the cache */
} scan_run;

static bool is_extreme(const scan_run *run)
{
    return run->reduction == NDI_REDUCE_MIN || run->reduction == NDI_REDUCE_MAX;
}

/* What leaves the first element, at `in`, as it is; for extremes that element itself. */
static void first_carry(const scan_run *run, const char *in, void *carry)
{
    if (is_extreme(run)) {
        run->kernels->cast[run->state][run->in](1, (char *[]){carry, (char *)in},
                                                (ptrdiff_t[]){0, 0});
        return;
    }
    const float neutral = run->reduction == NDI_REDUCE_PROD ? 1 : -0.0f;
    run->kernels->cast[run->state][ND_FLOAT32](1, (char *[]){carry, (char *)&neutral},
                                               (ptrdiff_t[]){0, 0});
}

/* The total of n elements, in the order of the row leaf, which fills vectors. Not for products: in
 * a tree some overflow that do not from the left. */
static void total_of(const scan_run *run, const char *in, ptrdiff_t stride, int64_t n, void *total)
{
    const ndi_reducer *reducer = &run->kernels->reduce[run->reduction][run->kernel_dtype];
    _Alignas(16) char state[STATE_BYTES];
    const ndi_leaf leaf = {
        .data = in, .rows = (size_t)n, .row_stride = stride, .columns = 1, .state = {state, NULL}};
    reducer->row(&leaf);
    reducer->combine(1, (void *[]){total, NULL}, 1, (void *[]){state, NULL}, 1);
}

static void scan_piece(const scan_run *run, char *out, const char *in, int64_t n, void *carry)
{
    const ptrdiff_t in_stride = ndi_strides(run->source)[run->axis];
    const ptrdiff_t out_stride = ndi_strides(run->result)[run->axis];
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(run->kernel_dtype);
    _Alignas(64) char block[BLOCK * 16];
    while (n > 0) {
        const int64_t now = n < BLOCK ? n : BLOCK;
        const char *from = in;
        ptrdiff_t from_stride = in_stride;
        if (run->in != run->kernel_dtype) {
            run->kernels->cast[run->kernel_dtype][run->in](
                (size_t)now, (char *[]){block, (char *)in}, (ptrdiff_t[]){size, in_stride});
            from = block;
            from_stride = size;
        }
        if (run->totals && run->reduction == NDI_REDUCE_PROD) {
            run->kernel((size_t)now, block, size, from, from_stride, carry);
        } else if (run->totals) {
            total_of(run, from, from_stride, now, carry);
        } else if (run->out != run->kernel_dtype) {
            run->kernel((size_t)now, block, size, from, from_stride, carry);
            run->kernels->cast[run->out][run->kernel_dtype]((size_t)now, (char *[]){out, block},
                                                            (ptrdiff_t[]){out_stride, size});
        } else if (run->stream) {
            run->kernel((size_t)now, block, size, from, from_stride, carry);
            run->kernels->stream(out, block, (size_t)(now * size));
        } else {
            run->kernel((size_t)now, out, out_stride, from, from_stride, carry);
        }
        in += now * in_stride;
        out += now * out_stride;
        n -= now;
    }
}

static void scan_tasks(void *context, size_t begin, size_t end)
{
    const scan_run *run = context;
    const nd_array *source = run->source;
    for (size_t task = begin; task < end; task++) {
        const int64_t piece = (int64_t)task % run->pieces, line = (int64_t)task / run->pieces;
        const char *in = source->data;
        char *out = run->result->data;
        int64_t rest = line;
        for (int axis = source->rank - 1; axis >= 0; axis--) {
            if (axis == run->axis)
                continue;
            const int64_t at = rest % ndi_lengths(source)[axis];
            rest /= ndi_lengths(source)[axis];
            in += at * ndi_strides(source)[axis];
            out += at * ndi_strides(run->result)[axis];
        }
        in += piece * PIECE * ndi_strides(source)[run->axis];
        out += piece * PIECE * ndi_strides(run->result)[run->axis];
        const int64_t left = run->length - piece * PIECE, n = left < PIECE ? left : PIECE;
        _Alignas(16) char own[STATE_BYTES];
        void *carry = own;
        if (run->carries)
            carry = run->carries + task * STATE_BYTES;
        if (!run->carries || run->totals || piece == 0)
            first_carry(run, in, carry);
        scan_piece(run, out, in, n, carry);
    }
    if (run->stream)
        run->kernels->stream_end();
}

/* Totals of the pieces become the carries into them. */
static void spread_carries(const scan_run *run, int64_t lines)
{
    for (int64_t line = 0; line < lines; line++) {
        _Alignas(16) char carry[STATE_BYTES], total[STATE_BYTES];
        memcpy(carry, run->carries + line * run->pieces * STATE_BYTES, STATE_BYTES);
        for (int64_t piece = 1; piece < run->pieces; piece++) { /* the first begins by itself */
            char *at = run->carries + (line * run->pieces + piece) * STATE_BYTES;
            memcpy(total, at, STATE_BYTES);
            memcpy(at, carry, STATE_BYTES);
            run->kernels->reduce[run->reduction][run->kernel_dtype].combine(
                1, (void *[]){carry, NULL}, 1, (void *[]){total, NULL}, 1);
        }
    }
}

nd_array *nd_scan(nd_op op, const nd_array *array, int axis, nd_dtype dtype)
{
    if ((unsigned)op >= ND_OP_COUNT || !recipes[op].is_scan)
        return ndi_fail(ND_ERROR_ARGUMENT, "scan: operation %d is no scan", (int)op);
    if (!array || !ndi_force(array))
        return NULL;
    const char *name = ndi_op_rows[op].info.name;
    ndi_resolution resolution;
    if (dtype != ND_DTYPE_NONE && (unsigned)dtype >= ND_DTYPE_COUNT)
        return ndi_fail(ND_ERROR_DTYPE, "%s: %d is no dtype", name, (int)dtype);
    if (array->rank == 0)
        return ndi_fail(ND_ERROR_AXIS, "%s: the array has no axes; reshape it to one first", name);
    axis = ndi_normalize_axis(name, axis, array->rank);
    if (axis < 0 ||
        !ndi_resolve_dtype(op, dtype == ND_DTYPE_NONE ? nd_dtype_of(array) : dtype, &resolution))
        return NULL;
    int order[ND_MAX_RANK];
    ndi_axis_order(array, order);
    const nd_dtype out = dtype == ND_DTYPE_NONE ? resolution.result : dtype;
    if ((op == ND_OP_cumsum || op == ND_OP_cumprod) && ndi_checks(out))
        return ndi_checked_scan(op, array, axis, dtype);
    nd_array *result = ndi_new(out, array->rank, ndi_lengths(array), order);
    if (!result || array->size == 0)
        return result;
    scan_run run = {.kernels = ndi_kernels_in_use(),
                    .reduction = recipes[op].reduction,
                    .in = nd_dtype_of(array),
                    .kernel_dtype = resolution.kernel,
                    .out = out,
                    .source = array,
                    .result = result,
                    .axis = axis,
                    .length = ndi_lengths(array)[axis]};
    run.kernel = run.kernels->scan[run.reduction][run.kernel_dtype];
    run.state = run.kernels->reduce[run.reduction][run.kernel_dtype].state[0];
    run.pieces = (run.length + PIECE - 1) / PIECE;
    const size_t size = nd_dtype_size(out);
    run.stream = out == run.kernel_dtype && ndi_strides(result)[axis] == (int64_t)size &&
                 run.length * (int64_t)size >= 1024 &&
                 (double)array->size * (double)(size + nd_dtype_size(run.in)) >
                     (double)ndi_cpu_caches().last;
    const int64_t lines = array->size / run.length;
    const size_t tasks = (size_t)(lines * run.pieces), grain = 1 + (size_t)(PIECE / run.length);
    bool whole = true;
    if (run.pieces > 1) {
        run.carries = ndi_allocate(tasks * STATE_BYTES);
        if (!run.carries) {
            ndi_drop(result);
            return NULL;
        }
        run.totals = true;
        const ndi_stage outer = ndi_stage_begin(0, 0.5);
        ndi_watch_begin(name);
        ndi_parallel_for(tasks, grain, scan_tasks, &run);
        run.totals = false;
        ndi_stage_end(outer);
        whole = ndi_watch_end();
        if (whole)
            spread_carries(&run, lines);
    }
    if (whole) {
        const ndi_stage outer = ndi_stage_begin(run.pieces > 1 ? 0.5 : 0, 1);
        ndi_watch_begin(name);
        ndi_parallel_for(tasks, grain, scan_tasks, &run);
        whole = ndi_watch_end();
        ndi_stage_end(outer);
    }
    ndi_free(run.carries, tasks * STATE_BYTES);
    if (whole)
        return result;
    ndi_drop(result);
    return NULL;
}

#define DEFINE_UNARY(name)
#define DEFINE_BINARY(name)
#define DEFINE_TERNARY(name)
#define DEFINE_REDUCTION(name)
#define DEFINE_SCAN(name)                                                                          \
    nd_array *nd_##name(const nd_array *array, int axis)                                           \
    {                                                                                              \
        return nd_scan(ND_OP_##name, array, axis, ND_DTYPE_NONE);                                  \
    }
#define ND_OP(name, class, ...) DEFINE_##class(name)
#include "ops/ops.def"
