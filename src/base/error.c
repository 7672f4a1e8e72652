/* The first error of each thread, kept in storage of its own: keeping one never allocates. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_BYTES = 1024 };

static _Thread_local nd_status kept_code;
static _Thread_local char kept_message[MESSAGE_BYTES];

/* A message that does not fit ends in dots, so that nobody takes it for the whole. */
static void keep(nd_status code, const char *format, va_list arguments)
{
    if (kept_code != ND_OK)
        return;
    kept_code = code;
    const int length = vsnprintf(kept_message, sizeof kept_message, format, arguments);
    if (length < 0)
        kept_message[0] = '\0';
    else if ((size_t)length >= sizeof kept_message)
        for (size_t i = sizeof kept_message - 4; i < sizeof kept_message - 1; i++)
            kept_message[i] = '.';
}

void *ndi_fail(nd_status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(code, format, arguments);
    va_end(arguments);
    return NULL;
}

nd_status ndi_fail_status(nd_status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(code, format, arguments);
    va_end(arguments);
    return code;
}

nd_status nd_error(void)
{
    return kept_code;
}

const char *nd_error_message(void)
{
    return kept_message;
}

void nd_error_clear(void)
{
    kept_code = ND_OK;
    kept_message[0] = '\0';
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
