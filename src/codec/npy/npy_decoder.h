/* Streaming decoder of NPY, NumPy's file format for one array; decoder.h describes the interface.
 * It reads the versions 1.0, 2.0 and 3.0. The array is
 *
 *     a matrix (n, 3) of dtype <f8 or <f4, in C or Fortran order: one particle per row, or
 *     an array (n,) of structures with the fields x, y and ang_vel, each <f8 or <f4, in any order.
 *
 * <f4 numbers are converted to <f8 exactly. The header contains the number of particles, so the
 * decoder allocates the columns once, and refuses too many particles before their data. It reserves
 * their bytes as the data arrive, so a header without data reserves almost nothing.
 *
 * A syntax error has a byte, and no line or column. Any other array is DECODE_INVALID, and the
 * decoder ignores its data. The pointer of a number that is not finite is that of a JSON object:
 * /particles/3/ang_vel. An NPY body sets no option. Memory: the columns and less than 12 KiB. */
#ifndef CODEC_NPY_NPY_DECODER_H
#define CODEC_NPY_NPY_DECODER_H

#include "codec/decoder.h"

/* As json_decoder_create; the shape is SHAPE_TRIPLES. */
struct decoder *npy_decoder_create(const struct decode_limits *limits, struct simulation *out);

#endif
