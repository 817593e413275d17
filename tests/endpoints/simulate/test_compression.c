/* Bodies and answers in gzip and zstd. They are made and read by the libraries themselves, not by
 * the code under test. */
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

struct string_builder {
    char *bytes;
    size_t size;
};

static struct string_builder pack(const char *coding, const char *bytes, size_t size)
{
    struct string_builder out = {malloc(size + 1000), 0};
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

static struct string_builder unpack(const char *coding, const char *bytes, size_t size)
{
    size_t room = 64 << 20;
    struct string_builder out = {malloc(room), 0};
    ck_assert_ptr_nonnull(out.bytes);
    if (strcmp(coding, "zstd") == 0) {
        out.size = ZSTD_decompress(out.bytes, room, bytes, size);
        ck_assert(!ZSTD_isError(out.size));
        return out;
    }
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes,
                  .avail_in = (uInt)size,
                  .next_out = (Bytef *)out.bytes,
                  .avail_out = (uInt)room};
    ck_assert_int_eq(inflateInit2(&z, 31), Z_OK);
    ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    inflateEnd(&z);
    return out;
}

/* --- requests ------------------------------------------------------------------------------- */

/* `count` triples. */
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

/* Posts bytes with headers, each ending in CRLF. */
static const struct reply *post(int fd, const char *headers, const char *bytes, size_t size)
{
    ck_assert(raw_sendf(fd, "POST /simulate HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
                        headers, size));
    ck_assert(raw_send_bytes(fd, bytes, size));
    return raw_read(fd);
}

static const char *const codings[] = {"gzip", "zstd"};

START_TEST(packed_bodies)
{
    const char *coding = codings[_i];
    char *body = many(3000), headers[64];
    int fd = raw_open(&server);
    const struct reply *reply = post(fd, "", body, strlen(body));
    ck_assert_int_eq(reply->status, 200);
    double x = reply_number(reply, "/particles/2999/0");
    struct string_builder packed = pack(coding, body, strlen(body));
    ck_assert_uint_lt(packed.size, strlen(body) / 2);
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", coding);
    reply = post(fd, headers, packed.bytes, packed.size);
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), 3000);
    ck_assert_double_eq(reply_number(reply, "/particles/2999/0"), x);
    ck_assert_ptr_null(reply_header(reply, "Content-Encoding"));
    /* in chunks of one byte each */
    struct string_builder small = pack(coding, THREE_BODY, strlen(THREE_BODY));
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
    free(small.bytes), free(packed.bytes), free(body);
}
END_TEST

/* Faults of the text inside are told as those of a plain body. */
START_TEST(faults_inside)
{
    static const char text[] = "{\"particles\":[[0.3,0.5,1],\n[0.1]]}";
    struct string_builder packed = pack(codings[_i], text, strlen(text));
    char headers[64];
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", codings[_i]);
    int fd = raw_open(&server);
    reply_is_problem(post(fd, headers, packed.bytes, packed.size), 422, "invalid-request");
    free(packed.bytes);
    packed = pack(codings[_i], text, strlen(text) - 1);
    const struct reply *reply = post(fd, headers, packed.bytes, packed.size);
    reply_is_problem(reply, 400, "malformed-body");
    ck_assert_int_eq((int)reply_number(reply, "/line"), 2);
    ck_assert_int_eq((int)reply_number(reply, "/byte"), (int)strlen(text) - 1);
    /* cut off, empty, and something else */
    for (size_t size = 0; size < packed.size; size += 7) {
        reply = post(fd, headers, packed.bytes, size);
        reply_is_problem(reply, 400, "malformed-body");
        ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "Content-Encoding"));
    }
    reply_is_problem(post(fd, headers, THREE_BODY, strlen(THREE_BODY)), 400, "malformed-body");
    ck_assert_int_eq(post(fd, "", THREE_BODY, strlen(THREE_BODY))->status, 200);
    close(fd);
    free(packed.bytes);
}
END_TEST

