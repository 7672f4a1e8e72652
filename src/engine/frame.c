/* Running block programs: frames, which say how a thread goes through its blocks.
 *
 * The steps of a block are kernel calls on registers of 4 KiB, so what one step writes the next
 * reads from L1; only operands move through memory. Results that exceed the cache are streamed past
 * it. */
#include <string.h>

#include "base/pool.h"
#include "engine/abreast.h"
#include "engine/chain.h"
#include "engine/program.h"
#include "kernels/ranges.h"

enum {
    FETCHED_ROW = 4096,      /* bytes of a row that is asked for as a whole */
    FETCHED_AHEAD = 2048,    /* bytes of rows between that row and the one that is computed */
    SHORT_ROW = 128,         /* elements of a run for which a block of its own is too little */
    SHORT_CHAIN = 2048,      /* bytes of one that chains take with its neighbours */
    MANY_ELEMENTS = 1 << 20, /* of a block that needs no registers */
    BLOCKS_AHEAD = 2,        /* the block that is asked for while one is computed */
    MANY_STEPS = 8,          /* beside more, results stream in no time, however little is read */
};

char ndi_virtual_elements[64];

static bool all_repeat(const ndi_frame *f, const ndi_program_step *step)
{
    for (int i = 0; i < step->arguments; i++)
        if (f->stride[step->argument[i]] != 0)
            return false;
    return true;
}

static bool suits_streaming(const ndi_frame *f, const ndi_program_step *step)
{
    nd_dtype dtypes[NDI_MAX_OPERANDS];
    ptrdiff_t strides[NDI_MAX_OPERANDS];
    for (int i = 0; i < step->arguments; i++) {
        dtypes[i] = (nd_dtype)f->program->value[step->argument[i]].dtype;
        strides[i] = f->stride[step->argument[i]];
    }
    return ndi_suits_streaming(step->arguments, dtypes, strides);
}

/* ---- Rows: several a block, where they are short ---- */

/* The value that is read from an operand, or written to it; and whether only chains do so. */
static int value_of_operand(const ndi_program *program, int operand, bool *chains)
{
    int found = -1;
    *chains = true;
    for (int s = 0; s < program->steps; s++) {
        const ndi_program_step *const step = &program->step[s];
        const bool kernel = program->unit[program->value[step->result].unit].links == 0;
        for (int i = 0; i < step->arguments; i++) {
            const ndi_value *const value = &program->value[step->argument[i]];
            if (value->place != NDI_IN_OPERAND || value->index != operand)
                continue;
            found = step->argument[i];
            *chains &= !kernel;
        }
        if (step->stores == operand || (step->twins && step->twin_stores == operand)) {
            found = step->stores == operand ? step->result : step->twin;
            *chains &= !kernel;
        }
    }
    return found;
}

/* Whether the elements of the joined axes follow one another, or are one. */
static bool is_one_run(const ndi_frame *f, int operand)
{
    const ndi_nest *const nest = f->axes;
    for (int axis = nest->rank - 2; axis >= f->outer; axis--)
        if (nest->stride[operand][axis] != nest->stride[operand][axis + 1] * nest->length[axis + 1])
            return false;
    return true;
}

/* False if a block cannot take several rows of this operand. Chains step from row to row, but not
 * along more axes. */
static bool judge_gap(ndi_frame *f, int operand)
{
    const ndi_nest *const nest = f->axes;
    const ndi_program *const program = f->program;
    const int last = nest->rank - 1;
    const ptrdiff_t stride = nest->stride[operand][last];
    const int64_t length = nest->length[last];
    const bool is_result = operand < program->results, has_rows = f->outer == last - 1;
    bool chains;
    const int value = value_of_operand(program, operand, &chains);
    f->gap[operand] = NDI_NO_GAP;
    if (value < 0)
        return true;
    const nd_dtype dtype = (nd_dtype)program->value[value].dtype;
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(dtype);
    const bool is_run = stride == size;
    if (is_result && !is_run)
        return false;
    if ((is_run || stride == 0) && is_one_run(f, operand))
        return true;
    if (ndi_is_place(nest->data[operand]))
        return false;
    f->gap[operand] = NDI_PACKED;
    if (has_rows && chains && (is_run || stride == 0) &&
        (size_t)(length * size) % f->kernels->chain[dtype]->round == 0 &&
        (!is_result || !f->stream[operand] || ndi_nest_rows_aligned(nest, operand))) {
        f->gap[operand] = NDI_BY_ROWS;
        f->by_rows = true;
    } else if (!is_result) {
        if (program->registers + f->packed == NDI_PROGRAM_REGISTERS)
            return false;
        f->pack[f->packed].operand = (uint8_t)operand;
        f->pack[f->packed].value = (uint8_t)value;
        f->pack[f->packed].dtype = (uint8_t)dtype;
        f->pack[f->packed++].filled = 0;
    }
    return has_rows || !is_result;
}

