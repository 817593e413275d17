#include "codec/json/json_fast_path.h"

#include <string.h>

#include "codec/number/number.h"

static inline bool take_byte(struct json_lexer *lexer, char byte)
{
    const char *at = json_lexer_skip_space(lexer);
    if (at == lexer->end || *at != byte)
        return false;
    lexer->next = at + 1;
    return true;
}

static inline bool take_number(struct json_lexer *lexer, double *value)
{
    const char *at = json_lexer_skip_space(lexer);
    const char *end = number_read(at, lexer->end, value);
    if (!end || end - at > NUMBER_READ_BYTES_MAX)
        return false;
    lexer->next = end;
    return true;
}

/* --- token by token ------------------------------------------------------------------------- */

/* A particle, and the positions of its numbers. */
struct particle {
    double value[PARTICLE_COLUMNS];         /* by column */
    unsigned char column[PARTICLE_COLUMNS]; /* of each number, in the order of the text */
    const char *begin[PARTICLE_COLUMNS], *end[PARTICLE_COLUMNS];
};

/* Takes the name of a column, written without escapes. Returns the column's index, or -1. */
static inline int take_name(struct json_lexer *lexer)
{
    static const char x[] = "\"x\"", y[] = "\"y\"", ang_vel[] = "\"ang_vel\"";
    const char *at = json_lexer_skip_space(lexer);
    size_t left = (size_t)(lexer->end - at);
    if (left < sizeof ang_vel)
        return -1;
    if (memcmp(at, x, sizeof x - 1) == 0) {
        lexer->next = at + sizeof x - 1;
        return 0;
    }
    if (memcmp(at, y, sizeof y - 1) == 0) {
        lexer->next = at + sizeof y - 1;
        return 1;
    }
    if (memcmp(at, ang_vel, sizeof ang_vel - 1) == 0) {
        lexer->next = at + sizeof ang_vel - 1;
        return 2;
    }
    return -1;
}

static bool take_next_number(struct json_lexer *lexer, struct particle *particle, int i, int column)
{
    particle->begin[i] = json_lexer_skip_space(lexer);
    particle->column[i] = (unsigned char)column;
    if (!take_number(lexer, &particle->value[column]))
        return false;
    particle->end[i] = lexer->next;
    return true;
}

static bool take_object(struct json_lexer *lexer, struct particle *particle)
{
    unsigned seen = 0;
    if (!take_byte(lexer, '{'))
        return false;
    for (int i = 0; i < PARTICLE_COLUMNS; i++) {
        if (i && !take_byte(lexer, ','))
            return false;
        int column = take_name(lexer);
        if (column < 0 || seen & 1u << column)
            return false;
        seen |= 1u << column;
        if (!take_byte(lexer, ':') || !take_next_number(lexer, particle, i, column))
            return false;
    }
    return take_byte(lexer, '}');
}

static bool take_triple(struct json_lexer *lexer, struct particle *particle)
{
    for (int i = 0; i < PARTICLE_COLUMNS; i++)
        if (!take_byte(lexer, i ? ',' : '[') || !take_next_number(lexer, particle, i, i))
            return false;
    return take_byte(lexer, ']');
}

/* --- separators ----------------------------------------------------------------------------- */

static bool separator_set(struct separator *separator, const char *begin, const char *end)
{
    size_t length = (size_t)(end - begin);
    if (length > SEPARATOR_BYTES_MAX)
        return false;
    memset(separator, 0, sizeof *separator);
    memcpy(separator->text, begin, length);
    memset(separator->mask, 0xff, length);
    separator->length = (unsigned)length;
    separator->words = (unsigned)(length + 7) / 8;
    for (unsigned i = 0; i < length; i++)
        if (begin[i] == '\n') {
            separator->newlines++;
            separator->line_start = i + 1;
        }
    return true;
}

/* Up to SEPARATOR_BYTES_MAX bytes from `at` on may be read. */
static inline bool separator_is_at(const struct separator *separator, const char *at)
{
    uint64_t difference = 0, word;
    for (unsigned i = 0; i < separator->words; i++) {
        memcpy(&word, at + 8 * i, sizeof word);
        difference |= (word ^ separator->text[i]) & separator->mask[i];
    }
    return difference == 0;
}

/* Keeps the text around the numbers of a particle as a template. The particle is at [begin, end),
 * which includes the comma before it. */
static void set_template(struct json_fast_path *fast_path, const struct particle *particle,
                         const char *begin, const char *end)
{
    fast_path->has_template = true;
    for (int i = 0; i <= PARTICLE_COLUMNS; i++)
        fast_path->has_template &=
            separator_set(&fast_path->separators[i], i ? particle->end[i - 1] : begin,
                          i < PARTICLE_COLUMNS ? particle->begin[i] : end);
    memcpy(fast_path->column, particle->column, sizeof fast_path->column);
}

