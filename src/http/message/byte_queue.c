#include "http/message/byte_queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define RING_BYTES (BYTE_QUEUE_BYTES + BYTE_QUEUE_FINAL_ERROR_BYTES)

struct byte_queue {
    pthread_mutex_t mutex;        /* guards all that is not constant or atomic */
    pthread_cond_t space;         /* the reader has taken bytes, or has closed the queue */
    struct byte_queue_reader ask; /* constant */
    atomic_bool closed;           /* written with the mutex, read without */
    bool asleep;                  /* the reader sleeps; the thread that clears this wakes it */
    bool waiting;                 /* the producer waits for space */
    ssize_t end;        /* BYTE_QUEUE_END or BYTE_QUEUE_ABORTED once the producer is done, else 0 */
    char last;          /* byte written */
    size_t first, used; /* of the ring */
    char ring[RING_BYTES];
};

_Static_assert(sizeof(struct byte_queue) <= BYTE_QUEUE_MEMORY,
               "BYTE_QUEUE_MEMORY must cover a queue");

struct byte_queue *byte_queue_create(const struct byte_queue_reader *reader)
{
    struct byte_queue *queue = malloc(sizeof *queue);
    if (!queue)
        return NULL;
    memset(queue, 0, offsetof(struct byte_queue, ring));
    queue->ask = *reader;
    queue->last = '\n';
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->space, &attributes);
    pthread_condattr_destroy(&attributes);
    return queue;
}

void byte_queue_destroy(struct byte_queue *queue)
{
    pthread_cond_destroy(&queue->space);
    pthread_mutex_destroy(&queue->mutex);
    free(queue);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- the producer --------------------------------------------------------------------------- */

static void append_locked(struct byte_queue *queue, const char *bytes, size_t size)
{
    if (size == 0)
        return;
    size_t at = (queue->first + queue->used) % RING_BYTES;
    size_t count = smaller(size, RING_BYTES - at);
    memcpy(queue->ring + at, bytes, count);
    memcpy(queue->ring, bytes + count, size - count);
    queue->used += size;
    queue->last = bytes[size - 1];
}

/* Releases the mutex. */
static void unlock_and_wake(struct byte_queue *queue)
{
    bool wake = queue->asleep && (queue->used > 0 || queue->end);
    if (wake)
        queue->asleep = false;
    pthread_mutex_unlock(&queue->mutex);
    if (wake)
        queue->ask.wake(queue->ask.context);
}

static void wait_for_space_locked(struct byte_queue *queue)
{
    int64_t until = clock_now_ns() + BYTE_QUEUE_TICK_MS * NS_PER_MS;
    struct timespec time = {until / NS_PER_S, until % NS_PER_S};
    queue->waiting = true;
    pthread_cond_timedwait(&queue->space, &queue->mutex, &time);
    queue->waiting = false;
}

bool byte_queue_write(struct byte_queue *queue, const char *bytes, size_t size,
                      bool (*stop)(void *context), void *context)
{
    while (size > 0 && !byte_queue_is_closed(queue)) {
        pthread_mutex_lock(&queue->mutex);
        bool full = queue->used >= BYTE_QUEUE_BYTES && !byte_queue_is_closed(queue);
        if (full)
            wait_for_space_locked(queue);
        size_t count = smaller(size, BYTE_QUEUE_BYTES - queue->used);
        append_locked(queue, bytes, count);
        unlock_and_wake(queue);
        bytes += count;
        size -= count;
        if (full && stop(context))
            return false;
    }
    return !byte_queue_is_closed(queue);
}

void byte_queue_end(struct byte_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->end = BYTE_QUEUE_END;
    unlock_and_wake(queue);
}

void byte_queue_abort(struct byte_queue *queue, const char *final_error, size_t size)
{
    pthread_mutex_lock(&queue->mutex);
    if (size > 0 && size < BYTE_QUEUE_FINAL_ERROR_BYTES) {
        if (queue->last != '\n')
            append_locked(queue, "\n", 1);
        append_locked(queue, final_error, size);
    }
    queue->end = BYTE_QUEUE_ABORTED;
    unlock_and_wake(queue);
}

bool byte_queue_is_closed(const struct byte_queue *queue)
{
    return atomic_load(&queue->closed);
}

/* --- the reader ----------------------------------------------------------------------------- */

static size_t take_locked(struct byte_queue *queue, char *bytes, size_t max)
{
    size_t size = smaller(max, queue->used);
    size_t count = smaller(size, RING_BYTES - queue->first);
    memcpy(bytes, queue->ring + queue->first, count);
    memcpy(bytes + count, queue->ring, size - count);
    queue->first = (queue->first + size) % RING_BYTES;
    queue->used -= size;
    return size;
}

ssize_t byte_queue_read(struct byte_queue *queue, char *bytes, size_t max)
{
    ssize_t result;
    pthread_mutex_lock(&queue->mutex);
    if (queue->used > 0) {
        result = (ssize_t)take_locked(queue, bytes, max);
        if (queue->waiting)
            pthread_cond_signal(&queue->space);
    } else {
        result = queue->end;
        if (!result) {
            queue->asleep = true;
            queue->ask.sleep(queue->ask.context);
        }
    }
    pthread_mutex_unlock(&queue->mutex);
    return result;
}

void byte_queue_close(struct byte_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    atomic_store(&queue->closed, true);
    pthread_cond_signal(&queue->space);
    pthread_mutex_unlock(&queue->mutex);
}
