#include "codec/csv/csv_lexer.h"

#include <string.h>

#include "base/utf8.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void csv_lexer_init(struct csv_lexer *lexer)
{
    memset(lexer, 0, sizeof *lexer);
    lexer->line = 1;
    lexer->state = CSV_BEFORE_FIELD;
}

static uint64_t next_byte(const struct csv_lexer *lexer)
{
    return lexer->begin_byte + (uint64_t)(lexer->next - lexer->begin);
}

void csv_lexer_feed(struct csv_lexer *lexer, const char *bytes, size_t size)
{
    lexer->begin_byte = next_byte(lexer);
    lexer->begin = lexer->next = bytes;
    lexer->end = bytes + size;
}

struct csv_position csv_lexer_position(const struct csv_lexer *lexer)
{
    uint64_t byte = next_byte(lexer);
    return (struct csv_position){lexer->line, byte - lexer->line_byte + 1, byte};
}

static enum csv_token error_at(struct csv_lexer *lexer, struct csv_position position,
                               const char *sentence)
{
    lexer->error = sentence;
    lexer->error_position = position;
    return CSV_ERROR;
}

static enum csv_token error(struct csv_lexer *lexer, const char *sentence)
{
    return error_at(lexer, csv_lexer_position(lexer), sentence);
}

static inline bool is_blank(unsigned char byte)
{
    return byte == ' ' || byte == '\t';
}

static inline bool is_separator(unsigned char byte)
{
    return byte == ',' || byte == '\n' || byte == '\r';
}

/* --- the end of a field --------------------------------------------------------------------- */

static enum csv_token end_line(struct csv_lexer *lexer)
{
    struct csv_position begin = {lexer->line, 1, lexer->line_byte};
    csv_lexer_count_line(lexer, lexer->next + 1);
    lexer->state = CSV_BEFORE_FIELD;
    if (lexer->in_row) {
        lexer->in_row = false;
        return CSV_LAST_FIELD;
    }
    if (!lexer->first_blank.line)
        lexer->first_blank = begin;
    return CSV_MORE;
}

static enum csv_token end_field(struct csv_lexer *lexer, unsigned char separator)
{
    lexer->field_end = csv_lexer_position(lexer);
    if (separator == '\n')
        return end_line(lexer);
    lexer->state = separator == ',' ? CSV_BEFORE_FIELD : CSV_AFTER_CR;
    return separator == ',' ? CSV_FIELD : CSV_MORE;
}

static enum csv_token after_cr(struct csv_lexer *lexer, unsigned char byte)
{
    if (byte == '\n')
        return end_line(lexer);
    return error_at(lexer, lexer->field_end,
                    "a carriage return without a line feed: lines end with LF or CRLF");
}

/* --- the inside of a field ------------------------------------------------------------------ */

static void keep(struct csv_lexer *lexer, unsigned char byte)
{
    if (lexer->read < sizeof lexer->text)
        lexer->text[lexer->read] = (char)byte;
    lexer->read++;
    if (lexer->quoted || !is_blank(byte))
        lexer->length = lexer->read;
}

static enum csv_token continuation(struct csv_lexer *lexer, unsigned char byte)
{
    if (byte < lexer->low || byte > lexer->high)
        return error(lexer, "not UTF-8");
    lexer->low = 0x80;
    lexer->high = 0xbf;
    lexer->following--;
    keep(lexer, byte);
    /* Excel and others write a byte order mark at the start of a file. */
    if (lexer->length == 3 && next_byte(lexer) == 2 &&
        memcmp(lexer->text, BYTE_ORDER_MARK, 3) == 0) {
        lexer->state = CSV_BEFORE_FIELD;
        lexer->in_row = false;
    }
    return CSV_MORE;
}

/* Takes a byte of a field that is neither a separator nor a quote in the current state. */
static enum csv_token character(struct csv_lexer *lexer, unsigned char byte)
{
    int following = utf8_lead(byte, &lexer->low, &lexer->high);
    if (following < 0)
        return error(lexer, "not UTF-8");
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f)
        return error(lexer, "a control character; CSV is plain text");
    lexer->following = (unsigned char)following;
    keep(lexer, byte);
    return CSV_MORE;
}

