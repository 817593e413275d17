#include "codec/json/json_encoder.h"

#include <string.h>

#include "codec/columns.h"
#include "codec/number/number.h"

/* Appends a string literal. */
#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

static inline char *put(char *out, const char *bytes, size_t size)
{
    memcpy(out, bytes, size);
    return out + size;
}

/* An item is a particle, or a number if the shape is columns. */
static size_t items(const struct particle_set *set, enum particle_shape shape)
{
    return set->count * (shape == SHAPE_COLUMNS ? PARTICLE_COLUMNS : 1);
}

/* The text between two columns counts as part of the first number of the second column. */
static size_t item_bytes(enum particle_shape shape)
{
    const size_t numbers = (size_t)PARTICLE_COLUMNS * NUMBER_BYTES_MAX;
    switch (shape) {
    case SHAPE_OBJECTS:
        return numbers + sizeof "{\"x\":,\"y\":,\"ang_vel\":}," - 1;
    case SHAPE_TRIPLES:
        return numbers + sizeof "[,,]," - 1;
    case SHAPE_COLUMNS:
        break;
    }
    return NUMBER_BYTES_MAX + sizeof "],\"ang_vel\":[" - 1;
}

static char *write_objects(char *out, const struct particle_set *set, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        *out++ = i ? ',' : '[';
        out = PUT(out, "{\"x\":");
        out = number_format(out, set->x[i]);
        out = PUT(out, ",\"y\":");
        out = number_format(out, set->y[i]);
        out = PUT(out, ",\"ang_vel\":");
        out = number_format(out, set->ang_vel[i]);
        *out++ = '}';
    }
    return out;
}

static char *write_triples(char *out, const struct particle_set *set, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        *out++ = i ? ',' : '[';
        *out++ = '[';
        out = number_format(out, set->x[i]);
        *out++ = ',';
        out = number_format(out, set->y[i]);
        *out++ = ',';
        out = number_format(out, set->ang_vel[i]);
        *out++ = ']';
    }
    return out;
}

static char *begin_column(char *out, size_t column)
{
    if (column)
        out = PUT(out, "],\"");
    else
        out = PUT(out, "{\"");
    out = put(out, column_names[column], strlen(column_names[column]));
    return PUT(out, "\":[");
}

static char *write_columns(char *out, const struct particle_set *set, size_t begin, size_t end)
{
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    while (begin < end) {
        size_t column = begin / set->count, row = begin % set->count;
        size_t rows =
            end - column * set->count < set->count ? end - column * set->count : set->count;
        begin += rows - row;
        for (; row < rows; row++) {
            if (row)
                *out++ = ',';
            else
                out = begin_column(out, column);
            out = number_format(out, columns[column][row]);
        }
    }
    return out;
}

static char *write(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t begin, size_t end)
{
    bool last = end == items(set, shape);
    if (shape == SHAPE_COLUMNS) {
        out = write_columns(out, set, begin, end);
        return last ? PUT(out, "]}") : out;
    }
    out = shape == SHAPE_OBJECTS ? write_objects(out, set, begin, end)
                                 : write_triples(out, set, begin, end);
    if (last)
        *out++ = ']';
    return out;
}

const struct encoder json_encoder = {.items = items, .item_bytes = item_bytes, .write = write};
