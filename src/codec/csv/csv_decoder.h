/* Streaming decoder of CSV (decoder.h says what decoders do): RFC 4180 in UTF-8, the first line
 * naming the columns x, y and ang_vel in any order. Lines end with LF or CRLF, the last one with
 * either or nothing. Beyond the RFC: a byte order mark in front, blanks (spaces and tabs) around a
 * field, and blank lines at the end are passed over. Numbers are those of JSON.
 *
 * Pointers are those of the same particles as objects: /particles/17/x; a column that is unknown
 * or missing is one of the first particle. Memory: the columns and under 2 KiB. */
#ifndef CODEC_CSV_CSV_DECODER_H
#define CODEC_CSV_CSV_DECODER_H

#include "codec/decoder.h"

/* `out` (initialised by simulation_init) is filled in; it stays the caller's and must outlive
 * the decoder. At any error the decoder frees the columns and unclaims their bytes itself. Else
 * (all is well, or the decoder is destroyed before the end) they stay in `out` and stay
 * reserved, and who frees them gives their bytes back. NULL when memory is short. */
struct decoder *csv_decoder_create(const struct decode_limits *limits, struct simulation *out);

#endif
