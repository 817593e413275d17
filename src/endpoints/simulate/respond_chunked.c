/* POST /simulate, a large answer in text: written while it is sent, on the connection's I/O thread,
 * a block at a time. What is held are the columns, a third of the text, and a slow reader holds up
 * nobody. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/simulate/respond.h"

/* What does not fit into the room that is offered is kept here until it does. */
#define SPARE_BYTES (SIMULATE_ENVELOPE + 512)

struct later {
    struct particle_set columns; /* owned */
    enum particle_shape shape;
    const struct codec *codec;
    struct simulate_facts facts;
    size_t next, items; /* next == items: the tail is due; beyond: all is written */
    size_t spare_at, spare_size;
    char spare[SPARE_BYTES];
};

/* Writes some items, or the tail, where there is room for SPARE_BYTES at least. */
static char *write_some(struct later *later, struct exchange *exchange, char *out, size_t room)
{
    const struct encoder *encoder = later->codec->encoder;
    if (later->next == later->items) {
        later->next++;
        int64_t total_ns = clock_now_ns() - exchange->started_ns;
        return later->codec->is_document
                   ? simulate_put_tail(out, &later->facts, &exchange->timing, total_ns)
                   : out;
    }
    if (later->next == 0 && later->codec->is_document) {
        char *end = simulate_put_head(out);
        room -= (size_t)(end - out);
        out = end;
    }
    size_t count = (room - ENCODE_FRAME) / encoder->item_bytes(later->shape);
    size_t left = later->items - later->next;
    count = count < left ? count : left;
    count = count < SIMULATE_ITEMS ? count : SIMULATE_ITEMS;
    out = encoder->write(out, &later->columns, later->shape, later->next, later->next + count);
    later->next += count;
    return out;
}

static size_t take_spare(struct later *later, char *out, size_t max)
{
    size_t size = later->spare_size - later->spare_at;
    size = size < max ? size : max;
    memcpy(out, later->spare + later->spare_at, size);
    later->spare_at += size;
    return size;
}

static ssize_t read_later(void *context, struct exchange *exchange, char *out, size_t max)
{
    struct later *later = context;
    size_t size = take_spare(later, out, max);
    int64_t begun = clock_now_ns();
    while (size == 0 && later->next <= later->items) {
        if (max >= SPARE_BYTES) {
            size = (size_t)(write_some(later, exchange, out, max) - out);
        } else {
            char *end = write_some(later, exchange, later->spare, SPARE_BYTES);
            later->spare_at = 0;
            later->spare_size = (size_t)(end - later->spare);
            size = take_spare(later, out, max);
        }
    }
    exchange->timing.ns[TIMING_SERIALIZE] += clock_now_ns() - begun;
    return size ? (ssize_t)size : ANSWER_END;
}

static void destroy(void *context)
{
    struct later *later = context;
    particle_set_fini(&later->columns);
    free(later);
}

bool simulate_answer_later(struct exchange *exchange, const struct simulate_result *result)
{
    struct simulate *simulate = exchange->state;
    struct simulation *simulation = &simulate->body.simulation;
    struct later *later = malloc(sizeof *later);
    if (!later)
        return false;
    later->columns = simulation->particles;
    later->shape = simulation->shape;
    later->codec = simulate->codec;
    later->facts = simulate_facts(simulate, result);
    later->next = 0;
    later->items = simulate->codec->encoder->items(&later->columns, later->shape);
    later->spare_at = later->spare_size = 0;
    particle_set_init(&simulation->particles);
    const struct answer_reader reader = {read_later, destroy, later};
    exchange_answer_reader(exchange, MHD_HTTP_OK, simulate->codec->media_type, &reader);
    return true;
}
