/* Joining steps: functions of one value that share their work, and comparisons of one value with
 * two bounds. */
#include "engine/joins.h"

#include <string.h>

static void remove_step(ndi_program *program, int step)
{
    program->steps--;
    memmove(program->step + step, program->step + step + 1,
            (size_t)(program->steps - step) * sizeof *program->step);
}

/* ---- Twins: two results ---------------------------------------------------------------------- */

const ndi_twins ndi_program_twins[] = {
#define ND_RULE(...)
#define ND_RULE_AT_CALL(...)
#define ND_RULE_TWINS(one, other, both) {ND_OP_##one, ND_OP_##other, offsetof(ndi_kernels, both)},
#include "engine/rules.def"
};

enum { TWINS = sizeof ndi_program_twins / sizeof *ndi_program_twins };

static ndi_kernel *kernel_of_twins(const ndi_twins *row, int dtype)
{
    return ((ndi_kernel *const *)((const char *)ndi_kernels_in_use() + row->both))[dtype];
}

/* The step that gives the other one of what `step` gives; steps if there is none. */
static int find_twin(const ndi_program *program, int first, const ndi_twins *row)
{
    const ndi_kernels *const kernels = ndi_kernels_in_use();
    const ndi_program_step *const step = &program->step[first];
    const int dtype = program->value[step->result].dtype;
    ndi_kernel *const one = kernels->elementwise[row->one][dtype],
                      *const other = kernels->elementwise[row->other][dtype];
    if ((step->kernel != one && step->kernel != other) || !kernel_of_twins(row, dtype))
        return program->steps;
    ndi_kernel *const wanted = step->kernel == one ? other : one;
    for (int s = first + 1; s < program->steps; s++)
        if (program->step[s].kernel == wanted && program->step[s].argument[0] == step->argument[0])
            return s;
    return program->steps;
}

static void join_twins(ndi_program *program, const ndi_twins *row)
{
    for (int s = 0; s < program->steps; s++) {
        const int found = find_twin(program, s, row);
        if (found == program->steps)
            continue;
        const int dtype = program->value[program->step[s].result].dtype;
        const ndi_program_step first = program->step[s], second = program->step[found];
        const bool in_order = first.kernel == ndi_kernels_in_use()->elementwise[row->one][dtype];
        const ndi_program_step *const one = in_order ? &first : &second, *const other =
                                                                             in_order ? &second
                                                                                      : &first;
        program->step[s] = (ndi_program_step){.kernel = kernel_of_twins(row, dtype),
                                              .arguments = 1,
                                              .argument = {first.argument[0]},
                                              .result = one->result,
                                              .stores = one->stores,
                                              .twins = (uint8_t)(1 + (row - ndi_program_twins)),
                                              .twin = other->result,
                                              .twin_stores = other->stores};
        remove_step(program, found);
    }
}

/* ---- Ranges: x > y and x < z ----------------------------------------------------------------- */

/* A comparison as low < high, or with `equal` low <= high, of values. (What lies outside of a range
 * is what lies inside of one turned round, but for how the two comparisons are joined: there low is
 * the greater one.) */
typedef struct order {
    int step, low, high;
    bool equal;
} order;

/* The comparison that makes a value which nobody but step `reader` reads. */
static bool find_order(const ndi_program *program, int value, int reader, ndi_range_side side,
                       order *found)
{
    static const struct {
        uint8_t op;
        bool mirrored, equal;
    } orders[] = {{ND_OP_less, false, false},
                  {ND_OP_less_equal, false, true},
                  {ND_OP_greater, true, false},
                  {ND_OP_greater_equal, true, true}};
    const ndi_kernels *const kernels = ndi_kernels_in_use();
    found->step = -1;
    for (int s = 0; s < program->steps; s++) {
        const ndi_program_step *const step = &program->step[s];
        if (step->result == value && step->stores < 0 && step->arguments == 2)
            found->step = s;
        for (int i = 0; i < step->arguments && s != reader; i++)
            if (step->argument[i] == value)
                return false;
    }
    if (found->step < 0)
        return false;
    const ndi_program_step *const step = &program->step[found->step];
    const int dtype = program->value[step->argument[0]].dtype;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (kernels->elementwise[orders[i].op][dtype] == step->kernel &&
            program->value[step->argument[1]].dtype == dtype) {
            const int low = orders[i].mirrored != (side == NDI_OUTSIDE);
            found->low = step->argument[low];
            found->high = step->argument[1 - low];
            found->equal = orders[i].equal;
            return true;
        }
    return false;
}

/* Joins two comparisons with step `s`, which reads both, if it is of that kind and one value, x, is
 * the high one of the first and the low one of the second. */
static bool join_range(ndi_program *program, int s, ndi_range_side side)
{
    static const uint8_t joins[NDI_RANGES][2] = {
        [NDI_INSIDE] = {ND_OP_bitwise_and, ND_OP_logical_and},
        [NDI_OUTSIDE] = {ND_OP_bitwise_or, ND_OP_logical_or}};
    const ndi_kernels *const kernels = ndi_kernels_in_use();
    ndi_program_step *const step = &program->step[s];
    order one, other;
    if (step->arguments != 2 || (step->kernel != kernels->elementwise[joins[side][0]][ND_BOOL] &&
                                 step->kernel != kernels->elementwise[joins[side][1]][ND_BOOL]))
        return false;
    if (!find_order(program, step->argument[0], s, side, &one) ||
        !find_order(program, step->argument[1], s, side, &other) || one.step == other.step)
        return false;
    if (one.high != other.low) {
        const order first = one;
        one = other;
        other = first;
    }
    const int x = one.high;
    ndi_kernel *const kernel =
        kernels->range[side][one.equal][other.equal][program->value[x].dtype];
    if (x != other.low || !kernel || program->value[x].place == NDI_IN_SCALAR)
        return false;
    step->kernel = kernel;
    step->streaming = NULL;
    step->arguments = 3;
    step->argument[0] = (uint8_t)x;
    step->argument[1] = (uint8_t)one.low;
    step->argument[2] = (uint8_t)other.high;
    remove_step(program, one.step > other.step ? one.step : other.step);
    remove_step(program, one.step > other.step ? other.step : one.step);
    return true;
}

void ndi_program_join(ndi_program *program)
{
    for (int row = 0; row < TWINS; row++)
        join_twins(program, &ndi_program_twins[row]);
    for (int s = program->steps - 1; s >= 2; s--)
        if (join_range(program, s, NDI_INSIDE) || join_range(program, s, NDI_OUTSIDE))
            s -= 2; /* it has moved there */
}
