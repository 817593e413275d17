/* /bench on the I/O thread: reads what to measure, and submits it to one worker. One benchmark runs
 * at a time. */
#include "endpoints/bench/handler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "endpoints/bench/state.h"
#include "endpoints/failures.h"
#include "endpoints/problems.h"
#include "http/job.h"
#include "http/message/headers.h"
#include "http/message/negotiation.h"
#include "http/message/query.h"
#include "http/respond.h"

#define MEDIA_TYPES "application/json, text/plain, text/csv, image/svg+xml or application/x-ndjson"

const char *const bench_media_types[BENCH_COUNT] = {
    [BENCH_JSON] = "application/json",
    [BENCH_TEXT] = "text/plain",
    [BENCH_CSV] = "text/csv",
    [BENCH_CHART] = "image/svg+xml",
    [BENCH_LINES] = "application/x-ndjson",
};

void bench_release(struct request *request)
{
    struct bench *bench = request->state;
    if (bench->running)
        atomic_store(&application_of(request)->bench_running, false);
    if (bench->config.own_particles)
        particle_body_fini(&bench->body, request);
    free(bench);
}

/* --- parameters ----------------------------------------------------------------------------- */

static size_t find_parameter(const char *name)
{
    size_t i = 0;
    while (i < BENCH_PARAMETER_COUNT && strcmp(bench_parameters[i].name, name) != 0)
        i++;
    return i;
}

static bool is_given(const struct bench *bench, const char *parameter)
{
    return bench->given >> find_parameter(parameter) & 1;
}

static void fail_unknown(struct request *request, const char *name)
{
    const char *names[BENCH_PARAMETER_COUNT];
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++)
        names[i] = bench_parameters[i].name;
    char detail[448];
    int used = snprintf(detail, sizeof detail,
                        "unknown parameter \"%.60s\": did you mean \"%s\"? Known are", name,
                        names[suggestion_index(name, strlen(name), names, BENCH_PARAMETER_COUNT)]);
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++)
        used +=
            snprintf(detail + used, sizeof detail - (size_t)used, "%s %s", i ? "," : "", names[i]);
    fail_parameter(request, &problem_invalid, name, detail);
}

static bool read_parameter(void *context, const char *name, const char *value, size_t length)
{
    struct request *request = context;
    struct bench *bench = request->state;
    struct bench_error error;
    size_t index = find_parameter(name);
    if (index == BENCH_PARAMETER_COUNT) {
        fail_unknown(request, name);
        return false;
    }
    if (bench->config.own_particles &&
        (strcmp(name, "particles") == 0 || strcmp(name, "seed") == 0)) {
        char detail[96];
        snprintf(detail, sizeof detail,
                 "%s cannot be used with a body, which has the particles; leave it out.", name);
        fail_parameter(request, &problem_invalid, name, detail);
        return false;
    }
    bench->given |= 1u << index;
    if (bench_config_set(&bench->config, name, value, length, &error) == BENCH_SET_OK)
        return true;
    fail_parameter(request, &problem_invalid, name, error.detail);
    return false;
}

/* True when the value of a parameter came from the body. */
static bool is_in_body(const struct bench *bench, const char *parameter)
{
    const struct simulation *simulation = &bench->body.simulation;
    if (!bench->config.own_particles)
        return false;
    return strcmp(parameter, "particles") == 0 ||
           (strcmp(parameter, "dt") == 0 && simulation->has_dt) ||
           (strcmp(parameter, "timestep") == 0 && simulation->has_timestep);
}

/* Checks the rules for all parameters together. */
static bool check_config(struct request *request)
{
    const struct limits *limits = &application_of(request)->limits;
    struct bench *bench = request->state;
    struct bench_limits bench_limits = {limits->max_particles, limits->max_particle_steps};
    struct bench_error error;
    if (bench->config.memory &&
        (bench->representation == BENCH_CSV || bench->representation == BENCH_CHART)) {
        fail_parameter(request, &problem_invalid, "memory",
                       "The memory benchmark has no CSV and no chart; accept another type.");
        return false;
    }
    if (bench_config_check(&bench->config, &bench_limits, &error))
        return true;
    if (is_in_body(bench, error.parameter))
        fail_member(request, &problem_invalid, error.parameter, error.detail);
    else
        fail_parameter(request, &problem_invalid, error.parameter, error.detail);
    return false;
}

/* --- headers -------------------------------------------------------------------------------- */

