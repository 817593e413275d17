/* The decompressors: the same text however the stream is cut, and never more than was asked for. */
#include "codec/compression/compression.h"
#include "fuzz.h"

#define TEXT_MAX ((size_t)1 << 20)

struct string_builder {
    char *bytes;
    size_t size;
};

static bool collect(void *context, const char *bytes, size_t size)
{
    struct string_builder *text = context;
    FUZZ_CHECK(size > 0 && size <= COMPRESSION_BUFFER);
    if (text->size + size > TEXT_MAX)
        return false;
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return true;
}

static enum compression_status unpack(const struct compression *compression,
                                      struct string_builder *text, const uint8_t *data, size_t size,
                                      size_t chunk)
{
    struct compression_stream *stream = compression->decompressor();
    enum compression_status status = COMPRESSION_OK;
    text->bytes = malloc(TEXT_MAX);
    text->size = 0;
    for (size_t at = 0, taken; at < size && !status; at += taken) {
        size_t part = size - at < chunk ? size - at : chunk, before = text->size;
        char *copy = malloc(part);
        memcpy(copy, data + at, part);
        taken = part;
        status = compression_feed(stream, copy, &taken, collect, text);
        free(copy);
        FUZZ_CHECK(status || (taken >= 1 && taken <= part));
        FUZZ_CHECK(text->size - before < 2 * COMPRESSION_TURN);
    }
    if (!status)
        status = compression_finish(stream, collect, text);
    FUZZ_CHECK(compression_memory(stream) < COMPRESSION_WINDOW_MAX + ((size_t)1 << 20));
    compression_destroy(stream);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count;
    const struct compression *table = compression_table(&count);
    if (size < 2 || count == 0)
        return 0;
    const struct compression *compression = &table[data[0] % count];
    struct string_builder whole, parts;
    enum compression_status status = unpack(compression, &whole, data + 2, size - 2, size);
    enum compression_status again =
        unpack(compression, &parts, data + 2, size - 2, data[1] ? data[1] : 1);
    /* libzstd judges some damaged frames by how they come in: what it accepts is the same text. */
    FUZZ_CHECK(status == again || strcmp(compression->name, "zstd") == 0);
    if (status == COMPRESSION_OK && again == COMPRESSION_OK)
        FUZZ_CHECK(whole.size == parts.size && memcmp(whole.bytes, parts.bytes, whole.size) == 0);
    free(whole.bytes);
    free(parts.bytes);
    return 0;
}
