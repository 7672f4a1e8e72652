/* Loading OpenBLAS, and how many threads it uses. */
#include "linalg/lapack.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define LIBRARY "libopenblas.so.0"

/* OpenBLAS's own functions. */
typedef void set_threads(int count);
typedef int get_threads(void);
typedef char *get_text(void);

static struct {
    pthread_once_t once;
    bool loaded;
    char name[160]; /* what it is, or why it is not there */
    ndi_lapack of[4];
    ndi_lapack_tridiagonal tridiagonal;
    set_threads *set_threads;
    get_threads *get_threads;
} library = {.once = PTHREAD_ONCE_INIT};

/* POSIX has functions in what dlsym() returns, C has no such conversion. */
static void (*function_named(void *handle, const char *name))(void)
{
    void *address = dlsym(handle, name);
    void (*function)(void) = NULL;
    memcpy(&function, &address, sizeof function);
    if (!function)
        snprintf(library.name, sizeof library.name, "none: %s has no %s", LIBRARY, name);
    return function;
}

static bool find_pieces(void *handle)
{
    void (*const sterf)(void) = function_named(handle, "dsterf_");
    void (*const steqr)(void) = function_named(handle, "dsteqr_");
    void (*const laed2)(void) = function_named(handle, "dlaed2_");
    void (*const laed4)(void) = function_named(handle, "dlaed4_");
    void (*const lamrg)(void) = function_named(handle, "dlamrg_");
    memcpy(&library.tridiagonal.sterf, &sterf, sizeof sterf);
    memcpy(&library.tridiagonal.steqr, &steqr, sizeof steqr);
    memcpy(&library.tridiagonal.laed2, &laed2, sizeof laed2);
    memcpy(&library.tridiagonal.laed4, &laed4, sizeof laed4);
    memcpy(&library.tridiagonal.lamrg, &lamrg, sizeof lamrg);
    return sterf && steqr && laed2 && laed4 && lamrg;
}

static bool find_routines(void *handle)
{
    static const struct {
        size_t member;
        const char *names[2];
    } routines[] = {
#define ROUTINE(member, real, complex) {offsetof(ndi_lapack, member), {real, complex}},
        NDI_LAPACK_ROUTINES(ROUTINE)
#undef ROUTINE
    };
    for (int type = 0; type < 4; type++)
        for (size_t i = 0; i < sizeof routines / sizeof *routines; i++) {
            char name[16];
            if (!routines[i].names[type >= 2])
                continue;
            snprintf(name, sizeof name, "%c%s_", "sdcz"[type], routines[i].names[type >= 2]);
            void (*function)(void) = function_named(handle, name);
            if (!function)
                return false;
            memcpy((char *)&library.of[type] + routines[i].member, &function, sizeof function);
        }
    return true;
}

static void load(void)
{
    void *handle = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    if (!handle) {
        snprintf(library.name, sizeof library.name, "none: %s", dlerror());
        return;
    }
    get_text *config = (get_text *)function_named(handle, "openblas_get_config"),
             *core = (get_text *)function_named(handle, "openblas_get_corename");
    library.set_threads = (set_threads *)function_named(handle, "openblas_set_num_threads");
    library.get_threads = (get_threads *)function_named(handle, "openblas_get_num_threads");
    if (!config || !core || !library.set_threads || !library.get_threads ||
        !find_routines(handle) || !find_pieces(handle))
        return;
    /* "OpenBLAS 0.3.21 NO_AFFINITY ..." */
    char product[16] = "OpenBLAS", version[32] = "";
    sscanf(config(), "%15s %31s", product, version);
    snprintf(library.name, sizeof library.name, "%s %s %s", product, version, core());
    library.loaded = true;
}

const ndi_lapack *ndi_lapack_of(const char *operation, nd_dtype dtype)
{
    pthread_once(&library.once, load);
    if (!library.loaded)
        return ndi_fail(ND_ERROR_UNSUPPORTED, "%s: needs the LAPACK of OpenBLAS; %s", operation,
                        library.name);
    return &library.of[dtype - ND_FLOAT32];
}

const ndi_lapack_tridiagonal *ndi_lapack_for_tridiagonal(void)
{
    return &library.tridiagonal;
}

const char *ndi_lapack_name(void)
{
    pthread_once(&library.once, load);
    return library.name;
}

/* ---- Threads ---------------------------------------------------------------------------------
 * The number is one for the process, and may be somebody else's who uses the same library: it is
 * set for the time that anyone is inside. */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int inside, before;
static bool left_over; /* `before` is of a parent's threads, which were inside and are not here */

static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

static void after_fork_in_child(void)
{
    left_over |= inside > 0;
    inside = 0;
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void survive_fork(void)
{
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

void ndi_lapack_enter(int threads)
{
    pthread_mutex_lock(&lock);
    if (inside++ == 0) {
        const int now = library.get_threads();
        before = left_over ? before : now;
        left_over = false;
        if (now != threads)
            library.set_threads(threads);
    }
    pthread_mutex_unlock(&lock);
}

void ndi_lapack_leave(void)
{
    pthread_mutex_lock(&lock);
    if (--inside == 0 && library.get_threads() != before)
        library.set_threads(before);
    pthread_mutex_unlock(&lock);
}
