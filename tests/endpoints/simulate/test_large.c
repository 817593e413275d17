/* Large answers, which are written while they are sent. The particles are at rest, so that what
 * must come back is known to the byte. */
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

/* The particles as text, in the shape of their index or as CSV; allocated. */
enum { OBJECTS, TRIPLES, COLUMNS, CSV, MEDIA_TYPES };

static char *put_column(char *out, const char *name, int count, const char *format)
{
    out += sprintf(out, "\"%s\":[", name);
    for (int i = 0; i < count; i++) {
        double value = *format == 'x' ? i + 0.5 : *format == 'y' ? -1.25 : 0;
        out += sprintf(out, "%s%.10g", i ? "," : "", value);
    }
    return out + sprintf(out, "]");
}

static char *particles(int form, int count)
{
    char *text = malloc((size_t)count * 60 + 100), *out = text;
    ck_assert_ptr_nonnull(text);
    if (form == COLUMNS) {
        *out++ = '{';
        out = put_column(out, "x", count, "x");
        *out++ = ',';
        out = put_column(out, "y", count, "y");
        *out++ = ',';
        out = put_column(out, "ang_vel", count, "0");
        strcpy(out, "}");
        return text;
    }
    out += sprintf(out, form == CSV ? "x,y,ang_vel\n" : "[");
    for (int i = 0; i < count; i++) {
        const char *comma = i ? "," : "";
        if (form == OBJECTS)
            out += sprintf(out, "%s{\"x\":%.10g,\"y\":-1.25,\"ang_vel\":0}", comma, i + 0.5);
        else if (form == TRIPLES)
            out += sprintf(out, "%s[%.10g,-1.25,0]", comma, i + 0.5);
        else
            out += sprintf(out, "%.10g,-1.25,0\n", i + 0.5);
    }
    strcpy(out, form == CSV ? "" : "]");
    return text;
}

static char *request_body(int form, const char *text)
{
    char *body = malloc(strlen(text) + 32);
    ck_assert_ptr_nonnull(body);
    sprintf(body, form == CSV ? "%s" : "{\"particles\":%s}", text);
    return body;
}

static void send_request(int fd, const char *version, int form, const char *body)
{
    static const char *const headers[] = {
        [CSV] = "Content-Type: text/csv\r\nAccept: text/csv\r\n",
        [OBJECTS] = "",
        [TRIPLES] = "",
        [COLUMNS] = "",
    };
    ck_assert(raw_sendf(fd, "POST /simulate HTTP/%s\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
                        version, headers[form], strlen(body)));
    ck_assert(raw_send(fd, body));
}

static void check_answer(const struct reply *reply, int form, const char *text)
{
    ck_assert_int_eq(reply->status, 200);
    const char *at = reply->body;
    if (form != CSV) {
        ck_assert_int_eq(strncmp(at, "{\"particles\":", 13), 0);
        at += 13;
    }
    ck_assert_mem_eq(at, text, strlen(text));
    if (form == CSV) {
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

/* On both sides of the size from which on they are not one buffer. */
START_TEST(every_form)
{
    static const int counts[] = {9000, 14000, 28000, 60000};
    int fd = raw_open(&server), chunked = 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char *text = particles(_i, counts[i]), *body = request_body(_i, text);
        send_request(fd, "1.1", _i, body);
        const struct reply *reply = raw_read(fd);
        check_answer(reply, _i, text);
        chunked += reply_header(reply, "Transfer-Encoding") != NULL;
        free(body), free(text);
    }
    ck_assert_int_ge(chunked, 1);
    ck_assert_int_le(chunked, 3);
    close(fd);
}
END_TEST

/* HTTP/1.0 knows no chunks: the end of the connection is the end of the answer. */
START_TEST(http_1_0)
{
    char *text = particles(OBJECTS, 50000), *body = request_body(OBJECTS, text);
    int fd = raw_open(&server);
    send_request(fd, "1.0", OBJECTS, body);
    const char *all = raw_read_all(fd);
    ck_assert_ptr_null(strstr(all, "chunked"));
    const char *answer = strstr(all, "\r\n\r\n");
    ck_assert_ptr_nonnull(answer);
    ck_assert_mem_eq(answer + 4 + 13, text, strlen(text));
    ck_assert_str_eq(all + strlen(all) - 3, "}}\n");
    close(fd);
    free(body), free(text);
}
END_TEST

/* Whoever does not read holds the columns of his particles, and nothing else: neither a thread nor
 * the text. */
START_TEST(slow_readers_hold_up_nobody)
{
    enum { READERS = 8, COUNT = 150000, CAPACITY = 262144, WINDOW = 256 << 10 };
    char *text = particles(OBJECTS, COUNT), *body = request_body(OBJECTS, text);
    int fds[READERS];
    for (int i = 0; i < READERS; i++) {
        fds[i] = raw_open(&server);
        /* The answer is longer than what the kernel may take of it: this, and 4 MiB to send. */
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
    check_answer(raw_read(fds[0]), OBJECTS, text);
    send_request(fds[0], "1.1", OBJECTS, body); /* the connection is still good */
    check_answer(raw_read(fds[0]), OBJECTS, text);
    for (int i = 0; i < READERS; i++)
        close(fds[i]); /* the others leave */
    await_metric(&server, "particled_memory_used_bytes", 0);
    free(body), free(text);
}
END_TEST

START_TEST(drain_lets_them_finish)
{
    char *text = particles(TRIPLES, 200000), *body = request_body(TRIPLES, text);
    int fd = raw_open(&server);
    send_request(fd, "1.1", TRIPLES, body);
    await_metric(&server, "particled_particles_total{method=\"closed_form\"}", 200000);
    kill(server.pid, SIGTERM);
    check_answer(raw_read(fd), TRIPLES, text);
    ck_assert(raw_is_closed(fd));
    ck_assert_int_eq(daemon_wait(&server), 0);
    close(fd);
    free(body), free(text);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/large");
    TCase *tcase = suite_case(suite, "large");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, every_form, 0, MEDIA_TYPES);
    tcase_add_test(tcase, http_1_0);
    tcase_add_test(tcase, slow_readers_hold_up_nobody);
    tcase = suite_case(suite, "drain");
    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, drain_lets_them_finish);
    return suite_run(suite);
}
