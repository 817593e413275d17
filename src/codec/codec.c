#include "codec/codec.h"

#include "codec/csv/csv_decoder.h"
#include "codec/csv/csv_encoder.h"
#include "codec/json/json_decoder.h"
#include "codec/json/json_encoder.h"
#include "codec/npy/npy_decoder.h"
#include "codec/npy/npy_encoder.h"

static const struct codec codecs[] = {
    {"application/json", json_decoder_create, &json_encoder, .encode_ns = 75, .is_document = true},
    {"text/csv", csv_decoder_create, &csv_encoder, .encode_ns = 75, .is_document = false},
    {"application/x-npy", npy_decoder_create, &npy_encoder, .encode_ns = 0, .is_document = false},
};

_Static_assert(sizeof codecs / sizeof *codecs <= CODECS_MAX, "tables of that size hold all codecs");

const struct codec *codec_table(size_t *count)
{
    *count = sizeof codecs / sizeof *codecs;
    return codecs;
}
