#include "service/exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/clock.h"
#include "service/json_document.h"

/* Seconds after which a client that was sent away may come again. */
#define RETRY_AFTER_S 1
#define RETRY_AFTER_BENCH_S 5

/* Target of the access log; longer ones are cut. */
#define TARGET_MAX 1000

struct exchange *exchange_create(struct service *service, struct peer *peer,
                                 struct MHD_Connection *connection, const char *target)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return NULL;
    exchange->service = service;
    exchange->peer = peer;
    exchange->connection = connection;
    exchange->started_ns = clock_now_ns();
    if (service->options->access_log)
        exchange->target = strndup(target, TARGET_MAX);
    atomic_fetch_add(&service->exchanges, 1);
    return exchange;
}

static void release_state(struct exchange *exchange)
{
    if (exchange->route && exchange->route->release && exchange->state)
        exchange->route->release(exchange);
    exchange->state = NULL;
}

static void drop_answer(struct exchange *exchange)
{
    if (exchange->answer.owned)
        free((void *)(uintptr_t)exchange->answer.body);
    parts_destroy(exchange->answer.parts);
    if (exchange->answer.reader.destroy)
        exchange->answer.reader.destroy(exchange->answer.reader.context);
    memset(&exchange->answer, 0, sizeof exchange->answer);
}

void exchange_destroy(struct exchange *exchange)
{
    struct service *service = exchange->service;
    release_state(exchange);
    drop_answer(exchange);
    memory_budget_release(&service->budget, exchange->claimed);
    free(exchange->target);
    free(exchange);
    atomic_fetch_sub(&service->exchanges, 1);
}

bool exchange_claim(struct exchange *exchange, size_t bytes)
{
    if (!memory_budget_claim(&exchange->service->budget, bytes))
        return false;
    exchange->claimed += bytes;
    return true;
}

bool exchange_may_claim(const struct exchange *exchange, size_t bytes)
{
    return bytes <= exchange->service->budget.limit - exchange->claimed;
}

void exchange_unclaim(struct exchange *exchange, size_t bytes)
{
    memory_budget_release(&exchange->service->budget, bytes);
    exchange->claimed -= bytes;
}

void exchange_answer(struct exchange *exchange, unsigned status, const char *content_type,
                     char *body, size_t size)
{
    if (!body) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return;
    }
    exchange_answer_static(exchange, status, content_type, body, size);
    exchange->answer.owned = true;
}

void exchange_answer_static(struct exchange *exchange, unsigned status, const char *content_type,
                            const char *body, size_t size)
{
    drop_answer(exchange);
    exchange->answer.status = status;
    exchange->answer.content_type = content_type;
    exchange->answer.body = body;
    exchange->answer.size = size;
}

void exchange_answer_parts(struct exchange *exchange, unsigned status, const char *content_type,
                           struct parts *parts)
{
    exchange_answer_static(exchange, status, content_type, NULL, parts_size(parts));
    exchange->answer.parts = parts;
}

void exchange_answer_reader(struct exchange *exchange, unsigned status, const char *content_type,
                            const struct answer_reader *reader)
{
    exchange_answer_static(exchange, status, content_type, NULL, 0);
    exchange->answer.reader = *reader;
}

void exchange_answer_json(struct exchange *exchange, unsigned status, json_t *root)
{
    size_t size = 0;
    char *text = json_document(root, JSON_INDENT(2), &size);
    exchange_answer(exchange, status, "application/json", text, size);
}

void exchange_header(struct exchange *exchange, const char *name, const char *value)
{
    size_t room = sizeof exchange->answer.header_name / sizeof *exchange->answer.header_name;
    for (size_t i = 0; i < room; i++) {
        if (exchange->answer.header_name[i])
            continue;
        exchange->answer.header_name[i] = name;
        exchange->answer.header_value[i] = value;
        return;
    }
}

