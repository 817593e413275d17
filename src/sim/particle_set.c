#include "sim/particle_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Columns are padded to whole cache lines, as aligned_alloc asks. */
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
    free(set->x);
    free(set->y);
    free(set->ang_vel);
    particle_set_init(set);
}

size_t particle_set_bytes(size_t capacity)
{
    return padded(capacity) * PARTICLE_BYTES;
}

static double *column_alloc(size_t capacity)
{
    return aligned_alloc(PARTICLE_SET_ALIGNMENT, capacity * sizeof(double));
}

static void column_move(double **column, double *to, size_t used)
{
    if (used)
        memcpy(to, *column, used * sizeof *to);
    free(*column);
    *column = to;
}

int particle_set_reserve(struct particle_set *set, size_t capacity)
{
    if (capacity <= set->capacity)
        return 0;
    if (capacity > SIZE_MAX / PARTICLE_BYTES - PARTICLES_PER_LINE)
        return -1;
    capacity = padded(capacity);

    double *x = column_alloc(capacity);
    double *y = column_alloc(capacity);
    double *ang_vel = column_alloc(capacity);
    if (!x || !y || !ang_vel) {
        free(x);
        free(y);
        free(ang_vel);
        return -1;
    }
    /* One after the other: new pages become memory when they are written to, and by then the old
     * ones of the column before are free. */
    column_move(&set->x, x, set->capacity);
    column_move(&set->y, y, set->capacity);
    column_move(&set->ang_vel, ang_vel, set->capacity);
    set->capacity = capacity;
    return 0;
}
