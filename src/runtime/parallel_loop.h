/* A loop whose iterations ("chunks") several workers share, and the list of such loops.
 *
 * The worker that owns a loop takes chunks itself, and idle workers help. A data structure without
 * a lock: every function is called with the mutex of the pool held (worker_pool.c). The chunks run
 * without it. */
#ifndef RUNTIME_PARALLEL_LOOP_H
#define RUNTIME_PARALLEL_LOOP_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define PARALLEL_LOOP_WORKERS_MAX 1024

/* Lives on the stack of its owner, which waits until no helper runs a chunk. */
struct parallel_loop {
    void (*run)(void *context, size_t chunk);
    void *context;
    size_t chunks;
    size_t next;         /* first chunk that no worker has taken */
    unsigned inside;     /* helpers that run a chunk */
    unsigned helpers;    /* different helpers so far */
    pthread_cond_t left; /* the last helper has left */
    struct parallel_loop *following;
    bool helped[PARALLEL_LOOP_WORKERS_MAX]; /* by index of the worker */
};

/* Appends a loop to the list that starts at *first. */
void parallel_loop_link(struct parallel_loop **first, struct parallel_loop *loop);

/* Removes a loop from the list. */
void parallel_loop_unlink(struct parallel_loop **first, struct parallel_loop *loop);

/* A worker enters the first loop of the list that has a chunk left: *chunk is the one to run.
 * Returns NULL when there is none. */
struct parallel_loop *parallel_loop_enter(struct parallel_loop *first, unsigned worker,
                                          size_t *chunk);

/* The worker has run its chunk. */
void parallel_loop_leave(struct parallel_loop *loop);

#endif
