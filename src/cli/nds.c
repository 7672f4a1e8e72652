/* nds, the shell command: expressions over files. Built on the public headers alone. */
#include <stdio.h>
#include <string.h>

#include <ndstream/nd.h>

#include "cli/nds.h"

static const char help[] =
    "usage: nds COMMAND [ARGUMENTS]\n"
    "\n"
    "  eval    compute an expression over arrays from files (nds eval --help)\n"
    "  info    what this build is and what it uses of this machine\n"
    "\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 1 an error of the computation or of a file, 2 a wrong call of nds.\n";

static int info(int count, char **arguments)
{
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

static int show(const char *text)
{
    fputs(text, stdout);
    return nds_flushed();
}

int main(int count, char **arguments)
{
    const char *command = count > 1 ? arguments[1] : NULL;
    if (!command) {
        fputs(help, stderr);
        return NDS_MISUSED;
    }
    if (strcmp(command, "eval") == 0)
        return nds_eval(count - 2, arguments + 2);
    if (strcmp(command, "info") == 0)
        return info(count - 2, arguments + 2);
    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0 ||
        strcmp(command, "help") == 0)
        return show(help);
    if (strcmp(command, "--version") == 0)
        return show("nds " ND_VERSION_STRING "\n");
    return nds_misused("there is no command '%s'; nds --help lists them", command);
}
