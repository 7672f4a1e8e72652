/* Lengths of complex64 in vectors of AVX-512; included by functions_tmpl.c behind the kernel of its
 * table, which takes what is strided, left over, or too large or too tiny for the plain formula.
 *
 * The same bits: squares are exact in doubles, and a sum that is in range as a float is so as a
 * double. Measured once (10,000 elements): 0.33 ns each, 0.53 as the compiler has it. */
#define MAGNITUDES_TOGETHER 16

ALWAYS_INLINE __m512d magnitude_squares(const float *from)
{
    const __m512d parts = _mm512_cvtps_pd(_mm256_loadu_ps(from));
    return _mm512_mul_pd(parts, parts);
}

/* Of eight: those of the first four at even places, of the others at odd ones. */
ALWAYS_INLINE __m256 magnitude_sums(const float *from)
{
    const __m512d a = magnitude_squares(from), b = magnitude_squares(from + 8);
    return _mm512_cvtpd_ps(_mm512_add_pd(_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b)));
}

ALWAYS_INLINE bool magnitudes_near(float *to, const float *from)
{
    const __m512i order = _mm512_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15);
    const __m512 mixed = _mm512_insertf32x8(_mm512_castps256_ps512(magnitude_sums(from)),
                                            magnitude_sums(from + 16), 1),
                 sums = _mm512_permutexvar_ps(order, mixed);
    const __mmask16 large = _mm512_cmp_ps_mask(sums, _mm512_set1_ps(0x1p-126f), _CMP_GT_OQ),
                    near =
                        _mm512_mask_cmp_ps_mask(large, sums, _mm512_set1_ps(0x1p127f), _CMP_LT_OQ);
    _mm512_storeu_ps(to, _mm512_sqrt_ps(sums));
    return near == 0xffff;
}

/* Not inlined: the compiler would keep both pointers in one vector throughout the loop. */
static __attribute__((noinline)) void magnitudes_of(size_t n, char *to, char *from)
{
    absolute_COMPLEX64(n, (char *[]){to, from},
                       (const ptrdiff_t[]){sizeof(float), sizeof(complex64)});
}

static void absolute_COMPLEX64_wide(size_t n, char *const *p, const ptrdiff_t *s)
{
    if (s[0] != sizeof(float) || s[1] != sizeof(complex64)) {
        absolute_COMPLEX64(n, p, s);
        return;
    }
    char *to = p[0], *from = p[1];
    for (; n >= MAGNITUDES_TOGETHER; n -= MAGNITUDES_TOGETHER) {
        if (__builtin_expect(!magnitudes_near((float *)to, (const float *)from), 0))
            magnitudes_of(MAGNITUDES_TOGETHER, to, from);
        to += MAGNITUDES_TOGETHER * sizeof(float);
        from += MAGNITUDES_TOGETHER * sizeof(complex64);
    }
    magnitudes_of(n, to, from);
}
