/* The check of the header section, on heads that a model of libmicrohttpd has divided. */
#include "http/message/header_block.h"

#include <stdio.h>
#include <string.h>

#include "../../suite.h"
#include "parsed_head.h"

#define LINE "GET /livez HTTP/1.1\r\n"
#define BYTES(text) text, sizeof(text) - 1

/* What is wrong with the head; "" when the library refuses it or the head is incomplete. */
static const char *check(const char *raw, size_t size)
{
    struct parsed_head head;
    const char *error = parsed_head_read(&head, raw, size) ? parsed_head_check(&head) : "";
    parsed_head_free(&head);
    return error;
}

struct head {
    const char *bytes;
    size_t size;
};

START_TEST(valid_heads)
{
    static const struct head heads[] = {
        {BYTES(LINE "\r\n")},
        {BYTES(LINE "Host: x\r\n\r\n")},
        {BYTES(LINE "Host: x\r\nX-Test: a b\r\nX-More: \tc\t\r\n\r\n")},
        {BYTES(LINE "A:\r\nB: \r\nC:\t \r\n\r\n")},
        {BYTES(LINE "A: b:c::\r\n\r\n")},
        {BYTES(LINE "A: \x80\xff\r\n\r\n")},
        {BYTES(LINE "!#$%&'*+-.^_`|~0: \t~ !\r\n\r\n")},
        {BYTES("GET /livez HTTP/1.1\nHost: x\n\n")},
        {BYTES("GET /livez HTTP/1.1\n\r\n")},
        {BYTES("\r\n\nGET / HTTP/1.0\r\nA: b\n\r\n")},
        {BYTES("M-SEARCH * HTTP/1.9\r\n\r\n")},
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        const char *error = check(heads[i].bytes, heads[i].size);
        ck_assert_msg(!error, "%zu: %s", i, error);
    }
}
END_TEST

