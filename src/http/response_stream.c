#include "http/response_stream.h"

#include <stdlib.h>

#include "base/clock.h"

struct streaming {
    struct stream *stream;
    struct timing timing; /* at the opening; constant */
    bool is_cut;          /* the reader has come to the cut; the I/O thread's */
    /* The worker's; the I/O thread may read them once it has come to the cut. */
    bool is_whole;
    bool has_failed;
    unsigned status;
    char *words;
    size_t words_size;
};

static void put_to_sleep(void *connection)
{
    MHD_suspend_connection(connection);
}

static void wake_up(void *connection)
{
    MHD_resume_connection(connection);
}

/* --- the I/O thread ------------------------------------------------------------------------- */

static ssize_t read_body(void *context, struct exchange *exchange, char *out, size_t max)
{
    (void)exchange;
    struct streaming *streaming = context;
    ssize_t size = stream_read(streaming->stream, out, max);
    if (size == STREAM_END)
        return ANSWER_END;
    if (size != STREAM_CUT)
        return size;
    streaming->is_cut = true;
    return ANSWER_CUT;
}

const struct timing *exchange_stream_timing(const struct exchange *exchange)
{
    return &exchange->streaming->timing;
}

unsigned exchange_stream_leave(struct exchange *exchange)
{
    struct streaming *streaming = exchange->streaming;
    stream_leave(streaming->stream);
    return streaming->is_cut ? streaming->status : 0;
}

/* --- the worker ----------------------------------------------------------------------------- */

bool exchange_stream_open(struct exchange *exchange, const char *content_type)
{
    size_t bytes = sizeof(struct streaming) + STREAM_MEMORY;
    if (!exchange_claim(exchange, bytes)) {
        exchange_fail_claim(exchange, bytes, "The answer");
        return false;
    }
    struct streaming *streaming = calloc(1, sizeof *streaming);
    const struct stream_reader reader = {put_to_sleep, wake_up, exchange->connection};
    if (!streaming || !(streaming->stream = stream_create(&reader))) {
        free(streaming);
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return false;
    }
    streaming->timing = exchange->timing;
    const struct answer_reader body = {read_body, NULL, streaming};
    exchange->answer.status = MHD_HTTP_OK;
    exchange->answer.content_type = content_type;
    exchange->answer.reader = body;
    exchange->streaming = streaming;
    peer_stream(exchange->peer);
    /* The connection may end before the work does. */
    peer_hold(exchange->peer);
    atomic_store(&exchange->holders, 2);
    MHD_resume_connection(exchange->connection);
    return true;
}

bool exchange_stream_write(struct exchange *exchange, const char *bytes, size_t size)
{
    /* Also when the reader keeps up: one frame may be very long. */
    if (exchange_give_way(exchange) ||
        !stream_write(exchange->streaming->stream, bytes, size, exchange_give_way, exchange))
        return false;
    peer_progress(exchange->peer);
    return true;
}

void exchange_stream_close(struct exchange *exchange)
{
    exchange->streaming->is_whole = true;
}

bool exchange_stream_is_left(const struct exchange *exchange)
{
    return stream_is_left(exchange->streaming->stream);
}

bool exchange_stream_is_unfinished(const struct exchange *exchange)
{
    return !exchange->streaming->is_whole && !exchange->streaming->has_failed;
}

void exchange_stream_fail(struct exchange *exchange, unsigned status, char *text, size_t size)
{
    struct streaming *streaming = exchange->streaming;
    free(streaming->words);
    streaming->has_failed = true;
    streaming->status = status;
    streaming->words = text;
    streaming->words_size = text ? size : 0;
}

void exchange_stream_finish(struct exchange *exchange)
{
    struct streaming *streaming = exchange->streaming;
    if (streaming->is_whole && !streaming->has_failed)
        stream_end(streaming->stream);
    else
        stream_cut(streaming->stream, streaming->words, streaming->words_size);
}

/* --- the last holder ------------------------------------------------------------------------ */

void exchange_stream_destroy(struct exchange *exchange)
{
    struct streaming *streaming = exchange->streaming;
    if (!streaming)
        return;
    stream_destroy(streaming->stream);
    free(streaming->words);
    free(streaming);
    peer_release(exchange->peer);
}
