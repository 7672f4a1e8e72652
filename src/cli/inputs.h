/* Arrays from NAME=FILE arguments. */
#ifndef NDSTREAM_CLI_INPUTS_H
#define NDSTREAM_CLI_INPUTS_H

#include <ndstream/array.h>

enum { NDS_MOST_INPUTS = 64 };

typedef struct nds_inputs {
    int count;
    const char *names[NDS_MOST_INPUTS];
    const char *files[NDS_MOST_INPUTS];
    nd_array *arrays[NDS_MOST_INPUTS];
} nds_inputs;

/* Takes NAME=FILE apart, in place. Returns NDS_DONE, or NDS_MISUSED for something else. */
int nds_add_input(nds_inputs *inputs, char *argument);

/* Loads them all, into the open scope. False with the error kept, or said if none is. */
bool nds_load_inputs(nds_inputs *inputs);

#endif
