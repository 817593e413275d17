/* Incremental lexer: bytes in chunks of any size -> the fields of CSV (RFC 4180), without their
 * quotes and the blanks around them. What the fields say is csv_decoder.c's. For the files of
 * codec/ only.
 *
 * A lexer belongs to one thread at a time. */
#ifndef CODEC_CSV_CSV_LEXER_H
#define CODEC_CSV_CSV_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/number/number.h"

enum csv_token {
    CSV_MORE,       /* the chunk is used up */
    CSV_INVALID,    /* not CSV; fault and error_context are set */
    CSV_FIELD,      /* a field that a comma ends */
    CSV_LAST_FIELD, /* a field that ends its line */
};

struct csv_context {
    uint64_t line;   /* from 1 */
    uint64_t column; /* from 1, in bytes */
    uint64_t byte;   /* from 0 */
};

struct csv_lexer {
    /* The chunk. */
    const char *begin;
    const char *next;
    const char *end;
    uint64_t begin_byte; /* of the whole text */
    uint64_t line;       /* from 1 */
    uint64_t line_byte;  /* where the line begins */

    /* The field just read, or being read. */
    struct csv_context open; /* its first byte, or its quote; where it ends, when it is empty */
    struct csv_context stop; /* the comma or line end behind it */
    bool quoted;
    size_t length; /* without blanks at the end; also of what is not in text */
    size_t read;   /* with them */
    char text[NUMBER_READ_BYTES_MAX];

    const char *error;
    struct csv_context error_context;

    enum {
        CSV_BEFORE, /* only blanks so far */
        CSV_PLAIN,  /* in a field without quotes */
        CSV_QUOTED, /* between the quotes */
        CSV_QUOTE,  /* after a quote in there: the closing one, or the first of two */
        CSV_BEHIND, /* after the closing quote and blanks */
        CSV_CR,     /* after a carriage return */
    } state;
    unsigned char following;  /* bytes of a UTF-8 sequence to come */
    unsigned char low, high;  /* the range of the next one */
    bool in_row;              /* the line is not blank */
    struct csv_context blank; /* the first of the blank lines just read; line 0: none */
};

void csv_lexer_init(struct csv_lexer *lexer);

/* Gives the next chunk, after csv_lexer_next returned CSV_MORE. */
void csv_lexer_feed(struct csv_lexer *lexer, const char *bytes, size_t size);

enum csv_token csv_lexer_next(struct csv_lexer *lexer);

/* The text is complete: its last field if no line end followed, a fault when it ends inside
 * something, or CSV_MORE. */
enum csv_token csv_lexer_end(struct csv_lexer *lexer);

/* The place of the next byte to be read. */
struct csv_context csv_lexer_context(const struct csv_lexer *lexer);

/* True when the next byte may begin a row. */
static inline bool csv_lexer_at_row(const struct csv_lexer *lexer)
{
    return lexer->state == CSV_BEFORE && !lexer->in_row && lexer->blank.line == 0;
}

/* Counts a line end; `at` is the byte after it. */
static inline void csv_lexer_count_line(struct csv_lexer *lexer, const char *at)
{
    lexer->line++;
    lexer->line_byte = lexer->begin_byte + (uint64_t)(at - lexer->begin);
}

#endif
