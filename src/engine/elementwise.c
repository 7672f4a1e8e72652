/* Elementwise operations: dtypes and shapes are settled, errors raised, and one step is run. */
#include <stdio.h>
#include <string.h>

#include <ndstream/lazy.h>

#include "array/dtype.h"
#include "array/thread.h"
#include "base/pool.h"
#include "base/progress.h"
#include "engine/checked.h"
#include "engine/copy.h"
#include "engine/evaluate.h"
#include "engine/habits.h"
#include "engine/pending.h"
#include "engine/map.h"
#include "engine/rules.h"

/* What broadcasting made of the shapes of a call. */
typedef struct common_shape {
    int rank;
    int64_t length[ND_MAX_RANK];
} common_shape;

static void *shapes_differ(nd_op op, int count, const nd_operand *arguments, int axis_from_end)
{
    char text[NDI_SHAPE_TEXT], shapes[3 * NDI_SHAPE_TEXT] = "", conflict[64] = "";
    size_t used = 0, told = 0;
    const nd_array *column = NULL; /* a 1-d argument that would fit as a column */
    for (int i = 0; i < count; i++) {
        const nd_array *a = arguments[i].array;
        if (arguments[i].kind != ND_OPERAND_ARRAY)
            continue;
        used += (size_t)snprintf(shapes + used, sizeof shapes - used, "%s%s", used ? " and " : "",
                                 ndi_shape_text(text, a->rank, ndi_lengths(a)));
        if (a->rank >= axis_from_end)
            told += (size_t)snprintf(conflict + told, sizeof conflict - told, "%s%lld",
                                     told ? " and " : "",
                                     (long long)ndi_lengths(a)[a->rank - axis_from_end]);
        for (int j = 0; j < count; j++) {
            const nd_array *b = arguments[j].array;
            if (j != i && b && b->rank >= 2 && a->rank == 1 && axis_from_end == 1 &&
                ndi_lengths(a)[0] == ndi_lengths(b)[b->rank - 2])
                column = a;
        }
    }
    return ndi_fail(ND_ERROR_SHAPE, "%s: shapes %s do not broadcast: axis -%d has %s elements%s",
                    ndi_op_rows[op].info.name, shapes, axis_from_end, conflict,
                    column ? "; insert an axis, for example b[:, None], to line them up"
                           : "; lengths must be equal or 1");
}

static bool broadcast(nd_op op, int count, const nd_operand *arguments, common_shape *shape)
{
    shape->rank = 0;
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == ND_OPERAND_ARRAY && arguments[i].array->rank > shape->rank)
            shape->rank = arguments[i].array->rank;
    for (int axis = 0; axis < shape->rank; axis++)
        shape->length[axis] = 1;
    for (int i = 0; i < count; i++) {
        if (arguments[i].kind != ND_OPERAND_ARRAY)
            continue;
        const nd_array *a = arguments[i].array;
        int64_t *length = shape->length + (shape->rank - a->rank);
        for (int axis = 0; axis < a->rank; axis++) {
            const int64_t wanted = ndi_lengths(a)[axis];
            if (length[axis] == 1)
                length[axis] = wanted;
            else if (wanted != 1 && wanted != length[axis]) {
                shapes_differ(op, count, arguments, a->rank - axis);
                return false;
            }
        }
    }
    return true;
}

/* How far an argument steps along an axis of the result, 0 where it repeats. */
static uint64_t step_along(const nd_array *a, const common_shape *shape, int axis)
{
    const int own = axis - (shape->rank - a->rank);
    if (own < 0 || ndi_lengths(a)[own] == 1)
        return 0;
    const int64_t stride = ndi_strides(a)[own];
    return stride < 0 ? -(uint64_t)stride : (uint64_t)stride;
}

typedef struct voters {
    int count;
    const nd_operand *arguments;
    const common_shape *shape;
} voters;

static ndi_axis_vote vote_on_axes(const void *operands, int outer, int inner)
{
    const voters *const v = operands;
    ndi_axis_vote vote = NDI_NO_OPINION;
    for (int i = 0; i < v->count; i++)
        if (v->arguments[i].kind == ND_OPERAND_ARRAY)
            vote = ndi_vote(vote, step_along(v->arguments[i].array, v->shape, outer),
                            step_along(v->arguments[i].array, v->shape, inner));
    return vote;
}

