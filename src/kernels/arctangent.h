/* Inverse tangents of doubles and floats, of one number and of a point. For ISAs with fused
 * multiply-add; included by functions_tmpl.c after logarithm.h.
 *
 * u = num / den <= 1 is compared with one of fifteen points c, by the difference of the bits of den
 * and num, a logarithm of sorts:
 *     atan u = atan c + atan r, r = (num - c den) / (den + c num), |r| < 0.0782,
 * and r is no more than 0.136 of the result, so that its three roundings show little. The points
 * are such that atan c is a double (float) to 2**-11 (2**-9) of its last bit: it needs no second
 * part. Below the last of them c is 0, and r = u. The polynomials are minimax for relative errors
 * of 2**-58.3 and 2**-29.4. Where num and den have changed places, or x is negative, the angle goes
 * off from pi/2 or pi, which have two parts. The results are good to 0.75 ulp, of points to 0.9.
 *
 * Measured once (AVX-512): arctan 0.82 ns an element, SLEEF's 1.9; arctan2 1.06 and 2.3; of floats
 * 0.37 and 0.93, 0.47 and 1.4. */
#ifndef NDSTREAM_KERNELS_ARCTANGENT_H
#define NDSTREAM_KERNELS_ARCTANGENT_H

static const _Alignas(64) double arctan_points_float64[16] = {
    0x1.c5fb6382b8132p-1, 0x1.82d27d01c2174p-1, 0x1.4b1513b346d82p-1, 0x1.1bf8e093bd21p-1,
    0x1.c643fcbe32d98p-2, 0x1.83e04b595b7a2p-2, 0x1.4c6aa88e2108bp-2, 0x1.1cad05127fb6dp-2,
    0x1.c744e6bd17371p-3, 0x1.83a285911dc0ep-3, 0x1.4bce5123db371p-3, 0x1.1c44663f4bae1p-3,
    0x1.c7bee43196e05p-4, 0x1.83f2410ef8f6cp-4, 0x1.4c4029c479dadp-4, 0};
static const _Alignas(64) double arctan_angles_float64[16] = {
    0x1.7368d0c0331cfp-1, 0x1.4b4625d3b6b13p-1, 0x1.25e50f1ac2682p-1, 0x1.0345fe2464c59p-1,
    0x1.ab8e30bcc781ep-2, 0x1.72c673664ebc5p-2, 0x1.416d3b427f8a2p-2, 0x1.15aa16158a83fp-2,
    0x1.bffc0e8334f79p-3, 0x1.7f1a55d9f8ff7p-3, 0x1.48f298f0bb817p-3, 0x1.1a7661cc1456dp-3,
    0x1.c5e0f830f3dfbp-4, 0x1.82cadf22cc0c5p-4, 0x1.4b865882c7b69p-4, 0};
static const _Alignas(64) float arctan_points_float32[16] = {
    0x1.c7028ap-1f, 0x1.827c2cp-1f, 0x1.4bb2cep-1f, 0x1.1be0bp-1f,
    0x1.c71908p-2f, 0x1.83ec1p-2f,  0x1.4c5cd6p-2f, 0x1.1c15a2p-2f,
    0x1.c69c6cp-3f, 0x1.8316fep-3f, 0x1.4c94aep-3f, 0x1.1c676cp-3f,
    0x1.c63e52p-4f, 0x1.83eb42p-4f, 0x1.4b7d5ap-4f, 0};
static const _Alignas(64) float arctan_angles_float32[16] = {
    0x1.73fbfep-1f, 0x1.4b0f2ep-1f, 0x1.265438p-1f, 0x1.03337ep-1f,
    0x1.ac4026p-2f, 0x1.72d0bep-2f, 0x1.4160bap-2f, 0x1.151d8ap-2f,
    0x1.bf5b8p-3f,  0x1.7e93ap-3f,  0x1.49b3ep-3f,  0x1.1a98bep-3f,
    0x1.c46516p-4f, 0x1.82c3fp-4f,  0x1.4ac4cep-4f, 0};
/* From r^3 on. */
static const double arctan_terms_float64[] = {-0x1.55555555553edp-2, 0x1.9999999813807p-3,
                                              -0x1.249244db2f141p-3, 0x1.c711e9a8819aap-4,
                                              -0x1.6e7b21e3d3e39p-4};
