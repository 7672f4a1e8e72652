/* What each template file adds to the table of its ISA, declared for every ISA. */
#ifndef NDSTREAM_KERNELS_TEMPLATES_H
#define NDSTREAM_KERNELS_TEMPLATES_H

#include "kernels/kernel.h"

#define NDI_TEMPLATES(X, isa)                                                                      \
    X(ndi_fill_arithmetic_##isa)                                                                   \
    X(ndi_fill_chains_##isa)                                                                       \
    X(ndi_fill_comparison_##isa)                                                                   \
    X(ndi_fill_counts_##isa)                                                                       \
    X(ndi_fill_functions_##isa)                                                                    \
    X(ndi_fill_function_links_##isa)                                                               \
    X(ndi_fill_column_loops_##isa)                                                                 \
    X(ndi_fill_casts_##isa)                                                                        \
    X(ndi_fill_reductions_##isa)                                                                   \
    X(ndi_fill_strips_##isa)                                                                       \
    X(ndi_fill_moves_##isa)                                                                        \
    X(ndi_fill_select_##isa)

#define NDI_DECLARE_FILL(fill) void fill(ndi_kernels *kernels);
NDI_TEMPLATES(NDI_DECLARE_FILL, reference)
NDI_TEMPLATES(NDI_DECLARE_FILL, baseline)
NDI_TEMPLATES(NDI_DECLARE_FILL, avx2)
NDI_TEMPLATES(NDI_DECLARE_FILL, avx512)
#undef NDI_DECLARE_FILL

#endif
