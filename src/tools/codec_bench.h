/* Measures the decoders and encoders of codec/, and for comparison bare conversions of the same
 * numbers. For particle-bench. */
#ifndef TOOLS_CODEC_BENCH_H
#define TOOLS_CODEC_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/particle_set.h"

struct codec_bench_config {
    double max_time_s; /* for each format, for decoding and again for encoding */
    size_t min_rounds;
    bool (*stop)(void); /* called between rounds; true ends the run; may be NULL */
};

/* Measures decoding and encoding of `particles` (at least one) in every format, and a loop that
 * only converts the same numbers. Prints a table to standard output. Times are CPU times of the
 * calling thread. Returns 0, 1 when memory was short, or -1 when it was stopped. */
int codec_bench_run(const struct codec_bench_config *config, const struct particle_set *particles);

#endif
