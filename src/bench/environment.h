/* What a benchmark gets from its caller: the clock, the CPU time, when to stop, whom to tell.
 *
 * Plain types. Every callback runs on the thread that runs the benchmark. */
#ifndef BENCH_ENVIRONMENT_H
#define BENCH_ENVIRONMENT_H

#include "sim/evolve.h"

/* Rounds are kept in memory: at most this many for a method. */
#define BENCH_ROUNDS_MAX 100000

/* Seconds on a steady clock. */
typedef double (*bench_clock)(void *context);

struct bench_result; /* bench/bench.h */

struct bench_environment {
    bench_clock clock;
    void *clock_context;
    /* The CPU time of the calling thread so far. May be NULL. */
    void (*cpu_time)(double *user_s, double *system_s);
    struct evolve_control control; /* asked by evolve and between rounds; ends the benchmark */
    /* Called after each round, the last of result->rounds. May be NULL. What it does is not timed,
     * but counts against max_time_s. `result` has no statistics yet. */
    void (*on_round)(void *context, const struct bench_result *result);
    void *round_context;
};

#endif
