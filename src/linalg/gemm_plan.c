/* The choice among the ways of a matrix product, and how its blocks are cut. */
#include "linalg/gemm_plan.h"

#include <math.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "base/pool.h"
#include "linalg/gemm_few.h"
#include "linalg/sizes.h"

typedef ndi_gemm_product product;

static size_t parts(size_t count, size_t size)
{
    return ndi_gemm_parts(count, size);
}

static void turn(ndi_gemm_plan *plan)
{
    plan->shape = ndi_gemm_transposed(&plan->shape);
    plan->turned = !plan->turned;
}

static bool is_of_floats(const ndi_gemm_shape *s)
{
    return (s->type == NDI_GEMM_F32 || s->type == NDI_GEMM_F64) && !s->subtracts;
}

/* ---- Ways without tiles ---------------------------------------------------------------------- */

static bool is_trivial(ndi_gemm_plan *plan)
{
    const ndi_gemm_shape *const s = &plan->shape;
    if (s->m == 0 || s->n == 0 || (s->subtracts && s->k == 0)) {
        plan->way = NDI_GEMM_NOTHING;
        return true;
    }
    if (s->subtracts)
        return false;
    if (s->k == 0) {
        plan->way = NDI_GEMM_ZEROS;
        return true;
    }
    plan->way = NDI_GEMM_VECTOR;
    if (s->n != 1 && s->m == 1)
        turn(plan);
    return s->n == 1;
}

/* Two or three columns of integers, of rows that are contiguous: each is sooner multiplied by
 * itself, as tiles of so few stay empty. */
static bool is_for_vectors(ndi_gemm_plan *plan)
{
    const size_t least = 32, most_columns = 3;
    ndi_gemm_plan tall = {.way = NDI_GEMM_VECTOR, .shape = plan->shape, .turned = plan->turned};
    if (tall.shape.m < tall.shape.n)
        turn(&tall);
    const ndi_gemm_shape *const s = &tall.shape;
    if (s->type >= NDI_GEMM_F32 || s->subtracts || s->n > most_columns || s->m < least ||
        s->k < least || s->a_row_stride == ndi_gemm_formats[s->type].element_bytes)
        return false;
    *plan = tall;
    return true;
}

/* If A is long, B is small and the layouts are the kernels'. */
static bool is_shallow(ndi_gemm_plan *plan)
{
    const size_t least_rows = 32;
    if (!is_of_floats(&plan->shape) || plan->shape.k > NDI_GEMM_SHALLOW)
        return false;
    ndi_gemm_plan long_one = {.shape = plan->shape, .turned = plan->turned};
    if (plan->shape.m < plan->shape.n)
        turn(&long_one);
    const ndi_gemm_shape *const s = &long_one.shape;
    const ndi_gemm_format *const format = &ndi_gemm_formats[s->type];
    const ptrdiff_t size = format->element_bytes;
    if (s->m < least_rows || s->n > NDI_GEMM_SHALLOW)
        return false;
    if (s->a_row_stride == size && s->c_row_stride == size)
        long_one.way = NDI_GEMM_LONG_ROWS;
    else if (s->c_column_stride == size && s->c_row_stride == (ptrdiff_t)s->n * size &&
             ndi_gemm_kernels_of_width(ndi_isa_in_use(), format->tiles, s->n)->lanes >= s->n)
        long_one.way = NDI_GEMM_SHORT_ROWS;
    else
        return false;
    plan->way = long_one.way;
    plan->turned = long_one.turned;
    plan->shape = long_one.shape;
    return true;
}

/* ---- By tiles -------------------------------------------------------------------------------- */

static bool in_whole_reals(ptrdiff_t stride, size_t real_bytes)
{
    return stride % (ptrdiff_t)real_bytes == 0;
}

/* Packing pays when a panel is read often: from 16 times on, with little between 8 and 32. Until
 * then whole panels are read in place, which bytes cannot be, complex numbers in the right operand
 * if its steps of depth are adjacent, and in the left operand only adjacent rows; that makes
 * products of 32 x 32 doubles 1.6 times as fast, and of 4 x 1000 by 1000 x 1000 eight times. The
 * kernels' sums are the same. */
static void choose_packing(product *p, size_t m, size_t n)
{
    const size_t least_uses = 16;
    p->packs_left = p->is_complex || p->is_widened || parts(n, p->tile_columns) >= least_uses ||
                    p->left.row_stride != (ptrdiff_t)p->real_bytes ||
                    !in_whole_reals(p->left.column_stride, p->real_bytes);
    p->packs_right = (p->is_complex && p->right.row_stride != (ptrdiff_t)p->element_bytes) ||
                     p->is_widened || parts(m, p->tile_rows) >= least_uses ||
                     !in_whole_reals(p->right.row_stride, p->real_bytes) ||
                     !in_whole_reals(p->right.column_stride, p->real_bytes);
}

