/* Compressed streams: gzip (RFC 1952) with zlib and zstd (RFC 8878) with libzstd, each if its
 * library was found at build time. The caller feeds bytes in chunks of any size; the stream passes
 * its output to a function. A stream keeps only the library's window and a buffer.
 *
 * A stream belongs to one thread at a time. It neither blocks nor logs. */
#ifndef CODEC_COMPRESSION_COMPRESSION_H
#define CODEC_COMPRESSION_COMPRESSION_H

#include <stdbool.h>
#include <stddef.h>

/* Receives output of a stream. The bytes are valid during the call. False ends the stream. */
typedef bool compression_sink(void *context, const char *bytes, size_t size);

enum compression_status {
    COMPRESSION_OK = 0,
    COMPRESSION_MALFORMED = -1, /* not a stream of this format, damaged, or incomplete */
    COMPRESSION_NO_MEMORY = -2,
    COMPRESSION_STOPPED = -3, /* the sink has returned false */
    COMPRESSION_WINDOW = -4,  /* zstd: the window is larger than COMPRESSION_WINDOW_MAX */
};

/* The largest window of zstd that we accept. RFC 9659 requires a receiver to accept this size. */
#define COMPRESSION_WINDOW_MAX ((size_t)8 << 20)

/* A content coding. The functions return NULL if memory is short. */
struct compression {
    const char *name; /* as in Content-Encoding */
    struct compression_stream *(*compressor)(void);
    struct compression_stream *(*decompressor)(void);
};

#define COMPRESSIONS_MAX 4

/* Returns all content codings, the best one first; *count may be 0. */
const struct compression *compression_table(size_t *count);

/* Returns the names of all content codings as headers list them: "zstd, gzip"; "identity" if there
 * is none. A constant. */
const char *compression_names(void);

/* Returns the content coding with this name, in any case, or NULL. "x-gzip" is gzip. */
const struct compression *compression_find(const char *name, size_t length);

struct compression_class {
    enum compression_status (*feed)(struct compression_stream *stream, const char *bytes,
                                    size_t *size, compression_sink *sink, void *context);
    enum compression_status (*finish)(struct compression_stream *stream, compression_sink *sink,
                                      void *context);
    size_t (*memory)(const struct compression_stream *stream);
    void (*destroy)(struct compression_stream *stream);
};

/* The first member of every compressor and decompressor. */
struct compression_stream {
    const struct compression_class *class;
};

/* Feeds *size bytes, at least one, and sets *size to the number of bytes that were consumed, at
 * least one. A compressor consumes all of them. A decompressor stops after about
 * COMPRESSION_FEED_OUTPUT bytes of output, because a few bytes may expand to a gigabyte and the
 * caller has other work; the caller feeds the remaining bytes later. After any status but
 * COMPRESSION_OK, the only call allowed is compression_destroy. */
static inline enum compression_status compression_feed(struct compression_stream *stream,
                                                       const char *bytes, size_t *size,
                                                       compression_sink *sink, void *context)
{
    return stream->class->feed(stream, bytes, size, sink, context);
}

/* Ends the input. A decompressor returns COMPRESSION_MALFORMED if its stream is incomplete. An
 * empty stream is incomplete. */
static inline enum compression_status compression_finish(struct compression_stream *stream,
                                                         compression_sink *sink, void *context)
{
    return stream->class->finish(stream, sink, context);
}

/* Returns the bytes of memory that the stream uses now. A feed may increase them, up to a few
 * hundred KiB more than the window. */
static inline size_t compression_memory(const struct compression_stream *stream)
{
    return stream->class->memory(stream);
}

static inline void compression_destroy(struct compression_stream *stream)
{
    stream->class->destroy(stream);
}

/* The most bytes that a sink receives in one call. */
#define COMPRESSION_BUFFER ((size_t)64 << 10)

/* A decompressor consumes no more input in a call after this many bytes of output. It then still
 * passes on the output that it has in its buffers: of zstd a block, up to 128 KiB. */
#define COMPRESSION_FEED_OUTPUT ((size_t)256 << 10)

/* The functions in the table, defined if the library is available. */
struct compression_stream *gzip_compressor(void);
struct compression_stream *gzip_decompressor(void);
struct compression_stream *zstd_compressor(void);
struct compression_stream *zstd_decompressor(void);

#endif
