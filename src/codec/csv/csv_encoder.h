/* Encoder of CSV (RFC 4180): the line x,y,ang_vel, then one line for each particle. Lines end with
 * LF, which all CSV readers accept, and not with the RFC's CRLF, because line-oriented tools would
 * read the CR as a part of ang_vel. */
#ifndef CODEC_CSV_CSV_ENCODER_H
#define CODEC_CSV_CSV_ENCODER_H

#include "codec/encoder.h"

extern const struct encoder csv_encoder;

#endif
