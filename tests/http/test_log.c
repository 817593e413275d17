/* The access log in both formats, also with clients that try to inject text into it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness/harness.h"

/* The longest line, as in src/base/log.h. */
#define LINE_MAX_BYTES 2048

static struct daemon server;

/* Makes requests of all kinds; all their lines are in the log when this returns. */
static void make_requests(void)
{
    static const char hostile[] = "evil\t[31m \"quoted\" back\\slash \xff\xfe \xc3\xa9 {\"a\":1}";
    int fd = raw_open(&server);
    ck_assert(raw_sendf(
        fd, "GET /livez?a=%%22&b=\"\\ HTTP/1.1\r\nHost: x\r\nUser-Agent: %s\r\n\r\n", hostile));
    raw_read(fd);
    /* longer than any line */
    char text[6000];
    memset(text, 'u', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(raw_sendf(fd, "GET /%s HTTP/1.1\r\nHost: x\r\nUser-Agent: %s\r\n\r\n", text, text));
    raw_read(fd);
    memset(text, '"', sizeof text - 1);
    ck_assert(raw_sendf(fd, "BREW%s /livez HTTP/1.1\r\nHost: x\r\nUser-Agent: %s\r\n\r\n",
                        "XXXXXXXXXXXXXXXXXXX", text));
    raw_read(fd);
    ck_assert(raw_sendf(fd, "POST /simulate HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(THREE_BODY), THREE_BODY));
    raw_read(fd);
    ck_assert(raw_send(fd, "POST /simulate HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"));
    await_metric(&server, "particled_requests_in_flight", 2);
    close(fd); /* disconnects: 499 */
    await_requests_done(&server, "/simulate", 499, 1);
    await_metric(&server, "particled_requests_in_flight", 1);
}

/* Calls `check` for each line about a request of make_requests; returns the number of lines. */
static int each_line(void (*check)(const char *line, int index), const char *mark)
{
    int count = 0;
    for (const char *at = daemon_log(&server); *at; at += strcspn(at, "\n") + 1) {
        char line[LINE_MAX_BYTES + 1];
        size_t length = strcspn(at, "\n");
        ck_assert_uint_lt(length, sizeof line);
        memcpy(line, at, length);
        line[length] = '\0';
        for (const char *c = line; *c; c++)
            ck_assert_msg(isprint((unsigned char)*c), "byte %d in the log", *c);
        if (strstr(line, mark) && !strstr(line, "/metrics"))
            check(line, count++);
    }
    return count;
}

static const int expected_status[] = {200, 404, 405, 200, 499};

static void check_json(const char *line, int index)
{
    json_error_t error;
    json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root, "%s: %s", error.text, line);
    ck_assert_int_eq((int)json_integer_value(json_object_get(root, "status")),
                     expected_status[index]);
    ck_assert(json_is_string(json_object_get(root, "time")));
    ck_assert_double_gt(json_number_value(json_object_get(root, "duration_s")), 0);
    const char *connection = json_string_value(json_object_get(root, "peer"));
    ck_assert_int_eq(strncmp(connection, "127.0.0.1:", 10), 0);
    const char *agent = json_string_value(json_object_get(root, "user_agent"));
    const char *target = json_string_value(json_object_get(root, "target"));
    if (index == 0) {
        ck_assert_int_eq(strncmp(agent, "evil\t[31m \"quoted\" back\\slash ", 29), 0);
        ck_assert_ptr_nonnull(strstr(agent, " {\"a\":1}"));
        ck_assert_str_eq(target, "/livez?a=%22&b=\"\\");
    }
    if (index == 3) {
        ck_assert_str_eq(json_string_value(json_object_get(root, "method")), "POST");
        ck_assert_int_eq((int)json_integer_value(json_object_get(root, "received_bytes")),
                         (int)strlen(THREE_BODY));
        ck_assert_int_gt((int)json_integer_value(json_object_get(root, "sent_bytes")), 100);
        ck_assert_str_eq(agent, "");
    }
    json_decref(root);
}

START_TEST(json_lines)
{
    daemon_start(&server, "--access-log", "on", "--log-format", "json", NULL);
    make_requests();
    ck_assert_int_eq(each_line(check_json, "\"level\":\"access\""), 5);
    daemon_finish(&server);
}
END_TEST

static void check_text(const char *line, int index)
{
    char part[64];
    snprintf(part, sizeof part, " %d ", expected_status[index]);
    ck_assert_msg(strstr(line, part), "%s", line);
    ck_assert_msg(strstr(line, " access 127.0.0.1:"), "%s", line);
    if (index == 0)
        ck_assert_msg(strstr(line, "\"GET\" \"/livez?a=%22&b=\\\"\\\\\" "
                                   "\"evil\\u0009[31m \\\"quoted\\\" back\\\\slash "),
                      "%s", line);
}

START_TEST(text_lines)
{
    daemon_start(&server, "--access-log", "on", NULL);
    make_requests();
    ck_assert_int_eq(each_line(check_text, " access "), 5);
    daemon_finish(&server);
}
END_TEST

START_TEST(off_by_default)
{
    daemon_start(&server, NULL);
    http_simulate(&server, THREE_BODY);
    ck_assert_ptr_null(strstr(daemon_log(&server), "simulate"));
    daemon_finish(&server);
}
END_TEST

static void check_any_json(const char *line, int index)
{
    (void)index;
    json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(root, "%s", line);
    ck_assert(json_is_string(json_object_get(root, "message")));
    json_decref(root);
}

START_TEST(messages_are_json)
{
    daemon_start(&server, "--log-format", "json", "--log-level", "debug", NULL);
    int fd = raw_open(&server);
    raw_send(fd, "nonsense\r\n\r\n"); /* libmicrohttpd logs a message */
    raw_is_closed(fd);
    close(fd);
    ck_assert_int_ge(each_line(check_any_json, "{"), 1);
    daemon_finish(&server);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/log");
    TCase *tcase = suite_case(suite, "log");
    tcase_add_test(tcase, json_lines);
    tcase_add_test(tcase, text_lines);
    tcase_add_test(tcase, off_by_default);
    tcase_add_test(tcase, messages_are_json);
    return suite_run(suite);
}
