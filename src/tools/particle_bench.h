/* The options of particle-bench. */
#ifndef TOOLS_PARTICLE_BENCH_H
#define TOOLS_PARTICLE_BENCH_H

#include <stdbool.h>

#include "bench/parameters.h"

/* What a bad option, or a file that cannot be used, makes the exit status. */
#define EXIT_USAGE 2

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_SVG };

struct particle_bench_options {
    struct bench_config config;
    bool codec; /* time reading and writing particles instead */
    enum format format;
    const char *save;      /* file for the report as JSON, or NULL */
    const char *load;      /* file with a report to use in place of a run, or NULL */
    const char *compare;   /* file with the report to compare with, or NULL */
    const char *hyperfine; /* file for hyperfine's format, or NULL */
    double fail_ratio;     /* INFINITY: never */
};

/* Fills `options` from argv and the environment; the strings point into argv. Returns the exit
 * status; *done says that the program has nothing more to do: --help and the like were answered, or
 * an error was told. */
int particle_bench_options_read(struct particle_bench_options *options, int argc, char **argv,
                                bool *done);

#endif
