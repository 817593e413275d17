/* The memory that all requests together may use for particles and responses.
 *
 * This is a counter, not an allocator: reserve before you allocate, and release after you free.
 * Lock-free; any thread. */
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

/* Reserves `bytes`. Returns false and reserves nothing if fewer bytes are available. */
bool memory_budget_reserve(struct memory_budget *budget, size_t bytes);

/* Releases `bytes` that were reserved. */
void memory_budget_release(struct memory_budget *budget, size_t bytes);

#endif
