/* Tokens to a tree: Python's expressions, without what needs Python's objects. */
#ifndef NDSTREAM_LANG_PARSER_H
#define NDSTREAM_LANG_PARSER_H

#include "lang/arena.h"
#include "lang/syntax.h"
#include "lang/text.h"

enum {
    NDI_MOST_NESTED = 200,  /* brackets, signs and powers inside each other, as in Python */
    NDI_MOST_HEIGHT = 1000, /* of the tree: a + a + a + ... */
};

/* The expression that is the whole text; NULL, with ND_ERROR_SYNTAX and the place kept, if it is
 * none. The tree lives in `arena`. */
ndi_syntax *ndi_parse(const ndi_text *text, ndi_arena *arena);

#endif
