#include "bench/bench.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernels.h"

/* The resolution of the clock is measured over this many ticks, with at most this many readings. */
#define RESOLUTION_TICKS 200
#define RESOLUTION_READINGS 1000000

/* The iterations of a round grow by at most this factor at a time, because short rounds predict
 * long ones badly, and up to this maximum. */
#define GROWTH_MAX 10
#define ITERATIONS_MAX ((uint64_t)100000000)

/* A first round that takes this many times the needed time is long enough, with warm caches too. A
 * shorter first round is repeated. */
#define COLD_MARGIN 10

#define ROUNDS_INITIAL 64

/* What measuring a method needs. */
struct runner {
    const struct bench_config *config;
    const struct bench_environment *environment;
    struct evolve_run run;
    double round_min_s;
};

static double now(const struct runner *runner)
{
    return runner->environment->clock(runner->environment->clock_context);
}

static bool stopped(const struct runner *runner)
{
    const struct evolve_control *control = &runner->environment->control;
    return control->stop && control->stop(control->context);
}

static double clock_resolution(const struct runner *runner)
{
    double smallest = 0, last = now(runner);
    for (int ticks = 0, i = 0; ticks < RESOLUTION_TICKS && i < RESOLUTION_READINGS; i++) {
        double next = now(runner);
        if (next > last) {
            double difference = next - last;
            smallest = ticks++ ? fmin(smallest, difference) : difference;
        }
        last = next;
    }
    return smallest;
}

/* Measures one round. False when it was stopped. Between iterations only evolve() checks the
 * control, because a round with several iterations is short. */
static bool run_round(const struct runner *runner, const struct method *method, uint64_t iterations,
                      double *seconds)
{
    if (stopped(runner))
        return false;
    double start = now(runner);
    for (uint64_t i = 0; i < iterations; i++)
        if (!evolve(method, &runner->run, &runner->environment->control))
            return false;
    *seconds = now(runner) - start;
    return true;
}

static uint64_t grow(uint64_t iterations, double seconds, double wanted_s)
{
    /* 10 % more than needed, so that the next round is long enough. */
    double factor = seconds > 0 ? 1.1 * wanted_s / seconds : GROWTH_MAX;
    double grown = ceil((double)iterations * fmin(factor, GROWTH_MAX));
    return grown < (double)ITERATIONS_MAX ? (uint64_t)grown : ITERATIONS_MAX;
}

/* Finds the number of iterations of a round, and warms up. False when it was stopped. */
static bool calibrate(const struct runner *runner, struct bench_result *result)
{
    const struct bench_config *config = runner->config;
    double warmup_s = config->warmup ? fmin(BENCH_WARMUP_S, config->max_time_s) : 0;
    double start = now(runner), seconds;
    bool seen_long = false;

    result->iterations = 1;
    for (;;) {
        if (!run_round(runner, result->method, result->iterations, &seconds))
            return false;
        if (seconds < runner->round_min_s && result->iterations < ITERATIONS_MAX) {
            result->iterations = grow(result->iterations, seconds, runner->round_min_s);
            seen_long = false;
            continue;
        }
        bool sure = seen_long || seconds >= COLD_MARGIN * runner->round_min_s;
        if (sure && now(runner) - start >= warmup_s)
            return true;
        seen_long = true;
    }
}

static bool add_round(struct bench_result *result, size_t *capacity, double seconds)
{
    if (result->round_count == *capacity) {
        size_t more = *capacity ? 2 * *capacity : ROUNDS_INITIAL;
        double *rounds = realloc(result->rounds, more * sizeof *rounds);
        if (!rounds)
            return false;
        result->rounds = rounds;
        *capacity = more;
    }
    result->rounds[result->round_count++] = seconds;
    return true;
}

/* Sets the mean CPU time of an iteration. user_s and system_s: the CPU time before the rounds. */
static void set_cpu_time(const struct bench_environment *environment, struct bench_result *result,
                         double user_s, double system_s)
{
    double iterations = (double)result->round_count * (double)result->iterations;
    double user_end_s = NAN, system_end_s = NAN;
    if (environment->cpu_time)
        environment->cpu_time(&user_end_s, &system_end_s);
    result->user_s = (user_end_s - user_s) / iterations;
    result->system_s = (system_end_s - system_s) / iterations;
}

