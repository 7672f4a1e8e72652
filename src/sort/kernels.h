/* The inner loops of sorting, searching and counting: one set for each ISA, chosen like the kernels
 * of the engine. All sets give the same results. */
#ifndef NDSTREAM_SORT_KERNELS_H
#define NDSTREAM_SORT_KERNELS_H

#include <ndstream/dtype.h>

#include "base/cpu.h"

/* What is sorted: integers, and doubles of which none is NaN or -0.0. */
typedef enum ndi_keys { NDI_KEYS_32, NDI_KEYS_64, NDI_KEYS_F64, NDI_KEYS_COUNT } ndi_keys;

static inline size_t ndi_key_size(ndi_keys keys)
{
    return keys == NDI_KEYS_32 ? 4 : 8;
}

/* Sorts n keys in place. */
typedef void ndi_sort_kernel(void *elements, size_t n);

/* Sorts each of the lines of n keys, one after the other in memory. */
typedef void ndi_sort_lines_kernel(void *elements, size_t n, size_t lines);

/* Parts n keys: those before *middle belong left of those from *end on, and those between are
 * in place already. Always makes some progress; a few are sorted. */
typedef void ndi_part_kernel(void *elements, size_t n, size_t *middle, size_t *end);

/* Integers in the order of the elements, for descending order if `down`; the same place for both is
 * allowed where their sizes are equal. */
typedef void ndi_encode_kernel(size_t n, const void *elements, bool down, void *keys);
typedef void ndi_decode_kernel(size_t n, const void *keys, bool down, void *elements);

/* The same as int64 whatever the dtype; equal elements have equal keys. */
typedef void ndi_encode_wide_kernel(size_t n, const void *elements, bool down, int64_t *keys);

/* How a key and the place where it stands share an integer: the key's distance from the least, cut
 * by `shift` bits if it is too long, above `bits` bits of place. */
typedef struct ndi_packing {
    uint64_t least;
    unsigned shift, bits;
} ndi_packing;

/* Keys around a place: how many are below `low`, equal to it, and equal to `high`. */
typedef struct ndi_bracket {
    int64_t low, high;
    size_t below, at_low, at_high;
} ndi_bracket;

/* Adds n keys to the counts, and writes those that lie between low and high to `between`, which has
 * room for n and a vector more. Returns how many these are. */
typedef size_t ndi_bracket_kernel(size_t n, const void *keys, ndi_bracket *bracket, void *between);

/* Where the places of keys below, equal to and above a wanted one go next; up to the two ends there
 * is room, and nothing that is needed yet. */
typedef struct ndi_split {
    int64_t *below, *equal, *above;
    const int64_t *below_end, *above_end;
} ndi_split;

/* Writes the places of n keys, counted from `first`, in their order. */
typedef void ndi_split_kernel(size_t n, const int64_t *keys, int64_t wanted, int64_t first,
                              ndi_split *to);

/* places[i] becomes the number of the `count` sorted elements that are less than values[i], or, if
 * `right`, not greater. NaN is above all. */
typedef void ndi_search_kernel(size_t n, const void *values, const void *sorted, size_t count,
                               bool right, int64_t *places);

/* Bins of one width between two bounds, and their edges. */
typedef struct ndi_even_bins {
    double first, last;
    double scale; /* bins to a unit */
    double near;  /* so close to an edge, in bins, the edges decide */
    int32_t bins;
    const double *edges; /* bins + 1 */
} ndi_even_bins;

typedef struct ndi_sorter {
    ndi_sort_kernel *sort;
    ndi_sort_lines_kernel *sort_lines;
    ndi_part_kernel *part;
} ndi_sorter;

typedef struct ndi_sort_kernels {
    ndi_sorter sorters[NDI_KEYS_COUNT];
    ndi_bracket_kernel *bracket_32, *bracket_64;
    ndi_split_kernel *split;
    /* By dtype; none for complex ones. Keys have 64 bits for dtypes of 64, else 32. */
    ndi_encode_kernel *encode[ND_DTYPE_COUNT];
    ndi_decode_kernel *decode[ND_DTYPE_COUNT];
    ndi_encode_wide_kernel *encode_wide[ND_DTYPE_COUNT];
    /* Copies n doubles; false if one is NaN or -0.0. */
    bool (*copy_plain)(size_t n, const double *from, double *to);
    /* parts[i] becomes twice the number of the `count` wanted keys that are below keys[i], plus 1
     * if it is one of them; fewer than 128. */
    void (*parts)(size_t n, const int64_t *keys, size_t count, const int64_t *wanted,
                  uint8_t *parts);
    void (*key_range)(size_t n, const int64_t *keys, int64_t *least, int64_t *most);
    /* Packed integers are in the order of keys and, among equal ones, of places. */
    void (*pack)(size_t n, const int64_t *keys, uint64_t first, ndi_packing packing,
                 int64_t *packed);
    /* The places alone. */
    void (*unpack)(size_t n, ndi_packing packing, int64_t *packed);
    ndi_search_kernel *search[ND_DTYPE_COUNT]; /* none for half floats and complex dtypes */
    /* The bin of each of n numbers, from 0; `bins` for those that are in none. */
    void (*whole_bins)(size_t n, const int64_t *numbers, int32_t bins, int32_t *bin);
    void (*even_bins)(size_t n, const double *numbers, const ndi_even_bins *even, int32_t *bin);
} ndi_sort_kernels;

/* Those in use. Thread-safe. */
const ndi_sort_kernels *ndi_sort_kernels_in_use(void);

#define NDI_SORT_TEMPLATES(X, isa)                                                                 \
    X(ndi_sort_fill_bins_##isa)                                                                    \
    X(ndi_sort_fill_keys_##isa)                                                                    \
    X(ndi_sort_fill_quicksort_##isa)                                                               \
    X(ndi_sort_fill_search_##isa)                                                                  \
    X(ndi_sort_fill_select_##isa)

#define NDI_DECLARE_SORT_FILL(fill) void fill(ndi_sort_kernels *kernels);
NDI_SORT_TEMPLATES(NDI_DECLARE_SORT_FILL, reference)
NDI_SORT_TEMPLATES(NDI_DECLARE_SORT_FILL, baseline)
NDI_SORT_TEMPLATES(NDI_DECLARE_SORT_FILL, avx2)
NDI_SORT_TEMPLATES(NDI_DECLARE_SORT_FILL, avx512)
#undef NDI_DECLARE_SORT_FILL

#endif
