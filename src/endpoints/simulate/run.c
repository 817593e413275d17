#include "endpoints/simulate/run.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "endpoints/failures.h"
#include "http/job.h"
#include "http/probes.h"
#include "sim/domain.h"

/* A set is split when its predicted cost exceeds SPLIT_NS: below that, waking another worker costs
 * more time than it saves (docs/performance.md). A chunk takes about CHUNK_NS: long compared to the
 * lock that taking a chunk needs, and short enough that the columns are still in the cache of the
 * core after they have been checked. */
#define SPLIT_NS 500e3
#define CHUNK_NS 100e3

/* A chunk starts at a cache line of the columns. */
#define CHUNK_ALIGNMENT 8

/* A run that several workers share. A worker checks its chunk, if `check` is set, then moves it.
 * Chunks are taken in order. So when one contains an invalid particle, all chunks before it have
 * been taken, too, and each of them is checked completely: the smallest index that is found is the
 * first invalid particle of the whole set. */
struct shared_run {
    const struct method *method;
    const struct evolve_run *run; /* the whole set */
    const struct evolve_control *control;
    bool check;                  /* the domain, before a chunk is moved */
    size_t chunk;                /* particles */
    atomic_size_t first_invalid; /* smallest index found so far, or SIZE_MAX */
    atomic_bool stopped;         /* the request was cancelled */
};

static void note_invalid(struct shared_run *shared, size_t index)
{
    size_t smallest = atomic_load(&shared->first_invalid);
    while (index < smallest &&
           !atomic_compare_exchange_weak(&shared->first_invalid, &smallest, index))
        ;
}

static void evolve_chunk(void *context, size_t index)
{
    struct shared_run *shared = context;
    size_t begin = index * shared->chunk;
    if (atomic_load(&shared->stopped) || atomic_load(&shared->first_invalid) < begin)
        return;
    struct evolve_run part = *shared->run;
    size_t remaining = part.count - begin;
    part.count = remaining < shared->chunk ? remaining : shared->chunk;
    part.x += begin;
    part.y += begin;
    part.ang_vel += begin;
    part.x_out += begin;
    part.y_out += begin;
    size_t first_invalid;
    if (shared->check && domain_check(shared->method, &part, &first_invalid) != DOMAIN_OK)
        note_invalid(shared, begin + first_invalid);
    else if (!evolve(shared->method, &part, shared->control))
        atomic_store(&shared->stopped, true);
}

/* The number of particles of a chunk. */
static size_t chunk_size(const struct method *method, const struct evolve_run *run)
{
    double cost = evolve_cost_ns(method, run->count, run->steps);
    if (cost < SPLIT_NS)
        return run->count;
    size_t chunk = (size_t)((double)run->count / (cost / CHUNK_NS));
    chunk = chunk / CHUNK_ALIGNMENT * CHUNK_ALIGNMENT;
    return chunk ? chunk : CHUNK_ALIGNMENT;
}

static void fail_domain(struct request *request, const struct evolve_run *run, size_t index)
{
    const struct simulate *simulate = request->state;
    /* Particles before it may have been moved, but this one has not. */
    struct evolve_run one = *run;
    one.x += index;
    one.y += index;
    one.ang_vel += index;
    one.count = 1;
    size_t first;
    enum domain_error error = domain_check(simulate->body.simulation.method, &one, &first);
    struct problem problem;
    problem_set(&problem, &problem_domain, "Particle %zu %s.", index, domain_error_text(error));
    problem_set_particle(&problem, simulate->body.simulation.shape, index);
    request_fail(request, &problem);
}

bool simulate_check_domain(struct request *request, const struct evolve_run *run)
{
    const struct simulate *simulate = request->state;
    size_t first_invalid;
    if (domain_check(simulate->body.simulation.method, run, &first_invalid) == DOMAIN_OK)
        return true;
    fail_domain(request, run, first_invalid);
    return false;
}

bool simulate_run(struct request *request, const struct evolve_run *run, bool check,
                  unsigned *threads)
{
    const struct simulate *simulate = request->state;
    const struct method *method = simulate->body.simulation.method;
    struct evolve_control control = {job_run_pending_brief, request};
    struct shared_run shared = {
        .method = method,
        .run = run,
        .control = &control,
        /* For stepping methods, whose steps take much longer than the check, all particles are
         * checked first. For the others the check takes as long as the move, so it is shared. */
        .check = check && !method->stepping,
        .chunk = chunk_size(method, run),
        .first_invalid = SIZE_MAX,
    };
    int64_t start_ns = clock_now_ns();
    size_t chunks = (run->count + shared.chunk - 1) / shared.chunk, first_invalid;
    unsigned used = 1;
    PROBE3(evolve_start, request, run->count, run->steps);
    if (check && method->stepping && domain_check(method, run, &first_invalid) != DOMAIN_OK)
        note_invalid(&shared, first_invalid);
    else if (chunks > 1)
        used = worker_pool_parallel_for(request->service->pool, chunks, evolve_chunk, &shared);
    else
        evolve_chunk(&shared, 0);
    PROBE2(evolve_end, request, used);
    *threads = used > *threads ? used : *threads;
    request->timing.ns[PHASE_EVOLVE] += clock_now_ns() - start_ns;
    if (atomic_load(&shared.first_invalid) != SIZE_MAX) {
        fail_domain(request, run, atomic_load(&shared.first_invalid));
        return false;
    }
    return !atomic_load(&shared.stopped);
}