/* The order of axes in memory that the result takes, outermost first: that of its arguments, and C
 * order where they disagree, as NumPy's order='K' has it; NULL for C order. */
static const int *order_like(int count, const nd_operand *arguments, const common_shape *shape,
                             int *order)
{
    const int rank = shape->rank;
    if (rank < 2)
        return NULL;
    for (int i = 0; i < count; i++) {
        const nd_array *a = arguments[i].array;
        if (arguments[i].kind == ND_OPERAND_ARRAY && a->contiguous && a->rank == rank &&
            memcmp(ndi_lengths(a), shape->length, (size_t)rank * sizeof(int64_t)) == 0)
            return NULL;
    }
    ndi_order_axes(rank, vote_on_axes, &(voters){count, arguments, shape}, false, order);
    return order;
}

/* Scalars as elements, twice: as the dtype NumPy gives them (which rounds), and as the kernel takes
 * them. */
typedef struct scalar_elements {
    _Alignas(16) char element[NDI_MAX_OPERANDS - 1][16];
} scalar_elements;

static void *store_scalar(nd_operand scalar, nd_dtype dtype, nd_dtype kernel, void *element)
{
    if (dtype == kernel) {
        ndi_store_scalar(scalar, dtype, element);
    } else {
        _Alignas(16) char rounded[16];
        ndi_store_scalar(scalar, dtype, rounded);
        ndi_kernels_in_use()->cast[kernel][dtype](1, (char *[]){element, rounded},
                                                  (ptrdiff_t[]){0, 0});
    }
    return element;
}

/* The dtype in which the kernel takes an argument. */
static nd_dtype taken_dtype(const ndi_op_row *row, int argument, const nd_operand *arguments,
                            const ndi_resolution *resolution)
{
    if (resolution->mixed)
        return ndi_mixed_dtype(arguments[argument]);
    const nd_dtype apart = ndi_apart_dtype(row, argument);
    return apart != ND_DTYPE_NONE ? apart : resolution->kernel;
}

static ndi_kernel *kernel_of(nd_op op, const nd_operand *arguments,
                             const ndi_resolution *resolution)
{
    const ndi_kernels *kernels = ndi_kernels_in_use();
    return resolution->mixed
               ? kernels->compare_mixed[op][ndi_mixed_dtype(arguments[0]) == ND_UINT64]
               : kernels->elementwise[op][resolution->kernel];
}

static inline bool have_one_shape(const nd_array *a, const nd_array *b)
{
    if (a->rank != b->rank)
        return false;
    for (int axis = 0; axis < a->rank; axis++)
        if (ndi_lengths(a)[axis] != ndi_lengths(b)[axis])
            return false;
    return true;
}

/* What a call needs that needs no nest. */
typedef struct plain_call {
    ndi_kernel *kernel;
    const nd_array *like; /* an array of the shape of the result */
    nd_dtype result;
    char *pointers[NDI_MAX_OPERANDS]; /* of the result once it is there */
    ptrdiff_t strides[NDI_MAX_OPERANDS];
    scalar_elements scalars;
} plain_call;

/* A call needs no nest if its arrays, the output included, are C-contiguous, of one shape, of
 * `most` elements at most and of the dtypes that the kernel takes and gives. */
static inline bool is_plain(nd_op op, int count, const nd_operand *arguments,
                            const ndi_resolution *resolution, int64_t most, const nd_array *out,
                            plain_call *call)
{
    const ndi_op_row *row = &ndi_op_rows[op];
    if (resolution->kernel_result != resolution->result || resolution->dtype != resolution->kernel)
        return false;
    call->like = out;
    if (out && (!out->contiguous || !out->writeable || out->size > most ||
                (nd_dtype)out->dtype != resolution->result || !ndi_is_settled(out)))
        return false;
    for (int i = 0; i < count; i++) {
        const nd_dtype taken = taken_dtype(row, i, arguments, resolution);
        if (arguments[i].kind != ND_OPERAND_ARRAY) {
            call->pointers[i + 1] =
                store_scalar(arguments[i], taken, taken, call->scalars.element[i]);
            call->strides[i + 1] = 0;
            continue;
        }
        const nd_array *const a = arguments[i].array, *const like = call->like;
        if (!a->contiguous || a->size > most || (nd_dtype)a->dtype != taken || !ndi_has_data(a))
            return false;
        if (like && !have_one_shape(a, like))
            return false;
        if (out && a->data != out->data && ndi_array_overlap(out, a) != NDI_APART)
            return false;
        call->like = a;
        call->pointers[i + 1] = a->data;
        call->strides[i + 1] = (ptrdiff_t)ndi_dtype_size(taken);
    }
    if (!call->like)
        return false;
    call->kernel = kernel_of(op, arguments, resolution);
    call->result = resolution->result;
    call->strides[0] = (ptrdiff_t)ndi_dtype_size(resolution->result);
    return true;
}

