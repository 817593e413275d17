/* A fixed set of threads that run tasks from a bounded queue.
 *
 * A task may split its work into pieces; idle workers help, but a waiting task always
 * goes before a piece of somebody else's work. Brief tasks go before the others, and a long task
 * gives way to them now and then, so that they need not wait for its end even when all workers are
 * at long tasks. The pool never drops a task: what submit took is run, at the latest by
 * worker_pool_destroy.
 *
 * Ownership: a task belongs to the pool from a successful submit until its run function is called,
 * and then to that function. One mutex guards the queue and the list of shared work; it is never
 * held while a task or a piece runs. */
#ifndef RUNTIME_WORKER_POOL_H
#define RUNTIME_WORKER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKER_POOL_WORKERS_MAX 1024

struct worker_pool;

struct pool_task {
    void (*run)(struct pool_task *task); /* called once, on a worker */
    bool brief;                          /* the submitter's promise: done in about a millisecond */
    int64_t submitted_ns;                /* set by submit */
    struct pool_task *next;              /* the pool's */
};

/* Starts the threads. NULL when threads or memory are short. `workers` from 1 to
 * WORKER_POOL_WORKERS_MAX; `queue_limit` >= 1 tasks may wait. */
struct worker_pool *worker_pool_create(unsigned workers, size_t queue_limit);

/* Runs what is queued, ends the threads and frees the pool. Nobody may use it meanwhile. */
void worker_pool_destroy(struct worker_pool *pool);

/* Queues `task`. False when the queue is full: the task is still the caller's. Any
 * thread. */
bool worker_pool_submit(struct worker_pool *pool, struct pool_task *task);

/* True when a submit now would find the queue full. Any thread; a hint. */
bool worker_pool_is_full(struct worker_pool *pool);

/* Calls piece(context, i) once for each i in 0..pieces-1, on this worker and on those that are
 * idle, and returns when all have returned: the number of workers that took part. Call from a
 * task's run function only. */
unsigned worker_pool_parallel_for(struct worker_pool *pool, size_t pieces,
                                  void (*piece)(void *context, size_t index), void *context);

/* Runs brief tasks that are waiting, a few at most, on the calling worker in the middle of its
 * task. Long computations call it now and then, without holding a lock. No effect on other threads,
 * and none within a task that is run in this way. */
void worker_pool_run_pending_brief(void);

/* Says that the calling worker is getting on; long computations call it now and then. No
 * effect on other threads. */
void worker_pool_progress(void);

/* True when a worker has been at a task for longer than `limit_ns` without progress. Any
 * thread. */
bool worker_pool_is_stalled(struct worker_pool *pool, int64_t limit_ns);

struct worker_pool_counts {
    unsigned workers;
    unsigned busy; /* running a task or a piece */
    size_t queued;
    size_t queue_limit;
};

/* Any thread. */
struct worker_pool_counts worker_pool_counts(struct worker_pool *pool);

#endif
