/* Answers that are sent while they are being computed. For route->work, on a worker:
 *
 *     if (!response_stream_open(request, "application/x-ndjson"))
 *         return;                                   it has failed
 *     while (...)
 *         if (!response_stream_write(request, line, size))
 *             return;                               the reader left, or it is too late
 *     response_stream_complete(request);           the answer is whole
 *
 * Until it opens the stream, a route fails as ever. From then on a 200 is on its way, so a failure
 * (request_fail, a deadline, a shutdown) becomes the last line of the body, a problem document,
 * and the connection is closed without the end of a chunked body: nobody can take the answer
 * for whole.
 *
 * Threads: from the opening on the request has two holders, the I/O thread until the request is
 * over and the worker until its work is; who comes last frees it. The I/O thread has stage, answer
 * and connection; the worker has state, timing and claims, and asks for cancellation as ever. The
 * connection stays in WORKING: deadline, a leaving client and a stop cancel the work, also while it
 * waits for a slow reader. A waiting worker lets brief requests by, so a request that will be
 * streamed must not be called brief itself, nor be worked on where it is read. */
#ifndef HTTP_RESPONSE_STREAM_H
#define HTTP_RESPONSE_STREAM_H

#include "http/message/byte_queue.h"
#include "http/request.h"

/* Sends status 200 and the headers now, then what is written. Headers must have been
 * added before. Once. False when memory is short or used up: the request has failed. */
bool response_stream_open(struct request *request, const char *content_type);

/* Appends to the body, and the deadline starts anew; waits while the reader is BYTE_QUEUE_BYTES
 * behind. False when the work is to end: what is written then is dropped. */
bool response_stream_write(struct request *request, const char *bytes, size_t size);

/* The answer is whole. */
void response_stream_complete(struct request *request);

/* --- for request.c and dispatch.c ---------------------------------------------------------- */

/* True once the request is over, although the work is not. Any thread at work for it. */
bool response_stream_is_closed(const struct request *request);

/* The worker: true unless the answer is whole or has failed. */
bool response_stream_is_unfinished(const struct request *request);

/* The worker: keeps the last words of a stream that cannot be finished, and the status that stands
 * in logs and metrics; takes `text`, from malloc, which may be NULL. */
void response_stream_fail(struct request *request, unsigned status, char *text, size_t size);

/* The worker: the work is over, and the stream ends. */
void response_stream_finish(struct request *request);

/* The I/O thread: the phases as they stood when it was opened. */
const struct timing *response_stream_timing(const struct request *request);

/* The I/O thread: the request is over. Returns the status of a stream that was cut, or 0. */
unsigned response_stream_close(struct request *request);

/* The last holder. Nothing to do when there is no stream. */
void response_stream_destroy(struct request *request);

#endif