/* What is unpacked counts, not what was sent; and no more than the limit is held. */
START_TEST(bombs)
{
    daemon_start(&server, "--max-body", "1M", NULL);
    size_t size = (size_t)50 << 20;
    char *text = malloc(size), headers[64];
    memset(text, ' ', size);
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", codings[_i]);
    struct string_builder packed = pack(codings[_i], text, size);
    ck_assert_uint_lt(packed.size, 1 << 20);
    int fd = raw_open(&server);
    const struct reply *reply = post(fd, headers, packed.bytes, packed.size);
    reply_is_problem(reply, 413, "body-too-large");
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    close(fd);
    free(packed.bytes);
    /* the limit itself */
    memcpy(text, THREE_BODY, strlen(THREE_BODY));
    for (size_t over = 0; over < 2; over++) {
        fd = raw_open(&server);
        packed = pack(codings[_i], text, (1 << 20) + over);
        reply = post(fd, headers, packed.bytes, packed.size);
        ck_assert_int_eq(reply->status, over ? 413 : 200);
        close(fd);
        free(packed.bytes);
    }
    free(text);
    daemon_finish(&server);
}
END_TEST

/* A body that takes many turns to unpack, whole and in chunks: nothing of it is lost, and
 * the thread also has an answer for another connection. */
START_TEST(turns)
{
    daemon_start(&server, "--io-threads", "1", NULL);
    size_t size = (size_t)50 << 20, length = strlen(THREE_BODY);
    char *text = malloc(size), headers[64];
    memset(text, ' ', size);
    memcpy(text, THREE_BODY, length - 1);
    text[size - 1] = THREE_BODY[length - 1];
    struct string_builder packed = pack(codings[_i], text, size);
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", codings[_i]);
    int fd = raw_open(&server);
    for (int again = 0; again < 2; again++) {
        const struct reply *reply = post(fd, headers, packed.bytes, packed.size);
        ck_assert_msg(reply->status == 200, "%s", reply->body);
        ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), 3);
    }
    ck_assert(raw_sendf(fd,
                        "POST /simulate HTTP/1.1\r\nHost: x\r\n%sTransfer-Encoding: chunked\r\n"
                        "\r\n%zx\r\n",
                        headers, packed.size));
    ck_assert(raw_send_bytes(fd, packed.bytes, packed.size));
    ck_assert(raw_send(fd, "\r\n0\r\n\r\n"));
    ck_assert_int_eq(http(&server, "GET", "/livez", NULL, NULL)->status, 200);
    const struct reply *reply = raw_read(fd);
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), 3);
    close(fd);
    await_metric(&server, "particled_http_received_body_bytes_total", 3.0 * (double)packed.size);
    free(packed.bytes), free(text);
    daemon_finish(&server);
}
END_TEST

START_TEST(packed_answers)
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
        struct string_builder text = unpack(coding, reply->body, reply->size);
        ck_assert_uint_lt(reply->size, text.size);
        reply = post(fd, "", body, strlen(body));
        /* the particles and what follows up to the timing are the same bytes */
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
        const char *accept, *coding; /* NULL: as it is; "": none */
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
        /* what a script in a browser can say */
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
        /* a small answer is sent as it is, unless that is refused; a problem in any case */
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

/* Leaving in the middle of the body frees all that decompression held. */
START_TEST(left_midway)
{
    char *body = many(3000), headers[64];
    struct string_builder packed = pack(codings[_i], body, strlen(body));
    snprintf(headers, sizeof headers, "Content-Encoding: %s\r\n", codings[_i]);
    for (int i = 0; i < 10; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_sendf(fd,
                            "POST /simulate HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
                            headers, packed.size));
        ck_assert(raw_send_bytes(fd, packed.bytes, packed.size / 11 * (size_t)(i + 1)));
        close(fd);
    }
    await_metric(&server, "particled_memory_used_bytes", 0);
    free(packed.bytes), free(body);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/compression");
    TCase *tcase = suite_case(suite, "compression");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, packed_bodies, 0, 2);
    tcase_add_loop_test(tcase, faults_inside, 0, 2);
    tcase_add_loop_test(tcase, packed_answers, 0, 2);
    tcase_add_test(tcase, choice_of_coding);
    tcase_add_loop_test(tcase, left_midway, 0, 2);
    tcase = suite_case(suite, "limits");
    tcase_add_loop_test(tcase, bombs, 0, 2);
    tcase_add_loop_test(tcase, turns, 0, 2);
    return suite_run(suite);
}
