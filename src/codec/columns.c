#include "codec/columns.h"

#include <stdio.h>

/* The first columns hold this many particles; then they double. */
#define CAPACITY_FIRST 256

const char *const column_names[PARTICLE_COLUMNS] = {"x", "y", "ang_vel"};

void columns_init(struct columns *columns, const struct decode_limits *limits,
                  struct particle_set *set)
{
    *columns = (struct columns){.limits = *limits, .set = set};
}

static void unclaim(const struct columns *columns, size_t capacity)
{
    if (capacity && columns->limits.unclaim)
        columns->limits.unclaim(columns->limits.context, particle_set_bytes(capacity));
}

void columns_drop(struct columns *columns)
{
    size_t capacity = columns->set->capacity;
    particle_set_fini(columns->set);
    unclaim(columns, capacity);
    columns->room = 0;
}

static enum decode_status refused(enum claim claim, char *sentence)
{
    snprintf(sentence, COLUMNS_SENTENCE_BYTES, "%s",
             claim == CLAIM_NEVER ? "more memory than there is for a request; send fewer at a time"
                                  : "the memory budget is used up; try again later or send fewer");
    return claim == CLAIM_NEVER ? DECODE_TOO_LARGE : DECODE_NO_MEMORY;
}

static enum decode_status set_capacity(struct columns *columns, size_t capacity, char *sentence)
{
    struct particle_set *set = columns->set;
    const struct decode_limits *limits = &columns->limits;
    size_t old = set->capacity;
    enum claim claim = CLAIM_OK;
    if (limits->claim)
        claim = limits->claim(limits->context, particle_set_bytes(capacity));
    if (claim != CLAIM_OK)
        return refused(claim, sentence);
    if (particle_set_reserve(set, capacity)) {
        unclaim(columns, capacity);
        snprintf(sentence, COLUMNS_SENTENCE_BYTES,
                 "memory is short; try again later or send fewer");
        return DECODE_NO_MEMORY;
    }
    unclaim(columns, old);

    columns->room = set->capacity < limits->max_particles ? set->capacity : limits->max_particles;
    columns->column[0] = set->x;
    columns->column[1] = set->y;
    columns->column[2] = set->ang_vel;
    return DECODE_OK;
}

static enum decode_status too_many(const struct columns *columns, char *sentence)
{
    snprintf(sentence, COLUMNS_SENTENCE_BYTES,
             "more than %zu, the limit here; send fewer at a time", columns->limits.max_particles);
    return DECODE_TOO_MANY;
}

enum decode_status columns_grow(struct columns *columns, char sentence[COLUMNS_SENTENCE_BYTES])
{
    size_t max = columns->limits.max_particles;
    size_t old = columns->set->capacity;
    if (columns->room >= max)
        return too_many(columns, sentence);
    size_t capacity = old < CAPACITY_FIRST / 2 ? CAPACITY_FIRST : 2 * old;
    if (capacity > max || capacity < old)
        capacity = max;
    return set_capacity(columns, capacity, sentence);
}

enum decode_status columns_reserve(struct columns *columns, size_t count,
                                   char sentence[COLUMNS_SENTENCE_BYTES])
{
    if (count > columns->limits.max_particles)
        return too_many(columns, sentence);
    return count <= columns->room ? DECODE_OK : set_capacity(columns, count, sentence);
}
