#include "http/message/byte_queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define RING_BYTES (STREAM_BYTES + STREAM_LAST_WORDS)

struct stream {
    pthread_mutex_t mutex;    /* guards all but `left` and what is constant */
    pthread_cond_t room;      /* the reader has taken some, or has left */
    struct stream_reader ask; /* constant */
    atomic_bool left;         /* written with the mutex, read without */
    bool asleep;              /* the reader is: whoever sets it false wakes it */
    bool waiting;             /* the producer is */
    ssize_t end;              /* STREAM_END or STREAM_CUT once the producer is done, else 0 */
    char last;                /* byte written */
    size_t first, used;       /* of the ring */
    char ring[RING_BYTES];
};

_Static_assert(sizeof(struct stream) <= STREAM_MEMORY, "STREAM_MEMORY is what one takes");

struct stream *stream_create(const struct stream_reader *reader)
{
    struct stream *stream = malloc(sizeof *stream);
    if (!stream)
        return NULL;
    memset(stream, 0, offsetof(struct stream, ring));
    stream->ask = *reader;
    stream->last = '\n';
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&stream->mutex, NULL);
    pthread_cond_init(&stream->room, &attributes);
    pthread_condattr_destroy(&attributes);
    return stream;
}

void stream_destroy(struct stream *stream)
{
    pthread_cond_destroy(&stream->room);
    pthread_mutex_destroy(&stream->mutex);
    free(stream);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- the producer --------------------------------------------------------------------------- */

static void append_locked(struct stream *stream, const char *bytes, size_t size)
{
    if (size == 0)
        return;
    size_t at = (stream->first + stream->used) % RING_BYTES;
    size_t part = smaller(size, RING_BYTES - at);
    memcpy(stream->ring + at, bytes, part);
    memcpy(stream->ring, bytes + part, size - part);
    stream->used += size;
    stream->last = bytes[size - 1];
}

/* Leaves the mutex. */
static void unlock_and_wake(struct stream *stream)
{
    bool wake = stream->asleep && (stream->used > 0 || stream->end);
    if (wake)
        stream->asleep = false;
    pthread_mutex_unlock(&stream->mutex);
    if (wake)
        stream->ask.wake(stream->ask.context);
}

static void wait_for_room_locked(struct stream *stream)
{
    int64_t until = clock_now_ns() + STREAM_TICK_MS * NS_PER_MS;
    struct timespec time = {until / NS_PER_S, until % NS_PER_S};
    stream->waiting = true;
    pthread_cond_timedwait(&stream->room, &stream->mutex, &time);
    stream->waiting = false;
}

bool stream_write(struct stream *stream, const char *bytes, size_t size,
                  bool (*stop)(void *context), void *context)
{
    while (size > 0 && !stream_is_left(stream)) {
        pthread_mutex_lock(&stream->mutex);
        bool full = stream->used >= STREAM_BYTES && !stream_is_left(stream);
        if (full)
            wait_for_room_locked(stream);
        size_t part = smaller(size, STREAM_BYTES - stream->used);
        append_locked(stream, bytes, part);
        unlock_and_wake(stream);
        bytes += part;
        size -= part;
        if (full && stop(context))
            return false;
    }
    return !stream_is_left(stream);
}

void stream_end(struct stream *stream)
{
    pthread_mutex_lock(&stream->mutex);
    stream->end = STREAM_END;
    unlock_and_wake(stream);
}

void stream_cut(struct stream *stream, const char *words, size_t size)
{
    pthread_mutex_lock(&stream->mutex);
    if (size > 0 && size < STREAM_LAST_WORDS) {
        if (stream->last != '\n')
            append_locked(stream, "\n", 1);
        append_locked(stream, words, size);
    }
    stream->end = STREAM_CUT;
    unlock_and_wake(stream);
}

bool stream_is_left(const struct stream *stream)
{
    return atomic_load(&stream->left);
}

/* --- the reader ----------------------------------------------------------------------------- */

static size_t take_locked(struct stream *stream, char *bytes, size_t max)
{
    size_t size = smaller(max, stream->used);
    size_t part = smaller(size, RING_BYTES - stream->first);
    memcpy(bytes, stream->ring + stream->first, part);
    memcpy(bytes + part, stream->ring, size - part);
    stream->first = (stream->first + size) % RING_BYTES;
    stream->used -= size;
    return size;
}

ssize_t stream_read(struct stream *stream, char *bytes, size_t max)
{
    ssize_t result;
    pthread_mutex_lock(&stream->mutex);
    if (stream->used > 0) {
        result = (ssize_t)take_locked(stream, bytes, max);
        if (stream->waiting)
            pthread_cond_signal(&stream->room);
    } else {
        result = stream->end;
        if (!result) {
            stream->asleep = true;
            stream->ask.sleep(stream->ask.context);
        }
    }
    pthread_mutex_unlock(&stream->mutex);
    return result;
}

void stream_leave(struct stream *stream)
{
    pthread_mutex_lock(&stream->mutex);
    atomic_store(&stream->left, true);
    pthread_cond_signal(&stream->room);
    pthread_mutex_unlock(&stream->mutex);
}
