/* A particle set: n particles in column form (structure of arrays).
 *
 * It has three columns of `double`, each aligned to PARTICLE_SET_ALIGNMENT bytes: the position x,
 * y, and ang_vel, which is the speed along the tangent (length per time; its sign is the direction,
 * positive turns counterclockwise). The set owns its columns, which are in one block, x first.
 * There are no locks: a set belongs to one thread at a time. */
#ifndef SIM_PARTICLE_SET_H
#define SIM_PARTICLE_SET_H

#include <stddef.h>

#define PARTICLE_SET_ALIGNMENT 64

/* Bytes of one particle in a set. */
#define PARTICLE_BYTES (3 * sizeof(double))

struct particle_set {
    double *x;
    double *y;
    double *ang_vel;
    size_t count;    /* particles in use */
    size_t capacity; /* particles that fit in the columns; the owner may lower it */
    void *block;     /* the memory of the columns */
};

/* Makes `set` empty. Allocates nothing. */
void particle_set_init(struct particle_set *set);

/* Frees the columns and makes `set` empty. */
void particle_set_fini(struct particle_set *set);

/* Grows the columns to at least `capacity` particles and keeps their contents up to the old
 * capacity. Returns 0, or -1 when memory is short; then nothing changes. */
int particle_set_reserve(struct particle_set *set, size_t capacity);

/* The bytes that a set of this capacity occupies. */
size_t particle_set_bytes(size_t capacity);

#endif
