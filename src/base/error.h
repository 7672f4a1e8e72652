/* Keeping the first error of a thread. */
#ifndef NDSTREAM_BASE_ERROR_H
#define NDSTREAM_BASE_ERROR_H

#include <ndstream/base.h>

/* Keeps an error for this thread, unless one is kept already. Returns NULL, so that a function
 * that makes an array can `return ndi_fail(...)`. */
void *ndi_fail(nd_status code, const char *format, ...) ND_PRINTF(2, 3);

/* The same for functions that return a status: returns `code`. */
nd_status ndi_fail_status(nd_status code, const char *format, ...) ND_PRINTF(2, 3);

/* The same with the system's number. */
void ndi_fail_system(nd_status code, int number, const char *format, ...) ND_PRINTF(3, 4);

/* Puts what was wanted, and for what, before the message of an error of memory; the caller has seen
 * that no error was kept before. */
void ndi_fail_wanting(const char *format, ...) ND_PRINTF(1, 2);

/* An error on its way to another thread. */
enum { NDI_ERROR_BYTES = 1024 };
typedef struct ndi_sent_error {
    nd_status code;
    int number; /* the system's */
    char message[NDI_ERROR_BYTES];
} ndi_sent_error;

/* Copies this thread's error. */
void ndi_error_send(ndi_sent_error *to);

/* Keeps it for this thread, unless one is kept already. */
void ndi_error_receive(const ndi_sent_error *from);

#endif
