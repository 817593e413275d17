#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../suite.h"
#include "base/clock.h"
#include "latch.h"
#include "runtime/worker_pool.h"

/* A task that opens `running`, then waits for `go`. */
struct held_task {
    struct pool_task task;
    struct latch running, go;
};

static void run_held(struct pool_task *task)
{
    struct held_task *held = (struct held_task *)task;
    latch_open(&held->running);
    latch_wait(&held->go);
}

#define HELD_TASK                                                                                  \
    {                                                                                              \
        {.run = run_held}, LATCH_CLOSED, LATCH_CLOSED                                              \
    }

/* A task that counts its runs. */
struct counted_task {
    struct pool_task task;
    atomic_uint runs;
};

static void run_counted(struct pool_task *task)
{
    atomic_fetch_add(&((struct counted_task *)task)->runs, 1);
}

static void ck_assert_each_ran_once(const struct counted_task *tasks, size_t count)
{
    size_t correct = 0;
    while (correct < count && tasks[correct].runs == 1)
        correct++;
    ck_assert_msg(correct == count, "task %zu ran %u times", correct, tasks[correct % count].runs);
}

static struct worker_pool *create(unsigned workers, size_t queue_limit)
{
    struct worker_pool *pool = worker_pool_create(workers, queue_limit);
    ck_assert_ptr_nonnull(pool);
    return pool;
}

#define SUBMITTERS 8
#define TASKS_EACH 2000
#define TASKS (SUBMITTERS * TASKS_EACH)

struct submitter {
    struct worker_pool *pool;
    struct counted_task *tasks;
    pthread_t thread;
};

static void *submit_all(void *argument)
{
    struct submitter *submitter = argument;
    for (size_t i = 0; i < TASKS_EACH; i++)
        while (!worker_pool_submit(submitter->pool, &submitter->tasks[i].task))
            sched_yield();
    return NULL;
}

/* The queue is short, so that it is often full and often empty. */
static void many_submitters(unsigned workers)
{
    static struct counted_task tasks[TASKS];
    struct submitter submitters[SUBMITTERS];
    struct worker_pool *pool = create(workers, 16);
    for (size_t i = 0; i < TASKS; i++) {
        tasks[i].task.run = run_counted;
        tasks[i].runs = 0;
    }
    for (size_t i = 0; i < SUBMITTERS; i++) {
        submitters[i].pool = pool;
        submitters[i].tasks = tasks + i * TASKS_EACH;
        ck_assert_int_eq(pthread_create(&submitters[i].thread, NULL, submit_all, &submitters[i]),
                         0);
    }
    for (size_t i = 0; i < SUBMITTERS; i++)
        pthread_join(submitters[i].thread, NULL);
    worker_pool_destroy(pool);
    ck_assert_each_ran_once(tasks, TASKS);
}

START_TEST(each_task_runs_once)
{
    many_submitters(1);
    many_submitters(3);
    many_submitters(SUBMITTERS);
}
END_TEST

/* One task at a time: between two tasks all workers sleep, and one must be woken. */
START_TEST(sleeping_workers_are_woken)
{
    struct worker_pool *pool = create(3, 1);
    for (int i = 0; i < 2000; i++) {
        struct held_task held = HELD_TASK;
        latch_open(&held.go);
        ck_assert(worker_pool_submit(pool, &held.task));
        latch_wait(&held.running);
        while (worker_pool_counts(pool).busy > 0)
            sched_yield();
    }
    worker_pool_destroy(pool);
}
END_TEST

#define QUEUE_LIMIT 5

START_TEST(the_queue_is_bounded)
{
    struct worker_pool *pool = create(2, QUEUE_LIMIT);
    struct held_task held[2] = {HELD_TASK, HELD_TASK};
    for (int i = 0; i < 2; i++) {
        ck_assert(worker_pool_submit(pool, &held[i].task));
        latch_wait(&held[i].running);
    }
    struct counted_task waiting[QUEUE_LIMIT + 1] = {{.runs = 0}};
    for (size_t i = 0; i <= QUEUE_LIMIT; i++)
        waiting[i].task.run = run_counted;
    for (size_t i = 0; i < QUEUE_LIMIT; i++) {
        ck_assert(!worker_pool_is_full(pool));
        ck_assert(worker_pool_submit(pool, &waiting[i].task));
        struct worker_pool_counts counts = worker_pool_counts(pool);
        ck_assert_uint_eq(counts.workers, 2);
        ck_assert_uint_eq(counts.busy, 2);
        ck_assert_uint_eq(counts.queued, i + 1);
        ck_assert_uint_eq(counts.queue_limit, QUEUE_LIMIT);
    }
    ck_assert(worker_pool_is_full(pool));
    ck_assert(!worker_pool_submit(pool, &waiting[QUEUE_LIMIT].task));
    ck_assert_uint_eq(worker_pool_counts(pool).queued, QUEUE_LIMIT);

    /* One worker empties the queue; then the task that was refused is accepted. */
    latch_open(&held[0].go);
    while (worker_pool_counts(pool).queued > 0)
        sched_yield();
    ck_assert(!worker_pool_is_full(pool));
    ck_assert_uint_eq(waiting[QUEUE_LIMIT].runs, 0);
    ck_assert(worker_pool_submit(pool, &waiting[QUEUE_LIMIT].task));
    latch_open(&held[1].go);
    worker_pool_destroy(pool);
    ck_assert_each_ran_once(waiting, QUEUE_LIMIT + 1);
}
END_TEST

