/* A particle set: n particles in column form (structure of arrays).
 *
 * Three columns of `double`, each aligned to PARTICLE_SET_ALIGNMENT bytes: the position
 * x, y and ang_vel, the speed along the tangent (length per time; its sign is the
 * direction, positive turns counterclockwise). The set owns its columns, which lie in one
 * block, x first. Nothing here locks: a set belongs to one thread at a time. */
#ifndef SIM_PARTICLE_SET_H
#define SIM_PARTICLE_SET_H

#include <stddef.h>

#define PARTICLE_SET_ALIGNMENT 64

/* What one particle takes in a set, in bytes. */
#define PARTICLE_BYTES (3 * sizeof(double))

struct particle_set {
    double *x;
    double *y;
    double *ang_vel;
    size_t count;    /* particles in use */
    size_t capacity; /* particles that fit in the columns; whoever owns the set may lower it */
    void *block;     /* what the columns lie in */
};

/* Makes `set` empty; nothing is allocated yet. */
void particle_set_init(struct particle_set *set);

/* Frees the columns, and makes `set` empty again. */
void particle_set_fini(struct particle_set *set);

/* Makes room for at least `capacity` particles; what the columns hold up to the old
 * capacity is kept. Returns 0, or -1 when memory is short, and then changes nothing. */
int particle_set_reserve(struct particle_set *set, size_t capacity);

/* The bytes that a set of this capacity occupies. */
size_t particle_set_bytes(size_t capacity);

#endif
