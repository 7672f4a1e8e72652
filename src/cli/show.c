/* nds show: what is in a file. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <stdlib.h>

#include <ndstream/nd.h>

#include "cli/arguments.h"
#include "cli/files.h"
#include "cli/nds.h"
#include "cli/summary.h"

static const char help[] =
    "usage: nds show FILE ...\n"
    "\n"
    "Prints what is in a file: dtype, shape and order, the range and the mean of the numbers, how\n"
    "they are distributed and how they run, and the first and last of them. Of a .npz file it "
    "lists\n"
    "the arrays (one of them: FILE.npz:NAME), of a CSV file the columns (FILE.csv:COLUMN). - "
    "reads\n"
    "a .npy file from standard input.\n"
    "\n"
    "Bars are drawn in Unicode if the locale is UTF-8, else in ASCII. Headings are bold on a\n"
    "terminal, unless NO_COLOR is set.\n"
    "\n"
    "  -h, --help           this text\n"
    "\n"
    "examples:\n"
    "  nds show data.npy\n"
    "  nds show results.npz:weights flights.csv\n";

static bool uses_colour(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static void heading(const char *text)
{
    printf(uses_colour() ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

/* "(3, 4)", "(5,)" */
static void print_shape(nd_shape shape)
{
    putchar('(');
    for (int i = 0; i < shape.rank; i++)
        printf("%s%lld", i ? ", " : "", (long long)shape.length[i]);
    fputs(shape.rank == 1 ? ",)" : ")", stdout);
}

static void print_bytes(double bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    int unit = 0;
    for (; bytes >= 1000 && unit < 5; unit++)
        bytes /= 1000;
    printf(unit ? "%.3g %s" : "%.0f %s", bytes, units[unit]);
}

static void print_bins(const nds_summary *s)
{
    double heights[NDS_BINS];
    for (int i = 0; i < NDS_BINS; i++)
        heights[i] = (double)s->bins[i];
    nds_print_bars(NDS_BINS, heights);
}

/* How the values run: means of equal parts of a 1-d array, from the least of them up. */
static void print_course(const nd_array *array)
{
    double means[NDS_BINS], low = INFINITY, high = -INFINITY;
    const int64_t n = nd_size(array);
    const int parts = n < NDS_BINS ? (int)n : NDS_BINS;
    if (nd_rank(array) != 1 || n < 2)
        return;
    ND_SCOPE {
        const nd_array *numbers = nd_cast(array, ND_FLOAT64);
        const double *x = nd_data(numbers);
        for (int i = 0; x && i < parts; i++) {
            double sum = 0;
            int64_t count = 0;
            for (int64_t k = n * i / parts; k < n * (i + 1) / parts; k++)
                if (isfinite(x[k])) {
                    sum += x[k];
                    count++;
                }
            means[i] = count ? sum / (double)count : NAN;
            low = fmin(low, means[i]);
            high = fmax(high, means[i]);
        }
    }
    if (!(high > low) || !isfinite(high - low))
        return;
    for (int i = 0; i < parts; i++) /* the least is seen, what is missing is not */
        means[i] = isnan(means[i]) ? 0 : means[i] - low + (high - low) / 8;
    fputs("  course     ", stdout);
    nds_print_bars(parts, means);
    putchar('\n');
}

static bool print_numbers(const nd_array *array)
{
    nds_summary s;
    if (nd_dtype_kind(nd_dtype_of(array)) == ND_KIND_COMPLEX || nd_size(array) == 0)
        return true;
    if (!nds_summarise(array, &s))
        return false;
    fputs("  min ", stdout);
    nds_print_number(s.min, 0);
    fputs("   mean ", stdout);
    nds_print_number(s.mean, 0);
    fputs("   max ", stdout);
    nds_print_number(s.max, 0);
    printf("   NaN %lld of %lld\n", (long long)s.nan, (long long)(s.nan + s.count));
    if (s.count > 1 && s.high > s.low) {
        fputs("  histogram  ", stdout);
        print_bins(&s);
        putchar('\n');
        print_course(array);
    }
    return true;
}

