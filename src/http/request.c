#include "http/request.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_document.h"
#include "endpoints/routes.h"
#include "http/probes.h"
#include "http/response_stream.h"

/* Seconds after which a client that was sent away may come again. */
#define RETRY_AFTER_S 1
#define RETRY_AFTER_BENCH_S 5

/* Target of the access log; longer ones are cut. */
#define TARGET_MAX 1000

struct request *request_create(struct service *service, struct connection *connection,
                               struct MHD_Connection *mhd, const char *target)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->service = service;
    request->connection = connection;
    request->mhd = mhd;
    request->started_ns = clock_now_ns();
    atomic_init(&request->holders, 1);
    if (service->options->access_log)
        request->target = strndup(target, TARGET_MAX);
    atomic_fetch_add(&service->requests_in_flight, 1);
    return request;
}

static void release_state(struct request *request)
{
    if (request->route && request->route->release && request->state)
        request->route->release(request);
    request->state = NULL;
}

void request_release(struct request *request)
{
    if (atomic_fetch_sub(&request->holders, 1) > 1)
        return;
    struct service *service = request->service;
    for (int phase = 0; phase < TIMING_PHASES; phase++)
        metrics_add(&service->metrics.phase_ns[phase], (uint64_t)request->timing.ns[phase]);
    release_state(request);
    response_free(&request->response);
    response_stream_destroy(request);
    memory_budget_release(&service->budget, request->reserved);
    free(request->target);
    free(request);
    atomic_fetch_sub(&service->requests_in_flight, 1);
}

bool request_reserve(struct request *request, size_t bytes)
{
    if (!memory_budget_reserve(&request->service->budget, bytes))
        return false;
    request->reserved += bytes;
    return true;
}

bool request_may_reserve(const struct request *request, size_t bytes)
{
    return bytes <= request->service->budget.limit - request->reserved;
}

void request_unreserve(struct request *request, size_t bytes)
{
    memory_budget_release(&request->service->budget, bytes);
    request->reserved -= bytes;
}

