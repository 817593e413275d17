#include "codec/csv/csv_encoder.h"

#include <string.h>

#include "codec/number/number.h"

static const char header[] = "x,y,ang_vel\n";

_Static_assert(sizeof header <= ENCODE_FRAME, "the header fits");

static size_t items(const struct particle_set *set, enum particle_shape shape)
{
    (void)shape;
    return set->count;
}

/* Three numbers, each with the comma or newline after it. */
static size_t item_bytes(enum particle_shape shape)
{
    (void)shape;
    return 3 * ((size_t)NUMBER_BYTES_MAX + 1);
}

static inline char *write_row(char *out, const struct particle_set *set, size_t i)
{
    out = number_format(out, set->x[i]);
    *out++ = ',';
    out = number_format(out, set->y[i]);
    *out++ = ',';
    out = number_format(out, set->ang_vel[i]);
    *out++ = '\n';
    return out;
}

static char *write(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t begin, size_t end)
{
    (void)shape;
    if (begin == 0) {
        memcpy(out, header, sizeof header - 1);
        out += sizeof header - 1;
    }
    for (size_t i = begin; i < end; i++)
        out = write_row(out, set, i);
    return out;
}

static size_t write_frames_head(char out[ENCODE_HEAD_MAX], size_t particles, size_t frames)
{
    static const char head[] = "frame,x,y,ang_vel\n";
    (void)particles;
    (void)frames;
    memcpy(out, head, sizeof head - 1);
    return sizeof head - 1;
}

static char *write_frame(char *out, const struct particle_set *set, size_t frame, size_t begin,
                         size_t end)
{
    char prefix[NUMBER_BYTES_MAX + 1];
    char *prefix_end = number_format(prefix, (double)frame);
    *prefix_end++ = ',';
    for (size_t i = begin; i < end; i++) {
        memcpy(out, prefix, (size_t)(prefix_end - prefix));
        out = write_row(out + (prefix_end - prefix), set, i);
    }
    return out;
}

const struct encoder csv_encoder = {
    .items = items,
    .item_bytes = item_bytes,
    .write = write,
    .write_frames_head = write_frames_head,
    .frame_item_bytes = 4 * (NUMBER_BYTES_MAX + 1),
    .write_frame = write_frame,
};
