/* The options of particle-bench. */
#ifndef TOOLS_PARTICLE_BENCH_H
#define TOOLS_PARTICLE_BENCH_H

#include <stdbool.h>

#include "bench/parameters.h"

/* The exit status for a wrong option or a file that cannot be used. */
#define EXIT_USAGE 2

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_SVG };

struct particle_bench_options {
    struct bench_config config;
    bool codec; /* measure the codecs instead */
    enum format format;
    const char *save;      /* file for the report as JSON, or NULL */
    const char *load;      /* file with a report to use instead of a run, or NULL */
    const char *compare;   /* file with a report to compare with, or NULL */
    const char *hyperfine; /* file for a document in hyperfine's format, or NULL */
    double fail_ratio;     /* exit with 1 above this ratio; INFINITY: never */
};

/* Fills `options` from argv and the environment; the strings point into argv. Returns the exit
 * status. *done is true when the program must end with it: after --help, --list and --version, and
 * after an error, which is already printed. */
int particle_bench_options_read(struct particle_bench_options *options, int argc, char **argv,
                                bool *done);

#endif
