#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "../suite.h"
#include "base/clock.h"
#include "latch.h"
#include "runtime/worker_pool.h"

#define PIECES_MAX 1000

/* A task that shares `pieces` and keeps what came of it. */
struct sharing_task {
    struct pool_task task;
    struct worker_pool *pool;
    size_t pieces;
    atomic_uint runs[PIECES_MAX];
    unsigned workers; /* what share returned */
    struct latch done;
};

static void count_piece(void *context, size_t index)
{
    struct sharing_task *sharing = context;
    atomic_fetch_add(&sharing->runs[index], 1);
}

static void run_sharing(struct pool_task *task)
{
    struct sharing_task *sharing = (struct sharing_task *)task;
    sharing->workers =
        worker_pool_parallel_for(sharing->pool, sharing->pieces, count_piece, sharing);
    latch_open(&sharing->done);
}

static void submit_sharing(struct sharing_task *sharing, struct worker_pool *pool, size_t pieces)
{
    *sharing = (struct sharing_task){
        .task.run = run_sharing, .pool = pool, .pieces = pieces, .done = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &sharing->task));
}

static void check_sharing(struct sharing_task *sharing, unsigned workers_max)
{
    latch_wait(&sharing->done);
    size_t right = 0;
    while (right < PIECES_MAX && sharing->runs[right] == (right < sharing->pieces))
        right++;
    ck_assert_uint_eq(right, PIECES_MAX);
    ck_assert_uint_ge(sharing->workers, 1);
    ck_assert_uint_le(sharing->workers, workers_max);
}

START_TEST(each_piece_runs_once)
{
    static struct sharing_task sharing;
    static const size_t pieces[] = {0, 1, 2, 3, 64, PIECES_MAX};
    for (unsigned workers = 1; workers <= 4; workers++) {
        struct worker_pool *pool = worker_pool_create(workers, 1);
        for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
            submit_sharing(&sharing, pool, pieces[i]);
            check_sharing(&sharing, pieces[i] < 2 ? 1 : workers);
        }
        worker_pool_destroy(pool);
    }
}
END_TEST

#define SHARES 64

START_TEST(shares_run_side_by_side)
{
    static struct sharing_task sharing[SHARES];
    struct worker_pool *pool = worker_pool_create(4, SHARES);
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < SHARES; i++)
            submit_sharing(&sharing[i], pool, 1 + i * 7 % 50);
        for (size_t i = 0; i < SHARES; i++)
            check_sharing(&sharing[i], 4);
    }
    worker_pool_destroy(pool);
}
END_TEST

START_TEST(destroy_finishes_shares)
{
    static struct sharing_task sharing[SHARES];
    for (int round = 0; round < 20; round++) {
        struct worker_pool *pool = worker_pool_create(3, SHARES);
        for (size_t i = 0; i < SHARES; i++)
            submit_sharing(&sharing[i], pool, 20);
        worker_pool_destroy(pool);
        for (size_t i = 0; i < SHARES; i++)
            check_sharing(&sharing[i], 3);
    }
}
END_TEST

/* Every piece waits until all have begun: only if all workers take part does it end. */
struct meeting {
    struct pool_task task;
    struct worker_pool *pool;
    size_t pieces;
    atomic_size_t arrived;
    struct latch all_here, counted;
    unsigned workers;
};

static void meet(void *context, size_t index)
{
    struct meeting *meeting = context;
    (void)index;
    if (atomic_fetch_add(&meeting->arrived, 1) + 1 == meeting->pieces)
        latch_open(&meeting->all_here);
    latch_wait(&meeting->counted);
}

static void run_meeting(struct pool_task *task)
{
    struct meeting *meeting = (struct meeting *)task;
    meeting->workers = worker_pool_parallel_for(meeting->pool, meeting->pieces, meet, meeting);
}

START_TEST(idle_workers_help)
{
    for (unsigned workers = 1; workers <= 8; workers++) {
        struct worker_pool *pool = worker_pool_create(workers, 1);
        struct meeting meeting = {.task.run = run_meeting,
                                  .pool = pool,
                                  .pieces = workers,
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

/* Two workers. The owner is held in piece 0 until the task has run, so the helper alone takes
 * the other pieces; in piece 1 it queues the task, and must run that before piece 2. */
struct precedence {
    struct pool_task owner, task;
    struct worker_pool *pool;
    struct latch task_ran;
    atomic_bool submitted, late_piece_began, task_was_first;
};

static void run_preceding(struct pool_task *task)
{
    struct precedence *precedence =
        (struct precedence *)((char *)task - offsetof(struct precedence, task));
    precedence->task_was_first = !precedence->late_piece_began;
    latch_open(&precedence->task_ran);
}

static void precedence_piece(void *context, size_t index)
{
    struct precedence *precedence = context;
    if (index == 0)
        latch_wait(&precedence->task_ran);
    else if (index == 1)
        precedence->submitted = worker_pool_submit(precedence->pool, &precedence->task);
    else
        precedence->late_piece_began = true;
}

static void run_precedence(struct pool_task *task)
{
    struct precedence *precedence = (struct precedence *)task;
    worker_pool_parallel_for(precedence->pool, 10, precedence_piece, precedence);
}

START_TEST(task_goes_before_pieces_of_others)
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
    ck_assert(precedence.late_piece_began);
}
END_TEST

/* Two workers and two pieces. The owner's piece ends at once when the helper is inside the other,
 * which looks for a while whether share has returned without it. */
struct patience {
    struct pool_task task;
    struct worker_pool *pool;
    struct latch helper_inside, owner_done;
    atomic_bool returned, returned_early;
    unsigned workers;
};

static void patience_piece(void *context, size_t index)
{
    struct patience *patience = context;
    if (index == 0) {
        latch_wait(&patience->helper_inside);
        latch_open(&patience->owner_done);
        return;
    }
    latch_open(&patience->helper_inside);
    latch_wait(&patience->owner_done);
    for (int i = 0; i < 20; i++) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
        if (patience->returned)
            patience->returned_early = true;
    }
}

static void run_patience(struct pool_task *task)
{
    struct patience *patience = (struct patience *)task;
    patience->workers = worker_pool_parallel_for(patience->pool, 2, patience_piece, patience);
    patience->returned = true;
}

START_TEST(owner_waits_for_helpers)
{
    struct worker_pool *pool = worker_pool_create(2, 1);
    struct patience patience = {.task.run = run_patience,
                                .pool = pool,
                                .helper_inside = LATCH_CLOSED,
                                .owner_done = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &patience.task));
    latch_wait(&patience.helper_inside); /* a pool that closes need not help */
    worker_pool_destroy(pool);
    ck_assert(patience.returned);
    ck_assert(!patience.returned_early);
    ck_assert_uint_eq(patience.workers, 2);
}
END_TEST

