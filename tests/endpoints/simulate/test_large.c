/* Large responses, which are written while they are sent. The particles do not move, so that every
 * byte of the response is known. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../harness/harness.h"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, "--io-threads", "1", "--workers", "1", NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* The formats of the particles; the first three are shapes of JSON. */
enum { OBJECTS, TRIPLES, COLUMNS, CSV, FORMATS };

static char *put_column(char *out, const char *name, int count, const char *format)
{
    out += sprintf(out, "\"%s\":[", name);
    for (int i = 0; i < count; i++) {
        double value = *format == 'x' ? i + 0.5 : *format == 'y' ? -1.25 : 0;
        out += sprintf(out, "%s%.10g", i ? "," : "", value);
    }
    return out + sprintf(out, "]");
}

/* The particles as text; allocated. */
static char *particles(int format, int count)
{
    char *text = malloc((size_t)count * 60 + 100), *out = text;
    ck_assert_ptr_nonnull(text);
    if (format == COLUMNS) {
        *out++ = '{';
        out = put_column(out, "x", count, "x");
        *out++ = ',';
        out = put_column(out, "y", count, "y");
        *out++ = ',';
        out = put_column(out, "ang_vel", count, "0");
        strcpy(out, "}");
        return text;
    }
    out += sprintf(out, format == CSV ? "x,y,ang_vel\n" : "[");
    for (int i = 0; i < count; i++) {
        const char *comma = i ? "," : "";
        if (format == OBJECTS)
            out += sprintf(out, "%s{\"x\":%.10g,\"y\":-1.25,\"ang_vel\":0}", comma, i + 0.5);
        else if (format == TRIPLES)
            out += sprintf(out, "%s[%.10g,-1.25,0]", comma, i + 0.5);
        else
            out += sprintf(out, "%.10g,-1.25,0\n", i + 0.5);
    }
    strcpy(out, format == CSV ? "" : "]");
    return text;
}

static char *request_body(int format, const char *text)
{
    char *body = malloc(strlen(text) + 32);
    ck_assert_ptr_nonnull(body);
    sprintf(body, format == CSV ? "%s" : "{\"particles\":%s}", text);
    return body;
}

static void send_request(int fd, const char *version, int format, const char *body)
{
    static const char *const headers[] = {
        [CSV] = "Content-Type: text/csv\r\nAccept: text/csv\r\n",
        [OBJECTS] = "",
        [TRIPLES] = "",
        [COLUMNS] = "",
    };
    ck_assert(raw_sendf(fd, "POST /simulate HTTP/%s\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
                        version, headers[format], strlen(body)));
    ck_assert(raw_send(fd, body));
}

static void check_response(const struct reply *reply, int format, const char *text)
{
    ck_assert_int_eq(reply->status, 200);
    const char *at = reply->body;
    if (format != CSV) {
        ck_assert_int_eq(strncmp(at, "{\"particles\":", 13), 0);
        at += 13;
    }
    ck_assert_mem_eq(at, text, strlen(text));
    if (format == CSV) {
        ck_assert_uint_eq(reply->size, strlen(text));
        ck_assert_str_eq(reply_header(reply, "Particled-Method"), "closed_form");
        ck_assert_str_eq(reply_header(reply, "Particled-Steps"), "10000");
    } else {
        ck_assert_double_gt(reply_number(reply, "/timing/serialize_s"), 0);
        ck_assert_double_ge(reply_number(reply, "/timing/total_s"),
                            reply_number(reply, "/timing/serialize_s"));
        ck_assert_str_eq(reply_text(reply, "/method"), "closed_form");
    }
    ck_assert_ptr_nonnull(reply_header(reply, "Server-Timing"));
}

/* Sizes below and above the limit for a single buffer. */
START_TEST(every_format)
{
    static const int counts[] = {9000, 14000, 28000, 60000};
    int fd = raw_open(&server), chunked = 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char *text = particles(_i, counts[i]), *body = request_body(_i, text);
        send_request(fd, "1.1", _i, body);
        const struct reply *reply = raw_read(fd);
        check_response(reply, _i, text);
        chunked += reply_header(reply, "Transfer-Encoding") != NULL;
        free(body), free(text);
    }
    ck_assert_int_ge(chunked, 1);
    ck_assert_int_le(chunked, 3);
    close(fd);
}
END_TEST

/* HTTP/1.0 has no chunks: the connection ends with the response. */
START_TEST(http_1_0)
{
    char *text = particles(OBJECTS, 50000), *body = request_body(OBJECTS, text);
    int fd = raw_open(&server);
    send_request(fd, "1.0", OBJECTS, body);
    const char *all = raw_read_all(fd);
    ck_assert_ptr_null(strstr(all, "chunked"));
    const char *body_start = strstr(all, "\r\n\r\n");
    ck_assert_ptr_nonnull(body_start);
    ck_assert_mem_eq(body_start + 4 + 13, text, strlen(text));
    ck_assert_str_eq(all + strlen(all) - 3, "}}\n");
    close(fd);
    free(body), free(text);
}
END_TEST

/* A response that is not read holds only the columns of its particles: no thread, and not the text.
 */
START_TEST(slow_readers_do_not_block_others)
{
    enum { READERS = 8, COUNT = 150000, CAPACITY = 262144, WINDOW = 256 << 10 };
    char *text = particles(OBJECTS, COUNT), *body = request_body(OBJECTS, text);
    int fds[READERS];
    for (int i = 0; i < READERS; i++) {
        fds[i] = raw_open(&server);
        /* The response is longer than the buffers of the kernel: this one and 4 MiB to send. */
        ck_assert_int_eq(setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &(int){WINDOW}, sizeof(int)), 0);
        send_request(fds[i], "1.1", OBJECTS, body);
    }
    await_metric(&server, "particled_particles_total{method=\"closed_form\"}", READERS * COUNT);
    await_metric(&server, "particled_workers_busy", 0);
    await_metric(&server, "particled_memory_used_bytes", (double)READERS * CAPACITY * 24);
    for (int i = 0; i < 20; i++) /* one request for the I/O thread, one for the worker */
        ck_assert_int_eq(
            http_simulate(&server,
                          i % 2 ? THREE_BODY : "{\"particles\":[[1,2,3]],\"method\":\"euler\"}")
                ->status,
            200);
    check_response(raw_read(fds[0]), OBJECTS, text);
    send_request(fds[0], "1.1", OBJECTS, body); /* the connection stays usable */
    check_response(raw_read(fds[0]), OBJECTS, text);
    for (int i = 0; i < READERS; i++)
        close(fds[i]); /* the others disconnect */
    await_metric(&server, "particled_memory_used_bytes", 0);
    free(body), free(text);
}
END_TEST

START_TEST(a_drain_completes_them)
{
    char *text = particles(TRIPLES, 200000), *body = request_body(TRIPLES, text);
    int fd = raw_open(&server);
    send_request(fd, "1.1", TRIPLES, body);
    await_metric(&server, "particled_particles_total{method=\"closed_form\"}", 200000);
    kill(server.pid, SIGTERM);
    check_response(raw_read(fd), TRIPLES, text);
    ck_assert(raw_is_closed(fd));
    ck_assert_int_eq(daemon_wait(&server), 0);
    close(fd);
    free(body), free(text);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/simulate/large");
    TCase *tcase = suite_case(suite, "large");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, every_format, 0, FORMATS);
    tcase_add_test(tcase, http_1_0);
    tcase_add_test(tcase, slow_readers_do_not_block_others);
    tcase = suite_case(suite, "drain");
    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, a_drain_completes_them);
    return suite_run(suite);
}
