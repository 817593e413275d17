/* Shared by the fuzz targets: a body decoded whole and in chunks must have the same result, and the
 * decoders must do what their headers promise. A failed check ends the process, which the fuzzer
 * reports. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/decoder.h"

/* Small, so that short inputs reach the growth of columns and the limits. */
#define FUZZ_PARTICLES 300
#define FUZZ_MEMORY ((size_t)20000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef struct decoder *fuzz_create(const struct decode_limits *limits, struct simulation *out);

struct fuzz_result {
    struct simulation simulation;
    struct decode_error error;
    size_t reserved;
};

static inline enum reservation fuzz_reserve(void *context, size_t bytes)
{
    size_t *reserved = context;
    if (bytes > FUZZ_MEMORY - *reserved)
        return RESERVE_NEVER;
    *reserved += bytes;
    return RESERVE_OK;
}

static inline void fuzz_release(void *context, size_t bytes)
{
    size_t *reserved = context;
    FUZZ_CHECK(bytes <= *reserved);
    *reserved -= bytes;
}

/* Decodes in chunks of `chunk` bytes. Each is a copy, so that a sanitizer detects reads beyond it.
 */
static inline void fuzz_decode(struct fuzz_result *result, fuzz_create *create, const uint8_t *data,
                               size_t size, size_t chunk)
{
    result->reserved = 0;
    simulation_init(&result->simulation);
    struct decode_limits limits = {FUZZ_PARTICLES, fuzz_reserve, fuzz_release, &result->reserved,
                                   chunk < size ? 0 : size};
    struct decoder *decoder = create(&limits, &result->simulation);
    FUZZ_CHECK(decoder);
    for (size_t at = 0; at < size; at += chunk) {
        size_t part = size - at < chunk ? size - at : chunk;
        char *copy = malloc(part);
        memcpy(copy, data + at, part);
        enum decode_status status = decoder_feed(decoder, copy, part);
        free(copy);
        FUZZ_CHECK(status != DECODE_INVALID);
        if (status)
            break;
    }
    enum decode_status status = decoder_finish(decoder);
    result->error = *decoder_error(decoder);
    FUZZ_CHECK(result->error.status == status);
    struct particle_set *set = &result->simulation.particles;
    FUZZ_CHECK(result->reserved == (set->capacity ? particle_set_bytes(set->capacity) : 0));
    if (status)
        FUZZ_CHECK(set->capacity == 0 && result->error.detail[0]);
    else
        FUZZ_CHECK(set->count >= 1 && set->count <= FUZZ_PARTICLES);
    decoder_destroy(decoder);
}

static inline void fuzz_compare_particles(const struct particle_set *s,
                                          const struct particle_set *t)
{
    FUZZ_CHECK(s->count == t->count);
    FUZZ_CHECK(memcmp(s->x, t->x, s->count * sizeof *s->x) == 0);
    FUZZ_CHECK(memcmp(s->y, t->y, s->count * sizeof *s->y) == 0);
    FUZZ_CHECK(memcmp(s->ang_vel, t->ang_vel, s->count * sizeof *s->ang_vel) == 0);
    for (size_t i = 0; i < s->count; i++)
        FUZZ_CHECK(isfinite(s->x[i]) && isfinite(s->y[i]) && isfinite(s->ang_vel[i]));
}

static inline void fuzz_compare(const struct fuzz_result *a, const struct fuzz_result *b)
{
    FUZZ_CHECK(a->error.status == b->error.status);
    FUZZ_CHECK(strcmp(a->error.detail, b->error.detail) == 0);
    FUZZ_CHECK(strcmp(a->error.pointer, b->error.pointer) == 0);
    FUZZ_CHECK(a->error.line == b->error.line && a->error.column == b->error.column &&
               a->error.byte == b->error.byte);
    if (a->error.status)
        return;
    fuzz_compare_particles(&a->simulation.particles, &b->simulation.particles);
    FUZZ_CHECK(a->simulation.dt == b->simulation.dt);
    FUZZ_CHECK(a->simulation.timestep == b->simulation.timestep);
    FUZZ_CHECK(a->simulation.method == b->simulation.method);
    FUZZ_CHECK(a->simulation.frames == b->simulation.frames);
}

/* Checks a body. The first byte of the input is the length of chunks, the rest is the body. Returns
 * false if the input is empty. The caller frees the particles of `whole` (simulation_fini). */
static inline bool fuzz_body(struct fuzz_result *whole, fuzz_create *create, const uint8_t *data,
                             size_t size)
{
    if (size == 0)
        return false;
    struct fuzz_result parts;
    fuzz_decode(whole, create, data + 1, size - 1, size);
    fuzz_decode(&parts, create, data + 1, size - 1, data[0] ? data[0] : 1);
    fuzz_compare(whole, &parts);
    simulation_fini(&parts.simulation);
    return true;
}

#endif
