/* Streaming decoder of NPY, NumPy's file of one array (decoder.h says what decoders do). Versions
 * 1.0, 2.0 and 3.0 are read; the particles are
 *
 *     rows of a matrix (n, 3) of dtype <f8 or <f4, in C or Fortran order, or
 *     an array (n,) of structures with the fields x, y and ang_vel, each <f8 or <f4, in any order
 *
 * and narrow numbers are widened, which is exact. The number of particles stands in the header: the
 * columns have their size at once, and too many are refused before their data. Their bytes are
 * reserved as the data come, so that a header alone holds next to nothing of the budget.
 *
 * A syntax error has a byte, and no line or column. Another array than these is DECODE_INVALID, and
 * its data is not looked at. A number that is not finite has the pointer that it would have among
 * objects: /particles/3/ang_vel. Nothing else is said of the numbers, and no option. Memory: the
 * columns and under 12 KiB. */
#ifndef CODEC_NPY_NPY_DECODER_H
#define CODEC_NPY_NPY_DECODER_H

#include "codec/decoder.h"

/* As json_decoder_create; the shape is SHAPE_TRIPLES. */
struct decoder *npy_decoder_create(const struct decode_limits *limits, struct simulation *out);

#endif
