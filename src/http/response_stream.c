#include "http/response_stream.h"

#include <stdlib.h>

#include "base/clock.h"

struct stream_state {
    struct byte_queue *queue;
    struct timing timing; /* at the opening; constant */
    bool is_cut;          /* the reader has come to the cut; the I/O thread's */
    /* The worker's; the I/O thread may read them once it has come to the cut. */
    bool is_whole;
    bool has_failed;
    unsigned status;
    char *final_error;
    size_t final_error_size;
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

static ssize_t read_body(void *context, struct request *request, char *out, size_t max)
{
    (void)request;
    struct stream_state *stream_state = context;
    ssize_t size = byte_queue_read(stream_state->queue, out, max);
    if (size == BYTE_QUEUE_END)
        return BODY_END;
    if (size != BYTE_QUEUE_ABORTED)
        return size;
    stream_state->is_cut = true;
    return BODY_ABORTED;
}

const struct timing *response_stream_timing(const struct request *request)
{
    return &request->stream_state->timing;
}

unsigned response_stream_close(struct request *request)
{
    struct stream_state *stream_state = request->stream_state;
    byte_queue_close(stream_state->queue);
    return stream_state->is_cut ? stream_state->status : 0;
}

/* --- the worker ----------------------------------------------------------------------------- */

bool response_stream_open(struct request *request, const char *content_type)
{
    size_t bytes = sizeof(struct stream_state) + BYTE_QUEUE_MEMORY;
    if (!request_reserve(request, bytes)) {
        request_fail_reservation(request, bytes, "The answer");
        return false;
    }
    struct stream_state *stream_state = calloc(1, sizeof *stream_state);
    const struct byte_queue_reader reader = {suspend, resume, request->mhd};
    if (!stream_state || !(stream_state->queue = byte_queue_create(&reader))) {
        free(stream_state);
        request_fail_with(request, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return false;
    }
    stream_state->timing = request->timing;
    const struct body_source body = {read_body, NULL, stream_state};
    request->response.status = MHD_HTTP_OK;
    request->response.content_type = content_type;
    request->response.reader = body;
    request->stream_state = stream_state;
    connection_limit_unsent(request->connection);
    /* The connection may end before the work does. */
    connection_hold(request->connection);
    atomic_store(&request->holders, 2);
    MHD_resume_connection(request->mhd);
    return true;
}

bool response_stream_write(struct request *request, const char *bytes, size_t size)
{
    /* Also when the reader keeps up: one frame may be very long. */
    if (request_run_pending_brief(request) ||
        !byte_queue_write(request->stream_state->queue, bytes, size, request_run_pending_brief,
                          request))
        return false;
    connection_extend_deadline(request->connection);
    return true;
}

void response_stream_complete(struct request *request)
{
    request->stream_state->is_whole = true;
}

bool response_stream_is_closed(const struct request *request)
{
    return byte_queue_is_closed(request->stream_state->queue);
}

bool response_stream_is_unfinished(const struct request *request)
{
    return !request->stream_state->is_whole && !request->stream_state->has_failed;
}

void response_stream_fail(struct request *request, unsigned status, char *text, size_t size)
{
    struct stream_state *stream_state = request->stream_state;
    free(stream_state->final_error);
    stream_state->has_failed = true;
    stream_state->status = status;
    stream_state->final_error = text;
    stream_state->final_error_size = text ? size : 0;
}

void response_stream_finish(struct request *request)
{
    struct stream_state *stream_state = request->stream_state;
    if (stream_state->is_whole && !stream_state->has_failed)
        byte_queue_end(stream_state->queue);
    else
        byte_queue_abort(stream_state->queue, stream_state->final_error,
                         stream_state->final_error_size);
}

/* --- the last holder ------------------------------------------------------------------------ */

void response_stream_destroy(struct request *request)
{
    struct stream_state *stream_state = request->stream_state;
    if (!stream_state)
        return;
    byte_queue_destroy(stream_state->queue);
    free(stream_state->final_error);
    free(stream_state);
    connection_release(request->connection);
}
