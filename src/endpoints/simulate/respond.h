/* How the answer of POST /simulate is written. For the simulate*.c files only. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_H
#define ENDPOINTS_SIMULATE_RESPOND_H

#include "http/message/iovec_body.h"
#include "endpoints/simulate/state.h"

/* What a document holds beside the particles, at most. */
#define SIMULATE_ENVELOPE ((size_t)1024)

/* Items that are written at a time, some 50 us of work. */
#define SIMULATE_ITEMS ((size_t)512)

/* Writes the particles as the request wants them, and sets the answer; may take the columns away.
 * Nothing is set when the exchange was cancelled. On the thread that has done the work. */
void simulate_answer(struct exchange *exchange, const struct simulate_result *result);

/* The rest are parts of that. Write what stands before and behind the particles of a document,
 * within SIMULATE_ENVELOPE together; return the end. */
char *simulate_put_head(char *out);
char *simulate_put_tail(char *out, const struct simulate_facts *facts, const struct timing *timing,
                        int64_t total_ns);

/* Adds the headers that carry metadata beside a body without a place for them. */
void simulate_add_headers(struct exchange *exchange, int64_t steps, const struct method *method);

/* What the tail says. */
struct simulate_facts simulate_facts(const struct simulate *simulate,
                                     const struct simulate_result *result);

/* Makes the answer one that is written while it is sent, item after item on the connection's I/O
 * thread; takes the columns. False when memory is short. */
bool simulate_answer_later(struct exchange *exchange, const struct simulate_result *result);

/* The answer compressed. NULL when it has failed the exchange, or that was cancelled. */
struct parts *simulate_pack(struct exchange *exchange, const struct simulate_result *result);

#endif
