#include "bench/parameters.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest number, in characters: more than any number needs. */
#define NUMBER_LENGTH_MAX 400

/* Characters of a value that a message repeats. */
#define QUOTE_MAX 40

void bench_config_init(struct bench_config *config)
{
    size_t count;
    const struct method *const *table = method_table(&count);
    *config = (struct bench_config){
        .particles = BENCH_PARTICLES_DEFAULT,
        .seed = BENCH_SEED_DEFAULT,
        .dt = SIM_DT_DEFAULT,
        .timestep = SIM_TIMESTEP_DEFAULT,
        .steps = evolve_steps(SIM_DT_DEFAULT, SIM_TIMESTEP_DEFAULT),
        .min_rounds = BENCH_MIN_ROUNDS_DEFAULT,
        .max_time_s = BENCH_MAX_TIME_DEFAULT,
        .warmup = true,
    };
    for (size_t i = 0; i < count; i++)
        config->methods[config->method_count++] = table[i];
}

__attribute__((format(printf, 3, 4))) static bool
refuse(struct bench_error *error, const char *parameter, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->parameter = parameter;
    vsnprintf(error->detail, sizeof error->detail, format, arguments);
    va_end(arguments);
    return false;
}

/* `value` for a message: printable and short. */
struct quote {
    char text[QUOTE_MAX + 4];
};

static struct quote quote(const char *value, size_t length)
{
    struct quote q;
    size_t n = length < QUOTE_MAX ? length : QUOTE_MAX;
    for (size_t i = 0; i < n; i++)
        q.text[i] = value[i] >= ' ' && value[i] <= '~' ? value[i] : '?';
    strcpy(q.text + n, n < length ? "..." : "");
    return q;
}

/* Copies the text of a number. False when it has characters that are not in `set`. */
static bool number_text(char text[NUMBER_LENGTH_MAX], const char *value, size_t length,
                        const char *set)
{
    if (length == 0 || length >= NUMBER_LENGTH_MAX)
        return false;
    memcpy(text, value, length);
    text[length] = '\0';
    return strspn(text, set) == length;
}

static bool parse_count(uint64_t *number, const char *value, size_t length,
                        struct bench_error *error)
{
    char text[NUMBER_LENGTH_MAX];
    if (!number_text(text, value, length, "0123456789"))
        return refuse(error, error->parameter,
                      "%s must be a whole number in decimal digits, not \"%s\"", error->parameter,
                      quote(value, length).text);
    errno = 0;
    uint64_t read = strtoull(text, NULL, 10);
    if (errno)
        return refuse(error, error->parameter, "%s must be less than 2^64, not \"%s\"",
                      error->parameter, quote(value, length).text);
    *number = read;
    return true;
}

/* Overflow gives infinity, which bench_config_check() rejects. */
static bool parse_real(double *number, const char *value, size_t length, struct bench_error *error)
{
    char text[NUMBER_LENGTH_MAX], *end = text;
    double read = 0;
    if (number_text(text, value, length, "+-.0123456789Ee"))
        read = strtod(text, &end);
    if (end == text || *end)
        return refuse(error, error->parameter,
                      "%s must be a decimal number such as 0.1 or 1e-5, not \"%s\"",
                      error->parameter, quote(value, length).text);
    *number = read;
    return true;
}

static bool parse_switch(bool *on, const char *value, size_t length, struct bench_error *error)
{
    /* Entries with an odd index mean on. */
    static const char *const words[] = {"off", "on", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && memcmp(words[i], value, length) == 0) {
            *on = i % 2;
            return true;
        }
    return refuse(error, error->parameter, "%s must be on or off, not \"%s\"", error->parameter,
                  quote(value, length).text);
}

static bool set_size(size_t *size, const char *value, size_t length, struct bench_error *error)
{
    uint64_t number = 0;
    if (!parse_count(&number, value, length, error))
        return false;
    *size = number < SIZE_MAX ? (size_t)number : SIZE_MAX;
    return true;
}

static bool set_particles(struct bench_config *config, const char *value, size_t length,
                          struct bench_error *error)
{
    return set_size(&config->particles, value, length, error);
}

static bool set_dt(struct bench_config *config, const char *value, size_t length,
                   struct bench_error *error)
{
    return parse_real(&config->dt, value, length, error);
}

static bool set_timestep(struct bench_config *config, const char *value, size_t length,
                         struct bench_error *error)
{
    return parse_real(&config->timestep, value, length, error);
}

static bool set_seed(struct bench_config *config, const char *value, size_t length,
                     struct bench_error *error)
{
    return parse_count(&config->seed, value, length, error);
}

static bool unknown_method(const char *name, size_t length, struct bench_error *error)
{
    size_t count, used;
    const struct method *const *table = method_table(&count);
    refuse(error, "methods", "methods: there is no \"%s\"; choose from", quote(name, length).text);
    for (size_t i = 0; i < count; i++) {
        used = strlen(error->detail);
        snprintf(error->detail + used, sizeof error->detail - used, "%s %s", i ? "," : "",
                 table[i]->name);
    }
    return false;
}

