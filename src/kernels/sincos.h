/* Sine and cosine of vectors of doubles and floats, from one reduction: which of the two, or both,
 * changes no bit. For ISAs with fused multiply-add; included by functions_tmpl.c.
 *
 * x = n pi/2 + r, |r| <= pi/4, is reduced as Cody and Waite do, with pi/2 in three parts of 53 (24)
 * bits; r is a sum of two numbers. n times the first part is subtracted without an error (the
 * difference is a multiple of 2**-53 below 1), and that difference is a multiple of the last bit of
 * n times the second part, so Dekker's sum of two is exact. The polynomials are minimax for
 * relative errors of 2**-57.9 and 2**-63.9, of floats 2**-28 and 2**-33.2. The results are good to
 * 0.8 ulp where |x| < 2**20 (2**15); larger arguments, infinities and NaN are SLEEF's.
 *
 * Measured once (AVX-512): sin 1.04 ns an element, SLEEF's 2.27; both 1.21, its sincos 2.79. */
#ifndef NDSTREAM_KERNELS_SINCOS_H
#define NDSTREAM_KERNELS_SINCOS_H

typedef long long vector_int64 __attribute__((vector_size(VECTOR_BYTES)));
typedef unsigned long long vector_uint64 __attribute__((vector_size(VECTOR_BYTES)));
typedef int vector_int32 __attribute__((vector_size(VECTOR_BYTES)));
typedef unsigned vector_uint32 __attribute__((vector_size(VECTOR_BYTES)));

/* Lanes of y where n is odd, else of z. */
#if VECTOR_BYTES == 64
#define WHERE_ODD_pd(n, y, z)                                                                      \
    _mm512_mask_mov_pd(z, _mm512_test_epi64_mask((__m512i)(n), _mm512_set1_epi64(1)), y)
#define WHERE_ODD_ps(n, y, z)                                                                      \
    _mm512_mask_mov_ps(z, _mm512_test_epi32_mask((__m512i)(n), _mm512_set1_epi32(1)), y)
#else
#define WHERE_ODD_pd(n, y, z) _mm256_blendv_pd(z, y, (vector_float64)((n) << 63))
#define WHERE_ODD_ps(n, y, z) _mm256_blendv_ps(z, y, (vector_float32)((n) << 31))
#endif

/* From x^3, and from x^4 on. */
static const double sin_terms_float64[] = {-0x1.5555555555548p-3,  0x1.111111110f7d8p-7,
                                           -0x1.a01a019bfefb1p-13, 0x1.71de3568c487cp-19,
                                           -0x1.ae5e5b54beb00p-26, 0x1.5d900bfe7fd2cp-33};
static const double cos_terms_float64[] = {0x1.555555555554bp-5,  -0x1.6c16c16c14f9bp-10,
                                           0x1.a01a019c853bcp-16, -0x1.27e4f7eb7408ap-22,
                                           0x1.1ee9d82efd20dp-29, -0x1.8fa4dabae8ec9p-37};
static const float sin_terms_float32[] = {-0x1.555546p-3f, 0x1.110756p-7f, -0x1.994b4p-13f};
static const float cos_terms_float32[] = {0x1.55554ap-5f, -0x1.6c0c82p-10f, 0x1.99ff5p-16f};

