/* Whether results of middle size wait.
 *
 * A result that waits and is used by other operations saves a pass over memory; one that is looked
 * at by itself costs 60 ns more than computed at once, and a loop of two steps takes half a
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

/* Whether a result with this habit is to wait; `large`: as it does until it is known better. Now
 * and then one does against the habit, to see what comes of it. */
bool ndi_habit_waits(uint16_t habit, bool large);

/* What came of waiting: whether it took less time than each operation at once. 0 is no habit. */
void ndi_habit_learn(uint16_t habit, bool paid);

/* Whether a loop of so many steps over `bytes` a value takes less time than one after the other;
 * `folded`: its result is reduced, and not stored. */
bool ndi_loop_pays(int steps, double bytes, bool folded);

#endif
