/* What a list of index terms with arrays selects: places in an array, and axes that are kept whole.
 *
 * Index arrays are broadcast together. Each index of that common shape is a position: a place in
 * the array, from which the inner axes (sliced, whole or new ones) go on. */
#ifndef NDSTREAM_SELECT_SELECTION_H
#define NDSTREAM_SELECT_SELECTION_H

#include <ndstream/index.h>

#include "array/array.h"
#include "engine/nest.h"

/* Integers that index one axis. */
typedef struct ndi_index_array {
    const nd_array *array;
    int axis; /* of the array that is indexed, for messages */
    int64_t length, stride;
} ndi_index_array;

enum { NDI_POSITIONS = 512 }; /* whose offsets are computed at a time */

typedef struct ndi_selection {
    const char *operation; /* for messages */
    const nd_array *array;
    nd_index_mode mode;
    bool takes_order; /* of memory: the result, as NumPy's index does and its take() does not */
    char *data;       /* of the array, where integers and slices begin */
    int inner_rank;
    int64_t inner_length[ND_MAX_RANK], inner_stride[ND_MAX_RANK];
    int before; /* how many inner axes come before those of the positions in the result */
    int outer_rank;
    int64_t outer_length[ND_MAX_RANK];
    int64_t positions;
    int count;
    ndi_index_array indices[ND_MAX_RANK];
} ndi_selection;

/* What `terms` select of `array`, which is computed if it is pending. Arrays that are made on the
 * way belong to the open scope, which there must be. False with the error kept: ND_ERROR_INDEX for
 * arrays that are no indices, do not broadcast or, as masks, do not fit; indices are not compared
 * with lengths yet. */
bool ndi_select(ndi_selection *selection, const char *operation, const nd_array *array, int count,
                const nd_index *terms);

/* The shape of what is selected: that of the positions among the inner axes. False with
 * ND_ERROR_SHAPE for more than ND_MAX_RANK axes or too many elements. */
bool ndi_selected_shape(const ndi_selection *selection, nd_shape *shape);

/* Compares all indices with the lengths: false with ND_ERROR_INDEX for the first that is out of
 * bounds. */
bool ndi_check_indices(const ndi_selection *selection);

/* The same without the error; indices that are wrapped or clipped fit any length but 0. */
bool ndi_indices_fit(const ndi_selection *selection);

/* Bytes from `data` to the positions first to first + n - 1, at most NDI_POSITIONS of them. False,
 * without an error, if an index is out of bounds. */
bool ndi_position_offsets(const ndi_selection *selection, int64_t first, size_t n,
                          int64_t offsets[NDI_POSITIONS]);

/* The inner axes as a nest of two operands, the array and `other`, which has the selected shape;
 * and the bytes from one position to the next in `other`. False if the positions do not step as one
 * there: those of a contiguous array do. */
bool ndi_selection_beside(const ndi_selection *selection, const nd_array *other, ndi_nest *inner,
                          ptrdiff_t *position_stride);

/* A new array of what is selected. NULL with the error kept. */
nd_array *ndi_selection_get(const ndi_selection *selection);

/* Writes `value` of the array's dtype, broadcast, to what is selected; the array is settled and
 * writeable, and neither value nor indices overlap it. False with the error kept, and nothing
 * written. */
bool ndi_selection_set(const ndi_selection *selection, const nd_array *value);

/* True if every axis with an index array has elements: without, no index fits, and none can be
 * wrapped. */
static inline bool ndi_axes_have_elements(const ndi_selection *selection)
{
    for (int i = 0; i < selection->count; i++)
        if (selection->indices[i].length == 0)
            return false;
    return true;
}

#endif
