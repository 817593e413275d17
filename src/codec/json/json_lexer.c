#include "codec/json/json_lexer.h"

#include <stdio.h>
#include <string.h>

static const char *const token_names[JSON_TOKENS] = {
    [JSON_MORE] = "the end of the text",
    [JSON_ERROR] = "an error",
    [JSON_OBJECT_BEGIN] = "\"{\"",
    [JSON_OBJECT_END] = "\"}\"",
    [JSON_ARRAY_BEGIN] = "\"[\"",
    [JSON_ARRAY_END] = "\"]\"",
    [JSON_COMMA] = "\",\"",
    [JSON_COLON] = "\":\"",
    [JSON_STRING] = "a string",
    [JSON_NUMBER] = "a number",
    [JSON_TRUE] = "true",
    [JSON_FALSE] = "false",
    [JSON_NULL] = "null",
};

const char *json_token_name(enum json_token token)
{
    return token_names[token];
}

void json_lexer_init(struct json_lexer *lexer)
{
    memset(lexer, 0, sizeof *lexer);
    lexer->line = 1;
    lexer->pending = JSON_MORE;
}

void json_lexer_feed(struct json_lexer *lexer, const char *bytes, size_t size)
{
    lexer->begin_byte = json_lexer_byte(lexer);
    lexer->begin = lexer->next = bytes;
    lexer->end = bytes + size;
}

static enum json_token error(struct json_lexer *lexer, const char *at, const char *sentence)
{
    lexer->next = at;
    lexer->error_byte = json_lexer_byte(lexer);
    snprintf(lexer->error, sizeof lexer->error, "%s", sentence);
    return JSON_ERROR;
}

/* Reports a byte that cannot begin a token. */
static enum json_token unexpected_byte(struct json_lexer *lexer, const char *at)
{
    unsigned char byte = (unsigned char)*at;
    if (byte == '\'')
        return error(lexer, at, "strings and names must be in double quotes");
    if (byte == 'N' || byte == 'I')
        return error(lexer, at, "JSON has no NaN and no Infinity");
    if (byte == '/' || byte == '#')
        return error(lexer, at, "JSON has no comments");
    if (byte == '+' || byte == '.')
        return error(lexer, at, "a number begins with a digit or \"-\"");
    if (byte == 0xef && json_lexer_byte(lexer) == 0)
        return error(lexer, at, "leave out the byte order mark");

    error(lexer, at, "");
    if (byte > 0x20 && byte < 0x7f)
        snprintf(lexer->error, sizeof lexer->error, "unexpected character \"%c\"", byte);
    else
        snprintf(lexer->error, sizeof lexer->error, "unexpected byte 0x%02x", byte);
    return JSON_ERROR;
}

/* --- numbers ------------------------------------------------------------------------ */

static enum json_token number_end(struct json_lexer *lexer, const char *at, const char *text,
                                  size_t length)
{
    if (lexer->number_state == NUMBER_ZERO && at != lexer->end && *at >= '0' && *at <= '9')
        return error(lexer, at, "a number must not have leading zeros");
    if (!number_may_end(lexer->number_state))
        return error(lexer, at,
                     at == lexer->end ? "the text ends inside a number"
                                      : "a digit was expected here in the number");
    lexer->next = at;
    lexer->pending = JSON_MORE;
    lexer->text = text;
    lexer->truncated = length > NUMBER_READ_BYTES_MAX;
    lexer->length = lexer->truncated ? NUMBER_READ_BYTES_MAX : length;
    return JSON_NUMBER;
}

/* Copies bytes of the number that was cut in two, as far as they fit, and counts all of them. */
static void carry(struct json_lexer *lexer, const char *from, size_t length)
{
    if (lexer->carried < NUMBER_READ_BYTES_MAX) {
        size_t capacity = NUMBER_READ_BYTES_MAX - lexer->carried;
        memcpy(lexer->carry + lexer->carried, from, length < capacity ? length : capacity);
    }
    lexer->carried += length;
}

static enum json_token number_resume(struct json_lexer *lexer)
{
    const char *at = number_scan(&lexer->number_state, lexer->next, lexer->end);
    carry(lexer, lexer->next, (size_t)(at - lexer->next));
    lexer->next = at;
    if (at == lexer->end)
        return JSON_MORE;
    return number_end(lexer, at, lexer->carry, lexer->carried);
}