/* A result that goes past the cache by way of a register, for want of alignment, in any case. */
static bool takes_detour(const ndi_frame *f, int operand)
{
    return operand < f->program->results && f->stream[operand];
}

static void judge_nothing(ndi_frame *f)
{
    f->by_rows = false;
    f->packed = 0;
    memset(f->gap, NDI_NO_GAP, sizeof f->gap);
}

/* Whether a block can take the axes from `outer` on as one. */
static bool joins_axes(ndi_frame *f, int outer)
{
    const ndi_nest *const nest = f->axes;
    const int64_t length = nest->length[nest->rank - 1];
    judge_nothing(f);
    f->outer = outer;
    for (int operand = 0; operand < nest->operands; operand++)
        if (!judge_gap(f, operand) ||
            (f->gap[operand] == NDI_PACKED && length >= SHORT_ROW && !takes_detour(f, operand)))
            return false;
    return true;
}

/* The last two axes become one where rows are short, and more of them where even that is. */
static void begin_rows(ndi_frame *f)
{
    const ndi_nest *const nest = f->nest;
    const int last = nest->rank - 1;
    const int64_t length = nest->length[last];
    int outer = last;
    f->axes = nest;
    f->row_length = 0;
    judge_nothing(f);
    if (last < 1 || (length >= SHORT_ROW && length * f->program->widest >= SHORT_CHAIN))
        return;
    for (int64_t joined = length;
         outer > 0 && (outer == last || joined < SHORT_ROW) && joins_axes(f, outer - 1);)
        joined *= nest->length[--outer];
    if (outer == last) {
        judge_nothing(f);
        return;
    }
    if (f->outer != outer) /* one more could not be joined */
        joins_axes(f, outer);
    f->row_length = f->plane_length = length;
    for (int axis = outer + 1; axis < last; axis++)
        f->plane_length *= nest->length[axis];
    f->rows = *nest;
    f->rows.rank = outer + 1;
    f->rows.length[outer] *= f->plane_length;
    for (int operand = 0; operand < nest->operands; operand++) {
        f->in_row[operand] = nest->stride[operand][last];
        f->row_stride[operand] = nest->stride[operand][last - 1];
        f->rows.stride[operand][outer] = f->gap[operand] ? 0 : f->in_row[operand];
    }
    f->nest = &f->rows;
}

static bool keeps_values(const ndi_frame *f)
{
    return f->packed > 0 || (f->by_rows ? f->program->saves : f->program->keeps);
}

/* Whether a chain alone does it all, and never has to take a detour through a register. */
static bool needs_registers(const ndi_frame *f)
{
    if (keeps_values(f))
        return true;
    for (int r = 0; r < f->program->results; r++)
        if (f->gap[r] == NDI_PACKED || (f->stream[r] && !ndi_nest_rows_aligned(f->nest, r)) ||
            (f->stream[r] && f->row_length % 64 != 0))
            return true;
    return false;
}