void exchange_fail(struct exchange *exchange, const struct problem *problem)
{
    static const char last_resort[] = "{\"type\":\"urn:particled:problem:internal\","
                                      "\"title\":\"Internal error\",\"status\":500,"
                                      "\"detail\":\"Memory is short; try again later.\"}\n";
    /* What the request held is not needed any more. */
    release_state(exchange);
    exchange->failed = true;
    size_t size;
    char *text = problem_document(problem, &size);
    if (!text) {
        exchange_answer_static(exchange, 500, PROBLEM_TYPE, last_resort, sizeof last_resort - 1);
        return;
    }
    exchange_answer(exchange, problem_status(problem->kind), PROBLEM_TYPE, text, size);
    if (problem_status(problem->kind) == MHD_HTTP_SERVICE_UNAVAILABLE)
        exchange->answer.retry_after_s =
            problem->kind == PROBLEM_BENCH_RUNNING ? RETRY_AFTER_BENCH_S : RETRY_AFTER_S;
}

void exchange_fail_with(struct exchange *exchange, enum problem_kind kind, const char *format, ...)
{
    char detail[sizeof((struct problem *)NULL)->detail];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    struct problem problem;
    problem_set(&problem, kind, "%s", detail);
    exchange_fail(exchange, &problem);
}

void exchange_fail_claim(struct exchange *exchange, size_t bytes, const char *what)
{
    if (exchange_may_claim(exchange, bytes))
        exchange_fail_with(exchange, PROBLEM_MEMORY,
                           "%s would not fit into the memory that is left; try again later.", what);
    else
        exchange_fail_with(exchange, PROBLEM_MEMORY_LIMIT,
                           "%s would need more than the %zu bytes that all requests together may "
                           "have; send fewer particles at a time.",
                           what, exchange->service->budget.limit);
}

bool exchange_cancelled(void *context)
{
    const struct exchange *exchange = context;
    worker_pool_progress();
    return peer_phase(exchange->peer) != PEER_WORKING;
}

bool exchange_give_way(void *context)
{
    worker_pool_give_way();
    return exchange_cancelled(context);
}

/* A job that was ended early answers why, unless there is nobody to answer. */
static void answer_cancelled(struct exchange *exchange, enum peer_phase phase)
{
    const struct options *options = exchange->service->options;
    metrics_add(&exchange->service->metrics.cancelled, 1);
    if (phase == PEER_LATE)
        exchange_fail_with(exchange, PROBLEM_DEADLINE,
                           "The answer was not ready within %g seconds and the computation was "
                           "cancelled; ask for less work or a faster method.",
                           (double)options->request_timeout_ms / 1000);
    else if (phase == PEER_STOPPED)
        exchange_fail_with(exchange, PROBLEM_DRAINING,
                           "The computation was cancelled because the daemon is shutting down.");
}

/* The work between peer_work and the answer, on whichever thread. */
static void do_work(struct exchange *exchange)
{
    if (peer_phase(exchange->peer) == PEER_WORKING)
        exchange->route->work(exchange);
    /* An answer that came out all the same is sent. */
    enum peer_phase phase = peer_phase(exchange->peer);
    if (phase != PEER_WORKING && exchange->answer.status == 0)
        answer_cancelled(exchange, phase);
    release_state(exchange);
}

static void run_job(struct pool_task *task)
{
    struct exchange *exchange =
        (struct exchange *)(void *)((char *)task - offsetof(struct exchange, task));
    struct service *service = exchange->service;
    exchange->timing.ns[TIMING_QUEUE] = clock_now_ns() - task->submitted_ns;
    do_work(exchange);
    /* From the resume on the exchange belongs to the I/O thread, which may free it at once.
     * The job counts until then, so that a drain waits for the resume to have happened. */
    MHD_resume_connection(exchange->connection);
    atomic_fetch_sub(&service->jobs, 1);
}

void exchange_submit(struct exchange *exchange)
{
    struct service *service = exchange->service;
    exchange->stage = EXCHANGE_SUBMITTED;
    exchange->task.run = run_job;
    /* A peer that was cut meanwhile: exchange_send finds out. */
    if (!peer_work(exchange->peer))
        return;
    /* Suspended before the worker can see it, or its resume might come first. */
    struct MHD_Connection *connection = exchange->connection;
    MHD_suspend_connection(connection);
    atomic_fetch_add(&service->jobs, 1);
    if (worker_pool_submit(service->pool, &exchange->task))
        return;
    exchange_fail_with(exchange, PROBLEM_QUEUE_FULL,
                       "%lld requests are waiting already; try again later.",
                       (long long)service->options->queue_limit);
    MHD_resume_connection(connection);
    atomic_fetch_sub(&service->jobs, 1);
}

