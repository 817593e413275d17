#include "codec/columns.h"

#include <stdio.h>

/* The first columns hold this many particles; then they double. */
#define CAPACITY_FIRST 256

/* Of particles that were announced, so many are admitted at first. */
#define ADMITTED_FIRST ((size_t)32768)

const char *const column_names[PARTICLE_COLUMNS] = {"x", "y", "ang_vel"};

void columns_init(struct columns *columns, const struct decode_limits *limits,
                  struct particle_set *set)
{
    *columns = (struct columns){.limits = *limits, .set = set};
}

static void unclaim(const struct columns *columns, size_t bytes)
{
    if (bytes && columns->limits.unclaim)
        columns->limits.unclaim(columns->limits.context, bytes);
}

void columns_drop(struct columns *columns)
{
    particle_set_fini(columns->set);
    unclaim(columns, columns->claimed);
    columns->room = columns->claimed = 0;
}

/* Claims bytes, or says why not. */
static enum decode_status claim(const struct columns *columns, size_t bytes, char *sentence)
{
    const struct decode_limits *limits = &columns->limits;
    enum claim claim = limits->claim ? limits->claim(limits->context, bytes) : CLAIM_OK;
    if (claim == CLAIM_OK)
        return DECODE_OK;
    snprintf(sentence, COLUMNS_SENTENCE_BYTES, "%s",
             claim == CLAIM_NEVER ? "more memory than there is for a request; send fewer at a time"
                                  : "the memory budget is used up; try again later or send fewer");
    return claim == CLAIM_NEVER ? DECODE_TOO_LARGE : DECODE_NO_MEMORY;
}

static enum decode_status too_many(const struct columns *columns, char *sentence)
{
    snprintf(sentence, COLUMNS_SENTENCE_BYTES,
             "more than %zu, the limit here; send fewer at a time", columns->limits.max_particles);
    return DECODE_TOO_MANY;
}

static enum decode_status allocate(struct columns *columns, size_t capacity, char *sentence)
{
    struct particle_set *set = columns->set;
    if (particle_set_reserve(set, capacity)) {
        snprintf(sentence, COLUMNS_SENTENCE_BYTES,
                 "memory is short; try again later or send fewer");
        return DECODE_NO_MEMORY;
    }
    columns->column[0] = set->x;
    columns->column[1] = set->y;
    columns->column[2] = set->ang_vel;
    return DECODE_OK;
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
    /* The old columns and the new ones are there at the same time. */
    size_t bytes = particle_set_bytes(capacity);
    enum decode_status status = claim(columns, bytes, sentence);
    if (status)
        return status;
    status = allocate(columns, capacity, sentence);
    if (status) {
        unclaim(columns, bytes);
        return status;
    }
    unclaim(columns, columns->claimed);
    columns->claimed = bytes;
    columns->room = columns->set->capacity < max ? columns->set->capacity : max;
    return DECODE_OK;
}

enum decode_status columns_announce(struct columns *columns, size_t count,
                                    char sentence[COLUMNS_SENTENCE_BYTES])
{
    if (count > columns->limits.max_particles)
        return too_many(columns, sentence);
    size_t bytes = particle_set_bytes(count);
    enum decode_status status = claim(columns, bytes, sentence);
    if (status)
        return status;
    unclaim(columns, bytes);
    return allocate(columns, count, sentence);
}

enum decode_status columns_admit(struct columns *columns, size_t needed,
                                 char sentence[COLUMNS_SENTENCE_BYTES])
{
    size_t most = columns->set->capacity;
    size_t room = columns->room ? 2 * columns->room : ADMITTED_FIRST;
    room = room < needed ? needed : room;
    room = room < most ? room : most;
    size_t bytes = particle_set_bytes(room);
    enum decode_status status = claim(columns, bytes - columns->claimed, sentence);
    if (status)
        return status;
    columns->claimed = bytes;
    columns->room = room;
    return DECODE_OK;
}
