/* The packing loops for one type of element; gemm_pack.c includes it after defining REAL, in which
 * it is multiplied, STORED, as which it lies in matrices, the prefix SET, JOIN_SUMS(old, sum), and
 * TIMES_I(v), pairs (x, y) to (-y, x), where complex numbers are made of REAL.
 *
 * Depth is taken in steps of 8, so that a row with adjacent elements is read by whole cache lines
 * while the part of the panel that is written stays in the level 1 cache. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define loose JOIN(SET, loose)
#define vector JOIN(SET, vector)
#define loose_vector JOIN(SET, loose_vector)
#define stored_vector JOIN(SET, stored_vector)
#define LANES (16 / sizeof(REAL))
#define STEP 8

typedef STORED loose __attribute__((aligned(1), may_alias));
typedef REAL vector __attribute__((vector_size(16), may_alias));
typedef REAL loose_vector __attribute__((vector_size(16), aligned(1), may_alias));
typedef STORED stored_vector
    __attribute__((vector_size(LANES * sizeof(STORED)), aligned(1), may_alias));

/* Rows whose steps are adjacent, whole vectors of them and of steps: squares are transposed in
 * registers. */
static void JOIN(SET, transpose)(REAL *to, const char *from, ptrdiff_t across_stride, size_t width,
                                 size_t across, size_t steps)
{
    for (size_t i = 0; i < across; i += LANES)
        for (size_t q = 0; q < steps; q += LANES) {
            vector row[LANES];
            for (size_t r = 0; r < LANES; r++)
                row[r] = __builtin_convertvector(
                    *(const stored_vector *)(from + (ptrdiff_t)(i + r) * across_stride +
                                             q * sizeof(STORED)),
                    vector);
            TRANSPOSE_SQUARE(row);
            for (size_t r = 0; r < LANES; r++)
                *(vector *)(to + (q + r) * width + i) = row[r];
        }
}

static void JOIN(SET, pack)(void *panel, const char *from, ptrdiff_t across_stride,
                            ptrdiff_t depth_stride, size_t width, size_t across, size_t depth)
{
    REAL *to = panel;
    size_t p = 0;
    /* The first ones, in vectors: those of panels that begin at one. */
    const size_t whole = width % LANES == 0 ? across / LANES * LANES : 0;
    if (across < width)
        memset(to, 0, width * depth * sizeof(REAL));
    if (across_stride == sizeof(STORED))
        for (; p < depth; p++, to += width, from += depth_stride) {
            for (size_t i = 0; i < whole; i += LANES)
                *(vector *)(to + i) = __builtin_convertvector(
                    *(const stored_vector *)((const loose *)from + i), vector);
            for (size_t i = whole; i < across; i++)
                to[i] = ((const loose *)from)[i];
        }
    else if (depth_stride == sizeof(STORED))
        while (p + LANES <= depth) {
            const size_t steps = p + STEP <= depth ? STEP : LANES;
            JOIN(SET, transpose)(to, from, across_stride, width, whole, steps);
            for (size_t i = whole; i < across; i++)
                for (size_t q = 0; q < steps; q++)
                    to[q * width + i] = ((const loose *)(from + (ptrdiff_t)i * across_stride))[q];
            p += steps, to += steps * width, from += steps * sizeof(STORED);
        }
    for (; p < depth; p++, to += width, from += depth_stride)
        for (size_t i = 0; i < across; i++)
            to[i] = *(const loose *)(from + (ptrdiff_t)i * across_stride);
}

/* Whole vectors of rows and of columns, whose elements of a row are adjacent in C. */
static void JOIN(SET, unpack_squares)(const REAL *tile, size_t tile_rows, size_t rows,
                                      size_t columns, char *c, ptrdiff_t row_stride)
{
    for (size_t i = 0; i < rows; i += LANES, c += (ptrdiff_t)LANES * row_stride)
        for (size_t j = 0; j < columns; j += LANES) {
            vector row[LANES];
            for (size_t r = 0; r < LANES; r++)
                row[r] = *(const loose_vector *)(tile + (j + r) * tile_rows + i);
            TRANSPOSE_SQUARE(row);
            for (size_t r = 0; r < LANES; r++)
                *(loose_vector *)(c + (ptrdiff_t)r * row_stride + j * sizeof(REAL)) = row[r];
        }
}

