/* Compressed streams: gzip (RFC 1952) by zlib, zstd (RFC 8878) by libzstd, each if it was there
 * when this was built. Bytes go in as they come and out to a function as they are ready; nothing is
 * held but the library's window and a buffer.
 *
 * A stream belongs to one thread at a time. It neither blocks nor logs. */
#ifndef CODEC_COMPRESSION_COMPRESSION_H
#define CODEC_COMPRESSION_COMPRESSION_H

#include <stdbool.h>
#include <stddef.h>

/* Takes bytes that are ready; false ends the stream. The bytes are valid during the call. */
typedef bool compression_sink(void *context, const char *bytes, size_t size);

enum compression_status {
    COMPRESSION_OK = 0,
    COMPRESSION_MALFORMED = -1, /* not a stream of this kind, damaged, or cut off */
    COMPRESSION_NO_MEMORY = -2,
    COMPRESSION_STOPPED = -3, /* the sink said so */
    COMPRESSION_WINDOW = -4,  /* zstd: wants to look back further than COMPRESSION_WINDOW_MAX */
};

/* RFC 9659: what a receiver of HTTP content has to provide, and what we do. */
#define COMPRESSION_WINDOW_MAX ((size_t)8 << 20)

/* A kind of compression. */
struct compression {
    const char *name; /* as in Content-Encoding */
    struct compression_stream *(*compressor)(void);
    struct compression_stream *(*decompressor)(void);
};

#define COMPRESSIONS_MAX 4

/* All of them, the best first; may be none. */
const struct compression *compression_table(size_t *count);

/* The one called name[0..length), whatever its case, or NULL. "x-gzip" is gzip. */
const struct compression *compression_find(const char *name, size_t length);

struct compression_class {
    enum compression_status (*feed)(struct compression_stream *stream, const char *bytes,
                                    size_t *size, compression_sink *sink, void *context);
    enum compression_status (*finish)(struct compression_stream *stream, compression_sink *sink,
                                      void *context);
    size_t (*memory)(const struct compression_stream *stream);
    void (*destroy)(struct compression_stream *stream);
};

/* The head of a compressor or decompressor; both are created by the functions above, which return
 * NULL when memory is short. */
struct compression_stream {
    const struct compression_class *class;
};

/* Takes the next *size bytes. A decompressor leaves the rest of them, of which the caller feeds it
 * later, when COMPRESSION_TURN bytes have come out: a few bytes may stand for a gigabyte, and
 * whoever feeds them has other things to do, too. *size becomes how many were taken, at least one.
 * Any status but COMPRESSION_OK ends the stream: only destroy may follow. */
static inline enum compression_status compression_feed(struct compression_stream *stream,
                                                       const char *bytes, size_t *size,
                                                       compression_sink *sink, void *context)
{
    return stream->class->feed(stream, bytes, size, sink, context);
}

/* There are no more. A decompressor that is in the middle of its stream, or has seen none, says
 * COMPRESSION_MALFORMED. */
static inline enum compression_status compression_finish(struct compression_stream *stream,
                                                         compression_sink *sink, void *context)
{
    return stream->class->finish(stream, sink, context);
}

/* Bytes that the stream occupies now; they may grow with a feed, up to a few hundred KiB more than
 * the window. */
static inline size_t compression_memory(const struct compression_stream *stream)
{
    return stream->class->memory(stream);
}

static inline void compression_destroy(struct compression_stream *stream)
{
    stream->class->destroy(stream);
}

/* Bytes that a sink gets at once, at most. */
#define COMPRESSION_BUFFER ((size_t)64 << 10)

/* When so many have come out of a decompressor in one call, it takes no more. What it holds inside
 * by then comes on top: a block of zstd, up to 128 KiB. */
#define COMPRESSION_TURN ((size_t)256 << 10)

/* The functions of the table, defined where the library is there. */
struct compression_stream *gzip_compressor(void);
struct compression_stream *gzip_decompressor(void);
struct compression_stream *zstd_compressor(void);
struct compression_stream *zstd_decompressor(void);

#endif
