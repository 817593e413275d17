#include "endpoints/particle_body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "http/message/negotiation.h"
#include "http/probes.h"
#include "http/message/headers.h"

/* What curl -d says of any text, so JSON is tried. */
#define FORM_TYPE "application/x-www-form-urlencoded"

/* --- headers -------------------------------------------------------------------------------- */

static bool choose_codec(struct body *body, struct exchange *exchange)
{
    size_t count;
    const struct codec *codecs = codec_table(&count);
    const char *type = exchange_request_header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE);
    body->codec = codecs;
    if (!type || media_is(type, FORM_TYPE))
        return true;
    for (size_t i = 0; i < count; i++)
        if (media_is(type, codecs[i].media_type)) {
            body->codec = &codecs[i];
            return true;
        }
    exchange_fail_with(exchange, PROBLEM_MEDIA_TYPE,
                       "Bodies of type \"%.100s\" are not known here; send " CODEC_TYPES ".", type);
    exchange_header(exchange, "Accept-Post", CODEC_TYPES);
    return false;
}

static bool choose_packing(struct body *body, struct exchange *exchange)
{
    char *encoding = request_list(exchange, MHD_HTTP_HEADER_CONTENT_ENCODING);
    bool plain = !encoding || strcasecmp(encoding, "identity") == 0;
    body->packing = plain ? NULL : compression_find(encoding, strlen(encoding));
    bool known = plain || body->packing;
    if (!known) {
        exchange_fail_with(exchange, PROBLEM_ENCODING,
                           "Content-Encoding \"%.100s\" is not known here; use one of: %s.",
                           encoding, media_codings());
        exchange_header(exchange, MHD_HTTP_HEADER_ACCEPT_ENCODING, media_codings());
    }
    free(encoding);
    return known;
}

static enum claim claim_bytes(void *context, size_t bytes)
{
    if (exchange_claim(context, bytes))
        return CLAIM_OK;
    return exchange_may_claim(context, bytes) ? CLAIM_LATER : CLAIM_NEVER;
}

static void unclaim_bytes(void *context, size_t bytes)
{
    exchange_unclaim(context, bytes);
}

bool body_init(struct body *body, struct exchange *exchange)
{
    *body = (struct body){.codec = NULL};
    simulation_init(&body->simulation);
    if (!choose_codec(body, exchange) || !choose_packing(body, exchange))
        return false;
    const struct options *options = exchange->service->options;
    struct decode_limits limits = {(size_t)options->max_particles, claim_bytes, unclaim_bytes,
                                   exchange, body->packing ? 0 : exchange->content_length};
    body->decoder = body->codec->decoder_create(&limits, &body->simulation);
    if (body->packing)
        body->unpacker = body->packing->decompressor();
    if (body->decoder && (!body->packing || body->unpacker))
        return true;
    exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
    return false;
}

/* What is not needed once the body is complete. */
static void free_tools(struct body *body, struct exchange *exchange)
{
    if (body->decoder)
        decoder_destroy(body->decoder);
    if (body->unpacker)
        compression_destroy(body->unpacker);
    exchange_unclaim(exchange, body->unpacker_bytes);
    body->decoder = NULL;
    body->unpacker = NULL;
    body->unpacker_bytes = 0;
}

void body_fini(struct body *body, struct exchange *exchange)
{
    free_tools(body, exchange);
    exchange_unclaim(exchange, particle_set_bytes(body->simulation.particles.capacity));
    simulation_fini(&body->simulation);
}

/* --- faults --------------------------------------------------------------------------------- */

static void fail_decoding(const struct body *body, struct exchange *exchange)
{
    static const enum problem_kind kinds[] = {
        [-DECODE_SYNTAX] = PROBLEM_MALFORMED,       [-DECODE_MEANING] = PROBLEM_INVALID,
        [-DECODE_TOO_MANY] = PROBLEM_TOO_MANY,      [-DECODE_NO_MEMORY] = PROBLEM_MEMORY,
        [-DECODE_TOO_LARGE] = PROBLEM_MEMORY_LIMIT,
    };
    const struct decode_error *error = decoder_error(body->decoder);
    struct problem problem;
    problem_set(&problem, kinds[-error->status], "%s", error->detail);
    if (error->status == DECODE_SYNTAX) {
        problem.has_position = true;
        problem.line = error->line;
        problem.column = error->column;
        problem.byte = error->byte;
    } else if (error->status == DECODE_MEANING) {
        problem_set_pointer(&problem, error->pointer);
    }
    /* Found half-way, at a limit: the client has not stopped sending, so part from it. */
    if (error->status != DECODE_SYNTAX && error->status != DECODE_MEANING)
        exchange->close = true;
    exchange_fail(exchange, &problem);
}

