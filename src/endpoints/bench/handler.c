/* /bench on the I/O thread: what is to be measured, one benchmark at a time, on one worker. */
#include "endpoints/bench/handler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "endpoints/bench/state.h"
#include "http/message/negotiation.h"
#include "http/message/headers.h"

#define FORMS "application/json, text/plain, text/csv, image/svg+xml or application/x-ndjson"

const char *const bench_forms[BENCH_FORM_COUNT] = {
    [BENCH_FORM_JSON] = "application/json",
    [BENCH_FORM_TEXT] = "text/plain",
    [BENCH_FORM_CSV] = "text/csv",
    [BENCH_FORM_CHART] = "image/svg+xml",
    [BENCH_FORM_LINES] = "application/x-ndjson",
};

void bench_release(struct exchange *exchange)
{
    struct bench *bench = exchange->state;
    if (bench->running)
        atomic_store(&exchange->service->bench_running, false);
    if (bench->config.own_particles)
        body_fini(&bench->body, exchange);
    free(bench);
}

/* --- parameters ----------------------------------------------------------------------------- */

static void fail_parameter(struct exchange *exchange, const char *name, const char *detail)
{
    struct problem problem;
    problem_set(&problem, PROBLEM_INVALID, "%s", detail);
    problem_set_parameter(&problem, name);
    exchange_fail(exchange, &problem);
}

static void fail_member(struct exchange *exchange, const char *name, const char *detail)
{
    char pointer[32];
    struct problem problem;
    snprintf(pointer, sizeof pointer, "/%s", name);
    problem_set(&problem, PROBLEM_INVALID, "%s", detail);
    problem_set_pointer(&problem, pointer);
    exchange_fail(exchange, &problem);
}

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

static void fail_unknown(struct exchange *exchange, const char *name)
{
    const char *names[BENCH_PARAMETER_COUNT];
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++)
        names[i] = bench_parameters[i].name;
    char detail[192];
    snprintf(detail, sizeof detail, "unknown parameter \"%.60s\": did you mean \"%s\"?", name,
             names[nearest_name(name, strlen(name), names, BENCH_PARAMETER_COUNT)]);
    fail_parameter(exchange, name, detail);
}

static bool read_parameter(void *context, const char *name, const char *value, size_t length)
{
    struct exchange *exchange = context;
    struct bench *bench = exchange->state;
    struct bench_fault fault;
    size_t index = find_parameter(name);
    if (index == BENCH_PARAMETER_COUNT) {
        fail_unknown(exchange, name);
        return false;
    }
    if (bench->config.own_particles &&
        (strcmp(name, "particles") == 0 || strcmp(name, "seed") == 0)) {
        char detail[96];
        snprintf(detail, sizeof detail,
                 "%s has no meaning here: the particles are those of the body.", name);
        fail_parameter(exchange, name, detail);
        return false;
    }
    bench->given |= 1u << index;
    if (bench_config_set(&bench->config, name, value, length, &fault) == BENCH_SET_OK)
        return true;
    fail_parameter(exchange, name, fault.detail);
    return false;
}

static bool is_in_body(const struct bench *bench, const char *parameter)
{
    const struct simulation *simulation = &bench->body.simulation;
    if (!bench->config.own_particles)
        return false;
    return strcmp(parameter, "particles") == 0 ||
           (strcmp(parameter, "dt") == 0 && simulation->has_dt) ||
           (strcmp(parameter, "timestep") == 0 && simulation->has_timestep);
}

/* The rules over all of them. */
static bool check_config(struct exchange *exchange)
{
    const struct options *options = exchange->service->options;
    struct bench *bench = exchange->state;
    struct bench_limits limits = {(size_t)options->max_particles, options->max_particle_steps};
    struct bench_fault fault;
    if (bench->config.memory &&
        (bench->form == BENCH_FORM_CSV || bench->form == BENCH_FORM_CHART)) {
        fail_parameter(exchange, "memory",
                       "The memory benchmark has no rows; accept another form.");
        return false;
    }
    if (bench_config_check(&bench->config, &limits, &fault))
        return true;
    if (is_in_body(bench, fault.parameter))
        fail_member(exchange, fault.parameter, fault.detail);
    else
        fail_parameter(exchange, fault.parameter, fault.detail);
    return false;
}

/* --- headers -------------------------------------------------------------------------------- */

static bool choose_form(struct exchange *exchange)
{
    struct bench *bench = exchange->state;
    char *accept = request_list(exchange, MHD_HTTP_HEADER_ACCEPT);
    int form = media_choose(accept, bench_forms, BENCH_FORM_COUNT);
    free(accept);
    if (form < 0) {
        exchange_fail_with(exchange, PROBLEM_NOT_ACCEPTABLE,
                           "The report comes as " FORMS "; accept one of them.");
        return false;
    }
    bench->form = (enum bench_form)form;
    return true;
}

