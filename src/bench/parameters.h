/* The configuration of a benchmark, and its parameters as text.
 *
 * The query of GET /bench and the options of particle-bench use the same table of parameters and
 * the same functions to parse and check them. --help and the docs take their lists from the table.
 * Pure; any thread. */
#ifndef BENCH_PARAMETERS_H
#define BENCH_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernels.h"
#include "sim/method.h"

#define BENCH_METHODS_MAX METHODS_MAX
#define BENCH_ROWS_MAX (BENCH_METHODS_MAX * EVOLVE_KERNELS_MAX)
#define BENCH_PARTICLES_DEFAULT 1000
#define BENCH_SEED_DEFAULT 1
#define BENCH_MIN_ROUNDS_DEFAULT 5
#define BENCH_MIN_ROUNDS_MAX 100000
#define BENCH_MAX_TIME_DEFAULT 1.0 /* seconds per method */
#define BENCH_MAX_TIME_MAX 3600.0

struct bench_config {
    const struct method *methods[BENCH_METHODS_MAX];
    size_t method_count;
    size_t particles;
    uint64_t seed; /* of the particles */
    double dt;
    double timestep;
    int64_t steps; /* evolve_steps(dt, timestep); bench_config_check() sets it */
    size_t min_rounds;
    double max_time_s;  /* rounds are added until min_rounds are done and this time is up */
    bool warmup;        /* run each method for BENCH_WARMUP_S before its first round */
    bool memory;        /* measure memory (bench/memory.h) instead of time */
    bool data;          /* the report includes the raw rounds */
    bool own_particles; /* the caller passes the particles; the seed is not used */
    bool all_simd; /* run methods that have kernels once with each instruction set. This changes
                      the set of the process: only when no other thread evolves */
    bool peak;     /* also measure the peak rates of the machine (bench/peak.h) */
};

/* Sets all fields to their defaults, with all methods in the order of the table. */
void bench_config_init(struct bench_config *config);

/* An error: the parameter, and a sentence that says what is wrong. */
struct bench_error {
    const char *parameter; /* a name of the table */
    char detail[256];      /* ASCII */
};

enum bench_set_status {
    BENCH_SET_OK = 0,
    BENCH_SET_UNKNOWN, /* no parameter has this name */
    BENCH_SET_INVALID, /* the value does not parse; `error` says why */
};

/* A parameter: its entry in lists, and the function that parses `value` (`length` bytes) into
 * `config`. The function returns false and fills error->detail when the value is invalid. */
struct bench_parameter {
    const char *name;
    const char *placeholder; /* of the value; NULL for an on/off switch */
    const char *summary;
    bool (*set)(struct bench_config *config, const char *value, size_t length,
                struct bench_error *error);
};

#define BENCH_PARAMETER_COUNT 10
extern const struct bench_parameter bench_parameters[BENCH_PARAMETER_COUNT];

/* Parses one parameter. The whole value must be a decimal number: no hexadecimal, inf, nan or
 * space. bench_config_check() checks the ranges. */
enum bench_set_status bench_config_set(struct bench_config *config, const char *name,
                                       const char *value, size_t length, struct bench_error *error);

/* Limits that the caller sets. */
struct bench_limits {
    size_t particles;
    int64_t particle_steps; /* of one iteration of a stepping method */
};

/* Checks the ranges of all parameters and sets config->steps. Returns false and fills `error` when
 * one is out of range. */
bool bench_config_check(struct bench_config *config, const struct bench_limits *limits,
                        struct bench_error *error);

#endif
