/* The vector vocabulary of the ISA that is being compiled: width, unaligned loads and stores, and SLEEF's names.
 *
 * SLEEF's finz_ functions give the same bits on AVX2 and AVX-512 (both have FMA); cinz_ is the family without FMA. */
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
#define SLEEF_FLOAT64(name, ulp) Sleef_finz_##name##d8_##ulp##avx512f
#define SLEEF_FLOAT32(name, ulp) Sleef_finz_##name##f16_##ulp##avx512f
#elif VECTOR_BYTES == 32
typedef __m256d vector_float64;
typedef __m256 vector_float32;
#define SLEEF_FLOAT64(name, ulp) Sleef_finz_##name##d4_##ulp##avx2
#define SLEEF_FLOAT32(name, ulp) Sleef_finz_##name##f8_##ulp##avx2
#else
typedef __m128d vector_float64;
typedef __m128 vector_float32;
#define SLEEF_FLOAT64(name, ulp) Sleef_cinz_##name##d2_##ulp##sse4
#define SLEEF_FLOAT32(name, ulp) Sleef_cinz_##name##f4_##ulp##sse4
#endif
#define HAS_SLEEF 1
#else
#define HAS_SLEEF 0
#endif

#endif
