/* The forms of a request target. */
#include "http/message/target.h"

#include <string.h>

#include "../../suite.h"

START_TEST(valid_targets)
{
    static const struct {
        const char *text;
        enum target_form form;
        size_t authority_size;
        bool has_nul;
    } rows[] = {
        {"/", TARGET_ORIGIN, 0, false},
        {"/livez", TARGET_ORIGIN, 0, false},
        {"//x/livez", TARGET_ORIGIN, 0, false},
        {"/?", TARGET_ORIGIN, 0, false},
        {"/a?http://x/", TARGET_ORIGIN, 0, false},
        {"/~!$&'()*+,;=:@-._\"<>[]\\^`{|}%", TARGET_ORIGIN, 0, false},
        {"/%00", TARGET_ORIGIN, 0, true},
        {"/a%00b?c", TARGET_ORIGIN, 0, true},
        {"/a?%00", TARGET_ORIGIN, 0, false},
        {"/a%0", TARGET_ORIGIN, 0, false},
        {"/a%2500", TARGET_ORIGIN, 0, false},
        {"*", TARGET_ASTERISK, 0, false},
        {"http://x", TARGET_ABSOLUTE, 8, false},
        {"http://x/", TARGET_ABSOLUTE, 8, false},
        {"http://x?a", TARGET_ABSOLUTE, 8, false},
        {"http://x:80/a", TARGET_ABSOLUTE, 11, false},
        {"HTTP://X/a", TARGET_ABSOLUTE, 8, false},
        {"https://x.test/a?b", TARGET_ABSOLUTE, 14, false},
        {"https://[::1]:8080/a", TARGET_ABSOLUTE, 18, false},
        {"http://x/%00", TARGET_ABSOLUTE, 8, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct target target;
        const char *error = target_read(&target, rows[i].text, strlen(rows[i].text));
        ck_assert_msg(!error, "%s: %s", rows[i].text, error);
        ck_assert_msg(target.form == rows[i].form, "%s", rows[i].text);
        ck_assert_msg(target.authority_size == rows[i].authority_size, "%s", rows[i].text);
        ck_assert_msg(target.has_nul == rows[i].has_nul, "%s", rows[i].text);
    }
}
END_TEST

START_TEST(invalid_targets)
{
    static const char *const texts[] = {
        "",           "livez",       "?a",           "**",
        "*?a",        "*/",          "x.test:80",    "http:",
        "http:/",     "http://",     "http:///a",    "http://?a",
        "https://",   "http://a b",  "http://a@b/c", "http://a:b@c",
        "http://:80", "http://x:y/", "http://x%41/", "http://[::1",
        "http://[]/", "http://x*/",  "ftp://x/",     "httpx://x/",
    };
    struct target target;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(target_read(&target, texts[i], strlen(texts[i])), "%s", texts[i]);
    ck_assert_ptr_null(target_read(&target, "//", 2)); /* an empty first segment */
    ck_assert_ptr_nonnull(target_read(&target, "http://x\0/", 10));
}
END_TEST

/* The bytes that must be percent-encoded, at each position of each form. */
START_TEST(bytes)
{
    static const char *const forms[] = {"/a?b", "http://x/a?b", "/"};
    for (int c = 0; c < 256; c++)
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            bool is_valid = c > ' ' && c < 0x7f && c != '#';
            size_t size = strlen(forms[i]);
            char text[32];
            struct target target;
            memcpy(text, forms[i], size);
            text[size] = (char)c;
            ck_assert_msg(!target_read(&target, text, size + 1) == is_valid, "0x%02x in %s",
                          (unsigned)c, forms[i]);
        }
}
END_TEST

/* Bytes behind the target do not count. */
START_TEST(the_size_counts)
{
    struct target target;
    ck_assert_ptr_null(target_read(&target, "/a%00", 4));
    ck_assert(!target.has_nul);
    ck_assert_ptr_null(target_read(&target, "/a b", 2));
    ck_assert_ptr_null(target_read(&target, "*x", 1));
    ck_assert_int_eq(target.form, TARGET_ASTERISK);
    ck_assert_ptr_nonnull(target_read(&target, "http://x", 7));
    ck_assert_ptr_nonnull(target_read(&target, "http://x", 6));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/message/target");
    TCase *tcase = suite_case(suite, "target");
    tcase_add_test(tcase, valid_targets);
    tcase_add_test(tcase, invalid_targets);
    tcase_add_test(tcase, bytes);
    tcase_add_test(tcase, the_size_counts);
    return suite_run(suite);
}
