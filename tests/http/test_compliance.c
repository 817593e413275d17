/* The first line and the headers of requests: messages that RFC 9110 and RFC 9112 define, and
 * messages that they forbid. Many are cases of the public collection Http11Probe. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST "Host: x\r\n"
#define LINE(line) line "\r\n" HOST "\r\n"
#define GET(target) LINE("GET " target " HTTP/1.1")
#define WITH_HOST(value) "GET /livez HTTP/1.1\r\nHost: " value "\r\n\r\n"
#define FIELD(text) "GET /livez HTTP/1.1\r\n" HOST text "\r\n\r\n"

static struct daemon server;

static const struct message_case cases[] = {
    /* --- the first line --- */
    CASE("GET", GET("/livez"), "200", STAYS_OPEN),
    CASE("HEAD has no body", LINE("HEAD /livez HTTP/1.1"), "200", STAYS_OPEN),
    CASE("OPTIONS", LINE("OPTIONS /livez HTTP/1.1"), "204", STAYS_OPEN),
    CASE("a method that the path does not have", LINE("DELETE /livez HTTP/1.1"), "405", STAYS_OPEN),
    CASE("an unknown method", LINE("FOOBAR /livez HTTP/1.1"), "405", STAYS_OPEN),
    CASE("TRACE", LINE("TRACE /livez HTTP/1.1"), "405", STAYS_OPEN),
    CASE("TRACE with a body", "TRACE /livez HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
         "405", STAYS_OPEN),
    CASE("a method in lower case", LINE("get /livez HTTP/1.1"), "405", STAYS_OPEN),
    CASE("a method that is no token", LINE("G[T /livez HTTP/1.1"), "400", CLOSES),
    CASE("NUL in the method", LINE("G\0T /livez HTTP/1.1"), "400", CLOSES),
    CASE("CONNECT", LINE("CONNECT example.com:443 HTTP/1.1"), "400 405 501", CLOSES),
    CASE("HTTP/1.0", "GET /livez HTTP/1.0\r\n" HOST "\r\n", "200", CLOSES),
    CASE("HTTP/1.0 without Host", "GET /livez HTTP/1.0\r\n\r\n", "200", CLOSES),
    CASE("HTTP/1.2", LINE("GET /livez HTTP/1.2"), "200", STAYS_OPEN),
    CASE("HTTP/9.9", LINE("GET /livez HTTP/9.9"), "400 505", CLOSES),
    CASE("http/1.1", LINE("GET /livez http/1.1"), "400", CLOSES),
    CASE("HTTP/1", LINE("GET /livez HTTP/1"), "400", CLOSES),
    CASE("HTTP/01.01", LINE("GET /livez HTTP/01.01"), "400", CLOSES),
    CASE("HTTP/ 1.1", LINE("GET /livez HTTP/ 1.1"), "400", CLOSES),
    CASE("HTTP/0.9", "GET /livez\r\n", "400 -", INCOMPLETE),
    CASE("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 505", CLOSES),
    CASE("no target", LINE("GET HTTP/1.1"), "400", CLOSES),
    CASE("two blanks", LINE("GET  /livez HTTP/1.1"), "400", CLOSES),
    CASE("two blanks before the version", LINE("GET /livez  HTTP/1.1"), "400", CLOSES),
    CASE("a blank at the end", LINE("GET /livez HTTP/1.1 "), "400", CLOSES),
    CASE("a blank at the start", LINE(" GET /livez HTTP/1.1"), "400 -", CLOSES),
    CASE("a tab", LINE("GET\t/livez HTTP/1.1"), "400", CLOSES),
    CASE("an empty line before", "\r\n" GET("/livez"), "200", STAYS_OPEN),
    CASE("two empty lines before", "\r\n\r\n" GET("/livez"), "200 -", STAYS_OPEN),
    CASE("a line of blanks before", "   \r\n\r\n", "400 -", CLOSES),
    CASE("no HTTP", "\x80\xff\xfe\x01\x16\x03\r\n\r\n", "400 -", CLOSES),
    CASE("nothing", "", "-", INCOMPLETE),
    CASE("no end", "GET /livez HTTP/1.1\r\n" HOST "X-Test: value", "400 -", INCOMPLETE),

    /* --- line ends --- */
    CASE("LF after the first line", "GET /livez HTTP/1.1\n" HOST "\r\n", "200 400", STAYS_OPEN),
    CASE("LF after a header", "GET /livez HTTP/1.1\r\nHost: x\nX-Test: value\r\n\r\n", "200 400",
         STAYS_OPEN),
    CASE("LF only", "GET /livez HTTP/1.1\nHost: x\n\n", "200 400", STAYS_OPEN),
    CASE("CR after the first line", "GET /livez HTTP/1.1\rHost: x\r\n\r\n", "400", CLOSES),
    CASE("CR after a header", FIELD("X-Test: a\rX-More: b"), "400", CLOSES),
    CASE("CR in a value", FIELD("X-Test: val\rue"), "400", CLOSES),
    CASE("CR at the end of a value", FIELD("X-Test: a\r"), "400", CLOSES),
    CASE("CR in a name", FIELD("X-T\rest: a"), "400", CLOSES),
    CASE("a line with a CR", FIELD("\r"), "400", CLOSES),

    /* --- the target --- */
    CASE("a fragment", GET("/livez#frag"), "400", CLOSES),
    CASE("a fragment in the query", GET("/livez?a#frag"), "400", CLOSES),
    CASE("a blank", GET("/pa th"), "400", CLOSES),
    CASE("a blank in the query", GET("/livez?a b"), "400", CLOSES),
    CASE("a tab in the target", GET("/pa\tth"), "400", CLOSES),
    CASE("NUL in the path", GET("/\0test"), "400", CLOSES),
    CASE("NUL behind the path", GET("/livez\0"), "400", CLOSES),
    CASE("NUL in the query", GET("/livez?a=\0b"), "400", CLOSES),
    CASE("NUL behind the question mark", GET("/livez?\0b"), "400", CLOSES),
    CASE("a byte over 127", GET("/caf\xc3\xa9"), "400", CLOSES),
    CASE("a byte over 127 in the query", GET("/livez?\xff"), "400", CLOSES),
    CASE("overlong UTF-8", GET("/\xc0\xaf"), "400", CLOSES),
    CASE("a control character", GET("/livez\x01"), "400", CLOSES),
    CASE("DEL", GET("/livez\x7f"), "400", CLOSES),
    CASE("a backslash", GET("/path\\file"), "400 404", STAYS_OPEN),
    CASE("%00", GET("/livez%00.html"), "400 404", STAYS_OPEN),
    CASE("%0d%0a", GET("/path%0d%0aX-Injected:%20true"), "400 404", STAYS_OPEN),
    CASE("percent-encoding", GET("/live%7a"), "200", STAYS_OPEN),
    CASE("an incomplete percent-encoding", GET("/livez%7"), "400 404", STAYS_OPEN),
    CASE("no slash", GET("livez"), "400", CLOSES),
    CASE("GET *", GET("*"), "400", STAYS_OPEN),
    CASE("OPTIONS *", LINE("OPTIONS * HTTP/1.1"), "204", STAYS_OPEN),
    CASE("OPTIONS **", LINE("OPTIONS ** HTTP/1.1"), "400", CLOSES),
    CASE("OPTIONS *?a", LINE("OPTIONS *?a HTTP/1.1"), "400", CLOSES),

    /* --- the absolute form --- */
    CASE("http", GET("http://x.test/livez"), "200", STAYS_OPEN),
    CASE("https", GET("https://x.test/livez"), "200", STAYS_OPEN),
    CASE("HTTP in upper case", GET("HTTP://X.TEST/livez"), "200", STAYS_OPEN),
    CASE("a port", GET("http://x.test:8080/livez"), "200", STAYS_OPEN),
    CASE("an IPv4 address", GET("http://127.0.0.1/livez"), "200", STAYS_OPEN),
    CASE("an IPv6 address", GET("http://[::1]/livez"), "200", STAYS_OPEN),
    CASE("an IPv6 address and a port", GET("http://[2001:db8::1]:80/livez"), "200", STAYS_OPEN),
    CASE("a query", GET("http://x.test/livez?a=b"), "200", STAYS_OPEN),
    CASE("a query with a slash", GET("http://x.test/livez?a=/b"), "200", STAYS_OPEN),
    CASE("an invalid query", GET("http://x.test/bench?particles=x"), "422", STAYS_OPEN),
    CASE("no path", LINE("DELETE http://x.test HTTP/1.1"), "405", STAYS_OPEN),
    CASE("no path, and a query", LINE("DELETE http://x.test?a=b HTTP/1.1"), "405", STAYS_OPEN),
    CASE("an unknown path", GET("http://x.test/none"), "404", STAYS_OPEN),
    CASE("a path with %00", GET("http://x.test/livez%00"), "404", STAYS_OPEN),
    CASE("another Host", "GET http://a.test/livez HTTP/1.1\r\nHost: b.test\r\n\r\n", "200 400",
         STAYS_OPEN),
    CASE("no Host", "GET http://a.test/livez HTTP/1.1\r\n\r\n", "400", CLOSES),
    CASE("no authority", GET("http:///livez"), "400", CLOSES),
    CASE("only a scheme", GET("http://"), "400", CLOSES),
    CASE("one slash", GET("http:/livez"), "400", CLOSES),
    CASE("an authority with userinfo", GET("http://user@x.test/livez"), "400", CLOSES),
    CASE("an authority with percent-encoding", GET("http://x%2etest/livez"), "400", CLOSES),
    CASE("a port with letters", GET("http://x.test:8o/livez"), "400", CLOSES),
    CASE("a port of six digits", GET("http://x.test:123456/livez"), "400", CLOSES),
    CASE("an unclosed bracket", GET("http://[::1/livez"), "400", CLOSES),
    CASE("empty brackets", GET("http://[]/livez"), "400", CLOSES),
    CASE("a name behind brackets", GET("http://[::1]x/livez"), "400", CLOSES),
    CASE("another scheme", GET("ftp://x.test/livez"), "400", CLOSES),
    CASE("the authority form", GET("x.test:80"), "400", CLOSES),

    /* --- Host --- */
    CASE("none", "GET /livez HTTP/1.1\r\n\r\n", "400", CLOSES),
    CASE("empty", WITH_HOST(""), "400", CLOSES),
    CASE("with a port", WITH_HOST("x.test:8080"), "200", STAYS_OPEN),
    CASE("with an empty port", WITH_HOST("x.test:"), "200", STAYS_OPEN),
    CASE("an IPv6 address as Host", WITH_HOST("[::1]:8080"), "200", STAYS_OPEN),
    CASE("Host with a blank behind it", WITH_HOST("x.test "), "200", STAYS_OPEN),
    CASE("Host with a tab behind it", WITH_HOST("x.test\t"), "200", STAYS_OPEN),
    CASE("Host with a blank", WITH_HOST("a b"), "400", CLOSES),
    CASE("Host with a path", WITH_HOST("x.test/path"), "400", CLOSES),
    CASE("Host with userinfo", WITH_HOST("user@x.test"), "400", CLOSES),
    CASE("Host with a query", WITH_HOST("x.test?a"), "400", CLOSES),
    CASE("two Hosts in one line", WITH_HOST("x.test, y.test"), "400", CLOSES),
    CASE("two Hosts in one line, without a blank", WITH_HOST("a,b"), "400", CLOSES),
    CASE("a port that is no number", WITH_HOST("x.test:port"), "400", CLOSES),
    CASE("two ports", WITH_HOST("x.test:80:80"), "400", CLOSES),
    CASE("a bare IPv6 address", WITH_HOST("::1"), "400", CLOSES),
    CASE("Host with a NUL", WITH_HOST("x\0y"), "400", CLOSES),
    CASE("Host with a byte over 127", WITH_HOST("caf\xc3\xa9"), "400", CLOSES),
    CASE("two Hosts", FIELD("Host: other.example.com"), "400", CLOSES),
    CASE("two equal Hosts", FIELD("Host: x"), "400", CLOSES),
    CASE("a folded Host", WITH_HOST("\r\n x"), "400", CLOSES),

    /* --- names of headers --- */
    CASE("an empty name", FIELD(": empty-name"), "400", CLOSES),
    CASE("an empty name first", "GET /livez HTTP/1.1\r\n: empty\r\n" HOST "\r\n", "400", CLOSES),
    CASE("an empty name, then a request", FIELD(": x\r\n\r\n" GET("/version")), "400", CLOSES),
    CASE("a colon only", FIELD(":"), "400", CLOSES),
    CASE("NUL at the start of a line", FIELD("\0X-Test: a"), "400", CLOSES),
    CASE("NUL at the start of the first header",
         "GET /livez HTTP/1.1\r\n\0X-Test: a\r\n" HOST "\r\n", "400", CLOSES),
    CASE("a line with two NULs", FIELD("\0\0"), "400", CLOSES),
    CASE("NUL and a request", FIELD("\0\r\n" GET("/version")), "400", CLOSES),
    CASE("NUL in a name", FIELD("X-T\0est: a"), "400", CLOSES),
    CASE("NUL before the colon", FIELD("X-Test\0: a"), "400", CLOSES),
    CASE("a bracket in a name", FIELD("Bad[Name: value"), "400", CLOSES),
    CASE("a blank in a name", FIELD("Bad Name: value"), "400", CLOSES),
    CASE("a tab in a name", FIELD("Content\tLength: 99"), "400", CLOSES),
    CASE("a byte over 127 in a name", FIELD("X-T\xc3\xa9st: value"), "400", CLOSES),
    CASE("a control character in a name", FIELD("X-T\x01st: value"), "400", CLOSES),
    CASE("a blank before the colon", FIELD("X-Test : value"), "400", CLOSES),
    CASE("a tab before the colon", FIELD("X-Test\t: value"), "400", CLOSES),
    CASE("no colon", FIELD("NoColonHere"), "400", CLOSES),
    CASE("every character of a token", FIELD("!#$%&'*+-.^_`|~09azAZ: value"), "200", STAYS_OPEN),

    /* --- values of headers --- */
    CASE("an empty value", FIELD("X-Test:"), "200", STAYS_OPEN),
    CASE("no blank", FIELD("X-Test:value"), "200", STAYS_OPEN),
    CASE("blanks around a value", FIELD("X-Test: \t value \t "), "200", STAYS_OPEN),
    CASE("a value with colons", FIELD("X-Test: a:b::c"), "200", STAYS_OPEN),
    CASE("a byte over 127 in a value", FIELD("X-Test: caf\xe9 \xff"), "200", STAYS_OPEN),
    CASE("NUL in a value", FIELD("X-Test: val\0ue"), "400", CLOSES),
    CASE("NUL before a value", FIELD("X-Test:\0 value"), "400", CLOSES),
    CASE("NUL behind a value", FIELD("X-Test: value\0"), "400", CLOSES),
    CASE("control characters in a value", FIELD("X-Test: abc\a\b\vdef"), "400", CLOSES),
    CASE("a folded header", FIELD("X-Test: value\r\n continued"), "400", CLOSES),
    CASE("a folded header with a tab", FIELD("X-Test: value\r\n\tcontinued"), "400", CLOSES),
    CASE("a folded empty header", FIELD("X-Test:\r\n \r\n value"), "400", CLOSES),
    CASE("a blank line before the headers", "GET /livez HTTP/1.1\r\n \r\n" HOST "\r\n", "400",
         CLOSES),
    CASE("a blank line behind the headers", FIELD("X-Test: a\r\n "), "400", CLOSES),

    /* --- meaning --- */
    CASE("Connection: close", FIELD("Connection: close"), "200", CLOSES),
    CASE("an unknown expectation", FIELD("Expect: 200-ok"), "200 417", STAYS_OPEN),
    CASE("an upgrade", FIELD("Connection: Upgrade\r\nUpgrade: totally-made-up/1.0"), "200",
         STAYS_OPEN),
    CASE("a WebSocket",
         FIELD("Connection: Upgrade\r\nUpgrade: websocket\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Sec-WebSocket-Version: 13"),
         "200", STAYS_OPEN),
    CASE("a WebSocket of HTTP/1.0",
         "GET /livez HTTP/1.0\r\n" HOST "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "200",
         CLOSES),
    CASE("an invalid range", FIELD("Range: bytes=abc-xyz"), "200 416", STAYS_OPEN),
    CASE("an unknown media type", FIELD("Accept: application/x-nonsense"), "200 406", STAYS_OPEN),
};

