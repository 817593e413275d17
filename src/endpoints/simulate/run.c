#include "endpoints/simulate/run.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "http/job.h"
#include "http/probes.h"
#include "sim/domain.h"

/* A set whose predicted cost exceeds SPLIT_NS is split: below, what it costs until another worker
 * is awake eats up what that worker saves (docs/performance.md). Pieces take about PIECE_NS: long
 * against the lock that taking one needs, and so small that the columns are still in a core's cache
 * when they have been checked. */
#define SPLIT_NS 500e3
#define PIECE_NS 100e3

/* Pieces start at a cache line of the columns. */
#define PIECE_ALIGNMENT 8

/* A run that several workers share. Each piece is checked, if it has to be, then moved. Pieces are
 * taken in their order, so when one finds a fault all before it have been taken too, and each of
 * them is checked to its end: the smallest first_invalid index is the first one of the whole set.
 */
struct split {
    const struct method *method;
    const struct evolve_run *run;
    const struct evolve_control *control;
    bool check;                  /* each piece before it is moved */
    size_t piece;                /* particles */
    atomic_size_t first_invalid; /* smallest index found so far, or SIZE_MAX */
    atomic_bool stopped;
};

static void note_invalid(struct split *split, size_t index)
{
    size_t smallest = atomic_load(&split->first_invalid);
    while (index < smallest &&
           !atomic_compare_exchange_weak(&split->first_invalid, &smallest, index))
        ;
}

static void evolve_piece(void *context, size_t index)
{
    struct split *split = context;
    size_t begin = index * split->piece;
    if (atomic_load(&split->stopped) || atomic_load(&split->first_invalid) < begin)
        return;
    struct evolve_run part = *split->run;
    size_t left = part.count - begin;
    part.count = left < split->piece ? left : split->piece;
    part.x += begin;
    part.y += begin;
    part.ang_vel += begin;
    part.x_out += begin;
    part.y_out += begin;
    size_t first_invalid;
    if (split->check && domain_check(split->method, &part, &first_invalid) != DOMAIN_OK)
        note_invalid(split, begin + first_invalid);
    else if (!evolve(split->method, &part, split->control))
        atomic_store(&split->stopped, true);
}

/* How many particles a piece holds. */
static size_t piece_size(const struct method *method, const struct evolve_run *run)
{
    double cost = evolve_cost_ns(method, run->count, run->steps);
    if (cost < SPLIT_NS)
        return run->count;
    size_t piece = (size_t)((double)run->count / (cost / PIECE_NS));
    piece = piece / PIECE_ALIGNMENT * PIECE_ALIGNMENT;
    return piece ? piece : PIECE_ALIGNMENT;
}

static void fail_domain(struct request *request, const struct evolve_run *run, size_t index)
{
    const struct simulate *simulate = request->state;
    /* Particles in front of the fault may have moved, this one has not. */
    struct evolve_run one = *run;
    one.x += index;
    one.y += index;
    one.ang_vel += index;
    one.count = 1;
    size_t first;
    enum domain_error error = domain_check(simulate->body.simulation.method, &one, &first);
    struct problem problem;
    problem_set(&problem, &problem_domain, "Particle %zu %s.", index, domain_error_text(error));
    /* In columns a particle has no one place; its x stands for it. */
    char pointer[64];
    snprintf(pointer, sizeof pointer,
             simulate->body.simulation.shape == SHAPE_COLUMNS ? "/particles/x/%zu"
                                                              : "/particles/%zu",
             index);
    problem_set_pointer(&problem, pointer);
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
    struct split split = {
        .method = method,
        .run = run,
        .control = &control,
        /* Before steps that take long; where they do not, the check is as dear as the jump, and
         * shared. */
        .check = check && !method->stepping,
        .piece = piece_size(method, run),
        .first_invalid = SIZE_MAX,
    };
    int64_t start_ns = clock_now_ns();
    size_t pieces = (run->count + split.piece - 1) / split.piece, first_invalid;
    unsigned taken = 1;
    PROBE3(evolve_start, request, run->count, run->steps);
    if (check && method->stepping && domain_check(method, run, &first_invalid) != DOMAIN_OK)
        note_invalid(&split, first_invalid);
    else if (pieces > 1)
        taken = worker_pool_parallel_for(request->service->pool, pieces, evolve_piece, &split);
    else
        evolve_piece(&split, 0);
    PROBE2(evolve_end, request, taken);
    *threads = taken > *threads ? taken : *threads;
    request->timing.ns[PHASE_EVOLVE] += clock_now_ns() - start_ns;
    if (atomic_load(&split.first_invalid) != SIZE_MAX) {
        fail_domain(request, run, atomic_load(&split.first_invalid));
        return false;
    }
    return !atomic_load(&split.stopped);
}
