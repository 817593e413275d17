#include "endpoints/simulate/respond_chunked.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/simulate/document.h"

/* Items that are written at a time, which takes about 50 us. */
#define BLOCK_ITEMS ((size_t)512)

/* The buffer for text that does not fit into the space that the library offers. */
#define SPARE_BYTES (DOCUMENT_BYTES_MAX + 512)

struct chunked_body {
    struct request *request;     /* already freed when destroy is called */
    struct particle_set columns; /* owned */
    enum particle_shape shape;
    const struct codec *codec;
    struct simulate_metadata metadata;
    size_t next, items; /* next == items: only the end is missing; larger: all is written */
    size_t spare_at, spare_size;
    char spare[SPARE_BYTES];
};

/* Writes some items, or the end of the document. `capacity` is at least SPARE_BYTES. */
static char *write_some(struct chunked_body *body, char *out, size_t capacity)
{
    const struct request *request = body->request;
    const struct encoder *encoder = body->codec->encoder;
    if (body->next == body->items) {
        body->next++;
        int64_t total_ns = clock_now_ns() - request->started_ns;
        return body->codec->is_document
                   ? document_end(out, &body->metadata, &request->timing, total_ns)
                   : out;
    }
    if (body->next == 0 && body->codec->is_document) {
        char *end = document_begin(out);
        capacity -= (size_t)(end - out);
        out = end;
    }
    size_t count = (capacity - ENCODE_FRAME) / encoder->item_bytes(body->shape);
    size_t remaining = body->items - body->next;
    count = count < remaining ? count : remaining;
    count = count < BLOCK_ITEMS ? count : BLOCK_ITEMS;
    out = encoder->write(out, &body->columns, body->shape, body->next, body->next + count);
    body->next += count;
    return out;
}

/* Moves text out of the spare buffer. */
static size_t take_spare(struct chunked_body *body, char *out, size_t max)
{
    size_t size = body->spare_size - body->spare_at;
    size = size < max ? size : max;
    memcpy(out, body->spare + body->spare_at, size);
    body->spare_at += size;
    return size;
}

static ssize_t read_chunked(void *context, char *out, size_t max)
{
    struct chunked_body *body = context;
    size_t size = take_spare(body, out, max);
    int64_t start_ns = clock_now_ns();
    while (size == 0 && body->next <= body->items) {
        if (max >= SPARE_BYTES) {
            size = (size_t)(write_some(body, out, max) - out);
        } else {
            char *end = write_some(body, body->spare, SPARE_BYTES);
            body->spare_at = 0;
            body->spare_size = (size_t)(end - body->spare);
            size = take_spare(body, out, max);
        }
    }
    body->request->timing.ns[PHASE_SERIALIZE] += clock_now_ns() - start_ns;
    return size ? (ssize_t)size : BODY_END;
}

static void destroy(void *context)
{
    struct chunked_body *body = context;
    particle_set_fini(&body->columns);
    free(body);
}

bool simulate_respond_chunked(struct request *request, const struct simulate_result *result)
{
    struct simulate *simulate = request->state;
    struct simulation *simulation = &simulate->body.simulation;
    struct chunked_body *body = malloc(sizeof *body);
    if (!body) {
        request_fail_memory(request);
        return false;
    }
    body->request = request;
    body->columns = simulation->particles;
    body->shape = simulation->shape;
    body->codec = simulate->codec;
    body->metadata = simulate_metadata(simulate, result);
    body->next = 0;
    body->items = simulate->codec->encoder->items(&body->columns, body->shape);
    body->spare_at = body->spare_size = 0;
    particle_set_init(&simulation->particles);
    const struct body_source source = {read_chunked, destroy, body};
    request_respond_source(request, MHD_HTTP_OK, simulate->codec->media_type, &source);
    return true;
}
