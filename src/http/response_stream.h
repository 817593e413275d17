/* Responses that are sent while they are computed. For route->work, on a worker:
 *
 *     if (!response_stream_open(request, "application/x-ndjson"))
 *         return;                                 the request has failed
 *     while (...)
 *         if (!response_stream_write(request, line, size))
 *             return;                             the client has left, or the deadline has passed
 *     response_stream_complete(request);
 *
 * Until it opens the stream, a route fails as usual. Afterwards a 200 has been sent, so a failure
 * (request_fail, a deadline, a shutdown) becomes the last line of the body, a problem document, and
 * the connection closes without the end of the chunked body: so the client knows that the response
 * is not complete.
 *
 * Threads: from the opening on the request has two references, one of the I/O thread until the
 * request is over and one of the worker until its work is over. The I/O thread owns stage, response
 * and connection; the worker owns state, timing and reservations, and asks for cancellation as
 * usual. The connection stays in WORKING: a deadline, a client that leaves and a stop cancel the
 * work, also while it waits for a slow reader. A waiting worker runs brief tasks, so a request with
 * a stream must not be brief itself, and must not run inline. */
#ifndef HTTP_RESPONSE_STREAM_H
#define HTTP_RESPONSE_STREAM_H

#include "http/request.h"

/* Sends status 200 and the headers, which must have been added before. Call it once. False when
 * memory is short or reserved: the request has failed. */
bool response_stream_open(struct request *request, const char *content_type);

/* Appends to the body. Waits while the reader is BYTE_QUEUE_BYTES behind; the deadline moves by the
 * time of the wait. False when the work must end: then the bytes are dropped. */
bool response_stream_write(struct request *request, const char *bytes, size_t size);

/* Says that the body is complete. */
void response_stream_complete(struct request *request);

#endif
