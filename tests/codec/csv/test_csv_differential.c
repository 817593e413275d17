/* Compares the decoder with a simple reader, on valid texts with a few random edits.
 *
 * The simple reader has the whole text, recognises numbers with a regular expression and converts
 * them with strtod. Both must have the same status, the same position of a syntax error, and
 * numbers with the same bits. */
#include <math.h>
#include <regex.h>
#include <stdio.h>

#define DECODER_CREATE csv_decoder_create
#include "../../suite.h"
#include "../decode.h"
#include "../generator.h"
#include "codec/csv/csv_decoder.h"

#define TEXTS 120000
#define TEXT_BYTES_MAX 512

static const char *const seeds[] = {
    "x,y,ang_vel\n0.3,0.5,1\n0,-0.5,-1\n-0.1,-0.4,3\n",
    "ang_vel,x,y\r\n1e-3,-0,1.5E+2\r\n1,2,3\r\n",
    "\"y\",\"x\",\"ang_vel\"\n\"1\",\"-2.5\",\"3e1\"\n4,5,6",
    "\xef\xbb\xbfx,y,ang_vel\r\n1,2,3\n\n \r\n",
    " x , y,\tang_vel\n 1 ,2 , 3\n 4, \"5\" ,6",
    "x,y,ang_vel\n\"1\"\"\",\"a,b\nc\",\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"\n",
    "x,y,angvel,\xc3\xa9\n1,2,3,4\n",
    "x,y,ang_vel\n1e999,1e-999,-1e-330\n",
};

/* Bytes that are likely to change the result. */
static const char alphabet[] = ",,,,\"\"\"\n\n\n\r\r \t0123456789-+.eExy_a;\x01\x1f\x7f\x80\xa0\xbf"
                               "\xbb\xc3\xe0\xed\xef\xf0\xf4\xff"; /* and the NUL at the end */

static size_t mutate(uint64_t *state, char *text, size_t length)
{
    size_t edits = generate_below(state, 4);
    for (size_t e = 0; e < edits; e++) {
        size_t at = generate_below(state, length + 1);
        size_t span = generate_below(state, 12);
        size_t from = generate_below(state, length + 1);
        switch (generate_below(state, 4)) {
        case 0: /* replace */
            if (at < length)
                text[at] = alphabet[generate_below(state, sizeof alphabet)];
            break;
        case 1: /* insert */
            memmove(text + at + 1, text + at, length - at);
            text[at] = alphabet[generate_below(state, sizeof alphabet)];
            length++;
            break;
        case 2: /* delete */
            span = span < length - at ? span : length - at;
            memmove(text + at, text + at + span, length - at - span);
            length -= span;
            break;
        default: /* copy a part to another place */
            span = span < length - from ? span : length - from;
            char part[12];
            memcpy(part, text + from, span);
            memmove(text + at + span, text + at, length - at);
            memcpy(text + at, part, span);
            length += span;
        }
    }
    return length;
}

/* --- the simple reader ---------------------------------------------------------------------- */

struct reader {
    const char *text;
    size_t length, at;
    bool malformed;
    size_t error; /* offset of the syntax error */
    char field[TEXT_BYTES_MAX + 1];
    size_t bytes; /* of the field */
    double numbers[TEXT_BYTES_MAX][3];
    size_t rows;
};

static bool malformed(struct reader *reader, size_t at)
{
    reader->malformed = true;
    reader->error = at;
    return false;
}

/* The next byte, or -1 at the end. */
static int peek(const struct reader *reader)
{
    return reader->at < reader->length ? (unsigned char)reader->text[reader->at] : -1;
}

/* True if a field may end before this byte. */
static bool is_separator(int byte)
{
    return byte == -1 || byte == ',' || byte == '\n' || byte == '\r';
}

static void skip_blanks(struct reader *reader)
{
    while (peek(reader) == ' ' || peek(reader) == '\t')
        reader->at++;
}

static void add(struct reader *reader)
{
    reader->field[reader->bytes++] = reader->text[reader->at++];
}

