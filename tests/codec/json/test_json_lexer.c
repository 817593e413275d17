/* Malformed tokens, with the exact position, and unusual valid tokens. */
#include <stdio.h>

#include "../../suite.h"
#include "../decode.h"
#include "codec/number/number.h"

/* Decodes `token` as the value of an unknown member, where every well-formed token gives
 * DECODE_INVALID. */
#define BEFORE "{\"a\":\n "
#define BEFORE_BYTES (sizeof BEFORE - 1)
#define BEFORE_COLUMN 2

static void decode_token(struct decoded *d, const char *token, size_t length)
{
    char text[4096];
    ck_assert_uint_lt(length + BEFORE_BYTES, sizeof text - 1);
    memcpy(text, BEFORE, BEFORE_BYTES);
    memcpy(text + BEFORE_BYTES, token, length);
    text[BEFORE_BYTES + length] = '}';
    decode_every_way(d, text, BEFORE_BYTES + length + 1, MANY_PARTICLES);
}

#define TOKEN(literal) literal, sizeof(literal) - 1

START_TEST(well_formed_tokens)
{
    static const struct {
        const char *text;
        size_t length;
    } tokens[] = {
        {TOKEN("0")},
        {TOKEN("-0")},
        {TOKEN("0.0")},
        {TOKEN("-0.0e-0")},
        {TOKEN("10")},
        {TOKEN("1E5")},
        {TOKEN("1e+5")},
        {TOKEN("1.5E-05")},
        {TOKEN("1e999999999999999999999")},
        {TOKEN("true")},
        {TOKEN("false")},
        {TOKEN("null")},
        {TOKEN("\"\"")},
        {TOKEN("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")},
        {TOKEN("\"\\u0000\\u007f\\u0080\\u07ff\\u0800\\uD7ff\\uE000\\uFFFF\"")},
        {TOKEN("\"\\ud800\\udc00\\uDBFF\\uDFFF\"")},
        {TOKEN("\"\x7f\"")},
        {TOKEN("\"\xc2\x80\xdf\xbf\"")},
        {TOKEN("\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"")},
        {TOKEN("\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"")},
        {TOKEN("[]")},
        {TOKEN("{}")},
        {TOKEN("[{},[]]")},
        {TOKEN("{\"\":{\"\":[]}}")},
    };
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        struct decoded d;
        decode_token(&d, tokens[i].text, tokens[i].length);
        ck_assert_msg(d.status == DECODE_INVALID, "%s: %s", tokens[i].text, d.error.detail);
        ck_assert_str_eq(d.error.pointer, "/a");
        decoded_free(&d);
    }
}
END_TEST

START_TEST(malformed_tokens)
{
    static const struct {
        const char *text;
        size_t length;
        size_t at; /* offset of the error in the token */
        const char *detail;
    } tokens[] = {
        /* numbers */
        {TOKEN("01"), 1, "leading zeros"},
        {TOKEN("-00.5"), 2, "leading zeros"},
        {TOKEN("-"), 1, "digit"},
        {TOKEN("-x"), 1, "digit"},
        {TOKEN("1."), 2, "digit"},
        {TOKEN("1.e5"), 2, "digit"},
        {TOKEN("1e"), 2, "digit"},
        {TOKEN("1e+"), 3, "digit"},
        {TOKEN("1e5.0"), 3, "a number begins"},
        {TOKEN("1.2.3"), 3, "a number begins"},
        {TOKEN(".5"), 0, "a number begins"},
        {TOKEN("+1"), 0, "a number begins"},
        {TOKEN("1-2"), 1, "found a number"},
        {TOKEN("0x10"), 1, "\"x\""},
        {TOKEN("1_000"), 1, "\"_\""},
        {TOKEN("NaN"), 0, "NaN"},
        {TOKEN("Infinity"), 0, "Infinity"},
        {TOKEN("-Infinity"), 1, "digit"},
        {TOKEN("-nan"), 1, "digit"},
        {TOKEN("inf"), 0, "\"i\""},
        /* literals */
        {TOKEN("True"), 0, "\"T\""},
        {TOKEN("trve"), 2, "unknown word"},
        {TOKEN("truex"), 4, "\"x\""},
        {TOKEN("nul"), 3, "unknown word"},
        {TOKEN("falze"), 3, "unknown word"},
        /* syntax of other languages */
        {TOKEN("'a'"), 0, "double quotes"},
        {TOKEN("// a"), 0, "comments"},
        {TOKEN("/* a */ 1"), 0, "comments"},
        {TOKEN("# a"), 0, "comments"},
        {TOKEN("\xef\xbb\xbf"
               "1"),
         0, "0xef"},
        {TOKEN("\0"), 0, "0x00"},
        {TOKEN("\v1"), 0, "0x0b"},
        {TOKEN("\xc2\xa0"
               "1"),
         0, "0xc2"},
        /* strings */
        {TOKEN("\"a\nb\""), 2, "control character"},
        {TOKEN("\"a\tb\""), 2, "control character"},
        {TOKEN("\"\0\""), 1, "control character"},
        {TOKEN("\"\x1f\""), 1, "control character"},
        {TOKEN("\"\\a\""), 2, "escape"},
        {TOKEN("\"\\\0\""), 2, "escape"},
        {TOKEN("\"\\U0041\""), 2, "escape"},
        {TOKEN("\"\\u004\""), 6, "hexadecimal"},
        {TOKEN("\"\\u00g0\""), 5, "hexadecimal"},
        {TOKEN("\"\\ud800\""), 7, "surrogate"},
        {TOKEN("\"\\ud800x\""), 7, "surrogate"},
        {TOKEN("\"\\ud800\\n\""), 8, "surrogate"},
        {TOKEN("\"\\ud800\\u0041\""), 12, "surrogate"},
        {TOKEN("\"\\ud800\\ud800\""), 12, "surrogate"},
        {TOKEN("\"\\udc00\""), 6, "surrogate"},
        {TOKEN("\"\\uDFFF\\uD800\""), 6, "surrogate"},
        /* UTF-8 */
        {TOKEN("\"\x80\""), 1, "UTF-8"},
        {TOKEN("\"\xc0\x80\""), 1, "UTF-8"},
        {TOKEN("\"\xc1\xbf\""), 1, "UTF-8"},
        {TOKEN("\"\xc2\""), 2, "UTF-8"},
        {TOKEN("\"\xc2\xc2\""), 2, "UTF-8"},
        {TOKEN("\"\xe0\x9f\xbf\""), 2, "UTF-8"},
        {TOKEN("\"\xe1\x80\""), 3, "UTF-8"},
        {TOKEN("\"\xed\xa0\x80\""), 2, "UTF-8"},
        {TOKEN("\"\xed\xbf\xbf\""), 2, "UTF-8"},
        {TOKEN("\"\xf0\x8f\xbf\xbf\""), 2, "UTF-8"},
        {TOKEN("\"\xf1\x80\x80\""), 4, "UTF-8"},
        {TOKEN("\"\xf4\x90\x80\x80\""), 2, "UTF-8"},
        {TOKEN("\"\xf5\x80\x80\x80\""), 1, "UTF-8"},
        {TOKEN("\"\xff\""), 1, "UTF-8"},
    };
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        struct decoded d;
        decode_token(&d, tokens[i].text, tokens[i].length);
        ck_assert_msg(d.status == DECODE_SYNTAX, "%s: %d", tokens[i].text, d.status);
        ck_assert_msg(strstr(d.error.detail, tokens[i].detail), "%s: %s", tokens[i].text,
                      d.error.detail);
        ck_assert_msg(d.error.byte == BEFORE_BYTES + tokens[i].at, "%s: byte %d", tokens[i].text,
                      (int)d.error.byte);
        ck_assert_uint_eq(d.error.line, 2);
        ck_assert_uint_eq(d.error.column, BEFORE_COLUMN + tokens[i].at);
        decoded_free(&d);
    }
}
END_TEST

START_TEST(byte_order_mark)
{
    struct decoded d;
    decode(&d, "\xef\xbb\xbf{}");
    ck_assert_int_eq(d.status, DECODE_SYNTAX);
    ck_assert_ptr_nonnull(strstr(d.error.detail, "byte order mark"));
    ck_assert_uint_eq(d.error.byte, 0);
    decoded_free(&d);
}
END_TEST

/* If the text ends with a number, only finish knows that the number is complete. */
START_TEST(root_is_not_an_object)
{
    static const struct {
        const char *text;
        const char *detail;
    } roots[] = {
        {"12", "not a number"},        {"-1.5e3", "not a number"}, {"\"a\"", "not a string"},
        {"[[1,2,3]]", "not an array"}, {"null", "not null"},       {"true", "not true"},
        {"false ", "not false"},
    };
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        struct decoded d;
        decode(&d, roots[i].text);
        ck_assert_msg(d.status == DECODE_INVALID, "%s: %d", roots[i].text, d.status);
        ck_assert_str_eq(d.error.pointer, "");
        ck_assert_msg(strstr(d.error.detail, "the body must be an object") &&
                          strstr(d.error.detail, roots[i].detail),
                      "%s", d.error.detail);
        decoded_free(&d);
    }
    struct decoded d;
    decode(&d, "1e");
    ck_assert_int_eq(d.status, DECODE_SYNTAX);
    ck_assert_ptr_nonnull(strstr(d.error.detail, "ends inside a number"));
    ck_assert_uint_eq(d.error.byte, 2);
    decoded_free(&d);
}
END_TEST

/* Decodes the number 0.5000... of this many bytes between two texts. */
static void decode_long_number(struct decoded *d, const char *before, size_t bytes,
                               const char *after)
{
    char number[2 * NUMBER_READ_BYTES_MAX], text[3 * NUMBER_READ_BYTES_MAX];
    memset(number, '0', bytes);
    number[1] = '.';
    number[2] = '5';
    number[bytes] = '\0';
    snprintf(text, sizeof text, "%s%s%s", before, number, after);
    *d = (struct decoded){.budget.limit = 0};
    decode_chunks(d, text, strlen(text), 0, strlen(text), MANY_PARTICLES);
    for (size_t chunk = 1; chunk < 600; chunk = chunk * 2 + 1) {
        struct decoded parts = {.budget.limit = 0};
        decode_chunks(&parts, text, strlen(text), 0, chunk, MANY_PARTICLES);
        assert_same(d, &parts, chunk);
        decoded_free(&parts);
    }
}

START_TEST(number_length_limit)
{
    static const struct {
        const char *before, *after;
        const char *pointer;
    } places[] = {
        {"{\"particles\":[[1,2,3],[4,", ",6]]}", "/particles/1/1"},
        {"{\"particles\":[{\"x\":1,\"y\":2,\"ang_vel\":3},{\"x\":4,\"y\":", ",\"ang_vel\":6}]}",
         "/particles/1/y"},
        {"{\"particles\":{\"x\":[1,4],\"y\":[2,", "],\"ang_vel\":[3,6]}}", "/particles/y/1"},
        {"{\"dt\":", ",\"particles\":[[1,2,3],[4,0,6]]}", "/dt"},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct decoded d;
        decode_long_number(&d, places[i].before, NUMBER_READ_BYTES_MAX, places[i].after);
        ck_assert_msg(d.status == DECODE_OK, "%s", d.error.detail);
        ck_assert_double_eq(d.simulation.particles.y[1], i < 3 ? 0.5 : 0);
        decoded_free(&d);

        for (size_t over = 1; over <= 901; over += 900) {
            decode_long_number(&d, places[i].before, NUMBER_READ_BYTES_MAX + over, places[i].after);
            ck_assert_int_eq(d.status, DECODE_INVALID);
            ck_assert_str_eq(d.error.pointer, places[i].pointer);
            ck_assert_ptr_nonnull(strstr(d.error.detail, "1024"));
            decoded_free(&d);
        }
    }
    /* the syntax of the rest is still checked */
    struct decoded d;
    decode_long_number(&d, "{\"dt\":", NUMBER_READ_BYTES_MAX + 1, ".5}");
    ck_assert_int_eq(d.status, DECODE_SYNTAX);
    ck_assert_uint_eq(d.error.byte, 6 + NUMBER_READ_BYTES_MAX + 1);
    decoded_free(&d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/json_lexer");
    TCase *tcase = suite_case(suite, "tokens");
    tcase_add_test(tcase, well_formed_tokens);
    tcase_add_test(tcase, malformed_tokens);
    tcase_add_test(tcase, byte_order_mark);
    tcase_add_test(tcase, root_is_not_an_object);
    tcase_add_test(tcase, number_length_limit);
    return suite_run(suite);
}
