/* What the machine does at best with one instruction set, measured by two loops in the same
 * run as the methods: the roof under which their figures stand. Runs on the calling thread. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <stdbool.h>

#include "bench/environment.h"
#include "sim/evolve.h"

/* What evolving a particle has to read (x, y, ang_vel) and to write (x, y), at least. Cache lines
 * that a CPU fetches before it overwrites them are not counted, here as there. */
#define BENCH_BYTES_PER_PARTICLE (5 * sizeof(double))

/* Each loop runs for so long, and this many rounds at least; the fastest counts. */
#define BENCH_PEAK_TIME_S 0.1
#define BENCH_PEAK_ROUNDS_MIN 5

struct bench_peak {
    double flop_per_s;  /* independent fused multiply-adds on registers, each counting 2 */
    double bytes_per_s; /* the run's own five columns read and written, hence that of the cache or
                           the memory which a set of this size lives in */
};

/* Measures the peak of the instruction set called `simd`, which the CPU must have, on the
 * columns of `run`; overwrites its x_out and y_out. A round lasts at least round_min_s. False when
 * environment->control said stop. */
bool bench_peak_measure(struct bench_peak *peak, const char *simd, const struct evolve_run *run,
                        const struct bench_environment *environment, double round_min_s);

#endif
