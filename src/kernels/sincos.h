/* Sine and cosine of vectors of doubles, from one reduction: which of the two, or both, changes no
 * bit. For ISAs with fused multiply-add; included by functions_tmpl.c.
 *
 * x = n pi/2 + r, |r| <= pi/4, is reduced as Cody and Waite do, with pi/2 in three parts of 53
 * bits; r is a sum of two doubles. n times the first part is subtracted without an error (the
 * difference is a multiple of 2**-53 below 1), and that difference is a multiple of the last bit of
 * n times the second part, so Dekker's sum of two is exact. The polynomials are minimax for
 * relative errors of 2**-57.9 and 2**-63.9. The results are good to 0.8 ulp where |x| < 2**20;
 * larger arguments, infinities and NaN are SLEEF's.
 *
 * Measured once (AVX-512): sin 1.04 ns an element, SLEEF's 2.27; both 1.21, its sincos 2.79. */
#ifndef NDSTREAM_KERNELS_SINCOS_H
#define NDSTREAM_KERNELS_SINCOS_H

#if VECTOR_BYTES == 64
#define FUSED(x, y, z) ((vector_float64)_mm512_fmadd_pd(x, y, z))
/* Lanes of y where n is odd, else of z. */
#define WHERE_ODD(n, y, z)                                                                         \
    _mm512_mask_mov_pd(z, _mm512_test_epi64_mask((__m512i)(n), _mm512_set1_epi64(1)), y)
#else
#define FUSED(x, y, z) ((vector_float64)_mm256_fmadd_pd(x, y, z))
#define WHERE_ODD(n, y, z) _mm256_blendv_pd(z, y, (vector_float64)((n) << 63))
#endif

typedef long long vector_int64 __attribute__((vector_size(VECTOR_BYTES)));

ALWAYS_INLINE vector_float64 all_lanes(double x)
{
    return x - (vector_float64){0};
}

/* One step of Horner's rule. */
ALWAYS_INLINE vector_float64 horner(vector_float64 z, vector_float64 p, double coefficient)
{
    return FUSED(z, p, all_lanes(coefficient));
}

#define SINCOS_LIMIT 0x1p20

typedef struct sincos_float64 {
    vector_float64 sin, cos;
} sincos_float64;

ALWAYS_INLINE sincos_float64 sincos_near_zero(vector_float64 x)
{
    const vector_int64 sign = (vector_int64)x & (vector_int64)all_lanes(-0.0);
    const vector_float64 magnitude = (vector_float64)((vector_int64)x ^ sign);
    /* The last bits of `rounded` are n. */
    const vector_float64 shift = all_lanes(0x1.8p52),
                         rounded = FUSED(magnitude, all_lanes(0x1.45f306dc9c883p-1), shift),
                         n = rounded - shift;
    const vector_int64 quadrant = (vector_int64)rounded;
    const vector_float64 first = FUSED(n, all_lanes(-0x1.921fb54442d18p+0), magnitude),
                         second = n * 0x1.1a62633145c07p-54,
                         below = FUSED(n, all_lanes(0x1.1a62633145c07p-54), -second),
                         r = first - second,
                         rest = FUSED(n, all_lanes(0x1.f1976b7ed8fbcp-110),
                                      ((first - r) - second) - below);
    const vector_float64 z = r * r, half = z * 0.5;

    vector_float64 p = all_lanes(0x1.5d900bfe7fd2cp-33);
    p = horner(z, p, -0x1.ae5e5b54beb00p-26);
    p = horner(z, p, 0x1.71de3568c487cp-19);
    p = horner(z, p, -0x1.a01a019bfefb1p-13);
    p = horner(z, p, 0x1.111111110f7d8p-7);
    p = horner(z, p, -0x1.5555555555548p-3);
    const vector_float64 sin = r + FUSED(z * r, p, FUSED(-half, rest, rest));

    p = all_lanes(-0x1.8fa4dabae8ec9p-37);
    p = horner(z, p, 0x1.1ee9d82efd20dp-29);
    p = horner(z, p, -0x1.27e4f7eb7408ap-22);
    p = horner(z, p, 0x1.a01a019c853bcp-16);
    p = horner(z, p, -0x1.6c16c16c14f9bp-10);
    p = horner(z, p, 0x1.555555555554bp-5);
    /* 1 - (z + its own error) / 2 - r rest + z*z p */
    const vector_float64 whole = 1 - half, z_below = FUSED(r, r, -z);
    vector_float64 correction = FUSED(z_below, all_lanes(-0.5), (1 - whole) - half);
    correction = FUSED(-r, rest, correction);
    const vector_float64 cos = whole + FUSED(z * z, p, correction);

    const vector_int64 two = (vector_int64){0} + 2;
    const vector_int64 sin_sign = (quadrant & two) << 62 ^ sign, cos_sign = ((quadrant + 1) & two)
                                                                            << 62;
    return (sincos_float64){
        .sin = (vector_float64)((vector_int64)WHERE_ODD(quadrant, cos, sin) ^ sin_sign),
        .cos = (vector_float64)((vector_int64)WHERE_ODD(quadrant, sin, cos) ^ cos_sign)};
}

