/* Arrays from and to the names that nds takes. */
#include "cli/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/nds.h"

/* The endings behind which a colon chooses a part. */
static const struct {
    const char *ending;
    int kind;
    char separator;
} parted[] = {{".csv", NDS_TABLE, ','}, {".tsv", NDS_TABLE, '\t'}, {".npz", NDS_ARCHIVE, 0}};

bool nds_file_of(const char *name, nds_file *file)
{
    file->member = NULL;
    file->kind = NDS_ARRAY;
    file->separator = 0;
    if (strlen(name) >= sizeof file->path) {
        fprintf(stderr, "nds: the name of a file is too long\n");
        return false;
    }
    strcpy(file->path, name);
    for (char *at = file->path; *at; at++)
        for (size_t i = 0; i < sizeof parted / sizeof *parted; i++)
            if (strncasecmp(at, parted[i].ending, 4) == 0 && (at[4] == '\0' || at[4] == ':')) {
                file->kind = parted[i].kind;
                file->separator = parted[i].separator;
                if (at[4] == ':') {
                    at[4] = '\0';
                    file->member = at + 5;
                    return true;
                }
            }
    return true;
}

/* A header of numbers is none. */
static bool names_are_numbers(const nd_table *table)
{
    const int columns = nd_table_columns(table);
    for (int i = 0; i < columns; i++) {
        const char *name = nd_table_name(table, i);
        char *end;
        strtod(name, &end);
        if (end == name || *end)
            return false;
    }
    return columns > 0;
}

nd_table *nds_read_table(const nds_file *file)
{
    const char *const columns[] = {file->member, NULL};
    nd_csv_options options = {.separator = file->separator,
                              .columns = file->member ? columns : NULL};
    nd_table *table = nd_read_csv(file->path, &options);
    if (file->member || !names_are_numbers(table))
        return table;
    nd_table_free(table);
    options.no_header = true;
    return nd_read_csv(file->path, &options);
}

static nd_array *numbers_of(const nd_table *table, const nds_file *file, const char *name)
{
    nd_array *column = nd_table_column(table, name);
    if (nd_error() == ND_ERROR_DTYPE) {
        nd_error_clear();
        fprintf(stderr, "nds: %s: column '%s' is text, not numbers\n", file->path, name);
    }
    return column;
}

/* A column by name; of a table of one column that one. */
static nd_array *column_of(const nd_table *table, const nds_file *file)
{
    if (file->member)
        return numbers_of(table, file, file->member);
    if (nd_table_columns(table) == 1)
        return numbers_of(table, file, nd_table_name(table, 0));
    fprintf(stderr, "nds: %s has %d columns; choose one, %s:COLUMN, among", file->path,
            nd_table_columns(table), file->path);
    for (int i = 0; i < nd_table_columns(table); i++)
        fprintf(stderr, "%s %s", i ? "," : "", nd_table_name(table, i));
    fputc('\n', stderr);
    return NULL;
}

nd_array *nds_load(const char *name)
{
    nds_file file;
    if (strcmp(name, "-") == 0)
        return nd_load_npy("/dev/stdin");
    if (!nds_file_of(name, &file))
        return NULL;
    if (file.kind == NDS_ARCHIVE)
        return nd_load_npz(file.path, file.member);
    if (file.kind == NDS_ARRAY)
        return nd_load(file.path);
    nd_table *table = nds_read_table(&file);
    nd_array *array = table ? column_of(table, &file) : NULL;
    nd_table_free(table);
    return array;
}

nd_array *nds_load_numbers(const char *name)
{
    nds_file file;
    if (strcmp(name, "-") == 0 || !nds_file_of(name, &file) || file.kind != NDS_TABLE ||
        file.member)
        return nds_load(name);
    return nd_load_text(file.path, &(nd_csv_options){.separator = file.separator});
}

bool nds_save(const char *name, const nd_array *array)
{
    return strcmp(name, "-") == 0 ? nd_save_npy("/dev/stdout", array) == ND_OK
                                  : nd_save(name, array) == ND_OK;
}

bool nds_save_text(const char *name, const char *text, size_t length)
{
    bool done = false;
    if (strcmp(name, "-") == 0)
        return (fwrite(text, 1, length, stdout), nds_flushed() == NDS_DONE);
    ND_SCOPE {
        done = nd_save_raw(name, nd_from_data(ND_UINT8, ND_SHAPE((int64_t)length), text)) == ND_OK;
    }
    return done;
}
