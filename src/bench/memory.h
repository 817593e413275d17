/* The memory benchmark: what a particle set takes, and by how much the heap and resident memory
 * grow while methods work on it.
 *
 * Both are the process's, so other work in it shows too. The heap is what the allocator counts as
 * in use (mallinfo2); blocks as large as columns count in whole pages. Resident memory is that of
 * /proc/self/statm, which the kernel keeps only to some hundred kB: ask for many particles. Runs on
 * the calling thread. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <jansson.h>

#include "bench/bench.h"
#include "bench/report.h"

struct bench_memory {
    struct bench_config config;
    size_t set_bytes;          /* what the set's columns occupy */
    double bytes_per_particle; /* of the set */
    size_t output_bytes;       /* the two columns for the end points */
    bool heap_known;           /* false where the allocator does not tell: then these are 0 */
    int64_t heap_before_bytes; /* in use before the set was made */
    int64_t heap_set_bytes;    /* by how much the set made it grow */
    int64_t heap_growth_bytes; /* from before the set was made to after the last method */
    bool resident_known;       /* false where /proc/self/statm cannot be read: then these are 0 */
    int64_t resident_before_bytes;
    int64_t resident_growth_bytes; /* from before the set was made to after the last method */
    int64_t method_growth_bytes[BENCH_METHODS_MAX]; /* while config.methods[i] ran */
    /* Of BENCH_OUT_OF_DOMAIN: the fault, its method and particle. */
    enum domain_error error;
    const struct method *error_method;
    size_t error_index;
};

/* Makes a set, a copy of `particles` or, if that is NULL, the one of `config` (which passed
 * bench_config_check), and runs each method on it once. `control` ends it early and may be NULL.
 * Nothing stays allocated. */
enum bench_status bench_memory_run(const struct bench_config *config,
                                   const struct particle_set *particles,
                                   const struct evolve_control *control,
                                   struct bench_memory *memory);

/* As bench_report_json and bench_report_text. */
json_t *bench_memory_json(const struct bench_memory *memory, const struct bench_machine *machine);
char *bench_memory_text(const struct bench_memory *memory, const struct bench_machine *machine);

#endif
