/* The particles in a request's body: found by Content-Type, unpacked by Content-Encoding, decoded
 * as they come in. I/O thread. */
#ifndef ENDPOINTS_PARTICLE_BODY_H
#define ENDPOINTS_PARTICLE_BODY_H

#include "codec/codec.h"
#include "codec/compression/compression.h"
#include "http/request.h"

struct body {
    struct simulation simulation; /* what it says; the caller may take the particles over */
    const struct codec *codec;    /* of the Content-Type */
    struct decoder *decoder;
    const struct compression *packing; /* of the Content-Encoding, or NULL */
    struct compression_stream *unpacker;
    size_t unpacker_bytes;   /* claimed for it */
    uint64_t unpacked_bytes; /* so far */
};

/* Looks at the headers. False when it has failed the exchange: with 415 and what is understood.
 * Either way body_fini must follow. */
bool body_init(struct body *body, struct exchange *exchange);

/* Gives back all that it holds, the particles too. */
void body_fini(struct body *body, struct exchange *exchange);

/* Takes a piece of the body; returns how many bytes of it, at least one. The rest is to be offered
 * again: of a compressed body a piece may take long. May fail the exchange, which may free `body`.
 */
size_t body_receive(struct body *body, struct exchange *exchange, const char *bytes, size_t size);

/* The body is complete: the simulation is what decoder_finish promises. False when it has failed
 * the exchange. */
bool body_finish(struct body *body, struct exchange *exchange);

#endif
