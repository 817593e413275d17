/* The columns are a third of the size of the text; only they are held in memory. A slow reader
 * occupies no thread. */
#include "endpoints/simulate/respond_chunked.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/simulate/document.h"

/* Items that are written at a time: about 50 us of work. */
#define BLOCK_ITEMS ((size_t)512)

/* Holds a piece of text that is larger than the space the library offers. */
#define SPARE_BYTES (DOCUMENT_BYTES_MAX + 512)

struct chunked {
    struct request *request;     /* gone when destroy is called */
    struct particle_set columns; /* owned */
    enum particle_shape shape;
    const struct codec *codec;
    struct simulate_metadata metadata;
    size_t next, items; /* next == items: the end is due; larger: all is written */
    size_t spare_at, spare_size;
    char spare[SPARE_BYTES];
};

/* Writes some items, or the end, into at least SPARE_BYTES. */
static char *write_some(struct chunked *chunked, char *out, size_t capacity)
{
    const struct request *request = chunked->request;
    const struct encoder *encoder = chunked->codec->encoder;
    if (chunked->next == chunked->items) {
        chunked->next++;
        int64_t total_ns = clock_now_ns() - request->started_ns;
        return chunked->codec->is_document
                   ? document_end(out, &chunked->metadata, &request->timing, total_ns)
                   : out;
    }
    if (chunked->next == 0 && chunked->codec->is_document) {
        char *end = document_begin(out);
        capacity -= (size_t)(end - out);
        out = end;
    }
    size_t count = (capacity - ENCODE_FRAME) / encoder->item_bytes(chunked->shape);
    size_t left = chunked->items - chunked->next;
    count = count < left ? count : left;
    count = count < BLOCK_ITEMS ? count : BLOCK_ITEMS;
    out = encoder->write(out, &chunked->columns, chunked->shape, chunked->next,
                         chunked->next + count);
    chunked->next += count;
    return out;
}

static size_t take_spare(struct chunked *chunked, char *out, size_t max)
{
    size_t size = chunked->spare_size - chunked->spare_at;
    size = size < max ? size : max;
    memcpy(out, chunked->spare + chunked->spare_at, size);
    chunked->spare_at += size;
    return size;
}

static ssize_t read_chunked(void *context, char *out, size_t max)
{
    struct chunked *chunked = context;
    size_t size = take_spare(chunked, out, max);
    int64_t start_ns = clock_now_ns();
    while (size == 0 && chunked->next <= chunked->items) {
        if (max >= SPARE_BYTES) {
            size = (size_t)(write_some(chunked, out, max) - out);
        } else {
            char *end = write_some(chunked, chunked->spare, SPARE_BYTES);
            chunked->spare_at = 0;
            chunked->spare_size = (size_t)(end - chunked->spare);
            size = take_spare(chunked, out, max);
        }
    }
    chunked->request->timing.ns[PHASE_SERIALIZE] += clock_now_ns() - start_ns;
    return size ? (ssize_t)size : BODY_END;
}

static void destroy(void *context)
{
    struct chunked *chunked = context;
    particle_set_fini(&chunked->columns);
    free(chunked);
}

bool simulate_respond_chunked(struct request *request, const struct simulate_result *result)
{
    struct simulate *simulate = request->state;
    struct simulation *simulation = &simulate->body.simulation;
    struct chunked *chunked = malloc(sizeof *chunked);
    if (!chunked) {
        request_fail_memory(request);
        return false;
    }
    chunked->request = request;
    chunked->columns = simulation->particles;
    chunked->shape = simulation->shape;
    chunked->codec = simulate->codec;
    chunked->metadata = simulate_metadata(simulate, result);
    chunked->next = 0;
    chunked->items = simulate->codec->encoder->items(&chunked->columns, chunked->shape);
    chunked->spare_at = chunked->spare_size = 0;
    particle_set_init(&simulation->particles);
    const struct body_source source = {read_chunked, destroy, chunked};
    request_respond_source(request, MHD_HTTP_OK, simulate->codec->media_type, &source);
    return true;
}
