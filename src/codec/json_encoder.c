#include "codec/json_encoder.h"

#include <string.h>

#include "codec/columns.h"
#include "codec/number.h"

/* Appends a string literal. */
#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

static inline char *put(char *out, const char *bytes, size_t size)
{
    memcpy(out, bytes, size);
    return out + size;
}

/* The most bytes of one particle, in columns of one of its numbers, the comma before it included.
 */
static size_t particle_bound(enum particle_shape shape)
{
    const size_t numbers = (size_t)3 * NUMBER_BYTES_MAX;
    switch (shape) {
    case SHAPE_OBJECTS:
        return numbers + sizeof "{\"x\":,\"y\":,\"ang_vel\":}," - 1;
    case SHAPE_TRIPLES:
        return numbers + sizeof "[,,]," - 1;
    case SHAPE_COLUMNS:
        break;
    }
    return NUMBER_BYTES_MAX + sizeof "," - 1;
}

/* What stands around the particles of a piece, at most. */
#define FRAME_BYTES sizeof "{\"ang_vel\":[]}"

static size_t pieces(const struct particle_set *set, enum particle_shape shape)
{
    return encode_pieces(set->count) * (shape == SHAPE_COLUMNS ? PARTICLE_COLUMNS : 1);
}

static size_t bound(const struct particle_set *set, enum particle_shape shape, size_t piece)
{
    piece %= encode_pieces(set->count);
    size_t count = encode_end(piece, set->count) - encode_begin(piece);
    return FRAME_BYTES + count * particle_bound(shape);
}

static char *write_objects(char *out, const struct particle_set *set, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        if (i)
            *out++ = ',';
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
        if (i)
            *out++ = ',';
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

/* The pieces of the three columns follow each other. */
static char *write_column(char *out, const struct particle_set *set, size_t piece)
{
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    size_t count = encode_pieces(set->count);
    size_t column = piece / count;
    size_t begin = encode_begin(piece % count), end = encode_end(piece % count, set->count);
    if (begin == 0) {
        *out++ = column ? ',' : '{';
        *out++ = '"';
        out = put(out, column_names[column], strlen(column_names[column]));
        out = PUT(out, "\":[");
    }
    for (size_t i = begin; i < end; i++) {
        if (i)
            *out++ = ',';
        out = number_format(out, columns[column][i]);
    }
    if (end == set->count) {
        *out++ = ']';
        if (column == PARTICLE_COLUMNS - 1)
            *out++ = '}';
    }
    return out;
}

static char *write(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t piece)
{
    if (shape == SHAPE_COLUMNS)
        return write_column(out, set, piece);
    size_t begin = encode_begin(piece), end = encode_end(piece, set->count);
    if (begin == 0)
        *out++ = '[';
    out = shape == SHAPE_OBJECTS ? write_objects(out, set, begin, end)
                                 : write_triples(out, set, begin, end);
    if (end == set->count)
        *out++ = ']';
    return out;
}

const struct encoder json_encoder = {.pieces = pieces, .bound = bound, .write = write};
