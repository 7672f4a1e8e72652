/* Loading and saving by the ending of the file's name: one row a format. */
#include <string.h>

#include <ndstream/io.h>

#include "io/file.h"

static const struct format {
    const char *ending;
    nd_array *(*load)(const char *path);
    nd_status (*save)(const char *path, const nd_array *array);
} formats[] = {
    {".npy", nd_load_npy, nd_save_npy},
    {".png", nd_load_png, nd_save_png},
};

static bool ends_with(const char *path, const char *ending)
{
    size_t length = strlen(path), wanted = strlen(ending);
    if (length <= wanted)
        return false;
    for (size_t i = 0; i < wanted; i++) {
        char letter = path[length - wanted + i];
        if (letter >= 'A' && letter <= 'Z') /* "A.NPY" counts; the locale does not */
            letter = (char)(letter - 'A' + 'a');
        if (letter != ending[i])
            return false;
    }
    return true;
}

static const struct format *format_of(const char *operation, const char *path)
{
    if (!path)
        return ndi_fail(ND_ERROR_ARGUMENT, "%s: the path is NULL", operation);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (ends_with(path, formats[i].ending))
            return &formats[i];
    return ndi_fail(ND_ERROR_ARGUMENT, "%s: %s: the ending of the name is none of .npy and .png",
                    operation, path);
}

nd_array *nd_load(const char *path)
{
    const struct format *format = format_of("load", path);
    return format ? format->load(path) : NULL;
}

nd_status nd_save(const char *path, const nd_array *array)
{
    if (!array)
        return ndi_no_array("save");
    const struct format *format = format_of("save", path);
    return format ? format->save(path, array) : nd_error();
}
