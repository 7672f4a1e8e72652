/* Reading files exactly, mapping them, and writing them beside their target and renaming. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pool.h"
#include "base/progress.h"

enum {
    AT_ONCE = 1 << 30,        /* Linux transfers at most 0x7ffff000 bytes a call */
    PARALLEL_GRAIN = 1 << 20, /* bytes that are worth a part of their own */
    REPORT_BLOCK = 64 << 20,  /* bytes between two reports of progress */
    PIPE_BLOCK = 1 << 16,
};

static bool fail(const char *path, const char *what)
{
    int code = errno; /* strerror_r: strerror's text may be shared by threads */
    char text[128];
    ndi_fail_system(code == ENOMEM ? ND_ERROR_MEMORY : ND_ERROR_FILE, code, "%s: %s: %s", path,
                    what, strerror_r(code, text, sizeof text));
    return false;
}

/* ---- Reading --------------------------------------------------------------------------------- */

bool ndi_file_open(ndi_file *file, const char *path)
{
    *file = (ndi_file){.path = path, .descriptor = -1, .size = -1};
    if (!path) {
        ndi_fail(ND_ERROR_ARGUMENT, "load: the path is NULL");
        return false;
    }
    do
        file->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    while (file->descriptor < 0 && errno == EINTR);
    if (file->descriptor < 0)
        return fail(path, "cannot be opened");
    struct stat about;
    if (fstat(file->descriptor, &about) != 0) {
        fail(path, "cannot be examined");
        ndi_file_close(file);
        return false;
    }
    if (S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        fail(path, "cannot be read");
        ndi_file_close(file);
        return false;
    }
    /* files of /proc and /sys are regular and say 0: they are read to their end like pipes */
    if (S_ISREG(about.st_mode) && about.st_size > 0)
        file->size = about.st_size;
    return true;
}

void ndi_file_close(ndi_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}

/* read() or, from an offset >= 0, pread(), until all is there or the file ends. -1 with errno on
 * failure. */
