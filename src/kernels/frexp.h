/* Mantissas and exponents in vectors of AVX-512, which has instructions for both; included by
 * arithmetic_tmpl.c behind the kernels of its table, which take what is strided or left over.
 *
 * Measured once (10,000 elements, ns each): exponents of doubles 0.13, by bits 0.23; mantissas 0.14
 * and 0.17. */
#define FREXP_KEPT 0x9f     /* lanes that are 0, infinite or NaN: themselves, with exponent 0 */
#define FREXP_KEEP 0x110111 /* the same for a fix-up, by kind of x: NaN, 0, infinities */

ALWAYS_INLINE void frexp_mantissas_FLOAT32(void *to, const void *from)
{
    const __m512 x = _mm512_loadu_ps(from);
    const __m512 m = _mm512_getmant_ps(x, _MM_MANT_NORM_p5_1, _MM_MANT_SIGN_src);
    _mm512_storeu_ps(to, _mm512_fixupimm_ps(m, x, _mm512_set1_epi32(FREXP_KEEP), 0));
}

ALWAYS_INLINE void frexp_mantissas_FLOAT64(void *to, const void *from)
{
    const __m512d x = _mm512_loadu_pd(from);
    const __m512d m = _mm512_getmant_pd(x, _MM_MANT_NORM_p5_1, _MM_MANT_SIGN_src);
    _mm512_storeu_pd(to, _mm512_fixupimm_pd(m, x, _mm512_set1_epi64(FREXP_KEEP), 0));
}

ALWAYS_INLINE void frexp_exponents_FLOAT32(void *to, const void *from)
{
    const __m512 x = _mm512_loadu_ps(from);
    const __mmask16 others = (__mmask16)~_mm512_fpclass_ps_mask(x, FREXP_KEPT);
    const __m512 exponent = _mm512_add_ps(_mm512_getexp_ps(x), _mm512_set1_ps(1));
    _mm512_storeu_si512(to, _mm512_maskz_cvttps_epi32(others, exponent));
}

ALWAYS_INLINE void frexp_exponents_FLOAT64(void *to, const void *from)
{
    const __m512d x = _mm512_loadu_pd(from);
    const __mmask8 others = (__mmask8)~_mm512_fpclass_pd_mask(x, FREXP_KEPT);
    const __m512d exponent = _mm512_add_pd(_mm512_getexp_pd(x), _mm512_set1_pd(1));
    _mm256_storeu_si256(to, _mm512_maskz_cvttpd_epi32(others, exponent));
}

#define FREXP_KERNEL(PART, D, TYPE, OUT)                                                           \
    static void frexp_##PART##_##D##_wide(size_t n, char *const *p, const ptrdiff_t *s)            \
    {                                                                                              \
        enum { LANES = 64 / sizeof(TYPE) };                                                        \
        size_t done = 0;                                                                           \
        OUT *const to = (OUT *)p[0]; /* not read again after each store */                         \
        const TYPE *const from = (const TYPE *)p[1];                                               \
        if (s[0] == sizeof(OUT) && s[1] == sizeof(TYPE))                                           \
            for (; done + LANES <= n; done += LANES)                                               \
                frexp_##PART##s_##D(to + done, from + done);                                       \
        char *const rest[] = {p[0] + (ptrdiff_t)done * s[0], p[1] + (ptrdiff_t)done * s[1]};       \
        if (done < n)                                                                              \
            frexp_##PART##_##D(n - done, rest, s);                                                 \
    }
FREXP_KERNEL(mantissa, FLOAT32, float, float)
FREXP_KERNEL(mantissa, FLOAT64, double, double)
FREXP_KERNEL(exponent, FLOAT32, float, int32_t)
FREXP_KERNEL(exponent, FLOAT64, double, int32_t)
