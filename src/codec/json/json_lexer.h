/* Incremental lexer: bytes in chunks of any size -> the tokens of JSON, each checked
 * strictly. A token that lies wholly in a chunk is handed out where it stands; only one
 * that a chunk's end cuts is carried over. For the files of codec/ only.
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
    JSON_MORE,    /* the chunk is used up */
    JSON_INVALID, /* not JSON; fault and error_byte are set */
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
    uint64_t begin_byte; /* of the whole text */
    uint64_t line;       /* from 1 */
    uint64_t line_byte;  /* where the line begins */

    /* The token just read. */
    uint64_t token_byte; /* where it begins, always in line `line` */
    const char *text;    /* of a string (decoded) or number; valid until the next call */
    size_t length;       /* of text */
    bool truncated;      /* text is only the beginning: a string over JSON_STRING_BYTES_KEPT,
                      a number over NUMBER_READ_BYTES_MAX */
    char error[128];
    uint64_t error_byte;

    /* The token that a chunk's end cut, if any: JSON_STRING, JSON_NUMBER, the literal, or
     * JSON_MORE for none. */
    enum json_token open;
    size_t matched; /* bytes of the literal */
    enum number_state number;
    size_t carried; /* bytes of the number, also those that no longer fit */
    struct json_string string;
    char carry[NUMBER_READ_BYTES_MAX];
};

void json_lexer_init(struct json_lexer *lexer);

/* Gives the next chunk, after json_lexer_next returned JSON_MORE. */
void json_lexer_feed(struct json_lexer *lexer, const char *bytes, size_t size);

enum json_token json_lexer_next(struct json_lexer *lexer);

/* The text is complete: the number that stood at its very end, a fault when it ends inside
 * a token, or JSON_MORE. */
enum json_token json_lexer_end(struct json_lexer *lexer);

/* The offset in the whole text of the next byte to be read. */
static inline uint64_t json_lexer_byte(const struct json_lexer *lexer)
{
    return lexer->begin_byte + (uint64_t)(lexer->next - lexer->begin);
}

/* Goes to the next byte that is not white space, and returns where it is. */
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

/* The token as it is called in a sentence: "a number", "\"]\"", ... */
const char *json_token_name(enum json_token token);

#endif
