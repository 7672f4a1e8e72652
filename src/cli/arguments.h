/* Options and files of a command, read by its table of options. */
#ifndef NDSTREAM_CLI_ARGUMENTS_H
#define NDSTREAM_CLI_ARGUMENTS_H

#include <stdbool.h>

/* An option with a value (--name VALUE, --name=VALUE, -l VALUE) or, with `flag`, without. */
typedef struct nds_option {
    const char *name; /* "--name"; NULL ends the table */
    char letter;      /* 0: none */
    const char **value;
    bool *flag;
} nds_option;

enum { NDS_MOST_FILES = 256 };

/* What is left: the files. */
typedef struct nds_files {
    int count;
    const char *name[NDS_MOST_FILES];
    bool help; /* asked for */
} nds_files;

/* Reads the arguments of `command`. Returns NDS_DONE or, said, NDS_MISUSED. */
int nds_read_arguments(const char *command, int count, char **arguments, const nds_option *options,
                       nds_files *files);

/* The one among `count` names that is nearest to what somebody typed; NULL if none is near. */
const char *nds_nearest(const char *typed, int count, const char *(*name)(int index));

#endif
