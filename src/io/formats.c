/* Loading and saving by the ending of the file's name: one row a format. */
#include <stdio.h>
#include <string.h>

#include <ndstream/io.h>

#include "io/file.h"

/* ---- Formats whose functions take more than a path ------------------------------------------- */

static nd_array *load_npz(const char *path)
{
    return nd_load_npz(path, NULL);
}

static nd_status save_npz(const char *path, const nd_array *array)
{
    return nd_save_npz(path, 1, (const char *const[]){"arr_0"}, &array, false);
}

static nd_array *load_csv(const char *path)
{
    return nd_load_text(path, &(nd_csv_options){.separator = ','});
}

static nd_status save_csv(const char *path, const nd_array *array)
{
    return nd_save_text(path, ',', array);
}

static nd_array *load_tsv(const char *path)
{
    return nd_load_text(path, &(nd_csv_options){.separator = '\t'});
}

static nd_status save_tsv(const char *path, const nd_array *array)
{
    return nd_save_text(path, '\t', array);
}

static nd_array *load_txt(const char *path)
{
    return nd_load_text(path, NULL);
}

static nd_status save_txt(const char *path, const nd_array *array)
{
    return nd_save_text(path, ' ', array);
}

static nd_array *load_raw(const char *path)
{
    return ndi_fail(
        ND_ERROR_ARGUMENT,
        "load: %s: raw elements do not say their dtype and shape; nd_load_raw() is told", path);
}

static nd_status save_pnm(const char *path, const nd_array *array)
{
    return nd_save_pnm(path, array, false);
}

/* ---- The registry ---------------------------------------------------------------------------- */

static const struct format {
    const char *ending;
    nd_array *(*load)(const char *path);
    nd_status (*save)(const char *path, const nd_array *array);
} formats[] = {
    {".npy", nd_load_npy, nd_save_npy}, {".npz", load_npz, save_npz},
    {".csv", load_csv, save_csv},       {".tsv", load_tsv, save_tsv},
    {".txt", load_txt, save_txt},       {".raw", load_raw, nd_save_raw},
    {".bin", load_raw, nd_save_raw},    {".png", nd_load_png, nd_save_png},
    {".pgm", nd_load_pnm, save_pnm},    {".ppm", nd_load_pnm, save_pnm},
    {".pnm", nd_load_pnm, save_pnm},
};

enum { FORMATS = sizeof formats / sizeof *formats };

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
    char endings[16 * FORMATS];
    size_t used = 0;
    if (!path)
        return ndi_fail(ND_ERROR_ARGUMENT, "%s: the path is NULL", operation);
    for (size_t i = 0; i < FORMATS; i++)
        if (ends_with(path, formats[i].ending))
            return &formats[i];
    for (size_t i = 0; i < FORMATS; i++)
        used += (size_t)snprintf(endings + used, sizeof endings - used, "%s%s",
                                 i == 0             ? ""
                                 : i + 1 == FORMATS ? " and "
                                                    : ", ",
                                 formats[i].ending);
    return ndi_fail(ND_ERROR_ARGUMENT, "%s: %s: the ending of the name is none of %s", operation,
                    path, endings);
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
