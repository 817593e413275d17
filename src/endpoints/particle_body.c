#include "endpoints/particle_body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "endpoints/problems.h"
#include "http/message/headers.h"
#include "http/message/negotiation.h"
#include "http/probes.h"
#include "http/respond.h"

/* curl -d sends this type with any text, so the body is read as JSON. */
#define FORM_TYPE "application/x-www-form-urlencoded"

/* The bytes to which a compressed body may expand: some for the start and for `times`, some for
 * each compressed byte, and some for each particle so far. Without this limit, a megabyte of blanks
 * that expands to a gigabyte takes seconds of CPU time. An indented particle takes about 150 bytes;
 * a number of hundreds of digits hardly compresses, except when it consists of zeros. */
#define EXPANDED_BYTES ((uint64_t)1 << 20)
#define EXPANDED_BYTES_PER_BYTE 8
#define EXPANDED_BYTES_PER_PARTICLE 256

/* --- headers -------------------------------------------------------------------------------- */

static bool choose_codec(struct particle_body *body, struct request *request)
{
    size_t count;
    const struct codec *codecs = codec_table(&count);
    const char *type = request_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
    body->codec = codecs;
    if (!type || media_type_is(type, FORM_TYPE))
        return true;
    for (size_t i = 0; i < count; i++)
        if (codecs[i].decoder_create && media_type_is(type, codecs[i].media_type)) {
            body->codec = &codecs[i];
            return true;
        }
    request_fail_with(request, &problem_media_type,
                      "Content-Type \"%.100s\" is not supported; send " CODEC_TYPES ".", type);
    request_add_header(request, "Accept-Post", CODEC_TYPES);
    return false;
}

static bool choose_coding(struct particle_body *body, struct request *request)
{
    char *encoding = headers_list(request->mhd, MHD_HTTP_HEADER_CONTENT_ENCODING);
    bool identity = !encoding || strcasecmp(encoding, "identity") == 0;
    body->coding = identity ? NULL : compression_find(encoding, strlen(encoding));
    bool supported = identity || body->coding;
    if (!supported) {
        request_fail_with(request, &problem_encoding,
                          "Content-Encoding \"%.100s\" is not supported; use one of: %s.", encoding,
                          compression_names());
        request_add_header(request, MHD_HTTP_HEADER_ACCEPT_ENCODING, compression_names());
    }
    free(encoding);
    return supported;
}

static enum reservation reserve_bytes(void *context, size_t bytes)
{
    if (request_reserve(context, bytes))
        return RESERVE_OK;
    return request_may_reserve(context, bytes) ? RESERVE_LATER : RESERVE_NEVER;
}

static void unreserve_bytes(void *context, size_t bytes)
{
    request_unreserve(context, bytes);
}

bool particle_body_init(struct particle_body *body, struct request *request)
{
    *body = (struct particle_body){.codec = NULL};
    simulation_init(&body->simulation);
    if (!choose_codec(body, request) || !choose_coding(body, request))
        return false;
    size_t max_particles = application_of(request)->limits.max_particles;
    struct decode_limits limits = {max_particles, reserve_bytes, unreserve_bytes, request,
                                   body->coding ? 0 : request->content_length};
    body->decoder = body->codec->decoder_create(&limits, &body->simulation);
    if (body->coding)
        body->decompressor = body->coding->decompressor();
    if (body->decoder && (!body->coding || body->decompressor))
        return true;
    request_fail_memory(request);
    return false;
}

/* Frees what is not needed once the body is complete. */
static void free_decoder(struct particle_body *body, struct request *request)
{
    if (body->decoder)
        decoder_destroy(body->decoder);
    if (body->decompressor)
        compression_destroy(body->decompressor);
    request_unreserve(request, body->decompressor_bytes);
    body->decoder = NULL;
    body->decompressor = NULL;
    body->decompressor_bytes = 0;
}

void particle_body_fini(struct particle_body *body, struct request *request)
{
    free_decoder(body, request);
    request_unreserve(request, particle_set_bytes(body->simulation.particles.capacity));
    simulation_fini(&body->simulation);
}

/* --- errors --------------------------------------------------------------------------------- */

static void fail_decoding(const struct particle_body *body, struct request *request)
{
    static const struct problem_type *const types[] = {
        [-DECODE_SYNTAX] = &problem_malformed,       [-DECODE_INVALID] = &problem_invalid,
        [-DECODE_TOO_MANY] = &problem_too_many,      [-DECODE_NO_MEMORY] = &problem_memory,
        [-DECODE_TOO_LARGE] = &problem_memory_limit,
    };
    const struct decode_error *error = decoder_error(body->decoder);
    struct problem problem;
    problem_set(&problem, types[-error->status], "%s", error->detail);
    if (error->status == DECODE_SYNTAX) {
        problem.has_position = true;
        problem.line = error->line;
        problem.column = error->column;
        problem.byte = error->byte;
    } else if (error->status == DECODE_INVALID) {
        problem_set_pointer(&problem, error->pointer);
    }
    /* A limit was reached inside the body: the client may still be sending, so close. */
    if (error->status != DECODE_SYNTAX && error->status != DECODE_INVALID)
        request->close = true;
    request_fail(request, &problem);
}

