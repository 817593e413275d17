#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "bench/report.h"
#include "bench/report_parts.h"

/* The member names are those of pytest-benchmark. json_pack takes the references of its "o" values
 * even when it fails, and it fails when one of them is NULL, so nothing leaks. */

json_t *report_machine_json(const struct bench_machine *machine)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:i}, s:s, s:s}", "node", machine->node,
                     "processor", machine->architecture, "machine", machine->architecture, "system",
                     machine->system, "release", machine->release, "cpu", "brand", machine->cpu,
                     "count", machine->cores, "compiler", machine->compiler, "kernels",
                     machine->kernels);
}

/* `id` is the version of the program, because the commit is not known. */
json_t *report_commit_json(void)
{
    return json_pack("{s:s, s:n, s:n, s:b, s:s, s:s}", "id", PACKAGE_VERSION, "time", "author_time",
                     "dirty", 0, "project", PACKAGE_NAME, "branch", "(unknown)");
}

json_t *report_seed_json(const struct bench_config *config)
{
    if (config->own_particles)
        return json_null();
    if (config->seed <= INT64_MAX)
        return json_integer((json_int_t)config->seed);
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, config->seed);
    return json_string(text);
}

/* JSON has no NaN. */
static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *options_json(const struct bench_config *config)
{
    return json_pack("{s:b, s:s, s:I, s:f, s:f, s:b}", "disable_gc", 0, "timer",
                     "clock_gettime(CLOCK_MONOTONIC)", "min_rounds", (json_int_t)config->min_rounds,
                     "max_time", config->max_time_s, "min_time", BENCH_ROUND_MIN_S, "warmup",
                     config->warmup);
}

static json_t *rounds_json(const struct bench_result *result)
{
    json_t *rounds = json_array();
    for (size_t i = 0; rounds && i < result->round_count; i++)
        if (json_array_append_new(rounds, json_real(result->rounds[i]))) {
            json_decref(rounds);
            return NULL;
        }
    return rounds;
}

static json_t *stats_json(const struct bench_result *result, bool data)
{
    const struct bench_stats *s = &result->stats;
    char outliers[48];
    snprintf(outliers, sizeof outliers, "%zu;%zu", s->stddev_outliers, s->iqr_outliers);
    json_t *stats = json_pack(
        "{s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:f, s:f, s:I, s:I, s:s, s:f, s:f, s:f, s:f, s:I}",
        "min", s->min, "max", s->max, "mean", s->mean, "stddev", s->stddev, "rounds",
        (json_int_t)s->rounds, "median", s->median, "iqr", s->iqr, "q1", s->q1, "q3", s->q3,
        "iqr_outliers", (json_int_t)s->iqr_outliers, "stddev_outliers",
        (json_int_t)s->stddev_outliers, "outliers", outliers, "ld15iqr", s->ld15iqr, "hd15iqr",
        s->hd15iqr, "ops", s->ops, "total", s->total, "iterations", (json_int_t)result->iterations);
    if (stats && data && json_object_set_new(stats, "data", rounds_json(result))) {
        json_decref(stats);
        return NULL;
    }
    return stats;
}

static json_t *positive_or_null(double value)
{
    return real_or_null(value > 0 ? value : (double)NAN);
}

static json_t *extra_json(const struct bench_result *result, const struct bench_config *config)
{
    double rate = result->particle_steps_per_s;
    return json_pack("{s:s, s:I, s:I, s:f, s:f, s:o, s:o, s:o, s:f, s:f, s:o, s:o, s:o, s:o, s:o, "
                     "s:o, s:o}",
                     "simd", result->simd, "particles", (json_int_t)config->particles, "steps",
                     (json_int_t)config->steps, "dt", config->dt, "timestep", config->timestep,
                     "seed", report_seed_json(config), "user_s", real_or_null(result->user_s),
                     "system_s", real_or_null(result->system_s), "particle_steps_per_s", rate,
                     "ns_per_particle", result->stats.median / (double)config->particles * 1e9,
                     "ns_per_particle_step", positive_or_null(rate > 0 ? 1e9 / rate : 0),
                     "speedup_over_reference", positive_or_null(result->speedup),
                     "max_difference_from_reference", real_or_null(result->max_difference),
                     "flop_per_s", positive_or_null(result->flop_per_s), "peak_flop_per_s",
                     positive_or_null(result->peak.flop_per_s), "bytes_per_s",
                     positive_or_null(result->bytes_per_s), "peak_bytes_per_s",
                     positive_or_null(result->peak.bytes_per_s));
}

/* `params` is for options such as `compare --group-by param:particles`. */
static json_t *benchmark_json(const struct bench_result *result, const struct bench_config *config)
{
    const char *name = result->name;
    char fullname[96];
    snprintf(fullname, sizeof fullname, "bench.py::evolve[%s]", name);
    return json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:I, s:f, s:f}, s:s, s:o, s:o, s:o}", "group",
                     "evolve", "name", name, "fullname", fullname, "params", "method",
                     result->method->name, "simd", result->simd, "particles",
                     (json_int_t)config->particles, "dt", config->dt, "timestep", config->timestep,
                     "param", name, "options", options_json(config), "stats",
                     stats_json(result, config->data), "extra_info", extra_json(result, config));
}

json_t *bench_report_json(const struct bench_report *report, const struct bench_machine *machine)
{
    json_t *benchmarks = json_array();
    for (size_t i = 0; benchmarks && i < report->result_count; i++)
        if (json_array_append_new(benchmarks,
                                  benchmark_json(&report->results[i], &report->config))) {
            json_decref(benchmarks);
            benchmarks = NULL;
        }
    return json_pack("{s:o, s:o, s:o, s:s, s:s}", "machine_info", report_machine_json(machine),
                     "commit_info", report_commit_json(), "benchmarks", benchmarks, "datetime",
                     machine->datetime, "version", PACKAGE_VERSION);
}
