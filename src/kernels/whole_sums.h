/* Sums of chunks of floats that are whole rounds of the lanes; included by reductions_tmpl.c, after
 * lanes. */
#ifndef NDSTREAM_KERNELS_WHOLE_SUMS_H
#define NDSTREAM_KERNELS_WHOLE_SUMS_H

#if VECTOR_BYTES == 64
/* Halves of vectors are converted as they are loaded. (Of whole ones, which the compiler loads, the
 * upper half goes through the port that converts: 0.087 ns an element, 0.065 so.) */
ALWAYS_INLINE __m512d eight_doubles(const float *x)
{
    return _mm512_cvtps_pd(_mm256_loadu_ps(x));
}
ALWAYS_INLINE double sum_FLOAT32_whole(const float *x, size_t n)
{
    __m512d acc0 = _mm512_set1_pd(-0.0), acc1 = acc0, acc2 = acc0, acc3 = acc0;
    for (const float *const end = x + n; x != end; x += NDI_LANES) {
        acc0 += eight_doubles(x);
        acc1 += eight_doubles(x + 8);
        acc2 += eight_doubles(x + 16);
        acc3 += eight_doubles(x + 24);
    }
    double lanes[8];
    _mm512_storeu_pd(lanes, (acc0 + acc2) + (acc1 + acc3));
    LANE_TREE(lanes, 8, 1, 1, PLUS)
    return lanes[0];
}
#define SUM_WHOLE_FLOAT32()
#else
#define SUM_WHOLE_FLOAT32()                                                                        \
    SIMPLE_WHOLE(sum_FLOAT32, float, double, NDI_LANES, -0.0, (double), PLUS, PLUS)
#endif
#define SUM_WHOLE_FLOAT64()                                                                        \
    SIMPLE_WHOLE(sum_FLOAT64, double, double, NDI_LANES, -0.0, (double), PLUS, PLUS)

#endif
