#include "base/suggest.h"

#include <string.h>

#include "../suite.h"

static const char *const names[] = {"particles", "dt", "timestep", "method", "frames"};

static const char *suggestion(const char *name)
{
    return names[suggestion_index(name, strlen(name), names, sizeof names / sizeof *names)];
}

START_TEST(nearest_name)
{
    ck_assert_str_eq(suggestion("particels"), "particles");
    ck_assert_str_eq(suggestion("particle"), "particles");
    ck_assert_str_eq(suggestion("PARTICLES"), "particles");
    ck_assert_str_eq(suggestion("time_step"), "timestep");
    ck_assert_str_eq(suggestion("DT"), "dt");
    ck_assert_str_eq(suggestion("d"), "dt");
    ck_assert_str_eq(suggestion("delta_t"), "dt"); /* 5 deletions; "particles" is 6 away */
    ck_assert_str_eq(suggestion("frame"), "frames");
    ck_assert_str_eq(suggestion("methode"), "method");
    ck_assert_str_eq(suggestion(""), "dt");
}
END_TEST

START_TEST(first_of_equally_near_names)
{
    static const char *const columns[] = {"x", "y", "ang_vel"};
    ck_assert_uint_eq(suggestion_index("z", 1, columns, 3), 0);
    ck_assert_uint_eq(suggestion_index("Y", 1, columns, 3), 1);
    ck_assert_uint_eq(suggestion_index("angvel", 6, columns, 3), 2);
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
    Suite *suite = suite_create("base/suggest");
    TCase *tcase = suite_case(suite, "suggest");
    tcase_add_test(tcase, nearest_name);
    tcase_add_test(tcase, first_of_equally_near_names);
    tcase_add_test(tcase, long_and_binary_names);
    return suite_run(suite);
}
