/* zstd, with libzstd. */
#include "config.h"

#include "codec/compression/compression.h"

#ifdef HAVE_ZSTD

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define LEVEL 1
#define WINDOW_LOG_MAX 23 /* log2 of COMPRESSION_WINDOW_MAX */

_Static_assert(COMPRESSION_WINDOW_MAX == (size_t)1 << WINDOW_LOG_MAX, "the same limit");

struct zstd {
    struct compression_stream base;
    ZSTD_CCtx *compress;
    ZSTD_DCtx *decompress;
    bool complete; /* decompressor: at the end of a frame */
    char buffer[COMPRESSION_BUFFER];
};

static enum compression_status compress_some(struct zstd *zstd, ZSTD_inBuffer *in,
                                             ZSTD_EndDirective end, compression_sink *sink,
                                             void *context)
{
    size_t left;
    do {
        ZSTD_outBuffer out = {zstd->buffer, sizeof zstd->buffer, 0};
        left = ZSTD_compressStream2(zstd->compress, &out, in, end);
        if (ZSTD_isError(left))
            return COMPRESSION_NO_MEMORY;
        if (out.pos > 0 && !sink(context, zstd->buffer, out.pos))
            return COMPRESSION_STOPPED;
    } while (end == ZSTD_e_end ? left > 0 : in->pos < in->size);
    return COMPRESSION_OK;
}

static enum compression_status compress_feed(struct compression_stream *stream, const char *bytes,
                                             size_t *size, compression_sink *sink, void *context)
{
    ZSTD_inBuffer in = {bytes, *size, 0};
    return compress_some((struct zstd *)stream, &in, ZSTD_e_continue, sink, context);
}

static enum compression_status compress_finish(struct compression_stream *stream,
                                               compression_sink *sink, void *context)
{
    ZSTD_inBuffer in = {NULL, 0, 0};
    return compress_some((struct zstd *)stream, &in, ZSTD_e_end, sink, context);
}

static enum compression_status decompress_feed(struct compression_stream *stream, const char *bytes,
                                               size_t *size, compression_sink *sink, void *context)
{
    struct zstd *zstd = (struct zstd *)stream;
    ZSTD_inBuffer in = {bytes, *size, 0};
    size_t total = 0;
    bool full;
    do {
        ZSTD_outBuffer out = {zstd->buffer, sizeof zstd->buffer, 0};
        size_t left = ZSTD_decompressStream(zstd->decompress, &out, &in);
        if (ZSTD_isError(left)) {
            ZSTD_ErrorCode code = ZSTD_getErrorCode(left);
            return code == ZSTD_error_frameParameter_windowTooLarge ? COMPRESSION_WINDOW
                   : code == ZSTD_error_memory_allocation           ? COMPRESSION_NO_MEMORY
                                                                    : COMPRESSION_MALFORMED;
        }
        zstd->complete = left == 0;
        full = out.pos == out.size && left > 0;
        if (out.pos > 0 && !sink(context, zstd->buffer, out.pos))
            return COMPRESSION_STOPPED;
        total += out.pos;
        if (total >= COMPRESSION_FEED_OUTPUT)
            in.size = in.pos; /* no more input, only the output of what was consumed */
        /* If the buffer is full, there may be more output without more input. */
    } while (in.pos < in.size || full);
    *size = in.pos;
    return COMPRESSION_OK;
}

static enum compression_status decompress_finish(struct compression_stream *stream,
                                                 compression_sink *sink, void *context)
{
    (void)sink;
    (void)context;
    const struct zstd *zstd = (const struct zstd *)stream;
    return zstd->complete ? COMPRESSION_OK : COMPRESSION_MALFORMED;
}

static size_t memory(const struct compression_stream *stream)
{
    const struct zstd *zstd = (const struct zstd *)stream;
    return sizeof *zstd + (zstd->compress ? ZSTD_sizeof_CCtx(zstd->compress) : 0) +
           (zstd->decompress ? ZSTD_sizeof_DCtx(zstd->decompress) : 0);
}

static void destroy(struct compression_stream *stream)
{
    struct zstd *zstd = (struct zstd *)stream;
    ZSTD_freeCCtx(zstd->compress);
    ZSTD_freeDCtx(zstd->decompress);
    free(zstd);
}

struct compression_stream *zstd_compressor(void)
{
    static const struct compression_class class = {compress_feed, compress_finish, memory, destroy};
    struct zstd *zstd = calloc(1, sizeof *zstd);
    if (!zstd)
        return NULL;
    zstd->base.class = &class;
    zstd->compress = ZSTD_createCCtx();
    if (zstd->compress &&
        !ZSTD_isError(ZSTD_CCtx_setParameter(zstd->compress, ZSTD_c_compressionLevel, LEVEL)))
        return &zstd->base;
    destroy(&zstd->base);
    return NULL;
}

struct compression_stream *zstd_decompressor(void)
{
    static const struct compression_class class = {decompress_feed, decompress_finish, memory,
                                                   destroy};
    struct zstd *zstd = calloc(1, sizeof *zstd);
    if (!zstd)
        return NULL;
    zstd->base.class = &class;
    zstd->decompress = ZSTD_createDCtx();
    if (zstd->decompress && !ZSTD_isError(ZSTD_DCtx_setParameter(
                                zstd->decompress, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
        return &zstd->base;
    destroy(&zstd->base);
    return NULL;
}

#endif
