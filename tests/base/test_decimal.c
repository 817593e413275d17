#include "base/decimal.h"

#include "../suite.h"

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
        char text[DECIMAL_SECONDS_MAX + 1];
        char *end = decimal_seconds(text, rows[i].ns);
        ck_assert_int_le(end - text, DECIMAL_SECONDS_MAX);
        *end = '\0';
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

START_TEST(integers)
{
    static const struct {
        uint64_t value;
        int width;
        const char *text;
    } rows[] = {{0, 1, "0"},       {0, 3, "000"},     {7, 3, "007"},
                {1234, 3, "1234"}, {1000, 1, "1000"}, {UINT64_MAX, 1, "18446744073709551615"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[24];
        *decimal_integer(text, rows[i].value, rows[i].width) = '\0';
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/decimal");
    TCase *tcase = suite_case(suite, "decimal");
    tcase_add_test(tcase, seconds);
    tcase_add_test(tcase, integers);
    return suite_run(suite);
}
