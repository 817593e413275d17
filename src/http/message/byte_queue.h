/* A bounded queue of bytes from one producer, on a worker, to one reader, the I/O thread of a
 * connection: the body of a response that is sent while it is computed.
 *
 * When the queue is full the producer waits, so that a slow reader delays the computation instead
 * of filling memory. When it is empty the reader sleeps, and the next bytes of the producer wake
 * it; the owner supplies both operations. One mutex guards the queue; it is not held during a
 * wake-up or while the producer asks whether to stop.
 *
 * The queue belongs to both sides until both are done with it; its owner decides who frees it
 * (http/response_stream.h counts references). */
#ifndef HTTP_MESSAGE_BYTE_QUEUE_H
#define HTTP_MESSAGE_BYTE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Bytes that may be queued before the producer waits. */
#define BYTE_QUEUE_BYTES ((size_t)256 << 10)

/* Space beyond that for the final error of a body that cannot be completed. */
#define BYTE_QUEUE_FINAL_ERROR_BYTES 2048

/* The period in which a waiting producer asks whether to stop. */
#define BYTE_QUEUE_TICK_MS 20

/* Bytes of memory of a queue, to be reserved from a budget. */
#define BYTE_QUEUE_MEMORY (BYTE_QUEUE_BYTES + BYTE_QUEUE_FINAL_ERROR_BYTES + 512)

struct byte_queue;

/* How the reader sleeps and wakes. byte_queue_read calls `sleep` with the mutex held, so that no
 * wake can come before it; `wake` is called on the producer's thread, once for each sleep. */
struct byte_queue_reader {
    void (*sleep)(void *context);
    void (*wake)(void *context);
    void *context;
};

/* NULL when memory is short. */
struct byte_queue *byte_queue_create(const struct byte_queue_reader *reader);
void byte_queue_destroy(struct byte_queue *queue);

/* --- the producer --------------------------------------------------------------------------- */

/* Appends bytes. While there is no space it waits, and calls stop(context) after each wait, at
 * least every BYTE_QUEUE_TICK_MS. False when the reader has closed the queue or stop returned true:
 * the remaining bytes are dropped, and the producer must write nothing more. */
bool byte_queue_write(struct byte_queue *queue, const char *bytes, size_t size,
                      bool (*stop)(void *context), void *context);

/* The body is complete: the reader gets what is queued, then BYTE_QUEUE_END. Call this or
 * byte_queue_abort once, last. */
void byte_queue_end(struct byte_queue *queue);

/* The body cannot be completed: the reader gets what is queued, then the final error on a line of
 * its own, if there is one of less than BYTE_QUEUE_FINAL_ERROR_BYTES, then BYTE_QUEUE_ABORTED. */
void byte_queue_abort(struct byte_queue *queue, const char *final_error, size_t size);

/* True when the reader has closed the queue. */
bool byte_queue_is_closed(const struct byte_queue *queue);

/* --- the reader ----------------------------------------------------------------------------- */

#define BYTE_QUEUE_END (-1)
#define BYTE_QUEUE_ABORTED (-2)

/* Takes up to `max` (at least 1) bytes: returns how many, or 0 when there are none yet and the
 * reader sleeps, or BYTE_QUEUE_END or BYTE_QUEUE_ABORTED. */
ssize_t byte_queue_read(struct byte_queue *queue, char *bytes, size_t max);

/* The reader ends; it must not sleep, and reads no more. The producer learns of it. */
void byte_queue_close(struct byte_queue *queue);

#endif
