/* Reading the subscripts of an einsum: "ij,jk->ik", "...ii->...i". */
#include "linalg/einsum.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
    const char *text, *at;
    int count;
    const nd_array *const *operands;
    int occurs[NDI_LABELS];
    int dotted; /* most axes that a "..." stands for */
} reader;

enum { MOST_SHOWN = 200 };

/* Adds the line and a caret, unless the line is too long to show. */
__attribute__((format(printf, 3, 4))) static bool refuse(const reader *r, const char *at,
                                                         const char *format, ...)
{
    char why[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    if (strlen(r->text) > MOST_SHOWN)
        ndi_fail(ND_ERROR_ARGUMENT, "einsum: %s (at character %d)", why, (int)(at - r->text) + 1);
    else
        ndi_fail(ND_ERROR_ARGUMENT, "einsum: %s\n  %s\n  %*s^", why, r->text, (int)(at - r->text),
                 "");
    return false;
}

static int label_of(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? 26 + c - 'a' : -1;
}

const char *ndi_label_text(char text[32], int label)
{
    if (label >= NDI_LETTERS)
        snprintf(text, 32, "an axis of '...'");
    else
        snprintf(text, 32, "'%c'", label < 26 ? 'A' + label : 'a' + label - 26);
    return text;
}

static void skip_spaces(reader *r)
{
    while (*r->at == ' ')
        r->at++;
}

/* Letters and at most one "...", up to a comma, an arrow or the end. `dots` is where "..." stands
 * among the letters, -1 if nowhere. */
static bool read_term(reader *r, ndi_axis_labels *term, int *dots)
{
    *term = (ndi_axis_labels){.rank = 0};
    *dots = -1;
    for (skip_spaces(r); *r->at && *r->at != ',' && *r->at != '-'; skip_spaces(r)) {
        const int label = label_of(*r->at);
        if (*r->at == '.') {
            if (strncmp(r->at, "...", 3) != 0)
                return refuse(r, r->at, "an ellipsis has three dots");
            if (*dots >= 0)
                return refuse(r, r->at, "there is a second '...'");
            *dots = term->rank;
            r->at += 3;
            continue;
        }
        if (label < 0)
            return refuse(r, r->at, "only letters, '...', ',' and '->' have a meaning here");
        if (term->rank == ND_MAX_RANK)
            return refuse(r, r->at, "there are more than %d letters", ND_MAX_RANK);
        term->label[term->rank++] = (uint8_t)label;
        r->at++;
    }
    return true;
}

/* Puts `count` labels of "..." in their place. */
static void insert_dots(ndi_axis_labels *term, int dots, int count)
{
    memmove(term->label + dots + count, term->label + dots, (size_t)(term->rank - dots));
    for (int i = 0; i < count; i++)
        term->label[dots + i] = (uint8_t)(NDI_LETTERS + count - 1 - i);
    term->rank += count;
}

static bool read_operand(reader *r, int i, ndi_axis_labels *term)
{
    skip_spaces(r);
    const char *begin = r->at;
    int dots;
    if (!read_term(r, term, &dots))
        return false;
    const int rank = nd_rank(r->operands[i]), more = rank - term->rank;
    if (more < 0 || (more > 0 && dots < 0))
        return refuse(r, begin, "operand %d has %d axes, not %d%s", i, rank, term->rank,
                      dots < 0 ? "" : " or more");
    if (dots >= 0) {
        insert_dots(term, dots, more);
        r->dotted = more > r->dotted ? more : r->dotted;
    }
    for (int axis = 0; axis < term->rank; axis++)
        r->occurs[term->label[axis]]++;
    return true;
}

/* "...", then the letters that occur once, in alphabetic order, capitals first. */
static bool implied_output(reader *r, ndi_axis_labels *output)
{
    *output = (ndi_axis_labels){.rank = 0};
    insert_dots(output, 0, r->dotted);
    for (int label = 0; label < NDI_LETTERS; label++)
        if (r->occurs[label] == 1) {
            if (output->rank == ND_MAX_RANK)
                return refuse(r, r->at, "the result would have more than %d axes", ND_MAX_RANK);
            output->label[output->rank++] = (uint8_t)label;
        }
    return true;
}

static bool read_output(reader *r, ndi_axis_labels *output)
{
    skip_spaces(r);
    const char *begin = r->at;
    int dots;
    if (!read_term(r, output, &dots))
        return false;
    if (*r->at)
        return refuse(r, r->at, "nothing follows the output");
    bool seen[NDI_LETTERS] = {false};
    for (const char *at = begin; *at; at++) {
        const int label = label_of(*at);
        if (label >= 0 && seen[label])
            return refuse(r, at, "the output names '%c' twice", *at);
        if (label >= 0 && r->occurs[label] == 0)
            return refuse(r, at, "the output names '%c', which no operand has", *at);
        if (label >= 0)
            seen[label] = true;
    }
    if (dots < 0 && r->dotted > 0)
        return refuse(r, begin, "the output lacks the '...' of the operands");
    if (output->rank + r->dotted > ND_MAX_RANK)
        return refuse(r, begin, "the result would have more than %d axes", ND_MAX_RANK);
    if (dots >= 0)
        insert_dots(output, dots, r->dotted);
    return true;
}

bool ndi_einsum_parse(const char *subscripts, int count, const nd_array *const *operands,
                      ndi_axis_labels *labels, ndi_axis_labels *output)
{
    reader r = {.text = subscripts, .at = subscripts, .count = count, .operands = operands};
    for (int i = 0; i < count; i++) {
        if (!read_operand(&r, i, &labels[i]))
            return false;
        if (*r.at == ',' && i + 1 < count)
            r.at++;
        else if (*r.at == ',')
            return refuse(&r, r.at, "there are more subscripts than operands, which are %d", count);
        else if (i + 1 < count)
            return refuse(&r, r.at, "there are subscripts for %d of %d operands", i + 1, count);
    }
    if (*r.at != '-')
        return implied_output(&r, output);
    if (r.at[1] != '>')
        return refuse(&r, r.at, "'-' has no meaning but in '->'");
    r.at += 2;
    return read_output(&r, output);
}
