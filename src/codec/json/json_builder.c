#include "codec/json/json_builder.h"

#include <math.h>
#include <string.h>

#include "codec/json/json_errors.h"
#include "codec/number/number.h"

#define ALL_COLUMNS ((1u << PARTICLE_COLUMNS) - 1)

const char *const json_root_names[ROOT_MEMBERS] = {"particles", "dt",     "timestep",
                                                   "method",    "frames", "times"};

const enum context json_parents[] = {
    [CONTEXT_BODY] = CONTEXT_BODY,    [CONTEXT_ROOT] = CONTEXT_BODY,
    [CONTEXT_LIST] = CONTEXT_ROOT,    [CONTEXT_OBJECT] = CONTEXT_LIST,
    [CONTEXT_TRIPLE] = CONTEXT_LIST,  [CONTEXT_TABLE] = CONTEXT_ROOT,
    [CONTEXT_COLUMN] = CONTEXT_TABLE, [CONTEXT_TIMES] = CONTEXT_ROOT,
};

void json_builder_init(struct json_builder *builder, const struct decode_limits *limits,
                       struct simulation *out, struct decode_error *error)
{
    *builder = (struct json_builder){.out = out, .error = error};
    columns_init(&builder->columns, limits, &out->particles);
}

void json_builder_free(struct json_builder *builder)
{
    columns_free(&builder->columns);
}

static enum decode_status grow(struct json_builder *builder, size_t needed)
{
    char sentence[COLUMNS_SENTENCE_BYTES];
    enum decode_status status = columns_grow(&builder->columns, needed, sentence);
    return status ? json_error_whole(builder, status, sentence) : DECODE_OK;
}

