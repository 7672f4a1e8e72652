/* Reading options, and guessing what a mistyped word was meant to be. */
#include "cli/arguments.h"

#include <string.h>

#include "cli/nds.h"

enum { LONGEST = 32 };

/* Letters to insert, delete, replace or swap with their neighbour that make one word the other. */
static int distance(const char *a, const char *b)
{
    const int m = (int)strlen(a), n = (int)strlen(b);
    int row[LONGEST + 1][LONGEST + 1];
    if (m > LONGEST || n > LONGEST)
        return LONGEST;
    for (int i = 0; i <= m; i++)
        for (int j = 0; j <= n; j++) {
            int least = i == 0 ? j : j == 0 ? i : row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (i > 0 && row[i - 1][j] + 1 < least)
                least = row[i - 1][j] + 1;
            if (j > 0 && row[i][j - 1] + 1 < least)
                least = row[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                row[i - 2][j - 2] + 1 < least)
                least = row[i - 2][j - 2] + 1;
            row[i][j] = least;
        }
    return row[m][n];
}

const char *nds_nearest(const char *typed, int count, const char *(*name)(int index))
{
    const char *best = NULL;
    int least = (int)(strlen(typed) / 3) + 2;
    for (int i = 0; i < count; i++) {
        const int far = distance(typed, name(i));
        if (far < least) {
            least = far;
            best = name(i);
        }
    }
    return best;
}

static const nds_option *known; /* the table, for option_name() */

static const char *option_name(int index)
{
    return known[index].name;
}

static int unknown(const char *command, const nds_option *options, const char *argument)
{
    int count = 0;
    while (options[count].name)
        count++;
    known = options;
    const char *nearest = nds_nearest(argument, count, option_name);
    if (nearest)
        return nds_misused("%s: there is no option '%s'; is '%s' meant?", command, argument,
                           nearest);
    return nds_misused("%s: there is no option '%s'; nds %s --help lists them", command, argument,
                       command);
}

/* The option that `argument` is, and its value if that is in the same argument. */
static const nds_option *find(const nds_option *options, const char *argument, const char **value)
{
    for (; options->name; options++) {
        const size_t length = strlen(options->name);
        *value = NULL;
        if (argument[1] == options->letter && options->letter && argument[1] != '-') {
            if (argument[2])
                *value = argument + 2;
            return options;
        }
        if (strncmp(argument, options->name, length) == 0) {
            if (argument[length] == '=')
                *value = argument + length + 1;
            if (!argument[length] || *value)
                return options;
        }
    }
    return NULL;
}

int nds_read_arguments(const char *command, int count, char **arguments, const nds_option *options,
                       nds_files *files)
{
    bool only_files = false;
    for (int i = 0; i < count; i++) {
        const char *argument = arguments[i], *value;
        if (only_files || argument[0] != '-' || !argument[1]) {
            if (files->count == NDS_MOST_FILES)
                return nds_misused("%s: more than %d files", command, NDS_MOST_FILES);
            files->name[files->count++] = argument;
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            only_files = true;
            continue;
        }
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            files->help = true;
            return NDS_DONE;
        }
        const nds_option *option = find(options, argument, &value);
        if (!option)
            return unknown(command, options, argument);
        if (option->flag) {
            if (value)
                return nds_misused("%s: %s takes no value", command, option->name);
            *option->flag = true;
            continue;
        }
        if (!value && i + 1 < count)
            value = arguments[++i];
        if (!value || !*value)
            return nds_misused("%s: %s needs a value", command, option->name);
        *option->value = value;
    }
    return NDS_DONE;
}