static enum csv_token plain(struct csv_lexer *lexer, unsigned char byte)
{
    if (is_separator(byte))
        return end_field(lexer, byte);
    if (byte == '"')
        return error(lexer, "a quote inside a field; put the field in quotes and double this one");
    return character(lexer, byte);
}

static enum csv_token quoted(struct csv_lexer *lexer, unsigned char byte)
{
    if (byte == '"') {
        lexer->state = CSV_AFTER_QUOTE;
        return CSV_MORE;
    }
    if (byte == '\n')
        csv_lexer_count_line(lexer, lexer->next + 1);
    return character(lexer, byte);
}

static enum csv_token after_field(struct csv_lexer *lexer, unsigned char byte)
{
    lexer->state = CSV_AFTER_FIELD;
    if (is_separator(byte))
        return end_field(lexer, byte);
    if (is_blank(byte))
        return CSV_MORE;
    return error(lexer, "expected \",\" or the end of the line after the closing quote");
}

static enum csv_token after_quote(struct csv_lexer *lexer, unsigned char byte)
{
    if (byte != '"')
        return after_field(lexer, byte);
    lexer->state = CSV_QUOTED;
    keep(lexer, byte);
    return CSV_MORE;
}

static void begin_field(struct csv_lexer *lexer)
{
    lexer->field_start = csv_lexer_position(lexer);
    lexer->quoted = false;
    lexer->length = lexer->read = 0;
}

static enum csv_token before_field(struct csv_lexer *lexer, unsigned char byte)
{
    if (is_blank(byte))
        return CSV_MORE;
    begin_field(lexer);
    if (!lexer->in_row && byte != '\n' && byte != '\r') {
        if (lexer->first_blank.line)
            return error_at(lexer, lexer->first_blank,
                            "a blank line; only the text's end may have some");
        lexer->in_row = true;
    }
    if (byte == '"') {
        lexer->quoted = true;
        lexer->state = CSV_QUOTED;
        return CSV_MORE;
    }
    lexer->state = CSV_PLAIN;
    return plain(lexer, byte);
}

/* --- all ------------------------------------------------------------------------------------ */

static inline enum csv_token step(struct csv_lexer *lexer, unsigned char byte)
{
    if (lexer->following)
        return continuation(lexer, byte);
    switch (lexer->state) {
    case CSV_BEFORE_FIELD:
        return before_field(lexer, byte);
    case CSV_PLAIN:
        return plain(lexer, byte);
    case CSV_QUOTED:
        return quoted(lexer, byte);
    case CSV_AFTER_QUOTE:
        return after_quote(lexer, byte);
    case CSV_AFTER_FIELD:
        return after_field(lexer, byte);
    case CSV_AFTER_CR:
        break;
    }
    return after_cr(lexer, byte);
}

enum csv_token csv_lexer_next(struct csv_lexer *lexer)
{
    while (lexer->next != lexer->end) {
        enum csv_token token = step(lexer, (unsigned char)*lexer->next);
        if (token == CSV_ERROR)
            return token;
        lexer->next++;
        if (token != CSV_MORE)
            return token;
    }
    return CSV_MORE;
}

enum csv_token csv_lexer_end(struct csv_lexer *lexer)
{
    if (lexer->following)
        return error(lexer, "the text ends inside a character");
    if (lexer->state == CSV_QUOTED)
        return error_at(lexer, lexer->field_start, "the quote that opens here is not closed");
    if (lexer->state == CSV_AFTER_CR)
        return after_cr(lexer, 0);
    if (!lexer->in_row)
        return CSV_MORE;
    if (lexer->state == CSV_BEFORE_FIELD)
        begin_field(lexer);
    lexer->field_end = csv_lexer_position(lexer);
    lexer->state = CSV_BEFORE_FIELD;
    lexer->in_row = false;
    return CSV_LAST_FIELD;
}
