/* Bounded integers of one size. The includer defines NAME(x), PIECE (unsigned; may alias draws),
 * PRODUCT (unsigned, twice as wide), BITS (of a piece) and OUT (unsigned, of the result). */

/* For thresholds of 0: nothing is dropped. */
static void NAME(all)(const void *parameters, const uint64_t *draws, size_t count, void *out)
{
    const bounds *b = parameters;
    const PIECE *piece = (const PIECE *)draws;
    const PRODUCT values = (PRODUCT)b->values;
    const OUT low = (OUT)b->low;
    OUT *restrict result = out;
    for (size_t i = 0; i < count * (64 / BITS); i++)
        result[i] = (OUT)(low + (OUT)((PRODUCT)(piece[i] * values) >> BITS));
}

/* As if none were dropped, noting the least low half; then, if that tells of one, with care. */
static size_t NAME(kept)(const bounds *b, const void *pieces, size_t count, void *out)
{
    const PIECE *piece = pieces;
    const PRODUCT values = (PRODUCT)b->values;
    const OUT low = (OUT)b->low;
    PIECE least = (PIECE)-1;
    OUT *restrict result = out;
    for (size_t i = 0; i < count; i++) {
        const PRODUCT product = (PRODUCT)(piece[i] * values);
        const PIECE rest = (PIECE)product;
        least = rest < least ? rest : least;
        result[i] = (OUT)(low + (OUT)(product >> BITS));
    }
    if (least >= b->threshold)
        return count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const PRODUCT product = (PRODUCT)(piece[i] * values);
        result[kept] = (OUT)(low + (OUT)(product >> BITS));
        kept += (PIECE)product >= b->threshold;
    }
    return kept;
}

#undef NAME
#undef PIECE
#undef PRODUCT
#undef BITS
#undef OUT
