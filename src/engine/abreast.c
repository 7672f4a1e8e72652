/* Rows of a result that are computed side by side.
 *
 * A stencil reads each row of its source for several rows of its result. Row after row, what was
 * read before comes from the level 2 cache, and that adds to the time of memory: a third of it for
 * each row that is read again. So a few rows of the result go side by side, a kilobyte of each in
 * turn: what one row reads is in L1 when the next one needs it. The rows of the next group are
 * asked for meanwhile: more rows at a time than the hardware foresees. Where the rows of the result
 * do not begin on lines, each begins a little further on than the one before, so that all can be
 * streamed by whole lines; both ends are computed apart, and a little more than what is left over.
 *
 * Rows that are all made of the same few, as those of x[:, None] - y, go side by side too. */
#include "engine/abreast.h"

#include <string.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/chain.h"

enum {
    ROWS = 8,
    ROWS_ALIKE = 4,     /* where columns of all rows share the places of L1 */
    ALIKE_BYTES = 4096, /* between the addresses that do */
    CHUNK_BYTES = 1024, /* of a row, in turn; whole rounds */
    ROWS_OF_SAME = 16,  /* made of the same rows */
    CHUNK_OF_SAME = 4096,
    LEAST_ROW = 4096, /* bytes of a row: several of them fill L1 */
    REACH = 8,        /* rows between two operands that read the same */
    GROUPS = 4, /* of rows made of the same, for a thread: else parts of rows are shared out */
};

/* ---- Whether it pays ------------------------------------------------------------------------- */

/* Rows from where operand `a` is to where `b` is, if both go through the same memory alike; else 0,
 * as for the same row. */
static int64_t rows_between(const ndi_nest *nest, int a, int b)
{
    const ptrdiff_t row = nest->stride[a][nest->rank - 2];
    for (int axis = 0; axis < nest->rank; axis++)
        if (nest->stride[a][axis] != nest->stride[b][axis])
            return 0;
    if (row <= 0)
        return 0;
    const int64_t rows = ndi_rows_apart(nest->data[b] - nest->data[a], row);
    return rows >= -REACH && rows <= REACH ? rows : 0;
}

/* An operand that reads what another has read some rows before; 0, the result: there is none, or no
 * rows. */
static int reader_of_rows(const ndi_nest *nest)
{
    for (int a = 1; nest->rank > 1 && a < nest->operands; a++)
        for (int b = a + 1; b < nest->operands; b++)
            if (rows_between(nest, a, b) != 0)
                return a;
    return 0;
}

/* Rows are made of the same few rows, and of one element each, as in x[:, None] - y: these stay in
 * L1 for several of them. */
static bool repeats_rows(const ndi_nest *nest)
{
    const int last = nest->rank - 1;
    bool repeats = false;
    for (int operand = 1; last > 0 && operand < nest->operands; operand++) {
        if (nest->stride[operand][last] == 0)
            continue;
        if (nest->stride[operand][last - 1] != 0)
            return false;
        repeats = true;
    }
    return repeats;
}

/* Nobody has read the rows that this operand comes to. */
static bool leads(const ndi_nest *nest, int operand)
{
    if (nest->stride[operand][nest->rank - 2] == 0)
        return false;
    for (int other = 1; other < nest->operands; other++)
        if (rows_between(nest, operand, other) > 0)
            return false;
    return true;
}

/* One chain that keeps nothing in the registers of a block, over rows without gaps. */
static bool is_one_chain(const ndi_program *program, const ndi_nest *nest, ptrdiff_t size)
{
    const int last = nest->rank - 1;
    if (program->results != 1 || program->units != 1 || program->unit[0].links == 0 ||
        program->links > NDI_ABREAST_LINKS)
        return false;
    for (int l = 0; l < program->links; l++)
        if (program->link[l].kind == NDI_LINK_SAVES ||
            program->link[l].kind == NDI_LINK_TWO_RESULTS)
            return false;
    for (int operand = 1; operand < nest->operands; operand++)
        if (nest->stride[operand][last] != size && nest->stride[operand][last] != 0)
            return false;
    return nest->stride[0][last] == size;
}

/* ---- The links ------------------------------------------------------------------------------- */

static void add_slot(ndi_abreast_links *to, int argument, int operand)
{
    to->slot[to->slots++] =
        (ndi_abreast_slot){(uint8_t)to->count, (uint8_t)argument, (uint8_t)operand, false};
}

