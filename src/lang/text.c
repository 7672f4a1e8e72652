/* Errors that show a place: the message, the line, a caret. */
#include "lang/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    MOST_MESSAGE = 768, /* with two shown lines it fits what base/error.c keeps */
    SHOWN = 76, /* columns of a long line that are shown, of which so many before the caret */
    SHOWN_BEFORE = 50,
};

ndi_text ndi_text_of(const char *text)
{
    return (ndi_text){.begin = text, .length = strlen(text), .quiet = nd_error() != ND_OK};
}

/* The part of a line that is shown. */
typedef struct excerpt {
    size_t begin, end;
    bool cut_before, cut_after;
} excerpt;

static excerpt excerpt_at(const ndi_text *text, size_t at)
{
    size_t begin = at, end = at;
    while (begin > 0 && text->begin[begin - 1] != '\n')
        begin--;
    while (end < text->length && text->begin[end] != '\n')
        end++;
    excerpt part = {begin, end, false, false};
    if (end - begin > SHOWN) {
        part.begin = at - begin > SHOWN_BEFORE ? at - SHOWN_BEFORE : begin;
        part.end = end - part.begin > SHOWN ? part.begin + SHOWN : end;
        part.cut_before = part.begin > begin;
        part.cut_after = part.end < end;
    }
    return part;
}

/* The message, the line and the caret. A tab takes one column, a character of several bytes too. */
static void keep(const ndi_text *text, size_t at, nd_status code, const char *message)
{
    char line[SHOWN + 1];
    size_t length = 0, column = 0;
    const excerpt part = excerpt_at(text, at);
    for (size_t i = part.begin; i < part.end; i++) {
        const unsigned char byte = (unsigned char)text->begin[i];
        line[length++] = byte < ' ' ? ' ' : (char)byte;
        column += i < at && (byte & 0xC0) != 0x80;
    }
    line[length] = '\0';
    const char *before = part.cut_before ? "..." : "";
    ndi_fail(code, "%.*s\n  %s%s%s\n  %*s^", MOST_MESSAGE, message, before, line,
             part.cut_after ? "..." : "", (int)(column + strlen(before)), "");
}

void *ndi_text_fail(const ndi_text *text, size_t at, nd_status code, const char *format, ...)
{
    char message[MOST_MESSAGE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    keep(text, at, code, message);
    return NULL;
}

void *ndi_text_place(const ndi_text *text, size_t at)
{
    return ndi_text_advise(text, at, "");
}

void *ndi_text_advise(const ndi_text *text, size_t at, const char *advice)
{
    if (text->quiet || nd_error() == ND_OK)
        return NULL;
    char message[MOST_MESSAGE];
    const nd_status code = nd_error();
    snprintf(message, sizeof message, "%s%s", nd_error_message(), advice);
    nd_error_clear();
    keep(text, at, code, message);
    return NULL;
}
