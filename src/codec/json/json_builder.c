#include "codec/json/json_builder.h"

#include <math.h>
#include <string.h>

#include "codec/json/json_errors.h"
#include "codec/number/number.h"

#define ALL_COLUMNS ((1u << PARTICLE_COLUMNS) - 1)

const char *const json_root_names[ROOT_MEMBERS] = {"particles", "dt",     "timestep",
                                                   "method",    "frames", "times"};

const enum place json_parents[] = {
    [PLACE_BODY] = PLACE_BODY,    [PLACE_ROOT] = PLACE_BODY,   [PLACE_LIST] = PLACE_ROOT,
    [PLACE_OBJECT] = PLACE_LIST,  [PLACE_TRIPLE] = PLACE_LIST, [PLACE_TABLE] = PLACE_ROOT,
    [PLACE_COLUMN] = PLACE_TABLE, [PLACE_TIMES] = PLACE_ROOT,
};

void json_meaning_init(struct json_meaning *meaning, const struct decode_limits *limits,
                       struct simulation *out, struct decode_error *error)
{
    *meaning = (struct json_meaning){.out = out, .error = error};
    columns_init(&meaning->columns, limits, &out->particles);
}

void json_meaning_drop(struct json_meaning *meaning)
{
    columns_drop(&meaning->columns);
}

static enum decode_status grow(struct json_meaning *meaning, size_t needed)
{
    char sentence[COLUMNS_SENTENCE_BYTES];
    enum decode_status status = columns_grow(&meaning->columns, needed, sentence);
    return status ? json_fault_all(meaning, status, sentence) : DECODE_OK;
}

/* Makes room for the particle with this index. */
static inline enum decode_status make_room(struct json_meaning *meaning, size_t index)
{
    return index < meaning->columns.room ? DECODE_OK : grow(meaning, index + 1);
}

/* --- events ------------------------------------------------------------------------- */

/* The index of the name, or count. What was cut is longer than any name here. */
static unsigned find_name(const struct json_lexer *name, const char *const *names, unsigned count)
{
    unsigned i = 0;
    while (i < count &&
           (strlen(names[i]) != name->length || memcmp(names[i], name->text, name->length) != 0))
        i++;
    return i;
}

enum decode_status json_meaning_name(struct json_meaning *meaning, const struct json_lexer *name)
{
    bool root = meaning->place == PLACE_ROOT;
    const char *const *names = root ? json_root_names : column_names;
    unsigned count = root ? ROOT_MEMBERS : PARTICLE_COLUMNS;
    unsigned *member = root ? &meaning->root_member : &meaning->member;
    unsigned *seen = root ? &meaning->root_seen : &meaning->seen;

    unsigned found = find_name(name, names, count);
    if (found == count)
        return json_fault_unknown(meaning, name, names, count);
    *member = found;
    if (*seen & 1u << found)
        return json_fault(meaning, "is given twice");
    *seen |= 1u << found;
    return DECODE_OK;
}

/* Goes into a container whose values are awaited at `place`. */
static enum decode_status enter(struct json_meaning *meaning, enum place place)
{
    meaning->place = place;
    meaning->member = 0;
    meaning->seen = 0;
    return DECODE_OK;
}

static enum decode_status particle_begin(struct json_meaning *meaning, enum json_token token)
{
    enum particle_shape shape = token == JSON_OBJECT_BEGIN ? SHAPE_OBJECTS : SHAPE_TRIPLES;
    if (meaning->shape_known && shape != meaning->out->shape)
        return json_fault_type(meaning, token);
    meaning->out->shape = shape;
    meaning->shape_known = true;
    if (make_room(meaning, meaning->count))
        return meaning->error->status;
    return enter(meaning, shape == SHAPE_OBJECTS ? PLACE_OBJECT : PLACE_TRIPLE);
}

enum decode_status json_meaning_begin(struct json_meaning *meaning, enum json_token token)
{
    bool object = token == JSON_OBJECT_BEGIN;
    switch (meaning->place) {
    case PLACE_BODY:
        if (object)
            return enter(meaning, PLACE_ROOT);
        break;
    case PLACE_ROOT:
        if (meaning->root_member != ROOT_PARTICLES) {
            if (object || json_meaning_option(meaning) != OPTION_TIMES)
                break;
            return enter(meaning, PLACE_TIMES);
        }
        if (!object)
            return enter(meaning, PLACE_LIST);
        meaning->out->shape = SHAPE_COLUMNS;
        return enter(meaning, PLACE_TABLE);
    case PLACE_LIST:
        return particle_begin(meaning, token);
    case PLACE_TABLE:
        if (object)
            break;
        meaning->place = PLACE_COLUMN;
        return DECODE_OK;
    case PLACE_OBJECT:
    case PLACE_TRIPLE:
    case PLACE_COLUMN:
    case PLACE_TIMES:
        break;
    }
    return json_fault_type(meaning, token);
}

