/* Programs in which allocations fail: each runs with its first allocation failing, its second, and
 * so on to the last, once with all after it failing too and once with all after it granted. What
 * must come: ND_ERROR_MEMORY, or all results as they are with memory; inputs as they were; no block
 * kept; and the program running again as if nothing had been.
 *
 *     static void name(int part) { see(nd_...(square)); }
 *     FAULT(name, parts)
 */
#ifndef NDSTREAM_FAULT_SCARCE_H
#define NDSTREAM_FAULT_SCARCE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <ndstream/nd.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../unit/files.h"

/* ---- Scarce memory --------------------------------------------------------------------------- */

static struct {
    atomic_int calls, failing; /* the call that fails; 0: none */
    atomic_int failed, live;
    bool once; /* else all after it fail too */
} memory;

static void *scarce_allocate(size_t bytes, void *context)
{
    (void)context;
    const int call = atomic_fetch_add(&memory.calls, 1) + 1, failing = atomic_load(&memory.failing);
    if (failing && (memory.once ? call == failing : call >= failing)) {
        atomic_fetch_add(&memory.failed, 1);
        return NULL;
    }
    atomic_fetch_add(&memory.live, 1);
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void scarce_release(void *block, size_t bytes, void *context)
{
    (void)bytes;
    (void)context;
    atomic_fetch_sub(&memory.live, 1);
    free(block);
}

/* ---- Results, as a number -------------------------------------------------------------------- */

static uint64_t digest;
static int seen_results;

/* By words: a change of one always shows. */
static void digest_bytes(const void *bytes, size_t count)
{
    const char *at = bytes;
    for (uint64_t word; count > 0; at += sizeof word) {
        const size_t now = count < sizeof word ? count : sizeof word;
        word = 0;
        memcpy(&word, at, now);
        digest = (digest ^ word) * 0x100000001b3;
        count -= now;
    }
}

static void digest_axes(const nd_array *array, int axis, const char *at, size_t item)
{
    const int64_t length = axis < nd_rank(array) ? nd_lengths(array)[axis] : 1;
    if (axis >= nd_rank(array) - 1 &&
        (axis == nd_rank(array) || nd_strides(array)[axis] == (int64_t)item)) {
        digest_bytes(at, (size_t)length * item);
        return;
    }
    for (int64_t i = 0; i < length; i++)
        digest_axes(array, axis + 1, at + i * nd_strides(array)[axis], item);
}

/* A result of the program. */
static void see(const nd_array *array)
{
    const char *data = array ? nd_data(array) : NULL;
    if (!data || nd_size(array) == 0)
        return;
    seen_results++;
    digest_axes(array, 0, data, nd_dtype_size(nd_dtype_of(array)));
}

static inline void see_text(const char *text)
{
    if (text) {
        seen_results++;
        digest_bytes(text, strlen(text));
    }
}

static uint64_t digest_of(void (*program)(int), int part)
{
    digest = 0xcbf29ce484222325;
    seen_results = 0;
    ND_SCOPE {
        program(part);
    }
    return digest;
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

enum { SMALL = 12, SIDE = 128, TALL = 1200, NARROW = 80 };

static nd_array *small, *whole, *truth, *square, *matrix, *column, *tall;

static void make_inputs(void)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_linspace(0.1, 0.9, SIDE * SIDE), ND_SHAPE(SIDE, SIDE));
        small = nd_keep(nd_reshape(nd_linspace(0.1, 0.9, SMALL), ND_SHAPE(3, 4)));
        whole = nd_keep(nd_reshape(nd_arange(SIDE * SIDE), ND_SHAPE(SIDE, SIDE)));
        truth = nd_keep(nd_greater(whole, 500));
        square = nd_keep(nd_copy(x));
        matrix = nd_keep(nd_add(nd_eye(ND_FLOAT64, 4, 4, 0),
                                nd_reshape(nd_linspace(0, 0.1, 16), ND_SHAPE(4, 4))));
        column = nd_keep(nd_copy(nd_reshape(nd_linspace(1, 2, SIDE), ND_SHAPE(SIDE, 1))));
        tall = nd_keep(nd_reshape(nd_linspace(0.1, 0.9, TALL * NARROW), ND_SHAPE(TALL, NARROW)));
        nd_array *const all[] = {small, whole, truth, square, matrix, column, tall};
        assert_ok(nd_eval(7, all));
    }
}

