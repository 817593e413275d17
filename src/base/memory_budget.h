/* The memory that all requests together may use for particles and answers.
 *
 * A counter, not an allocator: who is about to allocate claims first, and gives back
 * after freeing. Lock-free; any thread. */
#ifndef BASE_MEMORY_BUDGET_H
#define BASE_MEMORY_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct memory_budget {
    size_t limit; /* bytes; constant after init */
    atomic_size_t used;
};

void memory_budget_init(struct memory_budget *budget, size_t limit);

/* Takes `bytes`, or returns false and takes nothing when less is left. */
bool memory_budget_reserve(struct memory_budget *budget, size_t bytes);

/* Gives back what was reserved. */
void memory_budget_release(struct memory_budget *budget, size_t bytes);

#endif
