/* The calibration loops of peak.c. kernel_peak.c is compiled once for each instruction set. For
 * these two files and their test only. */
#ifndef BENCH_PEAK_KERNELS_H
#define BENCH_PEAK_KERNELS_H

#include "sim/kernels.h"

/* Does its work `repeats` times and returns the amount. peak_fma counts floating-point operations
 * and writes a number near 2 to x_out[0]. peak_stream counts bytes and writes x + dt * ang_vel and
 * y + dt * ang_vel. */
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

/* The loops of the set called `name`, or NULL. Call them only if the CPU has that set. */
const struct peak_kernels *peak_kernels_find(const char *name);

#endif
