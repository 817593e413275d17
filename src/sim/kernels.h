/* The inner loops, compiled once for each instruction set from one source. For the files
 * of sim/ only.
 *
 * A kernel_*.c file is built with -DKERNEL=portable, avx2, ... and the flags of that
 * set; it defines its function as KERNEL_NAME(function). Bits are the same in all of them: only
 * correctly rounded operations, fma() where one is meant, no contraction. */
#ifndef SIM_KERNELS_H
#define SIM_KERNELS_H

#include "sim/method.h"
#include "sim/method_list.h"

/* Particles that walk together in `euler`: enough independent chains to hide the latency
 * of square root and division, few enough to stay in the nearest cache. */
#define EULER_BLOCK 32

/* Takes `steps` steps of EULER_BLOCK particles in place; c is each one's step length. The
 * arrays are aligned to 64 bytes. */
typedef void kernel_euler(double *x, double *y, const double *c, int64_t steps);

/* Moves the particles begin..end-1 of `run`. */
typedef void kernel_range(const struct evolve_run *run, size_t begin, size_t end);

struct kernels {
    const char *name;
    kernel_euler *euler;
    kernel_range *closed_form;
    kernel_range *analytic;
};

#define KERNEL_PASTE(function, kernel) kernel_##function##_##kernel
#define KERNEL_EXPAND(function, kernel) KERNEL_PASTE(function, kernel)
#define KERNEL_NAME(function) KERNEL_EXPAND(function, KERNEL)

#define KERNELS_DECLARE(kernel)                                                                    \
    kernel_euler kernel_euler_##kernel;                                                            \
    kernel_range kernel_closed_form_##kernel;                                                      \
    kernel_range kernel_analytic_##kernel

KERNELS_DECLARE(portable);
#if defined(__x86_64__)
KERNELS_DECLARE(avx2);
KERNELS_DECLARE(avx512);
#endif

/* The sets that this CPU runs, slowest first. */
const struct kernels *const *kernels_usable(size_t *count);

/* The last of them. */
const struct kernels *kernels_best(void);

#endif
