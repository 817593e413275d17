/* The parameters of a query. */
#include "http/message/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../suite.h"

/* What the visits have seen: "name=value" in parentheses, with \0 for a NUL. */
struct seen {
    char text[512];
    size_t visits, stop_after; /* 0: never */
};

static bool note(void *context, const char *name, const char *value, size_t length)
{
    struct seen *seen = context;
    char *end = seen->text + strlen(seen->text);
    end += sprintf(end, "(%s=", name);
    for (size_t i = 0; i < length; i++)
        end += value[i] ? sprintf(end, "%c", value[i]) : sprintf(end, "\\0");
    ck_assert_int_eq(value[length], '\0');
    sprintf(end, ")");
    return ++seen->visits != seen->stop_after;
}

static void is_read_as(const char *query, const char *expected)
{
    struct seen seen = {.visits = 0};
    char *copy = strdup(query);
    ck_assert_ptr_nonnull(copy);
    size_t count = query_count(query);
    ck_assert(query_each(copy, note, &seen));
    ck_assert_msg(strcmp(seen.text, expected) == 0, "%s: %s, not %s", query, seen.text, expected);
    ck_assert_msg(seen.visits == count, "%s: %zu visits, %zu counted", query, seen.visits, count);
    free(copy);
}

START_TEST(parameters)
{
    is_read_as("", "");
    is_read_as("a", "(a=)");
    is_read_as("a=", "(a=)");
    is_read_as("a=b", "(a=b)");
    is_read_as("a=b=c", "(a=b=c)");
    is_read_as("=", "(=)");
    is_read_as("=b", "(=b)");
    is_read_as("a=1&b=2", "(a=1)(b=2)");
    is_read_as("a=1&a=2", "(a=1)(a=2)");
    is_read_as("a&b&c", "(a=)(b=)(c=)");
    is_read_as("a?b=c?d", "(a?b=c?d)");
    is_read_as("a=1;b=2", "(a=1;b=2)");
}
END_TEST

START_TEST(empty_parameters)
{
    is_read_as("&", "");
    is_read_as("&&&", "");
    is_read_as("&a", "(a=)");
    is_read_as("a&", "(a=)");
    is_read_as("&&a=1&&b&&", "(a=1)(b=)");
}
END_TEST

START_TEST(decoding)
{
    is_read_as("a%3Db=c%26d", "(a=b=c&d)");
    is_read_as("%61=%62", "(a=b)");
    is_read_as("a=%2b%2B", "(a=++)");
    is_read_as("a+b=c+d", "(a b=c d)");
    is_read_as("a=%c3%A9", "(a=\xc3\xa9)");
    is_read_as("a=%2541", "(a=%41)");
    is_read_as("a=%25", "(a=%)");
}
END_TEST

START_TEST(incomplete_percent_encoding)
{
    is_read_as("a=%", "(a=%)");
    is_read_as("a=%4", "(a=%4)");
    is_read_as("a=%4g", "(a=%4g)");
    is_read_as("a=%g4", "(a=%g4)");
    is_read_as("a=%%41", "(a=%A)");
    is_read_as("a=%&41", "(a=%)(41=)");
    is_read_as("a=%4&1", "(a=%4)(1=)");
    is_read_as("a%=%", "(a%=%)");
    is_read_as("a%4=1", "(a%4=1)");
    is_read_as("%", "(%=)");
    is_read_as("%4", "(%4=)");
}
END_TEST

/* A value may contain NULs; a name with one must not be taken for its start. */
START_TEST(nuls)
{
    is_read_as("a=%00", "(a=\\0)");
    is_read_as("a=b%00c", "(a=b\\0c)");
    is_read_as("a=%00%00", "(a=\\0\\0)");
    is_read_as("dt%00=1", "(%00=1)");
    is_read_as("dt%00x=1", "(%00=1)");
    is_read_as("%00", "(%00=)");
    is_read_as("%00=%00&a", "(%00=\\0)(a=)");
}
END_TEST

START_TEST(a_visit_may_stop)
{
    struct seen seen = {.stop_after = 2};
    char query[] = "a=1&b=2&c=3";
    ck_assert(!query_each(query, note, &seen));
    ck_assert_str_eq(seen.text, "(a=1)(b=2)");
    struct seen last = {.stop_after = 1};
    char one[] = "a";
    ck_assert(!query_each(one, note, &last));
    ck_assert_uint_eq(last.visits, 1);
}
END_TEST

START_TEST(counts)
{
    char query[4 * QUERY_PARAMETERS_MAX] = "";
    char *end = query;
    for (size_t i = 1; i <= QUERY_PARAMETERS_MAX + 1; i++) {
        end += sprintf(end, i == 1 ? "a" : "&a");
        ck_assert_uint_eq(query_count(query), i);
    }
    ck_assert_uint_eq(query_count(""), 0);
    ck_assert_uint_eq(query_count("&&"), 0);
    ck_assert_uint_eq(query_count("="), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/message/query");
    TCase *tcase = suite_case(suite, "query");
    tcase_add_test(tcase, parameters);
    tcase_add_test(tcase, empty_parameters);
    tcase_add_test(tcase, decoding);
    tcase_add_test(tcase, incomplete_percent_encoding);
    tcase_add_test(tcase, nuls);
    tcase_add_test(tcase, a_visit_may_stop);
    tcase_add_test(tcase, counts);
    return suite_run(suite);
}
