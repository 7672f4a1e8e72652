/* When operations are computed.
 *
 * An elementwise operation, a cast or a reduction of a large array returns at once with a pending
 * array, whose dtype and shape are known and whose elements are not computed yet; so do a
 * scan, large ranges (nd_arange(), nd_linspace()), and an operation on the pending result of a
 * reduction, however small. So is an array that is overwritten by what is made of it (nd_add_into(
 * out, out, x)), as long as no view, address or other thread may see its memory, into which it is
 * computed then. Views of pending arrays are pending too, and as good as any: a write through one
 * shows in the others. Arrays are computed when something looks at them (an element,
 * printing, saving, a product); then the whole expression runs as one loop without temporaries, a
 * reduction of a pending array runs in the loop that computes it, and an array together with
 * reductions of itself (standardising, softmax) runs tile by tile. Results are the same to the last
 * bit as if every operation ran at once: whatever changes an array first computes what is pending
 * and reads it.
 *
 * Errors of shape, dtype and argument are raised by the operation, those of memory by the function
 * that needs the elements. */
#ifndef NDSTREAM_LAZY_H
#define NDSTREAM_LAZY_H

#include <ndstream/array.h>

ND_BEGIN_C

/* Computes these arrays now, if they are pending; NULL among them is allowed and skipped.
 * Thread-safe. Errors: ND_ERROR_MEMORY. */
ND_API nd_status nd_eval(int count, nd_array *const *arrays);

/* True if the elements of `array` are not computed yet. */
ND_API bool nd_is_pending(const nd_array *array);

/* Says how a pending array will be computed: its loops in order, what each reads, does and writes,
 * what bounds it, the bytes that go through memory, and those that are saved. Nothing is computed.
 * (What has a length that depends on data, as a selection by a mask, is never pending: it reads
 * pending arrays while these are computed, at the call.)
 * Times are estimates: the kernels are timed over a block in L1 and a copy through memory, each
 * once in the life of the process (up to 64 MiB for some milliseconds), so that the same plan is
 * told alike each time. Like snprintf(): at most `size` bytes are written to `text` (NULL if `size`
 * is 0), the 0 at the end included; the length of the whole text is returned, 0 for NULL.
 * Thread-safe.
 * Errors: ND_ERROR_MEMORY, with 0 returned. */
ND_API size_t nd_explain(const nd_array *array, char *text, size_t size);

/* The same as a drawing, an SVG file: a box for each loop with its steps and what they cost, what
 * it reads on the left, what it leaves on the right, in colours for light and for dark
 * surroundings. */
ND_API size_t nd_explain_svg(const nd_array *array, char *text, size_t size);

/* From how many elements of the result on operations return pending arrays; 0: none do, everything
 * is computed at once. Reductions of what is pending are pending too, others from eight times as
 * many elements of their argument on. ND_LAZY_ELEMENTS at start, or the
 * environment variable ND_LAZY. At ND_LAZY_ELEMENTS the boundary is no sharp one: between 16 and
 * 128 KiB, whether a result of stored arrays waits follows from what became of those before it of
 * the same operation and size; if they were looked at one by one, or the expressions were too short
 * to gain, it does not. What is pending stays so. Thread-safe. Errors: ND_ERROR_VALUE for a
 * negative number. */
ND_API nd_status nd_set_lazy(int64_t elements);

/* What nd_set_lazy() set. */
ND_API int64_t nd_lazy(void);

/* Fast maths, for what this thread calls from now on: where such operations are pending, they may
 * be rewritten at the cost of some rounding. A quotient by a scalar becomes a product with its
 * reciprocal; scalars meet first (x + 1 + 2 is x + 3, x * 2 / 3 one product); x to the power of 0.5
 * or -1 is the root or the reciprocal; sqrt(x * x) is |x|. As long as all that takes part is finite
 * and nothing over- or underflows, each rewriting moves a result by no more than 3 units in the
 * last place of the largest value that takes part in it, an argument or what the operations give.
 * Reductions stay as they are, and results the same for any number of threads and any CPU; but what
 * is computed at once, as small arrays are, is not rewritten. An expression in which some
 * operations were called without fast maths keeps those.
 * Off at start, and in every other thread. Thread-safe. */
ND_API void nd_set_fast_math(bool on);

/* What nd_set_fast_math() set on this thread. */
ND_API bool nd_fast_math(void);

/* Below this, most operations take no longer than the bookkeeping that would save memory traffic.
 */
#define ND_LAZY_ELEMENTS 8192

ND_END_C

#endif
