#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../suite.h"
#include "base/log.h"

/* stderr is a datagram socket, so each write() is one datagram. */
static int reader = -1, original = -1;

static void setup(void)
{
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    reader = pair[0];
    original = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(pair[1], STDERR_FILENO), 0);
    close(pair[1]);
}

static void teardown(void)
{
    dup2(original, STDERR_FILENO);
    close(original);
    close(reader);
}

/* The line just read, without its newline. */
static char line[2 * LOG_LINE_MAX];

/* Reads the next line, if there is one. */
static bool read_line(void)
{
    ssize_t length = recv(reader, line, sizeof line - 1, MSG_DONTWAIT);
    if (length < 0)
        return false;
    ck_assert_int_gt(length, 0);
    ck_assert_int_le(length, LOG_LINE_MAX);
    ck_assert_int_eq(line[length - 1], '\n');
    line[length - 1] = '\0';
    ck_assert_uint_eq(strlen(line), (size_t)length - 1);
    const char *c = line;
    while (*c >= 0x20 && *c < 0x7f)
        c++;
    ck_assert_msg(*c == '\0', "byte %d in a line", *c);
    return true;
}

/* Reads the next line as JSON. The caller frees the object. */
static json_t *json_line(void)
{
    ck_assert(read_line());
    json_error_t error;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(json_is_object(object), "%s in: %s", error.text, line);
    return object;
}

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    ck_assert_msg(text != NULL, "%s in: %s", name, line);
    return text;
}

/* 2024-05-06T07:08:09.123Z */
static void check_time(const char *text)
{
    static const char pattern[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    ck_assert_uint_ge(strlen(text), strlen(pattern));
    for (size_t i = 0; pattern[i]; i++)
        ck_assert_msg(pattern[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == pattern[i],
                      "%s", text);
}

START_TEST(levels_are_filtered)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (int shown = LOG_LEVEL_ERROR; shown <= LOG_LEVEL_DEBUG; shown++) {
        log_configure((enum log_level)shown, LOG_FORMAT_JSON);
        log_error("number %d", 0);
        log_warning("number %d", 1);
        log_info("number %d", 2);
        log_debug("number %d", 3);
        for (int level = 0; level <= shown; level++) {
            char expected[16];
            snprintf(expected, sizeof expected, "number %d", level);
            json_t *object = json_line();
            ck_assert_uint_eq(json_object_size(object), 3);
            check_time(member(object, "time"));
            ck_assert_str_eq(member(object, "level"), names[level]);
            ck_assert_str_eq(member(object, "message"), expected);
            json_decref(object);
        }
        ck_assert(!read_line());
    }
}
END_TEST

START_TEST(text_message)
{
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_warning("cannot open \"%s\": %d", "/tmp/a", 13);
    ck_assert(read_line());
    check_time(line);
    ck_assert_str_eq(line + 24, " warning cannot open \"/tmp/a\": 13");
    log_debug("not shown");
    ck_assert(!read_line());
}
END_TEST

START_TEST(hostile_message_stays_one_line)
{
    static const char hostile[] = "a\nb\r\x1b[31m\t\"\\ \x7f\xc3\xa9\xff";
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info("%s", hostile);
    ck_assert(read_line());
    ck_assert_str_eq(line + 24, " info a\\u000ab\\u000d\\u001b[31m\\u0009\"\\\\ "
                                "\\u007f\\u00c3\\u00a9\\u00ff");
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    log_info("%s", hostile);
    json_t *object = json_line();
    ck_assert_str_eq(member(object, "message"),
                     "a\nb\r\x1b[31m\t\"\\ \x7f\xc3\x83\xc2\xa9\xc3\xbf");
    json_decref(object);
}
END_TEST

static struct log_access ordinary_access(void)
{
    return (struct log_access){.peer = "192.0.2.7",
                               .method = "POST",
                               .target = "/simulate?dt=1",
                               .agent = "curl/8 \"x\"",
                               .status = 200,
                               .received_bytes = 123,
                               .sent_bytes = 4567,
                               .duration_ns = 1234567};
}

START_TEST(request)
{
    struct log_access access = ordinary_access();
    log_configure(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT); /* requests are logged at every level */
    log_request(&access);
    ck_assert(read_line());
    check_time(line);
    ck_assert_str_eq(line + 24, " access 192.0.2.7 200 1.235ms in=123 out=4567 \"POST\" "
                                "\"/simulate?dt=1\" \"curl/8 \\\"x\\\"\"");

    log_configure(LOG_LEVEL_ERROR, LOG_FORMAT_JSON);
    log_request(&access);
    json_t *object = json_line();
    check_time(member(object, "time"));
    ck_assert_str_eq(member(object, "level"), "access");
    ck_assert_str_eq(member(object, "peer"), "192.0.2.7");
    ck_assert_str_eq(member(object, "method"), "POST");
    ck_assert_str_eq(member(object, "target"), "/simulate?dt=1");
    ck_assert_str_eq(member(object, "user_agent"), "curl/8 \"x\"");
    ck_assert_int_eq(json_integer_value(json_object_get(object, "status")), 200);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "received_bytes")), 123);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "sent_bytes")), 4567);
    ck_assert_double_eq(json_real_value(json_object_get(object, "duration_s")), 0.001235);
    ck_assert_uint_eq(json_object_size(object), 10);
    json_decref(object);
}
END_TEST