/* Takes a whole character: table 3-7 of the Unicode standard. */
static bool take_character(struct reader *reader)
{
    static const struct {
        int first, last, low, high, size;
    } rows[] = {
        {0x20, 0x7e, 0, 0, 1},       {'\t', '\n', 0, 0, 1},       {'\r', '\r', 0, 0, 1},
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    size_t row = 0, rows_count = sizeof rows / sizeof *rows;
    while (row < rows_count && (peek(reader) < rows[row].first || peek(reader) > rows[row].last))
        row++;
    if (row == rows_count)
        return malformed(reader, reader->at);
    add(reader);
    for (int i = 1; i < rows[row].size; i++) {
        if (peek(reader) < (i == 1 ? rows[row].low : 0x80) ||
            peek(reader) > (i == 1 ? rows[row].high : 0xbf))
            return malformed(reader, reader->at);
        add(reader);
    }
    return true;
}

static bool read_quoted(struct reader *reader)
{
    size_t open = reader->at++;
    for (;;) {
        if (peek(reader) == -1)
            return malformed(reader, open);
        if (peek(reader) != '"') {
            if (!take_character(reader))
                return false;
            continue;
        }
        reader->at++;
        if (peek(reader) != '"')
            break;
        add(reader);
    }
    skip_blanks(reader);
    return is_separator(peek(reader)) || malformed(reader, reader->at);
}

static bool read_plain(struct reader *reader)
{
    while (!is_separator(peek(reader))) {
        if (peek(reader) == '"')
            return malformed(reader, reader->at);
        if (!take_character(reader))
            return false;
    }
    while (reader->bytes && strchr(" \t", reader->field[reader->bytes - 1]))
        reader->bytes--;
    return true;
}

static bool read_field(struct reader *reader)
{
    reader->bytes = 0;
    skip_blanks(reader);
    bool read = peek(reader) == '"' ? read_quoted(reader) : read_plain(reader);
    reader->field[reader->bytes] = '\0';
    return read;
}

/* Skips a line end, if there is one here. */
static bool read_line_end(struct reader *reader)
{
    size_t begin = reader->at;
    if (peek(reader) == '\r') {
        reader->at++;
        if (peek(reader) != '\n')
            return malformed(reader, begin);
    }
    if (peek(reader) == '\n')
        reader->at++;
    return true;
}

/* Skips blank lines, the first of which begins at `line`. Returns true if a row follows. A row
 * after a blank line is a syntax error. */
static bool read_blank_lines(struct reader *reader, size_t line)
{
    bool is_first = true;
    for (;;) {
        size_t begin = reader->at;
        skip_blanks(reader);
        if (peek(reader) == -1)
            return false;
        if (peek(reader) != '\n' && peek(reader) != '\r') {
            reader->at = begin;
            return is_first || malformed(reader, line);
        }
        if (!read_line_end(reader))
            return false;
        is_first = false;
    }
}

static bool is_number(const char *text, size_t length)
{
    static regex_t pattern;
    static bool ready;
    if (!ready)
        ck_assert_int_eq(regcomp(&pattern, "^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?$",
                                 REG_EXTENDED | REG_NOSUB),
                         0);
    ready = true;
    return strlen(text) == length && !strchr(text, '\n') &&
           regexec(&pattern, text, 0, NULL, 0) == 0;
}

/* Returns the column with the name in the field; 3 if there is none. */
static size_t column_of(const struct reader *reader)
{
    static const char *const names[3] = {"x", "y", "ang_vel"};
    size_t column = 0;
    while (column < 3 &&
           (strlen(names[column]) != reader->bytes || strcmp(names[column], reader->field) != 0))
        column++;
    return column;
}

/* Reads the whole text. Returns true if it is a valid request; reader->malformed is set after a
 * syntax error. */
static bool read_text(struct reader *reader)
{
    size_t columns[TEXT_BYTES_MAX], seen[4] = {0}, fields = 0;
    bool valid = true;
    if (reader->length >= 3 && memcmp(reader->text, "\xef\xbb\xbf", 3) == 0)
        reader->at = 3;
    size_t line;
    for (line = 0; read_blank_lines(reader, line ? reader->at : 0); line++) {
        size_t field = 0;
        for (;; reader->at++, field++) {
            if (!read_field(reader))
                return false;
            if (line == 0) {
                columns[field] = column_of(reader);
                seen[columns[field]]++;
            } else if (valid) {
                double value = strtod(reader->field, NULL);
                valid = is_number(reader->field, reader->bytes) && isfinite(value);
                reader->numbers[line - 1][columns[field]] = value;
            }
            if (peek(reader) != ',')
                break;
            if (line && field + 1 == fields)
                return malformed(reader, reader->at);
        }
        size_t end = reader->at;
        if (!read_line_end(reader))
            return false;
        if (line && field + 1 != fields)
            return malformed(reader, end);
        if (line == 0) {
            fields = field + 1;
            valid = seen[0] == 1 && seen[1] == 1 && seen[2] == 1 && seen[3] == 0;
        }
    }
    if (!reader->malformed && line == 0)
        return malformed(reader, reader->length); /* empty */
    reader->rows = line ? line - 1 : 0;
    return valid && reader->rows > 0;
}

/* --- the comparison ------------------------------------------------------------------------- */

struct tally {
    size_t malformed, invalid, valid;
};

/* Checks that line and column are those of the byte. */
static void check_position(const struct decode_error *error, const char *text)
{
    uint64_t line = 1, begin = 0;
    for (uint64_t i = 0; i < error->byte; i++)
        if (text[i] == '\n') {
            line++;
            begin = i + 1;
        }
    ck_assert_uint_eq(error->line, line);
    ck_assert_uint_eq(error->column, error->byte - begin + 1);
}

static void compare(const char *text, size_t length, size_t chunk, struct tally *tally)
{
    static struct reader reader;
    reader = (struct reader){.text = text, .length = length};
    struct decoded d = {.budget.limit = 0};
    decode_chunks(&d, text, length, 0, chunk, MANY_PARTICLES);
    bool valid = read_text(&reader);
    enum decode_status expected = reader.malformed ? DECODE_SYNTAX
                                  : valid          ? DECODE_OK
                                                   : DECODE_INVALID;
    ck_assert_msg(d.status == expected, "%d, not %d, %s: %.*s", d.status, expected, d.error.detail,
                  (int)length, text);
    if (expected == DECODE_SYNTAX) {
        ck_assert_msg(d.error.byte == reader.error, "byte %d, not %zu, %s: %.*s", (int)d.error.byte,
                      reader.error, d.error.detail, (int)length, text);
        check_position(&d.error, text);
        tally->malformed++;
    } else if (expected == DECODE_INVALID) {
        tally->invalid++;
    } else {
        const struct particle_set *set = &d.simulation.particles;
        ck_assert_uint_eq(set->count, reader.rows);
        for (size_t i = 0; i < set->count; i++) {
            double particle[3] = {set->x[i], set->y[i], set->ang_vel[i]};
            ck_assert_mem_eq(particle, reader.numbers[i], sizeof particle);
        }
        tally->valid++;
    }
    decoded_free(&d);
}

START_TEST(same_as_the_simple_reader)
{
    uint64_t state = 2026;
    struct tally tally = {0};
    for (size_t i = 0; i < TEXTS; i++) {
        char text[TEXT_BYTES_MAX];
        const char *seed = seeds[generate_below(&state, sizeof seeds / sizeof *seeds)];
        size_t length = strlen(seed);
        memcpy(text, seed, length);
        length = mutate(&state, text, length);
        size_t chunk = generate_below(&state, 2) ? length : 1 + generate_below(&state, 40);
        if (length)
            compare(text, length, chunk, &tally);
    }
    /* all kinds of texts occur */
    ck_assert_uint_gt(tally.malformed, TEXTS / 10);
    ck_assert_uint_gt(tally.invalid, TEXTS / 10);
    ck_assert_uint_gt(tally.valid, TEXTS / 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/csv_differential");
    TCase *tcase = suite_case(suite, "simple reader");
    tcase_add_test(tcase, same_as_the_simple_reader);
    return suite_run(suite);
}
