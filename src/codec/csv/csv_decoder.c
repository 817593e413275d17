/* Rows of numbers below a header line. csv_lexer.c splits the text into fields. */
#include "codec/csv/csv_decoder.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/string_builder.h"
#include "base/suggest.h"
#include "codec/columns.h"
#include "codec/csv/csv_lexer.h"

#define ALL_COLUMNS ((1u << PARTICLE_COLUMNS) - 1)

_Static_assert(NUMBER_READ_BYTES_MAX == 1024, "TOO_LONG says 1024");
#define TOO_LONG "is longer than 1024 bytes; the 17 digits of a double are enough"
#define TOO_LARGE "is too large for a double, whose largest is about 1.8e308"

struct csv_decoder {
    struct decoder base;
    struct csv_lexer lexer;
    struct columns columns;
    struct simulation *out;
    bool has_header;
    uint64_t fields;                  /* in the header, and so in each row */
    uint64_t field;                   /* index of the next field */
    unsigned seen;                    /* bit i: the header has that column */
    unsigned order[PARTICLE_COLUMNS]; /* the column of each field; valid if all columns are seen */
    size_t count;                     /* complete particles */
};

/* --- syntax errors -------------------------------------------------------------------------- */

/* Sets a syntax error in place of any earlier error. The caller adds the detail. */
static struct string_builder syntax_error(struct csv_decoder *decoder, struct csv_position position)
{
    struct decode_error *error = &decoder->base.error;
    columns_free(&decoder->columns);
    *error = (struct decode_error){
        .status = DECODE_SYNTAX,
        .line = position.line,
        .column = position.column,
        .byte = position.byte,
    };
    return string_builder_init(error->detail, sizeof error->detail);
}

static enum decode_status lexical_error(struct csv_decoder *decoder)
{
    struct string_builder detail = syntax_error(decoder, decoder->lexer.error_position);
    string_builder_add(&detail, decoder->lexer.error);
    return DECODE_SYNTAX;
}

static enum decode_status wrong_number_of_fields(struct csv_decoder *decoder, bool too_few)
{
    struct string_builder detail = syntax_error(decoder, decoder->lexer.field_end);
    string_builder_addf(
        &detail, "expected %s, found %s: the first line has %" PRIu64 " field%s, this one ",
        too_few ? "\",\"" : "the end of the line", too_few ? "the end of the line" : "\",\"",
        decoder->fields, decoder->fields == 1 ? "" : "s");
    if (too_few)
        string_builder_addf(&detail, "%" PRIu64, decoder->field + 1);
    else
        string_builder_add(&detail, "more");
    return DECODE_SYNTAX;
}

static enum decode_status empty_body(struct csv_decoder *decoder)
{
    struct string_builder detail = syntax_error(decoder, csv_lexer_position(&decoder->lexer));
    string_builder_add(&detail,
                       "the body is empty: send a line with the column names x, y and ang_vel, "
                       "then one line for each particle, at least one");
    return DECODE_SYNTAX;
}

/* --- invalid values ------------------------------------------------------------------------- */

/* Sets the status of an error. The caller adds to both texts. */
static enum decode_status error_begin(struct csv_decoder *decoder, enum decode_status status,
                                      struct string_builder *pointer, struct string_builder *detail)
{
    struct decode_error *error = &decoder->base.error;
    columns_free(&decoder->columns);
    error->status = status;
    *pointer = string_builder_init(error->pointer, sizeof error->pointer);
    *detail = string_builder_init(error->detail, sizeof error->detail);
    return status;
}

/* An error of the particles as a whole. */
static enum decode_status particles_error(struct csv_decoder *decoder, enum decode_status status,
                                          const char *sentence)
{
    struct string_builder pointer, detail;
    error_begin(decoder, status, &pointer, &detail);
    string_builder_add(&pointer, "/particles");
    string_builder_addf(&detail, "particles: %s", sentence);
    return status;
}

/* Begins an error in a column name of the header. */
static enum decode_status column_error(struct csv_decoder *decoder, struct string_builder *pointer,
                                       struct string_builder *detail)
{
    error_begin(decoder, DECODE_INVALID, pointer, detail);
    string_builder_add(pointer, "/particles/0");
    string_builder_addf(detail, "line %" PRIu64 ": ", decoder->lexer.field_start.line);
    return DECODE_INVALID;
}

/* Returns how many bytes of the field are in its text. */
static size_t kept_length(const struct csv_lexer *field)
{
    return field->length < sizeof field->text ? field->length : sizeof field->text;
}

