/* POST /simulate on a worker: write the answer. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "codec/number.h"
#include "runtime/clock.h"
#include "service/parts.h"
#include "service/simulate_state.h"

/* What a document holds beside the particles, at most. */
#define ENVELOPE_BYTES 1024

static const char document_head[] = "{\"particles\":";

/* Appends to a buffer that is known to be large enough. */
static char *put_text(char *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    return out + length;
}

static char *put_name(char *out, const char *name)
{
    out = put_text(out, ",\"");
    out = put_text(out, name);
    return put_text(out, "\":");
}

static char *put_real(char *out, const char *name, double value)
{
    return number_format(put_name(out, name), value);
}

static char *put_integer(char *out, const char *name, int64_t value)
{
    return timing_digits(put_name(out, name), (uint64_t)value, 1);
}

static char *put_phase(char *out, const char *name, int64_t ns)
{
    out = put_text(out, "\"");
    out = put_text(out, name);
    out = put_text(out, "_s\":");
    return timing_seconds(out, ns);
}

static char *put_timing(char *out, const struct exchange *exchange,
                        const struct simulate_result *result)
{
    const int64_t *ns = exchange->timing.ns;
    out = put_text(out, ",\"timing\":{");
    for (int phase = 0; phase < TIMING_PHASES; phase++) {
        out = put_phase(out, timing_names[phase], ns[phase]);
        *out++ = ',';
    }
    out = put_phase(out, "total", clock_now_ns() - exchange->started_ns);
    out = put_integer(out, "particle_steps", result->particle_steps);
    int64_t evolve_ns = ns[TIMING_EVOLVE];
    double rate = evolve_ns > 0 ? (double)result->particle_steps / clock_seconds(evolve_ns) : 0;
    out = put_real(out, "particle_steps_per_s", round(rate));
    out = put_integer(out, "threads", result->threads);
    return put_text(out, "}");
}

/* The end of a document: what follows the particles. */
static char *put_tail(char *out, const struct exchange *exchange,
                      const struct simulate_result *result)
{
    const struct simulate *simulate = exchange->state;
    const struct simulation *simulation = &simulate->simulation;
    out = put_real(out, "dt", simulation->dt);
    out = put_real(out, "timestep", simulation->timestep);
    out = put_integer(out, "steps", simulation->method->polygon ? simulate->steps : 0);
    out = put_text(out, ",\"method\":\"");
    out = put_text(out, simulation->method->name);
    out = put_text(out, "\"");
    out = put_timing(out, exchange, result);
    return put_text(out, "}\n");
}

/* --- pieces --------------------------------------------------------------------------------- */

/* An answer that several workers write; each fills other parts. */
struct writing {
    struct exchange *exchange;
    const struct codec *codec;
    const struct simulation *simulation;
    struct parts *parts;
    atomic_bool no_memory;
    atomic_bool stopped;
};

/* Bytes to allocate for a piece; the last one of a document has room for its end. */
static size_t piece_room(const struct writing *writing, size_t piece)
{
    const struct simulation *simulation = writing->simulation;
    const struct encoder *encoder = writing->codec->encoder;
    size_t size;
    if (encoder->lies && encoder->lies(&simulation->particles, piece, &size))
        return 0;
    size_t room = encoder->bound(&simulation->particles, simulation->shape, piece);
    if (writing->codec->is_document)
        room += (piece == 0 ? sizeof document_head : 0) +
                (piece == writing->parts->count - 1 ? ENVELOPE_BYTES : 0);
    return room;
}

