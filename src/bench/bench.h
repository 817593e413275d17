/* The benchmark: measures the time of the methods on a particle set, in rounds.
 *
 * It knows no HTTP. The caller passes the clock, so that tests can use a clock of their own. Each
 * iteration starts from the same particles and writes to other columns, so the particles do not
 * change and no copying is measured. Runs on the calling thread. */
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

/* `simd` of a method without kernels. */
#define BENCH_SCALAR "scalar"

/* Speeds are those of the median round, which one disturbed round does not change. */
struct bench_result {
    const struct method *method;
    const char *simd;          /* the instruction set of its kernels, or BENCH_SCALAR */
    char name[BENCH_NAME_MAX]; /* of the method; with config.all_simd and kernels "euler[avx2]" */
    double *rounds;            /* seconds per iteration, in the order of running; owned */
    size_t round_count;
    uint64_t iterations; /* of a round, so many that a round is long compared with a clock tick */
    struct bench_stats stats;
    double user_s, system_s;     /* mean CPU time of an iteration; NaN when not known */
    double particle_steps_per_s; /* particles * steps / median; also for `analytic`, which takes no
                                    steps */
    double speedup;              /* median of `reference` / median; 0 when reference did not run */
    double max_difference;       /* largest distance of an end point from that of `reference`; NaN
                                    when reference did not run */
    double flop_per_s;           /* of a stepping method; 0 when not counted */
    double bytes_per_s;          /* of the columns, for a method without steps; 0 otherwise */
    struct bench_peak peak;      /* of `simd`, or of `portable` for BENCH_SCALAR; 0 unless
                                    config.peak */
};

struct bench_report {
    struct bench_config config; /* that of bench_run(), with the actual number of particles */
    struct bench_result results[BENCH_ROWS_MAX];
    size_t result_count;
    double clock_resolution_s; /* the smallest difference between two readings of the clock */
};

/* A round takes at least BENCH_ROUND_TICKS times the resolution of the clock, so that a tick is at
 * most 1 % of it, and at least BENCH_ROUND_MIN_S, 1000 times the cost of reading the clock. */
#define BENCH_ROUND_TICKS 100
#define BENCH_ROUND_MIN_S 20e-6

/* Warm-up time of a method, at most max_time_s. Caches, branch predictors and the CPU's frequency
 * become stable. */
#define BENCH_WARMUP_S 0.1

enum bench_status {
    BENCH_OK = 0,
    BENCH_NO_MEMORY = -1,
    BENCH_STOPPED = -2,       /* control.stop ended it */
    BENCH_OUT_OF_DOMAIN = -3, /* bench_memory_run: a particle is outside a method's domain */
};

/* Checks `particles` for every method of `config`, which must have passed bench_config_check().
 * Returns DOMAIN_OK, or the first error, with its method and the index of its particle. */
enum domain_error bench_domain_check(const struct bench_config *config,
                                     const struct particle_set *particles,
                                     const struct method **method, size_t *index);

/* Runs every method of `config` on `particles`, which must not be empty. They must have passed
 * bench_config_check() and bench_domain_check(). `reference` always runs first. After BENCH_OK the
 * caller must call bench_report_fini(); otherwise `report` is empty. */
enum bench_status bench_run(const struct bench_config *config, const struct particle_set *particles,
                            const struct bench_environment *environment,
                            struct bench_report *report);
void bench_report_fini(struct bench_report *report);

#endif
