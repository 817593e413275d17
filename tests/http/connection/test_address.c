#include "http/connection/address.h"

#include <string.h>

#include "../../suite.h"

START_TEST(valid_addresses)
{
    static const char *const rows[][3] = {
        {"127.0.0.1:8080", "127.0.0.1", "8080"},
        {"localhost:0", "localhost", "0"},
        {"[::1]:65535", "::1", "65535"},
        {"[fe80::1%eth0]:80", "fe80::1%eth0", "80"},
        {"h:00080", "h", "00080"},
    };
    struct address_parts parts;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_msg(address_split(rows[i][0], &parts), "%s", rows[i][0]);
        ck_assert_str_eq(parts.host, rows[i][1]);
        ck_assert_str_eq(parts.port, rows[i][2]);
    }
}
END_TEST

START_TEST(invalid_addresses)
{
    static const char *const rows[] = {"",
                                       "8080",
                                       ":8080",
                                       "host",
                                       "host:",
                                       "host:x",
                                       "host:80x",
                                       "host:-1",
                                       "host: 80",
                                       "host:65536",
                                       "host:99999999999",
                                       "::1:80",
                                       "[]:80",
                                       "[::1]",
                                       "[::1]80",
                                       "[::1:80",
                                       "::1]:80",
                                       "a:b:80"};
    struct address_parts parts;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(!address_split(rows[i], &parts), "%s", rows[i]);
}
END_TEST

START_TEST(long_hosts)
{
    struct address_parts parts;
    char text[400];
    size_t most = sizeof parts.host - 1;
    memset(text, 'h', sizeof text);
    strcpy(text + most, ":80");
    ck_assert(address_split(text, &parts));
    ck_assert_uint_eq(strlen(parts.host), most);
    text[most] = 'h';
    strcpy(text + most + 1, ":80");
    ck_assert(!address_split(text, &parts));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/connection/address");
    TCase *tcase = suite_case(suite, "address");
    tcase_add_test(tcase, valid_addresses);
    tcase_add_test(tcase, invalid_addresses);
    tcase_add_test(tcase, long_hosts);
    return suite_run(suite);
}
