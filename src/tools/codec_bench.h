/* Times the decoders and encoders of codec/ beside bare number conversions; for particle-bench. */
#ifndef TOOLS_CODEC_BENCH_H
#define TOOLS_CODEC_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/particle_set.h"

struct codec_bench_config {
    double max_time_s; /* of each direction of each format */
    size_t min_rounds;
    bool (*stop)(void); /* asked between rounds; may be NULL */
};

/* Measures every format on `particles` (at least one), both ways, and a loop that does nothing but
 * convert the same numbers, and prints a table to standard output. Times are those of the calling
 * thread's CPU. Returns 0, 1 when memory was short, or -1 when it was stopped. */
int codec_bench_run(const struct codec_bench_config *config, const struct particle_set *particles);

#endif
