#include "endpoints/simulate/respond_compressed.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/simulate/document.h"
#include "http/job.h"

/* Size of a buffer for compressed output. */
#define BUFFER_BYTES ((size_t)256 << 10)

/* Items that are compressed at a time. */
#define BLOCK_ITEMS ((size_t)4096)

/* About the most memory that a compressor needs (measured: zstd 1.3 MiB, gzip 0.3 MiB). */
#define COMPRESSOR_BYTES ((size_t)3 << 19)

struct compressed_writer {
    struct request *request;
    struct compression_stream *stream;
    char *block;
    struct iovec_body *body;
    size_t capacity;      /* bytes that are still free in the buffer of the last part */
    size_t refused_bytes; /* of the reservation that was refused; 0: none */
};

/* Appends a part with an empty buffer. */
static bool add_buffer(struct compressed_writer *writer)
{
    if (!request_reserve(writer->request, BUFFER_BYTES)) {
        writer->refused_bytes = BUFFER_BYTES;
        return false;
    }
    char *buffer = malloc(BUFFER_BYTES);
    struct iovec_body *body = buffer ? iovec_body_append(writer->body) : NULL;
    if (!body) {
        free(buffer);
        return false;
    }
    writer->body = body;
    struct iovec_part *last = &body->part[body->count - 1];
    last->bytes = last->owned = buffer;
    writer->capacity = BUFFER_BYTES;
    return true;
}

/* Takes compressed bytes. */
static bool collect(void *context, const char *bytes, size_t size)
{
    struct compressed_writer *writer = context;
    while (size > 0) {
        if (writer->capacity == 0 && !add_buffer(writer))
            return false;
        struct iovec_part *last = &writer->body->part[writer->body->count - 1];
        size_t count = size < writer->capacity ? size : writer->capacity;
        memcpy((char *)last->owned + last->size, bytes, count);
        last->size += count;
        writer->capacity -= count;
        bytes += count;
        size -= count;
    }
    return true;
}

/* Compresses bytes, unless the request has been cancelled. */
static enum compression_status feed(struct compressed_writer *writer, const void *bytes,
                                    size_t size)
{
    if (job_run_pending_brief(writer->request))
        return COMPRESSION_STOPPED;
    return compression_feed(writer->stream, bytes, &size, collect, writer);
}

static enum compression_status compress_text(struct compressed_writer *writer)
{
    const struct simulate *simulate = writer->request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    size_t items = encoder->items(&simulation->particles, simulation->shape);
    enum compression_status status = COMPRESSION_OK;
    for (size_t begin = 0; begin < items && !status; begin += BLOCK_ITEMS) {
        size_t end = begin + BLOCK_ITEMS < items ? begin + BLOCK_ITEMS : items;
        char *at = writer->block;
        if (begin == 0 && simulate->codec->is_document)
            at = document_begin(at);
        at = encoder->write(at, &simulation->particles, simulation->shape, begin, end);
        status = feed(writer, writer->block, (size_t)(at - writer->block));
    }
    return status;
}

static enum compression_status compress_columns(struct compressed_writer *writer)
{
    const struct simulate *simulate = writer->request->state;
    const struct particle_set *set = &simulate->body.simulation.particles;
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    size_t head = simulate->codec->encoder->write_head(writer->block, set);
    enum compression_status status = feed(writer, writer->block, head);
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < set->count && !status; i += BLOCK_ITEMS) {
            size_t count = set->count - i < BLOCK_ITEMS ? set->count - i : BLOCK_ITEMS;
            status = feed(writer, columns[c] + i, count * sizeof(double));
        }
    return status;
}

static enum compression_status compress_all(struct compressed_writer *writer,
                                            const struct simulate_result *result)
{
    struct request *request = writer->request;
    const struct simulate *simulate = request->state;
    int64_t start_ns = clock_now_ns();
    enum compression_status status =
        simulate->codec->encoder->write_head ? compress_columns(writer) : compress_text(writer);
    if (status)
        return status;
    request->timing.ns[PHASE_SERIALIZE] = clock_now_ns() - start_ns;
    if (simulate->codec->is_document) {
        struct simulate_metadata metadata = simulate_metadata(simulate, result);
        char *end = document_end(writer->block, &metadata, &request->timing,
                                 clock_now_ns() - request->started_ns);
        status = feed(writer, writer->block, (size_t)(end - writer->block));
        if (status)
            return status;
    }
    return compression_finish(writer->stream, collect, writer);
}

static size_t block_bytes(const struct simulate *simulate)
{
    const struct encoder *encoder = simulate->codec->encoder;
    if (encoder->write_head)
        return ENCODE_HEAD_MAX;
    return DOCUMENT_BYTES_MAX + encode_bound(encoder, simulate->body.simulation.shape, BLOCK_ITEMS);
}

struct iovec_body *simulate_compress(struct request *request, const struct simulate_result *result)
{
    const struct simulate *simulate = request->state;
    size_t bytes = block_bytes(simulate), reserved = bytes + COMPRESSOR_BYTES;
    struct compressed_writer writer = {.request = request};
    enum compression_status status = COMPRESSION_NO_MEMORY;
    if (!request_reserve(request, reserved)) {
        writer.refused_bytes = reserved;
        reserved = 0;
    } else {
        writer.stream = simulate->coding->compressor();
        writer.block = malloc(bytes);
        writer.body = iovec_body_create(0);
        if (writer.stream && writer.block && writer.body)
            status = compress_all(&writer, result);
    }
    free(writer.block);
    if (writer.stream)
        compression_destroy(writer.stream);
    if (status == COMPRESSION_OK) {
        request_unreserve(request, reserved);
        return writer.body;
    }
    iovec_body_destroy(writer.body);
    /* Before the memory is returned: whether the request would fit alone depends on all that it has
     * reserved. */
    if (writer.refused_bytes)
        request_fail_reservation(request, writer.refused_bytes, "The response");
    else if (!job_cancelled(request))
        request_fail_memory(request);
    request_unreserve(request, reserved);
    return NULL;
}