/* Below, `limit` is compared only with times that were really read around an event, so a slow
 * machine makes a test try again, not fail. */
#define STALL_LIMIT_NS (20 * NS_PER_MS)

/* Waits until more than the limit has passed since `moment_ns`. */
static void outwait(int64_t moment_ns)
{
    while (clock_now_ns() - moment_ns <= STALL_LIMIT_NS)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* A worker that says that it gets on only when told to. */
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

/* Makes the worker step and looks at once: the pool must not seem stalled. False when looking
 * took too long to tell. */
static bool moving_is_seen(struct worker_pool *pool, struct steps *steps, bool *stalled)
{
    int64_t before = clock_now_ns();
    int step = ++steps->asked;
    while (steps->made < step)
        sched_yield();
    *stalled = worker_pool_is_stalled(pool, STALL_LIMIT_NS);
    return clock_now_ns() - before <= STALL_LIMIT_NS;
}

START_TEST(task_without_progress_is_stalled)
{
    struct worker_pool *pool = worker_pool_create(2, 1);
    ck_assert(!worker_pool_is_stalled(pool, 0));
    struct steps steps = {.task.run = run_steps, .running = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &steps.task));
    latch_wait(&steps.running);
    ck_assert(!worker_pool_is_stalled(pool, 3600 * NS_PER_S));
    outwait(clock_now_ns());
    ck_assert(worker_pool_is_stalled(pool, STALL_LIMIT_NS));
    ck_assert(!worker_pool_is_stalled(pool, 3600 * NS_PER_S));

    bool stalled;
    while (!moving_is_seen(pool, &steps, &stalled))
        ;
    ck_assert(!stalled);
    outwait(clock_now_ns());
    ck_assert(worker_pool_is_stalled(pool, STALL_LIMIT_NS));

    steps.asked = -1;
    while (worker_pool_counts(pool).busy > 0)
        sched_yield();
    ck_assert(!worker_pool_is_stalled(pool, 0)); /* nothing to do is not a stall */
    worker_pool_progress();                      /* no worker: no effect */
    ck_assert(!worker_pool_is_stalled(pool, 0));
    worker_pool_destroy(pool);
}
END_TEST

static void steps_piece(void *context, size_t index)
{
    struct steps *steps = context;
    if (index > 0) {
        make_steps(steps);
    } else {
        latch_wait(&steps->running);
        latch_open(&steps->other_left);
    }
}

static void run_shared_steps(struct pool_task *task)
{
    struct steps *steps = (struct steps *)task;
    worker_pool_parallel_for(steps->pool, 2, steps_piece, steps);
}

/* The owner waits for its helper without an end in sight: only the helper is watched. */
START_TEST(waiting_for_a_helper_is_no_stall)
{
    struct worker_pool *pool = worker_pool_create(2, 1);
    struct steps steps = {.task.run = run_shared_steps,
                          .pool = pool,
                          .running = LATCH_CLOSED,
                          .other_left = LATCH_CLOSED};
    ck_assert(worker_pool_submit(pool, &steps.task));
    latch_wait(&steps.other_left);
    outwait(clock_now_ns());
    ck_assert(worker_pool_is_stalled(pool, STALL_LIMIT_NS)); /* the helper */
    /* The owner may not have come to its wait yet; it does at last. */
    bool stalled = true;
    while (!moving_is_seen(pool, &steps, &stalled) || stalled)
        ;
    outwait(clock_now_ns());
    ck_assert(worker_pool_is_stalled(pool, STALL_LIMIT_NS));
    steps.asked = -1;
    worker_pool_destroy(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("worker_pool_share");
    TCase *tcase = suite_case(suite, "share");
    tcase_add_test(tcase, each_piece_runs_once);
    tcase_add_test(tcase, shares_run_side_by_side);
    tcase_add_test(tcase, destroy_finishes_shares);
    tcase_add_test(tcase, idle_workers_help);
    tcase_add_test(tcase, task_goes_before_pieces_of_others);
    tcase_add_test(tcase, owner_waits_for_helpers);
    tcase = suite_case(suite, "stall");
    tcase_add_test(tcase, task_without_progress_is_stalled);
    tcase_add_test(tcase, waiting_for_a_helper_is_no_stall);
    return suite_run(suite);
}
