/* Scopes: which arrays this thread must release, and when; and what happens to them when the thread
 * ends.
 *
 * A thread has one list of arrays for all its open scopes; a scope is the count from which the list
 * is its own. Adding is a store, closing releases from the end. */
#include <pthread.h>
#include <string.h>

#include "slab.h"
#include "thread.h"

_Thread_local NDI_FAST_TLS ndi_thread ndi_this_thread;

enum { FIRST_CAPACITY = 64, KEEP_CAPACITY = 4096 };

/* ---- The end of a thread --------------------------------------------------------------------- */

static pthread_once_t exit_key_once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;
static atomic_bool exit_key_made;
static atomic_uint threads; /* whose end is watched */

static void release_down_to(size_t start)
{
    ndi_thread *const thread = &ndi_this_thread;
    while (thread->scoped_count > start)
        nd_release(thread->scoped[--thread->scoped_count]);
}

static void free_scope_list(void)
{
    ndi_thread *const thread = &ndi_this_thread;
    ndi_free(thread->scoped, thread->scoped_capacity * sizeof *thread->scoped);
    thread->scoped = NULL;
    thread->scoped_capacity = 0;
}

/* Also gives back what a scope still held when pthread_exit() jumped out of it. Arrays that later
 * destructors of the thread release are not cached, or the thread is watched again. */
static void thread_ends(void *unused)
{
    (void)unused;
    release_down_to(0);
    ndi_this_thread.open_scopes = 0;
    ndi_this_thread.freed_limit = 0;
    atomic_fetch_sub_explicit(&threads, 1, memory_order_relaxed);
    ndi_arrays_trim();
    ndi_slabs_trim(true);
}

static void make_exit_key(void)
{
    ndi_at_trim(ndi_arrays_trim);
    ndi_at_memory(ndi_slabs_slack);
    atomic_store(&exit_key_made, pthread_key_create(&exit_key, thread_ends) == 0);
}

/* At exit() and dlclose() no destructor of the thread runs any more, or it must not. */
__attribute__((destructor)) static void library_ends(void)
{
    if (atomic_exchange(&exit_key_made, false))
        pthread_key_delete(exit_key);
    ndi_this_thread.freed_limit = 0;
    ndi_arrays_trim();
}

void ndi_thread_watch(void)
{
    pthread_once(&exit_key_once, make_exit_key);
    if (atomic_load(&exit_key_made) && pthread_setspecific(exit_key, &ndi_this_thread) == 0) {
        ndi_this_thread.freed_limit = NDI_CACHED_OBJECTS;
        atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed);
    }
}

bool ndi_thread_alone(void)
{
    return ndi_this_thread.freed_limit != 0 &&
           atomic_load_explicit(&threads, memory_order_relaxed) == 1;
}

void ndi_arrays_trim(void)
{
    ndi_thread *const thread = &ndi_this_thread;
    while (thread->freed) {
        nd_array *array = thread->freed;
        thread->freed = array->owner;
        ndi_free(array, sizeof *array);
    }
    thread->freed_count = 0;
    ndi_slabs_trim(false);
    ndi_storages_trim();
    if (thread->scoped_count == 0)
        free_scope_list();
}

/* ---- Scopes ---------------------------------------------------------------------------------- */

bool ndi_scope_grow(void)
{
    ndi_thread *const thread = &ndi_this_thread;
    const size_t capacity = thread->scoped_capacity ? 2 * thread->scoped_capacity : FIRST_CAPACITY;
    nd_array **list = ndi_allocate(capacity * sizeof *list);
    if (!list)
        return false;
    if (thread->scoped_count > 0)
        memcpy(list, thread->scoped, thread->scoped_count * sizeof *list);
    free_scope_list();
    thread->scoped = list;
    thread->scoped_capacity = capacity;
    if (thread->freed_limit == 0)
        ndi_thread_watch();
    return true;
}

nd_scope nd_scope_open(void)
{
    ndi_this_thread.open_scopes++;
    return (nd_scope){.start = ndi_this_thread.scoped_count, .entered = false};
}

void nd_scope_close(nd_scope *scope)
{
    ndi_thread *const thread = &ndi_this_thread;
    release_down_to(scope->start);
    if (thread->open_scopes > 0 && --thread->open_scopes == 0 &&
        thread->scoped_capacity > KEEP_CAPACITY)
        free_scope_list();
}

nd_array *ndi_register(nd_array *array)
{
    ndi_thread *const thread = &ndi_this_thread;
    if (!array || thread->open_scopes == 0)
        return array;
    if (thread->scoped_count == thread->scoped_capacity && !ndi_scope_grow()) {
        nd_release(array);
        return NULL;
    }
    thread->scoped[thread->scoped_count++] = array;
    return array;
}

nd_array *nd_keep(nd_array *array)
{
    ndi_thread *const thread = &ndi_this_thread;
    for (size_t i = thread->scoped_count; array && i-- > 0;)
        if (thread->scoped[i] == array) {
            thread->scoped[i] =
                NULL; /* scopes count from the start of the list, so nothing moves */
            break;
        }
    return array;
}

void ndi_drop(nd_array *array)
{
    nd_release(nd_keep(array));
}
