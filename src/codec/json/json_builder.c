#include "codec/json/json_builder.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/string_builder.h"
#include "codec/number/number.h"

#define ALL_COLUMNS ((1u << PARTICLE_COLUMNS) - 1)

/* The context that a context is in. */
static const enum json_context parents[] = {
    [CONTEXT_BODY] = CONTEXT_BODY,
    [CONTEXT_ROOT] = CONTEXT_BODY,
    [CONTEXT_PARTICLES] = CONTEXT_ROOT,
    [CONTEXT_PARTICLE_OBJECT] = CONTEXT_PARTICLES,
    [CONTEXT_PARTICLE_TRIPLE] = CONTEXT_PARTICLES,
    [CONTEXT_COLUMNS] = CONTEXT_ROOT,
    [CONTEXT_COLUMN] = CONTEXT_COLUMNS,
    [CONTEXT_TIMES] = CONTEXT_ROOT,
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

/* The option that root_member is, when it is not the particles. */
static inline enum simulation_option current_option(const struct json_builder *builder)
{
    return (enum simulation_option)(builder->root_member - ROOT_OPTIONS);
}

/* --- errors ------------------------------------------------------------------------- */

/* The position of the value that is expected. */
static struct json_position current_position(const struct json_builder *builder)
{
    return (struct json_position){
        .context = builder->context,
        .root_member = builder->root_member,
        .member = builder->member,
        .index =
            builder->context == CONTEXT_COLUMN ? builder->lengths[builder->member] : builder->count,
    };
}

/* Fails at the expected value: "<its name> <sentence>". */
static enum decode_status fail(struct json_builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum decode_status fail(struct json_builder *builder, const char *format, ...)
{
    char sentence[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);

    struct json_position at = current_position(builder);
    json_builder_free(builder);
    return json_error_value(builder->error, &at, sentence);
}

static const char *expected(const struct json_builder *builder)
{
    switch (builder->context) {
    case CONTEXT_BODY:
        return "an object with \"particles\"";
    case CONTEXT_ROOT:
        if (builder->root_member == ROOT_PARTICLES)
            return "an array of particles or an object of columns";
        if (current_option(builder) == OPTION_TIMES)
            return "an array of numbers";
        return current_option(builder) == OPTION_METHOD ? "a string" : "a number";
    case CONTEXT_PARTICLES:
        if (!builder->shape_known)
            return "an object with x, y and ang_vel or an array of these three numbers";
        return builder->out->shape == SHAPE_OBJECTS ? "an object, as the first particle is"
                                                    : "an array, as the first particle is";
    case CONTEXT_COLUMNS:
        return "an array of numbers";
    case CONTEXT_PARTICLE_OBJECT:
    case CONTEXT_PARTICLE_TRIPLE:
    case CONTEXT_COLUMN:
    case CONTEXT_TIMES:
        break;
    }
    return "a number";
}

/* The expected value has the wrong type. */
static enum decode_status fail_type(struct json_builder *builder, enum json_token token)
{
    const char *found = token == JSON_OBJECT_BEGIN  ? "an object"
                        : token == JSON_ARRAY_BEGIN ? "an array"
                                                    : json_token_name(token);
    return fail(builder, "must be %s, not %s", expected(builder), found);
}

static enum decode_status fail_option(struct json_builder *builder, enum decode_status status,
                                      const char *sentence)
{
    struct json_position at = current_position(builder);
    json_builder_free(builder);
    return json_error_option(builder->error, status, &at, sentence);
}

/* The object that the expected value is in has an unknown member. */
static enum decode_status fail_unknown(struct json_builder *builder, const struct json_lexer *name,
                                       const char *const *known, unsigned known_count)
{
    builder->context = parents[builder->context];
    struct json_position object = current_position(builder);
    json_builder_free(builder);
    return json_error_unknown_member(builder->error, &object, name->text, name->length,
                                     name->truncated, known, known_count);
}

/* The object that has just ended lacks columns. */
static enum decode_status fail_missing(struct json_builder *builder)
{
    const char *missing[PARTICLE_COLUMNS];
    size_t count = 0;
    for (unsigned i = 0; i < PARTICLE_COLUMNS; i++)
        if (!(builder->seen & 1u << i))
            missing[count++] = column_names[i];
    char list[64];
    struct string_builder text = string_builder_init(list, sizeof list);
    string_builder_add_list(&text, missing, count);
    return fail(builder, "lacks %s", list);
}

/* --- columns ------------------------------------------------------------------------ */

static enum decode_status grow(struct json_builder *builder, size_t needed)
{
    char sentence[COLUMNS_SENTENCE_BYTES];
    enum decode_status status = columns_grow(&builder->columns, needed, sentence);
    if (!status)
        return DECODE_OK;
    json_builder_free(builder);
    return json_error_particles(builder->error, status, sentence);
}

/* Makes room for the particle with this index. */
static inline enum decode_status make_room(struct json_builder *builder, size_t index)
{
    return index < builder->columns.capacity ? DECODE_OK : grow(builder, index + 1);
}

/* --- events ------------------------------------------------------------------------- */

/* Returns the index of the name, or count. A truncated name is longer than any of the names. */
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
        return fail_unknown(builder, name, names, count);
    *member = found;
    if (*seen & 1u << found)
        return fail(builder, "is given twice");
    *seen |= 1u << found;
    return DECODE_OK;
}

/* Enters a container. */
static enum decode_status enter(struct json_builder *builder, enum json_context context)
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
        return fail_type(builder, token);
    builder->out->shape = shape;
    builder->shape_known = true;
    if (make_room(builder, builder->count))
        return builder->error->status;
    return enter(builder,
                 shape == SHAPE_OBJECTS ? CONTEXT_PARTICLE_OBJECT : CONTEXT_PARTICLE_TRIPLE);
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
            if (object || current_option(builder) != OPTION_TIMES)
                break;
            return enter(builder, CONTEXT_TIMES);
        }
        if (!object)
            return enter(builder, CONTEXT_PARTICLES);
        builder->out->shape = SHAPE_COLUMNS;
        return enter(builder, CONTEXT_COLUMNS);
    case CONTEXT_PARTICLES:
        return particle_begin(builder, token);
    case CONTEXT_COLUMNS:
        if (object)
            break;
        builder->context = CONTEXT_COLUMN;
        return DECODE_OK;
    case CONTEXT_PARTICLE_OBJECT:
    case CONTEXT_PARTICLE_TRIPLE:
    case CONTEXT_COLUMN:
    case CONTEXT_TIMES:
        break;
    }
    return fail_type(builder, token);
}

