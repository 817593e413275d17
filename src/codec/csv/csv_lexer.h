/* Incremental lexer: bytes in chunks of any size -> the fields of CSV (RFC 4180), without their
 * quotes and without the blanks around them. csv_decoder.c interprets the fields. For the files of
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
    CSV_MORE,       /* the chunk is used up; feed the next one */
    CSV_ERROR,      /* not CSV; error and error_position are set */
    CSV_FIELD,      /* a field with a comma after it */
    CSV_LAST_FIELD, /* the last field of a line */
};

struct csv_position {
    uint64_t line;   /* from 1 */
    uint64_t column; /* from 1, in bytes */
    uint64_t byte;   /* from 0 */
};

struct csv_lexer {
    /* The chunk. */
    const char *begin;
    const char *next;
    const char *end;

    /* Offsets in the whole text are called "byte", from 0. */
    uint64_t begin_byte; /* of `begin` */
    uint64_t line;       /* number of the current line, from 1 */
    uint64_t line_byte;  /* where the current line begins */

    /* The field just read, or being read. */
    struct csv_position field_start; /* its first byte or opening quote; its end if it is empty */
    struct csv_position field_end;   /* the comma or line end after it */
    bool quoted;
    size_t length; /* without blanks at the end; also counts bytes that do not fit into text */
    size_t read;   /* the same with blanks at the end */
    char text[NUMBER_READ_BYTES_MAX];

    const char *error; /* a sentence, after CSV_ERROR */
    struct csv_position error_position;

    enum {
        CSV_BEFORE_FIELD, /* only blanks so far */
        CSV_PLAIN,        /* in a field without quotes */
        CSV_QUOTED,       /* between the quotes */
        CSV_AFTER_QUOTE,  /* after a quote inside quotes: the closing one, or the first of two */
        CSV_AFTER_FIELD,  /* after the closing quote and blanks */
        CSV_AFTER_CR,     /* after a carriage return */
    } state;
    unsigned char following;         /* number of bytes of a UTF-8 sequence that must follow */
    unsigned char low, high;         /* the range of the next one */
    bool in_row;                     /* the line is not blank */
    struct csv_position first_blank; /* the first of the blank lines just read; line 0: none */
};

void csv_lexer_init(struct csv_lexer *lexer);

/* Sets the next chunk, after csv_lexer_next has returned CSV_MORE. It must stay valid until
 * csv_lexer_next returns CSV_MORE again. */
void csv_lexer_feed(struct csv_lexer *lexer, const char *bytes, size_t size);

/* Reads the next field. */
enum csv_token csv_lexer_next(struct csv_lexer *lexer);

/* Ends the text. Returns CSV_LAST_FIELD if the last line has no line end, CSV_ERROR if the text
 * ends inside quotes, a character or a CRLF, otherwise CSV_MORE. */
enum csv_token csv_lexer_end(struct csv_lexer *lexer);

/* Returns the position of the next byte. */
struct csv_position csv_lexer_position(const struct csv_lexer *lexer);

/* True if the next byte may begin a row. */
static inline bool csv_lexer_at_row(const struct csv_lexer *lexer)
{
    return lexer->state == CSV_BEFORE_FIELD && !lexer->in_row && lexer->first_blank.line == 0;
}

/* Counts a line end; `at` is the byte after it. */
static inline void csv_lexer_count_line(struct csv_lexer *lexer, const char *at)
{
    lexer->line++;
    lexer->line_byte = lexer->begin_byte + (uint64_t)(at - lexer->begin);
}

#endif
