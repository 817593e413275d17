#include "codec/npy/npy_encoder.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "codec/npy/npy_header.h"

/* Size of magic, version, length and header together. NumPy aligns the data to 64 bytes. */
#define HEAD_BYTES 128

_Static_assert(HEAD_BYTES <= ENCODE_HEAD_MAX, "the head fits");

static size_t put_head(char *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static size_t put_head(char *out, const char *format, ...)
{
    const uint16_t length = HEAD_BYTES - NPY_MAGIC_BYTES - NPY_VERSION_BYTES - sizeof length;
    char text[HEAD_BYTES];
    va_list args;
    va_start(args, format);
    int used = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memset(out, ' ', HEAD_BYTES);
    memcpy(out, NPY_MAGIC "\1\0", NPY_MAGIC_BYTES + NPY_VERSION_BYTES);
    memcpy(out + NPY_MAGIC_BYTES + NPY_VERSION_BYTES, &length, sizeof length);
    memcpy(out + HEAD_BYTES - length, text, (size_t)used);
    out[HEAD_BYTES - 1] = '\n';
    return HEAD_BYTES;
}

static size_t write_head(char out[ENCODE_HEAD_MAX], const struct particle_set *set)
{
    return put_head(out, "{'descr': '<f8', 'fortran_order': True, 'shape': (%zu, 3), }",
                    set->count);
}

/* With several frames the order is C, so the particles are rows. */
static size_t write_frames_head(char out[ENCODE_HEAD_MAX], size_t particles, size_t frames)
{
    return put_head(out, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu, 3), }",
                    frames, particles);
}

static char *write_frame(char *out, const struct particle_set *set, size_t frame, size_t begin,
                         size_t end)
{
    (void)frame;
    for (size_t i = begin; i < end; i++) {
        const double row[] = {set->x[i], set->y[i], set->ang_vel[i]};
        memcpy(out, row, sizeof row);
        out += sizeof row;
    }
    return out;
}

const struct encoder npy_encoder = {
    .write_head = write_head,
    .write_frames_head = write_frames_head,
    .frame_item_bytes = PARTICLE_BYTES,
    .write_frame = write_frame,
};
