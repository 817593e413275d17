/* The random numbers of CPython's `random` module, so that three lines of Python can make the
 * particles of the benchmark.
 *
 * The generator is MT19937 (M. Matsumoto, T. Nishimura, ACM TOMACS 8, 1998), seeded by array with
 * the 32-bit digits of the seed. A generator belongs to one thread at a time. */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdint.h>

#include "sim/particle_set.h"

#define RANDOM_STATE_WORDS 624

struct random_generator {
    uint32_t state[RANDOM_STATE_WORDS];
    unsigned next;
};

/* As random.seed(seed) for an integer 0 <= seed < 2^64. */
void random_seed(struct random_generator *generator, uint64_t seed);

/* As random.random(): uniform in [0, 1), 53 bits. */
double random_unit(struct random_generator *generator);

/* As random.uniform(a, b): a + (b-a) * random(). */
double random_uniform(struct random_generator *generator, double a, double b);

/* Fills `set` with `count` particles: uniform(-1, 1) for x, y, ang_vel in that order.
 * Returns 0, or -1 when memory is short. */
int random_particles(struct particle_set *set, size_t count, uint64_t seed);

#endif
