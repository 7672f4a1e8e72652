/* The vector vocabulary of the ISA that is being compiled: width, types, streaming stores
 * (STREAM_VECTOR, to memory aligned to a vector; not defined without them), and SLEEF's names.
 *
 * SLEEF's finz_ functions give the same bits on AVX2 and AVX-512 (both have FMA); cinz_ is the
 * family without FMA. */
#ifndef NDSTREAM_KERNELS_VECTOR_H
#define NDSTREAM_KERNELS_VECTOR_H

#include <stddef.h>
#include <string.h>

#if defined(NDI_REFERENCE)
#define VECTOR_BYTES 8
#elif defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#if defined(__x86_64__) && !defined(NDI_REFERENCE)
#include <immintrin.h>
#include <sleef.h>
#if VECTOR_BYTES == 64
typedef __m512d vector_float64;
typedef __m512 vector_float32;
#define STREAM_VECTOR(to, v) _mm512_stream_si512((void *)(to), (__m512i)(v))
#define SLEEF_FLOAT64(name, ulp) Sleef_finz_##name##d8_##ulp##avx512f
#define SLEEF_FLOAT32(name, ulp) Sleef_finz_##name##f16_##ulp##avx512f
#elif VECTOR_BYTES == 32
typedef __m256d vector_float64;
typedef __m256 vector_float32;
#define STREAM_VECTOR(to, v) _mm256_stream_si256((__m256i *)(to), (__m256i)(v))
#define SLEEF_FLOAT64(name, ulp) Sleef_finz_##name##d4_##ulp##avx2
#define SLEEF_FLOAT32(name, ulp) Sleef_finz_##name##f8_##ulp##avx2
#else
typedef __m128d vector_float64;
typedef __m128 vector_float32;
#define STREAM_VECTOR(to, v) _mm_stream_si128((__m128i *)(to), (__m128i)(v))
#define SLEEF_FLOAT64(name, ulp) Sleef_cinz_##name##d2_##ulp##sse4
#define SLEEF_FLOAT32(name, ulp) Sleef_cinz_##name##f4_##ulp##sse4
#endif
#define HAS_SLEEF 1

/* Whether a lane is infinite (NaN is not). */
#if VECTOR_BYTES == 64
static inline int any_infinite_float64(vector_float64 x)
{
    return _mm512_fpclass_pd_mask(x, 0x18) != 0;
}
static inline int any_infinite_float32(vector_float32 x)
{
    return _mm512_fpclass_ps_mask(x, 0x18) != 0;
}
#elif VECTOR_BYTES == 32
static inline int any_infinite_float64(vector_float64 x)
{
    x = _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);
    return _mm256_movemask_pd(_mm256_cmp_pd(x, _mm256_set1_pd(__builtin_inf()), _CMP_EQ_OQ));
}
static inline int any_infinite_float32(vector_float32 x)
{
    x = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
    return _mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_set1_ps(__builtin_inff()), _CMP_EQ_OQ));
}
#else
static inline int any_infinite_float64(vector_float64 x)
{
    x = _mm_andnot_pd(_mm_set1_pd(-0.0), x);
    return _mm_movemask_pd(_mm_cmpeq_pd(x, _mm_set1_pd(__builtin_inf())));
}
static inline int any_infinite_float32(vector_float32 x)
{
    x = _mm_andnot_ps(_mm_set1_ps(-0.0f), x);
    return _mm_movemask_ps(_mm_cmpeq_ps(x, _mm_set1_ps(__builtin_inff())));
}
#endif
#else
#define HAS_SLEEF 0
#endif

#ifdef STREAM_VECTOR
/* 64 bytes, to memory aligned to them. */
static inline void stream_line(char *to, const void *line)
{
    for (size_t part = 0; part < 64; part += VECTOR_BYTES) {
        vector_float64 v;
        memcpy(&v, (const char *)line + part, sizeof v);
        STREAM_VECTOR(to + part, v);
    }
}
#endif

#endif
