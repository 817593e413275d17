/* Encoder: particle set -> JSON text, in any of the three shapes.
 *
 * Numbers are the shortest decimals that read back to the same double; negative zero is
 * -0.0. Pure; any thread. */
#ifndef CODEC_JSON_ENCODER_H
#define CODEC_JSON_ENCODER_H

#include <stddef.h>

#include "codec/simulation.h"

/* An upper bound for the bytes that json_encode_particles writes. 0 when the bound does
 * not fit a size_t. */
size_t json_particles_bound(enum particle_shape shape, size_t count);

/* Writes the value of "particles" to `out`, which has room for json_particles_bound()
 * bytes; returns the end of what was written. No NUL is added. The numbers must be
 * finite. */
char *json_encode_particles(char *out, enum particle_shape shape,
                            const struct particle_set *particles);

#endif
