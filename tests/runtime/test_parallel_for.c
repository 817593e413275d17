#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "../suite.h"
#include "base/clock.h"
#include "latch.h"
#include "runtime/worker_pool.h"

#define CHUNKS_MAX 1000

/* A task that runs a loop and keeps the results. */
struct loop_task {
    struct pool_task task;
    struct worker_pool *pool;
    size_t chunks;
    atomic_uint runs[CHUNKS_MAX];
    unsigned workers; /* returned by worker_pool_parallel_for */
    struct latch done;
};

static void count_chunk(void *context, size_t index)
{
    struct loop_task *loop = context;
    atomic_fetch_add(&loop->runs[index], 1);
}

static void run_loop(struct pool_task *task)
{
    struct loop_task *loop = (struct loop_task *)task;
    loop->workers = worker_pool_parallel_for(loop->pool, loop->chunks, count_chunk, loop);
    latch_open(&loop->done);
}

static void submit_loop(struct loop_task *loop, struct worker_pool *pool, size_t chunks)
{
    *loop = (struct loop_task){
        .task.run = run_loop, .pool = pool, .chunks = chunks, .done = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &loop->task));
}

static void check_loop(struct loop_task *loop, unsigned workers_max)
{
    latch_wait(&loop->done);
    size_t right = 0;
    while (right < CHUNKS_MAX && loop->runs[right] == (right < loop->chunks))
        right++;
    ck_assert_uint_eq(right, CHUNKS_MAX);
    ck_assert_uint_ge(loop->workers, 1);
    ck_assert_uint_le(loop->workers, workers_max);
}

START_TEST(each_chunk_runs_once)
{
    static struct loop_task loop;
    static const size_t chunks[] = {0, 1, 2, 3, 64, CHUNKS_MAX};
    for (unsigned workers = 1; workers <= 4; workers++) {
        struct worker_pool *pool = worker_pool_create(workers, 1);
        for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
            submit_loop(&loop, pool, chunks[i]);
            check_loop(&loop, chunks[i] < 2 ? 1 : workers);
        }
        worker_pool_destroy(pool);
    }
}
END_TEST

#define LOOPS 64

START_TEST(loops_run_side_by_side)
{
    static struct loop_task loop[LOOPS];
    struct worker_pool *pool = worker_pool_create(4, LOOPS);
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < LOOPS; i++)
            submit_loop(&loop[i], pool, 1 + i * 7 % 50);
        for (size_t i = 0; i < LOOPS; i++)
            check_loop(&loop[i], 4);
    }
    worker_pool_destroy(pool);
}
END_TEST

START_TEST(destroy_finishes_loops)
{
    static struct loop_task loop[LOOPS];
    for (int round = 0; round < 20; round++) {
        struct worker_pool *pool = worker_pool_create(3, LOOPS);
        for (size_t i = 0; i < LOOPS; i++)
            submit_loop(&loop[i], pool, 20);
        worker_pool_destroy(pool);
        for (size_t i = 0; i < LOOPS; i++)
            check_loop(&loop[i], 3);
    }
}
END_TEST

/* Every chunk waits until all have started, so the loop ends only if all workers take part. */
struct meeting {
    struct pool_task task;
    struct worker_pool *pool;
    size_t chunks;
    atomic_size_t arrived;
    struct latch all_here, counted;
    unsigned workers;
};

static void meet(void *context, size_t index)
{
    struct meeting *meeting = context;
    (void)index;
    if (atomic_fetch_add(&meeting->arrived, 1) + 1 == meeting->chunks)
        latch_open(&meeting->all_here);
    latch_wait(&meeting->counted);
}

static void run_meeting(struct pool_task *task)
{
    struct meeting *meeting = (struct meeting *)task;
    meeting->workers = worker_pool_parallel_for(meeting->pool, meeting->chunks, meet, meeting);
}

START_TEST(idle_workers_help)
{
    for (unsigned workers = 1; workers <= 8; workers++) {
        struct worker_pool *pool = worker_pool_create(workers, 1);
        struct meeting meeting = {.task.run = run_meeting,
                                  .pool = pool,
                                  .chunks = workers,
                                  .all_here = LATCH_CLOSED,
                                  .counted = LATCH_CLOSED};
        ck_assert(worker_pool_submit(pool, &meeting.task));
        latch_wait(&meeting.all_here);
        ck_assert_uint_eq(worker_pool_counts(pool).busy, workers);
        latch_open(&meeting.counted);
        worker_pool_destroy(pool);
        ck_assert_uint_eq(meeting.workers, workers);
    }
}
END_TEST

