#include "base/string_builder.h"

#include <string.h>

#include "../suite.h"

static char buffer[256];

static const char *quoted(const char *word, size_t length, bool cut)
{
    struct string_builder text = string_builder_begin(buffer, sizeof buffer);
    string_builder_add_quoted(&text, word, length, cut);
    return buffer;
}

static const char *token(const char *name, size_t length)
{
    struct string_builder text = string_builder_begin(buffer, sizeof buffer);
    string_builder_add_token(&text, name, length, false);
    return buffer;
}

START_TEST(quoted_words)
{
    char word[STRING_BUILDER_QUOTED_BYTES + 1];
    memset(word, 'w', sizeof word);
    ck_assert_str_eq(quoted("ab", 2, false), "\"ab\"");
    ck_assert_str_eq(quoted("ab", 2, true), "\"ab...\"");
    ck_assert_str_eq(quoted("", 0, false), "\"\"");
    ck_assert_ptr_null(strstr(quoted(word, STRING_BUILDER_QUOTED_BYTES, false), "..."));
    ck_assert_uint_eq(strlen(quoted(word, STRING_BUILDER_QUOTED_BYTES + 1, false)),
                      STRING_BUILDER_QUOTED_BYTES + 5);
    /* a character of two bytes at the limit is left out whole */
    memcpy(word + STRING_BUILDER_QUOTED_BYTES - 1, "\xc3\xa9", 2);
    ck_assert_uint_eq(strlen(quoted(word, STRING_BUILDER_QUOTED_BYTES + 1, false)),
                      STRING_BUILDER_QUOTED_BYTES + 4);
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

/* A full text stays full: what comes later must not fill the gap of what did not fit. */
START_TEST(full)
{
    struct string_builder text = string_builder_begin(buffer, 6);
    buffer[6] = '#';
    string_builder_add(&text, "abcd");
    string_builder_add_token(&text, "\xc3\xa9", 2, false); /* "/" fits, the character does not */
    string_builder_add(&text, "e");
    ck_assert_str_eq(buffer, "abcd/");
    ck_assert_int_eq(buffer[6], '#');
}
END_TEST

START_TEST(lists)
{
    static const char *const names[] = {"x", "y"};
    struct string_builder text = string_builder_begin(buffer, sizeof buffer);
    string_builder_addf(&text, "%d: ", 7);
    string_builder_add_list(&text, names, 2);
    ck_assert_str_eq(buffer, "7: \"x\", \"y\"");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/text");
    TCase *tcase = suite_case(suite, "text");
    tcase_add_test(tcase, quoted_words);
    tcase_add_test(tcase, pointer_tokens);
    tcase_add_test(tcase, full);
    tcase_add_test(tcase, lists);
    return suite_run(suite);
}