START_TEST(counts_return_to_zero)
{
    struct worker_pool *pool = create(4, 7);
    struct held_task held = HELD_TASK;
    int64_t before = clock_now_ns();
    ck_assert(worker_pool_submit(pool, &held.task));
    ck_assert_int_ge(held.task.submitted_ns, before);
    ck_assert_int_le(held.task.submitted_ns, clock_now_ns());
    latch_wait(&held.running);
    ck_assert_uint_eq(worker_pool_counts(pool).busy, 1);
    latch_open(&held.go);
    while (worker_pool_counts(pool).busy > 0)
        sched_yield();
    struct worker_pool_counts counts = worker_pool_counts(pool);
    ck_assert_uint_eq(counts.workers, 4);
    ck_assert_uint_eq(counts.queued, 0);
    ck_assert_uint_eq(counts.queue_limit, 7);
    worker_pool_destroy(pool);
}
END_TEST

struct ordered_task {
    struct pool_task task;
    size_t *next, position;
};

static void run_ordered(struct pool_task *task)
{
    struct ordered_task *ordered = (struct ordered_task *)task;
    ordered->position = (*ordered->next)++;
}

START_TEST(tasks_run_in_order)
{
    struct worker_pool *pool = create(1, 100);
    struct held_task held = HELD_TASK;
    ck_assert(worker_pool_submit(pool, &held.task));
    size_t next = 0;
    struct ordered_task tasks[50];
    latch_wait(&held.running);
    for (size_t i = 0; i < 50; i++) {
        tasks[i] = (struct ordered_task){.task.run = run_ordered, .next = &next, .position = 99};
        ck_assert(worker_pool_submit(pool, &tasks[i].task));
    }
    latch_open(&held.go);
    worker_pool_destroy(pool);
    for (size_t i = 0; i < 50; i++)
        ck_assert_uint_eq(tasks[i].position, i);
}
END_TEST

/* The workers are held until all tasks are queued; then destroy is called. */
START_TEST(destroy_runs_queued_tasks)
{
    static struct counted_task tasks[5000];
    for (unsigned workers = 1; workers <= 3; workers++) {
        struct worker_pool *pool = create(workers, 5000);
        struct held_task held[3] = {HELD_TASK, HELD_TASK, HELD_TASK};
        for (unsigned i = 0; i < workers; i++) {
            ck_assert(worker_pool_submit(pool, &held[i].task));
            latch_wait(&held[i].running);
        }
        for (size_t i = 0; i < 5000; i++) {
            tasks[i].task.run = run_counted;
            tasks[i].runs = 0;
            ck_assert(worker_pool_submit(pool, &tasks[i].task));
        }
        ck_assert_uint_eq(worker_pool_counts(pool).queued, 5000);
        for (unsigned i = 0; i < workers; i++)
            latch_open(&held[i].go);
        worker_pool_destroy(pool);
        ck_assert_each_ran_once(tasks, 5000);
    }
}
END_TEST

START_TEST(idle_pools_can_be_destroyed)
{
    for (unsigned workers = 1; workers <= 8; workers++)
        worker_pool_destroy(create(workers, 1));
    worker_pool_destroy(create(WORKER_POOL_WORKERS_MAX, 1));
}
END_TEST

/* Bytes of address space in use. */
static rlim_t address_space(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%zu", &pages), 1);
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* There is address space for the stacks of three threads, not of ten. */
START_TEST(create_fails_without_memory_for_threads)
{
    pthread_attr_t large, before;
    pthread_getattr_default_np(&before);
    pthread_attr_init(&large);
    pthread_attr_setstacksize(&large, (size_t)1 << 30);
    pthread_setattr_default_np(&large);
    struct rlimit limit, lowered;
    getrlimit(RLIMIT_AS, &limit);
    lowered = limit;
    lowered.rlim_cur = address_space() + ((rlim_t)7 << 29);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &lowered), 0);
    struct worker_pool *pool = worker_pool_create(10, 1);
    setrlimit(RLIMIT_AS, &limit);
    pthread_setattr_default_np(&before);
    ck_assert_ptr_null(pool);
}
END_TEST

struct mask_task {
    struct pool_task task;
    sigset_t mask;
};

static void run_mask(struct pool_task *task)
{
    pthread_sigmask(SIG_BLOCK, NULL, &((struct mask_task *)task)->mask);
}

START_TEST(workers_block_signals)
{
    sigset_t before, after;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    struct worker_pool *pool = create(1, 1);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    struct mask_task task = {.task.run = run_mask};
    ck_assert(worker_pool_submit(pool, &task.task));
    worker_pool_destroy(pool);
    for (int signal = 1; signal < SIGRTMIN; signal++)
        ck_assert_int_eq(sigismember(&before, signal), sigismember(&after, signal));
    static const int blocked[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGALRM, SIGUSR1, SIGCHLD};
    for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
        ck_assert_int_eq(sigismember(&task.mask, blocked[i]), 1);
    static const int open[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGPROF};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        ck_assert_int_eq(sigismember(&task.mask, open[i]), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runtime/worker_pool");
    TCase *tcase = suite_case(suite, "queue");
    tcase_add_test(tcase, each_task_runs_once);
    tcase_add_test(tcase, sleeping_workers_are_woken);
    tcase_add_test(tcase, the_queue_is_bounded);
    tcase_add_test(tcase, counts_return_to_zero);
    tcase_add_test(tcase, tasks_run_in_order);
    tcase = suite_case(suite, "life");
    tcase_add_test(tcase, destroy_runs_queued_tasks);
    tcase_add_test(tcase, idle_pools_can_be_destroyed);
    tcase_add_test(tcase, create_fails_without_memory_for_threads);
    tcase_add_test(tcase, workers_block_signals);
    return suite_run(suite);
}
