#include "sim/random.h"

#include <stddef.h>

/* The names and constants are those of the paper: M. Matsumoto, T. Nishimura, "Mersenne
 * Twister", ACM TOMACS 8 (1998), and of its authors' initialisation of 2002. */
#define N RANDOM_STATE_WORDS
#define M 397
#define MATRIX_A 0x9908b0dfu
#define UPPER_BIT 0x80000000u
#define LOWER_BITS 0x7fffffffu

static void seed_by_word(uint32_t *state, uint32_t seed)
{
    state[0] = seed;
    for (uint32_t i = 1; i < N; i++)
        state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
}

/* The initialisation goes through the state words 1..N-1 again and again; after the last word, word
 * 0 becomes its copy. */
static size_t next_word(uint32_t *state, size_t i)
{
    if (++i < N)
        return i;
    state[0] = state[N - 1];
    return 1;
}

static void seed_by_array(uint32_t *state, const uint32_t *key, size_t length)
{
    seed_by_word(state, 19650218u);

    size_t i = 1;
    for (size_t k = 0; k < N; k++) { /* length <= N */
        uint32_t mix = state[i - 1] ^ (state[i - 1] >> 30);
        size_t j = k % length;
        state[i] = (state[i] ^ mix * 1664525u) + key[j] + (uint32_t)j;
        i = next_word(state, i);
    }
    for (size_t k = 1; k < N; k++) {
        uint32_t mix = state[i - 1] ^ (state[i - 1] >> 30);
        state[i] = (state[i] ^ mix * 1566083941u) - (uint32_t)i;
        i = next_word(state, i);
    }
    state[0] = UPPER_BIT; /* so that the state is never all zero */
}

void random_seed(struct random_generator *generator, uint64_t seed)
{
    /* CPython's key is the 32-bit digits of the integer, the lowest first; 0 has one digit. */
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    seed_by_array(generator->state, key, key[1] ? 2 : 1);
    generator->next = N;
}

static void refill(uint32_t *state)
{
    for (size_t i = 0; i < N; i++) {
        uint32_t bits = (state[i] & UPPER_BIT) | (state[(i + 1) % N] & LOWER_BITS);
        state[i] = state[(i + M) % N] ^ (bits >> 1) ^ ((bits & 1) ? MATRIX_A : 0);
    }
}

static uint32_t random_word(struct random_generator *generator)
{
    if (generator->next == N) {
        refill(generator->state);
        generator->next = 0;
    }
    uint32_t word = generator->state[generator->next++];
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c5680u;
    word ^= (word << 15) & 0xefc60000u;
    return word ^ (word >> 18);
}

double random_unit(struct random_generator *generator)
{
    uint32_t high = random_word(generator) >> 5; /* 27 bits, drawn first */
    uint32_t low = random_word(generator) >> 6;  /* 26 bits */
    return (high * 0x1p26 + low) * 0x1p-53;
}

double random_uniform(struct random_generator *generator, double a, double b)
{
    return a + (b - a) * random_unit(generator);
}

int random_particles(struct particle_set *set, size_t count, uint64_t seed)
{
    if (particle_set_reserve(set, count))
        return -1;

    struct random_generator generator;
    random_seed(&generator, seed);
    for (size_t i = 0; i < count; i++) {
        set->x[i] = random_uniform(&generator, -1, 1);
        set->y[i] = random_uniform(&generator, -1, 1);
        set->ang_vel[i] = random_uniform(&generator, -1, 1);
    }
    set->count = count;
    return 0;
}
