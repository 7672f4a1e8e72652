/* Chooses the kernels for this CPU: the reference table, overwritten upwards by what the ISA has.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "array/dtype.h"
#include "kernels/templates.h"
#include "kernels/vector.h"

#define CALL(fill) fill(kernels);

bool ndi_kernels_of(ndi_isa isa, ndi_kernels *kernels)
{
    if (isa > ndi_cpu_isa())
        return false;
    memset(kernels, 0, sizeof *kernels);
    kernels->isa = isa;
    NDI_TEMPLATES(CALL, reference)
    if (isa >= NDI_ISA_BASELINE) {
        NDI_TEMPLATES(CALL, baseline)
    }
#ifdef __x86_64__
    if (isa >= NDI_ISA_AVX2) {
        NDI_TEMPLATES(CALL, avx2)
    }
    if (isa >= NDI_ISA_AVX512) {
        NDI_TEMPLATES(CALL, avx512)
    }
#endif
    return true;
}

static ndi_kernels in_use;

static atomic_bool chosen; /* pthread_once() itself costs a small call 2 ns */

static void choose(void)
{
    ndi_kernels_of(ndi_isa_in_use(), &in_use);
    atomic_store_explicit(&chosen, true, memory_order_release);
}

const ndi_kernels *ndi_kernels_in_use(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!atomic_load_explicit(&chosen, memory_order_acquire))
        pthread_once(&once, choose);
    return &in_use;
}

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const char *ndi_vector_math_name(void)
{
#if HAS_SLEEF
    return "SLEEF " TEXT(SLEEF_VERSION_MAJOR) "." TEXT(SLEEF_VERSION_MINOR) "." TEXT(
        SLEEF_VERSION_PATCHLEVEL);
#else
    return "the C library";
#endif
}

bool ndi_suits_streaming(int arguments, const nd_dtype *dtypes, const ptrdiff_t *strides)
{
    bool varies = false;
    for (int i = 0; i < arguments; i++) {
        if (strides[i] != 0 && strides[i] != (ptrdiff_t)ndi_dtype_size(dtypes[i]))
            return false;
        varies |= strides[i] != 0;
    }
    return varies;
}
