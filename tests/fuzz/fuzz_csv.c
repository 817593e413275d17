/* Fuzzes the CSV decoder (libFuzzer). The first byte of an input picks the size of the chunks, the
 * rest is the body. It is fed whole and in chunks: both must give the same result, and the account
 * of memory must balance. What was understood must come back with the same bits when it is encoded
 * and decoded again. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/csv_decoder.h"
#include "codec/csv_encoder.h"

/* Few enough that an input has more. */
#define PARTICLES_MAX 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INSIST(condition) insist(condition, #condition, __LINE__)

static void insist(bool condition, const char *what, int line)
{
    if (!condition) {
        fprintf(stderr, "line %d: not true: %s\n", line, what);
        abort();
    }
}

static enum claim claim(void *context, size_t bytes)
{
    size_t *claimed = context;
    *claimed += bytes;
    return CLAIM_OK;
}

static void unclaim(void *context, size_t bytes)
{
    size_t *claimed = context;
    INSIST(bytes <= *claimed);
    *claimed -= bytes;
}

/* Decodes the body in chunks; each is a copy, so that a sanitizer sees a read beyond its end. */
static void decode(struct simulation *out, struct decode_error *error, const char *body,
                   size_t size, size_t chunk)
{
    size_t claimed = 0;
    struct decode_limits limits = {PARTICLES_MAX, claim, unclaim, &claimed};
    simulation_init(out);
    struct decoder *decoder = csv_decoder_create(&limits, out);
    if (!decoder)
        abort();
    enum decode_status fed = DECODE_OK;
    for (size_t at = 0; at < size && !fed; at += chunk) {
        size_t length = chunk < size - at ? chunk : size - at;
        char *copy = malloc(length);
        if (!copy)
            abort();
        memcpy(copy, body + at, length);
        fed = decoder_feed(decoder, copy, length);
        free(copy);
    }
    enum decode_status status = decoder_finish(decoder);
    INSIST(fed != DECODE_MEANING && (!fed || fed == status));
    *error = *decoder_error(decoder);
    INSIST(error->status == status);
    const struct particle_set *set = &out->particles;
    INSIST(claimed == (set->capacity ? particle_set_bytes(set->capacity) : 0));
    if (status) {
        INSIST(set->capacity == 0 && error->detail[0]);
    } else {
        INSIST(set->count >= 1 && set->count <= PARTICLES_MAX);
        for (size_t i = 0; i < set->count; i++)
            INSIST(isfinite(set->x[i]) && isfinite(set->y[i]) && isfinite(set->ang_vel[i]));
    }
    decoder_destroy(decoder);
}

static void insist_same_bits(const struct simulation *a, const struct simulation *b)
{
    const struct particle_set *p = &a->particles, *q = &b->particles;
    INSIST(p->count == q->count);
    INSIST(memcmp(p->x, q->x, p->count * sizeof *p->x) == 0);
    INSIST(memcmp(p->y, q->y, p->count * sizeof *p->y) == 0);
    INSIST(memcmp(p->ang_vel, q->ang_vel, p->count * sizeof *p->ang_vel) == 0);
}

/* Line and column belong to the byte. */
static void insist_place(const struct decode_error *error, const char *body, size_t size)
{
    uint64_t line = 1, begin = 0;
    INSIST(error->byte <= size);
    for (uint64_t i = 0; i < error->byte; i++)
        if (body[i] == '\n') {
            line++;
            begin = i + 1;
        }
    INSIST(error->line == line && error->column == error->byte - begin + 1);
}

static void round_trip(const struct simulation *simulation)
{
    const struct particle_set *set = &simulation->particles;
    char *text = malloc(csv_encoder.bound(set, SHAPE_OBJECTS, 0));
    if (!text)
        abort();
    INSIST(csv_encoder.pieces(set, SHAPE_OBJECTS) == 1);
    char *end = csv_encoder.write(text, set, SHAPE_OBJECTS, 0);
    struct simulation again;
    struct decode_error error;
    decode(&again, &error, text, (size_t)(end - text), (size_t)(end - text));
    INSIST(error.status == DECODE_OK);
    insist_same_bits(simulation, &again);
    simulation_fini(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *body = (const char *)data + 1;
    size--;
    struct simulation whole, parts;
    struct decode_error error, parts_error;
    decode(&whole, &error, body, size, size ? size : 1);
    decode(&parts, &parts_error, body, size, (size_t)data[0] + 1);

    INSIST(error.status == parts_error.status);
    INSIST(strcmp(error.detail, parts_error.detail) == 0);
    INSIST(strcmp(error.pointer, parts_error.pointer) == 0);
    INSIST(error.line == parts_error.line && error.column == parts_error.column &&
           error.byte == parts_error.byte);
    if (error.status == DECODE_SYNTAX)
        insist_place(&error, body, size);
    if (error.status == DECODE_OK) {
        insist_same_bits(&whole, &parts);
        round_trip(&whole);
    }
    simulation_fini(&whole);
    simulation_fini(&parts);
    return 0;
}
