#include "codec/columns.h"

#include <stdio.h>

/* The capacity of the first columns, in particles; each growth doubles it. */
#define CAPACITY_FIRST 256

/* The fewest bytes of a particle in a text: three digits and their separators. */
#define TEXT_BYTES_MIN 6

const char *const column_names[PARTICLE_COLUMNS] = {"x", "y", "ang_vel"};

void columns_init(struct columns *columns, const struct decode_limits *limits,
                  struct particle_set *set)
{
    *columns = (struct columns){.limits = *limits, .set = set};
}

static size_t reserved(const struct columns *columns)
{
    return particle_set_bytes(columns->set->capacity);
}

static void unreserve(const struct columns *columns, size_t bytes)
{
    if (bytes && columns->limits.unreserve)
        columns->limits.unreserve(columns->limits.context, bytes);
}

void columns_free(struct columns *columns)
{
    unreserve(columns, reserved(columns));
    particle_set_fini(columns->set);
    columns->capacity = columns->allocated = 0;
}

/* Reserves bytes, or writes to the sentence why they are refused. */
static enum decode_status reserve_bytes(const struct columns *columns, size_t bytes, char *sentence)
{
    const struct decode_limits *limits = &columns->limits;
    enum reservation result =
        limits->reserve ? limits->reserve(limits->context, bytes) : RESERVE_OK;
    if (result == RESERVE_OK)
        return DECODE_OK;
    snprintf(sentence, COLUMNS_SENTENCE_BYTES, "%s",
             result == RESERVE_NEVER
                 ? "more memory than there is for a request; send fewer at a time"
                 : "the memory budget is used up; try again later or send fewer");
    return result == RESERVE_NEVER ? DECODE_TOO_LARGE : DECODE_NO_MEMORY;
}

static enum decode_status too_many(const struct columns *columns, char *sentence)
{
    snprintf(sentence, COLUMNS_SENTENCE_BYTES,
             "more than %zu, the limit here; send fewer at a time", columns->limits.max_particles);
    return DECODE_TOO_MANY;
}

/* Allocates columns for `count` particles and keeps the contents of the old ones. The set's
 * capacity stays the number of particles that are reserved. */
static bool allocate(struct columns *columns, size_t count)
{
    struct particle_set *set = columns->set;
    size_t capacity = set->capacity;
    if (particle_set_reserve(set, count))
        return false;
    set->capacity = capacity;
    columns->allocated = count;
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

static void set_capacity(struct columns *columns, size_t capacity)
{
    columns->set->capacity = columns->capacity = capacity;
}

/* Grows within the columns that are allocated. */
static enum decode_status grow_in_place(struct columns *columns, size_t capacity, char *sentence)
{
    capacity = capacity < columns->allocated ? capacity : columns->allocated;
    enum decode_status status =
        reserve_bytes(columns, particle_set_bytes(capacity) - reserved(columns), sentence);
    if (!status)
        set_capacity(columns, capacity);
    return status;
}

/* Grows into a larger block. The allocator may need both blocks at the same time, so the bytes of
 * both are reserved meanwhile. */
static enum decode_status grow_elsewhere(struct columns *columns, size_t capacity, char *sentence)
{
    size_t bytes = particle_set_bytes(capacity), max = columns->limits.max_particles;
    enum decode_status status = reserve_bytes(columns, bytes, sentence);
    if (status)
        return status;
    /* After the first growth, allocate for as many particles as the body can contain, so that this
     * is the last allocation. */
    uint64_t most = columns->capacity ? columns->limits.body_bytes / TEXT_BYTES_MIN : 0;
    size_t count = most < max ? (size_t)most : max;
    if ((count <= capacity || !allocate(columns, count)) && !allocate(columns, capacity)) {
        unreserve(columns, bytes);
        return memory_is_short(sentence);
    }
    unreserve(columns, reserved(columns));
    set_capacity(columns, capacity);
    return DECODE_OK;
}

enum decode_status columns_grow(struct columns *columns, size_t needed,
                                char sentence[COLUMNS_SENTENCE_BYTES])
{
    size_t max = columns->limits.max_particles, capacity = columns->capacity;
    if (needed > max)
        return too_many(columns, sentence);
    capacity = capacity < CAPACITY_FIRST / 2 ? CAPACITY_FIRST : 2 * capacity;
    capacity = capacity < needed ? needed : capacity;
    capacity = capacity < max ? capacity : max;
    return needed <= columns->allocated ? grow_in_place(columns, capacity, sentence)
                                        : grow_elsewhere(columns, capacity, sentence);
}

enum decode_status columns_preallocate(struct columns *columns, size_t count,
                                       char sentence[COLUMNS_SENTENCE_BYTES])
{
    if (count > columns->limits.max_particles)
        return too_many(columns, sentence);
    size_t bytes = particle_set_bytes(count);
    enum decode_status status = reserve_bytes(columns, bytes, sentence);
    if (status)
        return status;
    unreserve(columns, bytes);
    return allocate(columns, count) ? DECODE_OK : memory_is_short(sentence);
}