/* Returns a string of `length` equal characters. */
static const char *repeat(char c, size_t length)
{
    static char texts[4][3 * LOG_LINE_MAX];
    static unsigned used;
    char *text = texts[used++ % 4];
    ck_assert_uint_lt(length, sizeof texts[0]);
    memset(text, c, length);
    text[length] = '\0';
    return text;
}

/* A field is truncated if and only if it is longer than its limit. */
START_TEST(fields_are_truncated_at_their_limits)
{
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    for (size_t excess = 0; excess <= 1; excess++) {
        struct log_access access = ordinary_access();
        access.peer = repeat('p', 100 + excess);
        access.method = repeat('m', 100 + excess);
        access.target = repeat('t', 1000 + excess);
        access.agent = repeat('a', 300 + excess);
        log_request(&access);
        json_t *object = json_line();
        ck_assert_uint_eq(strlen(member(object, "peer")), 100);
        ck_assert_uint_eq(strlen(member(object, "method")), 100);
        ck_assert_uint_eq(strlen(member(object, "target")), 1000);
        ck_assert_uint_eq(strlen(member(object, "user_agent")), 300);
        json_decref(object);

        log_info("%s", repeat('x', 1800 + excess));
        object = json_line();
        ck_assert_uint_eq(strlen(member(object, "message")), 1800);
        json_decref(object);
    }
}
END_TEST

/* Uses lengths around every limit, bytes whose escapes have two or six characters, and the longest
 * numbers. An escape is never cut in two, and no member after a long one is missing. */
START_TEST(lines_of_any_length_are_valid)
{
    static const char bytes[] = {'a', '"', '\\', '\n', '\x01', '\x7f', '\xff'};
    for (int format = LOG_FORMAT_TEXT; format <= LOG_FORMAT_JSON; format++)
        for (size_t k = 0; k < sizeof bytes; k++)
            for (size_t length = 0; length < 5000; length += length < 1100 ? 1 : 97) {
                log_configure(LOG_LEVEL_INFO, (enum log_format)format);
                const char *text = repeat(bytes[k], length);
                log_info("%s", text);
                json_t *object = format == LOG_FORMAT_JSON ? json_line() : NULL;
                ck_assert(object ? json_object_size(object) == 3 : read_line());
                json_decref(object);
                struct log_access access = {text,       text,       text,      text,
                                            UINT32_MAX, UINT64_MAX, INT64_MAX, INT64_MAX};
                access.received_bytes = INT64_MAX; /* as large as jansson's integers */
                log_request(&access);
                object = format == LOG_FORMAT_JSON ? json_line() : NULL;
                ck_assert(object ? json_object_size(object) == 10 : read_line());
                ck_assert(object || line[strlen(line) - 1] == '"');
                json_decref(object);
            }
    ck_assert(!read_line());
}
END_TEST

START_TEST(the_last_escape_is_complete)
{
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info("%s", repeat('\n', 5000));
    ck_assert(read_line());
    ck_assert_str_eq(line + strlen(line) - 12, "\\u000a\\u000a");
}
END_TEST

#define THREADS 4
#define LINES 500

static void *log_often(void *argument)
{
    for (int i = 0; i < LINES; i++)
        log_info("%s", (const char *)argument);
    return NULL;
}

START_TEST(lines_of_threads_do_not_mix)
{
    static char texts[THREADS][1500];
    pthread_t threads[THREADS];
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    for (size_t i = 0; i < THREADS; i++) {
        memset(texts[i], 'a' + (int)i, sizeof texts[i] - 1);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, log_often, texts[i]), 0);
    }
    unsigned counts[THREADS] = {0};
    for (int received = 0; received < THREADS * LINES;) {
        if (!read_line())
            continue;
        received++;
        json_t *object = json_loads(line, 0, NULL);
        const char *message = member(object, "message");
        size_t which = (size_t)(message[0] - 'a');
        ck_assert_uint_lt(which, THREADS);
        ck_assert_str_eq(message, texts[which]);
        counts[which]++;
        json_decref(object);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_uint_eq(counts[i], LINES);
    }
}
END_TEST

START_TEST(closed_stderr_is_ignored)
{
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    close(STDERR_FILENO);
    log_info("lost");
    ck_assert(!read_line());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/log");
    TCase *tcase = suite_case(suite, "log");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, levels_are_filtered);
    tcase_add_test(tcase, text_message);
    tcase_add_test(tcase, hostile_message_stays_one_line);
    tcase_add_test(tcase, request);
    tcase_add_test(tcase, fields_are_truncated_at_their_limits);
    tcase_add_test(tcase, lines_of_any_length_are_valid);
    tcase_add_test(tcase, the_last_escape_is_complete);
    tcase_add_test(tcase, lines_of_threads_do_not_mix);
    tcase_add_test(tcase, closed_stderr_is_ignored);
    return suite_run(suite);
}