static void fail_unpacking(const struct body *body, struct exchange *exchange,
                           enum compression_status status)
{
    const char *name = body->packing->name;
    if (status == COMPRESSION_NO_MEMORY)
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
    else if (status == COMPRESSION_WINDOW)
        exchange_fail_with(exchange, PROBLEM_MALFORMED,
                           "The body's zstd frame needs a window of more than %zu MiB; compress it "
                           "without --long and with a level of at most 19.",
                           COMPRESSION_WINDOW_MAX >> 20);
    else
        exchange_fail_with(
            exchange, PROBLEM_MALFORMED,
            "The body is not what Content-Encoding says: it is no %s, or damaged, or "
            "cut off.",
            name);
}

/* --- pieces --------------------------------------------------------------------------------- */

/* What a sink learns on the way. */
struct unpacking {
    struct body *body;
    struct exchange *exchange;
    bool too_large;
};

static bool decode_unpacked(void *context, const char *bytes, size_t size)
{
    struct unpacking *unpacking = context;
    struct body *body = unpacking->body;
    body->unpacked_bytes += size;
    unpacking->too_large =
        body->unpacked_bytes > (uint64_t)unpacking->exchange->service->options->max_body;
    return !unpacking->too_large && decoder_feed(body->decoder, bytes, size) == DECODE_OK;
}

/* Keeps the account of what the unpacker holds. */
static bool claim_unpacker(struct body *body, struct exchange *exchange)
{
    size_t now = compression_memory(body->unpacker), before = body->unpacker_bytes;
    if (now > before && !exchange_claim(exchange, now - before)) {
        exchange_fail_claim(exchange, now - before, "Unpacking the body");
        exchange->close = true;
        return false;
    }
    if (now > before)
        body->unpacker_bytes = now;
    return true;
}

static void end_unpacking(struct unpacking *unpacking, enum compression_status status)
{
    struct exchange *exchange = unpacking->exchange;
    if (unpacking->too_large) {
        exchange->close = true;
        exchange_fail_with(exchange, PROBLEM_BODY_TOO_LARGE,
                           "The body is longer, once unpacked, than the %lld bytes that are taken "
                           "here; send fewer particles at a time.",
                           (long long)exchange->service->options->max_body);
    } else if (status == COMPRESSION_STOPPED) {
        fail_decoding(unpacking->body, exchange);
    } else {
        fail_unpacking(unpacking->body, exchange, status);
    }
}

static size_t receive_packed(struct body *body, struct exchange *exchange, const char *bytes,
                             size_t size)
{
    struct unpacking unpacking = {body, exchange, false};
    enum compression_status status =
        compression_feed(body->unpacker, bytes, &size, decode_unpacked, &unpacking);
    if (status)
        end_unpacking(&unpacking, status);
    else
        claim_unpacker(body, exchange);
    return size;
}

size_t body_receive(struct body *body, struct exchange *exchange, const char *bytes, size_t size)
{
    int64_t begun = clock_now_ns();
    if (body->unpacker)
        size = receive_packed(body, exchange, bytes, size);
    else if (decoder_feed(body->decoder, bytes, size) != DECODE_OK)
        fail_decoding(body, exchange);
    exchange->timing.ns[TIMING_PARSE] += clock_now_ns() - begun;
    return size;
}

bool body_finish(struct body *body, struct exchange *exchange)
{
    int64_t begun = clock_now_ns();
    struct unpacking unpacking = {body, exchange, false};
    enum compression_status status = COMPRESSION_OK;
    if (body->unpacker)
        status = compression_finish(body->unpacker, decode_unpacked, &unpacking);
    if (status) {
        end_unpacking(&unpacking, status);
        return false;
    }
    enum decode_status decoded = decoder_finish(body->decoder);
    exchange->timing.ns[TIMING_PARSE] += clock_now_ns() - begun;
    if (decoded != DECODE_OK) {
        fail_decoding(body, exchange);
        return false;
    }
    free_tools(body, exchange);
    PROBE2(decoded, exchange, body->simulation.particles.count);
    return true;
}