/* Elements of a block: as many as fit into the registers, and whole rows if it takes several. */
static void size_block(ndi_frame *f)
{
    enum { APART = 192 }; /* registers of the same size would share sets of the cache */
    const ndi_program *const program = f->program;
    const int registers = program->registers + f->packed;
    const bool keeps = needs_registers(f);
    const size_t most = keeps ? NDI_REGISTER_BYTES : NDI_CHAIN_BLOCK_BYTES;
    size_t bytes =
        (NDI_FRAME_BYTES / (size_t)registers - APART) / NDI_CHAIN_ROUND * NDI_CHAIN_ROUND;
    bytes = bytes < most ? bytes : most;
    f->register_bytes = bytes + APART;
    f->block = f->by_rows && !keeps ? MANY_ELEMENTS : (int64_t)bytes / program->widest;
    /* Of narrow values that are made of wide ones, which are read in place, twice as many. */
    if (keeps && f->packed == 0 && program->widest_made * 2 <= program->widest)
        f->block *= 2;
    if (f->row_length > 0 && f->block > f->plane_length)
        f->block = f->block / f->plane_length * f->plane_length;
    for (int i = 0; i < f->packed; i++)
        f->pack[i].to = f->registers + (size_t)(program->registers + i) * f->register_bytes;
}

/* Bytes from the beginning of a plane, all joined axes but the outer one, to one of its elements.
 */
static ptrdiff_t offset_in_plane(const ndi_frame *f, int operand, int64_t within)
{
    const ndi_nest *const nest = f->axes;
    ptrdiff_t offset = within % f->row_length * f->in_row[operand];
    within /= f->row_length;
    for (int axis = nest->rank - 2; axis > f->outer; axis--) {
        offset += within % nest->length[axis] * nest->stride[operand][axis];
        within /= nest->length[axis];
    }
    return offset;
}

/* Where element `within` of a run lies. */
static char *place_of(const ndi_frame *f, int operand, int64_t within)
{
    char *const base = f->operand[operand];
    return f->gap[operand] == NDI_NO_GAP
               ? base
               : base + within / f->plane_length * f->axes->stride[operand][f->outer] +
                     offset_in_plane(f, operand, within % f->plane_length);
}

/* Elements `begin` to `end` of a plane, row by row; where the copy ends. */
static char *pack_rows(const ndi_frame *f, int operand, ndi_kernel *copy, ptrdiff_t size,
                       const char *plane, int64_t begin, int64_t end, char *to)
{
    const ptrdiff_t strides[] = {size, f->in_row[operand]};
    while (begin < end) {
        const int64_t rest = f->row_length - begin % f->row_length,
                      now = rest < end - begin ? rest : end - begin;
        char *const p[] = {to, (char *)plane + offset_in_plane(f, operand, begin)};
        copy((size_t)now, p, strides);
        to += now * size;
        begin += now;
    }
    return to;
}

/* Whole planes: along the longer of rows and the outer axis. */
static char *pack_planes(const ndi_frame *f, int operand, ndi_kernel *copy, ptrdiff_t size,
                         const char *plane, int64_t planes, char *to)
{
    const ptrdiff_t outer_stride = f->axes->stride[operand][f->outer],
                    plane_bytes = f->plane_length * size;
    if (planes < f->row_length) {
        for (; planes > 0; planes--, plane += outer_stride)
            to = pack_rows(f, operand, copy, size, plane, 0, f->plane_length, to);
        return to;
    }
    const ptrdiff_t strides[] = {plane_bytes, outer_stride};
    for (int64_t at = 0; at < f->plane_length; at++) {
        char *const p[] = {to + at * size, (char *)plane + offset_in_plane(f, operand, at)};
        copy((size_t)planes, p, strides);
    }
    return to + planes * plane_bytes;
}

/* The block's elements of the operands that are packed. */
static void pack_block(ndi_frame *f, int64_t n)
{
    for (int i = 0; i < f->packed; i++) {
        const nd_dtype dtype = (nd_dtype)f->pack[i].dtype;
        const int operand = f->pack[i].operand;
        const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(dtype),
                        outer_stride = f->axes->stride[operand][f->outer];
        const int64_t phase = f->within % f->plane_length;
        char *to = f->pack[i].to;
        f->pointer[f->pack[i].value] = to;
        const char *const base = f->operand[operand];
        if (f->pack[i].filled >= n && outer_stride == 0 && f->pack[i].base == base &&
            f->pack[i].phase == phase)
            continue;
        f->pack[i].base = base;
        f->pack[i].phase = phase;
        f->pack[i].filled = n;
        ndi_kernel *const copy = f->kernels->cast[dtype][dtype];
        const char *plane = base + f->within / f->plane_length * outer_stride;
        int64_t left = n;
        if (phase > 0) {
            const int64_t rest = f->plane_length - phase, now = rest < n ? rest : n;
            to = pack_rows(f, operand, copy, size, plane, phase, phase + now, to);
            plane += outer_stride;
            left -= now;
        }
        const int64_t planes = left / f->plane_length;
        to = pack_planes(f, operand, copy, size, plane, planes, to);
        pack_rows(f, operand, copy, size, plane + planes * outer_stride, 0, left % f->plane_length,
                  to);
    }
}