/* Panels lie one after the other, and are written by whole vectors. */
static size_t in_lines(size_t bytes)
{
    return parts(bytes, NDI_CACHE_LINE) * NDI_CACHE_LINE;
}

/* How large blocks are. */
static void settle_blocks(product *p)
{
    size_t most_bytes = (size_t)ndi_cpu_caches().last / 4, lanes = p->kernels->lanes;
    most_bytes = most_bytes < (2u << 20) ? 2u << 20 : smaller(most_bytes, 8u << 20);
    size_t reals = p->is_complex ? 2 : 1; /* a complex step of depth is two real ones */
    p->most_depth = ndi_gemm_even_part(p->k, p->kernels->depth / reals, 1);
    p->left_width = smaller(p->kernels->tile_rows, parts(reals * p->m, lanes) * lanes);
    p->left_panel_bytes = in_lines(p->left_width * p->most_depth * reals * p->real_bytes);
    p->right_panel_bytes =
        in_lines(p->kernels->tile_columns * p->most_depth * reals * p->real_bytes);
    p->most_rows =
        ndi_gemm_even_part(p->m, most_bytes / p->left_panel_bytes * p->tile_rows, p->tile_rows);
    p->most_columns = ndi_gemm_even_part(p->n, most_bytes / p->right_panel_bytes * p->tile_columns,
                                         p->tile_columns);
    ndi_gemm_size_buffers(p);
}

/* What is multiplied by which tiles, and what is packed. */
static void settle_operands(product *to, const ndi_gemm_shape *shape, ndi_gemm_real real)
{
    const ndi_gemm_format *format = &ndi_gemm_formats[shape->type];
    product p = {
        .moves = ndi_gemm_moves_for(shape->type),
        .is_complex = format->is_complex,
        .is_widened = format->is_widened,
        .subtracts = shape->subtracts,
        .element_bytes = format->element_bytes,
        .real_bytes = format->real_bytes,
        .left = {NULL, shape->a_row_stride, shape->a_column_stride},
        .right = {NULL, shape->b_row_stride, shape->b_column_stride},
        .c_row_stride = shape->c_row_stride,
        .c_column_stride = shape->c_column_stride,
        .m = shape->m,
        .n = shape->n,
        .k = shape->k,
    };
    p.kernels =
        ndi_gemm_kernels_for_rows(ndi_isa_in_use(), real, format->is_complex ? 2 * p.m : p.m);
    p.tile_rows = format->is_complex ? p.kernels->tile_rows / 2 : p.kernels->tile_rows;
    p.tile_columns = p.kernels->tile_columns;
    p.stores_tiles = !p.is_widened && p.c_row_stride == (ptrdiff_t)p.element_bytes &&
                     in_whole_reals(p.c_column_stride, p.real_bytes);
    choose_packing(&p, p.m, p.n);
    *to = p;
}

/* Packed on the stack, and too little for several threads. */
static bool is_small(const product *p)
{
    return p->left_bytes + p->right_bytes <= NDI_GEMM_SMALL_BYTES && p->most_depth == p->k &&
           p->most_rows >= p->m && p->most_columns >= p->n &&
           ndi_gemm_is_for_one(p, p->m, p->n, p->k);
}

/* Enough work for all threads, but little in each step. */
static bool is_deep(const product *p, size_t threads)
{
    const size_t least_work = 150000, steps = parts(p->k, p->most_depth);
    const size_t padded =
        p->left_width * parts(p->m, p->tile_rows) * p->tile_columns * parts(p->n, p->tile_columns);
    return threads > 1 && steps >= threads && p->m <= p->most_rows && p->n <= p->most_columns &&
           padded * p->most_depth < NDI_GEMM_LITTLE && padded * p->k >= least_work;
}

/* What a share of so many rows and columns takes, in multiplications: its own, what it packs, and
 * its part of lines of C that threads beside it write too (300 x 10 by 10 x 300 doubles 52 us by
 * rows, 23 by columns). */
static double cost_of_share(const product *p, size_t rows, size_t columns)
{
    const double packed_element = 50, line_of_two = 5000;
    const double packed =
        (p->packs_left ? (double)rows : 0) + (p->packs_right ? (double)columns : 0);
    return (double)p->k * ((double)rows * (double)columns * (p->is_complex ? 4 : 1) +
                           packed_element * packed) +
           (rows < p->m ? line_of_two * (double)columns : 0);
}

