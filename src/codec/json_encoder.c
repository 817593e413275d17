#include "codec/json_encoder.h"

#include <stdint.h>
#include <string.h>

#include "codec/number.h"

/* Appends a string literal. */
#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

static inline char *put(char *out, const char *bytes, size_t size)
{
    memcpy(out, bytes, size);
    return out + size;
}

/* The most bytes of one particle, the comma after it included. */
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
    return numbers + sizeof ",,," - 1;
}

size_t json_particles_bound(enum particle_shape shape, size_t count)
{
    const size_t frame = sizeof "{\"x\":[],\"y\":[],\"ang_vel\":[]}" - 1; /* the largest */
    size_t particle = particle_bound(shape);
    if (count > (SIZE_MAX - frame) / particle)
        return 0;
    return frame + count * particle;
}

static char *encode_objects(char *out, const struct particle_set *set)
{
    *out++ = '[';
    for (size_t i = 0; i < set->count; i++) {
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
    *out++ = ']';
    return out;
}

static char *encode_triples(char *out, const struct particle_set *set)
{
    *out++ = '[';
    for (size_t i = 0; i < set->count; i++) {
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
    *out++ = ']';
    return out;
}

static char *encode_column(char *out, const double *column, size_t count)
{
    *out++ = '[';
    for (size_t i = 0; i < count; i++) {
        if (i)
            *out++ = ',';
        out = number_format(out, column[i]);
    }
    *out++ = ']';
    return out;
}

static char *encode_columns(char *out, const struct particle_set *set)
{
    out = PUT(out, "{\"x\":");
    out = encode_column(out, set->x, set->count);
    out = PUT(out, ",\"y\":");
    out = encode_column(out, set->y, set->count);
    out = PUT(out, ",\"ang_vel\":");
    out = encode_column(out, set->ang_vel, set->count);
    *out++ = '}';
    return out;
}

char *json_encode_particles(char *out, enum particle_shape shape,
                            const struct particle_set *particles)
{
    switch (shape) {
    case SHAPE_OBJECTS:
        return encode_objects(out, particles);
    case SHAPE_TRIPLES:
        return encode_triples(out, particles);
    case SHAPE_COLUMNS:
        break;
    }
    return encode_columns(out, particles);
}