START_TEST(invalid_heads)
{
    static const struct {
        struct head head;
        const char *error; /* part of it */
    } rows[] = {
        {{BYTES("G[T / HTTP/1.1\r\n\r\n")}, "method"},
        {{BYTES("G\0T / HTTP/1.1\r\n\r\n")}, "first line"},
        {{BYTES("GET  / HTTP/1.1\r\n\r\n")}, "first line"},
        {{BYTES("GET /\0 HTTP/1.1\r\n\r\n")}, "first line"},
        {{BYTES("GET /a\0b HTTP/1.1\r\n\r\n")}, "first line"},
        {{BYTES("GET \0 HTTP/1.1\r\n\r\n")}, "first line"},
        {{BYTES(LINE ": a\r\n\r\n")}, "name"},
        {{BYTES(LINE ":\r\n\r\n")}, "name"},
        {{BYTES(LINE "Host: x\r\n: a\r\n")}, "starts with"},
        {{BYTES(LINE "Host: x\r\n:\r\n")}, "starts with"},
        {{BYTES(LINE "\0: a\r\n")}, "starts with"},
        {{BYTES(LINE "Host: x\r\n\0A: b\r\n")}, "starts with"},
        {{BYTES(LINE "Host: x\r\n\0\0\0\r\n")}, "starts with"},
        {{BYTES(LINE "A\0: b\r\n\r\n")}, ""},
        {{BYTES(LINE "A: b\0c\r\n\r\n")}, "starts with"},
        {{BYTES(LINE "A: b\0c\r\nD: e\r\n\r\n")}, "NUL"},
        {{BYTES(LINE "A: b\0\r\nD: e\r\n\r\n")}, "NUL"},
        {{BYTES(LINE "A:\0b\r\nD: e\r\n\r\n")}, "NUL"},
        {{BYTES(LINE "A b: c\r\n\r\n")}, "name"},
        {{BYTES(LINE "A : b\r\n\r\n")}, "name"},
        {{BYTES(LINE "A\t: b\r\n\r\n")}, "name"},
        {{BYTES(LINE " A: b\r\n\r\n")}, "name"},
        {{BYTES(LINE "A\rB: c\r\n\r\n")}, "name"},
        {{BYTES(LINE "\xc3\xa9: b\r\n\r\n")}, "name"},
        {{BYTES(LINE "A(: b\r\n\r\n")}, "name"},
        {{BYTES(LINE "A: b\r\n c\r\n\r\n")}, "folded"},
        {{BYTES(LINE "A: b\r\n\tc\r\n d\r\nE: f\r\n\r\n")}, "folded"},
        {{BYTES(LINE "A: b\r\n \r\n\r\n")}, "folded"},
        {{BYTES(LINE "A: b\rc\r\n\r\n")}, "control"},
        {{BYTES(LINE "A: b\r\r\n\r\n")}, "control"},
        {{BYTES(LINE "A: \x01\r\n\r\n")}, "control"},
        {{BYTES(LINE "A: \x7f\r\n\r\n")}, "control"},
        {{BYTES(LINE "A: b\x1f\r\n\r\n")}, "control"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *error = check(rows[i].head.bytes, rows[i].head.size);
        ck_assert_msg(error && strstr(error, rows[i].error) && (*rows[i].error || !*error),
                      "%zu: %s", i, error ? error : "accepted");
    }
}
END_TEST

/* Only the first error is kept. */
START_TEST(the_first_error_counts)
{
    const char *error = check(BYTES(LINE "A: \x01\r\nB[: c\r\n: d\r\n"));
    ck_assert_ptr_nonnull(error);
    ck_assert_ptr_nonnull(strstr(error, "control"));
}
END_TEST

/* A section is valid only as a whole: no part of it, and nothing more. */
START_TEST(the_size_counts)
{
    static const char raw[] = LINE "Host: x\r\nA: b\r\n\r\n";
    struct parsed_head head;
    ck_assert(parsed_head_read(&head, raw, sizeof raw - 1));
    ck_assert_ptr_null(parsed_head_check(&head));
    head.count--; /* the library has not reported the last line */
    ck_assert_ptr_nonnull(parsed_head_check(&head));
    head.count++;
    head.size -= 3; /* only one NUL behind the last value */
    ck_assert_ptr_nonnull(parsed_head_check(&head));
    parsed_head_free(&head);
}
END_TEST

START_TEST(tokens)
{
    static const char separators[] = "\"(),/:;<=>?@[\\]{} \t";
    ck_assert(!header_is_token(""));
    for (int c = 1; c < 256; c++) {
        char text[] = {'a', (char)c, 'b', '\0'};
        bool is_valid = c > ' ' && c < 0x7f && !strchr(separators, c);
        ck_assert_msg(header_is_token(text) == is_valid, "0x%02x", (unsigned)c);
        ck_assert_msg(header_is_token(text + 1) == is_valid, "0x%02x first", (unsigned)c);
    }
}
END_TEST

START_TEST(values)
{
    ck_assert(header_is_value(""));
    for (int c = 1; c < 256; c++) {
        char text[] = {'a', (char)c, '\0'};
        bool is_valid = c == '\t' || (c >= ' ' && c != 0x7f);
        ck_assert_msg(header_is_value(text) == is_valid, "0x%02x", (unsigned)c);
    }
}
END_TEST

START_TEST(hosts)
{
    static const char *const valid[] = {
        "x",   "x.test",  "X-1.test.",     "127.0.0.1", "x:80",
        "x:",  "x:65535", "[::1]",         "[::1]:",    "[::1]:80",
        "a_b", "~",       "[::127.0.0.1]", "x:00080",
    };
    static const char *const invalid[] = {
        "",         " ",        "a b", "a,b",  "a/b", "a@b",   "a?b",
        "a#b",      "a%41",     ":",   ":80",  "a:b", "a:8 0", "a:-1",
        "a:123456", "a:1:2",    "::1", "[]",   "[",   "[::1",  "[::1]x",
        "[::g]",    "[::1]:x",  "]",   "a ",   " a",  "a\t",   "[::1%25eth0]",
        "a\x7f",    "\xc3\xa9", "a;b", "a[b]", "*",   "a\\b",
    };
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        ck_assert_msg(header_is_host(valid[i], strlen(valid[i])), "%s", valid[i]);
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        ck_assert_msg(!header_is_host(invalid[i], strlen(invalid[i])), "%s", invalid[i]);
    ck_assert(!header_is_host("a\0b", 3));
    ck_assert(!header_is_host("a\0", 2));
    ck_assert(header_is_host("a b", 1)); /* looks at `size` bytes only */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/message/header_block");
    TCase *tcase = suite_case(suite, "header_block");
    tcase_add_test(tcase, valid_heads);
    tcase_add_test(tcase, invalid_heads);
    tcase_add_test(tcase, the_first_error_counts);
    tcase_add_test(tcase, the_size_counts);
    tcase_add_test(tcase, tokens);
    tcase_add_test(tcase, values);
    tcase_add_test(tcase, hosts);
    return suite_run(suite);
}
