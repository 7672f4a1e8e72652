/* The sum of the squares of adjacent floats or doubles, in doubles; gemm_kernels_isa.h includes it
 * for both after defining SET (the prefix of its names), TARGET, REAL, VECTOR_BYTES and WIDEN of a
 * part of a vector to one of doubles.
 *
 * 32 lanes, whatever the vectors: squares of floats are exact in doubles, so their sums have the
 * same bits with any instruction set. */
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define wide JOIN(SET, squares_wide)
#define loose_narrow JOIN(SET, squares_narrow)
#define loose_real JOIN(SET, squares_real)
#define WIDE_LANES (VECTOR_BYTES / sizeof(double))
#define WIDES (32 / WIDE_LANES)

typedef double wide __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_narrow
    __attribute__((vector_size(WIDE_LANES * sizeof(REAL)), aligned(1), may_alias));
typedef REAL loose_real __attribute__((aligned(1), may_alias));

TARGET static double JOIN(SET, squares)(size_t count, const void *reals)
{
    const loose_real *x = reals;
    wide sum[WIDES] = {0};
    double lanes[32];
    size_t i = 0;
    for (; i + 32 <= count; i += 32)
        UNROLL
    for (size_t v = 0; v < WIDES; v++) {
        const wide value = WIDEN(((const loose_narrow *)(x + i))[v]);
        sum[v] += value * value;
    }
    memcpy(lanes, sum, sizeof lanes);
    for (size_t lane = 0; i < count; i++, lane++)
        lanes[lane] += (double)x[i] * x[i];
    for (size_t width = 16; width > 0; width /= 2)
        for (size_t lane = 0; lane < width; lane++)
            lanes[lane] += lanes[lane + width];
    return lanes[0];
}

#undef JOIN_
#undef JOIN
#undef wide
#undef loose_narrow
#undef loose_real
#undef WIDE_LANES
#undef WIDES
#undef WIDEN