static void write_piece(void *context, size_t piece)
{
    struct writing *writing = context;
    if (atomic_load(&writing->no_memory) || atomic_load(&writing->stopped))
        return;
    if (exchange_give_way(writing->exchange)) {
        atomic_store(&writing->stopped, true);
        return;
    }
    const struct simulation *simulation = writing->simulation;
    const struct encoder *encoder = writing->codec->encoder;
    struct part *part = &writing->parts->part[piece];
    if (encoder->lies &&
        (part->bytes = encoder->lies(&simulation->particles, piece, &part->size)) != NULL)
        return;
    /* Pages of the bound that are not written to never become memory. */
    char *buffer = malloc(piece_room(writing, piece));
    if (!buffer) {
        atomic_store(&writing->no_memory, true);
        return;
    }
    char *end = buffer;
    if (writing->codec->is_document && piece == 0)
        end = put_text(end, document_head);
    end = encoder->write(end, &simulation->particles, simulation->shape, piece);
    *part = (struct part){buffer, (size_t)(end - buffer), buffer};
    if (piece == writing->parts->count - 1)
        return;
    char *shrunk = realloc(buffer, part->size);
    if (shrunk)
        part->bytes = part->owned = shrunk;
}

/* Writes the end of a document behind the last piece. */
static void write_tail(struct writing *writing, const struct simulate_result *result)
{
    struct part *last = &writing->parts->part[writing->parts->count - 1];
    char *begin = last->owned;
    char *end = put_tail(begin + last->size, writing->exchange, result);
    last->size = (size_t)(end - begin);
}

/* Options and metadata beside a body that has no place for them. */
static void add_headers(struct exchange *exchange)
{
    const struct simulate *simulate = exchange->state;
    const struct method *method = simulate->simulation.method;
    char *text = exchange->answer.number;
    *timing_digits(text, (uint64_t)(method->polygon ? simulate->steps : 0), 1) = '\0';
    exchange_header(exchange, "Particled-Steps", text);
    exchange_header(exchange, "Particled-Method", method->name);
}

/* Sets the answer; the parts are its own from now on. */
static void send_parts(struct exchange *exchange, const struct codec *codec, struct parts *parts)
{
    if (parts->count == 1 && parts->part[0].owned) {
        exchange_answer(exchange, MHD_HTTP_OK, codec->media_type, parts->part[0].owned,
                        parts->part[0].size);
        parts->part[0].owned = NULL;
        parts_destroy(parts);
    } else {
        exchange_answer_parts(exchange, MHD_HTTP_OK, codec->media_type, parts);
    }
    if (!codec->is_document)
        add_headers(exchange);
}

void simulate_answer(struct exchange *exchange, const struct simulate_result *result)
{
    struct simulate *simulate = exchange->state;
    struct simulation *simulation = &simulate->simulation;
    const struct encoder *encoder = simulate->answer_codec->encoder;
    int64_t begun = clock_now_ns();
    size_t count = encoder->pieces(&simulation->particles, simulation->shape);
    struct writing writing = {
        exchange, simulate->answer_codec, simulation, parts_create(count), false, false};
    if (!writing.parts) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return;
    }
    size_t room = 0, written = 0;
    for (size_t i = 0; i < count; i++) {
        size_t piece = piece_room(&writing, i);
        room += piece;
        written += piece > 0;
    }
    if (!exchange_claim(exchange, room)) {
        exchange_fail_claim(exchange, room, "The answer");
        goto fail;
    }
    if (written > 1)
        worker_pool_share(exchange->service->pool, count, write_piece, &writing);
    else
        for (size_t i = 0; i < count; i++)
            write_piece(&writing, i);
    if (atomic_load(&writing.stopped))
        goto fail; /* cancelled; the answer is made from the reason */
    if (atomic_load(&writing.no_memory)) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        goto fail;
    }
    exchange->timing.ns[TIMING_SERIALIZE] = clock_now_ns() - begun;
    if (simulate->answer_codec->is_document)
        write_tail(&writing, result);
    if (encoder->lies) { /* the answer goes on to use the columns */
        writing.parts->columns = simulation->particles;
        particle_set_init(&simulation->particles);
    }
    send_parts(exchange, simulate->answer_codec, writing.parts);
    return;

fail:
    parts_destroy(writing.parts);
}
