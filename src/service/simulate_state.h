/* What the parts of POST /simulate share. For the simulate*.c files only. */
#ifndef SERVICE_SIMULATE_STATE_H
#define SERVICE_SIMULATE_STATE_H

#include "codec/codec.h"
#include "codec/simulation.h"
#include "service/exchange.h"

/* exchange->state of the route. */
struct simulate {
    struct simulation simulation; /* of the body, then of the whole request */
    struct simulation query;      /* options of the query; no particles */
    const struct codec *body_codec, *answer_codec;
    struct decoder *decoder;
    int64_t steps; /* once the request has been checked */
};

/* What a run came to. */
struct simulate_result {
    int64_t particle_steps;
    unsigned threads; /* that took part */
};

/* Writes the particles as the request wants them, and sets the answer; may take the columns away.
 * Nothing is set when the exchange was cancelled. */
void simulate_answer(struct exchange *exchange, const struct simulate_result *result);

/* Reads the query into simulate->query. False when it has failed the exchange. */
bool simulate_read_query(struct exchange *exchange);

#endif
