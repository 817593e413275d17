#include "http/message/negotiation.h"

#include "../../suite.h"

#define JSON "application/json"

START_TEST(content_type)
{
    static const char *const same[] = {JSON,
                                       "Application/JSON",
                                       " application/json",
                                       "application/json;charset=utf-8",
                                       "application/json \t; charset=utf-8",
                                       "application/json;"};
    static const char *const other[] = {"",
                                        "application/jso",
                                        "application/jsonl",
                                        "application/problem+json",
                                        "json",
                                        "text/json",
                                        "*/*",
                                        ";application/json"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        ck_assert_msg(media_type_is(same[i], JSON), "%s", same[i]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        ck_assert_msg(!media_type_is(other[i], JSON), "%s", other[i]);
}
END_TEST

START_TEST(accept)
{
    static const char *const types[] = {JSON, "text/plain"};
    static const struct {
        const char *accept;
        int chosen;
    } rows[] = {
        {NULL, 0},
        {"", 0},
        {"  ", 0},
        {"*/*", 0},
        {JSON, 0},
        {"APPLICATION/json", 0},
        {"text/plain", 1},
        {"text/*", 1},
        {"text/plain; charset=utf-8", 1},
        {"text/html, text/plain;q=0.5", 1},
        {"text/html", -1},
        {"text", -1},
        {"text/", -1},
        {"/*", -1},
        {"text/plainer", -1},
        /* the highest quality, the first of equals */
        {"application/json;q=0.5, text/plain", 1},
        {"application/json;q=0.5, text/plain;q=0.4", 0},
        {"text/plain, application/json", 0},
        {"text/plain;q=0.9,*/*;q=0.8", 1},
        {"application/json;q=0.501,text/plain;q=0.502", 1},
        /* the most specific range counts, at any position */
        {"*/*, application/json;q=0", 1},
        {"application/json;q=0, */*", 1},
        {"text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5", 0},
        {"*/*;q=0.1, text/*;q=0.2", 1},
        /* refused */
        {"*/*;q=0", -1},
        {"application/json;q=0, text/*;q=0.000", -1},
        /* unusual spelling */
        {",, ,text/plain,", 1},
        {"text/plain ; Q=1 , application/json;q=0.1", 1},
        {"text/plain;level=1;q=0.1, application/json;q=0.2", 0},
        /* an invalid quality is 0 */
        {"text/plain;q=2, application/json;q=0.1", 0},
        {"text/plain;q=-1", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int chosen = negotiate_media_type(rows[i].accept, types, 2);
        ck_assert_msg(chosen == rows[i].chosen, "%s: %d", rows[i].accept ? rows[i].accept : "NULL",
                      chosen);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/message/negotiation");
    TCase *tcase = suite_case(suite, "negotiation");
    tcase_add_test(tcase, content_type);
    tcase_add_test(tcase, accept);
    return suite_run(suite);
}