static nd_array *make_result(nd_op op, const plain_call *call)
{
    return ndi_make(ndi_op_rows[op].info.name, call->result, call->like->rank,
                    ndi_lengths(call->like), NULL, false);
}

/* True if the call was plain and was done; `out` is made if it is NULL. Else it may have been seen
 * on the way that the result waits: see ndi_graph_waits(). */
static bool small_call(nd_op op, int count, const nd_operand *arguments,
                       const ndi_resolution *resolution, nd_array **out, int *waits)
{
    enum { MOST_FILLED = 1 << 18 }; /* a fill is sooner done than planned */
    const int filling = ndi_op_rows[op].properties & NDI_ALL_FILL;
    const bool fills = filling && nd_dtype_kind(resolution->kernel) <=
                                      (filling == NDI_ALL_FILL ? ND_KIND_FLOAT : ND_KIND_UNSIGNED);
    plain_call call;
    if (!is_plain(op, count, arguments, resolution, fills ? MOST_FILLED : ndi_small_elements(),
                  *out, &call))
        return false;
    const int64_t bytes = call.like->size * (int64_t)ndi_dtype_size(resolution->kernel);
    if (!*out && bytes >= NDI_HABITS_FROM && !fills) {
        *waits = ndi_graph_waits(call.kernel, bytes, count, arguments, call.like->size);
        if (*waits != NDI_AT_ONCE)
            return false;
    }
    if (!*out && !(*out = make_result(op, &call)))
        return true;
    call.pointers[0] = (*out)->data;
    call.kernel((size_t)(*out)->size, call.pointers, call.strides);
    return true;
}

/* The operation that a call with such a scalar is, where both compute in the same dtype. */
static nd_op rewritten_call(nd_op op, const nd_operand *arguments, const ndi_resolution *resolution)
{
    const nd_op other = ndi_rules_at_call(op, arguments[1]);
    ndi_resolution own;
    return other != op && arguments[0].kind == ND_OPERAND_ARRAY &&
                   ndi_resolve(other, 1, arguments, &own) && own.dtype == resolution->dtype
               ? other
               : op;
}

/* Whether a quotient is a product, which takes a fraction of the time. Not where `out` may be
 * refused, which is told of the operation that was called. */
static bool is_product(const nd_operand *quotient, const ndi_resolution *resolution,
                       const nd_array *out, nd_operand *product)
{
    const nd_array *const x = quotient[0].kind == ND_OPERAND_ARRAY ? quotient[0].array : NULL;
    product[0] = quotient[0];
    return x && quotient[1].kind != ND_OPERAND_ARRAY &&
           nd_dtype_kind(resolution->dtype) == ND_KIND_FLOAT &&
           (!out || (out->writeable && (nd_dtype)out->dtype == resolution->result &&
                     have_one_shape(out, x))) &&
           ndi_factor_at_call(quotient[1], resolution->dtype, &product[1]);
}

/* Integer powers have no place for a negative exponent: refused before anything is computed. */
static bool exponents_allowed(const ndi_resolution *resolution, nd_operand exponent)
{
    if (nd_dtype_kind(resolution->dtype) != ND_KIND_SIGNED)
        return true;
    bool negative;
    if (exponent.kind != ND_OPERAND_ARRAY) {
        negative = exponent.value.integer < 0;
    } else {
        const nd_kind kind = nd_dtype_kind(nd_dtype_of(exponent.array));
        if (kind != ND_KIND_SIGNED || exponent.array->size == 0)
            return true;
        nd_array *lowest = nd_min(exponent.array, ND_ALL);
        if (!lowest)
            return false;
        negative = nd_item_int64(lowest) < 0;
        ndi_drop(lowest);
    }
    if (negative)
        ndi_fail(ND_ERROR_VALUE,
                 "power: %s to a negative integer power; cast one argument to a float dtype",
                 nd_dtype_name(resolution->dtype));
    return !negative;
}

