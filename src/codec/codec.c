#include "codec/codec.h"

#include "codec/json_decoder.h"
#include "codec/json_encoder.h"

static const struct codec codecs[] = {
    {"application/json", json_decoder_create, &json_encoder, .encode_ns = 110, .is_document = true},
};

const struct codec *codec_table(size_t *count)
{
    *count = sizeof codecs / sizeof *codecs;
    return codecs;
}
