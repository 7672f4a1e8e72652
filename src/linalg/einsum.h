/* The subscripts of an einsum, read: which label each axis has. */
#ifndef NDSTREAM_LINALG_EINSUM_H
#define NDSTREAM_LINALG_EINSUM_H

#include "array/array.h"

/* Labels are small numbers: the letters, then the axes that "..." stands for, from the last one. */
enum { NDI_LETTERS = 52, NDI_LABELS = NDI_LETTERS + ND_MAX_RANK };

/* Labels of the axes of an operand or of the output. */
typedef struct ndi_axis_labels {
    int rank;
    uint8_t label[ND_MAX_RANK];
} ndi_axis_labels;

/* Reads `subscripts` for operands of these ranks: `labels` has one item for each. False with
 * ND_ERROR_ARGUMENT, whose message shows the place. */
bool ndi_einsum_parse(const char *subscripts, int count, const nd_array *const *operands,
                      ndi_axis_labels *labels, ndi_axis_labels *output);

/* "'i'" or "an axis of ...": for messages. */
const char *ndi_label_text(char text[32], int label);

#endif
