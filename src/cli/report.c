/* How nds ends: exit codes and what goes to standard error. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/nds.h"

int nds_misused(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("nds: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return NDS_MISUSED;
}

int nds_failed(void)
{
    if (nd_error() == ND_OK)
        return NDS_FAILED;
    fprintf(stderr, "nds: %s\n",
            *nd_error_message() ? nd_error_message() : nd_status_text(nd_error()));
    return NDS_FAILED;
}

int nds_flushed(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return NDS_DONE;
    fprintf(stderr, "nds: standard output: %s\n", strerror(errno));
    return NDS_FAILED;
}

int nds_help(const char *text)
{
    fputs(text, stdout);
    return nds_flushed();
}
