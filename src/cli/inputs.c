/* NAME=FILE arguments. */
#include "cli/inputs.h"

#include <ctype.h>
#include <string.h>

#include "cli/files.h"
#include "cli/nds.h"

static bool is_name(const char *text)
{
    bool good = isalpha((unsigned char)*text) || *text == '_';
    for (; good && *text; text++)
        good = isalnum((unsigned char)*text) || *text == '_';
    return good;
}

int nds_add_input(nds_inputs *inputs, char *argument)
{
    char *equals = strchr(argument, '=');
    if (!equals)
        return nds_misused("eval: '%s' is not NAME=FILE (the expression comes first; quote it)",
                           argument);
    *equals = '\0';
    if (!is_name(argument))
        return nds_misused("eval: '%s' is no name for an array: letters, digits and _ only",
                           argument);
    if (!equals[1])
        return nds_misused("eval: the file of %s is missing", argument);
    for (int i = 0; i < inputs->count; i++)
        if (strcmp(inputs->names[i], argument) == 0)
            return nds_misused("eval: %s is given twice", argument);
    if (inputs->count == NDS_MOST_INPUTS)
        return nds_misused("eval: more than %d files", NDS_MOST_INPUTS);
    inputs->names[inputs->count] = argument;
    inputs->files[inputs->count++] = equals + 1;
    return NDS_DONE;
}

bool nds_load_inputs(nds_inputs *inputs)
{
    for (int i = 0; i < inputs->count; i++)
        if (!(inputs->arrays[i] = nds_load(inputs->files[i])))
            return false;
    return true;
}
