/* The formats in which particles travel, by media type: one table. */
#ifndef CODEC_CODEC_H
#define CODEC_CODEC_H

#include "codec/decoder.h"
#include "codec/encoder.h"

struct codec {
    const char *media_type;
    struct decoder *(*decoder_create)(const struct decode_limits *limits, struct simulation *out);
    const struct encoder *encoder;
    double encode_ns; /* what writing a particle takes, roughly */
    /* The particles are a member of a document, which carries options and timing, too; elsewhere
     * those travel beside the body. */
    bool is_document;
};

/* As lists show them. */
#define CODEC_TYPES "application/json, text/csv, application/x-npy"

#define CODECS_MAX 8

/* All of them, the one to answer with if the client has no preference first. */
const struct codec *codec_table(size_t *count);

#endif
