/* Parallel fills in which every draw gives the same number of bytes. */
#ifndef NDSTREAM_RANDOM_MAP_H
#define NDSTREAM_RANDOM_MAP_H

#include "random/draws.h"

/* Makes the bytes of `count` draws. */
typedef void ndi_draw_map(const void *parameters, const uint64_t *draws, size_t count, void *out);

/* Stores what `map` makes of the generator's next `draws` draws, `bytes` bytes each (at most 64),
 * and advances the generator's state; its buffered word is left alone. */
void ndi_map_draws(ndi_pcg64 *generator, size_t draws, size_t bytes, ndi_draw_map *map,
                   const void *parameters, void *out);

/* memcpy around the caches: the target's lines are not read first, which halves the traffic. For
 * targets that would not stay in a cache anyway. */
void ndi_copy_around(void *target, const void *source, size_t bytes);
bool ndi_too_large_for_caches(size_t bytes);

/* After words were taken as whole draws, all but the last one if `has_word`: sets the buffered word
 * to the high half of the last draw, as taking the words one by one does. */
static inline void ndi_set_word(ndi_pcg64 *generator, bool has_word)
{
    generator->has_word = has_word;
    generator->word = (uint32_t)(ndi_pcg64_output(generator->state) >> 32);
}

#endif
