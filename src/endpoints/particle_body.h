/* The particles in a request's body: found by Content-Type, unpacked by Content-Encoding, decoded
 * as they come in. I/O thread. */
#ifndef ENDPOINTS_PARTICLE_BODY_H
#define ENDPOINTS_PARTICLE_BODY_H

#include "codec/codec.h"
#include "codec/compression/compression.h"
#include "endpoints/application.h"

struct particle_body {
    struct simulation simulation; /* what it says; the caller may take the particles over */
    const struct codec *codec;    /* of the Content-Type */
    struct decoder *decoder;
    const struct compression *coding; /* of the Content-Encoding, or NULL */
    struct compression_stream *decompressor;
    size_t decompressor_bytes;   /* reserved for it */
    uint64_t decompressed_bytes; /* so far */
};

/* Looks at the headers. False when it has failed the request: with 415 and what is understood.
 * Either way particle_body_fini must follow. */
bool particle_body_init(struct particle_body *body, struct request *request);

/* Gives back all that it holds, the particles too. */
void particle_body_fini(struct particle_body *body, struct request *request);

/* Takes a piece of the body; returns how many bytes of it, at least one. The rest is to be offered
 * again: of a compressed body a piece may take long. May fail the request, which may free `body`.
 */
size_t particle_body_receive(struct particle_body *body, struct request *request, const char *bytes,
                             size_t size);

/* The body is complete: the simulation is what decoder_finish promises. False when it has failed
 * the request. */
bool particle_body_finish(struct particle_body *body, struct request *request);

#endif
