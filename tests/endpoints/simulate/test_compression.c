/* Bodies and responses in gzip and zstd. The test uses the libraries directly, not the code under
 * test. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "../../harness/harness.h"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* --- the libraries -------------------------------------------------------------------------- */

struct bytes {
    char *bytes;
    size_t size;
};

static struct bytes compress_with(const char *coding, const char *bytes, size_t size)
{
    struct bytes out = {malloc(size + 1000), 0};
    ck_assert_ptr_nonnull(out.bytes);
    if (strcmp(coding, "zstd") == 0) {
        out.size = ZSTD_compress(out.bytes, size + 1000, bytes, size, 3);
        ck_assert(!ZSTD_isError(out.size));
        return out;
    }
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes,
                  .avail_in = (uInt)size,
                  .next_out = (Bytef *)out.bytes,
                  .avail_out = (uInt)size + 1000};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    deflateEnd(&z);
    return out;
}

static struct bytes decompress_with(const char *coding, const char *bytes, size_t size)
{
    size_t capacity = 64 << 20;
    struct bytes out = {malloc(capacity), 0};
    ck_assert_ptr_nonnull(out.bytes);
    if (strcmp(coding, "zstd") == 0) {
        out.size = ZSTD_decompress(out.bytes, capacity, bytes, size);
        ck_assert(!ZSTD_isError(out.size));
        return out;
    }
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes,
                  .avail_in = (uInt)size,
                  .next_out = (Bytef *)out.bytes,
                  .avail_out = (uInt)capacity};
    ck_assert_int_eq(inflateInit2(&z, 31), Z_OK);
    ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    inflateEnd(&z);
    return out;
}

/* --- requests ------------------------------------------------------------------------------- */

/* A body with `count` triples; allocated. */
static char *many(int count)
{
    char *body = malloc((size_t)count * 40 + 64);
    ck_assert_ptr_nonnull(body);
    char *end = body + sprintf(body, "{\"particles\":[[0.3,0.5,1]");
    for (int i = 1; i < count; i++)
        end += sprintf(end, ",[%.9f,0.5,%d]", 1.0 / i, i % 3 - 1);
    strcpy(end, "]}");
    return body;
}

/* Posts bytes with headers, each of which ends with CRLF. */
static const struct reply *post(int fd, const char *headers, const char *bytes, size_t size)
{
    ck_assert(raw_sendf(fd, "POST /simulate HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
                        headers, size));
    ck_assert(raw_send_bytes(fd, bytes, size));
    return raw_read(fd);
}

static const char *const codings[] = {"gzip", "zstd"};

START_TEST(compressed_bodies)
{
    const char *coding = codings[_i];
    char *body = many(3000), headers[64];
    int fd = raw_open(&server);
    const struct reply *reply = post(fd, "", body, strlen(body));
    ck_assert_int_eq(reply->status, 200);
    double x = reply_number(reply, "/particles/2999/0");
    struct bytes compressed = compress_with(coding, body, strlen(body));
    ck_assert_uint_lt(compressed.size, strlen(body) / 2);
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", coding);
    reply = post(fd, headers, compressed.bytes, compressed.size);
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), 3000);
    ck_assert_double_eq(reply_number(reply, "/particles/2999/0"), x);
    ck_assert_ptr_null(reply_header(reply, "Content-Encoding"));
    /* in chunks of one byte */
    struct bytes small = compress_with(coding, THREE_BODY, strlen(THREE_BODY));
    ck_assert(raw_sendf(fd,
                        "POST /simulate HTTP/1.1\r\nHost: x\r\n%s"
                        "Transfer-Encoding: chunked\r\n\r\n",
                        headers));
    for (size_t i = 0; i < small.size; i++) {
        ck_assert(raw_send(fd, "1\r\n"));
        ck_assert(raw_send_bytes(fd, small.bytes + i, 1));
        ck_assert(raw_send(fd, "\r\n"));
    }
    ck_assert(raw_send(fd, "0\r\n\r\n"));
    reply = raw_read(fd);
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), 3);
    close(fd);
    free(small.bytes), free(compressed.bytes), free(body);
}
END_TEST

