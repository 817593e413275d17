/* The inner loops, compiled once for each instruction set from one source, and the choice of
 * the set. The functions evolve_kernels_*() are for everybody; the rest is for the files of sim/,
 * their tests and the calibration loops of bench/. Any thread, but for evolve_kernels_force().
 *
 * A kernel_*.c file is built with -DKERNEL=portable, avx2, ... and the flags of that
 * set; it defines its function as KERNEL_NAME(function), on the vectors of vec.h. Bits are the same
 * in all sets that have fused multiply-add. */
#ifndef SIM_KERNELS_H
#define SIM_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/evolve.h"

/* The instruction sets that the kernels are built for and that this CPU runs: portable,
 * then avx2 and avx512, or neon; the fastest last. Returns how many. */
#define EVOLVE_KERNELS_MAX 3
size_t evolve_kernels_list(const char *names[EVOLVE_KERNELS_MAX]);

/* Makes the methods use the set called `name` instead of the fastest. False when it is not
 * in the list. While no other thread evolves. */
bool evolve_kernels_force(const char *name);

/* The set in use. */
const char *evolve_kernels_name(void);

/* True when the set in use gives the bits that are the same on every machine; false for `portable`
 * on a CPU without fused multiply-add, where last bits may differ. */
bool evolve_kernels_exact(void);

/* Particles that walk together in `euler`: enough independent chains to hide the latency
 * of the operations. */
#define EULER_BLOCK 32

/* c^2/r^2 below which c/r may be carried along by its series: c/r < 2^-9. */
#define EULER_FAR_LIMIT 0x1p-18

/* The kernel computes c/r afresh after so many steps, counted from its call. */
#define EULER_RESYNC_STEPS 1024

/* Takes `steps` steps of EULER_BLOCK particles in place; c is each one's step length. `far`: all of
 * them are within EULER_FAR_LIMIT. */
typedef void kernel_euler(double *x, double *y, const double *c, int64_t steps, bool far);

/* Particles that a range kernel takes at once, at the most. */
#define KERNEL_LANES_MAX 8

/* Moves the particles begin..end-1 of `run`; end - begin is a multiple of the set's lanes. */
typedef void kernel_range(const struct evolve_run *run, size_t begin, size_t end);

/* True when the particles begin..end-1, again a multiple of the lanes, are well within the domain
 * of the polygon or of the circle (domain.h). False says only that somebody must look. */
typedef bool kernel_domain(const struct evolve_run *run, size_t begin, size_t end);

struct kernels {
    const char *name;
    size_t lanes; /* particles in a vector */
    bool fma;     /* has fused multiply-add: bits equal to the other sets that have it */
    kernel_euler *euler;
    kernel_range *closed_form;
    kernel_range *analytic;
    kernel_domain *polygon_domain;
    kernel_domain *circle_domain;
};

#define KERNEL_PASTE(function, kernel) kernel_##function##_##kernel
#define KERNEL_EXPAND(function, kernel) KERNEL_PASTE(function, kernel)
#define KERNEL_NAME(function) KERNEL_EXPAND(function, KERNEL)

/* The portable set has fused multiply-add where the compiler's target has it. */
#if defined(__FMA__) || defined(__aarch64__) || defined(__FP_FAST_FMA)
#define KERNEL_PORTABLE_FMA true
#else
#define KERNEL_PORTABLE_FMA false
#endif

#define KERNELS_DECLARE(kernel)                                                                    \
    kernel_euler kernel_euler_##kernel;                                                            \
    kernel_range kernel_closed_form_##kernel;                                                      \
    kernel_range kernel_analytic_##kernel;                                                         \
    kernel_domain kernel_polygon_domain_##kernel;                                                  \
    kernel_domain kernel_circle_domain_##kernel

KERNELS_DECLARE(portable);
#if defined(__x86_64__)
KERNELS_DECLARE(avx2);
KERNELS_DECLARE(avx512);
#elif defined(__aarch64__)
KERNELS_DECLARE(neon);
#endif

/* The sets that this CPU runs, slowest first. */
const struct kernels *const *kernels_usable(size_t *count);

/* The set that the methods use: the last of them, or the one that
 * evolve_kernels_force() named. */
const struct kernels *kernels_in_use(void);

#endif
