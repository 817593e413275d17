/* A bounded queue of bytes from one producer, on a worker, to one reader, the I/O thread of a
 * connection: the body of an answer that is sent while it is being computed.
 *
 * When it is full the producer waits, so that a slow reader holds back the computation instead of
 * filling memory. When it is empty the reader is put to sleep, and the producer's next bytes wake
 * it; how that is done the owner says. One mutex guards it all; it is not held while somebody is
 * woken or asked whether to stop.
 *
 * Each function says whose it is. The stream belongs to both sides until both are done with it; who
 * frees it is theirs to settle (service/exchange_stream.h counts holders). */
#ifndef HTTP_MESSAGE_BYTE_QUEUE_H
#define HTTP_MESSAGE_BYTE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What may be on its way before the producer waits. */
#define STREAM_BYTES ((size_t)256 << 10)

/* Room beyond that for the last words of a stream that is cut. */
#define STREAM_LAST_WORDS 2048

/* A waiting producer asks so often whether to stop. */
#define STREAM_TICK_MS 20

/* What one takes, to be claimed from a budget. */
#define STREAM_MEMORY (STREAM_BYTES + STREAM_LAST_WORDS + 512)

struct stream;

/* The reader's side. `sleep` is called by stream_read with the mutex held, so that no wake can
 * overtake it; `wake` on the producer's thread, once for each sleep. */
struct stream_reader {
    void (*sleep)(void *context);
    void (*wake)(void *context);
    void *context;
};

/* NULL when memory is short. */
struct stream *stream_create(const struct stream_reader *reader);
void stream_destroy(struct stream *stream);

/* --- the producer --------------------------------------------------------------------------- */

/* Appends bytes, in as many turns as it takes. While there is no room it waits, and asks
 * stop(context) after each wait, at least every STREAM_TICK_MS. False when the reader has left or
 * stop said so: the rest of the bytes is dropped, and nothing more should be written. */
bool stream_write(struct stream *stream, const char *bytes, size_t size,
                  bool (*stop)(void *context), void *context);

/* The end: the reader gets what is queued, then STREAM_END. Call it or stream_cut once, last. */
void stream_end(struct stream *stream);

/* An end before all was said: the reader gets what is queued, the last words if there are any and
 * they fit into STREAM_LAST_WORDS (on a line of their own), then STREAM_CUT. */
void stream_cut(struct stream *stream, const char *words, size_t size);

/* True when the reader has left. */
bool stream_is_left(const struct stream *stream);

/* --- the reader ----------------------------------------------------------------------------- */

#define STREAM_END (-1)
#define STREAM_CUT (-2)

/* Takes up to `max` (at least 1) bytes: how many, or 0 when there are none yet and the reader was
 * put to sleep, or STREAM_END or STREAM_CUT. */
ssize_t stream_read(struct stream *stream, char *bytes, size_t max);

/* The reader goes; it must not be asleep, and reads no more. The producer learns of it. */
void stream_leave(struct stream *stream);

#endif
