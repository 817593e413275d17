/* A fixed set of threads that run tasks from a bounded queue.
 *
 * A task may split its work into chunks (worker_pool_parallel_for); idle workers help, but a
 * waiting task always goes before a chunk of another task. Brief tasks go before long ones, and a
 * long task runs waiting brief tasks now and then (worker_pool_run_pending_brief), so that these
 * need not wait for its end even when all workers run long tasks. The pool never drops a task: what
 * submit accepted is run, at the latest by worker_pool_destroy.
 *
 * Ownership: a task belongs to the pool from a successful submit until its run function is called,
 * and then to that function. One mutex guards the queue and the list of loops; it is never held
 * while a task or a chunk runs. */
#ifndef RUNTIME_WORKER_POOL_H
#define RUNTIME_WORKER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/parallel_loop.h"
#include "runtime/task_queue.h"

#define WORKER_POOL_WORKERS_MAX PARALLEL_LOOP_WORKERS_MAX

struct worker_pool;

/* Starts the threads. NULL when threads or memory are short. `workers` from 1 to
 * WORKER_POOL_WORKERS_MAX; `queue_limit` >= 1 tasks may wait. */
struct worker_pool *worker_pool_create(unsigned workers, size_t queue_limit);

/* Runs what is queued, ends the threads and frees the pool. No other thread may use it any more. */
void worker_pool_destroy(struct worker_pool *pool);

/* Queues `task`. False when the queue is full: then the task still belongs to the caller. Any
 * thread. */
bool worker_pool_submit(struct worker_pool *pool, struct pool_task *task);

/* True when a submit now would find the queue full. Any thread; a hint. */
bool worker_pool_is_full(struct worker_pool *pool);

/* Calls run(context, i) once for each i in 0..chunks-1, on this worker and on idle ones, and
 * returns when all calls have returned. Returns the number of workers that took part. Call it only
 * from a task's run function. */
unsigned worker_pool_parallel_for(struct worker_pool *pool, size_t chunks,
                                  void (*run)(void *context, size_t chunk), void *context);

/* Runs brief tasks that are waiting, a few at most, on the calling worker. Long computations call
 * it now and then, without holding a lock. It does nothing on other threads, and nothing within a
 * task that it runs. */
void worker_pool_run_pending_brief(void);

/* Records that the calling worker makes progress; long computations call it now and then. It does
 * nothing on other threads. */
void worker_pool_progress(void);

/* True when a worker has run a task or chunk for longer than `limit_ns` without progress. Any
 * thread. */
bool worker_pool_is_stalled(struct worker_pool *pool, int64_t limit_ns);

struct worker_pool_counts {
    unsigned workers;
    unsigned busy; /* running a task or a chunk */
    size_t queued;
    size_t queue_limit;
};

/* Any thread. */
struct worker_pool_counts worker_pool_counts(struct worker_pool *pool);

#endif
