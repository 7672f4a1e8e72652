/* Chooses the loops of sorting for this CPU. */
#include "sort/kernels.h"

#include <pthread.h>

static ndi_sort_kernels in_use;

#define CALL(fill) fill(&in_use);

static void choose(void)
{
    const ndi_isa isa = ndi_isa_in_use();
#ifdef __x86_64__
    if (isa >= NDI_ISA_AVX512) {
        NDI_SORT_TEMPLATES(CALL, avx512)
        return;
    }
    if (isa >= NDI_ISA_AVX2) {
        NDI_SORT_TEMPLATES(CALL, avx2)
        return;
    }
#endif
    if (isa >= NDI_ISA_BASELINE) {
        NDI_SORT_TEMPLATES(CALL, baseline)
    } else {
        NDI_SORT_TEMPLATES(CALL, reference)
    }
}

const ndi_sort_kernels *ndi_sort_kernels_in_use(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose);
    return &in_use;
}