/* The dtype of an argument, or what is taken if the bytes are the same: those of bools are 0 and 1.
 */
static nd_dtype dtype_as_taken(nd_dtype dtype, nd_dtype taken)
{
    return dtype == ND_BOOL && (taken == ND_INT8 || taken == ND_UINT8) ? taken : dtype;
}

/* Times its traffic that an operation takes beside that. */
static uint8_t effort_of(nd_op op)
{
    static const uint8_t effort[] = {[0] = 0, [NDI_BUSY] = 1, [NDI_SLOW] = 3, [NDI_SLOWEST] = 31};
    return effort[ndi_op_rows[op].properties & NDI_SLOWEST];
}

/* The step of a call, and its scalars as the kernel takes them. Not returned by value: fields that
 * are written one by one and copied at once wait for each other, a tenth of what pending costs. */
static void make_step(ndi_map *step, nd_op op, int count, const nd_operand *arguments,
                      const ndi_resolution *resolution, nd_dtype out, scalar_elements *scalars)
{
    const ndi_op_row *row = &ndi_op_rows[op];
    step->name = row->info.name;
    step->exact = (row->properties & NDI_EXACT) != 0;
    step->effort = effort_of(op);
    step->fast = ndi_this_thread.fast_math;
    step->rewrites = resolution->mixed ? 0 : (uint8_t)(1 + op);
    step->kernel = kernel_of(op, arguments, resolution);
    step->streaming =
        resolution->mixed ? NULL : ndi_kernels_in_use()->streaming[op][resolution->kernel];
    step->arguments = count;
    step->out = out;
    step->computed = resolution->kernel_result;
    step->in_place = false;
    step->habit = 0;
    for (int i = 0; i < count; i++) {
        const nd_dtype taken = taken_dtype(row, i, arguments, resolution);
        step->taken[i] = step->in[i] = taken;
        if (arguments[i].kind == ND_OPERAND_ARRAY)
            step->in[i] = dtype_as_taken(nd_dtype_of(arguments[i].array), taken);
        else
            store_scalar(arguments[i], taken == resolution->kernel ? resolution->dtype : taken,
                         taken, scalars->element[i]);
    }
}

static nd_array *run(const ndi_map *step, const nd_operand *arguments, scalar_elements *scalars,
                     const common_shape *shape, nd_array *out)
{
    ndi_nest nest;
    ndi_nest_begin(&nest, shape->rank, shape->length);
    ndi_nest_add(&nest, out);
    for (int i = 0; i < step->arguments; i++) {
        if (arguments[i].kind == ND_OPERAND_ARRAY)
            ndi_nest_add(&nest, arguments[i].array);
        else
            ndi_nest_add_scalar(&nest, scalars->element[i]);
    }
    ndi_map_run(step, &nest);
    return out;
}

/* The same into an array that nobody has seen: the call may be cancelled, and the array goes. */
static nd_array *run_into_fresh(const ndi_map *step, const nd_operand *arguments,
                                scalar_elements *scalars, const common_shape *shape, nd_array *out)
{
    ndi_watch_begin(step->name);
    run(step, arguments, scalars, shape, out);
    if (ndi_watch_end())
        return out;
    ndi_drop(out);
    return NULL;
}

static bool force_arguments(int count, const nd_operand *arguments)
{
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == ND_OPERAND_ARRAY && !ndi_force(arguments[i].array))
            return false;
    return true;
}

