/* Encoder of CSV (RFC 4180): the line x,y,ang_vel, then one for each particle. Lines end with LF,
 * as all that reads CSV understands, and not with the RFC's CRLF: line-oriented tools would take
 * the CR for a part of ang_vel. */
#ifndef CODEC_CSV_CSV_ENCODER_H
#define CODEC_CSV_CSV_ENCODER_H

#include "codec/encoder.h"

extern const struct encoder csv_encoder;

#endif
