/* Encoder of NPY, NumPy's file format for one array: version 1.0, dtype <f8, shape (n, 3), Fortran
 * order. The data are the columns as they are in memory, so nothing is converted or copied. Several
 * frames are an array of shape (frames, n, 3) in C order. */
#ifndef CODEC_NPY_NPY_ENCODER_H
#define CODEC_NPY_NPY_ENCODER_H

#include "codec/encoder.h"

extern const struct encoder npy_encoder;

#endif