/* Errors in the text are reported as those of a body that is not compressed. */
START_TEST(errors_inside)
{
    static const char text[] = "{\"particles\":[[0.3,0.5,1],\n[0.1]]}";
    struct bytes compressed = compress_with(codings[_i], text, strlen(text));
    char headers[64];
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", codings[_i]);
    int fd = raw_open(&server);
    reply_is_problem(post(fd, headers, compressed.bytes, compressed.size), 422, "invalid-request");
    free(compressed.bytes);
    compressed = compress_with(codings[_i], text, strlen(text) - 1);
    const struct reply *reply = post(fd, headers, compressed.bytes, compressed.size);
    reply_is_problem(reply, 400, "malformed-body");
    ck_assert_int_eq((int)reply_number(reply, "/line"), 2);
    ck_assert_int_eq((int)reply_number(reply, "/byte"), (int)strlen(text) - 1);
    /* an empty body, a part of it, and something else */
    for (size_t size = 0; size < compressed.size; size += 7) {
        reply = post(fd, headers, compressed.bytes, size);
        reply_is_problem(reply, 400, "malformed-body");
        ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "Content-Encoding"));
    }
    reply_is_problem(post(fd, headers, THREE_BODY, strlen(THREE_BODY)), 400, "malformed-body");
    ck_assert_int_eq(post(fd, "", THREE_BODY, strlen(THREE_BODY))->status, 200);
    close(fd);
    free(compressed.bytes);
}
END_TEST

/* --max-body limits the decompressed size. */
START_TEST(the_decompressed_size_is_limited)
{
    daemon_start(&server, "--max-body", "1M", NULL);
    size_t size = (size_t)50 << 20;
    char *text = malloc(size), headers[64];
    memset(text, ' ', size);
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", codings[_i]);
    struct bytes compressed = compress_with(codings[_i], text, size);
    ck_assert_uint_lt(compressed.size, 1 << 20);
    int fd = raw_open(&server);
    const struct reply *reply = post(fd, headers, compressed.bytes, compressed.size);
    reply_is_problem(reply, 413, "body-too-large");
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    close(fd);
    free(compressed.bytes);
    /* the limit itself */
    memcpy(text, THREE_BODY, strlen(THREE_BODY));
    for (size_t over = 0; over < 2; over++) {
        fd = raw_open(&server);
        compressed = compress_with(codings[_i], text, (1 << 20) + over);
        reply = post(fd, headers, compressed.bytes, compressed.size);
        ck_assert_int_eq(reply->status, over ? 413 : 200);
        close(fd);
        free(compressed.bytes);
    }
    free(text);
    daemon_finish(&server);
}
END_TEST

/* A body with `count` particles, each with blanks behind it so that it takes `each` bytes;
 * allocated. */
static char *spaced(size_t count, size_t each, size_t *size)
{
    static const char head[] = "{\"particles\":[", particle[] = "[0.3,0.5,1]";
    *size = strlen(head) + count * each + 1;
    char *text = malloc(*size), *at = text + strlen(head);
    ck_assert_ptr_nonnull(text);
    memset(text, ' ', *size);
    memcpy(text, head, strlen(head));
    for (size_t i = 0; i < count; i++, at += each) {
        memcpy(at, particle, strlen(particle));
        at[each - 1] = i + 1 < count ? ',' : ']';
    }
    *at = '}';
    return text;
}

/* About 50 MB. */
#define LONG_COUNT 250000

/* A body that is decompressed in many steps, with a length and in chunks: it is complete, and the
 * thread serves another connection meanwhile. */
