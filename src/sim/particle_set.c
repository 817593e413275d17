#include "sim/particle_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Columns are padded to whole cache lines. */
#define PARTICLES_PER_LINE (PARTICLE_SET_ALIGNMENT / sizeof(double))

static size_t padded(size_t capacity)
{
    return (capacity + PARTICLES_PER_LINE - 1) / PARTICLES_PER_LINE * PARTICLES_PER_LINE;
}

void particle_set_init(struct particle_set *set)
{
    memset(set, 0, sizeof *set);
}

void particle_set_fini(struct particle_set *set)
{
    free(set->block);
    particle_set_init(set);
}

size_t particle_set_bytes(size_t capacity)
{
    return padded(capacity) * PARTICLE_BYTES;
}

static double *aligned(void *block)
{
    return (double *)(((uintptr_t)block + PARTICLE_SET_ALIGNMENT - 1) &
                      ~(uintptr_t)(PARTICLE_SET_ALIGNMENT - 1));
}

/* Lays out columns of `capacity` in the block that grew, which still holds the old columns. Moves
 * the last column first, because each one moves to where the next one was. */
static void lay_out(struct particle_set *set, const double *old_x, size_t old_capacity,
                    size_t capacity)
{
    double *x = aligned(set->block), *y = x + capacity, *ang_vel = y + capacity;
    size_t used = set->capacity * sizeof *x;
    if (used) {
        memmove(ang_vel, old_x + 2 * old_capacity, used);
        memmove(y, old_x + old_capacity, used);
        if (x != old_x)
            memmove(x, old_x, used);
    }
    set->x = x;
    set->y = y;
    set->ang_vel = ang_vel;
    set->capacity = capacity;
}

int particle_set_reserve(struct particle_set *set, size_t capacity)
{
    if (capacity <= set->capacity)
        return 0;
    if (capacity > (SIZE_MAX - PARTICLE_SET_ALIGNMENT) / PARTICLE_BYTES - PARTICLES_PER_LINE)
        return -1;
    capacity = padded(capacity);
    size_t allocated = set->block ? (size_t)(set->y - set->x) : 0;
    if (capacity <= allocated) {
        set->capacity = allocated;
        return 0;
    }
    size_t offset = set->block ? (size_t)((char *)set->x - (char *)set->block) : 0;
    /* realloc() grows large blocks by moving pages, without a copy. */
    char *block = realloc(set->block, particle_set_bytes(capacity) + PARTICLE_SET_ALIGNMENT);
    if (!block)
        return -1;
    set->block = block;
    lay_out(set, (double *)(void *)(block + offset), allocated, capacity);
    return 0;
}