/* C is cut into shares, as many as threads or a few less. Each packs what it takes: panels that
 * another core has packed cost more than packing them again (2000 x 2000 by 2000 x 2000 doubles
 * 155 ms with panels for both threads, 86 so). Large shares are cut again, so that a thread which
 * is done can take one more, and that there is progress to report. */
static void choose_shares(product *p, size_t threads)
{
    const size_t most = 2048; /* rows or columns */
    const size_t row_panels = parts(p->m, p->tile_rows),
                 column_panels = parts(p->n, p->tile_columns);
    double least = INFINITY;
    for (size_t i = 1; i <= smaller(threads, row_panels); i++) {
        const size_t j = smaller(threads / i, column_panels),
                     rows = smaller(parts(row_panels, i) * p->tile_rows, p->m),
                     columns = smaller(parts(column_panels, j) * p->tile_columns, p->n);
        const double cost = cost_of_share(p, rows, columns);
        if (cost >= least)
            continue;
        least = cost;
        p->row_shares = i;
        p->column_shares = j;
    }
    p->row_shares *= parts(parts(p->m, p->row_shares), most);
    p->column_shares *= parts(parts(p->n, p->column_shares), most);
}

static bool is_thin(const product *p)
{
    const size_t least_rows = 8;
    return p->is_complex && p->n <= NDI_GEMM_THIN_COLUMNS && p->m >= least_rows &&
           p->left.row_stride == (ptrdiff_t)p->element_bytes;
}

static ndi_gemm_way way_by_tiles(product *p, bool is_one_of_many)
{
    const size_t threads = (size_t)ndi_pool_threads();
    if (!is_one_of_many && is_thin(p))
        return NDI_GEMM_THIN;
    if (is_small(p))
        return NDI_GEMM_WHOLE;
    if (is_deep(p, threads))
        return NDI_GEMM_DEEP;
    choose_shares(p, ndi_gemm_is_for_one(p, p->m, p->n, p->k) ? 1 : threads);
    return NDI_GEMM_SHARES;
}

/* ---- Floats of few rows or columns ----------------------------------------------------------- */

/* What parts of a product take, in nanoseconds on a Xeon with AVX-512; only their ratios count. Of
 * 3,400 products of 50 to 1,000 by 2 to 16 the way of the least sum took 1 % more than the fastest
 * one on average. */
static const double vector_by_tiles = 0.115, vector_by_dots = 0.19, sum_by_dots = 1.25,
                    packed_byte = 0.044, moved_element = 0.63, transposed_element = 0.15,
                    read_byte = 0.0125, row_byte = 0.0075; /* by dot products */

/* Of an operand of so many elements: those that lie apart are moved one by one. */
static double cost_of_packing(size_t elements, size_t bytes, ptrdiff_t stride,
                              ptrdiff_t other_stride)
{
    const ptrdiff_t item = (ptrdiff_t)bytes;
    return (double)elements *
           (stride == item || other_stride == item ? packed_byte * (double)bytes : moved_element);
}

/* Vectors that are multiplied at each step of the depth for a tile; fewer than eight take as long,
 * as each waits for its last sum. */
static size_t vectors_of_step(size_t rows, size_t columns, size_t lanes)
{
    const size_t least = 8, vectors = parts(rows, lanes) * columns;
    return vectors == 0 ? 0 : larger(vectors, least);
}

static double cost_of_tiles(const product *p)
{
    const size_t lanes = p->kernels->lanes, rows = p->tile_rows, columns = p->tile_columns;
    const size_t whole_rows = p->m / rows, last_rows = p->m % rows, whole_columns = p->n / columns,
                 last_columns = parts(p->n % columns, columns / 2) * (columns / 2);
    const size_t vectors = whole_rows * whole_columns * vectors_of_step(rows, columns, lanes) +
                           whole_rows * vectors_of_step(rows, last_columns, lanes) +
                           whole_columns * vectors_of_step(last_rows, columns, lanes) +
                           vectors_of_step(last_rows, last_columns, lanes);
    const size_t item = p->real_bytes, left = p->m * p->k, right = p->k * p->n,
                 read = left * parts(p->n, columns) + right * parts(p->m, rows);
    double cost = vector_by_tiles * (double)(vectors * p->k) + read_byte * (double)(read * item);
    if (p->packs_left)
        cost += cost_of_packing(left, item, p->left.row_stride, p->left.column_stride);
    if (p->packs_right)
        cost += cost_of_packing(right, item, p->right.row_stride, p->right.column_stride);
    if (p->stores_tiles)
        return cost;
    const size_t more_steps = parts(p->k, p->kernels->depth) - 1; /* that are added to the first */
    return cost + (transposed_element + moved_element * (double)more_steps) * (double)(p->m * p->n);
}