/* The other way: `n` elements from a register to the rows of a result. */
void ndi_unpack(const ndi_frame *f, int operand, const char *from, size_t n)
{
    const ptrdiff_t size = f->in_row[operand];
    int64_t column = f->within % f->row_length;
    char *row = f->operand[operand] + f->within / f->row_length * f->row_stride[operand];
    for (int64_t left = (int64_t)n; left > 0; column = 0) {
        const int64_t rest = f->row_length - column, now = rest < left ? rest : left;
        char *const to = row + column * size;
        if (f->stream[operand])
            f->kernels->stream(to, from, (size_t)(now * size));
        else
            memcpy(to, from, (size_t)(now * size));
        from += now * size;
        row += f->row_stride[operand];
        left -= now;
    }
}

static void set_stride(ndi_frame *f, const ndi_program_step *step, int value, int stores)
{
    ptrdiff_t stride = (ptrdiff_t)nd_dtype_size((nd_dtype)f->program->value[value].dtype);
    if (stores >= 0 && !f->stream[stores] && !f->gap[stores])
        stride = f->operand_stride[stores];
    else if (stores < 0 && all_repeat(f, step))
        stride = 0;
    f->stride[value] = stride;
}

/* The kernel that counts what the last step tests; NULL if there is none. */
static ndi_count_kernel *find_counter(const ndi_frame *f)
{
    static const nd_op counted[] = {
#define KERNEL1_COUNTED(name, ...) ND_OP_##name,
#define KERNEL2_COUNTED(name, ...) ND_OP_##name,
#define KERNEL2_COUNTED_MIRROR(name, other, ...) KERNEL2_COUNTED(name, __VA_ARGS__)
#include "kernels/counted.def"
    };
    const ndi_program_step *const step = &f->program->step[f->program->steps - 1];
    const int dtype = f->program->value[step->argument[0]].dtype;
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size((nd_dtype)dtype);
    if (step->stores != 0 || step->twins || f->stride[step->argument[0]] != size ||
        (step->arguments == 2 && f->stride[step->argument[1]] != size &&
         f->stride[step->argument[1]] != 0))
        return NULL;
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        if (f->kernels->elementwise[counted[i]][dtype] == step->kernel)
            return f->kernels->count[counted[i]][dtype];
    return NULL;
}

/* Whether one chain makes the elements; by rows it would count them anew in each. */
static bool may_give_lanes(const ndi_frame *f)
{
    const ndi_program *const program = f->program;
    return program->units == 1 && program->unit[0].links > 0 && f->nest != &f->rows;
}

/* Whether a run is one block: chains do it all, ask for nothing ahead, and stream from line to
 * line, though a part may begin within a row. Up to the first line the first result takes a detour
 * through a register, as a block of its own. */
static bool takes_runs_whole(const ndi_frame *f)
{
    const ndi_program *const program = f->program;
    const int last = f->nest->rank - 1;
    if (f->row_length > 0 || program->heavy || keeps_values(f))
        return false;
    for (int u = 0; u < program->units; u++)
        if (!f->chained[u])
            return false;
    for (int r = 1; r < program->results; r++)
        if (f->stream[r] &&
            (!ndi_nest_rows_aligned(f->nest, r) || (last > 0 && f->nest->length[last] % 64 != 0)))
            return false;
    return true;
}

