#include "http/request.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/response_stream.h"
#include "base/json_document.h"
#include "http/probes.h"
#include "endpoints/routes.h"

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
    atomic_init(&exchange->holders, 1);
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

void exchange_release(struct exchange *exchange)
{
    if (atomic_fetch_sub(&exchange->holders, 1) > 1)
        return;
    struct service *service = exchange->service;
    for (int phase = 0; phase < TIMING_PHASES; phase++)
        metrics_add(&service->metrics.phase_ns[phase], (uint64_t)exchange->timing.ns[phase]);
    release_state(exchange);
    answer_drop(&exchange->answer);
    exchange_stream_destroy(exchange);
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
    answer_drop(&exchange->answer);
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
    if (exchange->streaming) {
        exchange_stream_fail(exchange, problem_status(problem->kind), text, size);
        return;
    }
    if (!text) {
        exchange_answer_static(exchange, 500, PROBLEM_TYPE, last_resort, sizeof last_resort - 1);
        return;
    }
    exchange_answer(exchange, problem_status(problem->kind), PROBLEM_TYPE, text, size);
    if (problem_status(problem->kind) == MHD_HTTP_SERVICE_UNAVAILABLE)
        exchange->answer.retry_after_s =
            problem->kind == PROBLEM_BENCH_RUNNING || problem->kind == PROBLEM_PROFILE_RUNNING
                ? RETRY_AFTER_BENCH_S
                : RETRY_AFTER_S;
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

/* Of the request, as its work sees it: when a streamed one is over, the peer may be at the next. */
static enum peer_phase phase_of(const struct exchange *exchange)
{
    if (exchange->streaming && exchange_stream_is_left(exchange))
        return PEER_GONE;
    return peer_phase(exchange->peer);
}

bool exchange_cancelled(void *context)
{
    worker_pool_progress();
    return phase_of(context) != PEER_WORKING;
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
    if (phase == PEER_LATE && exchange->streaming)
        exchange_fail_with(exchange, PROBLEM_DEADLINE,
                           "For %g seconds no further piece of the answer was taken, or none was "
                           "ready; read faster, or ask for less work.",
                           (double)options->request_timeout_ms / 1000);
    else if (phase == PEER_LATE)
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
    if (phase_of(exchange) == PEER_WORKING)
        exchange->route->work(exchange);
    /* An answer that came out all the same is sent. */
    enum peer_phase phase = phase_of(exchange);
    bool unanswered = exchange->streaming ? exchange_stream_is_unfinished(exchange)
                                          : exchange->answer.status == 0;
    if (phase != PEER_WORKING && unanswered)
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
    /* The job counts until nobody can suspend the connection any more, and it has been resumed: a
     * drain waits for that. */
    if (exchange->streaming) {
        exchange_stream_finish(exchange);
        exchange_release(exchange);
    } else { /* from the resume on the I/O thread has it, and may free it at once */
        MHD_resume_connection(exchange->connection);
    }
    atomic_fetch_sub(&service->jobs, 1);
}

/* Suspends the connection, before somebody can see the job, or his resume might come first. False
 * when there is to be none. */
static bool begin_job(struct exchange *exchange)
{
    exchange->stage = EXCHANGE_SUBMITTED;
    exchange->task.run = run_job;
    /* A peer that was cut meanwhile: exchange_send finds out. */
    if (!peer_work(exchange->peer))
        return false;
    MHD_suspend_connection(exchange->connection);
    atomic_fetch_add(&exchange->service->jobs, 1);
    return true;
}

/* Nobody has taken it: the answer is set. */
static void abandon_job(struct exchange *exchange)
{
    struct service *service = exchange->service;
    MHD_resume_connection(exchange->connection);
    atomic_fetch_sub(&service->jobs, 1);
}

void exchange_submit(struct exchange *exchange)
{
    struct service *service = exchange->service;
    if (!begin_job(exchange) || worker_pool_submit(service->pool, &exchange->task))
        return;
    exchange_fail_with(exchange, PROBLEM_QUEUE_FULL,
                       "%lld requests are waiting already; try again later.",
                       (long long)service->options->queue_limit);
    abandon_job(exchange);
}

static void *run_apart(void *task)
{
    run_job(task);
    return NULL;
}

void exchange_submit_apart(struct exchange *exchange)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (!begin_job(exchange))
        return;
    exchange->task.submitted_ns = clock_now_ns();
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &attributes, run_apart, &exchange->task) == 0;
    pthread_attr_destroy(&attributes);
    if (started)
        return;
    exchange_fail_with(exchange, PROBLEM_INTERNAL, "Threads are short; try again later.");
    abandon_job(exchange);
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
    const struct timing *timing =
        exchange->streaming ? exchange_stream_timing(exchange) : &exchange->timing;
    timing_header(text, timing, clock_now_ns() - exchange->started_ns);
    MHD_add_response_header(response, "Server-Timing", text);
    if (answer->retry_after_s) {
        snprintf(text, sizeof text, "%u", answer->retry_after_s);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, text);
    }
    if (exchange->close || atomic_load(&exchange->service->draining))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

enum MHD_Result exchange_send(struct exchange *exchange)
{
    struct answer *answer = &exchange->answer;
    /* A stream is answer and work at once: its peer stays in WORKING. */
    if (answer->status == 0 || (!exchange->streaming && !peer_answer(exchange->peer)))
        return MHD_NO; /* the client has left */
    struct MHD_Response *response = answer_response(exchange);
    if (!response)
        return MHD_NO;
    add_headers(exchange, response);
    PROBE3(answer_queued, exchange, answer->status, answer->size);
    enum MHD_Result result = MHD_queue_response(exchange->connection, answer->status, response);
    MHD_destroy_response(response);
    exchange->stage = EXCHANGE_ANSWERED;
    return result;
}
