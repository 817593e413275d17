#include "codec/json/json_errors.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/string_builder.h"
#include "base/suggest.h"

/* Writes which value is awaited: as a JSON Pointer, and as programmers say it. */
static void describe(const struct json_builder *builder, struct string_builder *pointer,
                     struct string_builder *name)
{
    const char *member = column_names[builder->member < PARTICLE_COLUMNS ? builder->member : 0];
    switch (builder->context) {
    case CONTEXT_BODY:
        string_builder_add(name, "the body");
        break;
    case CONTEXT_ROOT:
        string_builder_addf(pointer, "/%s", json_root_names[builder->root_member]);
        string_builder_add(name, json_root_names[builder->root_member]);
        break;
    case CONTEXT_LIST:
        string_builder_addf(pointer, "/particles/%zu", builder->count);
        string_builder_addf(name, "particles[%zu]", builder->count);
        break;
    case CONTEXT_OBJECT:
        string_builder_addf(pointer, "/particles/%zu/%s", builder->count, member);
        string_builder_addf(name, "particles[%zu].%s", builder->count, member);
        break;
    case CONTEXT_TRIPLE:
        string_builder_addf(pointer, "/particles/%zu/%u", builder->count, builder->member);
        string_builder_addf(name, "particles[%zu][%u]", builder->count, builder->member);
        break;
    case CONTEXT_TABLE:
        string_builder_addf(pointer, "/particles/%s", member);
        string_builder_addf(name, "particles.%s", member);
        break;
    case CONTEXT_TIMES:
        string_builder_addf(pointer, "/times/%u", builder->member);
        string_builder_addf(name, "times[%u]", builder->member);
        break;
    case CONTEXT_COLUMN:
        string_builder_addf(pointer, "/particles/%s/%zu", member,
                            builder->lengths[builder->member]);
        string_builder_addf(name, "particles.%s[%zu]", member, builder->lengths[builder->member]);
        break;
    }
}

/* Begins the error at the awaited value; the caller may add to both texts. */
static enum decode_status error_begin(struct json_builder *builder, enum decode_status status,
                                      struct string_builder *pointer, struct string_builder *detail)
{
    json_builder_free(builder);
    builder->error->status = status;
    *pointer = string_builder_begin(builder->error->pointer, sizeof builder->error->pointer);
    *detail = string_builder_begin(builder->error->detail, sizeof builder->error->detail);
    describe(builder, pointer, detail);
    return status;
}

enum decode_status json_error_at(struct json_builder *builder, const char *format, ...)
{
    char sentence[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);

    struct string_builder pointer, detail;
    error_begin(builder, DECODE_INVALID, &pointer, &detail);
    string_builder_addf(&detail, " %s", sentence);
    return DECODE_INVALID;
}

static const char *expected(const struct json_builder *builder)
{
    switch (builder->context) {
    case CONTEXT_BODY:
        return "an object with \"particles\"";
    case CONTEXT_ROOT:
        if (builder->root_member == ROOT_PARTICLES)
            return "an array of particles or an object of columns";
        if (json_builder_option(builder) == OPTION_TIMES)
            return "an array of numbers";
        return json_builder_option(builder) == OPTION_METHOD ? "a string" : "a number";
    case CONTEXT_LIST:
        if (!builder->shape_known)
            return "an object with x, y and ang_vel or an array of these three numbers";
        return builder->out->shape == SHAPE_OBJECTS ? "an object, as the first particle is"
                                                    : "an array, as the first particle is";
    case CONTEXT_TABLE:
        return "an array of numbers";
    case CONTEXT_OBJECT:
    case CONTEXT_TRIPLE:
    case CONTEXT_COLUMN:
    case CONTEXT_TIMES:
        break;
    }
    return "a number";
}

enum decode_status json_error_type(struct json_builder *builder, enum json_token token)
{
    const char *found = token == JSON_OBJECT_BEGIN  ? "an object"
                        : token == JSON_ARRAY_BEGIN ? "an array"
                                                    : json_token_name(token);
    return json_error_at(builder, "must be %s, not %s", expected(builder), found);
}

enum decode_status json_error_unknown(struct json_builder *builder, const struct json_lexer *name,
                                      const char *const *names, size_t count)
{
    const char *nearest = names[suggestion_index(name->text, name->length, names, count)];
    struct string_builder pointer, detail;
    builder->context = json_parents[builder->context];
    error_begin(builder, DECODE_INVALID, &pointer, &detail);
    string_builder_add_token(&pointer, name->text, name->length, name->truncated);
    string_builder_add(&detail, " has an unknown member ");
    string_builder_add_quoted(&detail, name->text, name->length, name->truncated);
    string_builder_addf(&detail, ": did you mean \"%s\"? Known are ", nearest);
    string_builder_add_list(&detail, names, count);
    return DECODE_INVALID;
}

enum decode_status json_error_missing(struct json_builder *builder)
{
    char list[64];
    struct string_builder text = string_builder_begin(list, sizeof list);
    for (unsigned i = 0; i < PARTICLE_COLUMNS; i++)
        if (!(builder->seen & 1u << i))
            string_builder_addf(&text, "%s\"%s\"", text.at == list ? "" : ", ", column_names[i]);
    return json_error_at(builder, "lacks %s", list);
}

enum decode_status json_error_whole(struct json_builder *builder, enum decode_status status,
                                    const char *sentence)
{
    struct string_builder pointer, detail;
    builder->context = CONTEXT_ROOT;
    error_begin(builder, status, &pointer, &detail);
    string_builder_addf(&detail, ": %s", sentence);
    return status;
}

enum decode_status json_error_option(struct json_builder *builder, const char *sentence)
{
    struct string_builder pointer, detail;
    error_begin(builder, DECODE_INVALID, &pointer, &detail);
    detail = string_builder_begin(builder->error->detail, sizeof builder->error->detail);
    string_builder_add(&detail, sentence);
    return DECODE_INVALID;
}
