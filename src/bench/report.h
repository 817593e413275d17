/* The report of a benchmark as JSON and as text. The caller passes the time and the description of
 * the machine. Any thread. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <jansson.h>

#include "bench/bench.h"

/* The machine of a report. bench_machine_describe() fills it. */
struct bench_machine {
    char node[128], system[64], release[128], architecture[64], cpu[160], compiler[160];
    char kernels[16];  /* evolve_kernels_name(): the instruction set in use */
    char datetime[40]; /* ISO 8601, UTC */
    int cores;         /* CPUs that this process may use */
};

/* Reads uname, /proc/cpuinfo and the wall clock. Never fails: unknown fields are "". All strings
 * are ASCII. */
void bench_machine_describe(struct bench_machine *machine);

/* For bench_environment.cpu_time: the CPU time of the calling thread, as the kernel counts it. */
void bench_cpu_time(double *user_s, double *system_s);

/* Makes a document that the `compare` command of pytest-benchmark loads. With config.data, the
 * stats of each benchmark include the raw rounds. A seed of 2^63 or more is a string, because
 * jansson's integers are smaller. Returns a new reference, or NULL when memory is short. */
json_t *bench_report_json(const struct bench_report *report, const struct bench_machine *machine);

/* The same as aligned tables. The caller frees the result; NULL when memory is short. */
char *bench_report_text(const struct bench_report *report, const struct bench_machine *machine);

#endif
