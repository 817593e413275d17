#include "codec/json/json_errors.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/suggest.h"
#include "base/string_builder.h"

/* Writes which value is awaited: as a JSON Pointer, and as programmers say it. */
static void describe(const struct json_meaning *meaning, struct text *pointer, struct text *name)
{
    const char *member = column_names[meaning->member < PARTICLE_COLUMNS ? meaning->member : 0];
    switch (meaning->place) {
    case PLACE_BODY:
        text_add(name, "the body");
        break;
    case PLACE_ROOT:
        text_addf(pointer, "/%s", json_root_names[meaning->root_member]);
        text_add(name, json_root_names[meaning->root_member]);
        break;
    case PLACE_LIST:
        text_addf(pointer, "/particles/%zu", meaning->count);
        text_addf(name, "particles[%zu]", meaning->count);
        break;
    case PLACE_OBJECT:
        text_addf(pointer, "/particles/%zu/%s", meaning->count, member);
        text_addf(name, "particles[%zu].%s", meaning->count, member);
        break;
    case PLACE_TRIPLE:
        text_addf(pointer, "/particles/%zu/%u", meaning->count, meaning->member);
        text_addf(name, "particles[%zu][%u]", meaning->count, meaning->member);
        break;
    case PLACE_TABLE:
        text_addf(pointer, "/particles/%s", member);
        text_addf(name, "particles.%s", member);
        break;
    case PLACE_TIMES:
        text_addf(pointer, "/times/%u", meaning->member);
        text_addf(name, "times[%u]", meaning->member);
        break;
    case PLACE_COLUMN:
        text_addf(pointer, "/particles/%s/%zu", member, meaning->lengths[meaning->member]);
        text_addf(name, "particles.%s[%zu]", member, meaning->lengths[meaning->member]);
        break;
    }
}

/* Begins the error at the awaited value; the caller may add to both texts. */
static enum decode_status fault_begin(struct json_meaning *meaning, enum decode_status status,
                                      struct text *pointer, struct text *detail)
{
    json_meaning_drop(meaning);
    meaning->error->status = status;
    *pointer = text_begin(meaning->error->pointer, sizeof meaning->error->pointer);
    *detail = text_begin(meaning->error->detail, sizeof meaning->error->detail);
    describe(meaning, pointer, detail);
    return status;
}

enum decode_status json_fault(struct json_meaning *meaning, const char *format, ...)
{
    char sentence[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);

    struct text pointer, detail;
    fault_begin(meaning, DECODE_MEANING, &pointer, &detail);
    text_addf(&detail, " %s", sentence);
    return DECODE_MEANING;
}

static const char *expected(const struct json_meaning *meaning)
{
    switch (meaning->place) {
    case PLACE_BODY:
        return "an object with \"particles\"";
    case PLACE_ROOT:
        if (meaning->root_member == ROOT_PARTICLES)
            return "an array of particles or an object of columns";
        if (json_meaning_option(meaning) == OPTION_TIMES)
            return "an array of numbers";
        return json_meaning_option(meaning) == OPTION_METHOD ? "a string" : "a number";
    case PLACE_LIST:
        if (!meaning->shape_known)
            return "an object with x, y and ang_vel or an array of these three numbers";
        return meaning->out->shape == SHAPE_OBJECTS ? "an object, as the first particle is"
                                                    : "an array, as the first particle is";
    case PLACE_TABLE:
        return "an array of numbers";
    case PLACE_OBJECT:
    case PLACE_TRIPLE:
    case PLACE_COLUMN:
    case PLACE_TIMES:
        break;
    }
    return "a number";
}

enum decode_status json_fault_type(struct json_meaning *meaning, enum json_token token)
{
    const char *found = token == JSON_OBJECT_BEGIN  ? "an object"
                        : token == JSON_ARRAY_BEGIN ? "an array"
                                                    : json_token_name(token);
    return json_fault(meaning, "must be %s, not %s", expected(meaning), found);
}

enum decode_status json_fault_unknown(struct json_meaning *meaning, const struct json_lexer *name,
                                      const char *const *names, size_t count)
{
    const char *nearest = names[nearest_name(name->text, name->length, names, count)];
    struct text pointer, detail;
    meaning->place = json_parents[meaning->place];
    fault_begin(meaning, DECODE_MEANING, &pointer, &detail);
    text_add_token(&pointer, name->text, name->length, name->cut);
    text_add(&detail, " has an unknown member ");
    text_add_quoted(&detail, name->text, name->length, name->cut);
    text_addf(&detail, ": did you mean \"%s\"? Known are ", nearest);
    text_add_list(&detail, names, count);
    return DECODE_MEANING;
}

enum decode_status json_fault_missing(struct json_meaning *meaning)
{
    char list[64];
    struct text text = text_begin(list, sizeof list);
    for (unsigned i = 0; i < PARTICLE_COLUMNS; i++)
        if (!(meaning->seen & 1u << i))
            text_addf(&text, "%s\"%s\"", text.at == list ? "" : ", ", column_names[i]);
    return json_fault(meaning, "lacks %s", list);
}

enum decode_status json_fault_all(struct json_meaning *meaning, enum decode_status status,
                                  const char *sentence)
{
    struct text pointer, detail;
    meaning->place = PLACE_ROOT;
    fault_begin(meaning, status, &pointer, &detail);
    text_addf(&detail, ": %s", sentence);
    return status;
}

enum decode_status json_fault_option(struct json_meaning *meaning, const char *sentence)
{
    struct text pointer, detail;
    fault_begin(meaning, DECODE_MEANING, &pointer, &detail);
    detail = text_begin(meaning->error->detail, sizeof meaning->error->detail);
    text_add(&detail, sentence);
    return DECODE_MEANING;
}