START_TEST(a_long_decompression_lets_others_run)
{
    daemon_start(&server, "--io-threads", "1", NULL);
    size_t size = 0;
    char *text = spaced(LONG_COUNT, 200, &size), headers[64];
    struct bytes compressed = compress_with(codings[_i], text, size);
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", codings[_i]);
    int fd = raw_open(&server);
    for (int again = 0; again < 2; again++) {
        const struct reply *reply = post(fd, headers, compressed.bytes, compressed.size);
        ck_assert_msg(reply->status == 200, "%s", reply->body);
        ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), LONG_COUNT);
    }
    ck_assert(raw_sendf(fd,
                        "POST /simulate HTTP/1.1\r\nHost: x\r\n%sTransfer-Encoding: chunked\r\n"
                        "\r\n%zx\r\n",
                        headers, compressed.size));
    ck_assert(raw_send_bytes(fd, compressed.bytes, compressed.size));
    ck_assert(raw_send(fd, "\r\n0\r\n\r\n"));
    ck_assert_int_eq(http(&server, "GET", "/livez", NULL, NULL)->status, 200);
    const struct reply *reply = raw_read(fd);
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), LONG_COUNT);
    close(fd);
    await_metric(&server, "particled_http_received_body_bytes_total",
                 3.0 * (double)compressed.size);
    free(compressed.bytes), free(text);
    daemon_finish(&server);
}
END_TEST

/* --- bodies that expand to bytes without data ----------------------------------------------- */

/* Posts a compressed text of this type on a new connection. */
static const struct reply *post_text(const char *coding, const char *type, const char *text,
                                     size_t size)
{
    char headers[128];
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\nContent-Type: %s\r\n", coding, type);
    struct bytes compressed = compress_with(coding, text, size);
    int fd = raw_open(&server);
    const struct reply *reply = post(fd, headers, compressed.bytes, compressed.size);
    close(fd);
    free(compressed.bytes);
    return reply;
}

#define JSON "application/json"
#define BLANKS ((size_t)4 << 20)

static void is_too_empty(const struct reply *reply)
{
    reply_is_problem(reply, 413, "body-too-large");
    ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "expands to"));
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
}

/* Blanks before, among and behind the particles; blank lines; digits. Without compression each of
 * these bodies is valid. */
