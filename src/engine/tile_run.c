/* Running the plan of an expression in tiles. */
#include "engine/tile_plan.h"

#include <string.h>

#include "base/pool.h"
#include "base/progress.h"

static void run_folds(const ndi_tile_plan *p, const ndi_tile_stage *s, int64_t begin, int64_t end,
                      char *scratch)
{
    ndi_workspace workspace = {.memory = scratch + p->elements_bytes, .bytes = p->workspace_bytes};
    ndi_tile_folds f;
    ndi_tile_folds_find(&f, s, begin, end, scratch);
    if (s->together > 0)
        ndi_fold_run(s->together, f.each, s->order, &f.from, NULL, &workspace);
}

static void run_program(const ndi_tile_stage *s, int64_t begin, int64_t end, char *scratch)
{
    const ndi_nest *const whole = &s->loop.nest;
    ndi_nest nest;
    ndi_nest_range(whole, s->axis, begin, end, &nest);
    for (int operand = 0; operand < nest.operands; operand++)
        if (s->scratch[operand])
            nest.data[operand] = scratch + (uintptr_t)whole->data[operand];
    ptrdiff_t soon[NDI_NEST_OPERANDS] = {0};
    const bool fetches = s->fetches && end < whole->length[s->axis];
    for (int operand = 1; fetches && operand < nest.operands; operand++)
        if (s->last[operand])
            soon[operand] = (end - begin) * whole->stride[operand][s->axis];
    ndi_program_run(&s->loop.program, &nest, s->in_place, s->placed.scratch ? 0 : whole->size,
                    fetches ? soon : NULL);
}

/* The root's rows of a tile, those that lie alike at a time; from line to line but at edges. */
static void run_lines(const ndi_tile_plan *p, int64_t begin, int64_t end, bool first, bool last,
                      char *scratch)
{
    const ndi_tile_stage *const root = &p->stage[p->stages - 1];
    const ndi_nest *const lines = &p->lines;
    const ptrdiff_t size = lines->stride[0][1];
    const bool fetches = root->fetches && end < p->tiling->length;
    for (int r = 0; r < p->period; r++) {
        const char *const row = lines->data[0] + r * lines->stride[0][0] + begin * size;
        const int64_t over = (int64_t)((uintptr_t)row % NDI_CACHE_LINE) /
                             size, /* whole tiles: at both ends */
            from = begin - (first ? 0 : over), to = end - (last ? 0 : over),
                      rows = (lines->length[0] - r + p->period - 1) / p->period;
        ptrdiff_t soon[NDI_NEST_OPERANDS] = {0};
        ndi_nest nest;
        ndi_nest_begin(&nest, 2, (int64_t[]){rows, to - from});
        nest.operands = lines->operands;
        for (int i = 0; i < nest.operands; i++) {
            const ptrdiff_t column = lines->stride[i][1];
            nest.stride[i][0] = p->period * lines->stride[i][0];
            nest.stride[i][1] = column;
            nest.data[i] =
                r * lines->stride[i][0] +
                (root->scratch[i] ? scratch + (uintptr_t)lines->data[i] + (from - begin) * column
                                  : lines->data[i] + from * column);
            if (fetches && root->last[i] && i > 0) /* the line at the edge is there */
                soon[i] = (end - begin) * column + NDI_CACHE_LINE;
        }
        ndi_program_run(&root->loop.program, &nest, false, root->loop.nest.size,
                        fetches ? soon : NULL);
    }
}

/* What the next tile needs of this one, where it begins with the end of its lines. */
static void carry_line(const ndi_tile_plan *p, int64_t columns, char *scratch)
{
    for (const ndi_tile_stage *s = p->stage; s < &p->stage[p->stages - 1]; s++)
        if (s->placed.scratch && ndi_tile_is_line(s)) {
            const size_t size = nd_dtype_size((nd_dtype)s->node->dtype),
                         bytes = NDI_CACHE_LINE / (size_t)p->lines.stride[0][1] * size;
            char *const tile = scratch + (uintptr_t)s->placed.data;
            memcpy(tile - bytes, tile + (size_t)columns * size - bytes, bytes);
        }
}

static int64_t begin_of(const ndi_tile_plan *p, size_t tile)
{
    const int64_t begin = (int64_t)tile * p->width;
    return begin < p->tiling->length ? begin : p->tiling->length;
}

/* The first of the stages of a tile. */
static void run_stages(const ndi_tile_plan *p, int stages, size_t tile, char *scratch)
{
    const int64_t begin = begin_of(p, tile), end = begin_of(p, tile + 1);
    for (const ndi_tile_stage *s = p->stage; s < p->stage + stages; s++)
        if (s->folds)
            run_folds(p, s, begin, end, scratch);
        else
            run_program(s, begin, end, scratch);
}

/* Tiles that leave ends of lines to the next one. That of another task may do the stages of the
 * tile before itself, if nobody wants what they make. */
static void run_lined_tiles(const ndi_tile_plan *p, size_t begin, size_t end, char *scratch)
{
    const bool again = p->alone && begin > 0;
    if (again) {
        run_stages(p, p->stages - 1, begin - 1, scratch);
        carry_line(p, p->width, scratch);
    }
    for (size_t tile = begin; tile < end; tile++) {
        run_stages(p, p->stages - 1, tile, scratch);
        run_lines(p, begin_of(p, tile), begin_of(p, tile + 1), tile == begin && !again,
                  tile + 1 == (p->alone ? (size_t)p->tiles : end), scratch);
        if (tile + 1 < end)
            carry_line(p, p->width, scratch);
    }
}

static void run_tiles(void *context, size_t begin, size_t end)
{
    ndi_tile_plan *const p = context;
    int thread = 0; /* not more of them come here at once than there is scratch for */
    while (atomic_exchange(&p->taken[thread], 1))
        thread = thread + 1 < p->threads ? thread + 1 : 0;
    char *const scratch = p->scratch + p->scratch_bytes * (size_t)thread;
    const size_t items = end < (size_t)p->items ? end : (size_t)p->items;
    if (begin < items) {
        ndi_pipeline_run(&p->pipeline, (int64_t)begin, (int64_t)items, scratch);
        begin = items;
    }
    if (p->period > 0)
        run_lined_tiles(p, begin, end, scratch);
    else
        for (size_t tile = begin; tile < end; tile++)
            run_stages(p, p->stages, tile, scratch);
    atomic_store(&p->taken[thread], 0);
}

bool ndi_tiling_run(const ndi_tiling *tiling, const ndi_target *target)
{
    ndi_tile_plan *const p = ndi_tile_plan_new(tiling, target ? target->array : NULL, false);
    if (!p)
        return false;
    for (int i = 0; i < p->stages; i++) {
        ndi_loop_hold(&p->stage[i].loop);
        ndi_node_retain(p->stage[i].node);
        if (p->stage[i].made)
            ndi_graph_claim(p->stage[i].node);
    }
    ndi_loop_demand(tiling->root, NDI_COST_TILED);
    ndi_graph_unlock();
    if (!target)
        ndi_watch_begin("eval");
    ndi_parallel_for((size_t)p->tiles, p->share, run_tiles, p);
    const bool done = ndi_watch_end();
    ndi_graph_lock();
    for (int i = 0; i < p->stages; i++) {
        ndi_tile_stage *const s = &p->stage[i];
        ndi_loop_release(&s->loop);
        if (s->made)
            ndi_graph_release_claim(s->node);
        if (done && s->made) {
            ndi_node_computed(s->node, s->made);
            s->made = NULL;
        }
        ndi_node_release(s->node);
    }
    ndi_tile_plan_free(p);
    return done;
}
