/* Streaming decoder of CSV; decoder.h describes the interface. It accepts RFC 4180 in UTF-8. The
 * first line contains the column names x, y and ang_vel in any order. Lines end with LF or CRLF;
 * the last line may have no line end. Beyond the RFC, the decoder ignores a byte order mark at the
 * beginning, blanks (spaces and tabs) around a field, and blank lines at the end. Numbers are those
 * of JSON.
 *
 * Error pointers are those of the same particles as JSON objects: /particles/17/x. An error in a
 * column name points to the first particle. Memory: the columns and less than 2 KiB. */
#ifndef CODEC_CSV_CSV_DECODER_H
#define CODEC_CSV_CSV_DECODER_H

#include "codec/decoder.h"

/* As json_decoder_create; the shape is SHAPE_OBJECTS. */
struct decoder *csv_decoder_create(const struct decode_limits *limits, struct simulation *out);

#endif
