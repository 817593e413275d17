/* The decompressors: the same output with any chunks, and limited output in each call. */
#include "codec/compression/compression.h"
#include "fuzz.h"

#define OUTPUT_MAX ((size_t)1 << 20)

struct output {
    char *bytes;
    size_t size;
};

static bool collect(void *context, const char *bytes, size_t size)
{
    struct output *output = context;
    FUZZ_CHECK(size > 0 && size <= COMPRESSION_BUFFER);
    if (output->size + size > OUTPUT_MAX)
        return false;
    memcpy(output->bytes + output->size, bytes, size);
    output->size += size;
    return true;
}

static enum compression_status decompress(const struct compression *compression,
                                          struct output *output, const uint8_t *data, size_t size,
                                          size_t chunk)
{
    struct compression_stream *stream = compression->decompressor();
    enum compression_status status = COMPRESSION_OK;
    output->bytes = malloc(OUTPUT_MAX);
    output->size = 0;
    for (size_t at = 0, taken; at < size && !status; at += taken) {
        size_t part = size - at < chunk ? size - at : chunk, before = output->size;
        char *copy = malloc(part);
        memcpy(copy, data + at, part);
        taken = part;
        status = compression_feed(stream, copy, &taken, collect, output);
        free(copy);
        FUZZ_CHECK(status || (taken >= 1 && taken <= part));
        FUZZ_CHECK(output->size - before < 2 * COMPRESSION_FEED_OUTPUT);
    }
    if (!status)
        status = compression_finish(stream, collect, output);
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
    struct output whole, parts;
    enum compression_status status = decompress(compression, &whole, data + 2, size - 2, size);
    enum compression_status status_in_parts =
        decompress(compression, &parts, data + 2, size - 2, data[1] ? data[1] : 1);
    /* libzstd accepts some damaged frames only in certain chunks; then only the output is compared.
     */
    FUZZ_CHECK(status == status_in_parts || strcmp(compression->name, "zstd") == 0);
    if (status == COMPRESSION_OK && status_in_parts == COMPRESSION_OK)
        FUZZ_CHECK(whole.size == parts.size && memcmp(whole.bytes, parts.bytes, whole.size) == 0);
    free(whole.bytes);
    free(parts.bytes);
    return 0;
}
