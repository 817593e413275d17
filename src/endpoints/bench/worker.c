/* /bench on a worker: runs the benchmark and writes the report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_document.h"
#include "bench/chart.h"
#include "bench/document.h"
#include "bench/memory.h"
#include "bench/report.h"
#include "codec/number/number.h"
#include "endpoints/bench/handler.h"
#include "endpoints/bench/state.h"
#include "endpoints/failures.h"
#include "endpoints/problems.h"
#include "http/job.h"
#include "http/respond.h"
#include "http/response_stream.h"
#include "sim/random.h"

static double read_clock(void *context)
{
    (void)context;
    return clock_seconds(clock_now_ns());
}

/* Fails with the error. When the benchmark was cancelled, job.c sets the response. */
static void fail_status(struct request *request, enum bench_status status)
{
    if (status == BENCH_NO_MEMORY)
        request_fail_with(request, &problem_internal,
                          "There is not enough memory; use fewer particles.");
}

static void fail_domain(struct request *request, enum domain_error error,
                        const struct method *method, size_t index)
{
    const struct bench *bench = request->state;
    struct problem problem;
    problem_set(&problem, &problem_domain, "With %s, particle %zu %s.", method->name, index,
                domain_error_text(error));
    if (bench->config.own_particles)
        problem_set_particle(&problem, bench->body.simulation.shape, index);
    request_fail(request, &problem);
}

static void respond_text(struct request *request, const char *type, char *text)
{
    request_respond(request, MHD_HTTP_OK, type, text, text ? strlen(text) : 0);
}

static void respond_csv(struct request *request, json_t *report)
{
    respond_text(request, "text/csv; charset=utf-8", report ? bench_document_csv(report) : NULL);
    json_decref(report);
}

static void respond_chart(struct request *request, json_t *report)
{
    respond_text(request, bench_media_types[BENCH_CHART], report ? bench_chart_svg(report) : NULL);
    json_decref(report);
}

/* --- lines: a line for each round when it ends, then the report ----------------------------- */

/* Lines are collected, and sent when they have LINES_BYTES or LINES_NS have passed since the last
 * sending: it wakes another thread, which disturbs the next rounds. */
#define LINES_BYTES ((size_t)8 << 10)
#define LINES_NS (100 * NS_PER_MS)

/* Most bytes of a line: a name, two integers, a real number, and the text between them. */
#define LINE_MAX (BENCH_NAME_MAX + 2 * 20 + NUMBER_BYTES_MAX + 64)

struct lines {
    struct request *request;
    int64_t sent_ns;
    size_t size;
    char text[LINES_BYTES + LINE_MAX];
};

static void send_lines(struct lines *lines)
{
    /* The result is not needed: bench_run asks whether the request was cancelled. */
    response_stream_write(lines->request, lines->text, lines->size);
    lines->size = 0;
    lines->sent_ns = clock_now_ns();
}

static void add_line(void *context, const struct bench_result *result)
{
    struct lines *lines = context;
    char *out = lines->text + lines->size;
    out += snprintf(out, LINE_MAX,
                    "{\"name\":\"%s\",\"round\":%zu,\"iterations\":%llu,\"seconds\":", result->name,
                    result->round_count, (unsigned long long)result->iterations);
    out = number_format(out, result->rounds[result->round_count - 1]);
    *out++ = '}';
    *out++ = '\n';
    lines->size = (size_t)(out - lines->text);
    if (lines->size >= LINES_BYTES || clock_now_ns() - lines->sent_ns >= LINES_NS)
        send_lines(lines);
}

/* Sends the last line, which is the report. */
static void close_lines(struct request *request, json_t *report)
{
    size_t size;
    char *text = json_document(report, JSON_COMPACT, &size);
    if (!text)
        fail_status(request, BENCH_NO_MEMORY);
    else if (response_stream_write(request, text, size))
        response_stream_complete(request);
    free(text);
}

/* --- the benchmarks ------------------------------------------------------------------------- */

static void run_memory(struct request *request)
{
    const struct bench *bench = request->state;
    struct evolve_control control = {job_cancelled, request};
    struct bench_memory memory;
    const struct particle_set *set =
        bench->config.own_particles ? &bench->body.simulation.particles : NULL;
    enum bench_status status = bench_memory_run(&bench->config, set, &control, &memory);
    if (status == BENCH_OUT_OF_DOMAIN)
        fail_domain(request, memory.error, memory.error_method, memory.error_index);
    if (status != BENCH_OK) {
        fail_status(request, status);
        return;
    }
    struct bench_machine machine;
    bench_machine_describe(&machine);
    switch (bench->representation) {
    case BENCH_TEXT:
        respond_text(request, TEXT_MEDIA_TYPE, bench_memory_text(&memory, &machine));
        break;
    case BENCH_LINES:
        if (response_stream_open(request, bench_media_types[BENCH_LINES]))
            close_lines(request, bench_memory_json(&memory, &machine));
        break;
    default:
        request_respond_json(request, MHD_HTTP_OK, bench_memory_json(&memory, &machine));
    }
}

static void respond_report(struct request *request, const struct bench_report *report)
{
    const struct bench *bench = request->state;
    struct bench_machine machine;
    bench_machine_describe(&machine);
    switch (bench->representation) {
    case BENCH_TEXT:
        respond_text(request, TEXT_MEDIA_TYPE, bench_report_text(report, &machine));
        break;
    case BENCH_CSV:
        respond_csv(request, bench_report_json(report, &machine));
        break;
    case BENCH_CHART: /* run_time has added the rounds to the report */
        respond_chart(request, bench_report_json(report, &machine));
        break;
    case BENCH_LINES:
        close_lines(request, bench_report_json(report, &machine));
        break;
    default:
        request_respond_json(request, MHD_HTTP_OK, bench_report_json(report, &machine));
    }
}

static void run_time(struct request *request, const struct particle_set *set)
{
    const struct bench *bench = request->state;
    const struct method *method;
    size_t index;
    enum domain_error error = bench_domain_check(&bench->config, set, &method, &index);
    if (error != DOMAIN_OK) {
        fail_domain(request, error, method, index);
        return;
    }
    struct lines lines = {.request = request, .size = 0};
    struct bench_environment environment = {
        .clock = read_clock,
        .cpu_time = bench_cpu_time,
        .control = {job_cancelled, request},
    };
    if (bench->representation == BENCH_LINES) {
        if (!response_stream_open(request, bench_media_types[BENCH_LINES]))
            return;
        environment.on_round = add_line;
        environment.round_context = &lines;
    }
    struct bench_report report;
    enum bench_status status = bench_run(&bench->config, set, &environment, &report);
    if (lines.size > 0)
        send_lines(&lines);
    report.config.data |= bench->representation == BENCH_CHART;
    if (status == BENCH_OK) {
        respond_report(request, &report);
        bench_report_fini(&report);
    } else {
        fail_status(request, status);
    }
}

void bench_work(struct request *request)
{
    const struct bench *bench = request->state;
    if (bench->config.memory) {
        run_memory(request);
        return;
    }
    if (bench->config.own_particles) {
        run_time(request, &bench->body.simulation.particles);
        return;
    }
    struct particle_set set;
    particle_set_init(&set);
    if (random_particles(&set, bench->config.particles, bench->config.seed) != 0)
        fail_status(request, BENCH_NO_MEMORY);
    else
        run_time(request, &set);
    particle_set_fini(&set);
}
