/* Streaming decoder of JSON (decoder.h says what decoders do). Strict RFC 8259 in UTF-8: no NaN or
 * Infinity, no trailing comma, no comment, no control character in strings, no byte order mark, no
 * lone surrogate. No tree is built. Memory: the columns and under 8 KiB. */
#ifndef CODEC_JSON_JSON_DECODER_H
#define CODEC_JSON_JSON_DECODER_H

#include "codec/decoder.h"

/* `out` (initialised by simulation_init) is filled in; it stays the caller's and must outlive
 * the decoder. At any error the decoder frees the columns and unclaims their bytes itself. Else
 * (all is well, or the decoder is destroyed before the end) they stay in `out` and stay
 * reserved, and who frees them gives their bytes back. NULL when memory is short. */
struct decoder *json_decoder_create(const struct decode_limits *limits, struct simulation *out);

#endif
