#include "config.h"

#include "codec/compression/compression.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "../../suite.h"
#include "../generator.h"

/* The output of a stream. */
struct bytes {
    char *text;
    size_t size;
    size_t limit; /* the sink refuses more; 0: no limit */
};

static bool collect(void *context, const char *bytes, size_t size)
{
    struct bytes *out = context;
    ck_assert_uint_gt(size, 0);
    ck_assert_uint_le(size, COMPRESSION_BUFFER);
    if (out->limit && out->size + size > out->limit)
        return false;
    out->text = realloc(out->text, out->size + size);
    memcpy(out->text + out->size, bytes, size);
    out->size += size;
    return true;
}

static enum compression_status run(struct compression_stream *stream, const char *text, size_t size,
                                   size_t chunk, struct bytes *out)
{
    ck_assert_ptr_nonnull(stream);
    enum compression_status status = COMPRESSION_OK;
    for (size_t at = 0, taken; at < size && !status; at += taken) {
        size_t part = size - at < chunk ? size - at : chunk, before = out->size;
        char *copy = malloc(part); /* so that a sanitizer detects reads beyond it */
        memcpy(copy, text + at, part);
        taken = part;
        status = compression_feed(stream, copy, &taken, collect, out);
        free(copy);
        ck_assert(status || (taken >= 1 && taken <= part));
        if (taken < part) /* only after much output */
            ck_assert_uint_ge(out->size - before, COMPRESSION_FEED_OUTPUT);
    }
    if (!status)
        status = compression_finish(stream, collect, out);
    ck_assert_uint_gt(compression_memory(stream), COMPRESSION_BUFFER);
    compression_destroy(stream);
    return status;
}

/* Random characters of numbers, as in a response. The caller frees them. */
static char *digits(size_t size)
{
    char *text = malloc(size);
    uint64_t state = 3;
    for (size_t i = 0; i < size; i++)
        text[i] = "0123456789.,-e{}"[generate_below(&state, 16)];
    return text;
}

static struct bytes compress_text(const struct compression *compression, const char *text,
                                  size_t size)
{
    struct bytes out = {NULL, 0, 0};
    ck_assert_int_eq(run(compression->compressor(), text, size, size + 1, &out), COMPRESSION_OK);
    ck_assert_uint_gt(out.size, 0);
    return out;
}

/* Calls `each` with every content coding of this build. */
static void for_each(void (*each)(const struct compression *compression))
{
    size_t count;
    const struct compression *table = compression_table(&count);
    for (size_t i = 0; i < count; i++)
        each(&table[i]);
}

static void check_round_trips(const struct compression *compression)
{
    static const size_t sizes[] = {0,
                                   1,
                                   2,
                                   100,
                                   COMPRESSION_BUFFER - 1,
                                   COMPRESSION_BUFFER,
                                   COMPRESSION_BUFFER + 1,
                                   3 * COMPRESSION_BUFFER,
                                   1000003};
    static const size_t chunks[] = {1, 7, 4096, COMPRESSION_BUFFER, 2000000};
    char *text = digits(1000003);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
            if (sizes[s] / chunks[c] > 100000)
                continue;
            struct bytes compressed = {NULL, 0, 0}, decompressed = {NULL, 0, 0};
            ck_assert_int_eq(run(compression->compressor(), text, sizes[s], chunks[c], &compressed),
                             COMPRESSION_OK);
            ck_assert_int_eq(run(compression->decompressor(), compressed.text, compressed.size,
                                 chunks[c], &decompressed),
                             COMPRESSION_OK);
            ck_assert_uint_eq(decompressed.size, sizes[s]);
            ck_assert(sizes[s] == 0 || memcmp(decompressed.text, text, sizes[s]) == 0);
            free(compressed.text);
            free(decompressed.text);
        }
    free(text);
}

START_TEST(round_trips)
{
    for_each(check_round_trips);
}
END_TEST

