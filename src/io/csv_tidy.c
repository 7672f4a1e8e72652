/* Tables between white space, with comments: made ones of single spaces, in place, before the rows
 * are read. */
#include "io/csv.h"

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\v' || letter == '\f';
}

void ndi_csv_tidy(ndi_csv *csv, char comment)
{
    const bool spaces = csv->separator == ' ';
    bool quoted = false, space = false;
    char *to = csv->begin, *line = to;
    for (const char *from = csv->begin; from < csv->end; from++) {
        const char letter = *from;
        if (quoted) {
            quoted = letter != '"'; /* a doubled one closes and opens */
            *to++ = letter;
            continue;
        }
        if (letter == comment && comment) {
            while (from + 1 < csv->end && from[1] != '\n')
                from++;
            while (to > line && is_space(to[-1]) && to[-1] != csv->separator)
                to--;
        } else if (letter == '\n') {
            *to++ = '\n';
            line = to;
            space = false;
        } else if (spaces && is_space(letter)) {
            space = true;
        } else {
            if (space && to > line)
                *to++ = ' ';
            space = false;
            quoted = letter == '"' && (to == line || to[-1] == csv->separator ||
                                       (from > csv->begin && from[-1] == '"'));
            *to++ = letter;
        }
    }
    csv->end = to;
}
