/* What this build is and what it chose on this machine. */
#include <ndstream/base.h>

#include "base/cpu.h"
#include "base/pool.h"
#include "kernels/kernel.h"
#include "linalg/gemm.h"
#include "linalg/lapack.h"

nd_configuration nd_config(void)
{
    return (nd_configuration){
        .version = ND_VERSION_STRING,
        .isa = ndi_isa_name(ndi_kernels_in_use()->isa),
        .isa_best = ndi_isa_name(ndi_cpu_isa()),
        .blas = ndi_gemm_name(),
        .vector_math = ndi_vector_math_name(),
        .threads = ndi_pool_threads(),
        .lapack = ndi_lapack_name(),
    };
}
