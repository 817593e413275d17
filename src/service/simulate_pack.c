/* POST /simulate on a worker: write the answer through a compressor. One thread does it, piece
 * after piece; what is held is one piece as it is, and what has come out. */
#include <stdlib.h>
#include <string.h>

#include "runtime/clock.h"
#include "service/simulate_answer.h"

/* Of a buffer for what comes out. */
#define BUFFER_BYTES ((size_t)256 << 10)

struct packing {
    struct exchange *exchange;
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
    parts->part[parts->count - 1] = (struct part){buffer, 0, buffer};
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

/* Feeds one piece; `buffer` has room for any. */
static enum compression_status
pack_piece(struct packing *packing, struct compression_stream *stream, size_t piece, char *buffer)
{
    const struct simulate *simulate = packing->exchange->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    size_t size;
    const void *lies = encoder->lies ? encoder->lies(&simulation->particles, piece, &size) : NULL;
    if (lies)
        return compression_feed(stream, lies, size, collect, packing);
    char *end = buffer;
    if (simulate->codec->is_document && piece == 0)
        end = simulate_put_head(end);
    end = encoder->write(end, &simulation->particles, simulation->shape, piece);
    return compression_feed(stream, buffer, (size_t)(end - buffer), collect, packing);
}

static enum compression_status pack_pieces(struct packing *packing,
                                           struct compression_stream *stream, size_t count,
                                           char *buffer, const struct simulate_result *result)
{
    struct exchange *exchange = packing->exchange;
    const struct simulate *simulate = exchange->state;
    int64_t begun = clock_now_ns();
    for (size_t i = 0; i < count; i++) {
        if (exchange_give_way(exchange))
            return COMPRESSION_STOPPED;
        enum compression_status status = pack_piece(packing, stream, i, buffer);
        if (status)
            return status;
    }
    exchange->timing.ns[TIMING_SERIALIZE] = clock_now_ns() - begun;
    if (simulate->codec->is_document) {
        char *end = simulate_put_tail(buffer, exchange, result);
        enum compression_status status =
            compression_feed(stream, buffer, (size_t)(end - buffer), collect, packing);
        if (status)
            return status;
    }
    return compression_finish(stream, collect, packing);
}

/* The largest buffer that a piece needs. */
static size_t largest_room(const struct simulate *simulate, size_t count)
{
    size_t largest = SIMULATE_ENVELOPE;
    for (size_t i = 0; i < count; i++) {
        size_t room = simulate_piece_room(simulate, i, count);
        largest = room > largest ? room : largest;
    }
    return largest;
}

struct parts *simulate_pack(struct exchange *exchange, size_t count,
                            const struct simulate_result *result)
{
    const struct simulate *simulate = exchange->state;
    struct packing packing = {exchange, parts_create(0), 0, 0};
    struct compression_stream *stream = simulate->packing->compressor();
    size_t room = largest_room(simulate, count);
    char *buffer = malloc(room);
    enum compression_status status = COMPRESSION_NO_MEMORY;
    /* A compressor allocates as it goes; this is what it comes to. */
    size_t claimed = room + SIMULATE_COMPRESSOR;
    if (!exchange_claim(exchange, claimed)) {
        packing.refused_bytes = claimed;
        claimed = 0;
    } else if (packing.parts && stream && buffer) {
        status = pack_pieces(&packing, stream, count, buffer, result);
    }
    free(buffer);
    if (stream)
        compression_destroy(stream);
    exchange_unclaim(exchange, claimed);
    if (status == COMPRESSION_OK)
        return packing.parts;
    parts_destroy(packing.parts);
    if (packing.refused_bytes)
        exchange_fail_claim(exchange, packing.refused_bytes, "The answer");
    else if (!exchange_cancelled(exchange))
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
    return NULL;
}