/* Skips a separator and counts its lines. */
static inline const char *skip_separator(const struct separator *separator,
                                         struct json_lexer *lexer, const char *at)
{
    if (separator->newlines) {
        lexer->line += separator->newlines;
        lexer->line_byte =
            lexer->begin_byte + (uint64_t)(at + separator->line_start - lexer->begin);
    }
    return at + separator->length;
}

/* Takes a particle, with the comma before it, whose text around the numbers equals the template. */
static inline bool match_template(const struct json_fast_path *fast_path,
                                  struct json_builder *builder, struct json_lexer *lexer)
{
    const char *at = lexer->next;
    double value[PARTICLE_COLUMNS];
    for (int i = 0; i < PARTICLE_COLUMNS; i++) {
        const struct separator *separator = &fast_path->separators[i];
        if (lexer->end - at < SEPARATOR_BYTES_MAX || !separator_is_at(separator, at))
            return false;
        at = skip_separator(separator, lexer, at);
        const char *end = number_read(at, lexer->end, &value[i]);
        if (!end || end - at > NUMBER_READ_BYTES_MAX)
            return false;
        at = end;
    }
    const struct separator *last = &fast_path->separators[PARTICLE_COLUMNS];
    if (lexer->end - at < SEPARATOR_BYTES_MAX || !separator_is_at(last, at))
        return false;
    lexer->next = skip_separator(last, lexer, at);
    for (int i = 0; i < PARTICLE_COLUMNS; i++)
        builder->columns.column[fast_path->column[i]][builder->count] = value[i];
    builder->count++;
    return true;
}

static bool take_particle(struct json_fast_path *fast_path, struct json_builder *builder,
                          struct json_lexer *lexer, bool first)
{
    struct particle particle;
    const char *begin = lexer->next;
    if (!first && !take_byte(lexer, ','))
        return false;
    if (!(builder->out->shape == SHAPE_OBJECTS ? take_object(lexer, &particle)
                                               : take_triple(lexer, &particle)))
        return false;
    for (int i = 0; i < PARTICLE_COLUMNS; i++)
        builder->columns.column[i][builder->count] = particle.value[i];
    builder->count++;
    if (!first)
        set_template(fast_path, &particle, begin, lexer->next);
    return true;
}

/* --- columns -------------------------------------------------------------------------------- */

static bool take_column_number(struct json_builder *builder, struct json_lexer *lexer, bool first)
{
    size_t *length = &builder->lengths[builder->member];
    if (*length >= builder->columns.capacity || (!first && !take_byte(lexer, ',')) ||
        !take_number(lexer, &builder->columns.column[builder->member][*length]))
        return false;
    ++*length;
    return true;
}

/* Takes numbers that are separated by a comma without white space. */
static void take_compact_numbers(struct json_builder *builder, struct json_lexer *lexer)
{
    double *column = builder->columns.column[builder->member];
    size_t length = builder->lengths[builder->member], capacity = builder->columns.capacity;
    const char *at = lexer->next;
    while (length < capacity && at != lexer->end && *at == ',') {
        const char *end = number_read(at + 1, lexer->end, &column[length]);
        if (!end || end - at > NUMBER_READ_BYTES_MAX)
            break;
        length++;
        at = end;
    }
    lexer->next = at;
    builder->lengths[builder->member] = length;
}

/* --- all ------------------------------------------------------------------------------------ */

static bool take_item(struct json_fast_path *fast_path, struct json_builder *builder,
                      struct json_lexer *lexer, bool first)
{
    const char *next = lexer->next;
    uint64_t line = lexer->line, line_byte = lexer->line_byte;
    if (builder->context == CONTEXT_COLUMN) {
        if (take_column_number(builder, lexer, first))
            return true;
    } else if (builder->count < builder->columns.capacity) {
        if (!first && fast_path->has_template && match_template(fast_path, builder, lexer))
            return true;
        lexer->next = next;
        lexer->line = line;
        lexer->line_byte = line_byte;
        if (take_particle(fast_path, builder, lexer, first))
            return true;
    }
    lexer->next = next;
    lexer->line = line;
    lexer->line_byte = line_byte;
    return false;
}

bool json_fast_path_read(struct json_fast_path *fast_path, struct json_builder *builder,
                         struct json_lexer *lexer)
{
    if (!take_item(fast_path, builder, lexer, true))
        return false;
    do {
        if (builder->context == CONTEXT_COLUMN)
            take_compact_numbers(builder, lexer);
    } while (take_item(fast_path, builder, lexer, false));
    return true;
}
