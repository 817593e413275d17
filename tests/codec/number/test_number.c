#include "codec/number/number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../suite.h"
#include "../generator.h"

static void assert_same_bits(double a, double b, const char *text)
{
    ck_assert_msg(memcmp(&a, &b, sizeof a) == 0, "%s: %a and %a", text, a, b);
}

static void check_round_trip(double value)
{
    char text[NUMBER_BYTES_MAX + 1];
    char *end = number_format(text, value);
    ck_assert_int_le(end - text, NUMBER_BYTES_MAX);
    size_t length = (size_t)(end - text);
    *end = ' ';
    double back = NAN;
    ck_assert_ptr_eq(number_read(text, end + 1, &back), end);
    *end = '\0';
    assert_same_bits(back, value, text);
    assert_same_bits(number_parse(text, length), value, text);
    assert_same_bits(strtod(text, NULL), value, text);
    ck_assert(number_is_valid(text, length));
}

START_TEST(random_bits_round_trip)
{
    uint64_t state = 42;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = generate(&state);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            check_round_trip(value);
    }
}
END_TEST

START_TEST(every_exponent_round_trips)
{
    uint64_t state = 43;
    for (uint64_t exponent = 0; exponent < 2047; exponent++) {
        uint64_t mantissa = generate(&state) >> 12;
        uint64_t bits[] = {exponent << 52, exponent << 52 | mantissa,
                           exponent << 52 | ((UINT64_C(1) << 52) - 1),
                           UINT64_C(1) << 63 | exponent << 52 | mantissa};
        for (size_t i = 0; i < 4; i++) {
            double value;
            memcpy(&value, &bits[i], sizeof value);
            check_round_trip(value);
        }
    }
}
END_TEST

/* Compares the text with that of the C++ library. */
static void compare_with_to_chars(double value)
{
    char ours[NUMBER_BYTES_MAX + 1], theirs[NUMBER_BYTES_MAX + 1];
    ours[NUMBER_BYTES_MAX] = '#';
    *number_format(ours, value) = '\0';
    *number_to_chars(theirs, value) = '\0';
    /* each ck_assert makes a system call; this runs millions of times */
    if (strcmp(ours, theirs) != 0)
        ck_abort_msg("%a: %s, not %s", value, ours, theirs);
    if (strlen(ours) < NUMBER_BYTES_MAX && ours[NUMBER_BYTES_MAX] != '#')
        ck_abort_msg("%a: more than %d bytes written", value, NUMBER_BYTES_MAX);
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return isfinite(value) ? value : 0;
}

/* Numbers of all magnitudes; near 1, as those of particles; with few decimal digits; near powers of
 * ten; and near powers of two, also subnormal, where the distance between neighbours changes. */
START_TEST(same_text_as_to_chars)
{
    uint64_t state = 44;
    for (int i = 0; i < 400000; i++) {
        uint64_t random = generate(&state);
        compare_with_to_chars(from_bits(random));
        compare_with_to_chars((double)(random >> 11) * 0x1p-52 - 1);
        compare_with_to_chars((double)(random % 20000000) / 1000);
        compare_with_to_chars((double)(random >> 10));
        compare_with_to_chars(
            from_bits((random & ~(UINT64_C(2047) << 52)) | (UINT64_C(1000) + random % 60) << 52));
    }
    for (int exponent = -324; exponent <= 308; exponent++)
        for (int factor = 1; factor < 100; factor++) {
            uint64_t bits;
            double value = factor * pow(10, exponent);
            memcpy(&bits, &value, sizeof bits);
            for (int step = -3; step <= 3; step++)
                compare_with_to_chars(from_bits(bits + (uint64_t)step));
        }
    for (uint64_t exponent = 0; exponent < 2047; exponent++)
        for (uint64_t fraction = 0; fraction < 40; fraction++) {
            compare_with_to_chars(from_bits(exponent << 52 | fraction));
            compare_with_to_chars(-from_bits((exponent << 52) - fraction - 1));
        }
}
END_TEST

