/* The calibration loops of peak.c, built for each instruction set from kernel_peak.c; for these
 * two and their test only. */
#ifndef BENCH_PEAK_KERNELS_H
#define BENCH_PEAK_KERNELS_H

#include "sim/kernels.h"

/* Does its work `repeats` times and returns how much that was: floating-point operations
 * (peak_fma, which writes a number near 2 to x_out[0]) or bytes (peak_stream, which writes
 * x + dt * ang_vel and y + dt * ang_vel). */
typedef double peak_kernel(const struct evolve_run *run, int64_t repeats);

#define PEAK_KERNELS_DECLARE(kernel)                                                               \
    peak_kernel kernel_peak_fma_##kernel;                                                          \
    peak_kernel kernel_peak_stream_##kernel

PEAK_KERNELS_DECLARE(portable);
#if defined(__x86_64__)
PEAK_KERNELS_DECLARE(avx2);
PEAK_KERNELS_DECLARE(avx512);
#elif defined(__aarch64__)
PEAK_KERNELS_DECLARE(neon);
#endif

struct peak_kernels {
    const char *name; /* of the instruction set */
    peak_kernel *fma;
    peak_kernel *stream;
};

/* Those of the set called `name`, or NULL. The CPU must have it before they are called. */
const struct peak_kernels *peak_kernels_find(const char *name);

#endif
