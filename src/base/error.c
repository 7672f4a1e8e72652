/* The first error of each thread. Its message has memory of its own, taken from the system at the
 * thread's first error: as a variable of the thread it would fill most of the room that the loader
 * keeps for libraries that are loaded later (Python's extension modules). Where there is no memory,
 * the message is the text of the status. */
#include "error.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tls.h"

enum { MESSAGE_BYTES = NDI_ERROR_BYTES };

static _Thread_local NDI_FAST_TLS nd_status kept_code;
static _Thread_local int kept_number;
static _Thread_local char *kept_message; /* NULL until it is needed */

/* ---- Memory for the message, until the thread ends ------------------------------------------- */

static pthread_once_t exit_key_once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;
static bool exit_key_made; /* once the above is done */

static void free_message(void *message)
{
    free(message);
    kept_message = NULL;
}

static void make_exit_key(void)
{
    exit_key_made = pthread_key_create(&exit_key, free_message) == 0;
}

static bool have_message(void)
{
    if (kept_message)
        return true;
    pthread_once(&exit_key_once, make_exit_key);
    char *const message = exit_key_made ? malloc(MESSAGE_BYTES) : NULL;
    if (message && pthread_setspecific(exit_key, message) != 0)
        free(message);
    else
        kept_message = message;
    return kept_message;
}

__attribute__((destructor)) static void forget_threads_at_unload(void)
{
    if (exit_key_made)
        pthread_key_delete(exit_key);
    free_message(kept_message);
}

/* ---- Keeping --------------------------------------------------------------------------------- */

/* A message that does not fit ends in dots, so that nobody takes it for the whole. */
static void keep(nd_status code, int number, const char *format, va_list arguments)
{
    if (kept_code != ND_OK)
        return;
    kept_code = code;
    kept_number = number;
    if (!have_message())
        return;
    const int length = vsnprintf(kept_message, MESSAGE_BYTES, format, arguments);
    if (length < 0)
        kept_message[0] = '\0';
    else if (length >= MESSAGE_BYTES)
        for (size_t i = MESSAGE_BYTES - 4; i < MESSAGE_BYTES - 1; i++)
            kept_message[i] = '.';
}

void *ndi_fail(nd_status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(code, 0, format, arguments);
    va_end(arguments);
    return NULL;
}

nd_status ndi_fail_status(nd_status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(code, 0, format, arguments);
    va_end(arguments);
    return code;
}

void ndi_fail_system(nd_status code, int number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(code, number, format, arguments);
    va_end(arguments);
}

void ndi_fail_wanting(const char *format, ...)
{
    if (kept_code != ND_ERROR_MEMORY || !kept_message)
        return;
    char before[MESSAGE_BYTES / 2];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(before, sizeof before, format, arguments);
    va_end(arguments);
    const size_t have = strlen(kept_message), more = (size_t)length;
    if (length < 0 || more >= sizeof before || more + have >= MESSAGE_BYTES)
        return;
    memmove(kept_message + more, kept_message, have + 1);
    memcpy(kept_message, before, more);
}

void ndi_error_send(ndi_sent_error *to)
{
    to->code = kept_code;
    to->number = nd_error_system();
    snprintf(to->message, sizeof to->message, "%s", nd_error_message());
}

void ndi_error_receive(const ndi_sent_error *from)
{
    ndi_fail_system(from->code, from->number, "%s", from->message);
}

nd_status nd_error(void)
{
    return kept_code;
}

int nd_error_system(void)
{
    return kept_code == ND_OK ? 0 : kept_number;
}

const char *nd_error_message(void)
{
    return kept_code == ND_OK ? "" : kept_message ? kept_message : nd_status_text(kept_code);
}

void nd_error_clear(void)
{
    kept_code = ND_OK;
}

const char *nd_status_text(nd_status status)
{
    switch (status) {
#define STATUS_TEXT(code, value, text)                                                             \
    case code:                                                                                     \
        return text;
        ND_STATUSES(STATUS_TEXT)
#undef STATUS_TEXT
    }
    return "unknown status";
}
