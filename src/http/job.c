#include "http/job.h"

#include <pthread.h>

#include "base/clock.h"
#include "http/respond.h"
#include "http/route.h"

bool job_cancelled(void *context)
{
    worker_pool_progress();
    return request_phase(context) != CONNECTION_WORKING;
}

bool job_run_pending_brief(void *context)
{
    worker_pool_run_pending_brief();
    return job_cancelled(context);
}

/* Responds with the reason why a job ended early, unless the client has left. */
static void respond_cancelled(struct request *request, enum connection_phase phase)
{
    const struct http_config *config = request->service->config;
    double timeout_s = clock_seconds(config->request_timeout_ns);
    metrics_add(&request->service->metrics.cancelled, 1);
    if (phase == CONNECTION_DEADLINE_EXCEEDED && request->stream)
        request_fail_with(request, &problem_deadline,
                          "For %g seconds no further piece of the response was read, or none was "
                          "ready; read faster, or ask for less work.",
                          timeout_s);
    else if (phase == CONNECTION_DEADLINE_EXCEEDED)
        request_fail_with(request, &problem_deadline,
                          "The response was not ready within %g seconds and the computation was "
                          "cancelled; ask for less work or a faster method.",
                          timeout_s);
    else if (phase == CONNECTION_SHUTDOWN)
        request_fail_with(request, &problem_draining,
                          "The computation was cancelled because the daemon is shutting down.");
}

static void run_work(struct request *request)
{
    if (request_phase(request) == CONNECTION_WORKING)
        request->route->work(request);
    /* A response that is complete in spite of a cancellation is sent. */
    enum connection_phase phase = request_phase(request);
    bool has_response =
        request->stream ? request->stream->has_ended(request) : request->response.status != 0;
    if (phase != CONNECTION_WORKING && !has_response)
        respond_cancelled(request, phase);
    request_release_state(request);
}

static void run_task(struct pool_task *task)
{
    struct request *request =
        (struct request *)(void *)((char *)task - offsetof(struct request, task));
    struct service *service = request->service;
    request->timing.ns[service->config->phases->queue] = clock_now_ns() - task->submitted_ns;
    run_work(request);
    if (request->stream) {
        request->stream->finish(request);
        request_release(request);
    } else {
        /* From here on the I/O thread owns the request, and may free it at once. */
        MHD_resume_connection(request->mhd);
    }
    atomic_fetch_sub(&service->jobs, 1);
}

/* Suspends the connection before another thread can see the job: otherwise the resume might come
 * first. False when the connection was shut down meanwhile; request_send_response detects that. */
static bool begin_job(struct request *request)
{
    request->stage = REQUEST_SUBMITTED;
    request->task.run = run_task;
    if (!connection_work(request->connection))
        return false;
    MHD_suspend_connection(request->mhd);
    atomic_fetch_add(&request->service->jobs, 1);
    return true;
}

/* No thread has taken the job: the response is set. */
static void abandon_job(struct request *request)
{
    struct service *service = request->service;
    MHD_resume_connection(request->mhd);
    atomic_fetch_sub(&service->jobs, 1);
}

void job_fail_queue_full(struct request *request)
{
    request_fail_with(request, &problem_queue_full,
                      "%zu requests are waiting already; try again later.",
                      request->service->config->queue_limit);
}

void job_submit(struct request *request)
{
    if (!begin_job(request) || worker_pool_submit(request->service->pool, &request->task))
        return;
    job_fail_queue_full(request);
    abandon_job(request);
}

static void *thread_main(void *task)
{
    run_task(task);
    return NULL;
}

void job_run_on_own_thread(struct request *request)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (!begin_job(request))
        return;
    request->task.submitted_ns = clock_now_ns();
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &attributes, thread_main, &request->task) == 0;
    pthread_attr_destroy(&attributes);
    if (started)
        return;
    request_fail_with(request, &problem_internal, "Threads are short; try again later.");
    abandon_job(request);
}

void job_run_inline(struct request *request)
{
    /* A connection that was shut down meanwhile is detected by request_send_response. */
    if (!connection_work(request->connection))
        return;
    metrics_add(&request->service->metrics.inline_jobs, 1);
    run_work(request);
}
