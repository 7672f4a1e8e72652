/* The elementwise operations and the casts in every form; found through the table, so that a new
 * row is tested. */
#include <math.h>
#include <string.h>

#include <ndstream/nd.h>

#include "array/dtype.h"
#include "forms.h"

/* ---- Operations ------------------------------------------------------------------------------ */

/* The pairs of an operation and the dtype its kernel computes in, each once. */
static size_t visit_pairs(size_t wanted, nd_op *found, ndi_resolution *resolution)
{
    size_t at = 0;
    for (nd_op op = 0; op < ND_OP_COUNT; op++) {
        if (ndi_op_rows[op].info.op_class > ND_CLASS_TERNARY)
            continue;
        unsigned seen = 0;
        for (nd_dtype dtype = 0; dtype < ND_DTYPE_COUNT; dtype++) {
            ndi_resolution of;
            if (!(ndi_op_rows[op].takes & NDI_BIT(dtype)) || !ndi_resolve_dtype(op, dtype, &of) ||
                seen & NDI_BIT(of.kernel))
                continue;
            seen |= NDI_BIT(of.kernel);
            if (at++ == wanted) {
                *found = op;
                *resolution = of;
                return at;
            }
        }
    }
    return at;
}

size_t check_pairs(void)
{
    nd_op op;
    ndi_resolution resolution;
    return visit_pairs(SIZE_MAX, &op, &resolution);
}

bool check_pair(size_t task, nd_op *op, ndi_resolution *resolution)
{
    return visit_pairs(task, op, resolution) == task + 1;
}

bool check_approximate(nd_op op, nd_dtype dtype)
{
    const ndi_op_row *row = &ndi_op_rows[op];
    /* The floor of a quotient is inexact, but made of the same exact steps everywhere. */
    return !(row->properties & NDI_EXACT) && row->info.ulp > 0.5 && op != ND_OP_floor_divide &&
           (dtype == ND_FLOAT32 || dtype == ND_FLOAT64);
}

static void run_pair(size_t task)
{
    nd_op op;
    ndi_resolution resolution;
    if (!check_pair(task, &op, &resolution))
        return;
    const ndi_op_row *row = &ndi_op_rows[op];
    check_subject subject = {.arguments = row->info.arguments, .out = resolution.kernel_result};
    for (int i = 0; i < subject.arguments; i++) {
        const nd_dtype apart = ndi_apart_dtype(row, i);
        subject.in[i] = apart != ND_DTYPE_NONE ? apart : resolution.kernel;
    }
    subject.cancels = (row->properties & NDI_CANCELS) != 0;
    if (check_approximate(op, resolution.kernel))
        subject.tolerance = ceil(2 * row->info.ulp);
    for (int isa = 0; isa < check_isas; isa++) {
        subject.kernel[isa] = check_kernels[isa].elementwise[op][resolution.kernel];
        subject.streaming[isa] = check_kernels[isa].streaming[op][resolution.kernel];
        subject.cases[isa] =
            check_begin("%s %s, %s", row->info.name, nd_dtype_name(resolution.kernel),
                        ndi_isa_name((ndi_isa)isa));
    }
    check_reseed(subject.cases[0].name);
    check_forms(&subject);
    for (int isa = 0; isa < check_isas; isa++)
        check_end(&subject.cases[isa]);
}

const check_part check_elementwise = {"elementwise", check_pairs, run_pair};

/* ---- Comparison of int64 with uint64 --------------------------------------------------------- */

static size_t count_mixed(void)
{
    return 2 * ND_OP_COUNT;
}

static void run_mixed(size_t task)
{
    const nd_op op = (nd_op)(task / 2);
    const int order = (int)(task % 2);
    if (!ndi_op_rows[op].compares)
        return;
    check_subject subject = {.arguments = 2, .out = ND_BOOL, .in = {ND_INT64, ND_UINT64}};
    subject.in[order] = ND_INT64;
    subject.in[1 - order] = ND_UINT64;
    for (int isa = 0; isa < check_isas; isa++) {
        subject.kernel[isa] = check_kernels[isa].compare_mixed[op][order];
        subject.cases[isa] = check_begin("%s of %s and %s, %s", ndi_op_rows[op].info.name,
                                         nd_dtype_name(subject.in[0]), nd_dtype_name(subject.in[1]),
                                         ndi_isa_name((ndi_isa)isa));
    }
    check_reseed(subject.cases[0].name);
    check_forms(&subject);
    for (int isa = 0; isa < check_isas; isa++)
        check_end(&subject.cases[isa]);
}

const check_part check_mixed = {"mixed", count_mixed, run_mixed};

/* ---- Casts ----------------------------------------------------------------------------------- */

static size_t count_casts(void)
{
    return ND_DTYPE_COUNT * ND_DTYPE_COUNT;
}

static void run_cast(size_t task)
{
    const nd_dtype to = (nd_dtype)(task / ND_DTYPE_COUNT), from = (nd_dtype)(task % ND_DTYPE_COUNT);
    check_subject subject = {.arguments = 1, .out = to, .in = {from}};
    for (int isa = 0; isa < check_isas; isa++) {
        subject.kernel[isa] = check_kernels[isa].cast[to][from];
        subject.streaming[isa] = check_kernels[isa].streaming_cast[to][from];
        subject.cases[isa] = check_begin("cast %s to %s, %s", nd_dtype_name(from),
                                         nd_dtype_name(to), ndi_isa_name((ndi_isa)isa));
    }
    check_reseed(subject.cases[0].name);
    check_forms(&subject);
    for (int isa = 0; isa < check_isas; isa++)
        check_end(&subject.cases[isa]);
}

const check_part check_casts = {"casts", count_casts, run_cast};