START_TEST(bytes_without_data_are_limited)
{
    const char *coding = codings[_i];
    static const struct {
        const char *type, *before;
        char fill;
        const char *behind;
    } rows[] = {
        {JSON, "", ' ', THREE_BODY},
        {JSON, "{\"particles\":[[0.3,0.5,1]", '\n', "]}"},
        {JSON, THREE_BODY, '\t', ""},
        {"text/csv", "x,y,ang_vel\n0.3,0.5,1\n", '\n', ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t before = strlen(rows[i].before), behind = strlen(rows[i].behind);
        size_t size = before + BLANKS + behind;
        char *text = malloc(size);
        ck_assert_ptr_nonnull(text);
        memcpy(text, rows[i].before, before);
        memset(text + before, rows[i].fill, BLANKS);
        memcpy(text + before + BLANKS, rows[i].behind, behind);
        is_too_empty(post_text(coding, rows[i].type, text, size));
        /* a quarter of it is not too much */
        size_t less = before + BLANKS / 4 - behind - before;
        memcpy(text + less, rows[i].behind, behind);
        const struct reply *reply = post_text(coding, rows[i].type, text, less + behind);
        ck_assert_msg(reply->status == 200, "%s", reply->body);
        free(text);
    }
}
END_TEST

/* The limit grows with the particles: 20,000 of them may take 200 bytes each, but not 1,000. */
START_TEST(the_limit_follows_the_particles)
{
    size_t size;
    char *text = spaced(20000, 200, &size);
    ck_assert_uint_gt(size, 3 << 20);
    const struct reply *reply = post_text(codings[_i], JSON, text, size);
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    free(text);
    text = spaced(20000, 1000, &size);
    is_too_empty(post_text(codings[_i], JSON, text, size));
    free(text);
}
END_TEST

/* Digits that carry data hardly compress: 1,000 bytes for each number are accepted. */
START_TEST(long_numbers)
{
    enum { COUNT = 3000, DIGITS = 1000 };
    char *text = malloc(3 * COUNT * (DIGITS + 8));
    ck_assert_ptr_nonnull(text);
    char *at = text + sprintf(text, "x,y,ang_vel\n");
    unsigned seed = 1;
    for (int i = 0; i < 3 * COUNT; i++) {
        at = stpcpy(at, "0.1");
        for (int d = 0; d < DIGITS; d++) {
            seed = seed * 1664525u + 1013904223u;
            *at++ = (char)('0' + (seed >> 16) % 10);
        }
        *at++ = i % 3 == 2 ? '\n' : ',';
    }
    const struct reply *reply = post_text(codings[_i], "text/csv", text, (size_t)(at - text));
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    free(text);
}
END_TEST

/* The decoder has freed its particles after an invalid one: the error is still that one. */
START_TEST(an_invalid_value_is_reported_instead)
{
    size_t size;
    char *text = spaced(20000, 200, &size);
    memcpy(strchr(text, '[') + 1, "[0.3,true,1]", 12);
    reply_is_problem(post_text(codings[_i], JSON, text, size), 422, "invalid-request");
    free(text);
}
END_TEST

/* --- responses ------------------------------------------------------------------------------ */

START_TEST(compressed_responses)
{
    const char *coding = codings[_i];
    static const int counts[] = {100, 8192, 30000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char *body = many(counts[i]), headers[64];
        int fd = raw_open(&server);
        snprintf(headers, sizeof headers, "Accept-Encoding: %s\r\n", coding);
        const struct reply *reply = post(fd, headers, body, strlen(body));
        ck_assert_int_eq(reply->status, 200);
        ck_assert_str_eq(reply_header(reply, "Content-Encoding"), coding);
        ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/json");
        struct bytes text = decompress_with(coding, reply->body, reply->size);
        ck_assert_uint_lt(reply->size, text.size);
        reply = post(fd, "", body, strlen(body));
        /* all bytes before the timing are the same */
        const char *timing = strstr(reply->body, ",\"timing\"");
        ck_assert_ptr_nonnull(timing);
        ck_assert_mem_eq(text.bytes, reply->body, (size_t)(timing - reply->body));
        json_t *root = json_loadb(text.bytes, text.size, 0, NULL);
        ck_assert(json_is_integer(json_object_get(json_object_get(root, "timing"), "threads")));
        json_decref(root);
        close(fd);
        free(text.bytes), free(body);
    }
}
END_TEST

START_TEST(choice_of_coding)
{
    static const struct {
        const char *accept, *coding; /* NULL: not compressed; "": status 406 */
    } rows[] = {
        {"gzip", "gzip"},
        {"zstd", "zstd"},
        {"gzip, deflate, br, zstd", "zstd"},
        {"gzip;q=1, zstd;q=0.9", "gzip"},
        {"GZIP", "gzip"},
        {"br", NULL},
        {"", NULL},
        {"*", NULL},
        {"identity", NULL},
        {"gzip;q=0", NULL},
        {"gzip;q=0.5, identity;q=0.8", NULL},
        {"gzip, identity;q=0.5", "gzip"},
        {"gzip, *;q=0", "gzip"},
        {"*, identity;q=0", "zstd"},
        {"gzip, identity;q=0", "gzip"},
        {"br\r\nAccept-Encoding: gzip", "gzip"},
        {"br\r\nAccept-Language: de\r\naccept-encoding: zstd;q=0.1, gzip", "gzip"},
        {"br, identity;q=0", ""},
        {"*;q=0", ""},
        /* a script in a browser can only send this */
        {"gzip, deflate, br, zstd\r\nCache-Control: no-transform", NULL},
        {"gzip\r\nCache-Control: no-store, No-Transform", NULL},
        {"gzip, identity;q=0\r\nCache-Control: no-transform", ""},
        {"gzip\r\nCache-Control: no-cache", "gzip"},
    };
    char *body = many(200);
    int fd = raw_open(&server);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char headers[128];
        snprintf(headers, sizeof headers, "Accept-Encoding: %s\r\n", rows[i].accept);
        const struct reply *reply = post(fd, headers, body, strlen(body));
        const char *coding = reply_header(reply, "Content-Encoding");
        if (rows[i].coding && !*rows[i].coding)
            reply_is_problem(reply, 406, "not-acceptable");
        else if (rows[i].coding)
            ck_assert_msg(coding && strcmp(coding, rows[i].coding) == 0, "%s", rows[i].accept);
        else
            ck_assert_msg(reply->status == 200 && !coding, "%s", rows[i].accept);
        /* a small response is not compressed, unless identity is refused; a problem never is */
        const char *end = strstr(rows[i].accept, ";q=0");
        const char *small = end && !end[4] && rows[i].coding ? rows[i].coding : "";
        reply = post(fd, headers, THREE_BODY, strlen(THREE_BODY));
        coding = reply_header(reply, "Content-Encoding");
        ck_assert_msg(strcmp(coding ? coding : "", small) == 0, "%s", rows[i].accept);
        reply = post(fd, headers, "{}", 2);
        ck_assert_ptr_null(reply_header(reply, "Content-Encoding"));
    }
    close(fd);
    free(body);
}
END_TEST

