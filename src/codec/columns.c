#include "codec/columns.h"

#include <stdio.h>

/* The first columns hold this many particles; then there is room for twice as many at a time. */
#define ROOM_FIRST 256

/* No text has fewer bytes for a particle: three digits, and what separates them. */
#define TEXT_BYTES_MIN 6

const char *const column_names[PARTICLE_COLUMNS] = {"x", "y", "ang_vel"};

void columns_init(struct columns *columns, const struct decode_limits *limits,
                  struct particle_set *set)
{
    *columns = (struct columns){.limits = *limits, .set = set};
}

static size_t claimed(const struct columns *columns)
{
    return particle_set_bytes(columns->set->capacity);
}

static void unclaim(const struct columns *columns, size_t bytes)
{
    if (bytes && columns->limits.unclaim)
        columns->limits.unclaim(columns->limits.context, bytes);
}

void columns_drop(struct columns *columns)
{
    unclaim(columns, claimed(columns));
    particle_set_fini(columns->set);
    columns->room = columns->reserved = 0;
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

/* Allocates columns for `count` particles, and keeps what the old ones hold. The set's capacity
 * remains what is claimed. */
static bool reserve(struct columns *columns, size_t count)
{
    struct particle_set *set = columns->set;
    size_t capacity = set->capacity;
    if (particle_set_reserve(set, count))
        return false;
    set->capacity = capacity;
    columns->reserved = count;
    columns->column[0] = set->x;
    columns->column[1] = set->y;
    columns->column[2] = set->ang_vel;
    return true;
}

static enum decode_status memory_is_short(char *sentence)
{
    snprintf(sentence, COLUMNS_SENTENCE_BYTES, "memory is short; try again later or send fewer");
    return DECODE_NO_MEMORY;
}

static void set_room(struct columns *columns, size_t room)
{
    columns->set->capacity = columns->room = room;
}

/* Into columns that have the room. */
static enum decode_status grow_in_place(struct columns *columns, size_t room, char *sentence)
{
    room = room < columns->reserved ? room : columns->reserved;
    enum decode_status status =
        claim(columns, particle_set_bytes(room) - claimed(columns), sentence);
    if (!status)
        set_room(columns, room);
    return status;
}

/* Into a larger block. To grow it, the allocator may need both for a moment. */
static enum decode_status grow_elsewhere(struct columns *columns, size_t room, char *sentence)
{
    size_t bytes = particle_set_bytes(room), max = columns->limits.max_particles;
    enum decode_status status = claim(columns, bytes, sentence);
    if (status)
        return status;
    /* As many as can come, once there are some, so that this is the last time. */
    uint64_t most = columns->room ? columns->limits.body_bytes / TEXT_BYTES_MIN : 0;
    size_t count = most < max ? (size_t)most : max;
    if ((count <= room || !reserve(columns, count)) && !reserve(columns, room)) {
        unclaim(columns, bytes);
        return memory_is_short(sentence);
    }
    unclaim(columns, claimed(columns));
    set_room(columns, room);
    return DECODE_OK;
}

enum decode_status columns_grow(struct columns *columns, size_t needed,
                                char sentence[COLUMNS_SENTENCE_BYTES])
{
    size_t max = columns->limits.max_particles, room = columns->room;
    if (needed > max)
        return too_many(columns, sentence);
    room = room < ROOM_FIRST / 2 ? ROOM_FIRST : 2 * room;
    room = room < needed ? needed : room;
    room = room < max ? room : max;
    return needed <= columns->reserved ? grow_in_place(columns, room, sentence)
                                       : grow_elsewhere(columns, room, sentence);
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
    return reserve(columns, count) ? DECODE_OK : memory_is_short(sentence);
}