enum { CASES = sizeof cases / sizeof *cases };

static void start(void)
{
    daemon_start(&server, "--io-threads", "1", "--workers", "1", NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

START_TEST(each_case)
{
    case_check(&server, &cases[_i]);
    nothing_is_left(&server);
}
END_TEST

/* Every control character but the tab, in each part of a message, where the "@" is. */
START_TEST(control_characters)
{
    static const struct message_case templates[] = {
        CASE("alone in a value", FIELD("X-Test: @"), "400", CLOSES),
        CASE("at the start of a value", FIELD("X-Test: @a"), "400", CLOSES),
        CASE("in a value", FIELD("X-Test: a@b"), "400", CLOSES),
        CASE("at the end of a value", FIELD("X-Test: a@"), "400", CLOSES),
        CASE("in a name", FIELD("X-@Test: a"), "400", CLOSES),
        CASE("in Host", WITH_HOST("x@y"), "400", CLOSES),
        CASE("in the path", GET("/livez@b"), "400", CLOSES),
        CASE("in the query", GET("/livez?@b"), "400", CLOSES),
        CASE("in the method", LINE("G@T /livez HTTP/1.1"), "400", CLOSES),
    };
    for (int c = 1; c <= 0x7f; c++) {
        if (c == '\t' || c == '\n' || (c >= ' ' && c < 0x7f))
            continue;
        for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
            char bytes[128], name[64];
            struct message_case message = templates[i];
            memcpy(bytes, message.bytes, message.size);
            *(char *)memchr(bytes, '@', message.size) = (char)c;
            message.bytes = bytes;
            snprintf(name, sizeof name, "character 0x%02x %s", (unsigned)c, message.name);
            message.name = name;
            case_check(&server, &message);
        }
    }
    nothing_is_left(&server);
}
END_TEST

/* The message may be divided anywhere. */
START_TEST(divided)
{
    static const struct message_case messages[] = {
        CASE("valid", "GET /livez?a=%41 HTTP/1.1\r\nHost: x\r\nX-Test: a\r\n\r\n", "200",
             STAYS_OPEN),
        CASE("absolute form", GET("http://x.test/livez?a"), "200", STAYS_OPEN),
        CASE("LF only", "GET /livez HTTP/1.1\nHost: x\n\n", "200 400", STAYS_OPEN),
        CASE("an empty name", FIELD(": x\r\nX-Test: a"), "400", CLOSES),
        CASE("NUL at the start of a line", FIELD("\0X-Test: a"), "400", CLOSES),
        CASE("NUL in a value", FIELD("X-Test: a\0b"), "400", CLOSES),
        CASE("CR in a value", FIELD("X-Test: a\rb"), "400", CLOSES),
        CASE("NUL in the query", GET("/livez?a\0b"), "400", CLOSES),
        CASE("a folded header", FIELD("X-Test: a\r\n b"), "400", CLOSES),
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        case_check_split(&server, &messages[i]);
    nothing_is_left(&server);
}
END_TEST

/* before, `count` times `text`, after. */
static struct message_case repeated(const char *name, const char *before, const char *text,
                                    size_t count, const char *after, const char *statuses,
                                    enum ending ending)
{
    size_t size = strlen(before) + count * strlen(text) + strlen(after);
    char *bytes = malloc(size + 1), *end = bytes;
    ck_assert_ptr_nonnull(bytes);
    end = stpcpy(end, before);
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, text);
    strcpy(end, after);
    return (struct message_case){name, bytes, size, statuses, ending};
}

START_TEST(long_messages)
{
    static const char end[] = " HTTP/1.1\r\n" HOST "\r\n", host[] = "GET /livez HTTP/1.1\r\n" HOST;
    const struct message_case messages[] = {
        repeated("a path of 8,000 bytes", "GET /", "a", 8000, end, "404", STAYS_OPEN),
        repeated("a path of 64 KiB", "GET /", "a", 65536, end, "400 414 431", CLOSES),
        repeated("512 parameters", "GET /livez?a", "&a", 511, end, "200", STAYS_OPEN),
        repeated("513 parameters", "GET /livez?a", "&a", 512, end, "414", STAYS_OPEN),
        repeated("1,000 parameters", "GET /livez?a", "&a", 999, end, "414 431", STAYS_OPEN),
        repeated("1,000 parameters of HEAD", "HEAD /livez?a", "&a", 999, end, "414 431",
                 STAYS_OPEN),
        repeated("1,000 parameters of no path", "GET /none?a", "&a", 999, end, "404 414 431",
                 STAYS_OPEN),
        repeated("1,000 parameters of OPTIONS *", "OPTIONS *?a", "&a", 999, end, "400", CLOSES),
        repeated("8,000 parameters", "GET /livez?a=b", "&a", 7999, end, "414 431", STAYS_OPEN),
        repeated("32,000 parameters", "GET /livez?a", "&a", 31999, end, "414 431", CLOSES),
        repeated("8,000 empty parameters", "GET /livez?", "&", 8000, end, "200", STAYS_OPEN),
        repeated("1,000 cookies", host, "Cookie: a=b\r\n", 1000, "\r\n", "200 400 431", CLOSES),
        repeated("1,000 pairs in a cookie", "GET /livez HTTP/1.1\r\n" HOST "Cookie: a=b", "; a=b",
                 999, "\r\n\r\n", "431", CLOSES),
        repeated("a value of 64 KiB", "GET /livez HTTP/1.1\r\n" HOST "X-Test: ", "a", 65536,
                 "\r\n\r\n", "400 431", CLOSES),
        repeated("a name of 64 KiB", host, "a", 65536, ": b\r\n\r\n", "400 431", CLOSES),
        repeated("10,000 headers", host, "X-Test: a\r\n", 10000, "\r\n", "400 431", CLOSES),
        repeated("a method of 64 KiB", "", "A", 65536, " /livez HTTP/1.1\r\n" HOST "\r\n",
                 "400 414 431 501", CLOSES),
        repeated("a method of 200 bytes", "", "A", 200, " /livez HTTP/1.1\r\n" HOST "\r\n",
                 "400 405 501", STAYS_OPEN),
        repeated("1,000 ranges", "GET /livez HTTP/1.1\r\n" HOST "Range: bytes=0-", ",0-", 999,
                 "\r\n\r\n", "200 400 416 431", STAYS_OPEN),
        repeated("1,000 empty lines", "", "\r\n", 1000, "GET /livez HTTP/1.1\r\n" HOST "\r\n",
                 "200 400 -", STAYS_OPEN),
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        case_check(&server, &messages[i]);
        nothing_is_left(&server);
        free((void *)(uintptr_t)messages[i].bytes);
    }
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/compliance");
    TCase *tcase = suite_case(suite, "compliance");
    tcase_add_unchecked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, each_case, 0, CASES);
    tcase_add_test(tcase, control_characters);
    tcase_add_test(tcase, divided);
    tcase_add_test(tcase, long_messages);
    return suite_run(suite);
}
