/* Stencils over their own input, a few rows side by side.
 *
 * Rows of a group are computed abreast (abreast.h), some columns of each in turn, into scratch that
 * stays in L1. They are written when the next columns have been computed, which read what is beside
 * them; all but the last rows of the group, which the next group reads too: those wait in a buffer
 * for the same columns of that one. So each element goes to memory once, a little later, and all
 * that it costs is a copy in L1. Threads have parts of the rows. The first rows of a part, which
 * the part before reads, and its last rows are written when all parts are done. */
#include "engine/lagging.h"

#include <string.h>

#include "base/pool.h"
#include "engine/abreast.h"

enum {
    PIECE_BYTES = 512, /* of a row, in turn; the last piece has less than twice as many */
    ASIDE_BYTES = 256, /* columns that a row may read beside its own */
    PITCH = 2 * PIECE_BYTES + 64, /* of a piece in scratch: not all at the same place of L1 */
    PARTS = 4,                    /* of a thread */
    LEAST_GROUPS = 4,             /* of a part */
};

typedef struct part {
    int64_t begin, end;
    char *first, *last; /* results of as many rows as operands reach, at either end */
    char *scratch;
} part;

typedef struct lagging {
    ndi_abreast abreast;
    const ndi_nest *nest;
    ndi_nest beside; /* with the scratch instead of the target */
    int64_t reach;
    ptrdiff_t pitch; /* of the target's rows */
    size_t row_bytes;
    char *memory;
    int64_t parts;
    part part[];
} lagging;

/* Columns of a group: what is computed, whole rounds, and what is written of it. */
typedef struct piece {
    size_t computed, begin, end;
    char *scratch;
} piece;

typedef struct group {
    const lagging *run;
    const part *part;
    int64_t row, rows;
} group;

static int64_t groups_of(const lagging *l, const part *p)
{
    const int64_t groups = (p->end - p->begin) / l->abreast.at_once;
    return groups > 0 ? groups : 1;
}

static char *target_row(const lagging *l, int64_t row)
{
    return l->nest->data[0] + row * l->pitch;
}

static void write_piece(const group *g, const piece *p)
{
    const lagging *const l = g->run;
    const size_t bytes = p->end - p->begin, within = p->begin - p->computed;
    const bool begins = g->row == g->part->begin;
    for (int64_t r = 0; r < g->rows; r++) {
        const char *const from = p->scratch + r * PITCH + within;
        const int64_t late = r - (g->rows - l->reach);
        char *to = target_row(l, g->row + r) + p->begin;
        if (late >= 0) {
            to = g->part->last + (size_t)late * l->row_bytes + p->begin;
            if (!begins)
                memcpy(target_row(l, g->row - l->reach + late) + p->begin, to, bytes);
        } else if (begins && r < l->reach) {
            to = g->part->first + (size_t)r * l->row_bytes + p->begin;
        }
        memcpy(to, from, bytes);
    }
}

/* The columns computed..computed+bytes-1 of a group, of which begin..end-1 are new. Then those of
 * the piece before are written. */
static void next_piece(const group *g, ndi_abreast_links *links, char *const *base, piece *before,
                       size_t computed, size_t bytes, size_t begin, size_t end)
{
    const size_t half = (size_t)(2 * g->run->abreast.at_once) * PITCH;
    char *own[NDI_NEST_OPERANDS];
    const piece now = {computed, begin, end,
                       before->scratch == g->part->scratch ? g->part->scratch + half
                                                           : g->part->scratch};
    memcpy(own, base, (size_t)g->run->nest->operands * sizeof *own);
    own[0] = (char *)((uintptr_t)now.scratch - computed);
    ndi_abreast_run(&g->run->abreast, links, false, own, computed, bytes, 0, g->rows);
    if (before->scratch)
        write_piece(g, before);
    *before = now;
}

/* The target's lines are those of the pieces, but for the ends of its rows: these are computed as
 * whole rounds, some columns twice. */
static void run_group(const group *g, ndi_abreast_links *links)
{
    const lagging *const l = g->run;
    const size_t round = l->abreast.chain->round;
    char *base[NDI_NEST_OPERANDS];
    for (int operand = 0; operand < l->nest->operands; operand++)
        base[operand] = l->nest->data[operand] + g->row * l->nest->stride[operand][0];
    const size_t head = -(uintptr_t)base[0] % NDI_CACHE_LINE,
                 body = (l->row_bytes - head) / round * round, end = head + body;
    piece before = {0};
    if (head > 0)
        next_piece(g, links, base, &before, 0, round, 0, head);
    for (size_t at = head, now; at < end; at += now) {
        now = end - at < 2 * PIECE_BYTES ? end - at : PIECE_BYTES;
        next_piece(g, links, base, &before, at, now, at, at + now);
    }
    if (end < l->row_bytes)
        next_piece(g, links, base, &before, l->row_bytes - round, round, end, l->row_bytes);
    write_piece(g, &before);
}

