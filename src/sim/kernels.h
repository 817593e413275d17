/* The inner loops, compiled once for each instruction set from one source, and the choice of the
 * set. All folders may call evolve_kernels_*(). The rest is for the files of sim/, their tests, and
 * the calibration loops of bench/. Any thread may call, except evolve_kernels_force().
 *
 * A kernel_*.c file is built with -DKERNEL=portable, avx2, ... and the compiler flags of that set.
 * It defines its function as KERNEL_NAME(function) and uses the vectors of vec.h. All sets that
 * have fused multiply-add give the same bits. */
#ifndef SIM_KERNELS_H
#define SIM_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/evolve.h"

/* Fills `names` with the instruction sets that the kernels are built for and that this CPU has:
 * portable, then avx2 and avx512, or neon; the fastest last. Returns how many. The names are
 * static. */
#define EVOLVE_KERNELS_MAX 3
size_t evolve_kernels_list(const char *names[EVOLVE_KERNELS_MAX]);

/* Makes the methods use the set called `name` instead of the fastest. False when `name` is not in
 * the list. Call it only while no other thread evolves. */
bool evolve_kernels_force(const char *name);

/* The name of the set in use. */
const char *evolve_kernels_name(void);

/* True when the set in use gives the bits that are the same on every machine. False for `portable`
 * on a CPU without fused multiply-add, where the last bits may differ. */
bool evolve_kernels_exact(void);

/* Particles that `euler` computes together: enough independent chains to hide the latency of the
 * operations. */
#define EULER_BLOCK 32

/* c^2/r^2 below which a series may update c/r from step to step: c/r < 2^-9. */
#define EULER_FAR_LIMIT 0x1p-18

/* The kernel recomputes c/r after this many steps, counted from its call. */
#define EULER_RESYNC_STEPS 1024

/* Takes `steps` steps of EULER_BLOCK particles in place; `c` has their step lengths. `far`: all of
 * them are below EULER_FAR_LIMIT. */
typedef void kernel_euler(double *x, double *y, const double *c, int64_t steps, bool far);

/* The most particles that a range kernel computes at once. */
#define KERNEL_LANES_MAX 8

/* Moves the particles begin..end-1 of `run`; end - begin is a multiple of the set's lanes. */
typedef void kernel_range(const struct evolve_run *run, size_t begin, size_t end);

/* True when the particles begin..end-1, again a multiple of the lanes, are well inside the domain
 * of the polygon or of the circle (domain.h). False means that each must be checked alone. */
typedef bool kernel_domain(const struct evolve_run *run, size_t begin, size_t end);

struct kernels {
    const char *name;
    size_t lanes; /* particles in a vector */
    bool fma;     /* has fused multiply-add: same bits as the other sets that have it */
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

/* The sets that this CPU has, slowest first. */
const struct kernels *const *kernels_usable(size_t *count);

/* The set that the methods use: the last one, or the one that evolve_kernels_force() chose. */
const struct kernels *kernels_in_use(void);

#endif
