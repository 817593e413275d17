#include <stdatomic.h>

#include "../suite.h"
#include "latch.h"
#include "runtime/worker_pool.h"

#define ORDER_MAX 256

/* The names of the tasks that ran, in order. */
static struct {
    atomic_size_t count;
    int name[ORDER_MAX];
} ran;

struct named_task {
    struct pool_task task;
    int name;
};

static void note(int name)
{
    ran.name[atomic_fetch_add(&ran.count, 1)] = name;
}

static void run_named(struct pool_task *task)
{
    note(((struct named_task *)task)->name);
}

/* Keeps the only worker busy until the test has filled the queue. Then it calls
 * worker_pool_run_pending_brief `pending_runs` times, and notes its name, -1. */
struct long_task {
    struct pool_task task;
    struct latch running, go;
    int pending_runs;
};

static void run_long(struct pool_task *task)
{
    struct long_task *lengthy = (struct long_task *)task;
    latch_open(&lengthy->running);
    latch_wait(&lengthy->go);
    for (int i = 0; i < lengthy->pending_runs; i++)
        worker_pool_run_pending_brief();
    note(-1);
}

#define LONG_TASK(times)                                                                           \
    {                                                                                              \
        {.run = run_long}, LATCH_CLOSED, LATCH_CLOSED, times                                       \
    }

static struct worker_pool *pool_held_by(struct long_task *lengthy)
{
    atomic_store(&ran.count, 0);
    struct worker_pool *pool = worker_pool_create(1, ORDER_MAX);
    ck_assert_ptr_nonnull(pool);
    ck_assert(worker_pool_submit(pool, &lengthy->task));
    latch_wait(&lengthy->running);
    return pool;
}

static void submit(struct worker_pool *pool, struct named_task *task, int name, bool brief)
{
    *task = (struct named_task){{.run = run_named, .brief = brief}, name};
    ck_assert(worker_pool_submit(pool, &task->task));
}

START_TEST(brief_tasks_go_first)
{
    struct long_task lengthy = LONG_TASK(0);
    struct worker_pool *pool = pool_held_by(&lengthy);
    struct named_task tasks[4];
    submit(pool, &tasks[0], 10, false);
    submit(pool, &tasks[1], 11, false);
    submit(pool, &tasks[2], 20, true);
    submit(pool, &tasks[3], 21, true);
    latch_open(&lengthy.go);
    worker_pool_destroy(pool);
    static const int expected[] = {-1, 20, 21, 10, 11};
    ck_assert_uint_eq(ran.count, 5);
    ck_assert_mem_eq(ran.name, expected, sizeof expected);
}
END_TEST

START_TEST(long_tasks_are_not_starved)
{
    struct long_task lengthy = LONG_TASK(0);
    struct worker_pool *pool = pool_held_by(&lengthy);
    struct named_task tasks[101];
    submit(pool, &tasks[100], 1000, false);
    for (int i = 0; i < 100; i++)
        submit(pool, &tasks[i], i, true);
    latch_open(&lengthy.go);
    worker_pool_destroy(pool);
    ck_assert_uint_eq(ran.count, 102);
    size_t position = 0;
    while (ran.name[position] != 1000)
        position++;
    ck_assert_uint_gt(position, 1);
    ck_assert_uint_lt(position, 50);
}
END_TEST

START_TEST(a_long_task_runs_pending_brief_tasks)
{
    struct long_task lengthy = LONG_TASK(3);
    struct worker_pool *pool = pool_held_by(&lengthy);
    struct named_task tasks[21];
    submit(pool, &tasks[20], 1000, false);
    for (int i = 0; i < 20; i++)
        submit(pool, &tasks[i], i, true);
    latch_open(&lengthy.go);
    worker_pool_destroy(pool);
    /* All brief tasks in order, inside the first long task; then the second long task. */
    ck_assert_uint_eq(ran.count, 22);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(ran.name[i], i);
    ck_assert_int_eq(ran.name[20], -1);
    ck_assert_int_eq(ran.name[21], 1000);
}
END_TEST

static void run_pending(struct pool_task *task)
{
    worker_pool_run_pending_brief();
    note(((struct named_task *)task)->name);
}

/* A brief task that runs inside a long one runs no others, so the stack stays small. */
START_TEST(pending_brief_tasks_do_not_nest)
{
    struct long_task lengthy = LONG_TASK(1);
    struct worker_pool *pool = pool_held_by(&lengthy);
    struct named_task tasks[3];
    for (int i = 0; i < 3; i++) {
        tasks[i] = (struct named_task){{.run = run_pending, .brief = true}, i};
        ck_assert(worker_pool_submit(pool, &tasks[i].task));
    }
    latch_open(&lengthy.go);
    worker_pool_destroy(pool);
    static const int expected[] = {0, 1, 2, -1};
    ck_assert_uint_eq(ran.count, 4);
    ck_assert_mem_eq(ran.name, expected, sizeof expected);
}
END_TEST

START_TEST(other_threads_run_no_pending_tasks)
{
    struct long_task lengthy = LONG_TASK(0);
    struct worker_pool *pool = pool_held_by(&lengthy);
    struct named_task task;
    submit(pool, &task, 1, true);
    worker_pool_run_pending_brief();
    ck_assert_uint_eq(ran.count, 0);
    latch_open(&lengthy.go);
    worker_pool_destroy(pool);
    ck_assert_uint_eq(ran.count, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runtime/worker_pool_priority");
    TCase *tcase = suite_case(suite, "priority");
    tcase_add_test(tcase, brief_tasks_go_first);
    tcase_add_test(tcase, long_tasks_are_not_starved);
    tcase_add_test(tcase, a_long_task_runs_pending_brief_tasks);
    tcase_add_test(tcase, pending_brief_tasks_do_not_nest);
    tcase_add_test(tcase, other_threads_run_no_pending_tasks);
    return suite_run(suite);
}
