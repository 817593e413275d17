/* Encoder of NPY, NumPy's file of one array: version 1.0, dtype <f8, shape (n, 3), Fortran order.
 * That is the columns as they lie in memory, behind a header: nothing is converted or copied.
 * Several frames have the shape (frames, n, 3), in C order. */
#ifndef CODEC_NPY_NPY_ENCODER_H
#define CODEC_NPY_NPY_ENCODER_H

#include "codec/encoder.h"

extern const struct encoder npy_encoder;

#endif
