/* Building block programs: values, steps and the registers.
 *
 * Registers are given by liveness; none is reused by the step that reads it last, as a kernel's
 * result may only be an argument if both step alike. */
#include "engine/program.h"

#include <stddef.h>
#include <string.h>

#include "engine/chain.h"
#include "engine/joins.h"

void ndi_program_begin(ndi_program *program, int results)
{
    program->values = program->steps = program->registers = program->scalars = 0;
    program->heavy = false;
    program->effort = 0;
    program->results = program->operands = results;
}

static int new_value(ndi_program *program, ndi_place place, int index, nd_dtype dtype)
{
    program->value[program->values] =
        (ndi_value){.place = (uint8_t)place, .index = (uint8_t)index, .dtype = (int8_t)dtype};
    return program->values++;
}

int ndi_program_operand(ndi_program *program, nd_dtype dtype)
{
    return new_value(program, NDI_IN_OPERAND, program->operands++, dtype);
}

int ndi_program_scalar(ndi_program *program, nd_dtype dtype, const void *element)
{
    const size_t size = nd_dtype_size(dtype);
    for (int v = 0; v < program->values; v++)
        if (program->value[v].place == NDI_IN_SCALAR && program->value[v].dtype == (int8_t)dtype &&
            memcmp(program->scalar[program->value[v].index], element, size) == 0)
            return v;
    memcpy(program->scalar[program->scalars], element, size);
    return new_value(program, NDI_IN_SCALAR, program->scalars++, dtype);
}

static bool same_arguments(const ndi_program_step *step, const int *arguments)
{
    for (int i = 0; i < step->arguments; i++)
        if (step->argument[i] != arguments[i])
            return false;
    return true;
}

int ndi_program_step_add(ndi_program *program, ndi_kernel *kernel, ndi_kernel *streaming,
                         nd_dtype dtype, int count, const int *arguments)
{
    for (int s = 0; s < program->steps; s++) {
        const ndi_program_step *other = &program->step[s];
        if (other->kernel == kernel && other->arguments == count &&
            program->value[other->result].dtype == (int8_t)dtype &&
            same_arguments(other, arguments))
            return other->result;
    }
    /* Written in place: fields that are copied as a whole right after wait for each other, 9 ns. */
    ndi_program_step *const step = &program->step[program->steps++];
    step->kernel = kernel;
    step->streaming = streaming;
    step->arguments = (uint8_t)count;
    step->result = (uint8_t)new_value(program, NDI_IN_REGISTER, 0, dtype);
    for (int i = 0; i < NDI_MAX_OPERANDS - 1; i++)
        step->argument[i] = i < count ? (uint8_t)arguments[i] : 0;
    step->stores = -1;
    step->twins = step->twin = 0;
    step->twin_stores = -1;
    return step->result;
}

int ndi_program_cast(ndi_program *program, int value, nd_dtype dtype)
{
    const nd_dtype from = (nd_dtype)program->value[value].dtype;
    if (from == dtype)
        return value;
    const ndi_kernels *kernels = ndi_kernels_in_use();
    return ndi_program_step_add(program, kernels->cast[dtype][from],
                                kernels->streaming_cast[dtype][from], dtype, 1, &value);
}

static ndi_program_step *maker_of(ndi_program *program, int value)
{
    for (int s = 0; s < program->steps; s++)
        if (program->step[s].result == value)
            return &program->step[s];
    return NULL;
}

void ndi_program_store(ndi_program *program, int value, int operand)
{
    ndi_program_step *maker = maker_of(program, value);
    if (!maker || maker->stores >= 0) { /* an argument itself, or a result of two names */
        const nd_dtype dtype = (nd_dtype)program->value[value].dtype;
        program->step[program->steps] =
            (ndi_program_step){.kernel = ndi_kernels_in_use()->cast[dtype][dtype],
                               .streaming = ndi_kernels_in_use()->streaming_cast[dtype][dtype],
                               .arguments = 1,
                               .argument = {(uint8_t)value}};
        maker = &program->step[program->steps++];
        maker->result = (uint8_t)new_value(program, NDI_IN_REGISTER, 0, dtype);
    }
    maker->stores = (int8_t)operand;
}

/* What a chain reads from a register it may read in every round, and results that lie there on
 * their way to memory leave it behind the last round: only then is that given on. */
static void give_registers(ndi_program *program)
{
    uint8_t unused[NDI_PROGRAM_STEPS + 1];
    uint8_t held[NDI_PROGRAM_STEPS + 1]; /* values that are in registers */
    int unused_count = 0, held_count = 0;
    for (int s = 0; s < program->steps; s++) {
        const ndi_program_step *const step = &program->step[s];
        const int unit = program->value[step->result].unit;
        for (int i = 0; i <= step->twins; i++) {
            const int value = i == 0 ? step->result : step->twin;
            program->value[value].index =
                unused_count ? unused[--unused_count] : (uint8_t)program->registers++;
            held[held_count++] = (uint8_t)value;
        }
        for (int h = held_count - 1; h >= 0; h--) {
            const ndi_value *const value = &program->value[held[h]];
            if (value->last_use <= s && /* read by no later step */
                ((value->unit == unit && !value->stored) || s == program->unit[unit].last)) {
                unused[unused_count++] = value->index;
                held[h] = held[--held_count];
            }
        }
    }
}

void ndi_program_end(ndi_program *program)
{
    ndi_program_join(program);
    program->widest = program->widest_made = 1;
    for (int v = 0; v < program->values; v++) {
        const ndi_value *const value = &program->value[v];
        const int64_t size = (int64_t)nd_dtype_size((nd_dtype)value->dtype);
        const bool read = value->place == NDI_IN_OPERAND && value->index >= program->results;
        if (value->place != NDI_IN_SCALAR && size > program->widest)
            program->widest = size;
        if (value->place != NDI_IN_SCALAR && !read && size > program->widest_made)
            program->widest_made = size;
    }
    for (int s = 0; s < program->steps; s++)
        for (int i = 0; i < program->step[s].arguments; i++)
            program->value[program->step[s].argument[i]].last_use = (uint8_t)s;
    ndi_chains_build(program);
    give_registers(program);
}

/* What is used of the arrays: few cache lines. */
void ndi_program_copy(ndi_program *to, const ndi_program *from)
{
    memcpy(to, from, offsetof(ndi_program, value));
    memcpy(to->value, from->value, (size_t)from->values * sizeof *to->value);
    memcpy(to->step, from->step, (size_t)from->steps * sizeof *to->step);
    memcpy(to->unit, from->unit, (size_t)from->units * sizeof *to->unit);
    memcpy(to->link, from->link, (size_t)from->links * sizeof *to->link);
    memcpy(to->scalar, from->scalar, (size_t)from->scalars * sizeof *to->scalar);
}
