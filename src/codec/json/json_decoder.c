/* The grammar: which token may follow which. json_builder.c interprets the tokens. */
#include "codec/json/json_decoder.h"

#include <stdlib.h>

#include "base/string_builder.h"
#include "codec/json/json_builder.h"
#include "codec/json/json_fast_path.h"
#include "codec/json/json_lexer.h"
#include "codec/json/json_limits.h"

enum expectation {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END, /* after [ */
    EXPECT_NAME_OR_END,  /* after { */
    EXPECT_NAME,         /* after , in an object */
    EXPECT_COLON,
    EXPECT_COMMA_OR_END,
    EXPECT_NOTHING, /* the root is complete */
};

struct json_decoder {
    struct decoder base;
    struct json_lexer lexer;
    struct json_builder builder;
    struct json_fast_path fast_path;
    enum expectation expectation;
    unsigned depth;
    uint64_t objects; /* bit i: the open container at depth i is an object, not an array */
};

_Static_assert(JSON_DEPTH_MAX <= 64, "one bit for each open container");

static bool in_object(const struct json_decoder *decoder)
{
    return decoder->objects >> (decoder->depth - 1) & 1;
}

/* --- syntax errors ------------------------------------------------------------------ */

/* Sets a syntax error in place of any earlier error. The caller adds the detail. */
static struct string_builder syntax_error(struct json_decoder *decoder, uint64_t byte)
{
    struct decode_error *error = &decoder->base.error;
    json_builder_free(&decoder->builder);
    *error = (struct decode_error){
        .status = DECODE_SYNTAX,
        .line = decoder->lexer.line,
        .column = byte - decoder->lexer.line_byte + 1,
        .byte = byte,
    };
    return string_builder_init(error->detail, sizeof error->detail);
}

static const char *expected(const struct json_decoder *decoder)
{
    switch (decoder->expectation) {
    case EXPECT_VALUE:
        return "a value";
    case EXPECT_VALUE_OR_END:
        return "a value or \"]\"";
    case EXPECT_NAME_OR_END:
        return "a member name in double quotes or \"}\"";
    case EXPECT_NAME:
        return "a member name in double quotes";
    case EXPECT_COLON:
        return "\":\"";
    case EXPECT_COMMA_OR_END:
        return in_object(decoder) ? "\",\" or \"}\"" : "\",\" or \"]\"";
    case EXPECT_NOTHING:
        break;
    }
    return "nothing more after the end of the object";
}

static enum decode_status unexpected(struct json_decoder *decoder, enum json_token token)
{
    struct string_builder detail = syntax_error(decoder, decoder->lexer.token_byte);
    string_builder_addf(&detail, "expected %s, found %s", expected(decoder),
                        json_token_name(token));
    return DECODE_SYNTAX;
}

static enum decode_status lexical_error(struct json_decoder *decoder)
{
    struct string_builder detail = syntax_error(decoder, decoder->lexer.error_byte);
    string_builder_add(&detail, decoder->lexer.error);
    return DECODE_SYNTAX;
}

/* --- grammar ------------------------------------------------------------------------ */

static enum decode_status open_container(struct json_decoder *decoder, enum json_token token)
{
    if (decoder->depth == JSON_DEPTH_MAX) {
        struct string_builder detail = syntax_error(decoder, decoder->lexer.token_byte);
        string_builder_addf(&detail, "nested deeper than %d arrays and objects", JSON_DEPTH_MAX);
        return DECODE_SYNTAX;
    }
    uint64_t bit = (uint64_t)1 << decoder->depth++;
    if (token == JSON_OBJECT_BEGIN) {
        decoder->objects |= bit;
        decoder->expectation = EXPECT_NAME_OR_END;
    } else {
        decoder->objects &= ~bit;
        decoder->expectation = EXPECT_VALUE_OR_END;
    }
    return decoder->base.error.status ? DECODE_OK : json_builder_begin(&decoder->builder, token);
}

