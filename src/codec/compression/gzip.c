/* gzip, with zlib. */
#include "config.h"

#include "codec/compression/compression.h"

#ifdef HAVE_ZLIB

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

/* Higher levels compress digits little better, and take several times as long
 * (docs/performance.md). */
#define LEVEL 1

/* zlib's window size for the gzip format: 16 more than for its own format. */
#define GZIP_WINDOW (MAX_WBITS + 16)

/* The memory of zlib by its documentation: (1 << (windowBits+2)) + (1 << (memLevel+9)) with
 * memLevel 8 to compress, 1 << windowBits to decompress; and a few KiB for its state. */
#define COMPRESSOR_MEMORY (((size_t)1 << 18) + ((size_t)8 << 10))
#define DECOMPRESSOR_MEMORY (((size_t)1 << 15) + ((size_t)8 << 10))

struct gzip {
    struct compression_stream base;
    z_stream z;
    bool ended; /* decompressor: at the end of a member (a gzip file may have several) */
    char buffer[COMPRESSION_BUFFER];
};

static void begin_buffer(struct gzip *gzip)
{
    gzip->z.next_out = (Bytef *)gzip->buffer;
    gzip->z.avail_out = COMPRESSION_BUFFER;
}

/* Passes the contents of the buffer to the sink and empties the buffer. */
static bool drain(struct gzip *gzip, compression_sink *sink, void *context)
{
    size_t size = COMPRESSION_BUFFER - gzip->z.avail_out;
    begin_buffer(gzip);
    return size == 0 || sink(context, gzip->buffer, size);
}

/* Runs deflate until it needs more input or, with Z_FINISH, until all output is written. */
static enum compression_status compress_some(struct gzip *gzip, int flush, compression_sink *sink,
                                             void *context)
{
    int status;
    do {
        status = deflate(&gzip->z, flush);
        if (gzip->z.avail_out == 0 || flush == Z_FINISH) {
            if (!drain(gzip, sink, context))
                return COMPRESSION_STOPPED;
        }
    } while (flush == Z_FINISH ? status == Z_OK : gzip->z.avail_in > 0);
    return COMPRESSION_OK;
}

static enum compression_status compress_feed(struct compression_stream *stream, const char *bytes,
                                             size_t *size, compression_sink *sink, void *context)
{
    struct gzip *gzip = (struct gzip *)stream;
    size_t left = *size;
    while (left > 0) { /* zlib counts in unsigned int */
        size_t part = left < COMPRESSION_BUFFER ? left : COMPRESSION_BUFFER;
        gzip->z.next_in = (const Bytef *)bytes;
        gzip->z.avail_in = (uInt)part;
        enum compression_status status = compress_some(gzip, Z_NO_FLUSH, sink, context);
        if (status)
            return status;
        bytes += part;
        left -= part;
    }
    return COMPRESSION_OK;
}

static enum compression_status compress_finish(struct compression_stream *stream,
                                               compression_sink *sink, void *context)
{
    struct gzip *gzip = (struct gzip *)stream;
    gzip->z.avail_in = 0;
    return compress_some(gzip, Z_FINISH, sink, context);
}

static size_t compress_memory(const struct compression_stream *stream)
{
    (void)stream;
    return sizeof(struct gzip) + COMPRESSOR_MEMORY;
}

static void compress_destroy(struct compression_stream *stream)
{
    struct gzip *gzip = (struct gzip *)stream;
    deflateEnd(&gzip->z);
    free(gzip);
}

struct compression_stream *gzip_compressor(void)
{
    static const struct compression_class class = {compress_feed, compress_finish, compress_memory,
                                                   compress_destroy};
    struct gzip *gzip = calloc(1, sizeof *gzip);
    if (!gzip)
        return NULL;
    gzip->base.class = &class;
    begin_buffer(gzip);
    if (deflateInit2(&gzip->z, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) == Z_OK)
        return &gzip->base;
    free(gzip);
    return NULL;
}

static enum compression_status decompress_feed(struct compression_stream *stream, const char *bytes,
                                               size_t *size, compression_sink *sink, void *context)
{
    struct gzip *gzip = (struct gzip *)stream;
    size_t taken = 0, out = 0;
    while (taken < *size && out < COMPRESSION_FEED_OUTPUT) {
        size_t part = *size - taken < COMPRESSION_BUFFER ? *size - taken : COMPRESSION_BUFFER;
        gzip->z.next_in = (const Bytef *)bytes + taken;
        gzip->z.avail_in = (uInt)part;
        /* Another member follows the one that has ended. */
        if (gzip->ended && inflateReset(&gzip->z) != Z_OK)
            return COMPRESSION_MALFORMED;
        gzip->ended = false;
        int status = inflate(&gzip->z, Z_NO_FLUSH);
        out += COMPRESSION_BUFFER - gzip->z.avail_out;
        if (!drain(gzip, sink, context))
            return COMPRESSION_STOPPED;
        if (status == Z_MEM_ERROR)
            return COMPRESSION_NO_MEMORY;
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
            return COMPRESSION_MALFORMED;
        gzip->ended = status == Z_STREAM_END;
        taken += part - gzip->z.avail_in;
    }
    *size = taken;
    /* zlib may still have output that did not fit into the buffer. */
    while (!gzip->ended && gzip->z.avail_in == 0) {
        int status = inflate(&gzip->z, Z_NO_FLUSH);
        bool more = gzip->z.avail_out < COMPRESSION_BUFFER;
        if (!drain(gzip, sink, context))
            return COMPRESSION_STOPPED;
        gzip->ended = status == Z_STREAM_END;
        if (status == Z_BUF_ERROR || !more)
            break;
        if (status != Z_OK && status != Z_STREAM_END)
            return COMPRESSION_MALFORMED;
    }
    return COMPRESSION_OK;
}

static enum compression_status decompress_finish(struct compression_stream *stream,
                                                 compression_sink *sink, void *context)
{
    (void)sink;
    (void)context;
    const struct gzip *gzip = (const struct gzip *)stream;
    return gzip->ended ? COMPRESSION_OK : COMPRESSION_MALFORMED;
}

static size_t decompress_memory(const struct compression_stream *stream)
{
    (void)stream;
    return sizeof(struct gzip) + DECOMPRESSOR_MEMORY;
}

static void decompress_destroy(struct compression_stream *stream)
{
    struct gzip *gzip = (struct gzip *)stream;
    inflateEnd(&gzip->z);
    free(gzip);
}

struct compression_stream *gzip_decompressor(void)
{
    static const struct compression_class class = {decompress_feed, decompress_finish,
                                                   decompress_memory, decompress_destroy};
    struct gzip *gzip = calloc(1, sizeof *gzip);
    if (!gzip)
        return NULL;
    gzip->base.class = &class;
    begin_buffer(gzip);
    if (inflateInit2(&gzip->z, GZIP_WINDOW) == Z_OK)
        return &gzip->base;
    free(gzip);
    return NULL;
}

#endif
