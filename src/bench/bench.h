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

#include "bench/environment.h"
#include "bench/parameters.h"
#include "bench/peak.h"
#include "bench/stats.h"
#include "sim/domain.h"
#include "sim/method.h"
#include "sim/particle_set.h"

#define BENCH_NAME_MAX 48

/* The simd of a method that has no kernels. */
#define BENCH_SCALAR "scalar"

/* Speeds are those of the median round, which a disturbed one does not move. */
struct bench_result {
    const struct method *method;
    const char *simd;          /* the instruction set that its kernels ran with, or BENCH_SCALAR */
    char name[BENCH_NAME_MAX]; /* the method's; with config.all_simd and kernels "euler[avx2]" */
    double *rounds;            /* seconds an iteration, in the order of running; owned */
    size_t round_count;
    uint64_t iterations; /* in each round, calibrated so that a round is long against the clock */
    struct bench_stats stats;
    double user_s, system_s;     /* CPU time of an iteration, the mean; NaN when not known */
    double particle_steps_per_s; /* particles * steps / median; for `analytic` too, as the
                                    work it stands in for */
    double speedup;              /* median of `reference` / median; 0 when reference did not run */
    double max_difference;       /* largest distance of an end point from reference's; NaN when
                                    reference did not run */
    double flop_per_s;           /* of a stepping method; 0 when not counted */
    double bytes_per_s;          /* of the columns, of a method that does not step; 0 otherwise */
    struct bench_peak peak;      /* of simd, for BENCH_SCALAR that of `portable`; 0 unless
                                    config.peak */
};

struct bench_report {
    struct bench_config config; /* as asked for, with the particles really there */
    struct bench_result results[BENCH_ROWS_MAX];
    size_t result_count;
    double clock_resolution_s; /* the smallest difference that the clock showed */
};

/* A round lasts at least BENCH_ROUND_TICKS times the clock's resolution, so that a tick is at
 * most a percent of it, and at least BENCH_ROUND_MIN_S, a thousand times what a call of the
 * clock takes. */
#define BENCH_ROUND_TICKS 100
#define BENCH_ROUND_MIN_S 20e-6

/* Warm-up of a method, at most max_time_s: caches, branch predictors and the CPU's frequency
 * settle. */
#define BENCH_WARMUP_S 0.1

enum bench_status {
    BENCH_OK = 0,
    BENCH_NO_MEMORY = -1,
    BENCH_STOPPED = -2,       /* control.stop said so */
    BENCH_OUT_OF_DOMAIN = -3, /* bench_memory_run: a particle is outside a method's domain */
};

/* Checks `particles` for every method of `config` (which passed bench_config_check). Returns
 * DOMAIN_OK, or the first fault, and its method and particle. */
enum domain_error bench_domain_check(const struct bench_config *config,
                                     const struct particle_set *particles,
                                     const struct method **method, size_t *index);

/* Runs every method of `config` (which passed bench_config_check) on `particles` (which passed
 * bench_domain_check), at least one of them. `reference` runs first, whatever its place. On
 * BENCH_OK the caller calls bench_report_fini; otherwise `report` is empty. */
enum bench_status bench_run(const struct bench_config *config, const struct particle_set *particles,
                            const struct bench_environment *environment,
                            struct bench_report *report);
void bench_report_fini(struct bench_report *report);

#endif
