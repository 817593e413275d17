#include "codec/json_run.h"

#include <string.h>

#include "codec/number.h"

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

/* Takes the name of a column, spelt without escapes; returns its index, or -1. */
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

static inline bool take_object(struct json_lexer *lexer, double value[PARTICLE_COLUMNS])
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
        if (!take_byte(lexer, ':') || !take_number(lexer, &value[column]))
            return false;
    }
    return take_byte(lexer, '}');
}

static inline bool take_triple(struct json_lexer *lexer, double value[PARTICLE_COLUMNS])
{
    for (int i = 0; i < PARTICLE_COLUMNS; i++)
        if (!take_byte(lexer, i ? ',' : '[') || !take_number(lexer, &value[i]))
            return false;
    return take_byte(lexer, ']');
}

static inline bool take_particle(struct json_meaning *meaning, struct json_lexer *lexer)
{
    double value[PARTICLE_COLUMNS];
    if (meaning->count >= meaning->columns.room)
        return false;
    if (!(meaning->out->shape == SHAPE_OBJECTS ? take_object(lexer, value)
                                               : take_triple(lexer, value)))
        return false;
    for (int i = 0; i < PARTICLE_COLUMNS; i++)
        meaning->columns.column[i][meaning->count] = value[i];
    meaning->count++;
    return true;
}

static inline bool take_cell(struct json_meaning *meaning, struct json_lexer *lexer)
{
    size_t *length = &meaning->lengths[meaning->member];
    if (*length >= meaning->columns.room ||
        !take_number(lexer, &meaning->columns.column[meaning->member][*length]))
        return false;
    ++*length;
    return true;
}

bool json_run_read(struct json_meaning *meaning, struct json_lexer *lexer)
{
    bool any = false;
    for (;;) {
        const char *next = lexer->next;
        uint64_t line = lexer->line;
        uint64_t line_byte = lexer->line_byte;
        bool taken = !any || take_byte(lexer, ',');
        if (taken)
            taken = meaning->place == PLACE_COLUMN ? take_cell(meaning, lexer)
                                                   : take_particle(meaning, lexer);
        if (!taken) {
            lexer->next = next;
            lexer->line = line;
            lexer->line_byte = line_byte;
            return any;
        }
        any = true;
    }
}
