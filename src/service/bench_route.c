/* GET /bench on the I/O thread: the standard benchmark, one at a time, on one worker. */
#include "service/bench_route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/nearest.h"
#include "service/bench_state.h"
#include "service/media.h"
#include "service/request.h"

#define FORMS "application/json, text/plain or application/x-ndjson"

const char *const bench_forms[BENCH_FORM_COUNT] = {
    [BENCH_FORM_JSON] = "application/json",
    [BENCH_FORM_TEXT] = "text/plain",
    [BENCH_FORM_LINES] = "application/x-ndjson",
};

void bench_release(struct exchange *exchange)
{
    struct bench *bench = exchange->state;
    if (bench->running)
        atomic_store(&exchange->service->bench_running, false);
    free(bench);
}

static void fail_parameter(struct exchange *exchange, const char *name, const char *detail)
{
    struct problem problem;
    problem_set(&problem, PROBLEM_INVALID, "%s", detail);
    problem_set_parameter(&problem, name);
    exchange_fail(exchange, &problem);
}

static bool read_parameter(void *context, const char *name, const char *value, size_t length)
{
    struct exchange *exchange = context;
    struct bench *bench = exchange->state;
    struct bench_fault fault;
    switch (bench_config_set(&bench->config, name, value, length, &fault)) {
    case BENCH_SET_OK:
        return true;
    case BENCH_SET_INVALID:
        fail_parameter(exchange, name, fault.detail);
        return false;
    case BENCH_SET_UNKNOWN:
        break;
    }
    const char *names[BENCH_PARAMETER_COUNT];
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++)
        names[i] = bench_parameters[i].name;
    char detail[192];
    snprintf(detail, sizeof detail, "unknown parameter \"%.60s\": did you mean \"%s\"?", name,
             names[nearest_name(name, strlen(name), names, BENCH_PARAMETER_COUNT)]);
    fail_parameter(exchange, name, detail);
    return false;
}

bool bench_begin(struct exchange *exchange)
{
    const struct options *options = exchange->service->options;
    char *accept = request_list(exchange, MHD_HTTP_HEADER_ACCEPT);
    int form = media_choose(accept, bench_forms, BENCH_FORM_COUNT);
    free(accept);
    if (form < 0) {
        exchange_fail_with(exchange, PROBLEM_NOT_ACCEPTABLE,
                           "The report comes as " FORMS "; accept one of them.");
        return false;
    }
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return false;
    }
    exchange->state = bench;
    bench->form = (enum bench_form)form;
    bench_config_init(&bench->config);
    if (!request_each_parameter(exchange, read_parameter, exchange))
        return false;
    struct bench_limits limits = {(size_t)options->max_particles, options->max_particle_steps};
    struct bench_fault fault;
    if (!bench_config_check(&bench->config, &limits, &fault)) {
        fail_parameter(exchange, fault.parameter, fault.detail);
        return false;
    }
    return true;
}

void bench_handle(struct exchange *exchange)
{
    struct service *service = exchange->service;
    struct bench *bench = exchange->state;
    if (atomic_load(&service->draining)) {
        exchange_fail_with(exchange, PROBLEM_DRAINING, "The daemon takes no new work.");
        return;
    }
    /* The set, and at most four columns of end points. */
    size_t bytes =
        particle_set_bytes(bench->config.particles) + 4 * sizeof(double) * bench->config.particles;
    if (!exchange_claim(exchange, bytes)) {
        exchange_fail_claim(exchange, bytes, "The particles");
        return;
    }
    bool running = false;
    bench->running = atomic_compare_exchange_strong(&service->bench_running, &running, true);
    if (!bench->running) {
        exchange_fail_with(exchange, PROBLEM_BENCH_RUNNING,
                           "One benchmark runs at a time, so that it measures the machine and not "
                           "its neighbour; try again later.");
        return;
    }
    peer_exempt(exchange->peer);
    exchange_submit(exchange);
}