static bool create_state(struct exchange *exchange)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return false;
    }
    bench_config_init(&bench->config);
    exchange->state = bench;
    return true;
}

static void fail_running(struct exchange *exchange)
{
    exchange_fail_with(exchange, PROBLEM_BENCH_RUNNING,
                       "One benchmark runs at a time, so that it measures the machine and not its "
                       "neighbour; try again later.");
}

bool bench_begin(struct exchange *exchange)
{
    return create_state(exchange) && choose_form(exchange) &&
           request_each_parameter(exchange, read_parameter, exchange) && check_config(exchange);
}

static bool check_load(struct exchange *exchange)
{
    struct service *service = exchange->service;
    if (atomic_load(&service->draining))
        exchange_fail_with(exchange, PROBLEM_DRAINING, "The daemon takes no new work.");
    else if (atomic_load(&service->bench_running)) /* at a POST's end it counts again */
        fail_running(exchange);
    return !exchange->failed;
}

bool bench_post_begin(struct exchange *exchange)
{
    struct bench *bench;
    if (!create_state(exchange))
        return false;
    bench = exchange->state;
    bench->config.own_particles = true;
    return body_init(&bench->body, exchange) && choose_form(exchange) && check_load(exchange) &&
           request_each_parameter(exchange, read_parameter, exchange);
}

/* --- the body of a POST --------------------------------------------------------------------- */

size_t bench_post_receive(struct exchange *exchange, const char *bytes, size_t size)
{
    struct bench *bench = exchange->state;
    return body_receive(&bench->body, exchange, bytes, size);
}

/* True when the body has the option; false also when it has failed the exchange, for the query has
 * `parameter`, which says the same. */
static bool takes_member(struct exchange *exchange, enum simulation_option option,
                         const char *parameter)
{
    const struct bench *bench = exchange->state;
    const char *name = simulation_option_name(option);
    if (!simulation_has(&bench->body.simulation, option))
        return false;
    if (!is_given(bench, parameter))
        return true;
    char detail[128];
    snprintf(detail, sizeof detail, "%s is given in the body, and %s in the query; give one.", name,
             parameter);
    fail_parameter(exchange, parameter, detail);
    return false;
}

/* A body says what one of /simulate says; here it decides what is measured. */
static bool merge_body(struct exchange *exchange)
{
    struct bench *bench = exchange->state;
    struct bench_config *config = &bench->config;
    const struct simulation *simulation = &bench->body.simulation;
    if (simulation->frames > 1 || simulation_has(simulation, OPTION_TIMES)) {
        const char *name = simulation->frames > 1 ? "frames" : "times";
        char detail[64];
        snprintf(detail, sizeof detail, "%s has no meaning for a benchmark; leave it out.", name);
        fail_member(exchange, name, detail);
        return false;
    }
    config->particles = simulation->particles.count;
    if (takes_member(exchange, OPTION_DT, "dt"))
        config->dt = simulation->dt;
    if (!exchange->failed && takes_member(exchange, OPTION_TIMESTEP, "timestep"))
        config->timestep = simulation->timestep;
    if (!exchange->failed && takes_member(exchange, OPTION_METHOD, "methods")) {
        config->methods[0] = simulation->method;
        config->method_count = 1;
    }
    return !exchange->failed;
}

/* --- the work ------------------------------------------------------------------------------- */

/* Columns that the benchmark adds to those of the body: the end points of two methods; of the
 * memory benchmark, a set of its own. */
static size_t work_bytes(const struct bench_config *config)
{
    size_t ends = 4 * sizeof(double) * config->particles;
    bool made = !config->own_particles || config->memory;
    return ends + (made ? particle_set_bytes(config->particles) : 0);
}

void bench_handle(struct exchange *exchange)
{
    struct service *service = exchange->service;
    struct bench *bench = exchange->state;
    if (atomic_load(&service->draining)) {
        exchange_fail_with(exchange, PROBLEM_DRAINING, "The daemon takes no new work.");
        return;
    }
    size_t bytes = work_bytes(&bench->config);
    if (!exchange_claim(exchange, bytes)) {
        exchange_fail_claim(exchange, bytes, "The particles");
        return;
    }
    bool running = false;
    bench->running = atomic_compare_exchange_strong(&service->bench_running, &running, true);
    if (!bench->running) {
        fail_running(exchange);
        return;
    }
    peer_exempt(exchange->peer);
    exchange_submit(exchange);
}

void bench_post_handle(struct exchange *exchange)
{
    struct bench *bench = exchange->state;
    if (body_finish(&bench->body, exchange) && merge_body(exchange) && check_config(exchange))
        bench_handle(exchange);
}
