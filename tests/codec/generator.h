/* Pseudo-random numbers that are the same in every run (xorshift64*). */
#ifndef TESTS_CODEC_GENERATOR_H
#define TESTS_CODEC_GENERATOR_H

#include <stdint.h>

static inline uint64_t generate(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* 0..below-1 */
static inline uint64_t generate_below(uint64_t *state, uint64_t below)
{
    return (generate(state) >> 16) % below;
}

#endif