static enum decode_status unknown_column(struct csv_decoder *decoder)
{
    const char *name = decoder->lexer.text;
    size_t length = kept_length(&decoder->lexer);
    bool truncated = length < decoder->lexer.length;
    struct string_builder pointer, detail;
    column_error(decoder, &pointer, &detail);
    string_builder_add_pointer_token(&pointer, name, length, truncated);
    string_builder_add(&detail, "unknown column ");
    string_builder_add_quoted(&detail, name, length, truncated);
    string_builder_addf(
        &detail, ": did you mean \"%s\"? The first line must contain ",
        column_names[suggestion_index(name, length, column_names, PARTICLE_COLUMNS)]);
    string_builder_add_list(&detail, column_names, PARTICLE_COLUMNS);
    string_builder_add(&detail, ", separated by commas");
    return DECODE_INVALID;
}

static enum decode_status repeated_column(struct csv_decoder *decoder, unsigned column)
{
    struct string_builder pointer, detail;
    column_error(decoder, &pointer, &detail);
    string_builder_addf(&pointer, "/%s", column_names[column]);
    string_builder_addf(&detail, "column %s is given twice", column_names[column]);
    return DECODE_INVALID;
}

static enum decode_status missing_columns(struct csv_decoder *decoder)
{
    const char *missing[PARTICLE_COLUMNS];
    size_t count = 0;
    for (unsigned i = 0; i < PARTICLE_COLUMNS; i++)
        if (!(decoder->seen & 1u << i))
            missing[count++] = column_names[i];
    struct string_builder pointer, detail;
    column_error(decoder, &pointer, &detail);
    string_builder_add(&detail, "the header lacks ");
    string_builder_add_list(&detail, missing, count);
    return DECODE_INVALID;
}

/* Begins an error in the number just read. */
static enum decode_status number_error(struct csv_decoder *decoder, struct string_builder *detail)
{
    const char *column = column_names[decoder->order[decoder->field]];
    struct string_builder pointer;
    error_begin(decoder, DECODE_INVALID, &pointer, detail);
    string_builder_addf(&pointer, "/particles/%zu/%s", decoder->count, column);
    string_builder_addf(detail, "line %" PRIu64 ": particles[%zu].%s ",
                        decoder->lexer.field_start.line, decoder->count, column);
    return DECODE_INVALID;
}

static enum decode_status not_a_number(struct csv_decoder *decoder)
{
    const struct csv_lexer *field = &decoder->lexer;
    struct string_builder detail;
    number_error(decoder, &detail);
    if (field->length == 0) {
        string_builder_add(&detail, "is empty; it must be a number");
    } else {
        string_builder_add(&detail, "must be a finite number, such as -1.5e-3, not ");
        string_builder_add_quoted(&detail, field->text, field->length, false);
    }
    return DECODE_INVALID;
}

static enum decode_status bad_number(struct csv_decoder *decoder, const char *sentence)
{
    struct string_builder detail;
    number_error(decoder, &detail);
    string_builder_add(&detail, sentence);
    return DECODE_INVALID;
}

/* --- fields --------------------------------------------------------------------------------- */

static enum decode_status take_name(struct csv_decoder *decoder)
{
    const struct csv_lexer *name = &decoder->lexer;
    unsigned column = 0;
    while (column < PARTICLE_COLUMNS &&
           (strlen(column_names[column]) != name->length ||
            memcmp(column_names[column], name->text, name->length) != 0))
        column++;
    if (column == PARTICLE_COLUMNS)
        return unknown_column(decoder);
    if (decoder->seen & 1u << column)
        return repeated_column(decoder, column);
    decoder->seen |= 1u << column;
    decoder->order[decoder->field] = column;
    return DECODE_OK;
}

static enum decode_status take_number(struct csv_decoder *decoder)
{
    const struct csv_lexer *field = &decoder->lexer;
    if (decoder->field == 0 && decoder->count >= decoder->columns.capacity) {
        char sentence[COLUMNS_SENTENCE_BYTES];
        enum decode_status status = columns_grow(&decoder->columns, decoder->count + 1, sentence);
        if (status)
            return particles_error(decoder, status, sentence);
    }
    if (field->length > NUMBER_READ_BYTES_MAX)
        return bad_number(decoder, TOO_LONG);
    if (!number_is_valid(field->text, field->length))
        return not_a_number(decoder);
    double value = number_parse(field->text, field->length);
    if (!isfinite(value))
        return bad_number(decoder, TOO_LARGE);
    decoder->columns.column[decoder->order[decoder->field]][decoder->count] = value;
    return DECODE_OK;
}

static enum decode_status end_header(struct csv_decoder *decoder)
{
    decoder->has_header = true;
    decoder->fields = decoder->field + 1;
    decoder->field = 0;
    if (!decoder->base.error.status && decoder->seen != ALL_COLUMNS)
        return missing_columns(decoder);
    return DECODE_OK;
}

