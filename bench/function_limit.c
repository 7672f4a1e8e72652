/* What arithmetic takes, from bare loops over data that stay in L1 or in registers, run on all
 * threads at once, as CPUs may share a core: SLEEF's functions, and products of integers. */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#ifdef __x86_64__
/* SLEEF declares what the compiler targets; the loops below are called only where the CPU has it.
 */
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx2,fma")
#include <immintrin.h>
#include <sleef.h>
#pragma GCC pop_options
#endif

typedef void function_loop(double *out, const double *in);

double limit_function(const char *name, size_t n, int threads, double seconds);
double limit_loop(function_loop *loop, size_t n, int threads, double seconds);
double limit_multiply(int bits, double count, int threads, double seconds);

enum { RESIDENT = 1024, ROUNDS = 200, MOST_THREADS = 1024 };

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

#define LOOP_OF_TWO(NAME, TARGET, VECTOR, PAIR, FUNCTION)                                          \
    __attribute__((target(TARGET))) static void NAME(double *out, const double *in)                \
    {                                                                                              \
        _Alignas(64) double other[RESIDENT];                                                       \
        for (size_t i = 0; i < RESIDENT; i += sizeof(VECTOR) / sizeof(double)) {                   \
            const PAIR both = FUNCTION(*(const VECTOR *)(in + i));                                 \
            *(VECTOR *)(out + i) = both.x;                                                         \
            *(VECTOR *)(other + i) = both.y;                                                       \
        }                                                                                          \
    }
LOOP_OF_TWO(sincos_avx512, "avx512f", __m512d, Sleef___m512d_2, Sleef_sincosd8_u10avx512f)
LOOP_OF_TWO(sincos_avx2, "avx2,fma", __m256d, Sleef___m256d_2, Sleef_sincosd4_u10avx2)

/* RESIDENT products are added up, in registers. What is multiplied passes through an assembler
 * statement, so that it is multiplied every time. */
#define MULTIPLY(NAME, TARGET, VECTOR, PRODUCT, SUM)                                               \
    __attribute__((target(TARGET))) static void NAME(double *out, const double *in)                \
    {                                                                                              \
        VECTOR sums[8] = {0}, factor = *(const VECTOR *)in;                                        \
        for (size_t i = 0; i < RESIDENT; i += 8) {                                                 \
            _Pragma("GCC unroll 8") for (int j = 0; j < 8; j++)                                    \
            {                                                                                      \
                VECTOR other = factor;                                                             \
                __asm__ volatile("" : "+v"(other));                                                \
                sums[j] = SUM(sums[j], PRODUCT(factor, other));                                    \
            }                                                                                      \
        }                                                                                          \
        for (int j = 0; j < 8; j++)                                                                \
            *(VECTOR *)out ^= sums[j];                                                             \
    }
#define AVX512_INTEGERS "avx512f,avx512bw,avx512dq,avx2,fma"
MULTIPLY(multiply64, AVX512_INTEGERS, __m512i, _mm512_mullo_epi64, _mm512_add_epi64)
MULTIPLY(multiply32_in_64, AVX512_INTEGERS, __m512i, _mm512_mul_epi32, _mm512_add_epi64)
MULTIPLY(multiply32, AVX512_INTEGERS, __m512i, _mm512_mullo_epi32, _mm512_add_epi32)
MULTIPLY(multiply16, AVX512_INTEGERS, __m512i, _mm512_mullo_epi16, _mm512_add_epi16)
#endif

typedef struct runner {
    pthread_t thread;
    function_loop *loop;
    double seconds; /* to spend */
    double best;    /* seconds of one element */
} runner;

static void *run(void *argument)
{
    runner *r = argument;
    _Alignas(64) double in[RESIDENT], out[RESIDENT];
    const double end = now() + r->seconds;
    for (size_t i = 0; i < RESIDENT; i++)
        in[i] = (double)i / RESIDENT;
    r->best = 1;
    while (true) {
        const double start = now();
        for (int round = 0; round < ROUNDS; round++)
            r->loop(out, in);
        const double each = (now() - start) / ROUNDS / RESIDENT;
        r->best = each < r->best ? each : r->best;
        if (start > end)
            return NULL;
    }
}

/* Elements a second (calls times RESIDENT) of all threads together. */
static double rate_of(function_loop *loop, int threads, double seconds)
{
    static runner runners[MOST_THREADS];
    int started = 0;
    double rate = 0;
    for (; started < threads && started < MOST_THREADS; started++) {
        runners[started] = (runner){.loop = loop, .seconds = seconds};
        if (pthread_create(&runners[started].thread, NULL, run, &runners[started]) != 0)
            break;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(runners[i].thread, NULL);
        rate += 1 / runners[i].best;
    }
    return rate;
}

/* Seconds that `n` elements take by a loop over RESIDENT of them. */
double limit_loop(function_loop *loop, size_t n, int threads, double seconds)
{
    return (double)n / rate_of(loop, threads, seconds);
}

/* SLEEF's `name`, "exp", "sin" or "sincos", of arguments in 0..1; negative where there are no
 * vectors to measure, or no such function. */
double limit_function(const char *name, size_t n, int threads, double seconds)
{
#ifdef __x86_64__
    static const struct {
        const char *name;
        function_loop *avx512, *avx2;
    } loops[] = {{"exp", exp_avx512, exp_avx2},
                 {"sin", sin_avx512, sin_avx2},
                 {"sincos", sincos_avx512, sincos_avx2}};
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        if (strcmp(name, loops[i].name) != 0)
            continue;
        if (__builtin_cpu_supports("avx512f"))
            return limit_loop(loops[i].avx512, n, threads, seconds);
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
            return limit_loop(loops[i].avx2, n, threads, seconds);
    }
#else
    (void)name, (void)n, (void)threads, (void)seconds;
#endif
    return -1;
}

/* Seconds to multiply and add `count` pairs of integers of so many bits, where they wrap; 33 are 64
 * bits that fit 32, and 8 are multiplied in 16. Negative without AVX-512. */
double limit_multiply(int bits, double count, int threads, double seconds)
{
    function_loop *loop = NULL;
    double lanes = 1;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
        loop = bits == 64   ? multiply64
               : bits == 33 ? multiply32_in_64
               : bits == 32 ? multiply32
                            : multiply16;
        lanes = bits >= 33 ? 8 : bits == 32 ? 16 : 32;
    }
#endif
    return loop ? count / lanes / rate_of(loop, threads, seconds) : -1;
}
