#include "http/message/origin.h"

#include "../../suite.h"

START_TEST(sec_fetch_site_decides_alone)
{
    static const char *const foreign[] = {"cross-site",  "same-site",         "",
                                          "SAME-ORIGIN", "same-origin, none", "none "};
    ck_assert(!origin_is_foreign("same-origin", "http://other", "host"));
    ck_assert(!origin_is_foreign("none", NULL, "host"));
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        ck_assert_msg(origin_is_foreign(foreign[i], "http://host", "host"), "%s", foreign[i]);
}
END_TEST

START_TEST(a_program_sends_neither)
{
    ck_assert(!origin_is_foreign(NULL, NULL, "host"));
    ck_assert(!origin_is_foreign(NULL, NULL, NULL));
}
END_TEST

static const char *const same[][2] = {
    {"http://127.0.0.1:8080", "127.0.0.1:8080"},
    {"http://localhost", "localhost"},
    {"http://LocalHost:8080", "localHOST:8080"},
    {"HTTP://localhost", "localhost"},
    /* the default port */
    {"http://host", "host:80"},
    {"http://host:80", "host"},
    {"http://host", "host:"},
    {"https://host", "host"},
    {"https://host", "host:443"},
    {"https://host:443", "host"},
    {"http://host:080", "host:80"},
    /* IPv6 */
    {"http://[::1]:8080", "[::1]:8080"},
    {"http://[::1]", "[::1]:80"},
    {"http://[fe80::A]", "[FE80::a]"},
};

static const char *const other[][2] = {
    {"null", "host"},
    {"null", "null"},
    {"", "host"},
    {"", ""},
    {"host", "host"},
    {"//host", "host"},
    {"file://", "host"},
    {"ftp://host", "host"},
    {"http://", "host"},
    {"http://", ""},
    {"http://host", NULL},
    {"http://host", ""},
    {"http://host", "hosts"},
    {"http://hosts", "host"},
    {"http://a.host", "host"},
    {"http://host.", "host"},
    {"http://host:8080", "host:8081"},
    {"http://host:8080", "host"},
    {"http://host", "host:8080"},
    /* the default port is that of the scheme of Origin */
    {"https://host", "host:80"},
    {"http://host", "host:443"},
    {"https://host:80", "host"},
    /* not exactly HOST or HOST:PORT */
    {"http://host/", "host"},
    {"http://host:80/", "host:80"},
    {"http://host:", "host:x"},
    {"http://host:80x", "host:80"},
    {"http://user@host", "host"},
    {"http://host http://other", "host"},
    {"http://host:80 http://other", "host:80"},
    {"http://host:4294967376", "host:80"},
    {"http://host:000080", "host:80"},
    {"http://[::1]x", "[::1]x"},
    {"http://[::1", "[::1"},
    {"http://[::1]", "[::2]"},
    {"http://[::1]:80", "::1:80"},
};

START_TEST(origin_and_host)
{
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        ck_assert_msg(!origin_is_foreign(NULL, same[i][0], same[i][1]), "%s", same[i][0]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        ck_assert_msg(origin_is_foreign(NULL, other[i][0], other[i][1]), "%s", other[i][0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/message/origin");
    TCase *tcase = suite_case(suite, "origin");
    tcase_add_test(tcase, sec_fetch_site_decides_alone);
    tcase_add_test(tcase, a_program_sends_neither);
    tcase_add_test(tcase, origin_and_host);
    return suite_run(suite);
}