static enum decode_status take(struct csv_decoder *decoder, bool last)
{
    if (!decoder->base.error.status) {
        enum decode_status status = decoder->has_header ? take_number(decoder) : take_name(decoder);
        if (status && status != DECODE_INVALID)
            return status;
    }
    if (decoder->has_header && last != (decoder->field + 1 == decoder->fields))
        return wrong_number_of_fields(decoder, last);
    if (!last) {
        decoder->field++;
        return DECODE_OK;
    }
    if (!decoder->has_header)
        return end_header(decoder);
    decoder->field = 0;
    decoder->count++;
    return DECODE_OK;
}

/* --- the fast path -------------------------------------------------------------------------- */

static inline const char *skip_blanks(const char *at, const char *end)
{
    while (at != end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

/* Reads a row of numbers at `at`. Returns the byte after its line end, or NULL if the text is
 * anything else or the row is not completely in the chunk. */
static inline const char *read_row(const char *at, const char *end, double value[PARTICLE_COLUMNS])
{
    for (int i = 0; i < PARTICLE_COLUMNS; i++) {
        if (i) {
            if (at == end || *at != ',')
                return NULL;
            at++;
        }
        const char *begin = skip_blanks(at, end);
        at = number_read(begin, end, &value[i]);
        if (!at || at - begin > NUMBER_READ_BYTES_MAX)
            return NULL;
        at = skip_blanks(at, end);
    }
    if (at != end && *at == '\r')
        at++;
    return at != end && *at == '\n' ? at + 1 : NULL;
}

/* Reads rows directly from the chunk, as long as they are three plain numbers, as nearly all rows
 * are. It stops before the first other row, and the lexer continues from there. It reports no
 * errors. */
static void read_rows(struct csv_decoder *decoder)
{
    struct csv_lexer *lexer = &decoder->lexer;
    double *into[PARTICLE_COLUMNS];
    for (int i = 0; i < PARTICLE_COLUMNS; i++)
        into[i] = decoder->columns.column[decoder->order[i]];
    while (decoder->count < decoder->columns.capacity) {
        double value[PARTICLE_COLUMNS];
        const char *next = read_row(lexer->next, lexer->end, value);
        if (!next)
            return;
        for (int i = 0; i < PARTICLE_COLUMNS; i++)
            into[i][decoder->count] = value[i];
        decoder->count++;
        lexer->next = next;
        csv_lexer_count_line(lexer, next);
    }
}

/* --- the decoder's functions ---------------------------------------------------------------- */

static enum decode_status feed(struct decoder *base, const char *bytes, size_t size)
{
    struct csv_decoder *decoder = (struct csv_decoder *)base;
    if (decoder_is_over(&decoder->base))
        return decoder->base.error.status;
    if (size == 0)
        return DECODE_OK;

    csv_lexer_feed(&decoder->lexer, bytes, size);
    for (;;) {
        if (csv_lexer_at_row(&decoder->lexer))
            read_rows(decoder);
        enum csv_token token = csv_lexer_next(&decoder->lexer);
        if (token == CSV_MORE)
            return DECODE_OK;
        if (token == CSV_ERROR)
            return lexical_error(decoder);
        if (take(decoder, token == CSV_LAST_FIELD) && decoder_is_over(&decoder->base))
            return decoder->base.error.status;
    }
}

static enum decode_status finish(struct decoder *base)
{
    struct csv_decoder *decoder = (struct csv_decoder *)base;
    if (decoder_is_over(&decoder->base))
        return decoder->base.error.status;

    enum csv_token token = csv_lexer_end(&decoder->lexer);
    if (token == CSV_ERROR)
        return lexical_error(decoder);
    if (token != CSV_MORE && take(decoder, true) && decoder_is_over(&decoder->base))
        return decoder->base.error.status;
    if (!decoder->has_header)
        return empty_body(decoder);
    if (decoder->base.error.status)
        return decoder->base.error.status;
    if (decoder->count == 0)
        return particles_error(decoder, DECODE_INVALID,
                               "there must be at least one, in a line below the column names");
    decoder->out->particles.count = decoder->count;
    return DECODE_OK;
}

static void destroy(struct decoder *base)
{
    free(base);
}

struct decoder *csv_decoder_create(const struct decode_limits *limits, struct simulation *out)
{
    static const struct decoder_class class = {feed, finish, destroy};
    struct csv_decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder)
        return NULL;
    decoder->base.class = &class;
    csv_lexer_init(&decoder->lexer);
    columns_init(&decoder->columns, limits, &out->particles);
    decoder->out = out;
    out->shape = SHAPE_OBJECTS;
    return &decoder->base;
}
