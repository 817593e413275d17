/* Incremental lexer: bytes in chunks of any size -> the tokens of JSON, each checked strictly. The
 * text of a token that is completely in a chunk is not copied, unless it is a string with escapes
 * or non-ASCII characters. A token that the end of a chunk cuts in two is copied. For the files of
 * codec/ only.
 *
 * A lexer belongs to one thread at a time. */
#ifndef CODEC_JSON_JSON_LEXER_H
#define CODEC_JSON_JSON_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/json/json_string.h"
#include "codec/number/number.h"
#include "codec/number/number_scan.h"

enum json_token {
    JSON_MORE,  /* the chunk is used up; feed the next one */
    JSON_ERROR, /* not JSON; error and error_byte are set */
    JSON_OBJECT_BEGIN,
    JSON_OBJECT_END,
    JSON_ARRAY_BEGIN,
    JSON_ARRAY_END,
    JSON_COMMA,
    JSON_COLON,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_TOKENS
};

struct json_lexer {
    /* The chunk. */
    const char *begin;
    const char *next;
    const char *end;

    /* Offsets in the whole text are called "byte", from 0. */
    uint64_t begin_byte; /* of `begin` */
    uint64_t line;       /* number of the current line, from 1 */
    uint64_t line_byte;  /* where the current line begins */

    /* The token just read. */
    uint64_t token_byte; /* where it begins, always in line `line` */
    const char *text;    /* of a string (decoded) or number; valid until the next call */
    size_t length;       /* of text */
    bool truncated;      /* text is only the beginning: a string over JSON_STRING_BYTES_KEPT,
                            a number over NUMBER_READ_BYTES_MAX */
    char error[128];     /* a sentence, after JSON_ERROR */
    uint64_t error_byte;

    /* The token that the end of the last chunk cut in two: JSON_STRING, JSON_NUMBER, JSON_TRUE,
     * JSON_FALSE or JSON_NULL; JSON_MORE if there is none. */
    enum json_token pending;
    size_t matched; /* bytes of the literal so far */
    enum number_state number_state;
    size_t carried; /* bytes of the number so far, also those that do not fit into carry */
    struct json_string string;
    char carry[NUMBER_READ_BYTES_MAX];
};

void json_lexer_init(struct json_lexer *lexer);

/* Sets the next chunk, after json_lexer_next has returned JSON_MORE. It must stay valid until
 * json_lexer_next returns JSON_MORE again. */
void json_lexer_feed(struct json_lexer *lexer, const char *bytes, size_t size);

/* Reads the next token. */
enum json_token json_lexer_next(struct json_lexer *lexer);

/* Ends the text. Returns JSON_NUMBER if a number is at its end, JSON_ERROR if it ends inside a
 * token, otherwise JSON_MORE. */
enum json_token json_lexer_end(struct json_lexer *lexer);

/* Returns the offset of the next byte in the whole text. */
static inline uint64_t json_lexer_byte(const struct json_lexer *lexer)
{
    return lexer->begin_byte + (uint64_t)(lexer->next - lexer->begin);
}

/* Skips white space and returns the position of the next byte. */
static inline const char *json_lexer_skip_space(struct json_lexer *lexer)
{
    const char *at = lexer->next;
    for (; at != lexer->end; at++) {
        if (*at == '\n') {
            lexer->line++;
            lexer->line_byte = lexer->begin_byte + (uint64_t)(at + 1 - lexer->begin);
        } else if (*at != ' ' && *at != '\r' && *at != '\t') {
            break;
        }
    }
    lexer->next = at;
    return at;
}

/* Returns the token's name for a sentence: "a number", "\"]\"", ... */
const char *json_token_name(enum json_token token);

#endif
