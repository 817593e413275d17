/* POST /simulate, a large answer in text: written while it is sent, on the connection's I/O thread,
 * a block at a time. What is held are the columns, a third of the text, and a slow reader holds up
 * nobody. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/simulate/respond.h"

/* What does not fit into the room that is offered is kept here until it does. */
#define SPARE_BYTES (SIMULATE_METADATA_BYTES + 512)

struct chunked {
    struct particle_set columns; /* owned */
    enum particle_shape shape;
    const struct codec *codec;
    struct simulate_metadata metadata;
    size_t next, items; /* next == items: the tail is due; beyond: all is written */
    size_t spare_at, spare_size;
    char spare[SPARE_BYTES];
};

/* Writes some items, or the tail, where there is room for SPARE_BYTES at least. */
static char *write_some(struct chunked *chunked, struct request *request, char *out,
                        size_t capacity)
{
    const struct encoder *encoder = chunked->codec->encoder;
    if (chunked->next == chunked->items) {
        chunked->next++;
        int64_t total_ns = clock_now_ns() - request->started_ns;
        return chunked->codec->is_document
                   ? simulate_put_tail(out, &chunked->metadata, &request->timing, total_ns)
                   : out;
    }
    if (chunked->next == 0 && chunked->codec->is_document) {
        char *end = simulate_put_head(out);
        capacity -= (size_t)(end - out);
        out = end;
    }
    size_t count = (capacity - ENCODE_FRAME) / encoder->item_bytes(chunked->shape);
    size_t left = chunked->items - chunked->next;
    count = count < left ? count : left;
    count = count < SIMULATE_ITEMS ? count : SIMULATE_ITEMS;
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

static ssize_t read_chunked(void *context, struct request *request, char *out, size_t max)
{
    struct chunked *chunked = context;
    size_t size = take_spare(chunked, out, max);
    int64_t start_ns = clock_now_ns();
    while (size == 0 && chunked->next <= chunked->items) {
        if (max >= SPARE_BYTES) {
            size = (size_t)(write_some(chunked, request, out, max) - out);
        } else {
            char *end = write_some(chunked, request, chunked->spare, SPARE_BYTES);
            chunked->spare_at = 0;
            chunked->spare_size = (size_t)(end - chunked->spare);
            size = take_spare(chunked, out, max);
        }
    }
    request->timing.ns[TIMING_SERIALIZE] += clock_now_ns() - start_ns;
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
    if (!chunked)
        return false;
    chunked->columns = simulation->particles;
    chunked->shape = simulation->shape;
    chunked->codec = simulate->codec;
    chunked->metadata = simulate_metadata(simulate, result);
    chunked->next = 0;
    chunked->items = simulate->codec->encoder->items(&chunked->columns, chunked->shape);
    chunked->spare_at = chunked->spare_size = 0;
    particle_set_init(&simulation->particles);
    const struct body_source reader = {read_chunked, destroy, chunked};
    request_respond_source(request, MHD_HTTP_OK, simulate->codec->media_type, &reader);
    return true;
}
