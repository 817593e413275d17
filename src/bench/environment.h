/* What a benchmark gets from its caller: the clock, the CPU time, the request to stop, and a
 * callback for each round.
 *
 * Plain types. All callbacks run on the thread that runs the benchmark. */
#ifndef BENCH_ENVIRONMENT_H
#define BENCH_ENVIRONMENT_H

#include "sim/evolve.h"

/* The most rounds of a method. They are kept in memory. */
#define BENCH_ROUNDS_MAX 100000

/* Seconds on a steady clock. */
typedef double (*bench_clock)(void *context);

struct bench_result; /* bench/bench.h */

struct bench_environment {
    bench_clock clock;
    void *clock_context;
    /* The CPU time of the calling thread so far. May be NULL. */
    void (*cpu_time)(double *user_s, double *system_s);
    /* Called by evolve() and between rounds. When it says stop, the benchmark ends. */
    struct evolve_control control;
    /* Called after each round, which is the last of result->rounds. May be NULL. Its time is not
     * part of a round, but counts against max_time_s. `result` has no statistics yet. */
    void (*on_round)(void *context, const struct bench_result *result);
    void *round_context;
};

#endif
