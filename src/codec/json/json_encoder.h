/* Encoder of JSON: writes the value of the member "particles", in any of the three shapes. The set
 * has at least one particle. */
#ifndef CODEC_JSON_JSON_ENCODER_H
#define CODEC_JSON_JSON_ENCODER_H

#include "codec/encoder.h"

extern const struct encoder json_encoder;

#endif
