/* Copies the numbers of an NPY file to columns. The functions return true if all numbers are
 * finite. For the files of codec/ only. Pure; any thread. */
#ifndef CODEC_NPY_NPY_NUMBERS_H
#define CODEC_NPY_NPY_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "codec/columns.h"

/* Rows of three doubles -> three columns. */
bool npy_split_rows(double *const to[PARTICLE_COLUMNS], const char *rows, size_t count);

/* Floats (`bytes` 4) or doubles (`bytes` 8), one every `stride` bytes -> a column. */
bool npy_copy_column(double *to, const char *from, size_t bytes, size_t stride, size_t count);

#endif
