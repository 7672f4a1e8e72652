/* Variables of threads that are reached by one instruction in a shared library too, and not by a
 * call. They lie in static TLS, of which the loader keeps little for libraries that are loaded
 * later (Python's extension modules): a few words in all. Only glibc keeps any. */
#ifndef NDSTREAM_BASE_TLS_H
#define NDSTREAM_BASE_TLS_H

#include <stdlib.h> /* any header of the C library says which it is */

#if defined(__GLIBC__)
#define NDI_FAST_TLS __attribute__((tls_model("initial-exec")))
#else
#define NDI_FAST_TLS
#endif

#endif
