/* Fuzzes the decoder of NPY: whatever comes, whole and in chunks it ends with the same status, and
 * with the same bits. What was taken is finite, survives the encoder, and decodes to itself.
 *
 * The first byte is the size of the chunks; the rest is the body. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/npy_decoder.h"
#include "codec/npy_encoder.h"

#define PARTICLES_MAX 4096
#define BUDGET ((size_t)64 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

static size_t claimed;

static enum claim claim(void *context, size_t bytes)
{
    (void)context;
    if (bytes > BUDGET - claimed)
        return CLAIM_NEVER;
    claimed += bytes;
    return CLAIM_OK;
}

static void unclaim(void *context, size_t bytes)
{
    (void)context;
    require(bytes <= claimed, "no more is unclaimed than was claimed");
    claimed -= bytes;
}

static enum decode_status decode(struct simulation *simulation, struct decode_error *error,
                                 const char *body, size_t size, size_t chunk)
{
    struct decode_limits limits = {PARTICLES_MAX, claim, unclaim, NULL};
    simulation_init(simulation);
    claimed = 0;
    struct decoder *decoder = npy_decoder_create(&limits, simulation);
    require(decoder != NULL, "there is memory");
    enum decode_status fed = DECODE_OK;
    for (size_t at = 0; at < size && !fed; at += chunk) {
        size_t part = chunk < size - at ? chunk : size - at;
        char *copy = malloc(part); /* so that a read beyond it is seen */
        require(copy != NULL, "there is memory");
        memcpy(copy, body + at, part);
        fed = decoder_feed(decoder, copy, part);
        free(copy);
    }
    enum decode_status status = decoder_finish(decoder);
    require(!fed || fed == status, "finish returns what feed did");
    *error = *decoder_error(decoder);
    require(error->status == status, "the error has the status");
    size_t capacity = simulation->particles.capacity;
    require(claimed == (capacity ? particle_set_bytes(capacity) : 0), "claims are balanced");
    require(!status || capacity == 0, "an error frees the columns");
    decoder_destroy(decoder);
    return status;
}

static void require_same(const struct particle_set *a, const struct particle_set *b)
{
    size_t bytes = a->count * sizeof(double);
    require(a->count == b->count, "the same count");
    require(memcmp(a->x, b->x, bytes) == 0, "the same x");
    require(memcmp(a->y, b->y, bytes) == 0, "the same y");
    require(memcmp(a->ang_vel, b->ang_vel, bytes) == 0, "the same ang_vel");
}

/* What was taken is finite, and comes back from an answer. */
static void check_taken(const struct particle_set *set)
{
    require(set->count >= 1 && set->count <= PARTICLES_MAX, "the count is in its limits");
    for (size_t i = 0; i < set->count; i++)
        require(isfinite(set->x[i]) && isfinite(set->y[i]) && isfinite(set->ang_vel[i]),
                "numbers are finite");
    size_t head = npy_encoder.bound(set, SHAPE_TRIPLES, 0), size;
    char *answer = malloc(head + set->count * PARTICLE_BYTES);
    require(answer != NULL, "there is memory");
    char *end = npy_encoder.write(answer, set, SHAPE_TRIPLES, 0);
    for (size_t piece = 1; piece < npy_encoder.pieces(set, SHAPE_TRIPLES); piece++) {
        memcpy(end, npy_encoder.lies(set, piece, &size), set->count * sizeof(double));
        end += size;
    }
    struct simulation again;
    struct decode_error error;
    size = (size_t)(end - answer);
    require(decode(&again, &error, answer, size, size) == DECODE_OK, "an answer is a request");
    require_same(set, &again.particles);
    simulation_fini(&again);
    free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *body = (const char *)data + 1;
    size_t chunk = data[0] ? data[0] : 1;
    struct simulation whole, parts;
    struct decode_error error, parts_error;
    size--;
    enum decode_status status = decode(&whole, &error, body, size, size ? size : 1);
    require(decode(&parts, &parts_error, body, size, chunk) == status, "the same status");
    require(strcmp(error.detail, parts_error.detail) == 0, "the same detail");
    require(strcmp(error.pointer, parts_error.pointer) == 0, "the same pointer");
    require(error.byte == parts_error.byte, "the same byte");
    require(error.byte <= size && error.line == 0 && error.column == 0, "the byte is in the body");
    require((status != DECODE_OK) == (error.detail[0] != '\0'), "an error has a sentence");
    if (status == DECODE_OK) {
        require_same(&whole.particles, &parts.particles);
        check_taken(&whole.particles);
    }
    simulation_fini(&whole);
    simulation_fini(&parts);
    return 0;
}
