#include "endpoints/simulate/respond_compressed.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/simulate/document.h"
#include "http/job.h"

/* Bytes of a buffer for compressed output. */
#define BUFFER_BYTES ((size_t)256 << 10)

/* Items of a block. */
#define BLOCK_ITEMS ((size_t)4096)

/* What compressors occupy while they run (measured: 1.3 MiB zstd, 0.3 MiB gzip), roughly. */
#define COMPRESSOR_BYTES ((size_t)3 << 19)

struct compressing {
    struct request *request;
    struct compression_stream *stream;
    char *block;
    struct iovec_body *body;
    size_t capacity;      /* of the last part's buffer, behind its bytes */
    size_t refused_bytes; /* the budget did not grant so many */
};

/* Makes a new buffer the last part. */
static bool add_buffer(struct compressing *compressing)
{
    if (!request_reserve(compressing->request, BUFFER_BYTES)) {
        compressing->refused_bytes = BUFFER_BYTES;
        return false;
    }
    char *buffer = malloc(BUFFER_BYTES);
    struct iovec_body *body = buffer ? iovec_body_append(compressing->body) : NULL;
    if (!body) {
        free(buffer);
        return false;
    }
    compressing->body = body;
    struct iovec_part *last = &body->part[body->count - 1];
    last->bytes = last->owned = buffer;
    compressing->capacity = BUFFER_BYTES;
    return true;
}

static bool collect(void *context, const char *bytes, size_t size)
{
    struct compressing *compressing = context;
    while (size > 0) {
        if (compressing->capacity == 0 && !add_buffer(compressing))
            return false;
        struct iovec_part *last = &compressing->body->part[compressing->body->count - 1];
        size_t some = size < compressing->capacity ? size : compressing->capacity;
        memcpy((char *)last->owned + last->size, bytes, some);
        last->size += some;
        compressing->capacity -= some;
        bytes += some;
        size -= some;
    }
    return true;
}

/* Feeds bytes, unless the request has been cancelled. */
static enum compression_status feed(struct compressing *compressing, const void *bytes, size_t size)
{
    if (job_run_pending_brief(compressing->request))
        return COMPRESSION_STOPPED;
    return compression_feed(compressing->stream, bytes, &size, collect, compressing);
}

static enum compression_status compress_text(struct compressing *compressing)
{
    const struct simulate *simulate = compressing->request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    size_t items = encoder->items(&simulation->particles, simulation->shape);
    enum compression_status status = COMPRESSION_OK;
    for (size_t begin = 0; begin < items && !status; begin += BLOCK_ITEMS) {
        size_t end = begin + BLOCK_ITEMS < items ? begin + BLOCK_ITEMS : items;
        char *at = compressing->block;
        if (begin == 0 && simulate->codec->is_document)
            at = document_begin(at);
        at = encoder->write(at, &simulation->particles, simulation->shape, begin, end);
        status = feed(compressing, compressing->block, (size_t)(at - compressing->block));
    }
    return status;
}

static enum compression_status compress_columns(struct compressing *compressing)
{
    const struct simulate *simulate = compressing->request->state;
    const struct particle_set *set = &simulate->body.simulation.particles;
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    size_t head = simulate->codec->encoder->write_head(compressing->block, set);
    enum compression_status status = feed(compressing, compressing->block, head);
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < set->count && !status; i += BLOCK_ITEMS) {
            size_t count = set->count - i < BLOCK_ITEMS ? set->count - i : BLOCK_ITEMS;
            status = feed(compressing, columns[c] + i, count * sizeof(double));
        }
    return status;
}

static enum compression_status compress_all(struct compressing *compressing,
                                            const struct simulate_result *result)
{
    struct request *request = compressing->request;
    const struct simulate *simulate = request->state;
    int64_t start_ns = clock_now_ns();
    enum compression_status status = simulate->codec->encoder->write_head
                                         ? compress_columns(compressing)
                                         : compress_text(compressing);
    if (status)
        return status;
    request->timing.ns[PHASE_SERIALIZE] = clock_now_ns() - start_ns;
    if (simulate->codec->is_document) {
        struct simulate_metadata metadata = simulate_metadata(simulate, result);
        char *end = document_end(compressing->block, &metadata, &request->timing,
                                 clock_now_ns() - request->started_ns);
        status = feed(compressing, compressing->block, (size_t)(end - compressing->block));
        if (status)
            return status;
    }
    return compression_finish(compressing->stream, collect, compressing);
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
    struct compressing compressing = {.request = request};
    enum compression_status status = COMPRESSION_NO_MEMORY;
    if (!request_reserve(request, reserved)) {
        compressing.refused_bytes = reserved;
        reserved = 0;
    } else {
        compressing.stream = simulate->coding->compressor();
        compressing.block = malloc(bytes);
        compressing.body = iovec_body_create(0);
        if (compressing.stream && compressing.block && compressing.body)
            status = compress_all(&compressing, result);
    }
    free(compressing.block);
    if (compressing.stream)
        compression_destroy(compressing.stream);
    if (status == COMPRESSION_OK) {
        request_unreserve(request, reserved);
        return compressing.body;
    }
    iovec_body_destroy(compressing.body);
    /* Before the claim is given back: what this request holds beside it tells whether it would fit
     * if it were alone. */
    if (compressing.refused_bytes)
        request_fail_reservation(request, compressing.refused_bytes, "The answer");
    else if (!job_cancelled(request))
        request_fail_memory(request);
    request_unreserve(request, reserved);
    return NULL;
}
