/* The ziggurats of the normal and the exponential distribution: 256 layers of equal area each
 * (Marsaglia & Tsang 2000, "The Ziggurat Method for Generating Random Variables"; Doornik 2005, "An
 * Improved Ziggurat Method to Generate Normal Random Samples").
 *
 * The low byte of a draw picks a layer, the next bit the sign, further bits the place within the
 * layer's width. A place under the layer above is a sample at once (98.8 %); else a second uniform
 * number decides (the wedge), or, in the lowest layer, pairs of them make a sample of the tail. */
#ifndef NDSTREAM_RANDOM_ZIGGURAT_H
#define NDSTREAM_RANDOM_ZIGGURAT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Where the tail begins, and its inverse. */
#define NDI_NORMAL_TAIL 3.6541528853610087963519472518
#define NDI_NORMAL_TAIL_INVERSE 0.27366123732975827203338247596
#define NDI_EXPONENTIAL_TAIL 7.6971174701310497140446280481

/* Places below `inside` are samples at once; place times `width` is the sample. */
typedef struct ndi_layer {
    _Alignas(16) uint64_t inside;
    double width;
} ndi_layer;

typedef struct ndi_layer_float {
    _Alignas(8) uint32_t inside;
    float width;
} ndi_layer_float;

/* Layer 0 is the base with the tail, 1 the top. `height` is the density (with 1 at 0) at a layer's
 * right end. */
typedef struct ndi_ziggurat {
    ndi_layer layers[256];
    ndi_layer_float layers_float[256];
    double height[256];
    float height_float[256];
} ndi_ziggurat;

/* Filled by ndi_ziggurat_prepare, which must have returned before the table or the functions below
 * are used. */
extern ndi_ziggurat ndi_normal_ziggurat, ndi_exponential_ziggurat;

/* Cheap after the first call; safe from any thread. */
void ndi_ziggurat_prepare(void);

/* The attempt that begins with `draw`: stores its sample, and returns whether the draw alone makes
 * it valid. */
static inline bool ndi_normal_attempt(uint64_t draw, double *value)
{
    const ndi_layer *layer = &ndi_normal_ziggurat.layers[draw & 0xff];
    uint64_t place = draw >> 9 & 0xfffffffffffffu;
    double x = (double)(int64_t)place * layer->width;
    uint64_t bits;
    memcpy(&bits, &x, 8);
    bits ^= (draw >> 8 & 1) << 63;
    memcpy(value, &bits, 8);
    return place < layer->inside;
}

static inline bool ndi_normal_attempt_float(uint32_t word, float *value)
{
    const ndi_layer_float *layer = &ndi_normal_ziggurat.layers_float[word & 0xff];
    uint32_t place = word >> 9;
    float x = (float)(int32_t)place * layer->width;
    uint32_t bits;
    memcpy(&bits, &x, 4);
    bits ^= (word >> 8 & 1) << 31;
    memcpy(value, &bits, 4);
    return place < layer->inside;
}

/* The same for the exponential distribution, which has no sign: the low 3 bits of a draw, the
 * lowest of a word, are not used. */
static inline bool ndi_exponential_attempt(uint64_t draw, double *value)
{
    const ndi_layer *layer = &ndi_exponential_ziggurat.layers[draw >> 3 & 0xff];
    const uint64_t place = draw >> 11;
    *value = (double)(int64_t)place * layer->width;
    return place < layer->inside;
}

static inline bool ndi_exponential_attempt_float(uint32_t word, float *value)
{
    const ndi_layer_float *layer = &ndi_exponential_ziggurat.layers_float[word >> 1 & 0xff];
    const uint32_t place = word >> 9;
    *value = (float)(int32_t)place * layer->width;
    return place < layer->inside;
}

#endif