/* SHIFT: adding it leaves whole numbers in the last bits. HALF_PI_1 to _3: pi/2 in parts. */
#define MAKE_SINCOS(TYPE, REAL, VECTOR, INTEGERS, S, SLEEF, BITS, SHIFT, TWO_BY_PI, HALF_PI_1,     \
                    HALF_PI_2, HALF_PI_3, LIMIT)                                                   \
    /* x >= 0 as a multiple of pi/2, whose number is in the last bits, and the sum of two. */      \
    typedef struct reduced_##TYPE {                                                                \
        INTEGERS quadrant;                                                                         \
        VECTOR r, rest;                                                                            \
    } reduced_##TYPE;                                                                              \
    ALWAYS_INLINE reduced_##TYPE reduced_by_half_pi_##TYPE(VECTOR x)                               \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1, shift = one * (SHIFT),                                 \
                     rounded = LANES_FMA(S, x, one * (TWO_BY_PI), shift), n = rounded - shift;     \
        const VECTOR first = LANES_FMA(S, n, one * -(HALF_PI_1), x), second = n * (HALF_PI_2),     \
                     below = LANES_FMA(S, n, one * (HALF_PI_2), -second), r = first - second,      \
                     rest = LANES_FMA(S, n, one * -(HALF_PI_3), ((first - r) - second) - below);   \
        return (reduced_##TYPE){.quadrant = (INTEGERS)rounded, .r = r, .rest = rest};              \
    }                                                                                              \
    typedef struct sincos_##TYPE {                                                                 \
        VECTOR sin, cos;                                                                           \
    } sincos_##TYPE;                                                                               \
    ALWAYS_INLINE sincos_##TYPE sincos_near_zero_##TYPE(VECTOR x)                                  \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1;                                                        \
        const INTEGERS sign = (INTEGERS)x & (INTEGERS)(one * (REAL)-0.0);                          \
        const reduced_##TYPE near = reduced_by_half_pi_##TYPE((VECTOR)((INTEGERS)x ^ sign));       \
        const INTEGERS quadrant = near.quadrant;                                                   \
        const VECTOR r = near.r, rest = near.rest;                                                 \
        const VECTOR z = r * r, half = z * (REAL)0.5;                                              \
                                                                                                   \
        const VECTOR p = SERIES(VECTOR, S, z, sin_terms_##TYPE);                                   \
        const VECTOR sin = r + LANES_FMA(S, z * r, p, LANES_FMA(S, -half, rest, rest));            \
                                                                                                   \
        const VECTOR q = SERIES(VECTOR, S, z, cos_terms_##TYPE);                                   \
        /* 1 - (z + its own error) / 2 - r rest + z*z q */                                         \
        const VECTOR whole = 1 - half, z_below = LANES_FMA(S, r, r, -z);                           \
        VECTOR correction = LANES_FMA(S, z_below, one * (REAL)-0.5, (1 - whole) - half);           \
        correction = LANES_FMA(S, -r, rest, correction);                                           \
        const VECTOR cos = whole + LANES_FMA(S, z * z, q, correction);                             \
                                                                                                   \
        const INTEGERS two = (INTEGERS){0} + 2;                                                    \
        const INTEGERS sin_sign = (quadrant & two) << (BITS - 2) ^ sign,                           \
                       cos_sign = ((quadrant + 1) & two) << (BITS - 2);                            \
        return (sincos_##TYPE){                                                                    \
            .sin = (VECTOR)((INTEGERS)WHERE_ODD_##S(quadrant, cos, sin) ^ sin_sign),               \
            .cos = (VECTOR)((INTEGERS)WHERE_ODD_##S(quadrant, sin, cos) ^ cos_sign)};              \
    }                                                                                              \
    NEAR_OR_FAR(sin, TYPE, VECTOR, S, LANES_BELOW(S, x, LIMIT), sincos_near_zero_##TYPE(x).sin,    \
                SLEEF(sin, u10)(x))                                                                \
    NEAR_OR_FAR(cos, TYPE, VECTOR, S, LANES_BELOW(S, x, LIMIT), sincos_near_zero_##TYPE(x).cos,    \
                SLEEF(cos, u10)(x))

MAKE_SINCOS(float64, double, vector_float64, vector_int64, pd, SLEEF_FLOAT64, 64, 0x1.8p52,
            0x1.45f306dc9c883p-1, 0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54,
            -0x1.f1976b7ed8fbcp-110, 0x1p20)
MAKE_SINCOS(float32, float, vector_float32, vector_int32, ps, SLEEF_FLOAT32, 32, 0x1.8p23f,
            0x1.45f306p-1f, 0x1.921fb6p+0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f, 0x1p15f)

/* The kernels of both, which functions_tmpl.c wants. */
#define MAKE_SINCOS_KERNEL(TYPE, REAL, VECTOR, S, LIMIT)                                           \
    ALWAYS_INLINE sincos_##TYPE own_sincos_##TYPE(VECTOR x)                                        \
    {                                                                                              \
        sincos_##TYPE y = sincos_near_zero_##TYPE(x);                                              \
        if (__builtin_expect(!LANES_ALL(S, LANES_BELOW(S, x, LIMIT)), 0))                          \
            y = (sincos_##TYPE){.sin = sin_far_##TYPE(x, y.sin), .cos = cos_far_##TYPE(x, y.cos)}; \
        return y;                                                                                  \
    }                                                                                              \
    /* Without gaps; p[0] sine, p[1] cosine, p[2] the argument. */                                 \
    static void sincos_kernel_##TYPE(size_t n, char *const *p, const ptrdiff_t *s)                 \
    {                                                                                              \
        enum { LANES = sizeof(VECTOR) / sizeof(REAL) };                                            \
        REAL *const sin = (REAL *)p[0], *const cos = (REAL *)p[1];                                 \
        const REAL *const x = (const REAL *)p[2];                                                  \
        (void)s;                                                                                   \
        for (size_t i = 0; i < n; i += LANES) {                                                    \
            const size_t bytes = (n - i < LANES ? n - i : LANES) * sizeof(REAL);                   \
            VECTOR v = {0};                                                                        \
            sincos_##TYPE y;                                                                       \
            if (__builtin_expect(bytes == sizeof v, 1)) {                                          \
                memcpy(&v, x + i, sizeof v);                                                       \
                y = own_sincos_##TYPE(v);                                                          \
                memcpy(sin + i, &y.sin, sizeof v);                                                 \
                memcpy(cos + i, &y.cos, sizeof v);                                                 \
            } else {                                                                               \
                memcpy(&v, x + i, bytes);                                                          \
                y = own_sincos_##TYPE(v);                                                          \
                memcpy(sin + i, &y.sin, bytes);                                                    \
                memcpy(cos + i, &y.cos, bytes);                                                    \
            }                                                                                      \
        }                                                                                          \
    }
#define MAKE_SINCOS_KERNELS                                                                        \
    MAKE_SINCOS_KERNEL(float64, double, vector_float64, pd, 0x1p20)                                \
    MAKE_SINCOS_KERNEL(float32, float, vector_float32, ps, 0x1p15f)

#endif