/* SLEEF's where some lane is large. Not inlined: it would spill the constants of the loop. */
static __attribute__((noinline)) vector_float64 sin_far(vector_float64 x, vector_float64 near)
{
    return LANES_SELECT(pd, LANES_BELOW(pd, x, SINCOS_LIMIT), near, SLEEF_FLOAT64(sin, u10)(x));
}

static __attribute__((noinline)) vector_float64 cos_far(vector_float64 x, vector_float64 near)
{
    return LANES_SELECT(pd, LANES_BELOW(pd, x, SINCOS_LIMIT), near, SLEEF_FLOAT64(cos, u10)(x));
}

ALWAYS_INLINE vector_float64 own_sin_float64(vector_float64 x)
{
    const vector_float64 y = sincos_near_zero(x).sin;
    return __builtin_expect(LANES_ALL(pd, LANES_BELOW(pd, x, SINCOS_LIMIT)), 1) ? y : sin_far(x, y);
}

ALWAYS_INLINE vector_float64 own_cos_float64(vector_float64 x)
{
    const vector_float64 y = sincos_near_zero(x).cos;
    return __builtin_expect(LANES_ALL(pd, LANES_BELOW(pd, x, SINCOS_LIMIT)), 1) ? y : cos_far(x, y);
}

ALWAYS_INLINE sincos_float64 own_sincos_float64(vector_float64 x)
{
    sincos_float64 y = sincos_near_zero(x);
    if (__builtin_expect(!LANES_ALL(pd, LANES_BELOW(pd, x, SINCOS_LIMIT)), 0))
        y = (sincos_float64){.sin = sin_far(x, y.sin), .cos = cos_far(x, y.cos)};
    return y;
}

/* Without gaps; p[0] sine, p[1] cosine, p[2] the argument. */
static void sincos_FLOAT64(size_t n, char *const *p, const ptrdiff_t *s)
{
    enum { LANES = sizeof(vector_float64) / sizeof(double) };
    double *const sin = (double *)p[0], *const cos = (double *)p[1];
    const double *const x = (const double *)p[2];
    size_t i = 0;
    (void)s;
    for (; i < n; i += LANES) {
        const size_t bytes = (n - i < LANES ? n - i : LANES) * sizeof(double);
        vector_float64 v = {0};
        sincos_float64 y;
        if (__builtin_expect(bytes == sizeof v, 1)) {
            memcpy(&v, x + i, sizeof v);
            y = own_sincos_float64(v);
            memcpy(sin + i, &y.sin, sizeof v);
            memcpy(cos + i, &y.cos, sizeof v);
        } else {
            memcpy(&v, x + i, bytes);
            y = own_sincos_float64(v);
            memcpy(sin + i, &y.sin, bytes);
            memcpy(cos + i, &y.cos, bytes);
        }
    }
}

#endif
