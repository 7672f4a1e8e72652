/* Sleeping until another thread says that a word has changed.
 *
 * On Linux a futex, so that there is no lock that a fork could leave held; elsewhere, or with
 * NDI_NO_FUTEX, a condition variable. The two take the same time here. */
#ifndef NDSTREAM_BASE_WAIT_H
#define NDSTREAM_BASE_WAIT_H

#include <stdatomic.h>

#if defined(__linux__) && !defined(NDI_NO_FUTEX)

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sleeps if `word` still has this value, until woken; may also return for no reason. */
static inline void ndi_wait(atomic_uint *word, unsigned value)
{
    syscall(SYS_futex, (void *)word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

/* Wakes up to `count` of the threads that sleep on `word`; change the word before. */
static inline void ndi_wake(atomic_uint *word, unsigned count)
{
    const int most = count < INT_MAX ? (int)count : INT_MAX;
    syscall(SYS_futex, (void *)word, FUTEX_WAKE_PRIVATE, most, NULL, NULL, 0);
}

/* Before, in the parent after, and in the child after a fork. */
static inline void ndi_wait_before_fork(void) {}
static inline void ndi_wait_after_fork(void) {}
static inline void ndi_wait_in_child(void) {}

#else

#include <pthread.h>

static pthread_mutex_t ndi_wait_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ndi_wait_changed = PTHREAD_COND_INITIALIZER;

static inline void ndi_wait(atomic_uint *word, unsigned value)
{
    pthread_mutex_lock(&ndi_wait_lock);
    if (atomic_load(word) == value)
        pthread_cond_wait(&ndi_wait_changed, &ndi_wait_lock);
    pthread_mutex_unlock(&ndi_wait_lock);
}

static inline void ndi_wake(atomic_uint *word, unsigned count)
{
    (void)word, (void)count; /* sleepers on any word share the condition */
    pthread_mutex_lock(&ndi_wait_lock);
    pthread_cond_broadcast(&ndi_wait_changed);
    pthread_mutex_unlock(&ndi_wait_lock);
}

static inline void ndi_wait_before_fork(void)
{
    pthread_mutex_lock(&ndi_wait_lock);
}

static inline void ndi_wait_after_fork(void)
{
    pthread_mutex_unlock(&ndi_wait_lock);
}

/* The condition still counts sleepers that the child does not have. */
static inline void ndi_wait_in_child(void)
{
    pthread_mutex_unlock(&ndi_wait_lock);
    pthread_cond_init(&ndi_wait_changed, NULL);
}

#endif
#endif
