#include "base/string_builder.h"

#include <string.h>

#include "../suite.h"

static char buffer[256];

static const char *quoted(const char *string, size_t length, bool truncated)
{
    struct string_builder builder = string_builder_init(buffer, sizeof buffer);
    string_builder_add_quoted(&builder, string, length, truncated);
    return buffer;
}

static const char *token(const char *name, size_t length)
{
    struct string_builder builder = string_builder_init(buffer, sizeof buffer);
    string_builder_add_pointer_token(&builder, name, length, false);
    return buffer;
}

START_TEST(quoted_strings)
{
    char string[STRING_BUILDER_QUOTED_MAX + 1];
    memset(string, 'w', sizeof string);
    ck_assert_str_eq(quoted("ab", 2, false), "\"ab\"");
    ck_assert_str_eq(quoted("ab", 2, true), "\"ab...\"");
    ck_assert_str_eq(quoted("", 0, false), "\"\"");
    ck_assert_ptr_null(strstr(quoted(string, STRING_BUILDER_QUOTED_MAX, false), "..."));
    ck_assert_uint_eq(strlen(quoted(string, STRING_BUILDER_QUOTED_MAX + 1, false)),
                      STRING_BUILDER_QUOTED_MAX + 5);
    /* a character of two bytes that crosses the limit is left out */
    memcpy(string + STRING_BUILDER_QUOTED_MAX - 1, "\xc3\xa9", 2);
    ck_assert_uint_eq(strlen(quoted(string, STRING_BUILDER_QUOTED_MAX + 1, false)),
                      STRING_BUILDER_QUOTED_MAX + 4);
}
END_TEST

START_TEST(pointer_tokens)
{
    ck_assert_str_eq(token("a/b~c", 5), "/a~1b~0c");
    ck_assert_str_eq(token("~1", 2), "/~01");
    ck_assert_str_eq(token("", 0), "/");
    ck_assert_str_eq(token("\xe2\x82\xac", 3), "/\xe2\x82\xac");
    ck_assert_str_eq(token("a\nb", 3), "/a\xef\xbf\xbd"
                                       "b");
    ck_assert_str_eq(token("\xe2\x82", 2), "/\xef\xbf\xbd\xef\xbf\xbd");
}
END_TEST

/* After a character that did not fit, nothing more is added, even if it fits. */
START_TEST(full_builder)
{
    struct string_builder builder = string_builder_init(buffer, 7);
    buffer[7] = '#';
    string_builder_add(&builder, "abcd");
    string_builder_add_pointer_token(&builder, "\xc3\xa9", 2,
                                     false); /* "/" fits, the character does not */
    string_builder_add(&builder, "e"); /* there is a byte of room, but a character is missing */
    ck_assert_str_eq(buffer, "abcd/");
    ck_assert_int_eq(buffer[7], '#');
}
END_TEST

START_TEST(lists)
{
    static const char *const names[] = {"x", "y"};
    struct string_builder builder = string_builder_init(buffer, sizeof buffer);
    string_builder_addf(&builder, "%d: ", 7);
    string_builder_add_list(&builder, names, 2);
    ck_assert_str_eq(buffer, "7: \"x\", \"y\"");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/string_builder");
    TCase *tcase = suite_case(suite, "string_builder");
    tcase_add_test(tcase, quoted_strings);
    tcase_add_test(tcase, pointer_tokens);
    tcase_add_test(tcase, full_builder);
    tcase_add_test(tcase, lists);
    return suite_run(suite);
}
