/* What the CPU can run, and what ND_ISA lets us use of it. */
#ifndef NDSTREAM_BASE_CPU_H
#define NDSTREAM_BASE_CPU_H

#include <stdbool.h>

/* Kernel sets, each including the ones before it. */
typedef enum ndi_isa {
    NDI_ISA_REFERENCE, /* plain loops without vectors: what the others are tested against */
    NDI_ISA_BASELINE,  /* x86-64-v2, or whatever the compiler targets by default elsewhere */
    NDI_ISA_AVX2,      /* x86-64-v3: AVX2, FMA, F16C, BMI */
    NDI_ISA_AVX512,    /* x86-64-v4: AVX-512 F, DQ, BW, VL, CD */
    NDI_ISA_COUNT
} ndi_isa;

/* Best that this CPU and operating system run. */
ndi_isa ndi_cpu_isa(void);

/* The one in use: ndi_cpu_isa(), or a lower one named in the environment variable ND_ISA. Read
 * once. */
ndi_isa ndi_isa_in_use(void);

/* The kernel set that ND_ISA=`mask` leaves of `best`: the one named, if it is lower; `best` for
 * NULL, an unknown name, or one that this CPU does not run. */
ndi_isa ndi_isa_masked(ndi_isa best, const char *mask);

/* "reference", "baseline", "avx2", "avx512". */
const char *ndi_isa_name(ndi_isa isa);

/* Bytes of cache: a core's level 1 data cache, a core's level 2, and what may be counted on of the
 * last level; sensible guesses where the system does not say. */
typedef struct ndi_caches {
    long level1, level2, last;
    bool last_is_far; /* a whole socket's, behind a mesh: little nearer than memory */
} ndi_caches;

ndi_caches ndi_cpu_caches(void);

#endif