static enum decode_status table_end(struct json_meaning *meaning)
{
    const size_t *lengths = meaning->lengths;
    if (meaning->seen != ALL_COLUMNS)
        return json_fault_missing(meaning);
    if (lengths[0] != lengths[1] || lengths[0] != lengths[2])
        return json_fault(
            meaning, "must have columns of one length, not %zu of x, %zu of y and %zu of ang_vel",
            lengths[0], lengths[1], lengths[2]);
    meaning->count = lengths[0];
    return DECODE_OK;
}

enum decode_status json_meaning_end(struct json_meaning *meaning)
{
    enum place inside = meaning->place;
    meaning->place = json_parents[inside];
    switch (inside) {
    case PLACE_OBJECT:
        if (meaning->seen != ALL_COLUMNS)
            return json_fault_missing(meaning);
        meaning->count++;
        break;
    case PLACE_TRIPLE:
        if (meaning->member != PARTICLE_COLUMNS)
            return json_fault(meaning, "must have three numbers, x, y and ang_vel, not %u",
                              meaning->member);
        meaning->count++;
        break;
    case PLACE_TABLE:
        if (table_end(meaning))
            return meaning->error->status;
        __attribute__((fallthrough));
    case PLACE_LIST:
        if (meaning->count == 0)
            return json_fault(meaning, "must hold at least one particle");
        meaning->out->particles.count = meaning->count;
        break;
    case PLACE_ROOT:
        if (!(meaning->root_seen & 1u << ROOT_PARTICLES))
            return json_fault(meaning, "lacks \"particles\"");
        break;
    case PLACE_TIMES:
        if (meaning->out->time_count == 0)
            return json_fault(meaning, "must list at least one moment");
        break;
    case PLACE_BODY:
    case PLACE_COLUMN:
        break;
    }
    return DECODE_OK;
}

static enum decode_status option_number(struct json_meaning *meaning, double value)
{
    char sentence[sizeof meaning->error->detail];
    if (simulation_set_number(meaning->out, json_meaning_option(meaning), value, sentence,
                              sizeof sentence))
        return DECODE_OK;
    return json_fault_option(meaning, sentence);
}

static enum decode_status next_time(struct json_meaning *meaning, double value)
{
    char sentence[sizeof meaning->error->detail];
    if (!simulation_add_time(meaning->out, value, sentence, sizeof sentence))
        return json_fault_option(meaning, sentence);
    meaning->member++;
    return DECODE_OK;
}

static bool awaits_number(const struct json_meaning *meaning)
{
    switch (meaning->place) {
    case PLACE_OBJECT:
    case PLACE_TRIPLE:
    case PLACE_COLUMN:
    case PLACE_TIMES:
        return true;
    case PLACE_ROOT:
        return meaning->root_member != ROOT_PARTICLES &&
               json_meaning_option(meaning) != OPTION_METHOD &&
               json_meaning_option(meaning) != OPTION_TIMES;
    case PLACE_BODY:
    case PLACE_LIST:
    case PLACE_TABLE:
        break;
    }
    return false;
}

enum decode_status json_meaning_number(struct json_meaning *meaning,
                                       const struct json_lexer *number)
{
    if (!awaits_number(meaning))
        return json_fault_type(meaning, JSON_NUMBER);
    if (number->cut)
        return json_fault(meaning, "has more than %d digits and signs; 17 digits are enough",
                          NUMBER_READ_BYTES_MAX);

    double value = number_parse(number->text, number->length);
    if (meaning->place == PLACE_ROOT)
        return option_number(meaning, value);
    if (meaning->place == PLACE_TIMES)
        return next_time(meaning, value);
    if (!isfinite(value))
        return json_fault(meaning, "is too large for a double, whose largest is about 1.8e308");

    size_t index = meaning->count;
    if (meaning->place == PLACE_COLUMN) {
        index = meaning->lengths[meaning->member];
        if (make_room(meaning, index))
            return meaning->error->status;
        meaning->lengths[meaning->member]++;
    } else if (meaning->place == PLACE_TRIPLE && meaning->member == PARTICLE_COLUMNS) {
        meaning->place = PLACE_LIST;
        return json_fault(meaning, "must have three numbers, x, y and ang_vel, not more");
    }
    meaning->columns.column[meaning->member][index] = value;
    if (meaning->place == PLACE_TRIPLE)
        meaning->member++;
    return DECODE_OK;
}

enum decode_status json_meaning_other(struct json_meaning *meaning, enum json_token token,
                                      const struct json_lexer *string)
{
    if (token != JSON_STRING || meaning->place != PLACE_ROOT ||
        meaning->root_member == ROOT_PARTICLES || json_meaning_option(meaning) != OPTION_METHOD)
        return json_fault_type(meaning, token);

    char sentence[sizeof meaning->error->detail];
    if (simulation_set_method(meaning->out, string->text, string->length, sentence,
                              sizeof sentence))
        return DECODE_OK;
    return json_fault_option(meaning, sentence);
}