/* Everything that is the same for all blocks. A value made of values that repeat repeats. */
static void begin_frame(ndi_frame *f, const ndi_program *program, const ndi_nest *nest,
                        const bool *stream, ndi_gives wanted)
{
    f->program = program;
    f->nest = nest;
    f->kernels = ndi_kernels_in_use();
    f->soon = NULL;
    f->lanes = NULL;
    f->counter = NULL;
    for (int r = 0; r < program->results; r++)
        f->stream[r] = stream[r];
    begin_rows(f);
    size_block(f);
    nest = f->nest;
    f->reads = 0;
    f->fetched = program->heavy ? nest->length[nest->rank - 1] : 0;
    for (int operand = 0; operand < nest->operands; operand++)
        f->operand_stride[operand] = nest->stride[operand][nest->rank - 1];
    for (int v = 0; v < program->values; v++) {
        const ndi_value *value = &program->value[v];
        switch ((ndi_place)value->place) {
        case NDI_IN_OPERAND:
            f->stride[v] = f->gap[value->index] ? (ptrdiff_t)nd_dtype_size((nd_dtype)value->dtype)
                                                : f->operand_stride[value->index];
            if (f->gap[value->index] != NDI_PACKED)
                f->read[f->reads++] = (uint8_t)v;
            break;
        case NDI_IN_SCALAR:
            f->pointer[v] = (char *)program->scalar[value->index];
            f->stride[v] = 0;
            break;
        case NDI_IN_REGISTER:
            f->pointer[v] = f->registers + value->index * f->register_bytes;
            break;
        }
    }
    for (int s = 0; s < program->steps; s++) {
        const ndi_program_step *step = &program->step[s];
        const bool streams = step->stores >= 0 && stream[step->stores];
        set_stride(f, step, step->result, step->stores);
        if (step->twins)
            set_stride(f, step, step->twin, step->twin_stores);
        f->streams_itself[s] = streams && !f->gap[step->stores] && step->streaming &&
                               program->value[step->result].last_use <= s &&
                               suits_streaming(f, step);
    }
    for (int i = 0; i < f->packed; i++)
        f->pointer[f->pack[i].value] = f->pack[i].to;
    f->gives =
        (uint8_t)(wanted >= NDI_GIVES_COUNT || may_give_lanes(f) ? wanted : NDI_GIVES_ELEMENTS);
    ndi_chains_begin(f);
    f->first_block = f->block;
    if (takes_runs_whole(f))
        f->block = MANY_ELEMENTS;
    if ((wanted < NDI_GIVES_COUNT && !f->chained[0]) ||
        (wanted == NDI_GIVES_COUNT && !find_counter(f)))
        f->gives = NDI_GIVES_ELEMENTS;
}

/* Asks for a step's share of a block that comes soon: memory would idle while functions compute in
 * L1 (exp(-x**2) * (y + 1) of 10M doubles: 8.0 ms, 9.0 without). Light steps are done before the
 * hardware loses the thread, and what is in a cache gets there in time: asking only costs
 * (where(x > y, x, z): 5.9 ms of memory, 4.8 without). */
static void fetch_ahead(const ndi_frame *f, size_t n, int s)
{
    const ndi_program *program = f->program;
    for (int i = 0; i < f->reads; i++) {
        const int v = f->read[i];
        const int operand = program->value[v].index;
        const ptrdiff_t size = (ptrdiff_t)nd_dtype_size((nd_dtype)program->value[v].dtype),
                        bytes = (ptrdiff_t)n * size, soon = f->soon ? f->soon[operand] : 0;
        if (f->stride[v] != size || f->gap[operand] || ndi_is_place(f->pointer[v]))
            continue;
        const char *const block = f->pointer[v] + (soon ? soon : BLOCKS_AHEAD * bytes);
        for (ptrdiff_t at = bytes * s / program->steps; at < bytes * (s + 1) / program->steps;
             at += 64)
            __builtin_prefetch(block + at, 0, 2);
    }
}

