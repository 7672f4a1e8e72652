/* What happens while a long call runs: other threads have the GIL, signals are looked at, so that
 * Ctrl-C ends it, and after two seconds a bar on an interactive terminal shows how far it has come.
 */
#include "core.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Seconds after which the bar appears; negative: never. */
static double bar_after = 2;

enum { BAR_WIDTH = 40 };

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Past Python's sys.stderr: the bar is for the terminal, not for whoever collects what is written.
 */
static void draw(double fraction, double seconds)
{
    char bar[BAR_WIDTH + 1];
    const int done = (int)(fraction * BAR_WIDTH);
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < done ? '#' : '.';
    bar[BAR_WIDTH] = 0;
    fprintf(stderr, "\r[%s] %3d %%", bar, (int)(100 * fraction));
    if (fraction > 0.01)
        fprintf(stderr, "  %.0f s left \b", seconds * (1 - fraction) / fraction);
    fflush(stderr);
}

/* Called on the thread that made the call, with or without the GIL. An exception that a signal
 * raises stays until pnd_raise() finds it. */
bool pnd_go_on(double fraction, void *context)
{
    pnd_watch *watch = context;
    const PyGILState_STATE state = PyGILState_Ensure();
    const bool good = PyErr_CheckSignals() == 0;
    PyGILState_Release(state);
    if (!watch)
        return good;
    const double now = seconds_now();
    if (!watch->begun)
        watch->begun = now;
    if (good && bar_after >= 0 && now - watch->begun >= bar_after &&
        (watch->drawn || isatty(STDERR_FILENO))) {
        watch->drawn = true;
        draw(fraction, now - watch->begun);
    }
    return good;
}

void pnd_watch_end(const pnd_watch *watch)
{
    if (watch->drawn) { /* the line is as if nothing had been there */
        fprintf(stderr, "\r%*s\r", BAR_WIDTH + 24, "");
        fflush(stderr);
    }
}

/* How many threads are without the GIL inside a call; and how often this one is. */
static atomic_int away;
static _Thread_local int own_away;

/* A child has none but this. */
static void count_in_child(void)
{
    atomic_store(&away, own_away);
}

bool pnd_threads_away(void)
{
    return atomic_load(&away) > 0;
}

void *pnd_give_up_gil(void)
{
    PyThreadState *const own = PyGILState_GetThisThreadState();
#if PY_VERSION_HEX >= 0x030d0000
    PyThreadState *const running = PyThreadState_GetUnchecked();
#else
    PyThreadState *const running = _PyThreadState_UncheckedGet();
#endif
    if (!own || own != running)
        return NULL;
    own_away++;
    atomic_fetch_add(&away, 1);
    return PyEval_SaveThread();
}

void pnd_take_gil(void *state)
{
    if (!state)
        return;
    PyEval_RestoreThread(state);
    atomic_fetch_sub(&away, 1);
    own_away--;
}

/* An operation may compute what its arguments are made of: on the thread that gets signals, which
 * imports this, all calls look at them. */
void pnd_watch_signals(void)
{
#ifdef Py_GIL_DISABLED
    enum { UNORDERED = true };
#else
    enum { UNORDERED = false };
#endif
    static const nd_blocking hooks = {pnd_give_up_gil, pnd_take_gil, UNORDERED};
    pthread_atfork(NULL, NULL, count_in_child);
    nd_set_blocking(&hooks);
    nd_set_progress((nd_progress){pnd_go_on, NULL});
}

PND_FUNCTION(set_progress, "seconds",
             "From how many seconds on a computation shows a bar on an interactive terminal; None: "
             "never.")
{
    double seconds = -1;
    if (!pnd_to_double(given[0], &seconds))
        return NULL;
    if (given[0] != Py_None && !(seconds >= 0)) {
        PyErr_SetString(PyExc_ValueError, "set_progress: seconds, 0 or more, or None");
        return NULL;
    }
    bar_after = seconds;
    Py_RETURN_NONE;
}

PyMethodDef pnd_progress_functions[] = {PND_ROW(set_progress), {0}};
