/* A bounded queue of bytes from one producer, on a worker, to one reader, the I/O thread of a
 * connection: the body of an answer that is sent while it is being computed.
 *
 * When it is full the producer waits, so that a slow reader holds back the computation instead of
 * filling memory. When it is empty the reader is put to sleep, and the producer's next bytes wake
 * it; how that is done the owner says. One mutex guards it all; it is not held while somebody is
 * woken or asked whether to stop.
 *
 * Each function says whose it is. The stream belongs to both sides until both are done with it; who
 * frees it is theirs to settle (service/request_stream.h counts holders). */
#ifndef HTTP_MESSAGE_BYTE_QUEUE_H
#define HTTP_MESSAGE_BYTE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What may be on its way before the producer waits. */
#define BYTE_QUEUE_BYTES ((size_t)256 << 10)

/* Room beyond that for the last words of a stream that is cut. */
#define BYTE_QUEUE_FINAL_ERROR_BYTES 2048

/* A waiting producer asks so often whether to stop. */
#define BYTE_QUEUE_TICK_MS 20

/* What one takes, to be reserved from a budget. */
#define BYTE_QUEUE_MEMORY (BYTE_QUEUE_BYTES + BYTE_QUEUE_FINAL_ERROR_BYTES + 512)

struct byte_queue;

/* The reader's side. `sleep` is called by byte_queue_read with the mutex held, so that no wake can
 * overtake it; `wake` on the producer's thread, once for each sleep. */
struct byte_queue_reader {
    void (*sleep)(void *context);
    void (*wake)(void *context);
    void *context;
};

/* NULL when memory is short. */
struct byte_queue *byte_queue_create(const struct byte_queue_reader *reader);
void byte_queue_destroy(struct byte_queue *queue);

/* --- the producer --------------------------------------------------------------------------- */

/* Appends bytes, in as many turns as it takes. While there is no room it waits, and asks
 * stop(context) after each wait, at least every BYTE_QUEUE_TICK_MS. False when the reader has left
 * or stop said so: the rest of the bytes is dropped, and nothing more should be written. */
bool byte_queue_write(struct byte_queue *queue, const char *bytes, size_t size,
                      bool (*stop)(void *context), void *context);

/* The end: the reader gets what is queued, then BYTE_QUEUE_END. Call it or byte_queue_abort once,
 * last. */
void byte_queue_end(struct byte_queue *queue);

/* An end before all was said: the reader gets what is queued, the last words if there are any and
 * they fit into BYTE_QUEUE_FINAL_ERROR_BYTES (on a line of their own), then BYTE_QUEUE_ABORTED. */
void byte_queue_abort(struct byte_queue *queue, const char *final_error, size_t size);

/* True when the reader has left. */
bool byte_queue_is_closed(const struct byte_queue *queue);

/* --- the reader ----------------------------------------------------------------------------- */

#define BYTE_QUEUE_END (-1)
#define BYTE_QUEUE_ABORTED (-2)

/* Takes up to `max` (at least 1) bytes: how many, or 0 when there are none yet and the reader was
 * put to sleep, or BYTE_QUEUE_END or BYTE_QUEUE_ABORTED. */
ssize_t byte_queue_read(struct byte_queue *queue, char *bytes, size_t max);

/* The reader goes; it must not be asleep, and reads no more. The producer learns of it. */
void byte_queue_close(struct byte_queue *queue);

#endif