static int show_array(const char *name, nd_array *array)
{
    if (!array)
        return nds_failed();
    heading(name);
    printf("  %s ", nd_dtype_name(nd_dtype_of(array)));
    print_shape(nd_shape_like(array));
    const char *order = nd_is_contiguous(array)           ? "C order"
                        : nd_is_fortran_contiguous(array) ? "Fortran order"
                                                          : "strided";
    printf(", %s, ", order);
    print_bytes((double)nd_bytes(array));
    putchar('\n');
    if (!print_numbers(array))
        return nds_failed();
    char *text = nd_to_text(array);
    if (!text)
        return nds_failed();
    puts(text);
    nd_text_free(text);
    return NDS_DONE;
}

static int show_archive(const char *name, const nds_file *file)
{
    nd_archive *archive = nd_open_npz(file->path);
    int code = NDS_DONE;
    if (!archive)
        return nds_failed();
    heading(name);
    printf("  %lld array%s\n", (long long)nd_archive_count(archive),
           nd_archive_count(archive) == 1 ? "" : "s");
    for (int64_t i = 0; i < nd_archive_count(archive); i++) {
        nd_member member;
        if (nd_archive_describe(archive, i, &member) != ND_OK) {
            printf("  %-16s ", nd_archive_name(archive, i));
            puts(nd_error_message());
            nd_error_clear();
            code = NDS_FAILED;
            continue;
        }
        printf("  %-16s %s ", member.name, nd_dtype_name(member.dtype));
        print_shape(member.shape);
        printf(", %s, ", member.fortran ? "Fortran order" : "C order");
        print_bytes((double)member.bytes);
        puts(member.deflated ? ", deflated" : "");
    }
    nd_archive_close(archive);
    return code;
}

static bool print_column(const nd_table *table, int i)
{
    const char *name = nd_table_name(table, i);
    const char *text = NULL;
    printf("  %-16s ", name);
    nd_array *column = nd_table_column(table, name);
    if (!column && nd_error() == ND_ERROR_DTYPE) {
        nd_error_clear();
        for (int64_t row = 0; !text && row < nd_table_rows(table); row++)
            text = nd_table_text(table, name, row);
        printf("%-8s %9lld missing  \"%.40s\", ...\n", "text",
               (long long)nd_table_missing(table, i), text ? text : "");
        return true;
    }
    nds_summary s;
    if (!column || !nds_summarise(column, &s))
        return false;
    printf("%-8s %9lld missing ", nd_dtype_name(nd_dtype_of(column)),
           (long long)nd_table_missing(table, i));
    nds_print_number(s.min, 11);
    nds_print_number(s.mean, 11);
    nds_print_number(s.max, 11);
    fputs("  ", stdout);
    print_bins(&s);
    putchar('\n');
    return true;
}

static int show_table(const char *name, const nds_file *file)
{
    nd_table *table = nds_read_table(file);
    bool good = table != NULL;
    if (table) {
        heading(name);
        printf("  %lld rows, %d columns\n", (long long)nd_table_rows(table),
               nd_table_columns(table));
        printf("  %-16s %-8s %17s %11s%11s%11s\n", "", "", "", "min", "mean", "max");
        for (int i = 0; i < nd_table_columns(table) && good; i++)
            ND_SCOPE {
                good = print_column(table, i);
            }
    }
    nd_table_free(table);
    return good ? NDS_DONE : nds_failed();
}

int nds_show(int count, char **arguments)
{
    static const nds_option options[] = {{NULL, 0, NULL, NULL}};
    nds_files files = {0};
    nds_file file;
    int code = nds_read_arguments("show", count, arguments, options, &files);
    if (code != NDS_DONE)
        return code;
    if (files.help)
        return nds_help(help);
    if (files.count == 0)
        return nds_misused("show: the file is missing; nds show --help tells more");
    for (int i = 0; i < files.count; i++)
        ND_SCOPE {
            const char *name = files.name[i];
            int one = NDS_FAILED;
            if (i > 0)
                putchar('\n');
            if (nds_file_of(name, &file)) {
                if (file.kind == NDS_ARCHIVE && !file.member)
                    one = show_archive(name, &file);
                else if (file.kind == NDS_TABLE && !file.member)
                    one = show_table(name, &file);
                else
                    one = show_array(name, nds_load(name));
            }
            nd_error_clear(); /* it has been said */
            code = one != NDS_DONE ? one : code;
        }
    return code == NDS_DONE ? nds_flushed() : code;
}