/* A stream that ends early, or has bytes after it, is malformed. */
static void check_incomplete(const struct compression *compression)
{
    char *text = digits(600);
    struct bytes compressed = compress_text(compression, text, 600);
    for (size_t size = 0; size < compressed.size; size++) {
        struct bytes out = {NULL, 0, 0};
        ck_assert_int_eq(run(compression->decompressor(), compressed.text, size, 100, &out),
                         COMPRESSION_MALFORMED);
        free(out.text);
    }
    compressed.text = realloc(compressed.text, compressed.size + 8);
    memcpy(compressed.text + compressed.size, "surplus!", 8);
    struct bytes out = {NULL, 0, 0};
    ck_assert_int_eq(
        run(compression->decompressor(), compressed.text, compressed.size + 8, 100, &out),
        COMPRESSION_MALFORMED);
    free(out.text);
    free(compressed.text);
    free(text);
}

START_TEST(incomplete)
{
    for_each(check_incomplete);
}
END_TEST

/* Changes every bit. gzip has a checksum, so its decompressor must detect the damage or return the
 * original text. zstd has none here, so its decompressor must only end. */
static void check_damaged(const struct compression *compression)
{
    char *text = digits(600);
    struct bytes compressed = compress_text(compression, text, 600);
    for (size_t i = 0; i < compressed.size; i++)
        for (int bit = 0; bit < 8; bit++) {
            compressed.text[i] = (char)(compressed.text[i] ^ 1 << bit);
            struct bytes out = {NULL, 0, 1 << 20};
            enum compression_status status = run(compression->decompressor(), compressed.text,
                                                 compressed.size, compressed.size, &out);
            if (status == COMPRESSION_OK && strcmp(compression->name, "gzip") == 0) {
                ck_assert_uint_eq(out.size, 600);
                ck_assert_mem_eq(out.text, text, 600);
            }
            free(out.text);
            compressed.text[i] = (char)(compressed.text[i] ^ 1 << bit);
        }
    free(compressed.text);
    free(text);
}

START_TEST(damaged)
{
    for_each(check_damaged);
}
END_TEST

/* Concatenated streams are one text, as for the command-line tools. */
static void check_concatenated(const struct compression *compression)
{
    char *text = digits(3 * COMPRESSION_BUFFER);
    struct bytes compressed = compress_text(compression, text, 2 * COMPRESSION_BUFFER);
    struct bytes rest =
        compress_text(compression, text + 2 * COMPRESSION_BUFFER, COMPRESSION_BUFFER);
    compressed.text = realloc(compressed.text, compressed.size + rest.size);
    memcpy(compressed.text + compressed.size, rest.text, rest.size);
    for (size_t chunk = 1; chunk <= 1000000; chunk *= 10) {
        struct bytes out = {NULL, 0, 0};
        ck_assert_int_eq(run(compression->decompressor(), compressed.text,
                             compressed.size + rest.size, chunk, &out),
                         COMPRESSION_OK);
        ck_assert_uint_eq(out.size, 3 * COMPRESSION_BUFFER);
        ck_assert_mem_eq(out.text, text, out.size);
        free(out.text);
    }
    free(compressed.text);
    free(rest.text);
    free(text);
}

START_TEST(concatenated)
{
    for_each(check_concatenated);
}
END_TEST

/* A sink can end the stream, also if a small input has a large output. */
static void check_bomb(const struct compression *compression)
{
    size_t size = (size_t)64 << 20;
    char *zeros = calloc(1, size);
    struct bytes compressed = compress_text(compression, zeros, size);
    ck_assert_uint_lt(compressed.size, size / 100);
    struct bytes out = {NULL, 0, 1 << 20};
    ck_assert_int_eq(
        run(compression->decompressor(), compressed.text, compressed.size, compressed.size, &out),
        COMPRESSION_STOPPED);
    ck_assert_uint_le(out.size, 1 << 20);
    free(out.text);
    free(compressed.text);
    free(zeros);
}

START_TEST(bomb)
{
    for_each(check_bomb);
}
END_TEST

static bool count_bytes(void *context, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
    return true;
}

/* One call produces a limited amount of output; the next calls produce the rest. */
static void check_output_limit(const struct compression *compression)
{
    size_t size = (size_t)64 << 20, all = 0;
    char *zeros = calloc(1, size);
    struct bytes compressed = compress_text(compression, zeros, size);
    struct compression_stream *stream = compression->decompressor();
    ck_assert_ptr_nonnull(stream);
    for (size_t at = 0, taken; at < compressed.size; at += taken) {
        size_t before = all;
        taken = compressed.size - at;
        ck_assert_int_eq(compression_feed(stream, compressed.text + at, &taken, count_bytes, &all),
                         COMPRESSION_OK);
        ck_assert_uint_ge(taken, 1);
        ck_assert_uint_lt(all - before, 2 * COMPRESSION_FEED_OUTPUT);
        ck_assert(at + taken == compressed.size || all - before >= COMPRESSION_FEED_OUTPUT);
    }
    ck_assert_int_eq(compression_finish(stream, count_bytes, &all), COMPRESSION_OK);
    ck_assert_uint_eq(all, size);
    compression_destroy(stream);
    free(compressed.text);
    free(zeros);
}

