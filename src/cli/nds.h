/* What the commands of nds share. */
#ifndef NDSTREAM_CLI_NDS_H
#define NDSTREAM_CLI_NDS_H

#include <ndstream/base.h>

/* Exit codes. */
enum { NDS_DONE = 0, NDS_FAILED = 1, NDS_MISUSED = 2 };

/* The commands: `arguments` are those behind the name. They return the exit code. */
int nds_eval(int count, char **arguments);
int nds_show(int count, char **arguments);
int nds_stats(int count, char **arguments);
int nds_convert(int count, char **arguments);
int nds_plot(int count, char **arguments);
int nds_tour(int count, char **arguments);

/* Says on standard error what is wrong about the call. Returns NDS_MISUSED. */
int nds_misused(const char *format, ...) ND_PRINTF(1, 2);

/* Says the kept error on standard error; nothing if none is kept, because it has been said. Returns
 * NDS_FAILED. */
int nds_failed(void);

/* NDS_DONE if all that was printed is out, else NDS_FAILED, and said. */
int nds_flushed(void);

/* Prints a help text. */
int nds_help(const char *text);

#endif
