#include "codec/csv_encoder.h"

#include <string.h>

#include "codec/number.h"

static const char header[] = "x,y,ang_vel\n";

_Static_assert(sizeof header <= ENCODE_FRAME, "the header fits");

static size_t items(const struct particle_set *set, enum particle_shape shape)
{
    (void)shape;
    return set->count;
}

/* Three numbers, each with what follows it. */
static size_t item_bytes(enum particle_shape shape)
{
    (void)shape;
    return 3 * ((size_t)NUMBER_BYTES_MAX + 1);
}

static char *write(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t begin, size_t end)
{
    (void)shape;
    if (begin == 0) {
        memcpy(out, header, sizeof header - 1);
        out += sizeof header - 1;
    }
    for (size_t i = begin; i < end; i++) {
        out = number_format(out, set->x[i]);
        *out++ = ',';
        out = number_format(out, set->y[i]);
        *out++ = ',';
        out = number_format(out, set->ang_vel[i]);
        *out++ = '\n';
    }
    return out;
}

const struct encoder csv_encoder = {.items = items, .item_bytes = item_bytes, .write = write};
