/* A latch between threads: closed until latch_open, then always open. */
#ifndef TESTS_RUNTIME_LATCH_H
#define TESTS_RUNTIME_LATCH_H

#include <pthread.h>
#include <stdbool.h>

struct latch {
    pthread_mutex_t mutex;
    pthread_cond_t opened;
    bool open;
};

#define LATCH_CLOSED                                                                               \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false                                 \
    }

static inline void latch_wait(struct latch *latch)
{
    pthread_mutex_lock(&latch->mutex);
    while (!latch->open)
        pthread_cond_wait(&latch->opened, &latch->mutex);
    pthread_mutex_unlock(&latch->mutex);
}

static inline void latch_open(struct latch *latch)
{
    pthread_mutex_lock(&latch->mutex);
    latch->open = true;
    pthread_cond_broadcast(&latch->opened);
    pthread_mutex_unlock(&latch->mutex);
}

#endif
