/* An operation in place at index arrays, each time a place is named: numpy's ufunc.at. */
#include <string.h>

#include <ndstream/index.h>
#include <ndstream/ops.h>

#include "array/dtype.h"
#include "engine/copy.h"
#include "kernels/kernel.h"
#include "ops/resolve.h"
#include "select/selection.h"
#include "select/values.h"

/* Elements go through the kernel a run of the inner axis at a time: places may repeat, so positions
 * are taken one after the other. */
typedef struct applying {
    ndi_kernel *kernel;
    ndi_kernel *in, *out;    /* conversions, NULL: none */
    ndi_place_kernel *place; /* of single elements without conversion, NULL: none */
    ptrdiff_t size;          /* of an element as the kernel takes it */
    int arguments;
    ndi_nest inner; /* operands: the array, the values */
    ptrdiff_t position_stride;
} applying;

enum { BLOCK = 256 };

static void apply_run(const applying *a, int64_t n, char *array, ptrdiff_t stride, char *values,
                      ptrdiff_t value_stride)
{
    _Alignas(16) char scratch[BLOCK * 16];
    if (!a->in) {
        a->kernel((size_t)n, (char *[]){array, array, values},
                  (ptrdiff_t[]){stride, stride, value_stride});
        return;
    }
    for (int64_t done = 0; done < n; done += BLOCK) {
        const size_t now = (size_t)(n - done < BLOCK ? n - done : BLOCK);
        char *const at = array + done * stride;
        a->in(now, (char *[]){scratch, at}, (ptrdiff_t[]){a->size, stride});
        a->kernel(now, (char *[]){scratch, scratch, values + done * value_stride},
                  (ptrdiff_t[]){a->size, a->size, value_stride});
        a->out(now, (char *[]){at, scratch}, (ptrdiff_t[]){stride, a->size});
    }
}

static void apply(const applying *a, const ndi_selection *s)
{
    const int last = a->inner.rank - 1;
    const int64_t run = a->inner.length[last], runs = a->inner.size / run;
    int64_t offsets[NDI_POSITIONS];
    for (int64_t first = 0; first < s->positions; first += NDI_POSITIONS) {
        const int64_t left = s->positions - first;
        const size_t n = (size_t)(left < NDI_POSITIONS ? left : NDI_POSITIONS);
        int64_t index[ND_MAX_RANK];
        char *at[2];
        ndi_position_offsets(s, first, n, offsets);
        ndi_nest_seek(&a->inner, 0, index, at);
        for (int64_t r = 0; r < runs; r++) {
            char *values = at[1] + first * a->position_stride;
            if (run == 1 && a->place) {
                a->place(n, at[0], offsets, values, a->position_stride);
                if (r + 1 < runs)
                    ndi_nest_next(&a->inner, index, at);
                continue;
            }
            for (size_t i = 0; i < n; i++, values += a->position_stride)
                apply_run(a, run, at[0] + offsets[i], a->inner.stride[0][last], values,
                          a->inner.stride[1][last]);
            if (r + 1 < runs)
                ndi_nest_next(&a->inner, index, at);
        }
    }
}

/* What the operation computes in. */
static bool resolve(nd_op op, const nd_array *array, nd_operand values, ndi_resolution *resolution)
{
    const nd_operand arguments[] = {{.kind = ND_OPERAND_ARRAY, .array = array}, values};
    const nd_op_info *const info = nd_op_describe(op);
    if (!info || info->op_class > ND_CLASS_BINARY) {
        ndi_fail(ND_ERROR_ARGUMENT, "at: operation %d is none of one or two arguments", (int)op);
        return false;
    }
    if (!ndi_resolve(op, info->arguments, arguments, resolution))
        return false;
    if (resolution->mixed) {
        ndi_fail(ND_ERROR_DTYPE, "at: %s of int64 with uint64 is not there; cast one", info->name);
        return false;
    }
    return true;
}

