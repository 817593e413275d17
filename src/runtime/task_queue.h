/* Tasks that wait for a worker: brief ones and long ones, each in the order of their arrival.
 *
 * Brief tasks are taken first, but after TASK_QUEUE_BRIEF_RUN_MAX of them in a row a long one is
 * taken. A data structure without a lock: the mutex of the pool guards it (worker_pool.c). */
#ifndef RUNTIME_TASK_QUEUE_H
#define RUNTIME_TASK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TASK_QUEUE_BRIEF_RUN_MAX 16

/* Belongs to the queue while it waits, otherwise to whoever submits or runs it. */
struct pool_task {
    void (*run)(struct pool_task *task); /* called once, on a worker */
    bool brief;             /* the submitter's promise: it takes less than about 1 ms */
    int64_t submitted_ns;   /* set by worker_pool_submit */
    struct pool_task *next; /* the queue's */
};

struct task_list {
    struct pool_task *first;
    struct pool_task **last; /* where the next one is linked */
};

struct task_queue {
    struct task_list brief, lengthy;
    size_t brief_count, count; /* tasks that wait: brief ones, all */
    unsigned brief_run;        /* brief tasks taken since the last long one */
};

void task_queue_init(struct task_queue *queue);

/* Appends a task. */
void task_queue_push(struct task_queue *queue, struct pool_task *task);

/* Takes the next task, or returns NULL. */
struct pool_task *task_queue_pop(struct task_queue *queue);

/* Takes the next brief task, or returns NULL. */
struct pool_task *task_queue_pop_brief(struct task_queue *queue);

#endif
