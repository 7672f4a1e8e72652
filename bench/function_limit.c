/* Seconds that SLEEF itself needs for a function of `n` doubles, from a bare loop over data that
 * stay in L1. */
#include <string.h>
#include <time.h>

#ifdef __x86_64__
/* SLEEF declares what the compiler targets; the loops below are called only where the CPU has it.
 */
#pragma GCC push_options
#pragma GCC target("avx512f,avx2,fma")
#include <immintrin.h>
#include <sleef.h>
#pragma GCC pop_options
#endif

double limit_function(const char *name, size_t n, int threads);

enum { RESIDENT = 1024, ROUNDS = 200, REPEATS = 15 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#ifdef __x86_64__
#define LOOP(NAME, TARGET, VECTOR, FUNCTION)                                                       \
    __attribute__((target(TARGET))) static void NAME(double *out, const double *in)                \
    {                                                                                              \
        for (size_t i = 0; i < RESIDENT; i += sizeof(VECTOR) / sizeof(double))                     \
            *(VECTOR *)(out + i) = FUNCTION(*(const VECTOR *)(in + i));                            \
    }
LOOP(exp_avx512, "avx512f", __m512d, Sleef_expd8_u10avx512f)
LOOP(sin_avx512, "avx512f", __m512d, Sleef_sind8_u10avx512f)
LOOP(exp_avx2, "avx2,fma", __m256d, Sleef_expd4_u10avx2)
LOOP(sin_avx2, "avx2,fma", __m256d, Sleef_sind4_u10avx2)
#endif

/* `name` is "exp" or "sin", of arguments in 0..1; negative where there are no vectors to measure.
 */
double limit_function(const char *name, size_t n, int threads)
{
    void (*loop)(double *, const double *) = NULL;
#ifdef __x86_64__
    const int is_exp = strcmp(name, "exp") == 0;
    if (__builtin_cpu_supports("avx512f"))
        loop = is_exp ? exp_avx512 : sin_avx512;
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        loop = is_exp ? exp_avx2 : sin_avx2;
#endif
    if (!loop)
        return -1;
    static _Alignas(64) double in[RESIDENT], out[RESIDENT];
    for (size_t i = 0; i < RESIDENT; i++)
        in[i] = (double)i / RESIDENT;
    double best = 1e9;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        const double start = now();
        for (int round = 0; round < ROUNDS; round++)
            loop(out, in);
        const double took = now() - start;
        best = took < best ? took : best;
    }
    return best / ROUNDS / RESIDENT * (double)n / threads;
}
