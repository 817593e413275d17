#include "config.h"

#include "bench/memory.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/random.h"

/* The resident memory of the process in bytes; -1 when it is not known. */
static int64_t resident_bytes(void)
{
    long long pages = -1;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return -1;
    int fields = fscanf(file, "%*s %lld", &pages);
    fclose(file);
    return fields == 1 ? pages * sysconf(_SC_PAGESIZE) : -1;
}

#ifdef HAVE_TCMALLOC
/* In programs that are linked with tcmalloc: the daemon. */
extern int MallocExtension_GetNumericProperty(const char *property, size_t *value)
    __attribute__((weak));
#endif

/* Bytes of the heap that are in use; -1 when the allocator does not count them. The allocator of a
 * sanitizer does not: it returns 0. */
static int64_t heap_bytes(void)
{
#ifdef HAVE_TCMALLOC
    size_t bytes;
    if (MallocExtension_GetNumericProperty &&
        MallocExtension_GetNumericProperty("generic.current_allocated_bytes", &bytes))
        return (int64_t)bytes;
#endif
#ifdef HAVE_MALLINFO2
    struct mallinfo2 info = mallinfo2();
    if (info.uordblks > 0)
        return (int64_t)(info.uordblks + info.hblkhd);
#endif
    return -1;
}

static int copy_set(struct particle_set *set, const struct particle_set *particles)
{
    if (particle_set_reserve(set, particles->count))
        return -1;
    memcpy(set->x, particles->x, particles->count * sizeof *set->x);
    memcpy(set->y, particles->y, particles->count * sizeof *set->y);
    memcpy(set->ang_vel, particles->ang_vel, particles->count * sizeof *set->ang_vel);
    set->count = particles->count;
    return 0;
}

static enum bench_status run_methods(struct bench_memory *memory,
                                     const struct evolve_control *control,
                                     const struct particle_set *set, struct particle_set *end)
{
    const struct bench_config *config = &memory->config;
    const struct evolve_run run = {.x = set->x,
                                   .y = set->y,
                                   .ang_vel = set->ang_vel,
                                   .x_out = end->x,
                                   .y_out = end->y,
                                   .count = set->count,
                                   .dt = config->dt,
                                   .timestep = config->timestep,
                                   .steps = config->steps};
    for (size_t i = 0; i < config->method_count; i++) {
        int64_t before = resident_bytes();
        if (!evolve(config->methods[i], &run, control))
            return BENCH_STOPPED;
        if (memory->resident_known)
            memory->method_growth_bytes[i] = resident_bytes() - before;
    }
    return BENCH_OK;
}

enum bench_status bench_memory_run(const struct bench_config *config,
                                   const struct particle_set *particles,
                                   const struct evolve_control *control,
                                   struct bench_memory *memory)
{
    struct particle_set set, end; /* ang_vel of `end` is never written, so it is not resident */
    particle_set_init(&set);
    particle_set_init(&end);

#ifdef __GLIBC__
    malloc_trim(0); /* memory that is free but not returned would hide the growth */
#endif
    int64_t before = resident_bytes(), heap_before = heap_bytes();
    *memory = (struct bench_memory){
        .config = *config, .heap_known = heap_before >= 0, .resident_known = before >= 0};
    if (memory->resident_known)
        memory->resident_before_bytes = before;
    if (memory->heap_known)
        memory->heap_before_bytes = heap_before;

    enum bench_status status = BENCH_NO_MEMORY;
    if (particles ? copy_set(&set, particles)
                  : random_particles(&set, config->particles, config->seed))
        goto out;
    if (memory->heap_known)
        memory->heap_set_bytes = heap_bytes() - heap_before;
    if (particle_set_reserve(&end, config->particles))
        goto out;
    memory->set_bytes = particle_set_bytes(config->particles);
    memory->bytes_per_particle = (double)memory->set_bytes / (double)config->particles;
    memory->output_bytes = memory->set_bytes / 3 * 2; /* x and y */

    /* Writes the pages of the output now, so that they do not count for the first method. */
    memset(end.x, 0, config->particles * sizeof *end.x);
    memset(end.y, 0, config->particles * sizeof *end.y);

    status = BENCH_OUT_OF_DOMAIN;
    memory->error = bench_domain_check(config, &set, &memory->error_method, &memory->error_index);
    if (memory->error)
        goto out;
    status = run_methods(memory, control, &set, &end);
    if (memory->resident_known)
        memory->resident_growth_bytes = resident_bytes() - before;
    if (memory->heap_known)
        memory->heap_growth_bytes = heap_bytes() - heap_before;

out:
    particle_set_fini(&end);
    particle_set_fini(&set);
    return status;
}
