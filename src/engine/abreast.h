/* Rows of a result that are computed side by side. */
#ifndef NDSTREAM_ENGINE_ABREAST_H
#define NDSTREAM_ENGINE_ABREAST_H

#include "engine/program.h"
#include "kernels/chain.h"

enum { NDI_ABREAST_LINKS = 64 }; /* of a chain at most */

/* A pointer of a link, and the operand that it goes along, or is ahead of. */
typedef struct ndi_abreast_slot {
    uint8_t link, argument, operand;
    bool ahead;
} ndi_abreast_slot;

/* The links twice: storing, and streaming where results are to go past the cache. A thread needs
 * its own: they hold what they are at. */
typedef struct ndi_abreast_links {
    int count, slots;
    ndi_abreast_slot slot[2 * NDI_ABREAST_LINKS];
    ndi_link stores[3 * NDI_ABREAST_LINKS + 1], streams[3 * NDI_ABREAST_LINKS + 1];
} ndi_abreast_links;

typedef struct ndi_abreast {
    const ndi_nest *nest;
    const ndi_chain_kernels *chain;
    ndi_abreast_links links;
    size_t row_bytes, chunk_bytes; /* the latter are computed in turn */
    ptrdiff_t pitch;               /* of most rows that are read */
    bool stream;
    int64_t rows, at_once, groups_a_plane;
} ndi_abreast;

/* True if the program over the nest (simplified) is a single chain and the rows are long enough;
 * both must outlive it. */
bool ndi_abreast_begin(ndi_abreast *abreast, const ndi_program *program, const ndi_nest *nest,
                       bool stream);

/* A thread's own links. */
void ndi_abreast_take_links(const ndi_abreast *abreast, ndi_abreast_links *own);

/* Whole rounds, `bytes`, of each of so many rows from where the operands are, from `column` on in
 * the first and `skew` further in each next one. */
void ndi_abreast_run(const ndi_abreast *abreast, ndi_abreast_links *own, bool streams,
                     char *const *base, size_t column, size_t bytes, ptrdiff_t skew, int64_t rows);

/* Computes the one result over the nest (simplified) on the pool, past the cache with `stream`, if
 * the program is a single chain and reads rows again, or the same for all; else false. Nothing may
 * be read where the result goes: parts of it are computed twice. */
bool ndi_program_run_abreast(const ndi_program *program, const ndi_nest *nest, bool stream);

#endif
