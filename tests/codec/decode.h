/* Shared by the tests of the decoders: one call decodes a body, in chunks, with a budget, and
 * checks what must hold for every body. For another format than JSON, define DECODER_CREATE before.
 */
#ifndef TESTS_CODEC_DECODE_H
#define TESTS_CODEC_DECODE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "codec/csv/csv_decoder.h"
#include "codec/json/json_decoder.h"
#include "codec/npy/npy_decoder.h"

#ifndef DECODER_CREATE
#define DECODER_CREATE json_decoder_create
#endif

struct budget {
    size_t reserved;
    size_t limit;
    size_t reservations;  /* calls of budget_reserve */
    size_t refuse_number; /* the n-th call is refused; 0: none */
    size_t peak;          /* of reserved */
};

static inline enum reservation budget_reserve(void *context, size_t bytes)
{
    struct budget *budget = context;
    budget->reservations++;
    if (budget->reservations == budget->refuse_number)
        return RESERVE_LATER;
    if (bytes > budget->limit - budget->reserved)
        return RESERVE_NEVER;
    budget->reserved += bytes;
    if (budget->reserved > budget->peak)
        budget->peak = budget->reserved;
    return RESERVE_OK;
}

static inline void budget_release(void *context, size_t bytes)
{
    struct budget *budget = context;
    suite_assert(bytes <= budget->reserved);
    budget->reserved -= bytes;
}

struct decoded {
    struct simulation simulation;
    struct decode_error error;
    enum decode_status status;
    struct budget budget;
    uint64_t body_bytes; /* passed to the decoder */
};

/* Feeds a copy of exactly these bytes, so that a sanitizer detects reads beyond them. */
static inline enum decode_status feed_copy(struct decoder *decoder, const char *bytes, size_t size)
{
    char *copy = malloc(size ? size : 1);
    suite_assert(copy);
    memcpy(copy, bytes, size);
    enum decode_status status = decoder_feed(decoder, copy, size);
    free(copy);
    return status;
}

/* Decodes text[0..length): first `first` bytes, then chunks of `chunk` bytes. */
static inline void decode_chunks(struct decoded *decoded, const char *text, size_t length,
                                 size_t first, size_t chunk, size_t max_particles)
{
    simulation_init(&decoded->simulation);
    if (!decoded->budget.limit)
        decoded->budget.limit = SIZE_MAX;
    struct decode_limits limits = {max_particles, budget_reserve, budget_release, &decoded->budget,
                                   decoded->body_bytes};
    struct decoder *decoder = DECODER_CREATE(&limits, &decoded->simulation);
    suite_assert(decoder);

    enum decode_status fed = DECODE_OK;
    for (size_t at = 0; at < length && !fed;) {
        size_t size = at == 0 && first ? first : chunk;
        size = size < length - at ? size : length - at;
        fed = feed_copy(decoder, text + at, size);
        at += size;
    }
    suite_assert(fed != DECODE_INVALID);
    if (fed) /* later calls return the same status */
        suite_assert(feed_copy(decoder, "1", 1) == fed);
    decoded->status = decoder_finish(decoder);
    if (fed)
        suite_assert(decoded->status == fed);

    decoded->error = *decoder_error(decoder);
    suite_assert(decoded->error.status == decoded->status);
    struct particle_set *set = &decoded->simulation.particles;
    suite_assert(decoded->budget.reserved ==
                 (set->capacity ? particle_set_bytes(set->capacity) : 0));
    if (decoded->status) {
        suite_assert(set->capacity == 0);
        suite_assert(decoded->error.detail[0]);
    } else {
        suite_assert(set->count >= 1);
        suite_assert(set->count <= max_particles);
    }
    decoder_destroy(decoder);
}

static inline void decoded_free(struct decoded *decoded)
{
    simulation_fini(&decoded->simulation);
}

static inline bool same_bytes(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

static inline void assert_same(const struct decoded *a, const struct decoded *b, size_t split)
{
    const struct simulation *s = &a->simulation, *t = &b->simulation;
    const struct decode_error *e = &a->error, *f = &b->error;
    if (a->status != b->status || strcmp(e->detail, f->detail) != 0)
        ck_abort_msg("split %zu: %d %s and %d %s", split, a->status, e->detail, b->status,
                     f->detail);
    suite_assert(strcmp(e->pointer, f->pointer) == 0);
    suite_assert(e->line == f->line && e->column == f->column && e->byte == f->byte);
    suite_assert(a->budget.peak == b->budget.peak);
    if (a->status)
        return;
    size_t bytes = s->particles.count * sizeof(double);
    suite_assert(s->particles.count == t->particles.count);
    suite_assert(same_bytes(s->particles.x, t->particles.x, bytes));
    suite_assert(same_bytes(s->particles.y, t->particles.y, bytes));
    suite_assert(same_bytes(s->particles.ang_vel, t->particles.ang_vel, bytes));
    suite_assert(s->shape == t->shape && s->method == t->method && s->frames == t->frames);
    suite_assert(same_bytes(&s->dt, &t->dt, sizeof s->dt));
    suite_assert(same_bytes(&s->timestep, &t->timestep, sizeof s->timestep));
    for (enum simulation_option o = 0; o < OPTION_COUNT; o++)
        suite_assert(simulation_has(s, o) == simulation_has(t, o));
}

/* Decodes the text whole, byte by byte, and in two chunks with every split: the results must be the
 * same. */
static inline void decode_every_way(struct decoded *whole, const char *text, size_t length,
                                    size_t max_particles)
{
    memset(whole, 0, sizeof *whole);
    decode_chunks(whole, text, length, length, length, max_particles);
    for (size_t split = 0; split <= length; split++) {
        struct decoded parts = {.budget.limit = 0};
        decode_chunks(&parts, text, length, split, split ? length : 1, max_particles);
        assert_same(whole, &parts, split);
        decoded_free(&parts);
    }
}

#define MANY_PARTICLES ((size_t)10000000)

static inline void decode(struct decoded *whole, const char *text)
{
    decode_every_way(whole, text, strlen(text), MANY_PARTICLES);
}

#endif
