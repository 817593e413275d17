/* A benchmark's report as JSON and as text. Pure but for the time and the machine's
 * description that the caller passes in; any thread. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <jansson.h>

#include "bench/bench.h"

/* What the report says of the machine; bench_machine_describe fills it. */
struct bench_machine {
    char node[128], system[64], release[128], architecture[64], cpu[160], compiler[160];
    char kernels[16];  /* the instruction set in use, evolve_kernels_name() */
    char datetime[40]; /* ISO 8601, UTC */
    int cores;         /* that this process may use */
};

/* Reads uname, /proc/cpuinfo and the wall clock. Never fails: unknown fields are "". All text is
 * ASCII. */
void bench_machine_describe(struct bench_machine *machine);

/* For bench_environment.cpu_time: the calling thread's, as the kernel counts it. */
void bench_cpu_time(double *user_s, double *system_s);

/* A document that pytest-benchmark's `compare` command loads. With config.data, each benchmark's
 * stats carry the raw rounds. A seed of 2^63 or more is a string, since jansson's integers end
 * there. New reference, or NULL when memory is short. */
json_t *bench_report_json(const struct bench_report *report, const struct bench_machine *machine);

/* The same as an aligned table for a terminal. Allocated with malloc; NULL when memory is
 * short. */
char *bench_report_text(const struct bench_report *report, const struct bench_machine *machine);

#endif