static void fail_decompression(const struct particle_body *body, struct request *request,
                               enum compression_status status)
{
    const char *name = body->coding->name;
    if (status == COMPRESSION_NO_MEMORY)
        request_fail_memory(request);
    else if (status == COMPRESSION_WINDOW)
        request_fail_with(request, &problem_malformed,
                          "The body's zstd frame needs a window of more than %zu MiB; compress it "
                          "without --long and with a level of at most 19.",
                          COMPRESSION_WINDOW_MAX >> 20);
    else
        request_fail_with(request, &problem_malformed,
                          "The body is not valid %s, which Content-Encoding announces: it is "
                          "damaged, cut off, or something else.",
                          name);
}

/* --- pieces --------------------------------------------------------------------------------- */

/* The context of decode_decompressed. */
struct decompression {
    struct particle_body *body;
    struct request *request;
    bool too_large; /* the decompressed body is over --max-body */
    bool too_empty; /* it has too many bytes for its particles */
};

/* The most bytes to which the body may have expanded by now. */
static uint64_t expansion_limit(const struct particle_body *body, const struct request *request)
{
    /* The capacity is at most twice the number of particles. */
    return EXPANDED_BYTES + EXPANDED_BYTES_PER_BYTE * request->received_bytes +
           EXPANDED_BYTES_PER_PARTICLE * (uint64_t)body->simulation.particles.capacity;
}

static bool decode_decompressed(void *context, const char *bytes, size_t size)
{
    struct decompression *decompression = context;
    struct particle_body *body = decompression->body;
    struct request *request = decompression->request;
    body->decompressed_bytes += size;
    decompression->too_large = body->decompressed_bytes > request->service->config->max_body;
    if (decompression->too_large || decoder_feed(body->decoder, bytes, size) != DECODE_OK)
        return false;
    decompression->too_empty = body->decompressed_bytes > expansion_limit(body, request);
    return !decompression->too_empty;
}

/* Reserves the memory by which the decompressor has grown. False when it has failed the request. */
static bool reserve_decompressor(struct particle_body *body, struct request *request)
{
    size_t now = compression_memory(body->decompressor), before = body->decompressor_bytes;
    if (now > before && !request_reserve(request, now - before)) {
        request_fail_reservation(request, now - before, "Decompressing the body");
        request->close = true;
        return false;
    }
    if (now > before)
        body->decompressor_bytes = now;
    return true;
}

static void fail_stopped_decompression(struct decompression *decompression,
                                       enum compression_status status)
{
    struct request *request = decompression->request;
    if (decompression->too_large) {
        request->close = true;
        request_fail_with(
            request, &problem_body_too_large,
            "The decompressed body is longer than %lld bytes, the most that are taken "
            "here; send fewer particles at a time.",
            (long long)request->service->config->max_body);
    } else if (decompression->too_empty &&
               decoder_error(decompression->body->decoder)->status == DECODE_OK) {
        request->close = true;
        request_fail_with(
            request, &problem_body_too_large,
            "The body expands to %llu bytes or more, too many for the particles among them; leave "
            "out blanks and unnecessary digits, or send it uncompressed.",
            (unsigned long long)decompression->body->decompressed_bytes);
    } else if (status == COMPRESSION_STOPPED) { /* by an error, perhaps one of an earlier piece */
        fail_decoding(decompression->body, request);
    } else {
        fail_decompression(decompression->body, request, status);
    }
}

static size_t receive_compressed(struct particle_body *body, struct request *request,
                                 const char *bytes, size_t size)
{
    struct decompression decompression = {body, request, false, false};
    enum compression_status status =
        compression_feed(body->decompressor, bytes, &size, decode_decompressed, &decompression);
    if (status)
        fail_stopped_decompression(&decompression, status);
    else
        reserve_decompressor(body, request);
    return size;
}

size_t particle_body_receive(struct particle_body *body, struct request *request, const char *bytes,
                             size_t size)
{
    int64_t start_ns = clock_now_ns();
    if (body->decompressor)
        size = receive_compressed(body, request, bytes, size);
    else if (decoder_feed(body->decoder, bytes, size) != DECODE_OK)
        fail_decoding(body, request);
    request->timing.ns[PHASE_PARSE] += clock_now_ns() - start_ns;
    return size;
}

bool particle_body_finish(struct particle_body *body, struct request *request)
{
    int64_t start_ns = clock_now_ns();
    struct decompression decompression = {body, request, false, false};
    enum compression_status status = COMPRESSION_OK;
    if (body->decompressor)
        status = compression_finish(body->decompressor, decode_decompressed, &decompression);
    if (status) {
        fail_stopped_decompression(&decompression, status);
        return false;
    }
    enum decode_status decoded = decoder_finish(body->decoder);
    request->timing.ns[PHASE_PARSE] += clock_now_ns() - start_ns;
    if (decoded != DECODE_OK) {
        fail_decoding(body, request);
        return false;
    }
    free_decoder(body, request);
    PROBE2(decoded, request, body->simulation.particles.count);
    return true;
}