void exchange_work_here(struct exchange *exchange)
{
    /* A peer that was cut meanwhile: exchange_send finds out. */
    if (!peer_work(exchange->peer))
        return;
    metrics_add(&exchange->service->metrics.in_place, 1);
    do_work(exchange);
}

const char *exchange_request_header(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static void add_headers(struct exchange *exchange, struct MHD_Response *response)
{
    const struct answer *answer = &exchange->answer;
    if (answer->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
    for (size_t i = 0; i < sizeof answer->header_name / sizeof *answer->header_name; i++)
        if (answer->header_name[i])
            MHD_add_response_header(response, answer->header_name[i], answer->header_value[i]);
    char text[TIMING_HEADER_MAX];
    timing_header(text, &exchange->timing, clock_now_ns() - exchange->started_ns);
    MHD_add_response_header(response, "Server-Timing", text);
    if (answer->retry_after_s) {
        snprintf(text, sizeof text, "%u", answer->retry_after_s);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, text);
    }
    if (exchange->close || atomic_load(&exchange->service->draining))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

static void destroy_parts(void *parts)
{
    parts_destroy(parts);
}

/* What libmicrohttpd asks for at a time. */
#define BLOCK_BYTES ((size_t)32 << 10)

/* A reader on its way: the response has it. */
struct reading {
    struct answer_reader reader;
    struct exchange *exchange; /* not to be used by the end */
};

static ssize_t read_more(void *context, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct reading *reading = context;
    size_t size = reading->reader.read(reading->reader.context, reading->exchange, out, max);
    reading->exchange->answer.size += size;
    return size ? (ssize_t)size : MHD_CONTENT_READER_END_OF_STREAM;
}

static void end_reading(void *context)
{
    struct reading *reading = context;
    reading->reader.destroy(reading->reader.context);
    free(reading);
}

static struct MHD_Response *make_reading(struct exchange *exchange)
{
    struct reading *reading = malloc(sizeof *reading);
    if (!reading)
        return NULL;
    *reading = (struct reading){exchange->answer.reader, exchange};
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_more, reading, end_reading);
    if (!response)
        free(reading);
    return response;
}

/* The response takes the body over. NULL when memory is short; then the exchange still has it. */
static struct MHD_Response *make_response(struct exchange *exchange)
{
    struct answer *answer = &exchange->answer;
    struct MHD_Response *response;
    if (answer->reader.read) {
        response = make_reading(exchange);
    } else if (!answer->parts) {
        void *body = (void *)(uintptr_t)answer->body;
        response = MHD_create_response_from_buffer(
            answer->size, body, answer->owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    } else {
        size_t count = answer->parts->count;
        struct MHD_IoVec *vector = malloc(count * sizeof *vector);
        if (!vector)
            return NULL;
        for (size_t i = 0; i < count; i++)
            vector[i] =
                (struct MHD_IoVec){answer->parts->part[i].bytes, answer->parts->part[i].size};
        response =
            MHD_create_response_from_iovec(vector, (unsigned)count, destroy_parts, answer->parts);
        free(vector);
    }
    if (response) {
        answer->owned = false;
        answer->parts = NULL;
        answer->reader = (struct answer_reader){NULL, NULL, NULL};
    }
    return response;
}

enum MHD_Result exchange_send(struct exchange *exchange)
{
    struct answer *answer = &exchange->answer;
    if (answer->status == 0 || !peer_answer(exchange->peer))
        return MHD_NO; /* the client has left */
    struct MHD_Response *response = make_response(exchange);
    if (!response)
        return MHD_NO;
    add_headers(exchange, response);
    enum MHD_Result result = MHD_queue_response(exchange->connection, answer->status, response);
    MHD_destroy_response(response);
    exchange->stage = EXCHANGE_ANSWERED;
    return result;
}
