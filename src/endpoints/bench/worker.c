/* /bench on a worker: measure, and write the report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/chart.h"
#include "bench/document.h"
#include "bench/memory.h"
#include "bench/report.h"
#include "codec/number/number.h"
#include "base/clock.h"
#include "endpoints/bench/handler.h"
#include "endpoints/bench/state.h"
#include "http/response_stream.h"
#include "base/json_document.h"
#include "sim/random.h"

#define TEXT_TYPE "text/plain; charset=utf-8"

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
    const struct bench *bench = exchange->state;
    struct problem problem;
    problem_set(&problem, PROBLEM_DOMAIN, "With %s, particle %zu %s.", method->name, index,
                domain_fault_text(fault));
    if (bench->config.own_particles) {
        /* As in simulate_work.c: in columns, its x stands for a particle. */
        bool columns = bench->body.simulation.shape == SHAPE_COLUMNS;
        char pointer[64];
        snprintf(pointer, sizeof pointer, columns ? "/particles/x/%zu" : "/particles/%zu", index);
        problem_set_pointer(&problem, pointer);
    }
    exchange_fail(exchange, &problem);
}

static void answer_text(struct exchange *exchange, const char *type, char *text)
{
    exchange_answer(exchange, MHD_HTTP_OK, type, text, text ? strlen(text) : 0);
}

static void answer_csv(struct exchange *exchange, json_t *report)
{
    answer_text(exchange, "text/csv; charset=utf-8", report ? bench_document_csv(report) : NULL);
    json_decref(report);
}

static void answer_chart(struct exchange *exchange, json_t *report)
{
    answer_text(exchange, bench_forms[BENCH_FORM_CHART], report ? bench_chart_svg(report) : NULL);
    json_decref(report);
}

/* --- lines: the rounds as they come, then the report ---------------------------------------- */

/* Lines are collected, and sent when there are so many bytes of them or the first has waited for so
 * long: sending wakes another thread, which would disturb the rounds that follow. */
#define LINES_BYTES ((size_t)8 << 10)
#define LINES_NS (100 * NS_PER_MS)

/* A line: a name, two integers, a real, and the words between them. */
#define LINE_MAX (BENCH_NAME_MAX + 2 * 20 + NUMBER_BYTES_MAX + 64)

struct lines {
    struct exchange *exchange;
    int64_t sent_ns;
    size_t size;
    char text[LINES_BYTES + LINE_MAX];
};

static void send_lines(struct lines *lines)
{
    /* Whether it goes on is asked by bench_run. */
    exchange_stream_write(lines->exchange, lines->text, lines->size);
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

/* The last line. */
static void close_lines(struct exchange *exchange, json_t *report)
{
    size_t size;
    char *text = json_document(report, JSON_COMPACT, &size);
    if (!text)
        fail_status(exchange, BENCH_NO_MEMORY);
    else if (exchange_stream_write(exchange, text, size))
        exchange_stream_close(exchange);
    free(text);
}

/* --- the benchmarks ------------------------------------------------------------------------- */

static void run_memory(struct exchange *exchange)
{
    const struct bench *bench = exchange->state;
    struct evolve_control control = {exchange_cancelled, exchange};
    struct bench_memory memory;
    const struct particle_set *set =
        bench->config.own_particles ? &bench->body.simulation.particles : NULL;
    enum bench_status status = bench_memory_run(&bench->config, set, &control, &memory);
    if (status == BENCH_OUT_OF_DOMAIN)
        fail_domain(exchange, memory.fault, memory.fault_method, memory.fault_index);
    if (status != BENCH_OK) {
        fail_status(exchange, status);
        return;
    }
    struct bench_machine machine;
    bench_machine_describe(&machine);
    switch (bench->form) {
    case BENCH_FORM_TEXT:
        answer_text(exchange, TEXT_TYPE, bench_memory_text(&memory, &machine));
        break;
    case BENCH_FORM_LINES:
        if (exchange_stream_open(exchange, bench_forms[BENCH_FORM_LINES]))
            close_lines(exchange, bench_memory_json(&memory, &machine));
        break;
    default:
        exchange_answer_json(exchange, MHD_HTTP_OK, bench_memory_json(&memory, &machine));
    }
}

static void answer_report(struct exchange *exchange, const struct bench_report *report)
{
    const struct bench *bench = exchange->state;
    struct bench_machine machine;
    bench_machine_describe(&machine);
    switch (bench->form) {
    case BENCH_FORM_TEXT:
        answer_text(exchange, TEXT_TYPE, bench_report_text(report, &machine));
        break;
    case BENCH_FORM_CSV:
        answer_csv(exchange, bench_report_json(report, &machine));
        break;
    case BENCH_FORM_CHART: /* its document has the rounds: see run_time */
        answer_chart(exchange, bench_report_json(report, &machine));
        break;
    case BENCH_FORM_LINES:
        close_lines(exchange, bench_report_json(report, &machine));
        break;
    default:
        exchange_answer_json(exchange, MHD_HTTP_OK, bench_report_json(report, &machine));
    }
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
    struct lines lines = {.exchange = exchange, .size = 0};
    struct bench_environment environment = {
        .clock = read_clock,
        .cpu_time = bench_cpu_time,
        .control = {exchange_cancelled, exchange},
    };
    if (bench->form == BENCH_FORM_LINES) {
        if (!exchange_stream_open(exchange, bench_forms[BENCH_FORM_LINES]))
            return;
        environment.on_round = add_line;
        environment.round_context = &lines;
    }
    struct bench_report report;
    enum bench_status status = bench_run(&bench->config, set, &environment, &report);
    if (lines.size > 0)
        send_lines(&lines);
    report.config.data |= bench->form == BENCH_FORM_CHART;
    if (status == BENCH_OK) {
        answer_report(exchange, &report);
        bench_report_fini(&report);
    } else {
        fail_status(exchange, status);
    }
}

void bench_work(struct exchange *exchange)
{
    const struct bench *bench = exchange->state;
    if (bench->config.memory) {
        run_memory(exchange);
        return;
    }
    if (bench->config.own_particles) {
        run_time(exchange, &bench->body.simulation.particles);
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
