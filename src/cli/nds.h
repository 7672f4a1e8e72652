/* What the commands of nds share. */
#ifndef NDSTREAM_CLI_NDS_H
#define NDSTREAM_CLI_NDS_H

#include <ndstream/base.h>

/* Exit codes. */
enum { NDS_DONE = 0, NDS_FAILED = 1, NDS_MISUSED = 2 };

/* nds eval ...: `arguments` are those behind the command. Returns the exit code. */
int nds_eval(int count, char **arguments);

/* Says on standard error what is wrong about the call. Returns NDS_MISUSED. */
int nds_misused(const char *format, ...) ND_PRINTF(1, 2);

/* Says the kept error on standard error. Returns NDS_FAILED. */
int nds_failed(void);

/* NDS_DONE if all that was printed is out, else NDS_FAILED, and said. */
int nds_flushed(void);

#endif
