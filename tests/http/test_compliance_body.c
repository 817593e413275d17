/* Where a body ends, and what follows it: lengths, transfer codings, chunks and trailers. Messages
 * that RFC 9112 defines, and messages that two servers could read in two ways. Many are cases of
 * the public collection Http11Probe. */
#include "cases.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#define HEAD(fields) "POST /simulate HTTP/1.1\r\nHost: x\r\n" fields "\r\n"
#define LENGTH(value) HEAD("Content-Length: " value "\r\n") THREE_BODY
#define CODING(value) HEAD("Transfer-Encoding: " value "\r\n") CHUNK LAST
#define CHUNKED HEAD("Transfer-Encoding: chunked\r\n")
#define CHUNK "35\r\n" THREE_BODY "\r\n"
#define LAST "0\r\n\r\n"
#define HIDDEN "GET /version HTTP/1.1\r\nHost: x\r\n\r\n"

/* libmicrohttpd 1.0 refuses the extensions of chunks, which RFC 9112 7.1.1 wants ignored. */
#if MHD_VERSION >= 0x01000000
#define WITH_EXTENSION "200 400"
#else
#define WITH_EXTENSION "200"
#endif

_Static_assert(sizeof THREE_BODY - 1 == 0x35, "the lengths below");

static struct daemon server;

