/* The text that is being read, and errors that show a place in it. */
#ifndef NDSTREAM_LANG_TEXT_H
#define NDSTREAM_LANG_TEXT_H

#include "base/error.h"

typedef struct ndi_text {
    const char *begin;
    size_t length;
    bool quiet; /* an error was kept before: it stays as it is */
} ndi_text;

ndi_text ndi_text_of(const char *text);

/* Keeps an error whose message ends in the line of offset `at`, with a caret under it. Returns
 * NULL. */
void *ndi_text_fail(const ndi_text *text, size_t at, nd_status code, const char *format, ...)
    ND_PRINTF(4, 5);

/* Adds the line and the caret to the error that an operation has just kept. Returns NULL. */
void *ndi_text_place(const ndi_text *text, size_t at);

/* The same with more at the end of the message: what to write instead. */
void *ndi_text_advise(const ndi_text *text, size_t at, const char *advice);

#endif