static void run_step(ndi_frame *f, size_t n, int s)
{
    const ndi_program_step *step = &f->program->step[s];
    const int result = step->result;
    char *p[NDI_MAX_OPERANDS];
    ptrdiff_t strides[NDI_MAX_OPERANDS];
    for (int i = 0; i < step->arguments; i++) {
        p[i + 1] = f->pointer[step->argument[i]];
        strides[i + 1] = f->stride[step->argument[i]];
    }
    if (f->counter && s == f->program->steps - 1) {
        f->count += (int64_t)f->counter(n, p + 1, strides + 1);
        return;
    }
    strides[0] = f->stride[result];
    const bool unpacks = step->stores >= 0 && f->gap[step->stores];
    char *const out = step->stores >= 0 && !unpacks ? f->place[step->stores] : NULL;
    const bool streams = out && f->stream[step->stores];
    if (streams && f->streams_itself[s] && (uintptr_t)out % 64 == 0) {
        p[0] = out;
        step->streaming(n, p, strides);
        return;
    }
    if (out && !streams)
        f->pointer[result] = out;
    p[0] = f->pointer[result];
    step->kernel(strides[0] == 0 ? 1 : n, p, strides);
    if (streams)
        f->kernels->stream(out, p[0], n * (size_t)strides[0]);
    else if (unpacks)
        ndi_unpack(f, step->stores, p[0], n);
}

/* A step of two results. Its kernel knows no gaps. */
static void run_twins(ndi_frame *f, size_t n, const ndi_program_step *step)
{
    const int value[] = {step->result, step->twin}, stores[] = {step->stores, step->twin_stores},
              argument = step->argument[0], dtype = f->program->value[argument].dtype;
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size((nd_dtype)dtype);
    const ndi_twins *const row = &ndi_program_twins[step->twins - 1];
    char *p[3] = {NULL, NULL, f->pointer[argument]};
    bool packed = f->stride[argument] == size;
    for (int i = 0; i < 2; i++) {
        if (stores[i] >= 0 && !f->stream[stores[i]] && !f->gap[stores[i]])
            f->pointer[value[i]] = f->place[stores[i]];
        p[i] = f->pointer[value[i]];
        packed &= f->stride[value[i]] == size;
    }
    if (packed)
        step->kernel(n, p, (const ptrdiff_t[]){size, size, size});
    for (int i = 0; i < 2; i++) {
        const ptrdiff_t stride = f->stride[value[i]];
        if (!packed)
            f->kernels->elementwise[i == 0 ? row->one : row->other][dtype](
                stride == 0 ? 1 : n, (char *[]){p[i], p[2]},
                (const ptrdiff_t[]){stride, f->stride[argument]});
        if (stores[i] >= 0 && f->gap[stores[i]])
            ndi_unpack(f, stores[i], p[i], n);
        else if (stores[i] >= 0 && f->stream[stores[i]])
            f->kernels->stream(f->place[stores[i]], p[i], n * (size_t)size);
    }
}

static void run_block(ndi_frame *f, size_t n, bool fetches)
{
    const ndi_program *program = f->program;
    for (int operand = 0; operand < f->nest->operands; operand++)
        f->place[operand] = place_of(f, operand, f->within);
    for (int i = 0; i < f->reads; i++)
        f->pointer[f->read[i]] = f->place[program->value[f->read[i]].index];
    pack_block(f, (int64_t)n);
    for (int u = 0; u < program->units; u++) {
        const int first = program->unit[u].first, last = program->unit[u].last;
        if (f->chained[u]) {
            ndi_chain_run(f, u, n, fetches);
            continue;
        }
        for (int s = first; s <= last; s++) {
            if (fetches)
                fetch_ahead(f, n, s);
            if (program->step[s].twins)
                run_twins(f, n, &program->step[s]);
            else
                run_step(f, n, s);
        }
    }
}

/* How many of `n` elements, from `within` of a run on, are a block: by rows, whole ones or a part
 * of one. Where results go past the cache the first one ends with a line, so that those behind it
 * are whole lines. */
static int64_t block_length(const ndi_frame *f, int64_t within, int64_t n)
{
    int64_t most = f->block;
    if (f->by_rows) {
        const int64_t rest = f->row_length - within % f->row_length;
        if (rest < f->row_length || n < rest || most < rest)
            most = rest < most ? rest : most;
        else if (n < most)
            return n / f->row_length * f->row_length;
    } else if (f->row_length == 0 && f->stream[0]) {
        const uintptr_t over = (uintptr_t)f->operand[0] % 64;
        if (over > 0)
            most = f->first_block - (int64_t)over / f->operand_stride[0];
    }
    return n < most ? n : most;
}