static enum bench_status measure(const struct runner *runner, struct bench_result *result)
{
    const struct bench_environment *environment = runner->environment;
    const struct bench_config *config = runner->config;
    size_t capacity = 0;

    if (!calibrate(runner, result))
        return BENCH_STOPPED;

    double user_s = NAN, system_s = NAN;
    if (environment->cpu_time)
        environment->cpu_time(&user_s, &system_s);
    double start = now(runner), seconds;
    do {
        if (!run_round(runner, result->method, result->iterations, &seconds))
            return BENCH_STOPPED;
        seconds /= (double)result->iterations;
        if (!add_round(result, &capacity, seconds))
            return BENCH_NO_MEMORY;
        if (environment->on_round)
            environment->on_round(environment->round_context, result);
    } while (result->round_count < BENCH_ROUNDS_MAX && (result->round_count < config->min_rounds ||
                                                        now(runner) - start < config->max_time_s));
    set_cpu_time(environment, result, user_s, system_s);

    return bench_stats_compute(&result->stats, result->rounds, result->round_count)
               ? BENCH_NO_MEMORY
               : BENCH_OK;
}

static void compute_speeds(const struct runner *runner, struct bench_result *result)
{
    const struct method *method = result->method;
    double seconds = result->stats.median;
    if (!(seconds > 0))
        return;
    double particles = (double)runner->run.count;
    result->particle_steps_per_s = particles * (double)runner->run.steps / seconds;
    if (method->stepping)
        result->flop_per_s = method->flop * result->particle_steps_per_s;
    else
        result->bytes_per_s = particles * BENCH_BYTES_PER_PARTICLE / seconds;
}

static double largest_distance(const struct particle_set *a, const struct particle_set *b,
                               size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        double distance = hypot(a->x[i] - b->x[i], a->y[i] - b->y[i]);
        if (isnan(distance))
            return distance; /* an error of a method; fmax would hide it */
        largest = fmax(largest, distance);
    }
    return largest;
}

/* Measures one row, with its instruction set. */
static enum bench_status measure_row(const struct runner *runner, struct bench_result *result)
{
    if (runner->config->all_simd && result->method->vector) {
        bool known = evolve_kernels_force(result->simd);
        assert(known);
        (void)known;
    }
    enum bench_status status = measure(runner, result);
    if (!status)
        compute_speeds(runner, result);
    return status;
}

/* Measures `reference` first, if it is in the report, and keeps its end points. Then measures the
 * other methods and compares their end points. */
static enum bench_status measure_all(struct runner *runner, struct bench_report *report,
                                     struct particle_set *end, struct particle_set *reference_end)
{
    const struct method *reference = method_find("reference", strlen("reference"));
    struct bench_result *first = NULL;
    enum bench_status status;

    for (size_t i = 0; i < report->result_count; i++)
        if (report->results[i].method == reference)
            first = &report->results[i];
    if (first) {
        runner->run.x_out = reference_end->x;
        runner->run.y_out = reference_end->y;
        if ((status = measure_row(runner, first)))
            return status;
        first->max_difference = 0;
        first->speedup = 1;
    }

    runner->run.x_out = end->x;
    runner->run.y_out = end->y;
    for (size_t i = 0; i < report->result_count; i++) {
        struct bench_result *result = &report->results[i];
        if (result == first)
            continue;
        if ((status = measure_row(runner, result)))
            return status;
        result->max_difference =
            first ? largest_distance(end, reference_end, runner->run.count) : (double)NAN;
        if (first && result->stats.median > 0)
            result->speedup = first->stats.median / result->stats.median;
    }
    return BENCH_OK;
}

