/* POST /simulate on a worker: write the answer through a compressor. What is held is a block as it
 * is, and what has come out. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/simulate/respond.h"

/* Of a buffer for what comes out. */
#define BUFFER_BYTES ((size_t)256 << 10)

/* Items of a block. */
#define BLOCK_ITEMS ((size_t)4096)

/* What compressors occupy while they run (measured: 1.3 MiB zstd, 0.3 MiB gzip), roughly. */
#define COMPRESSOR_BYTES ((size_t)3 << 19)

struct packing {
    struct exchange *exchange;
    struct compression_stream *stream;
    char *block;
    struct parts *parts;
    size_t room;          /* of the last part's buffer, behind its bytes */
    size_t refused_bytes; /* the budget did not grant so many */
};

/* Makes a new buffer the last part. */
static bool add_buffer(struct packing *packing)
{
    if (!exchange_claim(packing->exchange, BUFFER_BYTES)) {
        packing->refused_bytes = BUFFER_BYTES;
        return false;
    }
    char *buffer = malloc(BUFFER_BYTES);
    struct parts *parts = buffer ? parts_append(packing->parts) : NULL;
    if (!parts) {
        free(buffer);
        return false;
    }
    packing->parts = parts;
    struct part *last = &parts->part[parts->count - 1];
    last->bytes = last->owned = buffer;
    packing->room = BUFFER_BYTES;
    return true;
}

static bool collect(void *context, const char *bytes, size_t size)
{
    struct packing *packing = context;
    while (size > 0) {
        if (packing->room == 0 && !add_buffer(packing))
            return false;
        struct part *last = &packing->parts->part[packing->parts->count - 1];
        size_t some = size < packing->room ? size : packing->room;
        memcpy((char *)last->owned + last->size, bytes, some);
        last->size += some;
        packing->room -= some;
        bytes += some;
        size -= some;
    }
    return true;
}

/* Feeds bytes, unless the exchange has been cancelled. */
static enum compression_status feed(struct packing *packing, const void *bytes, size_t size)
{
    if (exchange_give_way(packing->exchange))
        return COMPRESSION_STOPPED;
    return compression_feed(packing->stream, bytes, &size, collect, packing);
}

static enum compression_status pack_text(struct packing *packing)
{
    const struct simulate *simulate = packing->exchange->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    size_t items = encoder->items(&simulation->particles, simulation->shape);
    enum compression_status status = COMPRESSION_OK;
    for (size_t begin = 0; begin < items && !status; begin += BLOCK_ITEMS) {
        size_t end = begin + BLOCK_ITEMS < items ? begin + BLOCK_ITEMS : items;
        char *at = packing->block;
        if (begin == 0 && simulate->codec->is_document)
            at = simulate_put_head(at);
        at = encoder->write(at, &simulation->particles, simulation->shape, begin, end);
        status = feed(packing, packing->block, (size_t)(at - packing->block));
    }
    return status;
}

static enum compression_status pack_columns(struct packing *packing)
{
    const struct simulate *simulate = packing->exchange->state;
    const struct particle_set *set = &simulate->body.simulation.particles;
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    size_t head = simulate->codec->encoder->write_head(packing->block, set);
    enum compression_status status = feed(packing, packing->block, head);
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < set->count && !status; i += BLOCK_ITEMS) {
            size_t count = set->count - i < BLOCK_ITEMS ? set->count - i : BLOCK_ITEMS;
            status = feed(packing, columns[c] + i, count * sizeof(double));
        }
    return status;
}

static enum compression_status pack_all(struct packing *packing,
                                        const struct simulate_result *result)
{
    struct exchange *exchange = packing->exchange;
    const struct simulate *simulate = exchange->state;
    int64_t begun = clock_now_ns();
    enum compression_status status =
        simulate->codec->encoder->write_head ? pack_columns(packing) : pack_text(packing);
    if (status)
        return status;
    exchange->timing.ns[TIMING_SERIALIZE] = clock_now_ns() - begun;
    if (simulate->codec->is_document) {
        struct simulate_facts facts = simulate_facts(simulate, result);
        char *end = simulate_put_tail(packing->block, &facts, &exchange->timing,
                                      clock_now_ns() - exchange->started_ns);
        status = feed(packing, packing->block, (size_t)(end - packing->block));
        if (status)
            return status;
    }
    return compression_finish(packing->stream, collect, packing);
}

static size_t block_bytes(const struct simulate *simulate)
{
    const struct encoder *encoder = simulate->codec->encoder;
    if (encoder->write_head)
        return ENCODE_HEAD_MAX;
    return SIMULATE_ENVELOPE + encode_bound(encoder, simulate->body.simulation.shape, BLOCK_ITEMS);
}

struct parts *simulate_pack(struct exchange *exchange, const struct simulate_result *result)
{
    const struct simulate *simulate = exchange->state;
    size_t bytes = block_bytes(simulate), claimed = bytes + COMPRESSOR_BYTES;
    struct packing packing = {.exchange = exchange};
    enum compression_status status = COMPRESSION_NO_MEMORY;
    if (!exchange_claim(exchange, claimed)) {
        packing.refused_bytes = claimed;
        claimed = 0;
    } else {
        packing.stream = simulate->packing->compressor();
        packing.block = malloc(bytes);
        packing.parts = parts_create(0);
        if (packing.stream && packing.block && packing.parts)
            status = pack_all(&packing, result);
    }
    free(packing.block);
    if (packing.stream)
        compression_destroy(packing.stream);
    if (status == COMPRESSION_OK) {
        exchange_unclaim(exchange, claimed);
        return packing.parts;
    }
    parts_destroy(packing.parts);
    /* Before the claim is given back: what this request holds beside it tells whether it would fit
     * if it were alone. */
    if (packing.refused_bytes)
        exchange_fail_claim(exchange, packing.refused_bytes, "The answer");
    else if (!exchange_cancelled(exchange))
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
    exchange_unclaim(exchange, claimed);
    return NULL;
}