static bool set_methods(struct bench_config *config, const char *value, size_t length,
                        struct bench_error *error)
{
    const struct method *methods[BENCH_METHODS_MAX];
    size_t count = 0;
    const char *name = value, *end = value + length;
    for (;;) {
        const char *comma = memchr(name, ',', (size_t)(end - name));
        size_t name_length = (size_t)((comma ? comma : end) - name);
        const struct method *method = method_find(name, name_length);
        if (!method)
            return unknown_method(name, name_length, error);
        for (size_t i = 0; i < count; i++)
            if (methods[i] == method)
                return refuse(error, "methods", "methods: %s is named twice", method->name);
        methods[count++] = method; /* fits: each method is there at most once */
        if (!comma)
            break;
        name = comma + 1;
    }
    memcpy(config->methods, methods, count * sizeof *methods);
    config->method_count = count;
    return true;
}

static bool set_min_rounds(struct bench_config *config, const char *value, size_t length,
                           struct bench_error *error)
{
    return set_size(&config->min_rounds, value, length, error);
}

static bool set_max_time(struct bench_config *config, const char *value, size_t length,
                         struct bench_error *error)
{
    return parse_real(&config->max_time_s, value, length, error);
}

static bool set_warmup(struct bench_config *config, const char *value, size_t length,
                       struct bench_error *error)
{
    return parse_switch(&config->warmup, value, length, error);
}

static bool set_memory(struct bench_config *config, const char *value, size_t length,
                       struct bench_error *error)
{
    return parse_switch(&config->memory, value, length, error);
}

static bool set_data(struct bench_config *config, const char *value, size_t length,
                     struct bench_error *error)
{
    return parse_switch(&config->data, value, length, error);
}

const struct bench_parameter bench_parameters[BENCH_PARAMETER_COUNT] = {
    {"particles", "N", "number of particles (default 1000)", set_particles},
    {"dt", "TIME", "simulated time of one iteration (default 0.1)", set_dt},
    {"timestep", "TIME", "length of one step (default 1e-5)", set_timestep},
    {"seed", "N", "seed of the particles, as random.seed(N) of CPython (default 1)", set_seed},
    {"methods", "LIST", "methods to time, separated by commas (default: all)", set_methods},
    {"min_rounds", "N", "least number of rounds of each method (default 5)", set_min_rounds},
    {"max_time", "SECONDS", "time for the rounds of each method (default 1)", set_max_time},
    {"warmup", "on|off", "warm up each method before its first round (default on)", set_warmup},
    {"memory", NULL, "measure memory instead of time", set_memory},
    {"data", NULL, "put the time of every round into the JSON report", set_data},
};

enum bench_set_status bench_config_set(struct bench_config *config, const char *name,
                                       const char *value, size_t length, struct bench_error *error)
{
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++)
        if (strcmp(bench_parameters[i].name, name) == 0) {
            error->parameter = bench_parameters[i].name;
            return bench_parameters[i].set(config, value, length, error) ? BENCH_SET_OK
                                                                         : BENCH_SET_INVALID;
        }
    return BENCH_SET_UNKNOWN;
}

static bool check_work(const struct bench_config *config, int64_t limit, struct bench_error *error)
{
    for (size_t i = 0; i < config->method_count; i++) {
        const struct method *method = config->methods[i];
        int64_t work = evolve_particle_steps(method, config->particles, config->steps);
        if (method->stepping && work > limit)
            return refuse(error, "particles",
                          "%s would take %" PRId64 " particle-steps an iteration, more than the "
                          "%" PRId64 " allowed: ask for fewer particles or steps, or other methods",
                          method->name, work, limit);
    }
    return true;
}

bool bench_config_check(struct bench_config *config, const struct bench_limits *limits,
                        struct bench_error *error)
{
    if (config->particles < 1 || config->particles > limits->particles)
        return refuse(error, "particles", "particles must be 1 to %zu, not %zu", limits->particles,
                      config->particles);
    if (!isfinite(config->dt) || config->dt < 0)
        return refuse(error, "dt", "dt must be a finite number, 0 or more, not %g", config->dt);
    if (!isfinite(config->timestep) || config->timestep <= 0)
        return refuse(error, "timestep", "timestep must be a finite number above 0, not %g",
                      config->timestep);
    int64_t steps = evolve_steps(config->dt, config->timestep);
    if (steps < 0)
        return refuse(error, "timestep",
                      "dt / timestep must be at most 2^53 steps: ask for a longer timestep or a "
                      "shorter dt");
    config->steps = steps;
    if (config->min_rounds < 1 || config->min_rounds > BENCH_MIN_ROUNDS_MAX)
        return refuse(error, "min_rounds", "min_rounds must be 1 to %d, not %zu",
                      BENCH_MIN_ROUNDS_MAX, config->min_rounds);
    if (!(config->max_time_s > 0 && config->max_time_s <= BENCH_MAX_TIME_MAX))
        return refuse(error, "max_time", "max_time must be above 0 and at most %g seconds, not %g",
                      BENCH_MAX_TIME_MAX, config->max_time_s);
    return check_work(config, limits->particle_steps, error);
}