/* Measures the peak of each instruction set once. False when it was stopped. */
static bool measure_peaks(struct runner *runner, struct bench_report *report,
                          struct particle_set *end)
{
    const char *sets[EVOLVE_KERNELS_MAX];
    size_t count = evolve_kernels_list(sets);
    runner->run.x_out = end->x;
    runner->run.y_out = end->y;
    for (size_t set = 0; set < count; set++) {
        struct bench_peak peak = {.flop_per_s = 0};
        for (size_t i = 0; i < report->result_count; i++) {
            struct bench_result *result = &report->results[i];
            const char *simd = result->method->vector ? result->simd : sets[0];
            if (strcmp(simd, sets[set]) != 0)
                continue;
            if (peak.flop_per_s == 0 &&
                !bench_peak_measure(&peak, simd, &runner->run, runner->environment,
                                    runner->round_min_s))
                return false;
            result->peak = peak;
        }
    }
    return true;
}

static void add_row(struct bench_report *report, const struct method *method, const char *simd,
                    bool named)
{
    struct bench_result *result = &report->results[report->result_count++];
    result->method = method;
    result->simd = simd;
    snprintf(result->name, sizeof result->name, "%s%s%s%s", method->name, named ? "[" : "",
             named ? simd : "", named ? "]" : "");
}

static void add_rows(struct bench_report *report, const struct bench_config *config)
{
    const char *sets[EVOLVE_KERNELS_MAX];
    size_t set_count = evolve_kernels_list(sets);
    for (size_t i = 0; i < config->method_count; i++) {
        const struct method *method = config->methods[i];
        if (!method->vector)
            add_row(report, method, BENCH_SCALAR, false);
        else if (!config->all_simd)
            add_row(report, method, evolve_kernels_name(), false);
        else
            for (size_t set = 0; set < set_count; set++)
                add_row(report, method, sets[set], true);
    }
}

enum bench_status bench_run(const struct bench_config *config, const struct particle_set *particles,
                            const struct bench_environment *environment,
                            struct bench_report *report)
{
    assert(config->method_count >= 1 && config->method_count <= BENCH_METHODS_MAX);
    assert(config->steps == evolve_steps(config->dt, config->timestep));

    struct particle_set end, reference_end;
    particle_set_init(&end);
    particle_set_init(&reference_end);
    *report = (struct bench_report){.config = *config};
    report->config.particles = particles->count;
    add_rows(report, config);

    enum bench_status status = BENCH_NO_MEMORY;
    if (particle_set_reserve(&end, particles->count) ||
        particle_set_reserve(&reference_end, particles->count))
        goto out;

    struct runner runner = {
        .config = config,
        .environment = environment,
        .run = {.x = particles->x,
                .y = particles->y,
                .ang_vel = particles->ang_vel,
                .count = particles->count,
                .dt = config->dt,
                .timestep = config->timestep,
                .steps = config->steps},
    };
    report->clock_resolution_s = clock_resolution(&runner);
    /* With the last term, BENCH_ROUNDS_MAX rounds are enough for a long max_time_s. */
    runner.round_min_s =
        fmax(fmax(BENCH_ROUND_TICKS * report->clock_resolution_s, BENCH_ROUND_MIN_S),
             config->max_time_s / BENCH_ROUNDS_MAX);
    const char *simd = evolve_kernels_name();
    status = config->peak && !measure_peaks(&runner, report, &end)
                 ? BENCH_STOPPED
                 : measure_all(&runner, report, &end, &reference_end);
    if (config->all_simd)
        evolve_kernels_force(simd);

out:
    particle_set_fini(&end);
    particle_set_fini(&reference_end);
    if (status)
        bench_report_fini(report);
    return status;
}

void bench_report_fini(struct bench_report *report)
{
    for (size_t i = 0; i < report->result_count; i++)
        free(report->results[i].rounds);
    memset(report, 0, sizeof *report);
}

enum domain_error bench_domain_check(const struct bench_config *config,
                                     const struct particle_set *particles,
                                     const struct method **method, size_t *index)
{
    const struct evolve_run run = {.x = particles->x,
                                   .y = particles->y,
                                   .ang_vel = particles->ang_vel,
                                   .count = particles->count,
                                   .dt = config->dt,
                                   .timestep = config->timestep,
                                   .steps = config->steps};
    enum domain_error error = DOMAIN_OK;
    for (size_t i = 0; !error && i < config->method_count; i++) {
        *method = config->methods[i];
        error = domain_check(*method, &run, index);
    }
    return error;
}