static nd_array *into(nd_op op, int count, const nd_operand *arguments,
                      const ndi_resolution *resolution, const common_shape *shape, nd_array *out)
{
    const char *name = ndi_op_rows[op].info.name;
    if (!out->writeable)
        return ndi_fail(ND_ERROR_READONLY, "%s: the output array is read-only", name);
    if (!nd_can_cast(resolution->result, nd_dtype_of(out), ND_CAST_SAME_KIND))
        return ndi_fail(ND_ERROR_DTYPE,
                        "%s: a %s result does not go into a %s array; cast it first", name,
                        nd_dtype_name(resolution->result), nd_dtype_name(nd_dtype_of(out)));
    if (out->rank != shape->rank ||
        (shape->rank &&
         memcmp(ndi_lengths(out), shape->length, (size_t)shape->rank * sizeof(int64_t)) != 0)) {
        /* NumPy lets the output be larger than the arguments' common shape, never smaller. */
        bool fits = out->rank >= shape->rank;
        for (int axis = 0; fits && axis < shape->rank; axis++) {
            const int64_t have = ndi_lengths(out)[out->rank - shape->rank + axis];
            fits = shape->length[axis] == have || shape->length[axis] == 1;
        }
        char have[NDI_SHAPE_TEXT], need[NDI_SHAPE_TEXT];
        if (!fits)
            return ndi_fail(ND_ERROR_SHAPE, "%s: the output has shape %s, the result %s", name,
                            ndi_shape_text(have, out->rank, ndi_lengths(out)),
                            ndi_shape_text(need, shape->rank, shape->length));
    }
    common_shape whole = {.rank = out->rank};
    memcpy(whole.length, ndi_lengths(out), (size_t)out->rank * sizeof(int64_t));
    scalar_elements scalars;
    ndi_map step;
    make_step(&step, op, count, arguments, resolution, nd_dtype_of(out), &scalars);
    if (!ndi_has_data(out) && ndi_graph_wants(count, arguments, out->size)) {
        if (ndi_graph_replace(&step, arguments, scalars.element, out))
            return out;
        if (!ndi_has_data(out))
            return NULL;
    }
    if (!ndi_force(out))
        return NULL;
    bool copies = false, pending = false, itself = false;
    for (int i = 0; i < count; i++) {
        if (arguments[i].kind != ND_OPERAND_ARRAY)
            continue;
        const nd_array *a = arguments[i].array;
        itself |= a == out;
        pending |= !ndi_has_data(a);
        const ndi_overlap overlap = ndi_array_overlap(out, a);
        step.in_place |= overlap == NDI_IDENTICAL;
        copies |= overlap == NDI_OVERLAPS;
    }
    if (itself && !copies) {
        const int waits =
            ndi_graph_waits(step.kernel, out->size * (int64_t)ndi_dtype_size(resolution->kernel),
                            count, arguments, out->size);
        step.habit = waits == NDI_AT_ONCE ? 0 : (uint16_t)waits;
        const ndi_leave left = waits == NDI_AT_ONCE
                                   ? NDI_STAYS
                                   : ndi_graph_leave(&step, arguments, scalars.element, out);
        if (left != NDI_STAYS)
            return left == NDI_LEFT ? out : NULL;
        step.habit = 0;
    }
    if ((pending || (copies && nd_lazy() > 0)) && out->size > ndi_small_elements())
        return ndi_evaluate_into(&step, arguments, scalars.element, out, false) ? out : NULL;
    if (!ndi_force_writeable(out))
        return NULL;
    for (int i = 0; pending && i < count; i++) /* a view of `out` has its elements by now */
        copies |= arguments[i].kind == ND_OPERAND_ARRAY &&
                  ndi_array_overlap(out, arguments[i].array) == NDI_OVERLAPS;
    if (!force_arguments(count, arguments))
        return NULL;
    if (!copies)
        return run(&step, arguments, &scalars, &whole, out);
    nd_array *fresh = ndi_make(step.name, nd_dtype_of(out), whole.rank, whole.length, NULL, false);
    if (!fresh)
        return NULL;
    step.in_place = false;
    fresh = run_into_fresh(&step, arguments, &scalars, &whole, fresh);
    const bool done = fresh && ndi_copy_elements(out, fresh);
    ndi_drop(fresh);
    return done ? out : NULL;
}

/* A call whose operands may differ in shape and dtype. `waits`: as ndi_graph_waits() says, or
 * NDI_AT_ONCE where it was not asked. */
static nd_array *shaped_call(nd_op op, int count, const nd_operand *arguments,
                             const ndi_resolution *resolution, nd_array *out, int waits)
{
    common_shape shape;
    if (!broadcast(op, count, arguments, &shape))
        return NULL;
    if (out)
        return into(op, count, arguments, resolution, &shape, out);
    int axes[ND_MAX_RANK];
    const int *const order = order_like(count, arguments, &shape, axes);
    scalar_elements scalars;
    ndi_map step;
    make_step(&step, op, count, arguments, resolution, resolution->result, &scalars);
    const int64_t size =
        ndi_count_elements(shape.rank, shape.length, nd_dtype_size(resolution->result));
    if (waits == NDI_AT_ONCE)
        waits = ndi_graph_waits(step.kernel, size * (int64_t)ndi_dtype_size(resolution->kernel),
                                count, arguments, size);
    if (waits != NDI_AT_ONCE) {
        step.habit = (uint16_t)waits;
        return ndi_graph_map(&step, arguments, scalars.element, shape.rank, shape.length, order);
    }
    if (!force_arguments(count, arguments))
        return NULL;
    out = ndi_make(step.name, resolution->result, shape.rank, shape.length, order, false);
    return out ? run_into_fresh(&step, arguments, &scalars, &shape, out) : NULL;
}