/* Two workers. The owner waits in chunk 0 until the task has run, so the helper takes all other
 * chunks. In chunk 1 it submits the task, and must run it before chunk 2. */
struct precedence {
    struct pool_task owner, task;
    struct worker_pool *pool;
    struct latch task_ran;
    atomic_bool submitted, later_chunk_started, task_was_first;
};

static void run_preceding(struct pool_task *task)
{
    struct precedence *precedence =
        (struct precedence *)((char *)task - offsetof(struct precedence, task));
    precedence->task_was_first = !precedence->later_chunk_started;
    latch_open(&precedence->task_ran);
}

static void precedence_chunk(void *context, size_t index)
{
    struct precedence *precedence = context;
    if (index == 0)
        latch_wait(&precedence->task_ran);
    else if (index == 1)
        precedence->submitted = worker_pool_submit(precedence->pool, &precedence->task);
    else
        precedence->later_chunk_started = true;
}

static void run_precedence(struct pool_task *task)
{
    struct precedence *precedence = (struct precedence *)task;
    worker_pool_parallel_for(precedence->pool, 10, precedence_chunk, precedence);
}

START_TEST(a_task_runs_before_chunks_of_others)
{
    struct worker_pool *pool = worker_pool_create(2, 1);
    struct precedence precedence = {.owner.run = run_precedence,
                                    .task.run = run_preceding,
                                    .pool = pool,
                                    .task_ran = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &precedence.owner));
    latch_wait(&precedence.task_ran);
    worker_pool_destroy(pool);
    ck_assert(precedence.submitted);
    ck_assert(precedence.task_was_first);
    ck_assert(precedence.later_chunk_started);
}
END_TEST

/* Two workers and two chunks. The chunk of the owner ends when the helper is inside the other one.
 * The helper then checks for a while whether worker_pool_parallel_for returns too early. */
struct wait_task {
    struct pool_task task;
    struct worker_pool *pool;
    struct latch helper_inside, owner_done;
    atomic_bool returned, returned_early;
    unsigned workers;
};

static void wait_chunk(void *context, size_t index)
{
    struct wait_task *wait_task = context;
    if (index == 0) {
        latch_wait(&wait_task->helper_inside);
        latch_open(&wait_task->owner_done);
        return;
    }
    latch_open(&wait_task->helper_inside);
    latch_wait(&wait_task->owner_done);
    for (int i = 0; i < 20; i++) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
        if (wait_task->returned)
            wait_task->returned_early = true;
    }
}

static void run_wait_task(struct pool_task *task)
{
    struct wait_task *wait_task = (struct wait_task *)task;
    wait_task->workers = worker_pool_parallel_for(wait_task->pool, 2, wait_chunk, wait_task);
    wait_task->returned = true;
}

START_TEST(the_owner_waits_for_helpers)
{
    struct worker_pool *pool = worker_pool_create(2, 1);
    struct wait_task wait_task = {.task.run = run_wait_task,
                                  .pool = pool,
                                  .helper_inside = LATCH_CLOSED,
                                  .owner_done = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &wait_task.task));
    latch_wait(&wait_task.helper_inside); /* a pool that is being destroyed may not help */
    worker_pool_destroy(pool);
    ck_assert(wait_task.returned);
    ck_assert(!wait_task.returned_early);
    ck_assert_uint_eq(wait_task.workers, 2);
}
END_TEST

/* The tests below compare the limit only with times that were measured around an event. So on a
 * slow machine a test tries again and does not fail. */
#define STALL_LIMIT_NS (20 * NS_PER_MS)

