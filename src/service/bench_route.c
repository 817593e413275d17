/* GET /bench: the standard benchmark, one at a time, on one worker. */
#include "service/bench_route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/memory.h"
#include "bench/report.h"
#include "codec/nearest.h"
#include "runtime/clock.h"
#include "service/media.h"
#include "service/request.h"
#include "sim/random.h"

static const char *const forms[] = {"application/json", "text/plain"};

struct bench {
    struct bench_config config;
    bool text;    /* text/plain was asked for */
    bool running; /* this exchange holds service->bench_running */
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
    int form = media_choose(exchange_request_header(exchange, MHD_HTTP_HEADER_ACCEPT), forms, 2);
    if (form < 0) {
        exchange_fail_with(exchange, PROBLEM_NOT_ACCEPTABLE,
                           "The report comes as %s or %s; accept one of them.", forms[0], forms[1]);
        return false;
    }
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return false;
    }
    exchange->state = bench;
    bench->text = form == 1;
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

static double read_clock(void *context)
{
    (void)context;
    return clock_seconds(clock_now_ns());
}

/* What went wrong, unless it was cancelled: that is answered elsewhere. */
static void fail_status(struct exchange *exchange, enum bench_status status)
{
    if (status == BENCH_NO_MEMORY)
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; use fewer particles.");
}

static void fail_domain(struct exchange *exchange, enum domain_fault fault,
                        const struct method *method, size_t index)
{
    exchange_fail_with(exchange, PROBLEM_DOMAIN, "With %s, particle %zu %s.", method->name, index,
                       domain_fault_text(fault));
}

static void answer_text(struct exchange *exchange, char *text)
{
    exchange_answer(exchange, MHD_HTTP_OK, "text/plain; charset=utf-8", text,
                    text ? strlen(text) : 0);
}

static void run_memory(struct exchange *exchange)
{
    const struct bench *bench = exchange->state;
    struct evolve_control control = {exchange_cancelled, exchange};
    struct bench_memory memory;
    enum bench_status status = bench_memory_run(&bench->config, &control, &memory);
    if (status == BENCH_OUT_OF_DOMAIN)
        fail_domain(exchange, memory.fault, memory.fault_method, memory.fault_index);
    if (status != BENCH_OK) {
        fail_status(exchange, status);
        return;
    }
    struct bench_machine machine;
    bench_machine_describe(&machine);
    if (bench->text)
        answer_text(exchange, bench_memory_text(&memory, &machine));
    else
        exchange_answer_json(exchange, MHD_HTTP_OK, bench_memory_json(&memory, &machine));
}

static void run_time(struct exchange *exchange, const struct particle_set *set)
{
    const struct bench *bench = exchange->state;
    const struct method *method;
    size_t index;
    enum domain_fault fault = bench_domain_check(&bench->config, set, &method, &index);
    if (fault != DOMAIN_OK) {
        fail_domain(exchange, fault, method, index);
        return;
    }
    struct bench_environment environment = {
        .clock = read_clock,
        .control = {exchange_cancelled, exchange},
    };
    struct bench_report report;
    enum bench_status status = bench_run(&bench->config, set, &environment, &report);
    if (status != BENCH_OK) {
        fail_status(exchange, status);
        return;
    }
    struct bench_machine machine;
    bench_machine_describe(&machine);
    if (bench->text)
        answer_text(exchange, bench_report_text(&report, &machine));
    else
        exchange_answer_json(exchange, MHD_HTTP_OK, bench_report_json(&report, &machine));
    bench_report_fini(&report);
}

void bench_work(struct exchange *exchange)
{
    const struct bench *bench = exchange->state;
    if (bench->config.memory) {
        run_memory(exchange);
        return;
    }
    struct particle_set set;
    particle_set_init(&set);
    if (random_particles(&set, bench->config.particles, bench->config.seed) != 0)
        fail_status(exchange, BENCH_NO_MEMORY);
    else
        run_time(exchange, &set);
    particle_set_fini(&set);
}