static const float arctan_terms_float32[] = {-0x1.5554aep-2f, 0x1.9702b4p-3f};

/* Whole numbers, 15 where they are more; and the lanes whose sign is minus. */
#if VECTOR_BYTES == 64
#define ARCTAN_INDEX_pd(n) (vector_int64) _mm512_min_epi64((__m512i)(n), _mm512_set1_epi64(15))
#define ARCTAN_INDEX_ps(n) (vector_int32) _mm512_min_epi32((__m512i)(n), _mm512_set1_epi32(15))
#define LANES_NEGATIVE_pd(x) _mm512_movepi64_mask((__m512i)(x))
#define LANES_NEGATIVE_ps(x) _mm512_movepi32_mask((__m512i)(x))
#define LANES_LESS(S, x, y) _mm512_cmp_##S##_mask(x, y, _CMP_LT_OQ)
#else /* of an index four bits are read */
#define ARCTAN_INDEX_pd(n)                                                                         \
    ((n) | (vector_int64)_mm256_cmpgt_epi64((__m256i)(n), _mm256_set1_epi64x(15)))
#define ARCTAN_INDEX_ps(n) (vector_int32) _mm256_min_epi32((__m256i)(n), _mm256_set1_epi32(15))
#define LANES_NEGATIVE_pd(x) (x)
#define LANES_NEGATIVE_ps(x) (x)
#define LANES_LESS(S, x, y) _mm256_cmp_##S(x, y, _CMP_LT_OQ)
#endif

/* HALF_PI: its first part. LOW: what is missing, of a number of 1. LEAST, MOST: between them the
 * larger of two coordinates is divided by as it is; SCALE brings others there. */