static enum json_token number_begin(struct json_lexer *lexer, const char *text)
{
    lexer->number_state = NUMBER_START;
    const char *at = number_scan(&lexer->number_state, text, lexer->end);
    if (at != lexer->end)
        return number_end(lexer, at, text, (size_t)(at - text));
    lexer->pending = JSON_NUMBER;
    lexer->carried = 0;
    carry(lexer, text, (size_t)(at - text));
    lexer->next = at;
    return JSON_MORE;
}

/* --- strings ------------------------------------------------------------------------ */

static enum json_token string_resume(struct json_lexer *lexer)
{
    struct json_string *string = &lexer->string;
    for (const char *at = lexer->next; at != lexer->end; at++) {
        if (*at == '"' && string->state == STRING_PLAIN) {
            lexer->next = at + 1;
            lexer->pending = JSON_MORE;
            lexer->text = string->kept;
            lexer->length = string->length;
            lexer->truncated = string->truncated;
            return JSON_STRING;
        }
        const char *sentence = json_string_step(string, (unsigned char)*at);
        if (sentence)
            return error(lexer, at, sentence);
    }
    lexer->next = lexer->end;
    return JSON_MORE;
}

/* Printable ASCII except the quote and the backslash. Most strings contain no other bytes. */
static inline bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static enum json_token string_begin(struct json_lexer *lexer, const char *text)
{
    const char *at = text;
    while (at != lexer->end && is_plain(*at))
        at++;
    if (at != lexer->end && *at == '"') {
        size_t length = (size_t)(at - text);
        lexer->next = at + 1;
        lexer->text = text;
        lexer->truncated = length > JSON_STRING_BYTES_KEPT;
        lexer->length = lexer->truncated ? JSON_STRING_BYTES_KEPT : length;
        return JSON_STRING;
    }
    lexer->pending = JSON_STRING;
    json_string_init(&lexer->string);
    lexer->next = text;
    return string_resume(lexer);
}

/* --- true, false, null -------------------------------------------------------------- */

static enum json_token literal_resume(struct json_lexer *lexer)
{
    const char *literal = token_names[lexer->pending];
    while (lexer->next != lexer->end) {
        if (*lexer->next != literal[lexer->matched])
            return error(
                lexer, lexer->next,
                "unknown word; JSON has true, false and null, and neither NaN nor Infinity");
        lexer->next++;
        if (!literal[++lexer->matched]) {
            enum json_token token = lexer->pending;
            lexer->pending = JSON_MORE;
            return token;
        }
    }
    return JSON_MORE;
}

static enum json_token literal_begin(struct json_lexer *lexer, enum json_token token)
{
    lexer->pending = token;
    lexer->matched = 0;
    return literal_resume(lexer);
}

/* --- all ---------------------------------------------------------------------------- */

static enum json_token resume(struct json_lexer *lexer)
{
    if (lexer->pending == JSON_STRING)
        return string_resume(lexer);
    if (lexer->pending == JSON_NUMBER)
        return number_resume(lexer);
    return literal_resume(lexer);
}

static inline enum json_token punctuation(struct json_lexer *lexer, enum json_token token)
{
    lexer->next++;
    return token;
}

enum json_token json_lexer_next(struct json_lexer *lexer)
{
    if (lexer->pending != JSON_MORE)
        return resume(lexer);
    const char *at = json_lexer_skip_space(lexer);
    if (at == lexer->end)
        return JSON_MORE;

    lexer->token_byte = json_lexer_byte(lexer);
    switch (*at) {
    case '{':
        return punctuation(lexer, JSON_OBJECT_BEGIN);
    case '}':
        return punctuation(lexer, JSON_OBJECT_END);
    case '[':
        return punctuation(lexer, JSON_ARRAY_BEGIN);
    case ']':
        return punctuation(lexer, JSON_ARRAY_END);
    case ',':
        return punctuation(lexer, JSON_COMMA);
    case ':':
        return punctuation(lexer, JSON_COLON);
    case '"':
        return string_begin(lexer, at + 1);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return number_begin(lexer, at);
    case 't':
        return literal_begin(lexer, JSON_TRUE);
    case 'f':
        return literal_begin(lexer, JSON_FALSE);
    case 'n':
        return literal_begin(lexer, JSON_NULL);
    default:
        return unexpected_byte(lexer, at);
    }
}

enum json_token json_lexer_end(struct json_lexer *lexer)
{
    if (lexer->pending == JSON_MORE)
        return JSON_MORE;
    if (lexer->pending == JSON_NUMBER)
        return number_end(lexer, lexer->end, lexer->carry, lexer->carried);
    return error(lexer, lexer->end,
                 lexer->pending == JSON_STRING ? "the text ends inside a string"
                                               : "the text ends inside true, false or null");
}