static bool choose_representation(struct request *request)
{
    struct bench *bench = request->state;
    char *accept = headers_list(request->mhd, MHD_HTTP_HEADER_ACCEPT);
    int representation = negotiate_media_type(accept, bench_media_types, BENCH_COUNT);
    free(accept);
    if (representation < 0) {
        request_fail_with(request, &problem_not_acceptable,
                          "The report is available as " MEDIA_TYPES "; accept one of them.");
        return false;
    }
    bench->representation = (enum bench_representation)representation;
    return true;
}

static bool create_state(struct request *request)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench) {
        request_fail_memory(request);
        return false;
    }
    bench_config_init(&bench->config);
    request->state = bench;
    return true;
}

static void fail_running(struct request *request)
{
    request_fail_with(request, &problem_bench_running,
                      "A benchmark is running, and a second one would disturb it; try again "
                      "later.");
}

bool bench_begin(struct request *request)
{
    return create_state(request) && choose_representation(request) &&
           query_each(request->query, read_parameter, request) && check_config(request);
}

/* Fails early, before the body is received; bench_handle checks again. */
static bool check_load(struct request *request)
{
    if (fail_if_draining(request))
        return false;
    if (!atomic_load(&application_of(request)->bench_running))
        return true;
    fail_running(request);
    return false;
}

bool bench_post_begin(struct request *request)
{
    struct bench *bench;
    if (!create_state(request))
        return false;
    bench = request->state;
    bench->config.own_particles = true;
    return particle_body_init(&bench->body, request) && choose_representation(request) &&
           check_load(request) && query_each(request->query, read_parameter, request);
}

/* --- body of a POST --------------------------------------------------------------------- */

size_t bench_post_receive(struct request *request, const char *bytes, size_t size)
{
    struct bench *bench = request->state;
    return particle_body_receive(&bench->body, request, bytes, size);
}

/* True when the body has the option. False when it has not, and when it has failed the request
 * because the query has the same option, as `parameter`. */
static bool takes_member(struct request *request, enum simulation_option option,
                         const char *parameter)
{
    const struct bench *bench = request->state;
    const char *name = simulation_option_name(option);
    if (!simulation_has(&bench->body.simulation, option))
        return false;
    if (!is_given(bench, parameter))
        return true;
    char detail[128];
    snprintf(detail, sizeof detail, "%s is given in the body, and %s in the query; give only one.",
             name, parameter);
    fail_parameter(request, &problem_invalid, parameter, detail);
    return false;
}

/* Sets the particles and the options that the body gives; its format is that of /simulate. */
static bool merge_body(struct request *request)
{
    struct bench *bench = request->state;
    struct bench_config *config = &bench->config;
    const struct simulation *simulation = &bench->body.simulation;
    if (simulation->frames > 1 || simulation_has(simulation, OPTION_TIMES)) {
        const char *name = simulation->frames > 1 ? "frames" : "times";
        char detail[64];
        snprintf(detail, sizeof detail, "%s cannot be used in a benchmark; leave it out.", name);
        fail_member(request, &problem_invalid, name, detail);
        return false;
    }
    config->particles = simulation->particles.count;
    if (takes_member(request, OPTION_DT, "dt"))
        config->dt = simulation->dt;
    if (!request->failed && takes_member(request, OPTION_TIMESTEP, "timestep"))
        config->timestep = simulation->timestep;
    if (!request->failed && takes_member(request, OPTION_METHOD, "methods")) {
        config->methods[0] = simulation->method;
        config->method_count = 1;
    }
    return !request->failed;
}

/* --- start ------------------------------------------------------------------------------- */

/* The memory that the benchmark needs besides the body: the end points of two methods, and a set of
 * particles when the body has none or the memory benchmark runs. */
static size_t extra_bytes(const struct bench_config *config)
{
    size_t end_points = 4 * sizeof(double) * config->particles;
    bool has_set = !config->own_particles || config->memory;
    return end_points + (has_set ? particle_set_bytes(config->particles) : 0);
}

void bench_handle(struct request *request)
{
    struct bench *bench = request->state;
    if (fail_if_draining(request))
        return;
    size_t bytes = extra_bytes(&bench->config);
    if (!request_reserve(request, bytes)) {
        request_fail_reservation(request, bytes, "The particles");
        return;
    }
    bool running = false;
    bench->running =
        atomic_compare_exchange_strong(&application_of(request)->bench_running, &running, true);
    if (!bench->running) {
        fail_running(request);
        return;
    }
    connection_clear_deadline(request->connection);
    job_submit(request);
}

void bench_post_handle(struct request *request)
{
    struct bench *bench = request->state;
    if (particle_body_finish(&bench->body, request) && merge_body(request) && check_config(request))
        bench_handle(request);
}
