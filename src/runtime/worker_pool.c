#include "runtime/worker_pool.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"

/* Brief tasks that a long task runs at a time. */
#define PENDING_BRIEF_MAX 16

struct worker {
    struct worker_pool *pool;
    pthread_t thread;
    unsigned index;
    bool running_brief;          /* within worker_pool_run_pending_brief; the worker's own */
    _Atomic int64_t progress_ns; /* time of its last progress; 0 while it is idle */
};

struct worker_pool {
    pthread_mutex_t mutex; /* guards all that is not constant or atomic */
    pthread_cond_t work;   /* there is something to do, or the pool is closing */
    struct task_queue tasks;
    _Atomic size_t brief_queued; /* tasks.brief_count, to be read without the mutex */
    _Atomic size_t queued;       /* tasks.count, likewise */
    size_t queue_limit;          /* constant */
    struct parallel_loop *loops;
    unsigned idle;
    bool waking; /* an idle worker has been signalled and is not awake yet */
    unsigned busy;
    bool closing;
    unsigned worker_count; /* constant once created */
    struct worker workers[];
};

static _Thread_local struct worker *self;

static void mark_progress(struct worker *worker, int64_t ns)
{
    atomic_store_explicit(&worker->progress_ns, ns, memory_order_relaxed);
}

void worker_pool_progress(void)
{
    if (self)
        mark_progress(self, clock_now_ns());
}

/* The functions named *_locked are called with the mutex held and return with it held. */

/* Releases the mutex. Workers are woken one at a time, and each wakes the next while tasks are
 * left: then short tasks that arrive quickly cost few wake-ups, because workers that are awake take
 * them.
 */
static void unlock_and_wake(struct worker_pool *pool)
{
    bool wake = pool->tasks.count > 0 && pool->idle && !pool->waking;
    pool->waking |= wake;
    pthread_mutex_unlock(&pool->mutex);
    if (wake)
        pthread_cond_signal(&pool->work);
}

/* The worker starts to run something: releases the mutex. */
static void begin_work(struct worker_pool *pool)
{
    pool->busy++;
    unlock_and_wake(pool);
    worker_pool_progress();
}

/* The worker has run it: takes the mutex again. */
static void end_work(struct worker_pool *pool)
{
    mark_progress(self, 0);
    pthread_mutex_lock(&pool->mutex);
    pool->busy--;
}

static void publish_counts_locked(struct worker_pool *pool)
{
    atomic_store_explicit(&pool->brief_queued, pool->tasks.brief_count, memory_order_relaxed);
    atomic_store_explicit(&pool->queued, pool->tasks.count, memory_order_relaxed);
}

static bool run_task_locked(struct worker_pool *pool)
{
    struct pool_task *task = task_queue_pop(&pool->tasks);
    if (!task)
        return false;
    publish_counts_locked(pool);
    begin_work(pool);
    task->run(task);
    end_work(pool);
    return true;
}

void worker_pool_run_pending_brief(void)
{
    worker_pool_progress();
    if (!self || self->running_brief ||
        atomic_load_explicit(&self->pool->brief_queued, memory_order_relaxed) == 0)
        return;
    struct worker_pool *pool = self->pool;
    self->running_brief = true;
    for (int i = 0; i < PENDING_BRIEF_MAX; i++) {
        pthread_mutex_lock(&pool->mutex);
        struct pool_task *task = task_queue_pop_brief(&pool->tasks);
        publish_counts_locked(pool);
        pthread_mutex_unlock(&pool->mutex);
        if (!task)
            break;
        task->run(task);
        worker_pool_progress();
    }
    self->running_brief = false;
}

/* Runs one chunk only: a task may have come in meanwhile. */
static bool help_locked(struct worker_pool *pool)
{
    size_t chunk;
    struct parallel_loop *loop = parallel_loop_enter(pool->loops, self->index, &chunk);
    if (!loop)
        return false;
    begin_work(pool);
    loop->run(loop->context, chunk);
    end_work(pool);
    parallel_loop_leave(loop);
    return true;
}

