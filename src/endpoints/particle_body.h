/* Reads the particles from the body of a request: decompresses and decodes each piece as it
 * arrives, according to Content-Encoding and Content-Type. I/O thread. */
#ifndef ENDPOINTS_PARTICLE_BODY_H
#define ENDPOINTS_PARTICLE_BODY_H

#include "codec/codec.h"
#include "codec/compression/compression.h"
#include "endpoints/application.h"

struct particle_body {
    struct simulation simulation; /* the result; the caller may take the particles */
    const struct codec *codec;    /* of the Content-Type */
    struct decoder *decoder;
    const struct compression *coding; /* of the Content-Encoding, or NULL */
    struct compression_stream *decompressor;
    size_t decompressor_bytes;   /* bytes reserved for it */
    uint64_t decompressed_bytes; /* so far */
};

/* Chooses the codec and the compression from the headers. False when it has failed the request: 415
 * when one of them is not supported. particle_body_fini must follow in either case. */
bool particle_body_init(struct particle_body *body, struct request *request);

/* Frees all that it holds, including the particles, and returns the reserved memory. */
void particle_body_fini(struct particle_body *body, struct request *request);

/* Takes a piece of the body; returns how many bytes it has taken, at least one. The caller passes
 * the rest again: decompressing a whole piece could take long. It may fail the request, which may
 * free `body`. */
size_t particle_body_receive(struct particle_body *body, struct request *request, const char *bytes,
                             size_t size);

/* Ends the body: body->simulation is then as decoder_finish describes. False when it has failed the
 * request. */
bool particle_body_finish(struct particle_body *body, struct request *request);

#endif
