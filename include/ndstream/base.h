/* Versions, errors, memory, threads: what every other header of ndstream builds on. */
#ifndef NDSTREAM_BASE_H
#define NDSTREAM_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define ND_API __attribute__((visibility("default")))
#define ND_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#else
#define ND_API
#define ND_PRINTF(format_at, first_at)
#endif

#ifdef __cplusplus
#define ND_BEGIN_C extern "C" {
#define ND_END_C }
#else
#define ND_BEGIN_C
#define ND_END_C
#endif

ND_BEGIN_C

#define ND_VERSION_MAJOR 0
#define ND_VERSION_MINOR 1
#define ND_VERSION_PATCH 0
#define ND_VERSION_STRING "0.1.0"

/* ---- Errors -------------------------------------------------------------------------------------
 * A function that fails returns NULL (or a status other than ND_OK) and keeps the error for its
 * thread. Given NULL for an array, a function returns NULL and leaves the kept error alone, so
 * calls nest and one check at the end suffices: the first error is kept until nd_error_clear(). */

/* clang-format off */
/*       code              value  text */
#define ND_STATUSES(X) \
    X(ND_OK,               0, "no error") \
    X(ND_ERROR_MEMORY,     1, "out of memory") \
    X(ND_ERROR_SHAPE,      2, "shapes do not fit") \
    X(ND_ERROR_DTYPE,      3, "dtype not supported") \
    X(ND_ERROR_AXIS,       4, "axis out of range") \
    X(ND_ERROR_INDEX,      5, "index out of range") \
    X(ND_ERROR_VALUE,      6, "value not allowed") \
    X(ND_ERROR_ARGUMENT,   7, "argument missing or not allowed") \
    X(ND_ERROR_READONLY,   8, "array is read-only") \
    X(ND_ERROR_FILE,       9, "file could not be read or written") \
    X(ND_ERROR_FORMAT,    10, "file is malformed") \
    X(ND_ERROR_UNSUPPORTED, 11, "not supported by this build") \
    X(ND_ERROR_SYNTAX,    12, "text is no expression") \
    X(ND_ERROR_CANCELLED, 13, "cancelled") \
    X(ND_ERROR_LINALG,    14, "matrix cannot be factorised") \
    X(ND_ERROR_OVERFLOW,  15, "number out of range") \
    X(ND_ERROR_REPEATED,  16, "axis named twice") \
    X(ND_ERROR_RANK,      17, "number of axes not allowed") \
    X(ND_ERROR_EMPTY,     18, "file is empty") \
    X(ND_ERROR_TRUNCATED, 19, "file ends too early") \
    X(ND_ERROR_PICKLED,   20, "file holds pickled objects")
/* clang-format on */

/* What went wrong, or ND_OK. The values are pinned: they are part of the ABI. */
typedef enum nd_status {
#define ND_STATUS_ENUM(code, value, text) code = value,
    ND_STATUSES(ND_STATUS_ENUM)
#undef ND_STATUS_ENUM
} nd_status;

/* Code of the error kept for this thread, ND_OK if there is none. */
ND_API nd_status nd_error(void);

/* Message of the error kept for this thread ("" if none): the operation, the shapes and dtypes, and
 * what is wrong. Valid until the next error or nd_error_clear() of this thread. */
ND_API const char *nd_error_message(void);

/* The system's number (errno) of the error kept for this thread, where it is one of the system's,
 * as ENOENT of a file that is not there; else 0. */
ND_API int nd_error_system(void);

/* Forgets the error kept for this thread. */
ND_API void nd_error_clear(void);

/* Constant text for a status, for example "shapes do not fit"; "unknown status" for any other
 * number. */
ND_API const char *nd_status_text(nd_status status);

/* ---- Memory -------------------------------------------------------------------------------------
 * Every allocation of the library goes through one hook. Large blocks are kept for reuse, on huge
 * pages: a fresh 80 MB block costs more in page faults than the arithmetic that fills it. */

/* Where memory comes from. `allocate` returns memory aligned to 64 bytes, or NULL; `release` gets
 * the same size. Both must be thread-safe. */
typedef struct nd_allocator {
    void *(*allocate)(size_t bytes, void *context);
    void (*release)(void *memory, size_t bytes, void *context);
    void *context;
} nd_allocator;

/* Sets the allocator; NULL restores the library's own. Call it before the first array is made:
 * memory is returned to the allocator that is set at that time. Not thread-safe. */
ND_API void nd_set_allocator(const nd_allocator *allocator);

