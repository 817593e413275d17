#include "base/suggest.h"

#include <string.h>

#include "../suite.h"

static const char *const names[] = {"particles", "dt", "timestep", "method", "frames"};

static const char *nearest(const char *name)
{
    return names[suggestion_index(name, strlen(name), names, sizeof names / sizeof *names)];
}

START_TEST(finds_the_nearest)
{
    ck_assert_str_eq(nearest("particels"), "particles");
    ck_assert_str_eq(nearest("particle"), "particles");
    ck_assert_str_eq(nearest("PARTICLES"), "particles");
    ck_assert_str_eq(nearest("time_step"), "timestep");
    ck_assert_str_eq(nearest("DT"), "dt");
    ck_assert_str_eq(nearest("d"), "dt");
    ck_assert_str_eq(nearest("delta_t"), "dt"); /* 5 deletions; "particles" is 6 away */
    ck_assert_str_eq(nearest("frame"), "frames");
    ck_assert_str_eq(nearest("methode"), "method");
    ck_assert_str_eq(nearest(""), "dt");
}
END_TEST

START_TEST(the_first_of_equals)
{
    static const char *const equals[] = {"x", "y", "ang_vel"};
    ck_assert_uint_eq(suggestion_index("z", 1, equals, 3), 0);
    ck_assert_uint_eq(suggestion_index("Y", 1, equals, 3), 1);
    ck_assert_uint_eq(suggestion_index("angvel", 6, equals, 3), 2);
}
END_TEST

START_TEST(long_and_binary_names)
{
    static char name[10000];
    memset(name, 'm', sizeof name);
    ck_assert_uint_lt(suggestion_index(name, sizeof name, names, 5), 5);
    memcpy(name, "timestep", 8);
    ck_assert_str_eq(names[suggestion_index(name, sizeof name, names, 5)], "timestep");
    ck_assert_str_eq(names[suggestion_index("d\0t", 3, names, 5)], "dt");
    ck_assert_str_eq(names[suggestion_index("fr\xff\xfe\x80s", 6, names, 5)], "frames");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/nearest");
    TCase *tcase = suite_case(suite, "nearest");
    tcase_add_test(tcase, finds_the_nearest);
    tcase_add_test(tcase, the_first_of_equals);
    tcase_add_test(tcase, long_and_binary_names);
    return suite_run(suite);
}