static bool is_operation(nd_op op, int count)
{
    if ((unsigned)op < ND_OP_COUNT && ndi_op_rows[op].info.op_class <= ND_CLASS_TERNARY &&
        count == ndi_op_rows[op].info.arguments)
        return true;
    ndi_fail(ND_ERROR_ARGUMENT, "elementwise: no operation %d of %d arguments", (int)op, count);
    return false;
}

nd_array *nd_elementwise(nd_op op, int count, const nd_operand *arguments, nd_array *out)
{
    if (!is_operation(op, count))
        return NULL;
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == ND_OPERAND_ARRAY && !arguments[i].array)
            return NULL;
    ndi_resolution resolution;
    if (!ndi_resolve(op, count, arguments, &resolution))
        return NULL;
    if (op == ND_OP_power) {
        const nd_op other = rewritten_call(op, arguments, &resolution);
        if (other != op)
            return nd_elementwise(other, 1, arguments, out);
        if (!exponents_allowed(&resolution, arguments[1]))
            return NULL;
    }
    nd_operand product[2];
    if (op == ND_OP_divide && is_product(arguments, &resolution, out, product)) {
        op = ND_OP_multiply;
        arguments = product;
    }
    if (ndi_checks(resolution.dtype) && ndi_may_overflow(op))
        return ndi_checked_elementwise(op, count, arguments, out);
    nd_array *small = out;
    int waits = NDI_AT_ONCE;
    if (small_call(op, count, arguments, &resolution, &small, &waits))
        return small;
    return shaped_call(op, count, arguments, &resolution, out, waits);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/* Numbers as operands: strong ones as `stand_ins`, arrays of which only what settles dtypes is
 * there; or, if that is NULL, as arrays of the open scope. */
static bool as_operands(int count, const nd_number *numbers, nd_array *stand_ins,
                        nd_operand *operands)
{
    for (int i = 0; i < count; i++) {
        if (numbers[i].dtype == ND_DTYPE_NONE) {
            operands[i] = numbers[i].value.weak;
            continue;
        }
        if (stand_ins)
            stand_ins[i].dtype = (int8_t)numbers[i].dtype;
        operands[i] = nd_operand_array(
            stand_ins ? &stand_ins[i]
                      : nd_from_data(numbers[i].dtype, ND_SCALAR_SHAPE, numbers[i].value.element));
        if (!operands[i].array)
            return false;
    }
    return true;
}

/* What is rare goes by way of arrays. */
static bool number_by_arrays(nd_op op, int count, const nd_number *numbers, nd_number *result)
{
    bool done = false;
    ND_SCOPE {
        nd_operand operands[NDI_MAX_OPERANDS - 1];
        nd_array *const array = as_operands(count, numbers, NULL, operands)
                                    ? nd_elementwise(op, count, operands, NULL)
                                    : NULL;
        done = array && ndi_force(array);
        if (done) {
            result->dtype = nd_dtype_of(array);
            memcpy(result->value.element, array->data, nd_dtype_size(result->dtype));
        }
    }
    return done;
}

nd_operand nd_number_value(const nd_number *number)
{
    return number->dtype == ND_DTYPE_NONE ? number->value.weak
                                          : ndi_load_scalar(number->dtype, number->value.element);
}

