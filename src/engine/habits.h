/* Whether results of middle size wait.
 *
 * A result that waits and is used by other operations saves a pass over memory; one that is looked
 * at by itself costs 60 ns more than computed at once, and a loop of two steps takes almost a
 * microsecond to plan. Which of these comes does not show at the call, but programs repeat
 * themselves: what became of the last results of the same kernel and size decides. Elements do not
 * depend on it, only how long they take. */
#ifndef NDSTREAM_ENGINE_HABITS_H
#define NDSTREAM_ENGINE_HABITS_H

#include "kernels/kernel.h"

/* Bytes of a result, as its kernel takes elements, between which habits decide. */
enum { NDI_HABITS_FROM = 1 << 14, NDI_HABITS_TO = 1 << 17 };

/* The habit that goes by this kernel and size, at least 1. */
uint16_t ndi_habit_of(ndi_kernel *kernel, int64_t size);

/* Whether a result of this habit and size is to wait; `large`: as it does until it is known better.
 * Now and then one does against the habit, and what follows with it, to see what comes of it. */
bool ndi_habit_waits(uint16_t habit, int64_t size, bool large);

/* What came of waiting: whether it took less time than each operation at once. 0 is no habit. */
void ndi_habit_learn(uint16_t habit, bool paid);

/* What it takes to plan a loop and to begin it, in ns: one into memory of its own, into an array
 * that is there, into a reduction, in tiles with what these need. And what each of its steps adds:
 * one that may be a link of a chain, and one that is a kernel over blocks. */
enum {
    NDI_COST_STORED = 260,
    NDI_COST_ASSIGNED = 2100,
    NDI_COST_FOLDED = 600,
    NDI_COST_TILED = 2200,
    NDI_COST_LINK = 120,
    NDI_COST_KERNEL = 130
};

/* Whether a loop of that cost takes less time than one step after the other, which would load and
 * store so many bytes more. */
bool ndi_loop_pays(int cost, double bytes);

#endif