/* Limits the bytes that the library holds at once (0: no limit, the default). An allocation that
 * would pass the limit fails with ND_ERROR_MEMORY; nothing already made is touched. Thread-safe. */
ND_API void nd_set_memory_budget(size_t bytes);

/* What the library's memory looks like now, in bytes. */
typedef struct nd_memory_info {
    size_t used;   /* in arrays and other live objects */
    size_t cached; /* freed, kept for reuse */
    size_t peak;   /* highest `used` since nd_memory_reset_peak() */
    size_t total;  /* sum of all that was ever handed out */
    size_t budget; /* 0: none */
} nd_memory_info;

/* Thread-safe. */
ND_API nd_memory_info nd_memory(void);

/* Starts a new measurement of `peak`. Thread-safe. */
ND_API void nd_memory_reset_peak(void);

/* Returns the blocks kept for reuse to the system. Other threads keep a few small ones (2 MiB a
 * thread at most), which nd_memory() does not tell of, and return them when they allocate or free
 * again, or end. Thread-safe. */
ND_API void nd_memory_trim(void);

/* ---- Progress -----------------------------------------------------------------------------------
 * Long calls say how far they have come, and can be stopped. */

/* `report(fraction, context)` is called at most about ten times a second with the share of the work
 * that is done, from 0 to 1 and not less than before, on the thread that made the call. It returns
 * whether to go on: after false the call fails with ND_ERROR_CANCELLED, and nothing is half done (a
 * file that was being replaced is the old one, a pending array is pending still, and what it was to
 * be computed from is as it was). It must not call the library. */
typedef struct nd_progress {
    bool (*report)(double fraction, void *context);
    void *context;
} nd_progress;

/* Has long calls of this thread report to `progress`; one without `report` ends that. Returns what
 * was set before. Calls that report: loading and saving files of many megabytes; whatever computes
 * elements in several parallel parts (pending arrays and nd_eval(), reductions, scans,
 * nd_matmul()), unless it writes them into an array that is there already, which is not
 * interrupted. Where a call needs pending arrays (saving one, a product of two), computing each
 * counts from 0 to 1, and then the rest does; those of one nd_eval() count together. Without a
 * report set, this costs nothing. */
ND_API nd_progress nd_set_progress(nd_progress progress);

/* ---- Locks of the caller's ----------------------------------------------------------------------
 * For programs whose threads share a lock that each holds when it calls, as the interpreters of
 * many languages do. */

/* `begin()` is called on the thread of a call before work of more than a few microseconds, and
 * before it waits for what another thread computes; what it returns goes to `end()` afterwards, on
 * the same thread. A call has none or any number of such pairs, never one inside the other unless
 * the thread itself calls from inside one. Neither must call the library.
 *
 * `unordered`: there is no lock, and threads may write elements of arrays that others use, as those
 * of Python may without one. What is read then is any mixture of old and new; the arrays themselves
 * stay whole, for which memory that an array has stays its own. */
typedef struct nd_blocking {
    void *(*begin)(void);
    void (*end)(void *state);
    bool unordered;
} nd_blocking;

/* Sets the two for all threads; `hooks` is not copied, and NULL is none, the default. Only while no
 * other thread is inside the library. */
ND_API void nd_set_blocking(const nd_blocking *hooks);

/* ---- Threads and configuration --------------------------------------------------------------- */

/* Sets how many threads large operations use (at least 1; 0: one for each CPU this process may run
 * on, the default, or the environment variable ND_NUM_THREADS). Results do not depend on it, but
 * for factorizations of matrices, which are LAPACK's (linalg.h). Thread-safe. */
ND_API void nd_set_num_threads(int threads);

/* Threads that a large operation would use now. */
ND_API int nd_num_threads(void);

/* What this build is and what it chose on this machine. The texts live as long as the program. */
typedef struct nd_configuration {
    const char *version; /* ND_VERSION_STRING of the library */
    /* Kernels in use: "reference", "baseline", "avx2" or "avx512" (masked by ND_ISA). */
    const char *isa;
    const char *isa_best; /* best that this CPU could run */
    const char *blas;     /* what multiplies matrices, and the kernels it was told to use */
    const char *vector_math;
    int threads;
    const char *lapack; /* what factorises matrices and its kernels, or why it is missing */
} nd_configuration;

/* Thread-safe. The first call chooses the kernels for this CPU and loads LAPACK. */
ND_API nd_configuration nd_config(void);

ND_END_C

#endif