START_TEST(output_of_one_feed_is_limited)
{
    for_each(check_output_limit);
}
END_TEST

/* The bytes of output after input[0..size), fed in chunks, without the end of the stream. */
static size_t output_after(const struct compression *compression, const char *input, size_t size,
                           size_t chunk)
{
    struct compression_stream *stream = compression->decompressor();
    ck_assert_ptr_nonnull(stream);
    size_t all = 0;
    for (size_t at = 0, taken; at < size; at += taken) {
        taken = size - at < chunk ? size - at : chunk;
        ck_assert_int_eq(compression_feed(stream, input + at, &taken, count_bytes, &all),
                         COMPRESSION_OK);
    }
    compression_destroy(stream);
    return all;
}

/* One call passes on all the output of its input, also if that is more than the buffer holds. The
 * expected size is that of input in single bytes, whose output never fills the buffer. */
static void check_output_is_complete(const struct compression *compression)
{
    size_t size = COMPRESSION_FEED_OUTPUT - COMPRESSION_BUFFER;
    char *zeros = calloc(1, size);
    struct bytes compressed = compress_text(compression, zeros, size);
    for (size_t part = 1; part <= compressed.size; part++)
        ck_assert_uint_eq(output_after(compression, compressed.text, part, part),
                          output_after(compression, compressed.text, part, 1));
    free(compressed.text);
    free(zeros);
}

START_TEST(output_of_one_feed_is_complete)
{
    for_each(check_output_is_complete);
}
END_TEST

#ifdef HAVE_ZSTD
/* A frame with a window larger than COMPRESSION_WINDOW_MAX is refused. */
START_TEST(zstd_window)
{
    size_t size = (size_t)64 << 20;
    char *text = calloc(1, size), *compressed = malloc(ZSTD_compressBound(size));
    for (int log = 23; log <= 24; log++) {
        ZSTD_CCtx *context = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, log);
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
        ZSTD_inBuffer in = {text, size, 0};
        ZSTD_outBuffer out = {compressed, ZSTD_compressBound(size), 0};
        while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) > 0)
            ;
        ZSTD_freeCCtx(context);
        struct bytes decompressed = {NULL, 0, 1 << 20};
        ck_assert_int_eq(run(zstd_decompressor(), compressed, out.pos, 1000, &decompressed),
                         log == 23 ? COMPRESSION_STOPPED : COMPRESSION_WINDOW);
        free(decompressed.text);
    }
    free(compressed);
    free(text);
}
END_TEST
#endif

START_TEST(names)
{
    size_t count;
    const struct compression *table = compression_table(&count);
    char all[64] = "";
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(compression_find(table[i].name, strlen(table[i].name)), &table[i]);
        strcat(all, i ? ", " : "");
        strcat(all, table[i].name);
    }
    ck_assert_str_eq(compression_names(), count ? all : "identity");
#ifdef HAVE_ZLIB
    ck_assert_str_eq(compression_find("X-GZip, br", 6)->name, "gzip");
#endif
    ck_assert_ptr_null(compression_find("gzi", 3));
    ck_assert_ptr_null(compression_find("", 0));
    ck_assert_ptr_null(compression_find("identity", 8));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/compression");
    TCase *tcase = suite_case(suite, "compression");
    tcase_add_test(tcase, round_trips);
    tcase_add_test(tcase, incomplete);
    tcase_add_test(tcase, damaged);
    tcase_add_test(tcase, concatenated);
    tcase_add_test(tcase, bomb);
    tcase_add_test(tcase, output_of_one_feed_is_limited);
    tcase_add_test(tcase, output_of_one_feed_is_complete);
#ifdef HAVE_ZSTD
    tcase_add_test(tcase, zstd_window);
#endif
    tcase_add_test(tcase, names);
    return suite_run(suite);
}