/* Waits until more than the limit has passed since `time_ns`. */
static void wait_past_limit(int64_t time_ns)
{
    while (clock_now_ns() - time_ns <= STALL_LIMIT_NS)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* A task that records progress only when the test asks for it. */
struct steps {
    struct pool_task task;
    struct worker_pool *pool;
    struct latch running, other_left;
    atomic_int asked, made; /* asked < 0: end */
};

static void make_steps(struct steps *steps)
{
    latch_open(&steps->running);
    for (int asked; (asked = steps->asked) >= 0; sched_yield())
        if (asked > steps->made) {
            worker_pool_progress();
            steps->made++;
        }
}

static void run_steps(struct pool_task *task)
{
    make_steps((struct steps *)task);
}

/* Lets the worker make progress, then asks at once whether the pool is stalled. False when this
 * took longer than the limit, so that the result is not known. */
static bool progress_is_seen(struct worker_pool *pool, struct steps *steps, bool *stalled)
{
    int64_t before = clock_now_ns();
    int step = ++steps->asked;
    while (steps->made < step)
        sched_yield();
    *stalled = worker_pool_is_stalled(pool, STALL_LIMIT_NS);
    return clock_now_ns() - before <= STALL_LIMIT_NS;
}

START_TEST(a_task_without_progress_is_stalled)
{
    struct worker_pool *pool = worker_pool_create(2, 1);
    ck_assert(!worker_pool_is_stalled(pool, 0));
    struct steps steps = {.task.run = run_steps, .running = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &steps.task));
    latch_wait(&steps.running);
    ck_assert(!worker_pool_is_stalled(pool, 3600 * NS_PER_S));
    wait_past_limit(clock_now_ns());
    ck_assert(worker_pool_is_stalled(pool, STALL_LIMIT_NS));
    ck_assert(!worker_pool_is_stalled(pool, 3600 * NS_PER_S));

    bool stalled;
    while (!progress_is_seen(pool, &steps, &stalled))
        ;
    ck_assert(!stalled);
    wait_past_limit(clock_now_ns());
    ck_assert(worker_pool_is_stalled(pool, STALL_LIMIT_NS));

    steps.asked = -1;
    while (worker_pool_counts(pool).busy > 0)
        sched_yield();
    ck_assert(!worker_pool_is_stalled(pool, 0)); /* idle workers are not stalled */
    worker_pool_progress();                      /* no effect: not a worker */
    ck_assert(!worker_pool_is_stalled(pool, 0));
    worker_pool_destroy(pool);
}
END_TEST

static void steps_chunk(void *context, size_t index)
{
    struct steps *steps = context;
    if (index > 0) {
        make_steps(steps);
    } else {
        latch_wait(&steps->running);
        latch_open(&steps->other_left);
    }
}

static void run_parallel_steps(struct pool_task *task)
{
    struct steps *steps = (struct steps *)task;
    worker_pool_parallel_for(steps->pool, 2, steps_chunk, steps);
}

/* While the owner waits for its helper, only the progress of the helper counts. */
START_TEST(waiting_for_a_helper_is_not_a_stall)
{
    struct worker_pool *pool = worker_pool_create(2, 1);
    struct steps steps = {.task.run = run_parallel_steps,
                          .pool = pool,
                          .running = LATCH_CLOSED,
                          .other_left = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &steps.task));
    latch_wait(&steps.other_left);
    wait_past_limit(clock_now_ns());
    ck_assert(worker_pool_is_stalled(pool, STALL_LIMIT_NS)); /* the helper */
    /* The owner may not wait yet, so try until it does. */
    bool stalled = true;
    while (!progress_is_seen(pool, &steps, &stalled) || stalled)
        ;
    wait_past_limit(clock_now_ns());
    ck_assert(worker_pool_is_stalled(pool, STALL_LIMIT_NS));
    steps.asked = -1;
    worker_pool_destroy(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runtime/parallel_for");
    TCase *tcase = suite_case(suite, "parallel_for");
    tcase_add_test(tcase, each_chunk_runs_once);
    tcase_add_test(tcase, loops_run_side_by_side);
    tcase_add_test(tcase, destroy_finishes_loops);
    tcase_add_test(tcase, idle_workers_help);
    tcase_add_test(tcase, a_task_runs_before_chunks_of_others);
    tcase_add_test(tcase, the_owner_waits_for_helpers);
    tcase = suite_case(suite, "stall");
    tcase_add_test(tcase, a_task_without_progress_is_stalled);
    tcase_add_test(tcase, waiting_for_a_helper_is_not_a_stall);
    return suite_run(suite);
}
