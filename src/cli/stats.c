/* nds stats: a table of what describes each column. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndstream/nd.h>

#include "cli/arguments.h"
#include "cli/files.h"
#include "cli/nds.h"
#include "cli/summary.h"

static const char help[] =
    "usage: nds stats FILE [--axis N | --all]\n"
    "\n"
    "Prints, for each column, how many numbers there are, how many values are NaN or missing, and\n"
    "min, quartiles, mean, standard deviation (of the values, ddof=0) and max. A column is one of "
    "a\n"
    "CSV file, or what stands along axis 0 of an array; NaN does not count.\n"
    "\n"
    "  -a, --axis N         along axis N of an array instead (negative: from the last)\n"
    "  --all                over all elements of an array\n"
    "  -h, --help           this text\n"
    "\n"
    "examples:\n"
    "  nds stats flights.csv\n"
    "  nds stats data.npy --axis 1\n"
    "  nds stats results.npz:weights --all\n";

static void print_titles(void)
{
    static const char *const titles[] = {"min", "25 %", "median", "75 %", "max", "mean", "std"};
    printf("%-16s %11s %9s", "", "count", "NaN");
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        printf(" %11s", titles[i]);
    putchar('\n');
}

static bool print_row(const char *name, const nd_array *values)
{
    nds_summary s;
    if (!values || !nds_summarise(values, &s))
        return false;
    const double numbers[] = {s.min, s.quartile[0], s.quartile[1], s.quartile[2],
                              s.max, s.mean,        s.std};
    printf("%-16s %11lld %9lld", name, (long long)s.count, (long long)s.nan);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        putchar(' ');
        nds_print_number(numbers[i], 11);
    }
    putchar('\n');
    return true;
}

static int table_stats(const nds_file *file)
{
    nd_table *table = nds_read_table(file);
    bool good = table != NULL;
    if (good)
        print_titles();
    for (int i = 0; good && i < nd_table_columns(table); i++)
        ND_SCOPE {
            const nd_array *column = nd_table_column(table, nd_table_name(table, i));
            if (!column && nd_error() == ND_ERROR_DTYPE) {
                nd_error_clear();
                printf("%-16s %11lld %9lld %11s\n", nd_table_name(table, i),
                       (long long)(nd_table_rows(table) - nd_table_missing(table, i)),
                       (long long)nd_table_missing(table, i), "text");
            } else {
                good = print_row(nd_table_name(table, i), column);
            }
        }
    nd_table_free(table);
    return good ? nds_flushed() : nds_failed();
}

/* "[3, :]" */
static void name_row(char *text, size_t size, const nd_array *rest, int64_t row)
{
    size_t used = 0;
    int64_t below = nd_size(rest);
    for (int i = 0; i < nd_rank(rest) && used < size; i++) {
        below /= nd_length(rest, i);
        used += (size_t)snprintf(text + used, size - used, "%s%lld", i ? "," : "",
                                 (long long)(row / below % nd_length(rest, i)));
    }
}

static int array_stats(const char *name, const nd_array *array, const char *axis_text, bool all)
{
    char *end = NULL;
    long axis = axis_text ? strtol(axis_text, &end, 10) : 0;
    if (!array)
        return nds_failed();
    if (axis_text && (*end || axis < -nd_rank(array) || axis >= nd_rank(array)))
        return nds_misused("stats: '%s' is no axis of %s, which has %d", axis_text, name,
                           nd_rank(array));
    if (nd_dtype_kind(nd_dtype_of(array)) == ND_KIND_COMPLEX) {
        fprintf(stderr, "nds: stats: %s: complex numbers have no order\n", name);
        return NDS_FAILED;
    }
    print_titles();
    if (all || nd_rank(array) < 2)
        return print_row("", array) ? nds_flushed() : nds_failed();
    const nd_array *moved = nd_move_axis(array, (int)axis, -1);
    const nd_array *first = nd_slice(moved, ND_REST, ND_RANGE(0, 1));
    const nd_array *rest = nd_reshape(first, nd_shape_of(nd_rank(array) - 1, nd_lengths(moved)));
    const nd_array *rows = nd_reshape(moved, ND_SHAPE(nd_size(rest), nd_length(moved, -1)));
    bool good = rows != NULL;
    for (int64_t i = 0; good && i < nd_length(rows, 0); i++)
        ND_SCOPE {
            char text[200] = "";
            name_row(text, sizeof text, rest, i);
            good = print_row(text, nd_slice(rows, ND_INDEX(i)));
        }
    return good ? nds_flushed() : nds_failed();
}

int nds_stats(int count, char **arguments)
{
    const char *axis = NULL;
    bool all = false;
    const nds_option options[] = {
        {"--axis", 'a', &axis, NULL}, {"--all", 0, NULL, &all}, {NULL, 0, NULL, NULL}};
    nds_files files = {0};
    nds_file file;
    int code = nds_read_arguments("stats", count, arguments, options, &files);
    if (code != NDS_DONE)
        return code;
    if (files.help)
        return nds_help(help);
    if (files.count != 1)
        return nds_misused("stats: one file, not %d; nds stats --help tells more", files.count);
    if (axis && all)
        return nds_misused("stats: --axis and --all contradict each other");
    if (!nds_file_of(files.name[0], &file))
        return NDS_FAILED;
    if (file.kind == NDS_TABLE && !axis && !all)
        return table_stats(&file);
    ND_SCOPE {
        code = array_stats(files.name[0], nds_load_numbers(files.name[0]), axis, all);
    }
    return code;
}