/* `n` elements of a run of the innermost axis, from `within` on; the operands move on. */
static void run_inner(ndi_frame *f, int64_t within, int64_t n)
{
    while (n > 0) {
        const int64_t now = block_length(f, within, n);
        f->within = within;
        run_block(f, (size_t)now,
                  f->by_rows || f->soon || within + (BLOCKS_AHEAD + 1) * now <= f->fetched);
        for (int operand = 0; operand < f->nest->operands; operand++)
            f->operand[operand] += now * f->operand_stride[operand];
        within += now;
        n -= now;
    }
}

/* Asks for a row that comes soon: a CPU does not foresee rows that are far apart. */
static void fetch_row(const ndi_frame *f)
{
    const ndi_nest *nest = f->nest;
    const int last = nest->rank - 1;
    if (last == 0)
        return;
    for (int i = 0; i < f->reads; i++) {
        const int operand = f->program->value[f->read[i]].index;
        const ptrdiff_t bytes = nest->length[last] * f->operand_stride[operand],
                        next = nest->stride[operand][last - 1];
        if (next == bytes || next == 0 || bytes <= 0 || bytes > FETCHED_ROW ||
            ndi_is_place(f->operand[operand]))
            continue;
        const char *const row = f->operand[operand] + (1 + FETCHED_AHEAD / bytes) * next;
        for (ptrdiff_t at = 0; at < bytes; at += 64)
            __builtin_prefetch(row + at);
    }
}

/* `n` elements from the linear index `begin` on; with `out`, operand 0 is there, without gaps. */
static void run_elements(ndi_frame *f, int64_t begin, int64_t n, char *out)
{
    const ndi_nest *nest = f->nest;
    const int last = nest->rank - 1;
    int64_t index[ND_MAX_RANK];
    int64_t within = ndi_nest_seek(nest, begin, index, f->operand);
    const bool produces = out != NULL;
    if (produces)
        f->operand[0] = out;
    while (n > 0) {
        const int64_t rest = nest->length[last] - within, now = rest < n ? rest : n;
        if (now == nest->length[last] && n > now)
            fetch_row(f);
        run_inner(f, within, now);
        n -= now;
        if (n == 0)
            break;
        out = f->operand[0];
        for (int operand = 0; operand < nest->operands; operand++)
            f->operand[operand] -= nest->length[last] * f->operand_stride[operand];
        within = 0;
        ndi_nest_next(nest, index, f->operand);
        if (produces)
            f->operand[0] = out;
    }
}

typedef struct program_run {
    const ndi_program *program;
    const ndi_nest *nest;
    bool stream[NDI_PROGRAM_RESULTS];
    bool streams; /* some result */
    bool fetches; /* operands are asked for ahead */
    const ptrdiff_t *soon;
} program_run;

static void run_range(void *context, size_t begin, size_t end)
{
    const program_run *run = context;
    ndi_frame f;
    begin_frame(&f, run->program, run->nest, run->stream, NDI_GIVES_ELEMENTS);
    if (!run->fetches)
        f.fetched = 0;
    f.soon = run->soon;
    run_elements(&f, (int64_t)begin, (int64_t)(end - begin), NULL);
    if (run->streams)
        f.kernels->stream_end();
}

