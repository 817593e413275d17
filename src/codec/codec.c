#include "codec/codec.h"

#include "codec/json_decoder.h"
#include "codec/json_encoder.h"
#include "codec/npy_decoder.h"
#include "codec/npy_encoder.h"

static const struct codec codecs[] = {
    {"application/json", json_decoder_create, &json_encoder, .is_document = true},
    {"application/x-npy", npy_decoder_create, &npy_encoder, .is_document = false},
};

const struct codec *codec_table(size_t *count)
{
    *count = sizeof codecs / sizeof *codecs;
    return codecs;
}
