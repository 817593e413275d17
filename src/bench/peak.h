/* The peak rates of the machine with one instruction set: the upper limits for the rates of the
 * methods. Two loops measure them in the same run as the methods. Runs on the calling thread. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <stdbool.h>

#include "bench/environment.h"
#include "sim/evolve.h"

/* The bytes that a method must at least read (x, y, ang_vel) and write (x, y) for a particle. Cache
 * lines that a CPU fetches before it overwrites them are not counted, neither for the methods nor
 * for the peak. */
#define BENCH_BYTES_PER_PARTICLE (5 * sizeof(double))

/* Each loop runs for at least this time and this many rounds. The fastest round counts. */
#define BENCH_PEAK_TIME_S 0.1
#define BENCH_PEAK_ROUNDS_MIN 5

struct bench_peak {
    double flop_per_s;  /* independent fused multiply-adds on registers, each counting 2 */
    double bytes_per_s; /* the five columns of the run read and written: the bandwidth of the cache
                           or memory that holds a set of this size */
};

/* Measures the peak of the instruction set called `simd`, which the CPU must have, on the columns
 * of `run`. Overwrites x_out and y_out. A round takes at least round_min_s. False when
 * environment->control ended it. */
bool bench_peak_measure(struct bench_peak *peak, const char *simd, const struct evolve_run *run,
                        const struct bench_environment *environment, double round_min_s);

#endif