static enum decode_status columns_end(struct json_builder *builder)
{
    const size_t *lengths = builder->lengths;
    if (builder->seen != ALL_COLUMNS)
        return fail_missing(builder);
    if (lengths[0] != lengths[1] || lengths[0] != lengths[2])
        return fail(builder,
                    "must have columns of one length, not %zu of x, %zu of y and %zu of ang_vel",
                    lengths[0], lengths[1], lengths[2]);
    builder->count = lengths[0];
    return DECODE_OK;
}

enum decode_status json_builder_end(struct json_builder *builder)
{
    enum json_context inside = builder->context;
    builder->context = parents[inside];
    switch (inside) {
    case CONTEXT_PARTICLE_OBJECT:
        if (builder->seen != ALL_COLUMNS)
            return fail_missing(builder);
        builder->count++;
        break;
    case CONTEXT_PARTICLE_TRIPLE:
        if (builder->member != PARTICLE_COLUMNS)
            return fail(builder, "must have three numbers, x, y and ang_vel, not %u",
                        builder->member);
        builder->count++;
        break;
    case CONTEXT_COLUMNS:
        if (columns_end(builder))
            return builder->error->status;
        __attribute__((fallthrough));
    case CONTEXT_PARTICLES:
        if (builder->count == 0)
            return fail(builder, "must hold at least one particle");
        builder->out->particles.count = builder->count;
        break;
    case CONTEXT_ROOT:
        if (!(builder->root_seen & 1u << ROOT_PARTICLES))
            return fail(builder, "lacks \"particles\"");
        break;
    case CONTEXT_TIMES:
        if (builder->out->time_count == 0)
            return fail(builder, "must list at least one time");
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
    if (simulation_set_number(builder->out, current_option(builder), value, sentence,
                              sizeof sentence))
        return DECODE_OK;
    return fail_option(builder, DECODE_INVALID, sentence);
}

static enum decode_status next_time(struct json_builder *builder, double value)
{
    char sentence[sizeof builder->error->detail];
    if (!simulation_add_time(builder->out, value, sentence, sizeof sentence))
        return fail_option(builder, builder->out->memory_short ? DECODE_NO_MEMORY : DECODE_INVALID,
                           sentence);
    builder->member++;
    return DECODE_OK;
}

static bool expects_number(const struct json_builder *builder)
{
    switch (builder->context) {
    case CONTEXT_PARTICLE_OBJECT:
    case CONTEXT_PARTICLE_TRIPLE:
    case CONTEXT_COLUMN:
    case CONTEXT_TIMES:
        return true;
    case CONTEXT_ROOT:
        return builder->root_member != ROOT_PARTICLES && current_option(builder) != OPTION_METHOD &&
               current_option(builder) != OPTION_TIMES;
    case CONTEXT_BODY:
    case CONTEXT_PARTICLES:
    case CONTEXT_COLUMNS:
        break;
    }
    return false;
}

enum decode_status json_builder_number(struct json_builder *builder,
                                       const struct json_lexer *number)
{
    if (!expects_number(builder))
        return fail_type(builder, JSON_NUMBER);
    if (number->truncated)
        return fail(builder, "has more than %d digits and signs; 17 digits are enough",
                    NUMBER_READ_BYTES_MAX);

    double value = number_parse(number->text, number->length);
    if (builder->context == CONTEXT_ROOT)
        return option_number(builder, value);
    if (builder->context == CONTEXT_TIMES)
        return next_time(builder, value);
    if (!isfinite(value))
        return fail(builder, "is too large for a double, whose largest is about 1.8e308");

    size_t index = builder->count;
    if (builder->context == CONTEXT_COLUMN) {
        index = builder->lengths[builder->member];
        if (make_room(builder, index))
            return builder->error->status;
        builder->lengths[builder->member]++;
    } else if (builder->context == CONTEXT_PARTICLE_TRIPLE && builder->member == PARTICLE_COLUMNS) {
        builder->context = CONTEXT_PARTICLES;
        return fail(builder, "must have three numbers, x, y and ang_vel, not more");
    }
    builder->columns.column[builder->member][index] = value;
    if (builder->context == CONTEXT_PARTICLE_TRIPLE)
        builder->member++;
    return DECODE_OK;
}

enum decode_status json_builder_other(struct json_builder *builder, enum json_token token,
                                      const struct json_lexer *string)
{
    if (token != JSON_STRING || builder->context != CONTEXT_ROOT ||
        builder->root_member == ROOT_PARTICLES || current_option(builder) != OPTION_METHOD)
        return fail_type(builder, token);

    char sentence[sizeof builder->error->detail];
    if (simulation_set_method(builder->out, string->text, string->length, sentence,
                              sizeof sentence))
        return DECODE_OK;
    return fail_option(builder, DECODE_INVALID, sentence);
}
