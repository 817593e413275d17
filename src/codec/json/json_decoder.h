/* Streaming decoder of JSON; decoder.h describes the interface. It accepts strict RFC 8259 in
 * UTF-8: no NaN or Infinity, no trailing comma, no comment, no control character in strings, no
 * byte order mark, no lone surrogate. It builds no tree. Memory: the columns and less than 8 KiB.
 */
#ifndef CODEC_JSON_JSON_DECODER_H
#define CODEC_JSON_JSON_DECODER_H

#include "codec/decoder.h"

/* Creates a decoder that fills in `out`, which simulation_init has initialised. `out` stays the
 * caller's and must outlive the decoder. At any error the decoder frees the columns and releases
 * their bytes. Otherwise (no error, or the decoder is destroyed before the end) the columns stay in
 * `out` and stay reserved, and the caller frees them and releases their bytes. NULL if memory is
 * short. */
struct decoder *json_decoder_create(const struct decode_limits *limits, struct simulation *out);

#endif
