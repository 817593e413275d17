/* The benchmark: times the evolve methods on a particle set, round by round.
 *
 * Knows no HTTP and no clock of its own (the caller passes one, so tests can count
 * ticks). Every iteration starts from the same particles and writes elsewhere; nothing
 * drifts and no copying is timed. Runs on the calling thread. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/stats.h"
#include "sim/method.h"
#include "sim/particle_set.h"

#define BENCH_METHODS_MAX 16
#define BENCH_PARTICLES_DEFAULT 1000
#define BENCH_SEED_DEFAULT 1
#define BENCH_MIN_ROUNDS_DEFAULT 5
#define BENCH_MIN_ROUNDS_MAX 1000000
#define BENCH_MAX_TIME_DEFAULT 1.0 /* seconds a method */
#define BENCH_MAX_TIME_MAX 3600.0

/* Rounds are kept in memory: at most this many for a method. */
#define BENCH_ROUNDS_MAX 1000000

struct bench_config {
    const struct method *methods[BENCH_METHODS_MAX];
    size_t method_count;
    size_t particles; /* how many were made; for the report */
    uint64_t seed;    /* for the report */
    double dt;
    double timestep;
    int64_t steps;
    size_t min_rounds;
    double max_time_s; /* rounds are added until min_rounds are done and this time is up */
    bool warmup;       /* run for a while before the first round */
};

/* Defaults of every field; all methods in table order. */
void bench_config_init(struct bench_config *config);

/* Seconds on a steady clock. */
typedef double (*bench_clock)(void *context);

struct bench_environment {
    bench_clock clock;
    void *clock_context;
    struct evolve_control control; /* asked while iterations run; ends the benchmark */
    /* Told after each round; may be NULL. */
    void (*on_round)(void *context, const struct method *method, size_t round,
                     double seconds_per_iteration);
    void *round_context;
};

struct bench_result {
    const struct method *method;
    double *rounds; /* seconds an iteration, in the order of running; owned */
    size_t round_count;
    uint64_t iterations; /* in each round, calibrated so that a round is long against the clock */
    struct bench_stats stats;
    double particle_steps_per_s; /* particles * steps / mean; for `analytic` too, as the
                                    work it stands in for */
    double speedup;              /* mean of `reference` / mean; 0 when reference did not run */
    double max_difference;       /* largest distance of an end point from reference's; NaN when
                                    reference did not run */
};

struct bench_report {
    struct bench_config config;
    struct bench_result results[BENCH_METHODS_MAX];
    size_t result_count;
    double clock_resolution_s; /* the smallest difference that the clock showed */
};

enum bench_status {
    BENCH_OK = 0,
    BENCH_NO_MEMORY = -1,
    BENCH_STOPPED = -2, /* control.stop said so */
};

/* Runs every method of `config` on `particles` (checked by domain_check for each of them). On
 * BENCH_OK the caller calls bench_report_fini; otherwise `report` is empty. */
enum bench_status bench_run(const struct bench_config *config, const struct particle_set *particles,
                            const struct bench_environment *environment,
                            struct bench_report *report);
void bench_report_fini(struct bench_report *report);

#endif