static void release_inputs(void)
{
    nd_array *const all[] = {small, whole, truth, square, matrix, column, tall};
    for (int i = 0; i < 7; i++)
        nd_release(all[i]);
}

static void see_inputs(int part)
{
    (void)part;
    const nd_array *const all[] = {small, whole, truth, square, matrix, column, tall};
    for (int i = 0; i < 7; i++)
        see(all[i]);
}

/* ---- Failing --------------------------------------------------------------------------------- */

/* A program that failed has written into what it reads, but not all. */
static bool half_written;

static int64_t files_there(void)
{
    int64_t count = 0;
    DIR *here = opendir(folder);
    while (here && readdir(here))
        count++;
    closedir(here);
    return count;
}

/* What a failure has left of a program; -1 with the reason said. */
static int failing(const char *name, void (*program)(int), int part, uint64_t expected, int k)
{
    int complete = 0;
    const char *wrong = NULL;
    nd_memory_trim();
    const int live = atomic_load(&memory.live);
    atomic_store(&memory.calls, 0);
    atomic_store(&memory.failed, 0);
    atomic_store(&memory.failing, k);
    const uint64_t found = digest_of(program, part);
    atomic_store(&memory.failing, 0);
    complete = atomic_load(&memory.failed) == 0;
    const nd_status status = nd_error();
    if (status != ND_OK && status != ND_ERROR_MEMORY)
        wrong = nd_error_message();
    else if (half_written)
        wrong = "a target is written in part";
    else if (status != ND_OK && complete)
        wrong = "an error without a failure";
    else if (status == ND_OK && found != expected)
        wrong = "no error, and other results";
    if (!wrong)
        nd_error_clear();
    nd_memory_trim();
    if (!wrong && atomic_load(&memory.live) != live)
        wrong = "memory is kept";
    if (!wrong && (digest_of(program, part) != expected || nd_error() != ND_OK))
        wrong = "it does not run again";
    if (!wrong)
        return complete;
    print_error("%s %d, allocation %d%s: %s\n", name, part, k,
                memory.once ? " alone" : " and all after", wrong);
    nd_error_clear();
    return -1;
}

static void fail_each(const char *name, void (*program)(int), int part)
{
    const uint64_t inputs = digest_of(see_inputs, 0);
    digest_of(program, part); /* what is made once in the life of the process */
    assert_no_error();
    nd_memory_trim();
    const uint64_t expected = digest_of(program, part);
    const int results = seen_results;
    const int64_t there = files_there();
    assert_no_error();
    for (int once = 0; once < 2; once++) {
        memory.once = once;
        int k = 0, complete = 0;
        while (!complete && k < 5000) {
            complete = failing(name, program, part, expected, ++k);
            if (complete < 0)
                fail();
        }
        assert_true(complete);
        assert_true(results == 0 || k > 1); /* something was allocated, and failed */
    }
    assert_int_equal(files_there(), there);
    assert_true(digest_of(see_inputs, 0) == inputs);
}

static void fail_all(const char *name, void (*program)(int), int parts)
{
    const nd_allocator allocator = {scarce_allocate, scarce_release, NULL};
    path_of("");
    nd_memory_trim();
    nd_set_allocator(&allocator);
    make_inputs();
    for (int part = 0; part < parts; part++)
        fail_each(name, program, part);
    release_inputs();
    nd_memory_trim();
    assert_int_equal(atomic_load(&memory.live), 0);
    nd_set_allocator(NULL);
}

#define FAULT(program, parts)                                                                      \
    TEST(program##_without_memory)                                                                 \
    {                                                                                              \
        fail_all(#program, program, parts);                                                        \
    }

#endif