static int64_t read_exactly(int descriptor, char *memory, size_t bytes, int64_t offset)
{
    size_t done = 0;
    while (done < bytes) {
        size_t wanted = bytes - done < AT_ONCE ? bytes - done : AT_ONCE;
        ssize_t got = offset < 0 ? read(descriptor, memory + done, wanted)
                                 : pread(descriptor, memory + done, wanted, offset + (int64_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (int64_t)done;
}

int64_t ndi_file_read(ndi_file *file, void *memory, size_t bytes)
{
    int64_t got = read_exactly(file->descriptor, memory, bytes, -1);
    if (got < 0)
        fail(file->path, "cannot be read");
    return got;
}

struct parallel_read {
    int descriptor;
    char *memory;
    int64_t offset;
    atomic_size_t got;
    atomic_int error;
};

static void read_part(void *context, size_t begin, size_t end)
{
    struct parallel_read *job = context;
    int64_t got = read_exactly(job->descriptor, job->memory + begin, end - begin,
                               job->offset + (int64_t)begin);
    if (got < 0)
        atomic_store(&job->error, errno);
    else
        atomic_fetch_add(&job->got, (size_t)got);
}

static int64_t read_parallel(ndi_file *file, char *memory, size_t bytes, int64_t offset)
{
    struct parallel_read job = {.descriptor = file->descriptor, .memory = memory, .offset = offset};
    ndi_parallel_for(bytes, PARALLEL_GRAIN, read_part, &job);
    if (job.error) {
        errno = job.error;
        fail(file->path, "cannot be read");
        return -1;
    }
    return (int64_t)job.got;
}

int64_t ndi_file_read_at(ndi_file *file, void *memory, size_t bytes, int64_t offset)
{
    if (!ndi_progress_wanted() || bytes < PARALLEL_GRAIN)
        return read_parallel(file, memory, bytes, offset);
    size_t done = 0;
    while (done < bytes) {
        size_t wanted = bytes - done < REPORT_BLOCK ? bytes - done : REPORT_BLOCK;
        int64_t got = read_parallel(file, (char *)memory + done, wanted, offset + (int64_t)done);
        if (got < 0)
            return -1;
        done += (size_t)got;
        if (!ndi_progress_report(file->path, (double)done / (double)bytes))
            return -1;
        if (got < (int64_t)wanted)
            break;
    }
    return (int64_t)done;
}

int64_t ndi_source_read(ndi_source *source, void *memory, size_t bytes)
{
    int64_t got = source->read(source, memory, bytes);
    if (got > 0)
        source->at += got;
    return got;
}

static int64_t read_from_file(ndi_source *source, void *memory, size_t bytes)
{
    ndi_file *file = source->context;
    return file->size < 0 ? ndi_file_read(file, memory, bytes)
                          : ndi_file_read_at(file, memory, bytes, source->at);
}

ndi_source ndi_file_source(ndi_file *file)
{
    return (ndi_source){
        .name = file->path, .size = file->size, .read = read_from_file, .context = file};
}

/* Reads on from text->length to the end of a file whose size is not known. */
static bool read_growing(ndi_file *file, size_t padding, ndi_file_text *text)
{
    for (;;) {
        if (text->allocated - text->length < PIPE_BLOCK + padding) {
            size_t allocated = 2 * text->allocated + PIPE_BLOCK + padding;
            char *larger = ndi_allocate(allocated);
            if (!larger)
                return false;
            if (text->length)
                memcpy(larger, text->at, text->length);
            ndi_free(text->at, text->allocated);
            text->at = larger;
            text->allocated = allocated;
        }
        size_t room = text->allocated - text->length - padding;
        int64_t got = ndi_file_read(file, text->at + text->length, room);
        if (got < 0)
            return false;
        text->length += (size_t)got;
        if ((size_t)got < room)
            return true;
    }
}

bool ndi_file_read_all(const char *path, size_t padding, ndi_file_text *text)
{
    ndi_file file;
    bool done = false;
    *text = (ndi_file_text){0};
    if (!ndi_file_open(&file, path))
        return false;
    if (file.size >= 0) {
        text->allocated = (size_t)file.size + padding;
        text->at = ndi_allocate(text->allocated);
        if (!text->at)
            goto done;
        int64_t got = ndi_file_read_at(&file, text->at, (size_t)file.size, 0);
        if (got < 0)
            goto done;
        text->length = (size_t)got;
    } else if (!read_growing(&file, padding, text)) {
        goto done;
    }
    memset(text->at + text->length, 0, padding);
    done = true;
done:
    ndi_file_close(&file);
    if (!done)
        ndi_file_text_free(text);
    return done;
}

bool ndi_file_text_copy(const char *bytes, size_t length, size_t padding, ndi_file_text *text)
{
    *text = (ndi_file_text){.length = length, .allocated = length + padding};
    text->at = ndi_allocate(text->allocated);
    if (!text->at)
        return false;
    memcpy(text->at, bytes, length);
    memset(text->at + length, 0, padding);
    return true;
}

void ndi_file_text_free(ndi_file_text *text)
{
    if (text->at)
        ndi_free(text->at, text->allocated);
    *text = (ndi_file_text){0};
}

/* ---- Mapping --------------------------------------------------------------------------------- */

struct mapping {
    void *memory;
    size_t bytes;
};

static void unmap(void *context)
{
    struct mapping *mapping = context;
    munmap(mapping->memory, mapping->bytes);
    ndi_free(mapping, sizeof *mapping);
}

ndi_storage *ndi_file_map(ndi_file *file)
{
    ndi_storage *storage = NULL;
    struct mapping *mapping = ndi_allocate(sizeof *mapping);
    if (!mapping)
        return NULL;
    mapping->bytes = (size_t)file->size;
    mapping->memory = mmap(NULL, mapping->bytes, PROT_READ, MAP_SHARED, file->descriptor, 0);
    if (mapping->memory == MAP_FAILED) {
        fail(file->path, "cannot be mapped");
        ndi_free(mapping, sizeof *mapping);
        return NULL;
    }
    storage = ndi_storage_foreign(mapping->memory, false, unmap, mapping);
    if (!storage)
        unmap(mapping);
    return storage;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* Length of the folder in the target's name, its slash included. */
static int folder_length(const ndi_output *output)
{
    const char *slash = strrchr(output->target, '/');
    return slash ? (int)(slash - output->target) + 1 : 0;
}

/* Where the kernel has the name of an open file. */
static void name_of_descriptor(int descriptor, char name[static 32])
{
    snprintf(name, 32, "/proc/self/fd/%d", descriptor);
}

/* A file without a name in the folder of the target, which the system removes with the program,
 * however that ends; it is given a name when it is whole. False where there is no such thing, or
 * where kernels before 6.0 overlook the umask. */
static bool open_unnamed(ndi_output *output)
{
    char folder[PATH_MAX];
    char name[32];
    struct stat about;
    const int length = folder_length(output);
    snprintf(folder, sizeof folder, "%.*s", length ? length : 1, length ? output->target : ".");
    do
        output->descriptor = open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    while (output->descriptor < 0 && errno == EINTR);
    if (output->descriptor < 0)
        return false;
    name_of_descriptor(output->descriptor, name);
    if (access(name, F_OK) == 0 && fstat(output->descriptor, &about) == 0 &&
        (about.st_mode & 0666) != 0666)
        return true;
    close(output->descriptor);
    output->descriptor = -1;
    return false;
}

/* Opens a file under the name `beside`, which none may have yet, or gives the unnamed one that
 * name.
 */
static bool take_name(ndi_output *output)
{
    if (output->unnamed) {
        char name[32];
        name_of_descriptor(output->descriptor, name);
        return linkat(AT_FDCWD, name, AT_FDCWD, output->beside, AT_SYMLINK_FOLLOW) == 0;
    }
    do
        output->descriptor = open(output->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    while (output->descriptor < 0 && errno == EINTR);
    return output->descriptor >= 0;
}

/* A name in the folder of the target that no other file has; short, whatever the target is called.
 */
static bool name_beside(ndi_output *output)
{
    static atomic_uint counter;
    for (int attempt = 0; attempt < 1000; attempt++) {
        int length = snprintf(output->beside, sizeof output->beside, "%.*s.ndstream-%ld-%u",
                              folder_length(output), output->target, (long)getpid(),
                              atomic_fetch_add(&counter, 1));
        if (length >= (int)sizeof output->beside) {
            errno = ENAMETOOLONG;
            return false;
        }
        if (take_name(output))
            return true;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

static bool open_beside(ndi_output *output)
{
    output->unnamed = open_unnamed(output);
    return output->unnamed || name_beside(output);
}

bool ndi_output_open(ndi_output *output, const char *path)
{
    output->path = path;
    output->descriptor = -1;
    output->direct = false;
    output->unnamed = false;
    output->failed = true;
    if (!path) {
        ndi_fail(ND_ERROR_ARGUMENT, "save: the path is NULL");
        return false;
    }
    struct stat about;
    bool exists = stat(path, &about) == 0;
    if (exists && S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        return fail(path, "cannot be written");
    }
    const bool standard = strcmp(path, "/dev/stdout") == 0;
    if (standard || (exists && !S_ISREG(about.st_mode))) {
        output->direct = true;
        do /* standard output: behind what is in it already, whatever it is */
            output->descriptor = standard ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                                          : open(path, O_WRONLY | O_CLOEXEC);
        while (output->descriptor < 0 && errno == EINTR);
    } else {
        if (!exists || !realpath(path, output->target)) {
            if (snprintf(output->target, sizeof output->target, "%s", path) >=
                (int)sizeof output->target) {
                errno = ENAMETOOLONG;
                return fail(path, "cannot be written");
            }
        }
        if (exists &&
            access(path, W_OK) != 0) /* as if it were opened: a read-only file is not replaced */
            return fail(path, "cannot be written");
        if (open_beside(output) && exists)
            (void)!fchmod(output->descriptor, about.st_mode & 0777);
    }
    if (output->descriptor < 0)
        return fail(path, "cannot be written");
    output->failed = false;
    return true;
}

static void give_up(ndi_output *output, const char *what)
{
    if (!output->failed)
        fail(output->path, what);
    output->failed = true;
}

bool ndi_output_write(ndi_output *output, const void *memory, size_t bytes)
{
    size_t done = 0;
    while (done < bytes && !output->failed) {
        size_t wanted = bytes - done < AT_ONCE ? bytes - done : AT_ONCE;
        errno = EIO; /* for a write of 0 bytes, which sets none */
        ssize_t written = write(output->descriptor, (const char *)memory + done, wanted);
        if (written > 0)
            done += (size_t)written;
        else if (errno != EINTR)
            give_up(output, "cannot be written");
    }
    return !output->failed;
}

static bool write_to_output(void *context, const void *memory, size_t bytes)
{
    return ndi_output_write(context, memory, bytes);
}

ndi_sink ndi_output_sink(ndi_output *output)
{
    return (ndi_sink){write_to_output, output};
}

/* True for what has no disk, too. */
static bool is_on_disk(int descriptor)
{
    int result;
    do
        result = fsync(descriptor);
    while (result != 0 && errno == EINTR);
    return result == 0 || errno == EINVAL || errno == ENOTSUP;
}

bool ndi_output_close(ndi_output *output)
{
    if (output->descriptor < 0)
        return false;
    /* The data must be on disk before the name points to them: else a crash could leave an empty
     * file. */
    if (!output->direct && !output->failed && !is_on_disk(output->descriptor))
        give_up(output, "cannot be written");
    bool named = !output->direct && !output->unnamed;
    if (output->unnamed && !output->failed) {
        named = name_beside(output);
        if (!named)
            give_up(output, "cannot be written");
    }
    if (close(output->descriptor) != 0 && errno != EINTR)
        give_up(output, "cannot be written");
    output->descriptor = -1;
    if (output->direct)
        return !output->failed;
    if (!output->failed && rename(output->beside, output->target) != 0)
        give_up(output, "cannot be replaced");
    if (output->failed && named)
        unlink(output->beside);
    return !output->failed;
}

nd_status ndi_no_array(const char *operation)
{
    return nd_error() != ND_OK
               ? nd_error()
               : ndi_fail_status(ND_ERROR_ARGUMENT, "%s: the array is NULL", operation);
}
