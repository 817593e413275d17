#include "http/response_stream.h"

#include <stdlib.h>

#include "base/clock.h"
#include "http/job.h"
#include "http/message/byte_queue.h"
#include "http/respond.h"

struct stream_state {
    struct MHD_Connection *mhd;
    struct byte_queue *queue;
    bool read_to_abort; /* the I/O thread's: it has read BYTE_QUEUE_ABORTED */
    /* The worker's; the I/O thread may read them once read_to_abort is true. */
    bool is_complete;
    bool has_failed;
    unsigned status;
    char *final_error;
    size_t final_error_size;
    int64_t wait_start_ns; /* the worker's: while it waits for the reader */
};

static void suspend(void *mhd)
{
    MHD_suspend_connection(mhd);
}

static void resume(void *mhd)
{
    MHD_resume_connection(mhd);
}

/* --- the I/O thread ------------------------------------------------------------------------- */

static ssize_t read_body(void *context, char *out, size_t max)
{
    struct stream_state *state = context;
    ssize_t size = byte_queue_read(state->queue, out, max);
    if (size == BYTE_QUEUE_END)
        return BODY_END;
    if (size != BYTE_QUEUE_ABORTED)
        return size;
    state->read_to_abort = true;
    respond_close_soon(state->mhd);
    return BODY_ABORTED;
}

static unsigned close_stream(struct request *request)
{
    struct stream_state *state = request->stream_state;
    byte_queue_close(state->queue);
    return state->read_to_abort ? state->status : 0;
}

/* --- the worker ----------------------------------------------------------------------------- */

static bool is_closed(const struct request *request)
{
    const struct stream_state *state = request->stream_state;
    return byte_queue_is_closed(state->queue);
}

static bool has_ended(const struct request *request)
{
    const struct stream_state *state = request->stream_state;
    return state->is_complete || state->has_failed;
}

static void fail(struct request *request, unsigned status, char *text, size_t size)
{
    struct stream_state *state = request->stream_state;
    free(state->final_error);
    state->has_failed = true;
    state->status = status;
    state->final_error = text;
    state->final_error_size = text ? size : 0;
}

static void finish(struct request *request)
{
    struct stream_state *state = request->stream_state;
    /* The computation is over. What is left is bounded by what the client acknowledges. This comes
     * first: after the end of the queue the connection may already be in its next request, which
     * has a deadline of its own. */
    connection_clear_deadline(request->connection);
    if (state->is_complete && !state->has_failed)
        byte_queue_end(state->queue);
    else
        byte_queue_abort(state->queue, state->final_error, state->final_error_size);
}

/* --- the last reference --------------------------------------------------------------------- */

static void destroy(struct request *request)
{
    struct stream_state *state = request->stream_state;
    byte_queue_destroy(state->queue);
    free(state->final_error);
    free(state);
    connection_release(request->connection);
}

static const struct stream_operations operations = {
    .is_closed = is_closed,
    .has_ended = has_ended,
    .fail = fail,
    .finish = finish,
    .close = close_stream,
    .destroy = destroy,
};

bool response_stream_open(struct request *request, const char *content_type)
{
    size_t bytes = sizeof(struct stream_state) + BYTE_QUEUE_MEMORY;
    if (!request_reserve(request, bytes)) {
        request_fail_reservation(request, bytes, "The response");
        return false;
    }
    struct stream_state *state = calloc(1, sizeof *state);
    const struct byte_queue_reader reader = {suspend, resume, request->mhd};
    if (!state || !(state->queue = byte_queue_create(&reader))) {
        free(state);
        request_fail_memory(request);
        return false;
    }
    state->mhd = request->mhd;
    request->response.status = MHD_HTTP_OK;
    request->response.content_type = content_type;
    request->response.source = (struct body_source){read_body, NULL, state};
    request->stream_timing = request->timing;
    request->stream_state = state;
    request->stream = &operations;
    connection_stream(request->connection);
    /* The connection may close before the work ends. */
    connection_hold(request->connection);
    atomic_store(&request->references, 2);
    MHD_resume_connection(request->mhd);
    return true;
}

/* The time in which the worker waits for the reader is not part of the computation. */
static void postpone_deadline(struct request *request)
{
    struct stream_state *state = request->stream_state;
    int64_t now = clock_now_ns();
    connection_postpone_deadline(request->connection, now - state->wait_start_ns);
    state->wait_start_ns = now;
}

static bool stop_waiting(void *context)
{
    postpone_deadline(context);
    return job_run_pending_brief(context);
}

bool response_stream_write(struct request *request, const char *bytes, size_t size)
{
    struct stream_state *state = request->stream_state;
    /* Also when the reader keeps up: computing one frame may take long. */
    if (job_run_pending_brief(request))
        return false;
    state->wait_start_ns = clock_now_ns();
    bool written = byte_queue_write(state->queue, bytes, size, stop_waiting, request);
    postpone_deadline(request);
    return written;
}

void response_stream_complete(struct request *request)
{
    struct stream_state *state = request->stream_state;
    state->is_complete = true;
}
