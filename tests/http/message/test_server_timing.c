#include "http/message/server_timing.h"

#include <string.h>

#include "../../suite.h"

START_TEST(seconds)
{
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {0, "0"},
        {1, "0.000000001"},
        {10, "0.00000001"},
        {123456789, "0.123456789"},
        {999999999, "0.999999999"},
        {1000000000, "1"},
        {1500000000, "1.5"},
        {60000000001, "60.000000001"},
        {INT64_MAX, "9223372036.854775807"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[FORMAT_SECONDS_MAX + 1];
        char *end = format_seconds(text, rows[i].ns);
        ck_assert_int_le(end - text, FORMAT_SECONDS_MAX);
        *end = '\0';
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

START_TEST(digits)
{
    static const struct {
        uint64_t value;
        int width;
        const char *text;
    } rows[] = {{0, 1, "0"},       {0, 3, "000"},     {7, 3, "007"},
                {1234, 3, "1234"}, {1000, 1, "1000"}, {UINT64_MAX, 1, "18446744073709551615"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[24];
        *format_digits(text, rows[i].value, rows[i].width) = '\0';
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

START_TEST(header)
{
    char text[TIMING_HEADER_MAX];
    struct timing timing = {{0}};
    timing_header(text, &timing, 1234567);
    ck_assert_str_eq(text, "total;dur=1.234");
    timing.ns[TIMING_RECEIVE] = 1000;
    timing.ns[TIMING_EVOLVE] = 20000000000;
    timing_header(text, &timing, 20000002000);
    ck_assert_str_eq(text, "receive;dur=0.001, evolve;dur=20000.000, total;dur=20000.002");
    for (int phase = 0; phase < TIMING_PHASES; phase++)
        timing.ns[phase] = INT64_MAX;
    timing_header(text, &timing, INT64_MAX);
    ck_assert_uint_lt(strlen(text), sizeof text);
    for (int phase = 0; phase < TIMING_PHASES; phase++)
        ck_assert_ptr_nonnull(strstr(text, timing_names[phase]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("service/timing");
    TCase *tcase = suite_case(suite, "timing");
    tcase_add_test(tcase, seconds);
    tcase_add_test(tcase, digits);
    tcase_add_test(tcase, header);
    return suite_run(suite);
}