/* x - y is x + -y, also where integers wrap. */
static void JOIN(SET, unpack)(const void *tile, size_t tile_rows, size_t rows, size_t columns,
                              ndi_gemm_store store, char *c, ptrdiff_t row_stride,
                              ptrdiff_t column_stride)
{
    const STORED nothing = (STORED)-0.0; /* a sum of -0 stays one */
    const bool by_squares = sizeof(REAL) == sizeof(STORED) && store == NDI_GEMM_SET &&
                            column_stride == sizeof(STORED) && row_stride != sizeof(STORED);
    const size_t whole_rows = by_squares ? rows / LANES * LANES : 0,
                 whole_columns = columns / LANES * LANES;
    JOIN(SET, unpack_squares)(tile, tile_rows, whole_rows, whole_columns, c, row_stride);
    for (size_t j = 0; j < columns; j++, c += column_stride) {
        const REAL *sum = (const REAL *)tile + j * tile_rows;
        if (row_stride == sizeof(STORED) && store == NDI_GEMM_SET) /* loops that vectorise */
            for (size_t i = 0; i < rows; i++)
                ((loose *)c)[i] = JOIN_SUMS(nothing, sum[i]);
        else if (row_stride == sizeof(STORED) && store == NDI_GEMM_ADD)
            for (size_t i = 0; i < rows; i++)
                ((loose *)c)[i] = JOIN_SUMS(((loose *)c)[i], sum[i]);
        else
            for (size_t i = j < whole_columns ? whole_rows : 0; i < rows; i++) {
                loose *to = (loose *)(c + (ptrdiff_t)i * row_stride);
                *to = store == NDI_GEMM_SET   ? JOIN_SUMS(nothing, sum[i])
                      : store == NDI_GEMM_ADD ? JOIN_SUMS(*to, sum[i])
                                              : JOIN_SUMS(*to, -sum[i]);
            }
    }
}

#ifdef TIMES_I

static void JOIN(SET, pack_complex_left)(void *panel, const char *from, ptrdiff_t across_stride,
                                         ptrdiff_t depth_stride, size_t width, size_t across,
                                         size_t depth)
{
    REAL *to = panel;
    const bool adjacent = across_stride == 2 * sizeof(REAL) && width % LANES == 0;
    const size_t whole = adjacent ? 2 * across / LANES * LANES : 0; /* in vectors */
    if (2 * across < width)
        memset(to, 0, 2 * width * depth * sizeof(REAL));
    for (size_t p = 0; p < depth; p += STEP, to += 2 * STEP * width, from += STEP * depth_stride) {
        size_t steps = depth - p < STEP ? depth - p : STEP;
        for (size_t q = 0; q < steps; q++)
            for (size_t i = 0; i < whole; i += LANES) {
                const vector v = *(
                    const stored_vector *)((const loose *)(from + (ptrdiff_t)q * depth_stride) + i);
                *(vector *)(to + 2 * q * width + i) = v;
                *(vector *)(to + (2 * q + 1) * width + i) = TIMES_I(v);
            }
        for (size_t i = whole / 2; i < across; i++)
            for (size_t q = 0; q < steps; q++) {
                const loose *element = (const loose *)(from + (ptrdiff_t)i * across_stride +
                                                       (ptrdiff_t)q * depth_stride);
                REAL *pair = to + 2 * q * width + 2 * i, real = element[0], imaginary = element[1];
                pair[0] = real;
                pair[1] = imaginary;
                pair[width] = -imaginary;
                pair[width + 1] = real;
            }
    }
}

static void JOIN(SET, pack_complex_right)(void *panel, const char *from, ptrdiff_t across_stride,
                                          ptrdiff_t depth_stride, size_t width, size_t across,
                                          size_t depth)
{
    REAL *to = panel;
    if (depth_stride == 2 * sizeof(REAL)) { /* twice as many reals one after the other */
        JOIN(SET, pack)(panel, from, across_stride, sizeof(REAL), width, across, 2 * depth);
        return;
    }
    if (across < width)
        memset(to, 0, 2 * width * depth * sizeof(REAL));
    for (size_t p = 0; p < depth; p += STEP, to += 2 * STEP * width, from += STEP * depth_stride) {
        size_t steps = depth - p < STEP ? depth - p : STEP;
        for (size_t i = 0; i < across; i++)
            for (size_t q = 0; q < steps; q++) {
                const loose *element = (const loose *)(from + (ptrdiff_t)i * across_stride +
                                                       (ptrdiff_t)q * depth_stride);
                to[2 * q * width + i] = element[0];
                to[(2 * q + 1) * width + i] = element[1];
            }
    }
}

static void JOIN(SET, unpack_complex)(const void *tile, size_t tile_rows, size_t rows,
                                      size_t columns, ndi_gemm_store store, char *c,
                                      ptrdiff_t row_stride, ptrdiff_t column_stride)
{
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < rows; i++) {
            loose *to = (loose *)(c + (ptrdiff_t)i * row_stride + (ptrdiff_t)j * column_stride);
            const REAL *value = (const REAL *)tile + j * tile_rows + 2 * i;
            for (int part = 0; part < 2; part++)
                to[part] = store == NDI_GEMM_SET   ? value[part]
                           : store == NDI_GEMM_ADD ? to[part] + value[part]
                                                   : to[part] - value[part];
        }
}

#endif

#undef JOIN_
#undef JOIN
#undef loose
#undef vector
#undef loose_vector
#undef stored_vector
#undef LANES
#undef STEP
#undef SET
#undef REAL
#undef STORED
#undef JOIN_SUMS
#undef TRANSPOSE_SQUARE
#undef TIMES_I