nd_status nd_elementwise_number(nd_op op, int count, const nd_number *arguments, nd_number *result)
{
    if (!is_operation(op, count))
        return nd_error();
    nd_array stand_ins[NDI_MAX_OPERANDS - 1];
    nd_operand operands[NDI_MAX_OPERANDS - 1];
    ndi_resolution resolution;
    as_operands(count, arguments, stand_ins, operands);
    if (!ndi_resolve(op, count, operands, &resolution))
        return nd_error();
    bool rare = ndi_checks(resolution.dtype) && ndi_may_overflow(op);
    if (op == ND_OP_power) {
        const nd_op other = rewritten_call(op, operands, &resolution);
        if (other != op)
            return nd_elementwise_number(other, 1, arguments, result);
        const nd_operand exponent = nd_number_value(&arguments[1]);
        rare |= exponent.kind == ND_OPERAND_INT && exponent.value.integer < 0;
    }
    if (rare)
        return number_by_arrays(op, count, arguments, result) ? ND_OK : nd_error();
    const ndi_kernels *const kernels = ndi_kernels_in_use();
    const ndi_op_row *row = &ndi_op_rows[op];
    _Alignas(16) char element[NDI_MAX_OPERANDS][16];
    char *at[NDI_MAX_OPERANDS];
    const ptrdiff_t strides[NDI_MAX_OPERANDS] = {0};
    for (int i = 0; i < count; i++) {
        const nd_dtype taken = taken_dtype(row, i, operands, &resolution);
        const char *const given = arguments[i].value.element;
        at[i + 1] = element[i + 1];
        if (operands[i].kind != ND_OPERAND_ARRAY)
            store_scalar(operands[i], taken == resolution.kernel ? resolution.dtype : taken, taken,
                         element[i + 1]);
        else if (arguments[i].dtype == taken)
            at[i + 1] = (char *)given;
        else
            kernels->cast[taken][arguments[i].dtype](1, (char *[]){element[i + 1], (char *)given},
                                                     strides);
    }
    result->dtype = resolution.result;
    const bool converts = resolution.kernel_result != resolution.result;
    at[0] = converts ? element[0] : result->value.element;
    kernel_of(op, operands, &resolution)(1, at, strides);
    if (converts)
        kernels->cast[resolution.result][resolution.kernel_result](
            1, (char *[]){result->value.element, element[0]}, strides);
    return ND_OK;
}

