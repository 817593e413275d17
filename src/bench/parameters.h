/* What a benchmark is asked to do, and its parameters as text.
 *
 * The query of GET /bench and the options of particle-bench are the same list, parsed and
 * checked by the same functions; --help and the docs take their lists from the table.
 * Pure; any thread. */
#ifndef BENCH_PARAMETERS_H
#define BENCH_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernels.h"
#include "sim/method.h"

#define BENCH_METHODS_MAX 16
#define BENCH_ROWS_MAX (BENCH_METHODS_MAX * EVOLVE_KERNELS_MAX)
#define BENCH_PARTICLES_DEFAULT 1000
#define BENCH_SEED_DEFAULT 1
#define BENCH_MIN_ROUNDS_DEFAULT 5
#define BENCH_MIN_ROUNDS_MAX 100000
#define BENCH_MAX_TIME_DEFAULT 1.0 /* seconds a method */
#define BENCH_MAX_TIME_MAX 3600.0

struct bench_config {
    const struct method *methods[BENCH_METHODS_MAX];
    size_t method_count;
    size_t particles;
    uint64_t seed; /* of the particles */
    double dt;
    double timestep;
    int64_t steps; /* evolve_steps(dt, timestep); bench_config_check fills it in */
    size_t min_rounds;
    double max_time_s;  /* rounds are added until min_rounds are done and this time is up */
    bool warmup;        /* run for a while before the first round */
    bool memory;        /* measure memory (bench/memory.h) instead of time */
    bool data;          /* the report carries the raw rounds */
    bool own_particles; /* the particles are the caller's; the seed is not used */
    bool all_simd;      /* methods that have kernels run with each instruction set in turn; it is
                           forced upon the process, so only where no other thread evolves */
    bool peak;          /* measure what the machine does at best, too (bench/peak.h) */
};

/* Defaults of every field; all methods in table order. */
void bench_config_init(struct bench_config *config);

/* What is wrong: the parameter and a sentence that says what to do. */
struct bench_error {
    const char *parameter; /* a name of the table */
    char detail[256];      /* ASCII */
};

enum bench_set_status {
    BENCH_SET_OK = 0,
    BENCH_SET_UNKNOWN, /* no parameter has this name */
    BENCH_SET_INVALID, /* the value does not parse; `fault` says why */
};

/* A parameter: what lists show, and how its text is read into a config (`value` of `length`
 * bytes, as typed; false fills fault->detail). */
struct bench_parameter {
    const char *name;
    const char *placeholder; /* of the value; NULL for an on/off switch */
    const char *summary;
    bool (*set)(struct bench_config *config, const char *value, size_t length,
                struct bench_error *error);
};

#define BENCH_PARAMETER_COUNT 10
extern const struct bench_parameter bench_parameters[BENCH_PARAMETER_COUNT];

/* Reads one parameter from text. Numbers are plain decimals, the whole text: no hexadecimal,
 * no inf or nan, no space. Ranges are left to bench_config_check. */
enum bench_set_status bench_config_set(struct bench_config *config, const char *name,
                                       const char *value, size_t length, struct bench_error *error);

/* What the caller grants. */
struct bench_limits {
    size_t particles;
    int64_t particle_steps; /* of one iteration of a stepping method */
};

/* Checks the ranges of all parameters and fills in config->steps. False fills `fault`. */
bool bench_config_check(struct bench_config *config, const struct bench_limits *limits,
                        struct bench_error *error);

#endif