static void run_parts(void *context, size_t from, size_t to)
{
    const lagging *const l = context;
    ndi_abreast_links links;
    ndi_abreast_take_links(&l->abreast, &links);
    for (size_t i = from; i < to; i++) {
        const part *const p = &l->part[i];
        const int64_t groups = groups_of(l, p), rows = p->end - p->begin;
        for (int64_t j = 0; j < groups; j++) {
            const int64_t begin = rows * j / groups, end = rows * (j + 1) / groups;
            run_group(&(group){l, p, p->begin + begin, end - begin}, &links);
        }
    }
}

static void write_ends(const lagging *l)
{
    for (int64_t i = 0; i < l->parts; i++)
        for (int64_t r = 0; r < l->reach; r++) {
            const part *const p = &l->part[i];
            memcpy(target_row(l, p->begin + r), p->first + (size_t)r * l->row_bytes, l->row_bytes);
            memcpy(target_row(l, p->end - l->reach + r), p->last + (size_t)r * l->row_bytes,
                   l->row_bytes);
        }
}

/* What lies to the target as its own rows do is at most so many columns aside, and never in the
 * next row. */
static bool is_near(const ndi_nest *nest, size_t row_bytes, int64_t reach)
{
    const ptrdiff_t pitch = nest->stride[0][0], size = (ptrdiff_t)row_bytes;
    for (int operand = 1; operand < nest->operands; operand++) {
        if (nest->stride[operand][0] != pitch || nest->stride[operand][1] != nest->stride[0][1])
            continue;
        const ptrdiff_t shift = nest->data[operand] - nest->data[0],
                        rows = ndi_rows_apart(shift, pitch), aside = shift - rows * pitch,
                        width = aside < 0 ? -aside : aside;
        if (rows >= -reach - 1 && rows <= reach + 1 &&
            (width > ASIDE_BYTES || width + size > pitch))
            return false;
    }
    return true;
}

bool ndi_program_run_lagging(const ndi_program *program, const ndi_nest *nest, int64_t reach,
                             bool *failed)
{
    *failed = false;
    if (nest->rank != 2)
        return false;
    const int threads = ndi_pool_threads();
    const size_t bytes = sizeof(lagging) + (size_t)threads * PARTS * sizeof(part);
    lagging *const l = ndi_allocate(bytes);
    *failed = !l;
    if (!l)
        return true;
    l->nest = nest;
    l->reach = reach;
    l->pitch = nest->stride[0][0];
    l->beside = *nest;
    l->beside.stride[0][0] = PITCH;
    if (!ndi_abreast_begin(&l->abreast, program, &l->beside, false) ||
        2 * reach > l->abreast.at_once || !is_near(nest, l->abreast.row_bytes, reach) ||
        nest->length[0] < LEAST_GROUPS * l->abreast.at_once) {
        ndi_free(l, bytes);
        return false;
    }
    const int64_t rows = nest->length[0], at_once = l->abreast.at_once,
                  parts = rows / (LEAST_GROUPS * at_once);
    l->row_bytes = l->abreast.row_bytes;
    l->parts = parts < threads * PARTS ? parts : threads * PARTS;
    const size_t ends = (size_t)reach * l->row_bytes, scratch = (size_t)(4 * at_once * PITCH),
                 each = (2 * ends + scratch + NDI_CACHE_LINE - 1) / NDI_CACHE_LINE * NDI_CACHE_LINE,
                 memory = each * (size_t)l->parts;
    l->memory = ndi_allocate(memory);
    *failed = !l->memory;
    if (l->memory) {
        for (int64_t i = 0; i < l->parts; i++) {
            char *const own = l->memory + each * (size_t)i;
            l->part[i] = (part){.begin = rows * i / l->parts,
                                .end = rows * (i + 1) / l->parts,
                                .scratch = own,
                                .first = own + scratch,
                                .last = own + scratch + ends};
        }
        ndi_parallel_for((size_t)l->parts, 1, run_parts, l);
        write_ends(l);
        ndi_free(l->memory, memory);
    }
    ndi_free(l, bytes);
    return true;
}
