/* Two workers that find an invalid particle at the same time, in either order. Here one thread does
 * both: it runs the second chunk in the middle of the first one. */
#include "endpoints/simulate/run.h"

#include <stdlib.h>
#include <string.h>

#include "../../suite.h"
#include "sim/domain.h"

#define PARTICLES 200000

static void (*work)(void *context, size_t chunk);
static void *work_context;
static size_t outer_chunk, inner_chunk;
static bool interrupt; /* the next check is interrupted by the inner chunk */

/* The linker puts these in front of the functions of the same names, which it calls __real_. */
unsigned __wrap_worker_pool_parallel_for(struct worker_pool *pool, size_t chunks,
                                         void (*chunk)(void *context, size_t index), void *context);
enum domain_error __real_domain_check(const struct method *method, const struct evolve_run *run,
                                      size_t *index);
enum domain_error __wrap_domain_check(const struct method *method, const struct evolve_run *run,
                                      size_t *index);

unsigned __wrap_worker_pool_parallel_for(struct worker_pool *pool, size_t chunks,
                                         void (*chunk)(void *context, size_t index), void *context)
{
    (void)pool;
    ck_assert_uint_gt(chunks, 1);
    work = chunk;
    work_context = context;
    interrupt = true;
    chunk(context, outer_chunk);
    return 2;
}

/* The outer chunk has found its invalid particle; the inner chunk notes its own first. */
enum domain_error __wrap_domain_check(const struct method *method, const struct evolve_run *run,
                                      size_t *index)
{
    enum domain_error error = __real_domain_check(method, run, index);
    if (interrupt) {
        interrupt = false;
        work(work_context, inner_chunk);
    }
    return error;
}

START_TEST(the_first_invalid_particle_is_reported)
{
    struct service service = {.jobs = 0};
    struct simulate simulate = {.steps = 10000};
    struct request request = {.service = &service, .state = &simulate};
    double *zeros = calloc(PARTICLES, sizeof *zeros); /* all are at the origin, which is invalid */
    ck_assert_ptr_nonnull(zeros);
    simulation_init(&simulate.body.simulation);
    const struct evolve_run run = {zeros, zeros, zeros, zeros, zeros, PARTICLES, 0.1, 1e-5, 10000};
    unsigned threads = 1;
    outer_chunk = (size_t)_i;
    inner_chunk = 1 - outer_chunk;
    ck_assert(!simulate_run(&request, &run, true, &threads));
    ck_assert(!interrupt);
    ck_assert_uint_eq(threads, 2);
    ck_assert_uint_eq(request.response.status, 422);
    ck_assert_ptr_nonnull(strstr(request.response.body, "\"pointer\":\"/particles/0\""));
    response_free(&request.response);
    free(zeros);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("endpoints/simulate/run");
    tcase_add_loop_test(suite_case(suite, "run"), the_first_invalid_particle_is_reported, 0, 2);
    return suite_run(suite);
}