/* INFINITY if it is not done so. */
static double cost_of_dots(const ndi_gemm_shape *s)
{
    const ndi_gemm_format *const format = &ndi_gemm_formats[s->type];
    const size_t item = format->element_bytes,
                 lanes = ndi_gemm_kernels_for(ndi_isa_in_use(), format->tiles)->lanes;
    if (!is_of_floats(s) || s->a_column_stride != (ptrdiff_t)item || s->k < lanes ||
        s->n > NDI_GEMM_FEW_BY_FEW)
        return INFINITY;
    const size_t at_once = lanes * item == 64 ? 4 : 2; /* columns */
    const size_t sums = parts(s->m, 4) * 4 * parts(s->n, 2) * 2,
                 read = s->m * s->k * item * parts(s->n, at_once);
    const double cost = vector_by_dots * (double)(sums * parts(s->k, lanes)) +
                        sum_by_dots * (double)sums + row_byte * (double)read;
    return s->b_row_stride == (ptrdiff_t)item
               ? cost
               : cost + cost_of_packing(s->n * s->k, item, s->b_row_stride, s->b_column_stride);
}

/* Settles, of few rows or columns, the way that costs least, straight or turned: dot products of
 * contiguous rows, or tiles; those of many products are others' to settle. */
static bool has_few(ndi_gemm_plan *plan, ndi_gemm_real real, bool is_one_of_many)
{
    const size_t most = 16, least_products = 4096, least_depth = 64;
    const size_t few = smaller(plan->shape.m, plan->shape.n),
                 many = larger(plan->shape.m, plan->shape.n), k = plan->shape.k;
    const bool is_compact = many <= NDI_GEMM_FEW_BY_FEW; /* if deep, without packing it */
    if ((plan->shape.type != NDI_GEMM_F32 && plan->shape.type != NDI_GEMM_F64) ||
        (is_compact ? k < least_depth : few > most) || few * many * k < least_products)
        return false;
    ndi_gemm_plan other = {.shape = plan->shape, .turned = plan->turned};
    turn(&other);
    settle_operands(&plan->product, &plan->shape, real);
    settle_operands(&other.product, &other.shape, real);
    const double dots = cost_of_dots(&plan->shape), other_dots = cost_of_dots(&other.shape),
                 tiles = cost_of_tiles(&plan->product), other_tiles = cost_of_tiles(&other.product);
    const double least = fmin(fmin(dots, other_dots), fmin(tiles, other_tiles));
    const bool by_dots = dots == least || other_dots == least;
    if (!by_dots && is_one_of_many)
        return false;
    if (dots != least && tiles != least)
        *plan = other;
    if (by_dots) {
        plan->way = NDI_GEMM_FEW;
    } else {
        settle_blocks(&plan->product);
        plan->way = way_by_tiles(&plan->product, false);
    }
    return true;
}

/* If the larger operand can be read where it is as the left one, or as the right one, and turned
 * could not, or would fill vectors only in part (8 x 600 by 600 x 100 doubles, all columns
 * contiguous, 31 us turned, 16 so). */
static bool stays_in_place(const ndi_gemm_shape *s, ndi_gemm_real real)
{
    const size_t lanes = ndi_gemm_kernels_for(ndi_isa_in_use(), real)->lanes;
    const ndi_gemm_format *const format = &ndi_gemm_formats[s->type];
    const size_t few = format->is_complex ? 2 * lanes : lanes / 2,
                 few_rows = format->is_complex ? 2 * lanes : lanes;
    /* Less is sooner packed than its tiles are unpacked. */
    const size_t least_depth = format->is_complex ? 16 : 24;
    if (s->a_row_stride == format->element_bytes && s->n <= few && s->m >= lanes && s->m > s->n)
        return true;
    return s->b_row_stride == format->element_bytes && s->m <= few_rows && s->n >= 4 * lanes &&
           s->k >= least_depth;
}

void ndi_gemm_choose(ndi_gemm_plan *plan, const ndi_gemm_shape *shape, ndi_gemm_real real,
                     bool is_one_of_many)
{
    plan->shape = *shape;
    plan->turned = false;
    if (is_trivial(plan) || (!is_one_of_many && is_shallow(plan)) || is_for_vectors(plan) ||
        has_few(plan, real, is_one_of_many))
        return;
    /* Kernels write columns: of C where rows are contiguous. */
    const ptrdiff_t element_bytes = ndi_gemm_formats[shape->type].element_bytes;
    if (shape->c_column_stride == element_bytes && !stays_in_place(shape, real))
        turn(plan);
    settle_operands(&plan->product, &plan->shape, real);
    settle_blocks(&plan->product);
    plan->way = way_by_tiles(&plan->product, is_one_of_many);
}
