/* The table of the formats of particles, by media type. Constant; any thread. */
#ifndef CODEC_CODEC_H
#define CODEC_CODEC_H

#include "codec/decoder.h"
#include "codec/encoder.h"

struct codec {
    const char *media_type;
    /* NULL: the format is only for responses. */
    struct decoder *(*decoder_create)(const struct decode_limits *limits, struct simulation *out);
    const struct encoder *encoder;
    double encode_ns; /* rough time to write a particle */
    /* The particles are a member of a document that also contains options and timing. With the
     * other formats, options are in the query string and timing is in header fields. */
    bool is_document;
};

/* The media types, for error messages. */
#define CODEC_TYPES "application/json, text/csv, application/x-npy"

#define CODECS_MAX 8

/* Returns the table. Its first entry is the format of a response if the client has no preference.
 */
const struct codec *codec_table(size_t *count);

#endif
