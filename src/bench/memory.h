/* The memory benchmark: the size of a particle set, and the growth of the heap and of resident
 * memory while methods work on it.
 *
 * Both belong to the process, so other work in it is included. The heap is what the allocator
 * counts as in use (mallinfo2); blocks as large as columns count in whole pages. Resident memory
 * comes from /proc/self/statm, which is only exact to some hundred kB, so use many particles. Runs
 * on the calling thread. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <jansson.h>

#include "bench/bench.h"
#include "bench/report.h"

struct bench_memory {
    struct bench_config config;
    size_t set_bytes;          /* of the columns of the set */
    double bytes_per_particle; /* of the set */
    size_t output_bytes;       /* the two columns for the end points */
    bool heap_known;           /* false when the allocator does not count; then these are 0 */
    int64_t heap_before_bytes; /* in use before the set was made */
    int64_t heap_set_bytes;    /* growth by the set */
    int64_t heap_growth_bytes; /* from before the set exists to after the last method */
    bool resident_known;       /* false when /proc/self/statm cannot be read; then these are 0 */
    int64_t resident_before_bytes;
    int64_t resident_growth_bytes; /* from before the set exists to after the last method */
    int64_t method_growth_bytes[BENCH_METHODS_MAX]; /* while config.methods[i] ran */
    /* After BENCH_OUT_OF_DOMAIN: the error, its method and its particle. */
    enum domain_error error;
    const struct method *error_method;
    size_t error_index;
};

/* Makes a set and runs each method of `config` on it once. The set is a copy of `particles`, or the
 * random set of `config` if that is NULL. `config` must have passed bench_config_check(). `control`
 * can end it early and may be NULL. Nothing stays allocated. */
enum bench_status bench_memory_run(const struct bench_config *config,
                                   const struct particle_set *particles,
                                   const struct evolve_control *control,
                                   struct bench_memory *memory);

/* As bench_report_json() and bench_report_text(). */
json_t *bench_memory_json(const struct bench_memory *memory, const struct bench_machine *machine);
char *bench_memory_text(const struct bench_memory *memory, const struct bench_machine *machine);

#endif