void ndi_program_run(const ndi_program *program, ndi_nest *nest, bool in_place, int64_t in_all,
                     const ptrdiff_t *soon)
{
    if (nest->size == 0)
        return;
    ndi_nest_simplify(nest);
    program_run run = {.program = program, .nest = nest, .soon = soon};
    size_t read = 0, written = 0; /* for one element */
    size_t size_of[NDI_PROGRAM_RESULTS] = {0};
    for (int s = 0; s < program->steps; s++) {
        const ndi_program_step *const step = &program->step[s];
        const size_t size = nd_dtype_size((nd_dtype)program->value[step->result].dtype);
        if (step->stores >= 0)
            size_of[step->stores] = size;
        if (step->twins && step->twin_stores >= 0)
            size_of[step->twin_stores] = size;
    }
    for (int r = 0; r < program->results; r++)
        written += size_of[r];
    for (int v = 0; v < program->values; v++)
        if (program->value[v].place == NDI_IN_OPERAND &&
            !ndi_nest_repeats(nest, program->value[v].index) &&
            !ndi_is_place(nest->data[program->value[v].index]))
            read += nd_dtype_size((nd_dtype)program->value[v].dtype);
    const size_t bytes = read + written;
    const int last = nest->rank - 1;
    const bool exceeds_cache = (double)in_all * (double)bytes > (double)ndi_cpu_caches().last,
               streams = ndi_streams_past_cache((double)in_all, read, written,
                                                program->heavy || program->steps > MANY_STEPS);
    run.fetches = program->heavy && (exceeds_cache || in_all == 0);
    for (int r = 0; r < program->results; r++) {
        run.stream[r] = streams && !(in_place && r == 0) &&
                        nest->stride[r][last] == (ptrdiff_t)size_of[r] &&
                        nest->length[last] * (int64_t)size_of[r] >= 512;
        run.streams |= run.stream[r];
    }
    if (!in_place && ndi_program_run_abreast(program, nest, run.stream[0]))
        return;
    const size_t block = NDI_REGISTER_BYTES / (size_t)program->widest;
    /* Few steps hide under traffic, and in a chain more. */
    const size_t hidden = program->keeps ? 4 : 8,
                 times = 1 + program->effort + (size_t)program->steps / hidden;
    ndi_parallel_elements((size_t)nest->size, bytes, times, block, run_range, &run);
}

void ndi_frame_begin(ndi_frame *frame, const ndi_produced *produced, ndi_gives wanted)
{
    begin_frame(frame, produced->program, produced->nest, (const bool[NDI_PROGRAM_RESULTS]){false},
                wanted);
}

void ndi_program_produce(ndi_frame *frame, int64_t begin, int64_t n, char *out)
{
    run_elements(frame, begin, n, out);
}

void ndi_program_fetch(const ndi_frame *f, int64_t begin, int64_t n)
{
    int64_t index[ND_MAX_RANK];
    char *from[NDI_NEST_OPERANDS];
    if (begin + n > f->nest->size)
        return;
    ndi_nest_seek(f->nest, begin, index, from);
    for (int i = 0; i < f->reads; i++) {
        const int operand = f->program->value[f->read[i]].index;
        const ptrdiff_t stride = f->operand_stride[operand];
        if (stride > NDI_CACHE_LINE || ndi_is_place(from[operand]))
            continue;
        for (ptrdiff_t at = 0; at < n * stride; at += NDI_CACHE_LINE)
            __builtin_prefetch(from[operand] + at, 0, 2);
    }
}

bool ndi_program_is_run(const ndi_frame *f, int64_t begin, int64_t n)
{
    const int64_t length = f->nest->length[f->nest->rank - 1];
    return begin % length + n <= length;
}

/* The same with blocks of any length, as no value goes through a register. */
static void run_at_once(ndi_frame *f, int64_t begin, int64_t n, char *out)
{
    const int64_t block = f->block;
    f->block = MANY_ELEMENTS;
    run_elements(f, begin, n, out);
    f->block = block;
}

void ndi_program_lanes(ndi_frame *frame, int64_t begin, int leaves, char *lanes)
{
    frame->lanes = lanes;
    if (!frame->program->saves)
        run_at_once(frame, begin, (int64_t)leaves * NDI_CHUNK, lanes);
    else
        for (int leaf = 0; leaf < leaves; leaf++, frame->lanes += NDI_LANE_BYTES)
            run_elements(frame, begin + (int64_t)leaf * NDI_CHUNK, NDI_CHUNK, frame->lanes);
    frame->lanes = NULL;
}

int64_t ndi_program_count(ndi_frame *frame, int64_t begin, int64_t n)
{
    frame->count = 0;
    frame->counter = find_counter(frame);
    if (frame->program->steps == 1 && frame->packed == 0)
        run_at_once(frame, begin, n, ndi_virtual_elements);
    else
        run_elements(frame, begin, n, ndi_virtual_elements);
    frame->counter = NULL;
    return frame->count;
}