/* The values as the kernel takes them, broadcast to what is selected. */
static const nd_array *kernel_values(const ndi_selection *s, nd_op op, nd_operand values,
                                     const ndi_resolution *resolution)
{
    nd_shape shape;
    const nd_array *given = values.array;
    if (!ndi_selected_shape(s, &shape))
        return NULL;
    const nd_dtype apart = ndi_apart_dtype(&ndi_op_rows[op], 1);
    const bool is_apart = apart != ND_DTYPE_NONE;
    const nd_dtype steps[] = {is_apart ? apart : resolution->dtype,
                              is_apart ? apart : resolution->kernel};
    if (values.kind != ND_OPERAND_ARRAY) {
        nd_array *const one = ndi_new(steps[0], 0, NULL, NULL);
        if (one)
            ndi_store_scalar(values, steps[0], one->data);
        given = one;
    }
    for (int i = 0; given && i < 2; i++)
        if ((nd_dtype)given->dtype != steps[i])
            given = nd_cast(given, steps[i]);
    if (!given || !ndi_force(given))
        return NULL;
    if (ndi_array_overlap(s->array, given) != NDI_APART && !(given = nd_copy(given)))
        return NULL;
    given = ndi_fitting_value("at", given, &shape);
    return given ? nd_broadcast_to(given, shape) : NULL;
}

static bool at(nd_op op, nd_array *array, int count, const nd_index *terms, nd_operand values)
{
    ndi_selection s;
    ndi_resolution resolution;
    if (!resolve(op, array, values, &resolution) || !ndi_force_writeable(array) ||
        !ndi_select(&s, "at", array, count, terms))
        return false;
    for (int i = 0; i < s.count; i++)
        if (ndi_array_overlap(array, s.indices[i].array) != NDI_APART &&
            !(s.indices[i].array = nd_copy(s.indices[i].array)))
            return false;
    const nd_array *given = kernel_values(&s, op, values, &resolution);
    if (!given || !ndi_check_indices(&s))
        return false;
    if (given->size == 0)
        return true;
    const ndi_kernels *const kernels = ndi_kernels_in_use();
    const nd_dtype own = (nd_dtype)array->dtype;
    applying a = {.kernel = kernels->elementwise[op][resolution.kernel],
                  .size = (ptrdiff_t)ndi_dtype_size(resolution.kernel)};
    if (own != resolution.kernel || own != resolution.kernel_result) {
        a.in = kernels->cast[resolution.kernel][own];
        a.out = kernels->cast[own][resolution.kernel_result];
    } else {
        a.place = kernels->place[op][own];
    }
    if (!ndi_selection_beside(&s, given, &a.inner, &a.position_stride)) {
        if (!(given = nd_copy(given)))
            return false;
        ndi_selection_beside(&s, given, &a.inner, &a.position_stride);
    }
    ndi_nest_simplify(&a.inner);
    apply(&a, &s);
    return true;
}

nd_status nd_at_with(nd_op op, nd_array *array, int count, const nd_index *terms, nd_operand values)
{
    const nd_status wrong = ndi_check_target("at", array, values);
    bool done = false;
    if (wrong)
        return wrong;
    ND_SCOPE {
        done = at(op, array, count, terms, values);
    }
    return done ? ND_OK : nd_error();
}

nd_status nd_ufunc_at(nd_op op, nd_array *target, const nd_array *indices, const nd_array *values)
{
    if (!target || !indices)
        return nd_error();
    const nd_op_info *const info = nd_op_describe(op);
    const nd_kind kind = nd_dtype_kind((nd_dtype)indices->dtype);
    if (!info || info->op_class > ND_CLASS_BINARY || info->arguments != (values ? 2 : 1))
        ndi_fail(ND_ERROR_ARGUMENT, "at: operation %d does not take %d arguments", (int)op,
                 values ? 2 : 1);
    else if (target->rank == 0)
        ndi_fail(ND_ERROR_AXIS, "at: the array has no axes");
    else if (kind != ND_KIND_SIGNED && kind != ND_KIND_UNSIGNED)
        ndi_fail(ND_ERROR_DTYPE, "at: indices are integers, not %s",
                 nd_dtype_name((nd_dtype)indices->dtype));
    else
        return nd_at_with(op, target, 1, (nd_index[]){ND_ARRAY(indices)},
                          values ? nd_operand_array(values) : (nd_operand){.kind = ND_OPERAND_INT});
    return nd_error();
}
