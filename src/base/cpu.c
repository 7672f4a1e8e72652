/* What the CPU can run, and what ND_ISA lets us use of it. */
#include "cpu.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>

/* Of x86-64-v3, what __builtin_cpu_supports does not know on every compiler: MOVBE, F16C, LZCNT. */
static bool has_rest_of_v3(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_MOVBE) || !(c & bit_F16C))
        return false;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & bit_LZCNT);
}

/* The builtins also ask whether the operating system saves the registers. */
ndi_isa ndi_cpu_isa(void)
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt"))
        return NDI_ISA_REFERENCE;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") || !has_rest_of_v3())
        return NDI_ISA_BASELINE;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512cd"))
        return NDI_ISA_AVX2;
    return NDI_ISA_AVX512;
}
#else
ndi_isa ndi_cpu_isa(void)
{
    return NDI_ISA_BASELINE;
}
#endif

static const char *const names[NDI_ISA_COUNT] = {
    [NDI_ISA_REFERENCE] = "reference",
    [NDI_ISA_BASELINE] = "baseline",
    [NDI_ISA_AVX2] = "avx2",
    [NDI_ISA_AVX512] = "avx512",
};

const char *ndi_isa_name(ndi_isa isa)
{
    return (unsigned)isa < NDI_ISA_COUNT ? names[isa] : "unknown";
}

ndi_isa ndi_isa_masked(ndi_isa best, const char *mask)
{
    for (int isa = 0; mask && isa < (int)best; isa++)
        if (strcmp(mask, names[isa]) == 0)
            return (ndi_isa)isa;
    return best;
}

/* Threads that race here all find the same answer; the environment is read again only by them. */
ndi_isa ndi_isa_in_use(void)
{
    static atomic_int chosen = -1;
    int isa = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (isa < 0) {
        isa = (int)ndi_isa_masked(ndi_cpu_isa(), getenv("ND_ISA"));
        atomic_store_explicit(&chosen, isa, memory_order_relaxed);
    }
    return (ndi_isa)isa;
}

/* The processor's own list where it has one: some C libraries and virtual machines give 320 MB for
 * a last level of 32. Leaf 4 is Intel's, 0x8000001D AMD's, in the same form. */
#if defined(__x86_64__)
static void list_caches(unsigned leaf, ndi_caches *caches)
{
    unsigned a, b, c, d;
    for (unsigned i = 0; i < 16 && __get_cpuid_count(leaf, i, &a, &b, &c, &d); i++) {
        const unsigned type = a & 31; /* 0: end of the list, 1: data, 2: instructions, 3: both */
        const unsigned level = a >> 5 & 7;
        const long ways = (b >> 22) + 1, partitions = (b >> 12 & 1023) + 1, line = (b & 4095) + 1;
        const long bytes = ways * partitions * line * ((long)c + 1);
        if (type == 0)
            break;
        if (type == 2)
            continue;
        if (level == 1)
            caches->level1 = bytes;
        else if (level == 2)
            caches->level2 = bytes;
        if (level >= 2 && bytes > caches->last)
            caches->last = bytes;
    }
}
#endif

static long system_cache_bytes(int name)
{
    const long bytes = name >= 0 ? sysconf(name) : 0;
    return bytes > 0 ? bytes : 0;
}

#if !defined(_SC_LEVEL1_DCACHE_SIZE)
#define _SC_LEVEL1_DCACHE_SIZE (-1)
#define _SC_LEVEL2_CACHE_SIZE (-1)
#define _SC_LEVEL3_CACHE_SIZE (-1)
#endif

static ndi_caches measured;

/* The largest last level that a few neighbouring cores share; what is larger is a socket's, of
 * which a program gets a part that nobody knows. Where 480 MB were taken at their word, results of
 * 80 MB were stored without streaming (a copy 1.6 times as long), and tiles of 50 MB cut. */
enum { MOST_NEAR = 96 << 20, SHARE_OF_FAR = 32 << 20 };

static void measure_caches(void)
{
    ndi_caches caches = {0, 0, 0, false};
#if defined(__x86_64__)
    list_caches(4, &caches);
    if (caches.level1 == 0)
        list_caches(0x8000001D, &caches);
#endif
    if (caches.level1 == 0) {
        caches.level1 = system_cache_bytes(_SC_LEVEL1_DCACHE_SIZE);
        caches.level2 = system_cache_bytes(_SC_LEVEL2_CACHE_SIZE);
        caches.last = system_cache_bytes(_SC_LEVEL3_CACHE_SIZE);
    }
    if (caches.level1 == 0)
        caches.level1 = 32L << 10;
    if (caches.level2 == 0)
        caches.level2 = 512L << 10;
    if (caches.last == 0)
        caches.last = 8L << 20;
    if (caches.last > MOST_NEAR) {
        caches.last = SHARE_OF_FAR;
        caches.last_is_far = true;
    }
    measured = caches;
}

/* Once: under a hypervisor each cpuid costs microseconds. */
ndi_caches ndi_cpu_caches(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, measure_caches);
    return measured;
}