START_TEST(shortest_form)
{
    static const struct {
        double value;
        const char *text;
    } forms[] = {
        {0.0, "0"},
        {-0.0, "-0.0"},
        {1, "1"},
        {-1, "-1"},
        {0.1, "0.1"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {1e-5, "1e-05"},
        {123456, "123456"},
        {1e22, "1e+22"},
        {1e100, "1e+100"},
        {5e-324, "5e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {-DBL_MIN, "-2.2250738585072014e-308"},
        {9007199254740993.0, "9007199254740992"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char text[NUMBER_BYTES_MAX + 1];
        *number_format(text, forms[i].value) = '\0';
        ck_assert_str_eq(text, forms[i].text);
        check_round_trip(forms[i].value);
    }
}
END_TEST

START_TEST(out_of_range)
{
    static char zeros[1100];
    snprintf(zeros, sizeof zeros, "0.%0700de600", 1);
    static const struct {
        const char *text;
        double value;
    } numbers[] = {
        {"1e308", 1e308},
        {"1.7976931348623157e308", DBL_MAX},
        {"1.7976931348623158e308", DBL_MAX}, /* rounds down */
        {"1.7976931348623159e308", INFINITY},
        {"1e309", INFINITY},
        {"-1e309", -INFINITY},
        {"1e99999999999999999999999999", INFINITY},
        {"-123456789E+400", -INFINITY},
        {"0.00001e400", INFINITY},
        {"0.1e310", INFINITY},
        {"1e-324", 0.0},
        {"-1e-324", -0.0},
        {"2.4703282292062327e-324", 0.0},
        {"2.4703282292062328e-324", 5e-324},
        {"1e-99999999999999999999999999", 0.0},
        {"-1234567890123e-400", -0.0},
        {"100000e-400", 0.0},
        {"0e99999999999", 0.0},
        {"-0.000e99999999999", -0.0},
        {"0.0e-99999999999", 0.0},
        {"2.2250738585072011e-308", 2.2250738585072011e-308},
        {zeros, 1e-100},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *text = numbers[i].text;
        ck_assert(number_is_valid(text, strlen(text)));
        assert_same_bits(number_parse(text, strlen(text)), numbers[i].value, text);
    }
    /* the zeros or digits move the number out of range in spite of its exponent */
    char text[600];
    snprintf(text, sizeof text, "0.%0400de50", 1);
    ck_assert(number_parse(text, strlen(text)) == 0);
    snprintf(text, sizeof text, "1%0400de-50", 1);
    ck_assert(number_parse(text, strlen(text)) == INFINITY);

    /* digits and zeros that move a number out of range without an exponent */
    static char digits[1025];
    memset(digits, '9', 1024);
    ck_assert(number_parse(digits, 1024) == INFINITY);
    ck_assert(number_parse(digits, 308) < INFINITY);
    memset(digits + 1, '0', 1022);
    digits[1] = '.';
    digits[0] = '0';
    ck_assert(number_parse(digits, 1024) == 0);
}
END_TEST

START_TEST(grammar)
{
    static const char *const valid[] = {"0",     "-0",    "7",        "10",
                                        "0.5",   "-0.50", "1e1",      "1E+1",
                                        "1e-01", "0e0",   "-1.5E-10", "123456789.123",
                                        "0.0",   "1e00",  "0E5",      "9.9e+99"};
    static const char *const invalid[] = {
        "",    "-",    "+1",    ".5",   "5.",    "-.5", "01",  "-01",     "1e",   "1e+",
        "1e-", "1.e5", "e5",    "1 ",   " 1",    "0x1", "nan", "inf",     "-inf", "1,5",
        "1_0", "--1",  "1e5.5", "1ee5", "1.2.3", "00",  "1f",  "Infinity"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        char text[32];
        double value = NAN;
        size_t length = strlen(valid[i]);
        snprintf(text, sizeof text, "%s,", valid[i]);
        ck_assert_msg(number_is_valid(valid[i], length), "%s", valid[i]);
        ck_assert_msg(number_read(text, text + length + 1, &value) == text + length, "%s", text);
        assert_same_bits(value, strtod(text, NULL), text);
        /* at the end of a chunk, the number may continue */
        ck_assert_ptr_null(number_read(text, text + length, &value));
    }
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        char text[32];
        double value;
        size_t length = strlen(invalid[i]);
        snprintf(text, sizeof text, "%s,", invalid[i]);
        ck_assert_msg(!number_is_valid(invalid[i], length), "%s", invalid[i]);
        ck_assert_msg(number_read(text, text + length + 1, &value) != text + length, "%s", text);
    }
    ck_assert(!number_is_valid("1\0", 2));
}
END_TEST

/* Out of range, or incomplete in the exponent: number_parse reads these. */
START_TEST(number_read_refuses_incomplete_and_out_of_range)
{
    static const char *const texts[] = {"1e309,", "1e-400,", "-1e999,", "1e", "1e+", "1.5E-,"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value;
        ck_assert_ptr_null(number_read(texts[i], texts[i] + strlen(texts[i]), &value));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/number");
    TCase *tcase = suite_case(suite, "numbers");
    tcase_add_test(tcase, random_bits_round_trip);
    tcase_add_test(tcase, every_exponent_round_trips);
    tcase_add_test(tcase, same_text_as_to_chars);
    tcase_add_test(tcase, shortest_form);
    tcase_add_test(tcase, out_of_range);
    tcase_add_test(tcase, grammar);
    tcase_add_test(tcase, number_read_refuses_incomplete_and_out_of_range);
    return suite_run(suite);
}