/* Frames are never compressed, in whatever format. A client that refuses uncompressed responses
 * gets none. */
START_TEST(frames_are_not_compressed)
{
    static const struct {
        const char *query, *type;
    } rows[] = {
        {"?frames=2", "application/json"},
        {"?times=0.1,0.2", "application/json"},
        {"?frames=2", "text/csv"},
        {"?frames=2", "application/x-npy"},
        {"?frames=1", "application/x-ndjson"},
        {"?frames=1", "image/svg+xml"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char target[64], accept[64];
        snprintf(target, sizeof target, "/simulate%s", rows[i].query);
        snprintf(accept, sizeof accept, "Accept: %s", rows[i].type);
        reply_is_problem(http(&server, "POST", target, THREE_BODY, accept,
                              "Accept-Encoding: gzip, zstd, identity;q=0", NULL),
                         406, "not-acceptable");
        const struct reply *reply = http(&server, "POST", target, THREE_BODY, accept,
                                         "Accept-Encoding: gzip, zstd, identity;q=0.1", NULL);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_ptr_null(reply_header(reply, "Content-Encoding"));
    }
}
END_TEST

/* When the client disconnects in the middle of the body, all memory is released. */
START_TEST(disconnecting_frees_memory)
{
    char *body = many(3000), headers[64];
    struct bytes compressed = compress_with(codings[_i], body, strlen(body));
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", codings[_i]);
    for (int i = 0; i < 10; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_sendf(fd,
                            "POST /simulate HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
                            headers, compressed.size));
        ck_assert(raw_send_bytes(fd, compressed.bytes, compressed.size / 11 * (size_t)(i + 1)));
        close(fd);
    }
    await_metric(&server, "particled_memory_used_bytes", 0);
    free(compressed.bytes), free(body);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/simulate/compression");
    TCase *tcase = suite_case(suite, "compression");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, compressed_bodies, 0, 2);
    tcase_add_loop_test(tcase, errors_inside, 0, 2);
    tcase_add_loop_test(tcase, bytes_without_data_are_limited, 0, 2);
    tcase_add_loop_test(tcase, the_limit_follows_the_particles, 0, 2);
    tcase_add_loop_test(tcase, long_numbers, 0, 2);
    tcase_add_loop_test(tcase, an_invalid_value_is_reported_instead, 0, 2);
    tcase_add_loop_test(tcase, compressed_responses, 0, 2);
    tcase_add_test(tcase, choice_of_coding);
    tcase_add_test(tcase, frames_are_not_compressed);
    tcase_add_loop_test(tcase, disconnecting_frees_memory, 0, 2);
    tcase = suite_case(suite, "limits");
    tcase_add_loop_test(tcase, the_decompressed_size_is_limited, 0, 2);
    tcase_add_loop_test(tcase, a_long_decompression_lets_others_run, 0, 2);
    return suite_run(suite);
}
