/* Encoder of JSON: the value of "particles" with at least one of them, in any of the three shapes.
 */
#ifndef CODEC_JSON_JSON_ENCODER_H
#define CODEC_JSON_JSON_ENCODER_H

#include "codec/encoder.h"

extern const struct encoder json_encoder;

#endif