static void value_complete(struct json_decoder *decoder)
{
    decoder->expectation = decoder->depth ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

static enum decode_status close_container(struct json_decoder *decoder)
{
    decoder->depth--;
    value_complete(decoder);
    return decoder->base.error.status ? DECODE_OK : json_builder_end(&decoder->builder);
}

static enum decode_status take_value(struct json_decoder *decoder, enum json_token token)
{
    switch (token) {
    case JSON_OBJECT_BEGIN:
    case JSON_ARRAY_BEGIN:
        return open_container(decoder, token);
    case JSON_NUMBER:
        value_complete(decoder);
        if (decoder->base.error.status)
            return DECODE_OK;
        return json_builder_number(&decoder->builder, &decoder->lexer);
    case JSON_STRING:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        value_complete(decoder);
        if (decoder->base.error.status)
            return DECODE_OK;
        return json_builder_other(&decoder->builder, token, &decoder->lexer);
    default:
        return unexpected(decoder, token);
    }
}

static enum decode_status take_token(struct json_decoder *decoder, enum json_token token)
{
    switch (decoder->expectation) {
    case EXPECT_VALUE_OR_END:
        if (token == JSON_ARRAY_END)
            return close_container(decoder);
        return take_value(decoder, token);
    case EXPECT_VALUE:
        return take_value(decoder, token);
    case EXPECT_NAME_OR_END:
        if (token == JSON_OBJECT_END)
            return close_container(decoder);
        __attribute__((fallthrough));
    case EXPECT_NAME:
        if (token != JSON_STRING)
            break;
        decoder->expectation = EXPECT_COLON;
        if (decoder->base.error.status)
            return DECODE_OK;
        return json_builder_name(&decoder->builder, &decoder->lexer);
    case EXPECT_COLON:
        if (token != JSON_COLON)
            break;
        decoder->expectation = EXPECT_VALUE;
        return DECODE_OK;
    case EXPECT_COMMA_OR_END:
        if (token == JSON_COMMA) {
            decoder->expectation = in_object(decoder) ? EXPECT_NAME : EXPECT_VALUE;
            return DECODE_OK;
        }
        if (token == (in_object(decoder) ? JSON_OBJECT_END : JSON_ARRAY_END))
            return close_container(decoder);
        break;
    case EXPECT_NOTHING:
        break;
    }
    return unexpected(decoder, token);
}

/* Reads particles on the fast path, if it applies here. */
static inline void try_fast_path(struct json_decoder *decoder)
{
    if (decoder->expectation > EXPECT_VALUE_OR_END || decoder->base.error.status ||
        decoder->lexer.pending != JSON_MORE || !json_fast_path_applies(&decoder->builder))
        return;
    if (json_fast_path_read(&decoder->fast_path, &decoder->builder, &decoder->lexer))
        decoder->expectation = EXPECT_COMMA_OR_END;
}

static enum decode_status feed(struct decoder *base, const char *bytes, size_t size)
{
    struct json_decoder *decoder = (struct json_decoder *)base;
    if (decoder_is_over(&decoder->base))
        return decoder->base.error.status;
    if (size == 0)
        return DECODE_OK;

    json_lexer_feed(&decoder->lexer, bytes, size);
    for (;;) {
        try_fast_path(decoder);
        enum json_token token = json_lexer_next(&decoder->lexer);
        if (token == JSON_MORE)
            return DECODE_OK;
        if (token == JSON_ERROR)
            return lexical_error(decoder);
        if (take_token(decoder, token) && decoder_is_over(&decoder->base))
            return decoder->base.error.status;
    }
}

static enum decode_status finish(struct decoder *base)
{
    struct json_decoder *decoder = (struct json_decoder *)base;
    if (decoder_is_over(&decoder->base))
        return decoder->base.error.status;

    enum json_token token = json_lexer_end(&decoder->lexer);
    if (token == JSON_ERROR)
        return lexical_error(decoder);
    if (token != JSON_MORE && take_token(decoder, token) && decoder_is_over(&decoder->base))
        return decoder->base.error.status;

    if (decoder->expectation != EXPECT_NOTHING) {
        bool empty = decoder->expectation == EXPECT_VALUE && decoder->depth == 0;
        struct string_builder detail = syntax_error(decoder, json_lexer_byte(&decoder->lexer));
        if (empty)
            string_builder_add(&detail, "the body is empty: send a JSON object with \"particles\"");
        else
            string_builder_addf(&detail, "the text ends where %s was expected", expected(decoder));
        return DECODE_SYNTAX;
    }
    return decoder->base.error.status;
}

static void destroy(struct decoder *base)
{
    free(base);
}

struct decoder *json_decoder_create(const struct decode_limits *limits, struct simulation *out)
{
    static const struct decoder_class class = {feed, finish, destroy};
    struct json_decoder *decoder = malloc(sizeof *decoder);
    if (!decoder)
        return NULL;
    decoder->base.class = &class;
    decoder->base.error = (struct decode_error){.status = DECODE_OK};
    json_lexer_init(&decoder->lexer);
    json_builder_init(&decoder->builder, limits, out, &decoder->base.error);
    decoder->fast_path.has_template = false;
    decoder->expectation = EXPECT_VALUE;
    decoder->depth = 0;
    decoder->objects = 0;
    return &decoder->base;
}