static void *worker_main(void *argument)
{
    self = argument;
    struct worker_pool *pool = self->pool;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        if (run_task_locked(pool) || help_locked(pool))
            continue;
        if (pool->closing)
            break;
        pool->idle++;
        pthread_cond_wait(&pool->work, &pool->mutex);
        pool->idle--;
        pool->waking = false;
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

bool worker_pool_submit(struct worker_pool *pool, struct pool_task *task)
{
    task->submitted_ns = clock_now_ns();
    pthread_mutex_lock(&pool->mutex);
    bool accepted = pool->tasks.count < pool->queue_limit;
    if (accepted) {
        task_queue_push(&pool->tasks, task);
        publish_counts_locked(pool);
    }
    unlock_and_wake(pool);
    return accepted;
}

bool worker_pool_is_full(struct worker_pool *pool)
{
    return atomic_load_explicit(&pool->queued, memory_order_relaxed) >= pool->queue_limit;
}

unsigned worker_pool_parallel_for(struct worker_pool *pool, size_t chunks,
                                  void (*run)(void *context, size_t chunk), void *context)
{
    struct parallel_loop loop = {.run = run, .context = context, .chunks = chunks};
    pthread_cond_init(&loop.left, NULL);

    pthread_mutex_lock(&pool->mutex);
    parallel_loop_link(&pool->loops, &loop);
    if (pool->idle && chunks > 1)
        pthread_cond_broadcast(&pool->work);
    while (loop.next < chunks) {
        size_t chunk = loop.next++;
        pthread_mutex_unlock(&pool->mutex);
        run(context, chunk);
        worker_pool_progress();
        pthread_mutex_lock(&pool->mutex);
    }
    parallel_loop_unlink(&pool->loops, &loop);
    /* While this worker waits for its helpers, only they are watched for progress. */
    if (self)
        mark_progress(self, 0);
    while (loop.inside > 0)
        pthread_cond_wait(&loop.left, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
    worker_pool_progress();

    pthread_cond_destroy(&loop.left);
    return loop.helpers + 1;
}

bool worker_pool_is_stalled(struct worker_pool *pool, int64_t limit_ns)
{
    int64_t now = clock_now_ns();
    for (unsigned i = 0; i < pool->worker_count; i++) {
        int64_t progress =
            atomic_load_explicit(&pool->workers[i].progress_ns, memory_order_relaxed);
        if (progress && now - progress > limit_ns)
            return true;
    }
    return false;
}

struct worker_pool_counts worker_pool_counts(struct worker_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    struct worker_pool_counts counts = {pool->worker_count, pool->busy, pool->tasks.count,
                                        pool->queue_limit};
    pthread_mutex_unlock(&pool->mutex);
    return counts;
}

/* The main thread handles signals. But a signal such as SIGSEGV must reach the thread that causes
 * it (a sanitizer's handler, for example), and a profiler samples only threads that SIGPROF can
 * interrupt. */
static void block_signals(sigset_t *before)
{
    static const int open[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF};
    sigset_t blocked;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        sigdelset(&blocked, open[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, before);
}

struct worker_pool *worker_pool_create(unsigned workers, size_t queue_limit)
{
    assert(workers >= 1 && workers <= WORKER_POOL_WORKERS_MAX && queue_limit >= 1);
    struct worker_pool *pool = calloc(1, sizeof *pool + workers * sizeof *pool->workers);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    task_queue_init(&pool->tasks);
    pool->queue_limit = queue_limit;

    sigset_t before;
    block_signals(&before);
    unsigned started = 0;
    for (; started < workers; started++) {
        struct worker *worker = &pool->workers[started];
        worker->pool = pool;
        worker->index = started;
        if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->worker_count = started;
    if (started < workers) {
        worker_pool_destroy(pool);
        return NULL;
    }
    return pool;
}

void worker_pool_destroy(struct worker_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->worker_count; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}