/* What the link reads comes from its operand, or is a scalar of the program. */
static bool add_step(ndi_abreast *a, const ndi_program *program, const ndi_program_link *link)
{
    ndi_abreast_links *const to = &a->links;
    ndi_link made = {0};
    int from[2];
    const int arguments = ndi_link_arguments(link);
    for (int i = 0; i < arguments; i++) {
        const ndi_value *const value = &program->value[link->value[i]];
        from[i] = link->from[i];
        if (from[i] != NDI_FROM_MEMORY)
            continue;
        if (value->place == NDI_IN_SCALAR) {
            made.pointer[i] = (char *)program->scalar[value->index];
            from[i] = NDI_FROM_SCALAR;
            continue;
        }
        if (a->nest->stride[value->index][a->nest->rank - 1] == 0)
            from[i] = NDI_FROM_SCALAR;
        add_slot(to, i, value->index);
    }
    made.code = ndi_link_code_of(a->chain, link, from);
    to->stores[to->count] = to->streams[to->count] = made;
    to->count++;
    return made.code;
}

/* False if the chain lacks a link. */
static bool build(ndi_abreast *a, const ndi_program *program)
{
    ndi_abreast_links *const to = &a->links;
    to->count = to->slots = 0;
    for (int l = 0; l < program->links; l++) {
        const ndi_program_link *const link = &program->link[l];
        switch ((ndi_link_kind)link->kind) {
        case NDI_LINK_ONE:
        case NDI_LINK_TWO:
        case NDI_LINK_TERM:
            if (!add_step(a, program, link))
                return false;
            break;
        case NDI_LINK_STORES:
            add_slot(to, 0, 0);
            to->stores[to->count] = (ndi_link){.code = a->chain->store[link->bank]};
            to->streams[to->count] = (ndi_link){.code = a->stream ? a->chain->stream[link->bank]
                                                                  : a->chain->store[link->bank]};
            to->count++;
            break;
        case NDI_LINK_NEXT:
            to->stores[to->count] = to->streams[to->count] = (ndi_link){.code = a->chain->abreast};
            to->count++;
            break;
        case NDI_LINK_FETCHES: {
            const int operand = program->value[link->value[0]].index;
            if (l >= program->unit[0].fetches || !leads(a->nest, operand) ||
                a->nest->stride[operand][a->nest->rank - 1] == 0)
                break;
            add_slot(to, 0, operand);
            to->slot[to->slots - 1].ahead = true;
            to->stores[to->count] = to->streams[to->count] = (ndi_link){.code = a->chain->fetch};
            to->count++;
            break;
        }
        case NDI_LINK_SAVES:
        case NDI_LINK_TWO_RESULTS:
            break;
        }
    }
    return true;
}

/* ---- Running --------------------------------------------------------------------------------- */

/* What is used of them: the whole is half of L1. */
void ndi_abreast_take_links(const ndi_abreast *a, ndi_abreast_links *own)
{
    const ndi_abreast_links *const links = &a->links;
    own->count = links->count;
    own->slots = links->slots;
    memcpy(own->slot, links->slot, (size_t)links->slots * sizeof *own->slot);
    memcpy(own->stores, links->stores, (size_t)links->count * sizeof *own->stores);
    memcpy(own->streams, links->streams, (size_t)links->count * sizeof *own->streams);
}

void ndi_abreast_run(const ndi_abreast *a, ndi_abreast_links *l, bool streams, char *const *base,
                     size_t column, size_t bytes, ptrdiff_t skew, int64_t rows)
{
    ndi_link *const link = streams ? l->streams : l->stores;
    ndi_link *const next = &link[l->count - 1], *apart = next + 2;
    const ndi_nest *const nest = a->nest;
    const int last = nest->rank - 1;
    const ptrdiff_t pitch = a->pitch + skew;
    for (int s = 0; s < l->slots; s++) {
        const ndi_abreast_slot at = l->slot[s];
        const bool repeats = nest->stride[at.operand][last] == 0;
        const ptrdiff_t row = nest->stride[at.operand][last - 1],
                        moves = repeats ? row : row + skew - pitch;
        char **const pointer = &link[at.link].pointer[at.argument];
        *pointer = base[at.operand] + (repeats ? 0 : column) + (at.ahead ? a->at_once * row : 0);
        if (moves != 0)
            *apart++ = (ndi_link){.pointer = {(char *)pointer}, .row = {moves}};
    }
    next->pointer[0] = (char *)link;
    next->pointer[1] = (char *)bytes;
    next->row[0] = (ptrdiff_t)rows;
    next->row[1] = apart - (next + 2);
    next[1].row[0] = pitch - (ptrdiff_t)bytes;
    next[1].row[1] = pitch;
    a->chain->run(link, 0);
}

static size_t in_rounds(const ndi_abreast *a, size_t bytes)
{
    return (bytes + a->chain->round - 1) / a->chain->round * a->chain->round;
}

