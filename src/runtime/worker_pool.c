#include "runtime/worker_pool.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"

/* Work that a task offers to others. Lives on the stack of the offering worker, which waits
 * until nobody is inside. */
struct share {
    void (*piece)(void *context, size_t index);
    void *context;
    size_t pieces;
    size_t next;         /* first piece not yet taken; pool mutex */
    unsigned inside;     /* helpers at a piece; pool mutex */
    unsigned helpers;    /* different helpers so far; pool mutex */
    pthread_cond_t left; /* a helper has left */
    struct share *following;
    bool helped[WORKER_POOL_WORKERS_MAX]; /* by worker; pool mutex */
};

/* Tasks in the order in which they came. */
struct queue {
    struct pool_task *first;
    struct pool_task **last; /* where the next one is linked */
};

/* After so many brief tasks in a row a long one has its turn. */
#define BRIEF_RUN_MAX 16

/* Brief tasks that a long one lets by at a time. */
#define PENDING_BRIEF_MAX 16

struct worker {
    struct worker_pool *pool;
    pthread_t thread;
    unsigned index;
    bool giving_way;             /* the worker's own */
    _Atomic int64_t progress_ns; /* when it last got on; 0 while it has nothing to do */
};

struct worker_pool {
    pthread_mutex_t mutex; /* guards all that is not constant or atomic */
    pthread_cond_t work;   /* something to do, or closing */
    struct queue brief, lengthy;
    unsigned brief_run; /* brief tasks taken since a long one was */
    _Atomic size_t brief_queued;
    _Atomic size_t queued; /* written with the mutex, read without */
    size_t queue_limit;    /* constant */
    struct share *shares;
    unsigned idle;
    bool waking; /* an idle worker has been signalled and has not come round yet */
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

/* Workers are woken one at a time, and each wakes the next while tasks are left: short tasks
 * that come in quickly then cost few wake-ups, since workers that are awake take them. Leaves
 * the mutex. */
static void unlock_and_wake(struct worker_pool *pool)
{
    bool wake = pool->queued > 0 && pool->idle && !pool->waking;
    pool->waking |= wake;
    pthread_mutex_unlock(&pool->mutex);
    if (wake)
        pthread_cond_signal(&pool->work);
}

/* The worker has something to do: leaves the mutex. */
static void begin_work(struct worker_pool *pool)
{
    pool->busy++;
    unlock_and_wake(pool);
    worker_pool_progress();
}

/* Takes the mutex again. */
static void end_work(struct worker_pool *pool)
{
    mark_progress(self, 0);
    pthread_mutex_lock(&pool->mutex);
    pool->busy--;
}

static void queue_push(struct queue *queue, struct pool_task *task)
{
    task->next = NULL;
    *queue->last = task;
    queue->last = &task->next;
}

static struct pool_task *queue_pop(struct queue *queue)
{
    struct pool_task *task = queue->first;
    if (task) {
        queue->first = task->next;
        if (!queue->first)
            queue->last = &queue->first;
    }
    return task;
}

static struct pool_task *take_brief_locked(struct worker_pool *pool)
{
    struct pool_task *task = queue_pop(&pool->brief);
    if (task) {
        pool->brief_queued--;
        pool->queued--;
    }
    return task;
}

/* The next task: brief ones first, but not for ever. */
static struct pool_task *take_locked(struct worker_pool *pool)
{
    struct pool_task *task = NULL;
    if (pool->brief_run < BRIEF_RUN_MAX || !pool->lengthy.first)
        task = take_brief_locked(pool);
    if (task) {
        pool->brief_run++;
        return task;
    }
    pool->brief_run = 0;
    task = queue_pop(&pool->lengthy);
    if (task)
        pool->queued--;
    return task;
}

static bool run_task_locked(struct worker_pool *pool)
{
    struct pool_task *task = take_locked(pool);
    if (!task)
        return false;
    begin_work(pool);
    task->run(task);
    end_work(pool);
    return true;
}

void worker_pool_run_pending_brief(void)
{
    worker_pool_progress();
    if (!self || self->giving_way ||
        atomic_load_explicit(&self->pool->brief_queued, memory_order_relaxed) == 0)
        return;
    struct worker_pool *pool = self->pool;
    self->giving_way = true;
    for (int i = 0; i < PENDING_BRIEF_MAX; i++) {
        pthread_mutex_lock(&pool->mutex);
        struct pool_task *task = take_brief_locked(pool);
        pthread_mutex_unlock(&pool->mutex);
        if (!task)
            break;
        task->run(task);
        worker_pool_progress();
    }
    self->giving_way = false;
}

/* One piece only: a task may have come in meanwhile. */
static bool help_locked(struct worker_pool *pool)
{
    struct share *share = pool->shares;
    while (share && share->next == share->pieces)
        share = share->following;
    if (!share)
        return false;
    size_t index = share->next++;
    share->inside++;
    if (!share->helped[self->index]) {
        share->helped[self->index] = true;
        share->helpers++;
    }
    begin_work(pool);
    share->piece(share->context, index);
    end_work(pool);
    if (--share->inside == 0)
        pthread_cond_signal(&share->left);
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
    bool capacity = pool->queued < pool->queue_limit;
    if (capacity) {
        queue_push(task->brief ? &pool->brief : &pool->lengthy, task);
        pool->brief_queued += task->brief;
        pool->queued++;
    }
    unlock_and_wake(pool);
    return capacity;
}

bool worker_pool_is_full(struct worker_pool *pool)
{
    return atomic_load_explicit(&pool->queued, memory_order_relaxed) >= pool->queue_limit;
}

static void unlink_share_locked(struct worker_pool *pool, struct share *share)
{
    struct share **link = &pool->shares;
    while (*link != share)
        link = &(*link)->following;
    *link = share->following;
}

unsigned worker_pool_parallel_for(struct worker_pool *pool, size_t pieces,
                                  void (*piece)(void *context, size_t index), void *context)
{
    struct share share = {.piece = piece, .context = context, .pieces = pieces};
    pthread_cond_init(&share.left, NULL);

    pthread_mutex_lock(&pool->mutex);
    struct share **end = &pool->shares;
    while (*end)
        end = &(*end)->following;
    *end = &share;
    if (pool->idle && pieces > 1)
        pthread_cond_broadcast(&pool->work);
    while (share.next < pieces) {
        size_t index = share.next++;
        pthread_mutex_unlock(&pool->mutex);
        piece(context, index);
        worker_pool_progress();
        pthread_mutex_lock(&pool->mutex);
    }
    unlink_share_locked(pool, &share);
    /* The helpers are watched for progress, each by itself. */
    if (self)
        mark_progress(self, 0);
    while (share.inside > 0)
        pthread_cond_wait(&share.left, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
    worker_pool_progress();

    pthread_cond_destroy(&share.left);
    return share.helpers + 1;
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
    struct worker_pool_counts counts = {pool->worker_count, pool->busy, pool->queued,
                                        pool->queue_limit};
    pthread_mutex_unlock(&pool->mutex);
    return counts;
}

/* Signals are for the main thread. But a fault must reach the thread's own handler, such as a
 * sanitizer's, and a profiler counts the threads that its signal can interrupt. */
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
    pool->brief.last = &pool->brief.first;
    pool->lengthy.last = &pool->lengthy.first;
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
