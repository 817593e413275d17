/* How the answer of POST /simulate is written. For the simulate*.c files only. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_H
#define ENDPOINTS_SIMULATE_RESPOND_H

#include "endpoints/simulate/state.h"
#include "http/message/iovec_body.h"

/* What a document holds beside the particles, at most. */
#define SIMULATE_METADATA_BYTES ((size_t)1024)

/* Items that are written at a time, some 50 us of work. */
#define SIMULATE_ITEMS ((size_t)512)

/* Writes the particles as the request wants them, and sets the answer; may take the columns away.
 * Nothing is set when the request was cancelled. On the thread that has done the work. */
void simulate_respond(struct request *request, const struct simulate_result *result);

/* The rest are parts of that. Write what stands before and behind the particles of a document,
 * within SIMULATE_METADATA_BYTES together; return the end. */
char *simulate_put_head(char *out);
char *simulate_put_tail(char *out, const struct simulate_metadata *metadata,
                        const struct timing *timing, int64_t total_ns);

/* Adds the headers that carry metadata beside a body without a place for them. */
void simulate_add_headers(struct request *request, int64_t steps, const struct method *method);

/* What the tail says. */
struct simulate_metadata simulate_metadata(const struct simulate *simulate,
                                           const struct simulate_result *result);

/* Makes the answer one that is written while it is sent, item after item on the connection's I/O
 * thread; takes the columns. False when memory is short. */
bool simulate_respond_chunked(struct request *request, const struct simulate_result *result);

/* The answer compressed. NULL when it has failed the request, or that was cancelled. */
struct iovec_body *simulate_compress(struct request *request, const struct simulate_result *result);

#endif