static const struct message_case cases[] = {
    /* --- Content-Length --- */
    CASE("a length", LENGTH("53"), "200", STAYS_OPEN),
    CASE("leading zeros", LENGTH("0053"), "200 400", STAYS_OPEN),
    CASE("a length that is not octal", LENGTH("065") "000000000000", "200 400", STAYS_OPEN),
    CASE("blanks before a length", LENGTH("  53"), "200", STAYS_OPEN),
    CASE("a tab before a length", LENGTH("\t53"), "200", STAYS_OPEN),
    CASE("no length", HEAD(""), "400", STAYS_OPEN),
    CASE("the length 0", HEAD("Content-Length: 0\r\n"), "400", STAYS_OPEN),
    CASE("the length 00", HEAD("Content-Length: 00\r\n"), "400", STAYS_OPEN),
    CASE("letters", LENGTH("abc"), "400", CLOSES),
    CASE("a letter behind", LENGTH("53x"), "400", CLOSES),
    CASE("a plus sign", LENGTH("+53"), "400", CLOSES),
    CASE("a minus sign", LENGTH("-53"), "400", CLOSES),
    CASE("minus one", HEAD("Content-Length: -1\r\n"), "400", CLOSES),
    CASE("minus zero", HEAD("Content-Length: -0\r\n"), "400", CLOSES),
    CASE("hexadecimal", LENGTH("0x35"), "400", CLOSES),
    CASE("octal", LENGTH("0o65"), "400", CLOSES),
    CASE("an underscore", LENGTH("5_3"), "400", CLOSES),
    CASE("a blank inside", LENGTH("5 3"), "400", CLOSES),
    CASE("a point", LENGTH("53.0"), "400", CLOSES),
    CASE("an empty length", LENGTH(""), "400", CLOSES),
    CASE("two lengths in one line", LENGTH("53, 54"), "400", CLOSES),
    CASE("twice the same in one line", LENGTH("53, 53"), "400", CLOSES),
    CASE("three times", LENGTH("53,53,53"), "400", CLOSES),
    CASE("two lengths", HEAD("Content-Length: 5\r\nContent-Length: 53\r\n") THREE_BODY, "400",
         CLOSES),
    CASE("twice the same", HEAD("Content-Length: 53\r\nContent-Length: 53\r\n") THREE_BODY, "400",
         CLOSES),
    CASE("a length and a hidden request",
         HEAD("Content-Length: 4\r\nContent-Length: 36\r\n") "PING" HIDDEN, "400", CLOSES),
    CASE("2^63 - 1", LENGTH("9223372036854775807"), "400 413", CLOSES),
    CASE("2^64", LENGTH("18446744073709551616"), "400 413", CLOSES),
    CASE("2^64 + 53", LENGTH("18446744073709551669"), "400 413", CLOSES),
    CASE("20 digits", LENGTH("99999999999999999999"), "400 413", CLOSES),
    CASE("60 digits", LENGTH("999999999999999999999999999999999999999999999999999999999999"),
         "400 413", CLOSES),
    CASE("a long body that does not come", HEAD("Content-Length: 999999999\r\n"), "400 413 -",
         INCOMPLETE),
    CASE("a blank before the colon", HEAD("Content-Length : 53\r\n") THREE_BODY, "400", CLOSES),
    CASE("two, one with a blank before the colon",
         HEAD("Content-Length: 53\r\nContent-Length : 5\r\n") THREE_BODY, "400", CLOSES),
    CASE("Content_Length", HEAD("Content-Length: 53\r\nContent_Length: 99\r\n") THREE_BODY, "200",
         STAYS_OPEN),
    CASE("a tab in the name", HEAD("Content-Length: 53\r\nContent\tLength: 99\r\n") THREE_BODY,
         "400", CLOSES),
    CASE("NUL and a digit", LENGTH("53\0 5"), "400", CLOSES),
    CASE("NUL behind the length", LENGTH("53\0"), "400", CLOSES),
    CASE("a length behind an empty name", HEAD(": x\r\nContent-Length: 53\r\n") THREE_BODY, "400",
         CLOSES),
    CASE("a length behind a NUL", HEAD("\0x: y\r\nContent-Length: 53\r\n") THREE_BODY, "400",
         CLOSES),
    CASE("CR behind the length", HEAD("Content-Length: 53\r\r\n") THREE_BODY, "400", CLOSES),
    CASE("CR and a length", HEAD("X-Test: a\rContent-Length: 53\r\n") THREE_BODY, "400", CLOSES),
    CASE("a folded length", HEAD("Content-Length:\r\n 53\r\n") THREE_BODY, "400", CLOSES),
    CASE("a body that is too short", HEAD("Content-Length: 53\r\n") "hello", "400 -", INCOMPLETE),

    /* --- Transfer-Encoding --- */
    CASE("chunked", CODING("chunked"), "200", STAYS_OPEN),
    CASE("Chunked", CODING("Chunked"), "200", STAYS_OPEN),
    CASE("a tab before chunked", CODING("\tchunked"), "200", STAYS_OPEN),
    CASE("identity", CODING("identity"), "400 501", CLOSES),
    CASE("gzip", HEAD("Transfer-Encoding: gzip\r\n"), "400 501", CLOSES),
    CASE("xchunked", CODING("xchunked"), "400 501", CLOSES),
    CASE("no coding", CODING(""), "400", CLOSES),
    CASE("chunked and a comma", CODING("chunked,"), "400", CLOSES),
    CASE("a comma and chunked", CODING(", chunked"), "400", CLOSES),
    CASE("chunked twice in one line", CODING("chunked, chunked"), "400", CLOSES),
    CASE("chunked, then gzip", CODING("chunked, gzip"), "400", CLOSES),
    CASE("gzip, then chunked", CODING("gzip, chunked"), "400 501", CLOSES),
    CASE("chunked with parameters", CODING("chunked;ext=val"), "400", CLOSES),
    CASE("a vertical tab", CODING("\vchunked"), "400", CLOSES),
    CASE("a form feed", CODING("\fchunked"), "400", CLOSES),
    CASE("NUL behind chunked", CODING("chunked\0"), "400", CLOSES),
    CASE("NUL and a letter behind chunked", CODING("chunked\0x"), "400", CLOSES),
    CASE("NUL before chunked", CODING("\0chunked"), "400", CLOSES),
    CASE("CR behind chunked", CODING("chunked\r"), "400", CLOSES),
    CASE("a folded coding", HEAD("Transfer-Encoding:\r\n chunked\r\n") CHUNK LAST, "400", CLOSES),
    CASE("a blank before its colon", HEAD("Transfer-Encoding : chunked\r\n") CHUNK LAST, "400",
         CLOSES),
    CASE("two codings",
         HEAD("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") CHUNK LAST, "400",
         CLOSES),
    CASE("chunked in HTTP/1.0",
         "POST /simulate HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNK LAST,
         "400", CLOSES),
    CASE("a coding behind an empty name", HEAD(": x\r\nTransfer-Encoding: chunked\r\n") CHUNK LAST,
         "400", CLOSES),
    CASE("Transfer_Encoding",
         HEAD("Content-Length: 53\r\nTransfer_Encoding: chunked\r\n") THREE_BODY, "200",
         STAYS_OPEN),

    /* --- both --- */
    CASE("a length, then chunked",
         HEAD("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") LAST HIDDEN, "400", CLOSES),
    CASE("chunked, then a length",
         HEAD("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") LAST HIDDEN, "400", CLOSES),
    CASE("both, and a hidden request in the chunks",
         HEAD("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n") "2a\r\n" HIDDEN "\r\n" LAST,
         "400", CLOSES),
    CASE("both, and a byte behind",
         HEAD("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n") LAST "X", "400", CLOSES),
    CASE("a length with a plus sign, and chunked",
         HEAD("Content-Length: +5\r\nTransfer-Encoding: chunked\r\n") LAST HIDDEN, "400", CLOSES),
    CASE("a length with a letter, and chunked",
         HEAD("Content-Length: 5x\r\nTransfer-Encoding: chunked\r\n") LAST HIDDEN, "400", CLOSES),
    CASE("TRANSFER-ENCODING",
         HEAD("Content-Length: 53\r\nTRANSFER-ENCODING: chunked\r\n") THREE_BODY, "400", CLOSES),
    CASE("a length, and a folded coding",
         HEAD("Content-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n") LAST HIDDEN, "400",
         CLOSES),
    CASE("a length, and a coding with a comma",
         HEAD("Content-Length: 5\r\nTransfer-Encoding: , chunked\r\n") LAST HIDDEN, "400", CLOSES),
    CASE("a length, and a coding with a blank behind it",
         HEAD("Content-Length: 5\r\nTransfer-Encoding: chunked \r\n") LAST HIDDEN, "400", CLOSES),

    /* --- chunks --- */
    CASE("two chunks",
         CHUNKED "5\r\n{\"par\r\n30\r\nticles\":[[0.3,0.5,1],[0,-0.5,-1],[-0.1,-0.4,3]]}\r\n" LAST,
         "200", STAYS_OPEN),
    CASE("no chunk", CHUNKED LAST, "400", STAYS_OPEN),
    CASE("leading zeros of a size", CHUNKED "0035\r\n" THREE_BODY "\r\n000\r\n\r\n", "200",
         STAYS_OPEN),
    CASE("an upper-case size",
         CHUNKED "A\r\n{\"particle\r\n2b\r\ns\":[[0.3,0.5,1],[0,-0.5,-1],[-0.1,-0.4,3]]}\r\n" LAST,
         "200", STAYS_OPEN),
    CASE("no last chunk", CHUNKED CHUNK, "400 -", INCOMPLETE),
    CASE("a size of hexadecimal form", CHUNKED "0x35\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("a size with a plus sign", CHUNKED "+35\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("a size with a minus sign", CHUNKED "-1\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("a size with an underscore", CHUNKED "3_5\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("a size that is no number", CHUNKED "xyz\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("a blank before a size", CHUNKED " 35\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("a blank behind a size", CHUNKED "35 \r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("NUL behind a size", CHUNKED "35\0\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("no size", CHUNKED "\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("+0 and a byte behind", CHUNKED "+0\r\n\r\nX", "400", CLOSES),
    CASE("a size of 2^64", CHUNKED "10000000000000000\r\n" THREE_BODY "\r\n" LAST, "400 413",
         CLOSES),
    CASE("a size of 2^64 + 53", CHUNKED "10000000000000035\r\n" THREE_BODY "\r\n" LAST, "400 413",
         CLOSES),
    CASE("a size of 17 digits", CHUNKED "FFFFFFFFFFFFFFFF0\r\n" THREE_BODY "\r\n" LAST, "400 413",
         CLOSES),
    CASE("more bytes than the size", CHUNKED "34\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("no line end behind a chunk", CHUNKED "35\r\n" THREE_BODY LAST, "400", CLOSES),
    CASE("LF behind a size", CHUNKED "35\n" THREE_BODY "\r\n" LAST, "200 400", STAYS_OPEN),
    CASE("LF behind a chunk", CHUNKED "35\r\n" THREE_BODY "\n" LAST, "200 400", STAYS_OPEN),
    CASE("LF behind the trailers", CHUNKED CHUNK "0\r\n\n", "200 400", STAYS_OPEN),
    CASE("CR behind a size", CHUNKED "35\r" THREE_BODY "\r\n" LAST, "400", CLOSES),
    CASE("CR behind a chunk", CHUNKED "35\r\n" THREE_BODY "\r" LAST, "400", CLOSES),

    /* --- extensions of chunks --- */
    CASE("an extension", CHUNKED "35;ext=value\r\n" THREE_BODY "\r\n" LAST, WITH_EXTENSION,
         STAYS_OPEN),
    CASE("an extension of the last chunk", CHUNKED CHUNK "0;a=\"b\"\r\n\r\n", WITH_EXTENSION,
         STAYS_OPEN),
    CASE("LF behind an extension", CHUNKED "35;\n" THREE_BODY "\r\n" LAST, "200 400", STAYS_OPEN),
    CASE("a bracket in an extension", CHUNKED "35;bad[=x\r\n" THREE_BODY "\r\n" LAST, "200 400",
         STAYS_OPEN),

    /* --- trailers --- */
    CASE("a trailer", CHUNKED CHUNK "0\r\nX-Checksum: abc\r\n\r\n", "200", CLOSES),
    CASE("two trailers", CHUNKED CHUNK "0\r\nX-Test: a\r\nX-More: b\r\n\r\n", "200", CLOSES),
    CASE("a length as a trailer", CHUNKED CHUNK "0\r\nContent-Length: 50\r\n\r\n", "200 400",
         CLOSES),
    CASE("a coding as a trailer", CHUNKED CHUNK "0\r\nTransfer-Encoding: chunked\r\n\r\n",
         "200 400", CLOSES),
    CASE("Host as a trailer", CHUNKED CHUNK "0\r\nHost: evil.example.com\r\n\r\n", "200 400",
         CLOSES),
    CASE("Content-Type as a trailer", CHUNKED CHUNK "0\r\nContent-Type: text/evil\r\n\r\n",
         "200 400", CLOSES),
    CASE("an empty name in the trailers", CHUNKED CHUNK "0\r\nA: b\r\n: x\r\n" HIDDEN, "200 400",
         CLOSES),
    CASE("NUL in the trailers", CHUNKED CHUNK "0\r\nA: b\r\n\0x\r\n" HIDDEN, "200 400", CLOSES),
    CASE("a trailer without a colon", CHUNKED CHUNK "0\r\nNoColonHere\r\n\r\n", "400", CLOSES),

    /* --- bodies of other methods, and what follows them --- */
    CASE("GET with a body", "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
         "200", STAYS_OPEN),
    CASE("GET with a request as its body",
         "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 34\r\n\r\n" HIDDEN, "200", STAYS_OPEN),
    CASE("HEAD with a body", "HEAD /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
         "200", STAYS_OPEN),
    CASE("OPTIONS with a body",
         "OPTIONS /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "204", STAYS_OPEN),
    CASE("OPTIONS * with a body", "OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
         "204", STAYS_OPEN),
    CASE("GET * with a body", "GET * HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "400",
         STAYS_OPEN),
    CASE("OPTIONS with a folded coding",
         "OPTIONS /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: "
         "5\r\n\r\nhello",
         "400", CLOSES),
    CASE("an expectation with its body",
         HEAD("Content-Length: 53\r\nExpect: 100-continue\r\n") THREE_BODY, "200", STAYS_OPEN),
    CASE("an expectation in HTTP/1.0",
         "POST /simulate HTTP/1.0\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
         "53\r\n\r\n" THREE_BODY,
         "200", CLOSES),
    CASE("a range of POST", HEAD("Content-Length: 53\r\nRange: bytes=0-10\r\n") THREE_BODY, "200",
         STAYS_OPEN),
    CASE("two media types",
         HEAD("Content-Length: 53\r\nContent-Type: text/csv\r\nContent-Type: application/json\r\n")
             THREE_BODY,
         "200 400 415 422", STAYS_OPEN),
    CASE("an unknown media type", HEAD("Content-Length: 53\r\nContent-Type: a/b\r\n") THREE_BODY,
         "415", STAYS_OPEN),
    CASE("an upgrade of POST",
         HEAD("Content-Length: 53\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n") THREE_BODY,
         "200", STAYS_OPEN),
    CASE("POST to the absolute form",
         "POST http://x.test/simulate?dt=1 HTTP/1.1\r\nHost: x\r\nContent-Length: "
         "53\r\n\r\n" THREE_BODY,
         "200", STAYS_OPEN),
    CASE("a parameter in the absolute form",
         "POST http://x.test/simulate?dt=-1 HTTP/1.1\r\nHost: x\r\nContent-Length: "
         "53\r\n\r\n" THREE_BODY,
         "422", STAYS_OPEN),
    CASE("1.0 without a length", "POST /simulate HTTP/1.0\r\n\r\n", "400", CLOSES),
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

/* The message may be divided anywhere. */
START_TEST(divided)
{
    static const struct message_case messages[] = {
        CASE("a length", LENGTH("53"), "200", STAYS_OPEN),
        CASE("chunks", CHUNKED CHUNK "0;a=b\r\nX-Test: a\r\n\r\n", WITH_EXTENSION, CLOSES),
        CASE("NUL in the length", LENGTH("53\0 5"), "400", CLOSES),
        CASE("a length behind an empty name", HEAD(": x\r\nContent-Length: 53\r\n") THREE_BODY,
             "400", CLOSES),
        CASE("both", HEAD("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") LAST HIDDEN, "400",
             CLOSES),
        CASE("an invalid chunk", CHUNKED "+35\r\n" THREE_BODY "\r\n" LAST, "400", CLOSES),
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        case_check_split(&server, &messages[i]);
    nothing_is_left(&server);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/compliance_body");
    TCase *tcase = suite_case(suite, "compliance_body");
    tcase_add_unchecked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, each_case, 0, CASES);
    tcase_add_test(tcase, divided);
    return suite_run(suite);
}
