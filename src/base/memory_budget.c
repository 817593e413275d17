#include "base/memory_budget.h"

#include <assert.h>

void memory_budget_init(struct memory_budget *budget, size_t limit)
{
    budget->limit = limit;
    atomic_init(&budget->used, 0);
}

bool memory_budget_reserve(struct memory_budget *budget, size_t bytes)
{
    size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    do {
        if (bytes > budget->limit - used)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&budget->used, &used, used + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

void memory_budget_release(struct memory_budget *budget, size_t bytes)
{
    size_t used = atomic_fetch_sub_explicit(&budget->used, bytes, memory_order_relaxed);
    assert(used >= bytes); /* otherwise `used` wraps around */
    (void)used;
}
