/* nds eval: loads arrays, evaluates the expression, and prints, saves or explains the result. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndstream/io.h>
#include <ndstream/lang.h>
#include <ndstream/lazy.h>

#include "cli/files.h"
#include "cli/inputs.h"
#include "cli/nds.h"

static const char help[] =
    "usage: nds eval EXPRESSION [NAME=FILE ...] [-o FILE] [--explain[=svg]]\n"
    "\n"
    "Computes an expression, as NumPy would from the same line of Python, and prints the result.\n"
    "\n"
    "  NAME=FILE            an array of the expression: a file that nds show can show, one column\n"
    "                       as FILE.csv:COLUMN, one array of several as FILE.npz:NAME, or - for a\n"
    "                       .npy file on standard input\n"
    "  -o, --output FILE    write the result to FILE instead of printing it; - writes a .npy file\n"
    "                       to standard output\n"
    "  --explain            tell what would be done, loop by loop, what bounds it, and what goes\n"
    "                       through memory\n"
    "  --explain=svg        the same as a drawing, to the FILE of -o or to standard output\n"
    "  -h, --help           this text\n"
    "  --                   what follows is no option\n"
    "\n"
    "examples:\n"
    "  nds eval 'mean((x - mean(x))**2)' x=data.npy\n"
    "  nds eval '(x - mean(x, axis=0)) / std(x, axis=0, ddof=1)' x=data.npy -o z.npy\n"
    "  nds eval 'mean(d, where=~isnan(d))' d=flights.csv:distance\n"
    "  nds eval '255 - p' p=photo.png -o negative.png\n"
    "  nds eval 'exp(x) / sum(exp(x))' x=data.npy --explain=svg -o plan.svg\n"
    "\n"
    "Operators are Python's, with & | ~ for and, or, not; functions are NumPy's, with or without\n"
    "np. before: sin, where, clip, sum, mean, std, cumsum, reshape, transpose, arange, matmul, "
    "...\n";

typedef struct request {
    const char *expression, *output;
    bool explain, draw, help;
    nds_inputs inputs;
} request;

/* The file of an option at arguments[*i], or NULL: -o FILE, --output FILE, --output=FILE. */
static const char *output_of(int count, char **arguments, int *i)
{
    static const char inline_form[] = "--output=";
    if (strncmp(arguments[*i], inline_form, sizeof inline_form - 1) == 0)
        return arguments[*i] + sizeof inline_form - 1;
    return *i + 1 < count ? arguments[++*i] : "";
}

static bool is_output(const char *argument)
{
    return strcmp(argument, "-o") == 0 || strcmp(argument, "--output") == 0 ||
           strncmp(argument, "--output=", 9) == 0;
}

/* An expression may begin with a sign (-x), so that it is no option unless it is a known one, or
 * begins with two and a letter. */
static bool is_option(const request *r, const char *argument)
{
    const bool named =
        argument[0] == '-' && argument[1] == '-' && isalpha((unsigned char)argument[2]);
    return named || (r->expression && argument[0] == '-');
}

static int read_request(request *r, int count, char **arguments)
{
    bool options = true;
    for (int i = 0; i < count; i++) {
        char *argument = arguments[i];
        int wrong = NDS_DONE;
        if (options && strcmp(argument, "--") == 0) {
            options = false;
        } else if (options && is_output(argument)) {
            r->output = output_of(count, arguments, &i);
            if (!*r->output)
                return nds_misused("eval: %s needs a file", argument);
        } else if (options && strcmp(argument, "--explain") == 0) {
            r->explain = true;
        } else if (options && strcmp(argument, "--explain=svg") == 0) {
            r->draw = true;
        } else if (options && (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)) {
            r->help = true;
            return NDS_DONE;
        } else if (options && is_option(r, argument)) {
            return nds_misused("eval: there is no option '%s'; nds eval --help lists them",
                               argument);
        } else if (!r->expression) {
            r->expression = argument;
        } else if ((wrong = nds_add_input(&r->inputs, argument)) != NDS_DONE) {
            return wrong;
        }
    }
    if (!r->expression)
        return nds_misused("eval: the expression is missing; nds eval --help tells more");
    if (r->output && r->explain)
        return nds_misused("eval: --explain computes nothing to write to %s; --explain=svg draws",
                           r->output);
    return NDS_DONE;
}

/* What `explainer` (nd_explain or nd_explain_svg) says of it. */
static int explain(const nd_array *array, size_t (*explainer)(const nd_array *, char *, size_t),
                   const char *output)
{
    const size_t length = explainer(array, NULL, 0);
    if (length == 0)
        return nds_failed();
    char *text = malloc(length + 1);
    if (!text) {
        fputs("nds: out of memory\n", stderr);
        return NDS_FAILED;
    }
    explainer(array, text, length + 1);
    const bool done = nds_save_text(output ? output : "-", text, length);
    free(text);
    return done ? NDS_DONE : nds_failed();
}

static int print(nd_array *array)
{
    char *text = nd_to_text(array);
    if (!text)
        return nds_failed();
    puts(text);
    nd_text_free(text);
    return nds_flushed();
}

static int answer(request *r)
{
    if (!nds_load_inputs(&r->inputs))
        return nd_error() == ND_OK ? NDS_FAILED : nds_failed();
    nd_array *array =
        nd_expr_with(r->expression, r->inputs.count, r->inputs.names, r->inputs.arrays);
    if (!array)
        return nds_failed();
    if (r->explain || r->draw)
        return explain(array, r->draw ? nd_explain_svg : nd_explain, r->output);
    if (!r->output)
        return print(array);
    return nds_save(r->output, array) ? NDS_DONE : nds_failed();
}

int nds_eval(int count, char **arguments)
{
    request r = {0};
    int code = read_request(&r, count, arguments);
    if (code != NDS_DONE)
        return code;
    if (r.help) {
        fputs(help, stdout);
        return nds_flushed();
    }
    ND_SCOPE {
        code = answer(&r);
    }
    return code;
}