#define MAKE_ARCTANGENTS(TYPE, REAL, VECTOR, INTEGERS, S, MANTISSA, HALF_PI, LOW, LEAST, MOST,     \
                         SCALE)                                                                    \
    /* from + or, where sign is -0, - atan(num / den); 0 <= num <= den, from 0, pi/2 or pi. Where  \
     * num or den is 1, r need not be corrected: without a point it is exact, or small beside      \
     * pi/2.                                                                                       \
     */                                                                                            \
    ALWAYS_INLINE VECTOR angle_##TYPE(VECTOR num, VECTOR den, VECTOR from, VECTOR sign,            \
                                      bool correct)                                                \
    {                                                                                              \
        const INTEGERS index =                                                                     \
            ARCTAN_INDEX_##S(((INTEGERS)den - (INTEGERS)num) >> (MANTISSA - 2));                   \
        const VECTOR c = entry_##TYPE(arctan_points_##TYPE, index),                                \
                     angle = entry_##TYPE(arctan_angles_##TYPE, index);                            \
        const VECTOR above = LANES_FMA(S, -c, den, num), below = LANES_FMA(S, c, num, den);        \
        const VECTOR r = above / below, z = r * r;                                                 \
        const VECTOR p = SERIES(VECTOR, S, z, arctan_terms_##TYPE);                                \
        VECTOR more = LANES_FMA(S, r * z, p, r);                                                   \
        if (correct)                                                                               \
            more = r +                                                                             \
                   LANES_FMA(S, r * z, p, LANES_FMA(S, -r, below, above) * inverse_##TYPE(below)); \
        const VECTOR first = (VECTOR)((INTEGERS)angle ^ (INTEGERS)sign),                           \
                     second = (VECTOR)((INTEGERS)more ^ (INTEGERS)sign);                           \
        const VECTOR sum = from + first, lost = (from - sum) + first;                              \
        return sum + (LANES_FMA(S, from, (VECTOR){0} + (REAL)(LOW), lost) + second);               \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_atan_##TYPE(VECTOR x)                                                 \
    {                                                                                              \
        const VECTOR zero = {0}, one = zero + 1, size = LANES_ABSOLUTE(S, x);                      \
        /* NaN stays; infinity times 0 would be one. */                                            \
        const VECTOR num = LANES_MIN(S, one, size),                                                \
                     den = LANES_MIN(S, LANES_MAX(S, size, one), zero + (REAL)0x1p100);            \
        const VECTOR from = LANES_SELECT(S, LANES_LESS(S, one, size), zero + HALF_PI, zero),       \
                     sign = LANES_SELECT(S, LANES_LESS(S, one, size), LANES_SIGN(S), zero);        \
        return LANES_SIGNED(S, angle_##TYPE(num, den, from, sign, false), x);                      \
    }                                                                                              \
    ALWAYS_INLINE VECTOR angle_of_point_##TYPE(VECTOR y, VECTOR x)                                 \
    {                                                                                              \
        const VECTOR zero = {0}, across = LANES_ABSOLUTE(S, x), up = LANES_ABSOLUTE(S, y);         \
        const VECTOR behind =                                                                      \
            LANES_SELECT(S, LANES_NEGATIVE_##S(x), zero + 2 * (REAL)(HALF_PI), zero);              \
        const VECTOR from = LANES_SELECT(S, LANES_LESS(S, across, up), zero + HALF_PI, behind);    \
        const VECTOR turned = LANES_SELECT(S, LANES_LESS(S, across, up), LANES_SIGN(S), zero);     \
        const VECTOR sign = (VECTOR)(((INTEGERS)x & (INTEGERS)LANES_SIGN(S)) ^ (INTEGERS)turned);  \
        /* In this order either has a NaN, of x or of y. */                                        \
        const VECTOR angle =                                                                       \
            angle_##TYPE(LANES_MIN(S, across, up), LANES_MAX(S, up, across), from, sign, true);    \
        return LANES_SIGNED(S, angle, y);                                                          \
    }                                                                                              \
    /* Points far out, near 0, or 0. */                                                            \
    static __attribute__((noinline)) VECTOR angle_of_far_##TYPE(VECTOR y, VECTOR x)                \
    {                                                                                              \
        const VECTOR zero = {0}, across = LANES_ABSOLUTE(S, x), up = LANES_ABSOLUTE(S, y);         \
        const VECTOR infinity = zero + (REAL)INFINITY, larger = LANES_MAX(S, across, up);          \
        VECTOR scale = LANES_SELECT(S, LANES_BELOW(S, larger, LEAST), zero + (SCALE), zero + 1);   \
        scale = LANES_SELECT(S, LANES_LESS(S, zero + (MOST), larger), zero + 1 / (SCALE), scale);  \
        VECTOR a = across * scale, b = up * scale;                                                 \
        /* An infinite one is large, a finite one beside it 0. */                                  \
        const VECTOR beside_x = LANES_SELECT(S, LANES_EQUAL(S, across, infinity), zero + 1, zero), \
                     beside_y = LANES_SELECT(S, LANES_EQUAL(S, up, infinity), zero + 1, zero);     \
        a = LANES_SELECT(S, LANES_EQUAL(S, larger, infinity), beside_x, a);                        \
        b = LANES_SELECT(S, LANES_EQUAL(S, larger, infinity), beside_y, b);                        \
        a = LANES_SELECT(S, LANES_EQUAL(S, larger, zero), zero + 1, a);                            \
        const VECTOR angle = angle_of_point_##TYPE(LANES_SIGNED(S, b, y), LANES_SIGNED(S, a, x));  \
        return LANES_SELECT(S, LANES_EQUAL(S, x, x),                                               \
                            LANES_SELECT(S, LANES_EQUAL(S, y, y), angle, y), x);                   \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_atan2_##TYPE(VECTOR y, VECTOR x)                                      \
    {                                                                                              \
        const VECTOR larger = LANES_MAX(S, LANES_ABSOLUTE(S, y), LANES_ABSOLUTE(S, x));            \
        return __builtin_expect(LANES_ALL(S, LANES_IN(S, larger, LEAST, MOST)), 1)                 \
                   ? angle_of_point_##TYPE(y, x)                                                   \
                   : angle_of_far_##TYPE(y, x);                                                    \
    }

MAKE_ARCTANGENTS(float64, double, vector_float64, vector_int64, pd, 52, 0x1.921fb54442d18p+0,
                 0x1.678afae35cdd1p-55, 0x1p-900, 0x1p1000, 0x1p200)
MAKE_ARCTANGENTS(float32, float, vector_float32, vector_int32, ps, 23, 0x1.921fb6p+0f,
                 -0x1.de12cap-26f, 0x1p-100f, 0x1p100f, 0x1p60f)

#endif