/* Makes room for the particle with this index. */
static inline enum decode_status make_capacity(struct json_builder *builder, size_t index)
{
    return index < builder->columns.capacity ? DECODE_OK : grow(builder, index + 1);
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

enum decode_status json_builder_name(struct json_builder *builder, const struct json_lexer *name)
{
    bool root = builder->context == CONTEXT_ROOT;
    const char *const *names = root ? json_root_names : column_names;
    unsigned count = root ? ROOT_MEMBERS : PARTICLE_COLUMNS;
    unsigned *member = root ? &builder->root_member : &builder->member;
    unsigned *seen = root ? &builder->root_seen : &builder->seen;

    unsigned found = find_name(name, names, count);
    if (found == count)
        return json_error_unknown(builder, name, names, count);
    *member = found;
    if (*seen & 1u << found)
        return json_error_at(builder, "is given twice");
    *seen |= 1u << found;
    return DECODE_OK;
}

/* Goes into a container whose values are awaited at `place`. */
static enum decode_status enter(struct json_builder *builder, enum context context)
{
    builder->context = context;
    builder->member = 0;
    builder->seen = 0;
    return DECODE_OK;
}

static enum decode_status particle_begin(struct json_builder *builder, enum json_token token)
{
    enum particle_shape shape = token == JSON_OBJECT_BEGIN ? SHAPE_OBJECTS : SHAPE_TRIPLES;
    if (builder->shape_known && shape != builder->out->shape)
        return json_error_type(builder, token);
    builder->out->shape = shape;
    builder->shape_known = true;
    if (make_capacity(builder, builder->count))
        return builder->error->status;
    return enter(builder, shape == SHAPE_OBJECTS ? CONTEXT_OBJECT : CONTEXT_TRIPLE);
}

enum decode_status json_builder_begin(struct json_builder *builder, enum json_token token)
{
    bool object = token == JSON_OBJECT_BEGIN;
    switch (builder->context) {
    case CONTEXT_BODY:
        if (object)
            return enter(builder, CONTEXT_ROOT);
        break;
    case CONTEXT_ROOT:
        if (builder->root_member != ROOT_PARTICLES) {
            if (object || json_builder_option(builder) != OPTION_TIMES)
                break;
            return enter(builder, CONTEXT_TIMES);
        }
        if (!object)
            return enter(builder, CONTEXT_LIST);
        builder->out->shape = SHAPE_COLUMNS;
        return enter(builder, CONTEXT_TABLE);
    case CONTEXT_LIST:
        return particle_begin(builder, token);
    case CONTEXT_TABLE:
        if (object)
            break;
        builder->context = CONTEXT_COLUMN;
        return DECODE_OK;
    case CONTEXT_OBJECT:
    case CONTEXT_TRIPLE:
    case CONTEXT_COLUMN:
    case CONTEXT_TIMES:
        break;
    }
    return json_error_type(builder, token);
}

static enum decode_status table_end(struct json_builder *builder)
{
    const size_t *lengths = builder->lengths;
    if (builder->seen != ALL_COLUMNS)
        return json_error_missing(builder);
    if (lengths[0] != lengths[1] || lengths[0] != lengths[2])
        return json_error_at(
            builder, "must have columns of one length, not %zu of x, %zu of y and %zu of ang_vel",
            lengths[0], lengths[1], lengths[2]);
    builder->count = lengths[0];
    return DECODE_OK;
}

enum decode_status json_builder_end(struct json_builder *builder)
{
    enum context inside = builder->context;
    builder->context = json_parents[inside];
    switch (inside) {
    case CONTEXT_OBJECT:
        if (builder->seen != ALL_COLUMNS)
            return json_error_missing(builder);
        builder->count++;
        break;
    case CONTEXT_TRIPLE:
        if (builder->member != PARTICLE_COLUMNS)
            return json_error_at(builder, "must have three numbers, x, y and ang_vel, not %u",
                                 builder->member);
        builder->count++;
        break;
    case CONTEXT_TABLE:
        if (table_end(builder))
            return builder->error->status;
        __attribute__((fallthrough));
    case CONTEXT_LIST:
        if (builder->count == 0)
            return json_error_at(builder, "must hold at least one particle");
        builder->out->particles.count = builder->count;
        break;
    case CONTEXT_ROOT:
        if (!(builder->root_seen & 1u << ROOT_PARTICLES))
            return json_error_at(builder, "lacks \"particles\"");
        break;
    case CONTEXT_TIMES:
        if (builder->out->time_count == 0)
            return json_error_at(builder, "must list at least one moment");
        break;
    case CONTEXT_BODY:
    case CONTEXT_COLUMN:
        break;
    }
    return DECODE_OK;
}

static enum decode_status option_number(struct json_builder *builder, double value)
{
    char sentence[sizeof builder->error->detail];
    if (simulation_set_number(builder->out, json_builder_option(builder), value, sentence,
                              sizeof sentence))
        return DECODE_OK;
    return json_error_option(builder, sentence);
}

static enum decode_status next_time(struct json_builder *builder, double value)
{
    char sentence[sizeof builder->error->detail];
    if (!simulation_add_time(builder->out, value, sentence, sizeof sentence))
        return json_error_option(builder, sentence);
    builder->member++;
    return DECODE_OK;
}

static bool awaits_number(const struct json_builder *builder)
{
    switch (builder->context) {
    case CONTEXT_OBJECT:
    case CONTEXT_TRIPLE:
    case CONTEXT_COLUMN:
    case CONTEXT_TIMES:
        return true;
    case CONTEXT_ROOT:
        return builder->root_member != ROOT_PARTICLES &&
               json_builder_option(builder) != OPTION_METHOD &&
               json_builder_option(builder) != OPTION_TIMES;
    case CONTEXT_BODY:
    case CONTEXT_LIST:
    case CONTEXT_TABLE:
        break;
    }
    return false;
}

enum decode_status json_builder_number(struct json_builder *builder,
                                       const struct json_lexer *number)
{
    if (!awaits_number(builder))
        return json_error_type(builder, JSON_NUMBER);
    if (number->truncated)
        return json_error_at(builder, "has more than %d digits and signs; 17 digits are enough",
                             NUMBER_READ_BYTES_MAX);

    double value = number_parse(number->text, number->length);
    if (builder->context == CONTEXT_ROOT)
        return option_number(builder, value);
    if (builder->context == CONTEXT_TIMES)
        return next_time(builder, value);
    if (!isfinite(value))
        return json_error_at(builder, "is too large for a double, whose largest is about 1.8e308");

    size_t index = builder->count;
    if (builder->context == CONTEXT_COLUMN) {
        index = builder->lengths[builder->member];
        if (make_capacity(builder, index))
            return builder->error->status;
        builder->lengths[builder->member]++;
    } else if (builder->context == CONTEXT_TRIPLE && builder->member == PARTICLE_COLUMNS) {
        builder->context = CONTEXT_LIST;
        return json_error_at(builder, "must have three numbers, x, y and ang_vel, not more");
    }
    builder->columns.column[builder->member][index] = value;
    if (builder->context == CONTEXT_TRIPLE)
        builder->member++;
    return DECODE_OK;
}

enum decode_status json_builder_other(struct json_builder *builder, enum json_token token,
                                      const struct json_lexer *string)
{
    if (token != JSON_STRING || builder->context != CONTEXT_ROOT ||
        builder->root_member == ROOT_PARTICLES || json_builder_option(builder) != OPTION_METHOD)
        return json_error_type(builder, token);

    char sentence[sizeof builder->error->detail];
    if (simulation_set_method(builder->out, string->text, string->length, sentence,
                              sizeof sentence))
        return DECODE_OK;
    return json_error_option(builder, sentence);
}
