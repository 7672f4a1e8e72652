/* Making pending arrays: when operations return them, and their nodes. */
#ifndef NDSTREAM_ENGINE_PENDING_H
#define NDSTREAM_ENGINE_PENDING_H

#include "engine/graph.h"
#include "kernels/ranges.h"

extern _Atomic int64_t ndi_small_limit;

/* Elements up to which a call without conversions goes straight to the kernel: 4096, or fewer where
 * results of so many are to be pending. */
static inline int64_t ndi_small_elements(void)
{
    return atomic_load_explicit(&ndi_small_limit, memory_order_relaxed);
}

/* True if an operation on these arguments, with a result of `size` elements, is to be pending:
 * where it is large, and where it is small and made of what is pending itself (the results of
 * reductions are). */
bool ndi_graph_wants(int count, const nd_operand *arguments, int64_t size);

/* The same for a step that makes `bytes` by this kernel: between NDI_HABITS_FROM and NDI_HABITS_TO
 * habits decide, unless nd_set_lazy() has said from where on results wait. The habit of a pending
 * one, 0 if it has none, for its step; or NDI_AT_ONCE. */
enum { NDI_AT_ONCE = -1 };
int ndi_graph_waits(ndi_kernel *kernel, int64_t bytes, int count, const nd_operand *arguments,
                    int64_t size);

/* With the lock held: true if what is below these nodes is not too large for one loop, and the last
 * reads something that others read too. */
bool ndi_graph_shares(ndi_node *const *node, int count);

/* The same for a reduction of `array`. */
bool ndi_graph_wants_fold(const nd_array *array);

/* Kernels and conversions of a step. */
int ndi_map_cost(const ndi_map *step);

/* With the lock held: true if what is below `root` would not become too large with `part`, which is
 * there, done so many times. */
bool ndi_graph_fits(ndi_node *root, ndi_node *part, int times);

/* The pending array of a step, registered in the open scope; arguments that are arrays are not
 * forced. `scalars` holds the others, as the kernel takes them. */
nd_array *ndi_graph_map(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                        int rank, const int64_t *lengths, const int *axis_order);

/* The pending array of a range: `step` of places (kernels/ranges.h), `count` of them, and the two
 * halves of `range`. */
nd_array *ndi_graph_range(const ndi_map *step, const ndi_range *range, int64_t count);

/* The pending array of a reduction of `array`. */
nd_array *ndi_graph_fold(const ndi_fold *fold, const nd_array *array, nd_dtype dtype, int rank,
                         const int64_t *lengths, const int *axis_order);

/* As ndi_graph_map() for a step that overwrites `array`, which is pending still: it gets the new
 * step, and whoever reads the old one keeps it. False if the array has its elements by now, or with
 * the error kept. */
bool ndi_graph_replace(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                       nd_array *array);

/* The same for an array that has its elements and is an argument: from now on it is pending, and
 * its memory a source of the step. Nothing is changed if its elements must stay where they are, or
 * with the error kept. */
typedef enum ndi_leave { NDI_LEFT, NDI_STAYS, NDI_LEAVE_FAILED } ndi_leave;
ndi_leave ndi_graph_leave(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                          nd_array *array);

/* The pending array of a scan of `array`. */
nd_array *ndi_graph_scan(const ndi_scan *scan, const nd_array *array, nd_dtype dtype,
                         const int *axis_order);

/* A node of a step without a pending array, over the shape of `target`; NULL with the error kept.
 */
ndi_node *ndi_graph_step(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                         const nd_array *target);

#endif