void request_respond(struct request *request, unsigned status, const char *content_type, char *body,
                     size_t size)
{
    if (!body) {
        request_fail_with(request, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return;
    }
    request_respond_static(request, status, content_type, body, size);
    request->response.owned = true;
}

void request_respond_static(struct request *request, unsigned status, const char *content_type,
                            const char *body, size_t size)
{
    response_free(&request->response);
    request->response.status = status;
    request->response.content_type = content_type;
    request->response.body = body;
    request->response.size = size;
}

void request_respond_iovec(struct request *request, unsigned status, const char *content_type,
                           struct iovec_body *iovec_body)
{
    request_respond_static(request, status, content_type, NULL, iovec_body_size(iovec_body));
    request->response.iovec_body = iovec_body;
}

void request_respond_source(struct request *request, unsigned status, const char *content_type,
                            const struct body_source *reader)
{
    request_respond_static(request, status, content_type, NULL, 0);
    request->response.reader = *reader;
}

void request_respond_json(struct request *request, unsigned status, json_t *root)
{
    size_t size = 0;
    char *text = json_document(root, JSON_INDENT(2), &size);
    request_respond(request, status, "application/json", text, size);
}

void request_add_header(struct request *request, const char *name, const char *value)
{
    size_t capacity = sizeof request->response.header_name / sizeof *request->response.header_name;
    for (size_t i = 0; i < capacity; i++) {
        if (request->response.header_name[i])
            continue;
        request->response.header_name[i] = name;
        request->response.header_value[i] = value;
        return;
    }
}

void request_fail(struct request *request, const struct problem *problem)
{
    static const char last_resort[] = "{\"type\":\"urn:particled:problem:internal\","
                                      "\"title\":\"Internal error\",\"status\":500,"
                                      "\"detail\":\"Memory is short; try again later.\"}\n";
    /* What the request held is not needed any more. */
    release_state(request);
    request->failed = true;
    size_t size;
    char *text = problem_document(problem, &size);
    if (request->stream_state) {
        response_stream_fail(request, problem_status(problem->kind), text, size);
        return;
    }
    if (!text) {
        request_respond_static(request, 500, PROBLEM_TYPE, last_resort, sizeof last_resort - 1);
        return;
    }
    request_respond(request, problem_status(problem->kind), PROBLEM_TYPE, text, size);
    if (problem_status(problem->kind) == MHD_HTTP_SERVICE_UNAVAILABLE)
        request->response.retry_after_s =
            problem->kind == PROBLEM_BENCH_RUNNING || problem->kind == PROBLEM_PROFILE_RUNNING
                ? RETRY_AFTER_BENCH_S
                : RETRY_AFTER_S;
}

void request_fail_with(struct request *request, enum problem_kind kind, const char *format, ...)
{
    char detail[sizeof((struct problem *)NULL)->detail];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    struct problem problem;
    problem_set(&problem, kind, "%s", detail);
    request_fail(request, &problem);
}

void request_fail_reservation(struct request *request, size_t bytes, const char *what)
{
    if (request_may_reserve(request, bytes))
        request_fail_with(request, PROBLEM_MEMORY,
                          "%s would not fit into the memory that is left; try again later.", what);
    else
        request_fail_with(request, PROBLEM_MEMORY_LIMIT,
                          "%s would need more than the %zu bytes that all requests together may "
                          "have; send fewer particles at a time.",
                          what, request->service->budget.limit);
}

/* Of the request, as its work sees it: when a streamed one is over, the connection may be at the
 * next. */
static enum connection_phase phase_of(const struct request *request)
{
    if (request->stream_state && response_stream_is_closed(request))
        return CONNECTION_DISCONNECTED;
    return connection_phase(request->connection);
}

bool request_cancelled(void *context)
{
    worker_pool_progress();
    return phase_of(context) != CONNECTION_WORKING;
}

bool request_run_pending_brief(void *context)
{
    worker_pool_run_pending_brief();
    return request_cancelled(context);
}

/* A job that was ended early answers why, unless there is nobody to answer. */
static void respond_cancelled(struct request *request, enum connection_phase phase)
{
    const struct options *options = request->service->options;
    metrics_add(&request->service->metrics.cancelled, 1);
    if (phase == CONNECTION_DEADLINE_EXCEEDED && request->stream_state)
        request_fail_with(request, PROBLEM_DEADLINE,
                          "For %g seconds no further piece of the answer was taken, or none was "
                          "ready; read faster, or ask for less work.",
                          (double)options->request_timeout_ms / 1000);
    else if (phase == CONNECTION_DEADLINE_EXCEEDED)
        request_fail_with(request, PROBLEM_DEADLINE,
                          "The answer was not ready within %g seconds and the computation was "
                          "cancelled; ask for less work or a faster method.",
                          (double)options->request_timeout_ms / 1000);
    else if (phase == CONNECTION_SHUTDOWN)
        request_fail_with(request, PROBLEM_DRAINING,
                          "The computation was cancelled because the daemon is shutting down.");
}

/* The work between connection_work and the answer, on whichever thread. */
static void do_work(struct request *request)
{
    if (phase_of(request) == CONNECTION_WORKING)
        request->route->work(request);
    /* An answer that came out all the same is sent. */
    enum connection_phase phase = phase_of(request);
    bool unanswered = request->stream_state ? response_stream_is_unfinished(request)
                                            : request->response.status == 0;
    if (phase != CONNECTION_WORKING && unanswered)
        respond_cancelled(request, phase);
    release_state(request);
}

static void run_job(struct pool_task *task)
{
    struct request *request =
        (struct request *)(void *)((char *)task - offsetof(struct request, task));
    struct service *service = request->service;
    request->timing.ns[TIMING_QUEUE] = clock_now_ns() - task->submitted_ns;
    do_work(request);
    /* The job counts until nobody can suspend the connection any more, and it has been resumed: a
     * drain waits for that. */
    if (request->stream_state) {
        response_stream_finish(request);
        request_release(request);
    } else { /* from the resume on the I/O thread has it, and may free it at once */
        MHD_resume_connection(request->mhd);
    }
    atomic_fetch_sub(&service->jobs, 1);
}

/* Suspends the connection, before somebody can see the job, or his resume might come first. False
 * when there is to be none. */
static bool begin_job(struct request *request)
{
    request->stage = REQUEST_SUBMITTED;
    request->task.run = run_job;
    /* A connection that was cut meanwhile: request_send_response finds out. */
    if (!connection_work(request->connection))
        return false;
    MHD_suspend_connection(request->mhd);
    atomic_fetch_add(&request->service->jobs, 1);
    return true;
}

/* Nobody has taken it: the answer is set. */
static void abandon_job(struct request *request)
{
    struct service *service = request->service;
    MHD_resume_connection(request->mhd);
    atomic_fetch_sub(&service->jobs, 1);
}

void request_submit(struct request *request)
{
    struct service *service = request->service;
    if (!begin_job(request) || worker_pool_submit(service->pool, &request->task))
        return;
    request_fail_with(request, PROBLEM_QUEUE_FULL,
                      "%lld requests are waiting already; try again later.",
                      (long long)service->options->queue_limit);
    abandon_job(request);
}

static void *run_apart(void *task)
{
    run_job(task);
    return NULL;
}

void request_run_on_own_thread(struct request *request)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (!begin_job(request))
        return;
    request->task.submitted_ns = clock_now_ns();
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &attributes, run_apart, &request->task) == 0;
    pthread_attr_destroy(&attributes);
    if (started)
        return;
    request_fail_with(request, PROBLEM_INTERNAL, "Threads are short; try again later.");
    abandon_job(request);
}