/* nd_NAME and nd_NAME_into of every row. */
#define DEFINE_UNARY(name)                                                                         \
    nd_array *(nd_##name)(nd_operand x)                                                            \
    {                                                                                              \
        return nd_elementwise(ND_OP_##name, 1, &x, NULL);                                          \
    }                                                                                              \
    nd_array *(nd_##name##_into)(nd_array * out, nd_operand x)                                     \
    {                                                                                              \
        return out ? nd_elementwise(ND_OP_##name, 1, &x, out) : NULL;                              \
    }
#define DEFINE_BINARY(name)                                                                        \
    nd_array *(nd_##name)(nd_operand x, nd_operand y)                                              \
    {                                                                                              \
        return nd_elementwise(ND_OP_##name, 2, (nd_operand[]){x, y}, NULL);                        \
    }                                                                                              \
    nd_array *(nd_##name##_into)(nd_array * out, nd_operand x, nd_operand y)                       \
    {                                                                                              \
        return out ? nd_elementwise(ND_OP_##name, 2, (nd_operand[]){x, y}, out) : NULL;            \
    }
#define DEFINE_TERNARY(name)                                                                       \
    nd_array *(nd_##name)(nd_operand x, nd_operand y, nd_operand z)                                \
    {                                                                                              \
        return nd_elementwise(ND_OP_##name, 3, (nd_operand[]){x, y, z}, NULL);                     \
    }                                                                                              \
    nd_array *(nd_##name##_into)(nd_array * out, nd_operand x, nd_operand y, nd_operand z)         \
    {                                                                                              \
        return out ? nd_elementwise(ND_OP_##name, 3, (nd_operand[]){x, y, z}, out) : NULL;         \
    }
#define DEFINE_REDUCTION(name)
#define DEFINE_SCAN(name)
#define ND_OP(name, class, ...) DEFINE_##class(name)
#include "ops/ops.def"
#undef ND_OP

/* ---- Two results ----------------------------------------------------------------------------- */

typedef struct pair_run {
    int operands;
    ndi_resolution resolution[2];
    plain_call call[2];
} pair_run;

/* Block by block, so that the second kernel finds the arguments in L1. */
static void run_pair_range(void *context, size_t begin, size_t end)
{
    enum { BLOCK = 1024 };
    const pair_run *const run = context;
    for (size_t at = begin; at < end; at += BLOCK)
        for (int which = 0; which < 2; which++) {
            const plain_call *const call = &run->call[which];
            char *pointers[NDI_MAX_OPERANDS];
            for (int i = 0; i < run->operands; i++)
                pointers[i] = call->pointers[i] + (ptrdiff_t)at * call->strides[i];
            call->kernel(end - at < BLOCK ? end - at : BLOCK, pointers, call->strides);
        }
}

static nd_pair run_pair(const nd_op *op, pair_run *run)
{
    nd_pair pair = {make_result(op[0], &run->call[0]), NULL};
    if (pair.first && !(pair.second = make_result(op[1], &run->call[1]))) {
        ndi_drop(pair.first);
        pair.first = NULL;
    }
    if (!pair.first)
        return pair;
    run->call[0].pointers[0] = pair.first->data;
    run->call[1].pointers[0] = pair.second->data;
    size_t bytes = 0; /* for one element */
    uint8_t effort = 0;
    for (int which = 0; which < 2; which++) {
        bytes += (size_t)run->call[which].strides[0];
        effort = effort_of(op[which]) > effort ? effort_of(op[which]) : effort;
    }
    for (int i = 1; i < run->operands; i++)
        bytes += (size_t)run->call[0].strides[i];
    ndi_parallel_elements((size_t)pair.first->size, bytes, 1 + effort, 512, run_pair_range, run);
    return pair;
}

/* True if both are plain and of arrays that fit the caches. */
static bool are_plain(const nd_op *op, int count, const nd_operand *arguments, pair_run *run)
{
    enum { MOST = 1 << 14 };
    run->operands = 1 + count;
    for (int which = 0; which < 2; which++) {
        ndi_resolution *const resolution = &run->resolution[which];
        if (op[which] == ND_OP_power || !ndi_resolve(op[which], count, arguments, resolution) ||
            (ndi_checks(resolution->dtype) && ndi_may_overflow(op[which])) ||
            !is_plain(op[which], count, arguments, resolution, MOST, NULL, &run->call[which]))
            return false;
    }
    return true;
}

/* As ndi_graph_waits(). */
static int pair_waits(const pair_run *run, int which, int count, const nd_operand *arguments)
{
    const plain_call *const call = &run->call[which];
    const int64_t size = call->like->size,
                  bytes = size * (int64_t)ndi_dtype_size(run->resolution[which].kernel);
    return bytes < NDI_HABITS_FROM ? NDI_AT_ONCE
                                   : ndi_graph_waits(call->kernel, bytes, count, arguments, size);
}

nd_pair nd_elementwise_pair(nd_op first, nd_op second, int count, const nd_operand *arguments)
{
    const nd_op op[] = {first, second};
    nd_array *results[2] = {NULL, NULL};
    int waits[2] = {NDI_AT_ONCE, NDI_AT_ONCE};
    if (!is_operation(first, count) || !is_operation(second, count))
        return (nd_pair){NULL, NULL};
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == ND_OPERAND_ARRAY && !arguments[i].array)
            return (nd_pair){NULL, NULL};
    pair_run run;
    const bool plain = are_plain(op, count, arguments, &run);
    for (int which = 0; plain && which < 2; which++)
        waits[which] = pair_waits(&run, which, count, arguments);
    if (plain && waits[0] == NDI_AT_ONCE && waits[1] == NDI_AT_ONCE)
        return run_pair(op, &run);
    for (int which = 0; which < 2 && (which == 0 || results[0]); which++)
        results[which] = plain ? shaped_call(op[which], count, arguments, &run.resolution[which],
                                             NULL, waits[which])
                               : nd_elementwise(op[which], count, arguments, NULL);
    if (results[0] && !results[1]) {
        ndi_drop(results[0]);
        results[0] = NULL;
    }
    return (nd_pair){results[0], results[1]};
}

#define PAIR_UNARY(name, first, second)                                                            \
    nd_pair(nd_##name)(nd_operand x)                                                               \
    {                                                                                              \
        return nd_elementwise_pair(ND_OP_##first, ND_OP_##second, 1, &x);                          \
    }
#define PAIR_BINARY(name, first, second)                                                           \
    nd_pair(nd_##name)(nd_operand x, nd_operand y)                                                 \
    {                                                                                              \
        return nd_elementwise_pair(ND_OP_##first, ND_OP_##second, 2, (nd_operand[]){x, y});        \
    }
#define ND_PAIR(name, class, first, second, doc) PAIR_##class(name, first, second)
#define ND_NAN(...)
#include "ops/derived.def"
