/* nds, the shell command: arrays in files. Built on the public headers alone. */
#include <stdio.h>
#include <string.h>

#include <ndstream/nd.h>

#include "cli/arguments.h"
#include "cli/nds.h"

static int info(int count, char **arguments);
static int help(int count, char **arguments);

/* The commands, in the order of the help. */
static const struct command {
    const char *name, *says;
    int (*run)(int count, char **arguments);
} commands[] = {
    {"show", "what is in a file: shape, dtype, values, a histogram", nds_show},
    {"stats", "count, mean, spread and quartiles of each column", nds_stats},
    {"plot", "a picture of a file: lines, a histogram or an image", nds_plot},
    {"convert", "from one format to another", nds_convert},
    {"eval", "compute an expression over arrays from files", nds_eval},
    {"tour", "examples, computed and timed on this machine", nds_tour},
    {"info", "what this build is and what it uses of this machine", info},
    {"help", "this text, or that of a command", help},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *stream)
{
    fputs("usage: nds COMMAND [ARGUMENTS]\n\n", stream);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(stream, "  %-8s %s\n", commands[i].name, commands[i].says);
    fputs(
        "\n"
        "  --help, --version; nds COMMAND --help tells more\n"
        "\n"
        "Files: .npy, .npz (FILE.npz:NAME), .csv and .tsv (FILE.csv:COLUMN), .txt, .png, .pgm,\n"
        ".ppm; - for .npy on standard input or output.\n"
        "\n"
        "Exit codes: 0 done, 1 an error of the computation or of a file, 2 a wrong call of nds.\n",
        stream);
}

static const char *command_name(int index)
{
    return commands[index].name;
}

static int run(const char *name, int count, char **arguments)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(count, arguments);
    const char *nearest = nds_nearest(name, COMMANDS, command_name);
    if (nearest)
        return nds_misused("there is no command '%s'; is '%s' meant?", name, nearest);
    return nds_misused("there is no command '%s'; nds --help lists them", name);
}

static int help(int count, char **arguments)
{
    static char option[] = "--help";
    if (count > 1)
        return nds_misused("help: takes one command");
    if (count == 1 && strcmp(arguments[0], "help") != 0 && strcmp(arguments[0], "--help") != 0)
        return run(arguments[0], 1, (char *[]){option, NULL});
    print_help(stdout);
    return nds_flushed();
}

static int info(int count, char **arguments)
{
    if (count > 0 && strcmp(arguments[0], "--help") == 0)
        return nds_help("usage: nds info\n\n"
                        "Prints the version, the kernels in use, and the number of threads.\n");
    if (count > 0)
        return nds_misused("info: takes no arguments, not '%s'", arguments[0]);
    const nd_configuration c = nd_config();
    printf("ndstream     %s\n", c.version);
    printf("kernels      %s (best of this CPU: %s)\n", c.isa, c.isa_best);
    printf("products     %s\n", c.blas);
    printf("factors      %s\n", c.lapack);
    printf("functions    %s\n", c.vector_math);
    printf("threads      %d\n", c.threads);
    return nds_flushed();
}

int main(int count, char **arguments)
{
    const char *command = count > 1 ? arguments[1] : NULL;
    if (!command) {
        print_help(stderr);
        return NDS_MISUSED;
    }
    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0)
        return help(0, NULL);
    if (strcmp(command, "--version") == 0)
        return nds_help("nds " ND_VERSION_STRING "\n");
    return run(command, count - 2, arguments + 2);
}