void request_run_inline(struct request *request)
{
    /* A connection that was cut meanwhile: request_send_response finds out. */
    if (!connection_work(request->connection))
        return;
    metrics_add(&request->service->metrics.run_inline_count, 1);
    do_work(request);
}

const char *request_header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

static void add_headers(struct request *request, struct MHD_Response *mhd_response)
{
    const struct response *response = &request->response;
    if (response->content_type)
        MHD_add_response_header(mhd_response, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type);
    for (size_t i = 0; i < sizeof response->header_name / sizeof *response->header_name; i++)
        if (response->header_name[i])
            MHD_add_response_header(mhd_response, response->header_name[i],
                                    response->header_value[i]);
    char text[TIMING_HEADER_MAX];
    const struct timing *timing =
        request->stream_state ? response_stream_timing(request) : &request->timing;
    timing_header(text, timing, clock_now_ns() - request->started_ns);
    MHD_add_response_header(mhd_response, "Server-Timing", text);
    if (response->retry_after_s) {
        snprintf(text, sizeof text, "%u", response->retry_after_s);
        MHD_add_response_header(mhd_response, MHD_HTTP_HEADER_RETRY_AFTER, text);
    }
    if (request->close || atomic_load(&request->service->draining))
        MHD_add_response_header(mhd_response, MHD_HTTP_HEADER_CONNECTION, "close");
}

enum MHD_Result request_send_response(struct request *request)
{
    struct response *response = &request->response;
    /* A stream is answer and work at once: its connection stays in WORKING. */
    if (response->status == 0 ||
        (!request->stream_state && !connection_respond(request->connection)))
        return MHD_NO; /* the client has left */
    struct MHD_Response *mhd_response = response_build(request);
    if (!mhd_response)
        return MHD_NO;
    add_headers(request, mhd_response);
    PROBE3(answer_queued, request, response->status, response->size);
    enum MHD_Result result = MHD_queue_response(request->mhd, response->status, mhd_response);
    MHD_destroy_response(mhd_response);
    request->stage = REQUEST_RESPONDED;
    return result;
}