static void run_rows(const ndi_abreast *a, ndi_abreast_links *l, char *const *base, int64_t rows)
{
    const uintptr_t pitch = (uintptr_t)a->nest->stride[0][a->nest->rank - 2];
    const size_t begin = a->stream ? -(uintptr_t)base[0] % NDI_CACHE_LINE : 0,
                 skew = a->stream ? -pitch % NDI_CACHE_LINE : 0,
                 body = (a->row_bytes - begin - skew * (size_t)(rows - 1)) / a->chain->round *
                        a->chain->round,
                 left = in_rounds(a, begin + skew * (size_t)(rows - 1)),
                 right = in_rounds(a, a->row_bytes - begin - body);
    /* Stores would first read the lines that have just been streamed. */
    const bool whole_lines = a->stream && skew == 0 && (a->row_bytes - begin) % NDI_CACHE_LINE == 0;
    if (left > 0)
        ndi_abreast_run(a, l, false, base, 0, left, 0, rows);
    for (size_t at = 0; at < body; at += a->chunk_bytes) {
        const size_t now = body - at < a->chunk_bytes ? body - at : a->chunk_bytes;
        ndi_abreast_run(a, l, true, base, begin + at, now, (ptrdiff_t)skew, rows);
    }
    if (right > 0)
        ndi_abreast_run(a, l, whole_lines, base, a->row_bytes - right, right, 0, rows);
}

static void run_groups(void *context, size_t begin, size_t end)
{
    const ndi_abreast *const a = context;
    ndi_abreast_links own;
    ndi_abreast_take_links(a, &own);
    for (size_t group = begin; group < end; group++) {
        const int64_t row = (int64_t)group % a->groups_a_plane * a->at_once, rest = a->rows - row,
                      rows = rest < a->at_once ? rest : a->at_once;
        int64_t index[ND_MAX_RANK];
        char *base[NDI_NEST_OPERANDS];
        ndi_nest_seek(a->nest,
                      ((int64_t)group / a->groups_a_plane * a->rows + row) *
                          a->nest->length[a->nest->rank - 1],
                      index, base);
        run_rows(a, &own, base, rows);
    }
    if (a->stream)
        ndi_kernels_in_use()->stream_end();
}

bool ndi_abreast_begin(ndi_abreast *a, const ndi_program *program, const ndi_nest *nest,
                       bool stream)
{
    const int last = nest->rank - 1;
    if (last < 1 || nest->length[last - 1] < 2 || program->steps == 0)
        return false;
    const int dtype = program->value[program->step[0].result].dtype;
    const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size((nd_dtype)dtype);
    if (nest->length[last] * size < LEAST_ROW || !is_one_chain(program, nest, size))
        return false;
    const int reader = reader_of_rows(nest);
    a->nest = nest;
    a->row_bytes = (size_t)(nest->length[last] * size);
    const ndi_chain_kernels *const chain = ndi_kernels_in_use()->chain[dtype];
    a->stream = stream && chain->stream[0];
    a->rows = nest->length[last - 1];
    const uintptr_t between = (uintptr_t)nest->stride[reader][last - 1] % ALIKE_BYTES;
    const bool alike = between < 2 * NDI_CACHE_LINE || between > ALIKE_BYTES - 2 * NDI_CACHE_LINE,
               same = reader == 0 && repeats_rows(nest);
    a->at_once = same ? ROWS_OF_SAME : alike ? ROWS_ALIKE : ROWS;
    a->chunk_bytes = same ? CHUNK_OF_SAME : CHUNK_BYTES;
    a->groups_a_plane = (a->rows + a->at_once - 1) / a->at_once;
    a->pitch = 0;
    for (int operand = 1; operand < nest->operands && a->pitch == 0; operand++)
        if (nest->stride[operand][last] != 0 && nest->stride[operand][last - 1] > 0)
            a->pitch = nest->stride[operand][last - 1];
    a->chain = chain->wide;
    if (!chain->wide || !program->unit[0].one_bank || !build(a, program)) {
        a->chain = chain;
        build(a, program);
    }
    return true;
}

bool ndi_program_run_abreast(const ndi_program *program, const ndi_nest *nest, bool stream)
{
    ndi_abreast a;
    const bool reads_again = reader_of_rows(nest) > 0;
    if ((!reads_again && !repeats_rows(nest)) || !ndi_abreast_begin(&a, program, nest, stream))
        return false;
    const int64_t groups = nest->size / nest->length[nest->rank - 1] / a.rows * a.groups_a_plane;
    if (!reads_again && groups < (int64_t)ndi_pool_threads() * GROUPS)
        return false;
    ndi_parallel_for((size_t)groups, 1, run_groups, &a);
    return true;
}
