/* FILE is what nd_load() reads, FILE.csv:COLUMN, or - for a .npy file on standard input. */
#include "cli/inputs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ndstream/io.h>

#include "cli/nds.h"

static bool is_name(const char *text)
{
    bool good = isalpha((unsigned char)*text) || *text == '_';
    for (; good && *text; text++)
        good = isalnum((unsigned char)*text) || *text == '_';
    return good;
}

int nds_add_input(nds_inputs *inputs, char *argument)
{
    char *equals = strchr(argument, '=');
    if (!equals)
        return nds_misused("eval: '%s' is not NAME=FILE (the expression comes first; quote it)",
                           argument);
    *equals = '\0';
    if (!is_name(argument))
        return nds_misused("eval: '%s' is no name for an array: letters, digits and _ only",
                           argument);
    if (!equals[1])
        return nds_misused("eval: the file of %s is missing", argument);
    for (int i = 0; i < inputs->count; i++)
        if (strcmp(inputs->names[i], argument) == 0)
            return nds_misused("eval: %s is given twice", argument);
    if (inputs->count == NDS_MOST_INPUTS)
        return nds_misused("eval: more than %d files", NDS_MOST_INPUTS);
    inputs->names[inputs->count] = argument;
    inputs->files[inputs->count++] = equals + 1;
    return NDS_DONE;
}

/* The end of the path in FILE.csv or FILE.csv:COLUMN; NULL for any other name. */
static const char *csv_end(const char *file)
{
    for (const char *at = file; *at; at++)
        if (strncasecmp(at, ".csv", 4) == 0 && (at[4] == '\0' || at[4] == ':'))
            return at + 4;
    return NULL;
}

/* A column by name; of a table of one column that one. */
static nd_array *column_of(const nd_table *table, const char *path, const char *name)
{
    if (name)
        return nd_table_column(table, name);
    if (nd_table_columns(table) == 1)
        return nd_table_column(table, nd_table_name(table, 0));
    fprintf(stderr, "nds: %s has %d columns; choose one, %s:COLUMN, among", path,
            nd_table_columns(table), path);
    for (int i = 0; i < nd_table_columns(table); i++)
        fprintf(stderr, "%s %s", i ? "," : "", nd_table_name(table, i));
    fputc('\n', stderr);
    return NULL;
}

static nd_array *load_column(const char *file, const char *end)
{
    const char *const columns[] = {*end ? end + 1 : NULL, NULL};
    const nd_csv_options options = {.columns = *end ? columns : NULL};
    char *path = strndup(file, (size_t)(end - file));
    if (!path) {
        fputs("nds: out of memory\n", stderr);
        return NULL;
    }
    nd_table *table = nd_read_csv(path, &options);
    nd_array *array = table ? column_of(table, path, columns[0]) : NULL;
    nd_table_free(table);
    free(path);
    return array;
}

static nd_array *load(const char *file)
{
    const char *end = csv_end(file);
    if (strcmp(file, "-") == 0)
        return nd_load_npy("/dev/stdin");
    return end ? load_column(file, end) : nd_load(file);
}

bool nds_load_inputs(nds_inputs *inputs)
{
    for (int i = 0; i < inputs->count; i++)
        if (!(inputs->arrays[i] = load(inputs->files[i])))
            return false;
    return true;
}
