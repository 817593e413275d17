#include "endpoints/problems.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "../../suite.h"

static json_t *document(const struct problem *problem)
{
    size_t size = 0;
    char *text = problem_document(problem, &size);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_gt(size, 2);
    ck_assert_int_eq(text[size - 1], '\n');
    json_error_t error;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root, "%s", error.text);
    free(text);
    return root;
}

static const char *string(const json_t *root, const char *name)
{
    const char *text = json_string_value(json_object_get(root, name));
    ck_assert_msg(text, "%s", name);
    return text;
}

/* Every type has an error status, a unique URN and a title. */
START_TEST(all_types)
{
    size_t count;
    const struct problem_type *const *table = problem_table(&count);
    ck_assert_uint_gt(count, 20);
    for (size_t i = 0; i < count; i++) {
        struct problem problem;
        problem_set(&problem, table[i], "number %zu", i);
        json_t *root = document(&problem);
        ck_assert_int_eq((int)json_integer_value(json_object_get(root, "status")),
                         (int)table[i]->status);
        ck_assert_uint_ge(table[i]->status, 400);
        ck_assert_uint_le(table[i]->status, 504);
        ck_assert_str_ne(string(root, "title"), "");
        ck_assert_int_eq(strncmp(string(root, "type"), "urn:particled:problem:", 22), 0);
        ck_assert_str_eq(string(root, "type") + 22, table[i]->name);
        for (size_t before = 0; before < i; before++)
            ck_assert_str_ne(table[before]->name, table[i]->name);
        ck_assert_uint_eq(json_object_size(root), 4);
        json_decref(root);
    }
}
END_TEST

START_TEST(positions)
{
    struct problem problem;
    problem_set(&problem, &problem_invalid, "x");
    problem_set_pointer(&problem, ""); /* the pointer to the root */
    json_t *root = document(&problem);
    ck_assert_str_eq(string(root, "pointer"), "");
    json_decref(root);

    problem_set_pointer(&problem, "/particles/0");
    problem_set_parameter(&problem, "dt");
    problem.has_position = true;
    problem.line = 3;
    problem.column = 4;
    problem.byte = UINT64_C(5000000000);
    root = document(&problem);
    ck_assert_str_eq(string(root, "pointer"), "/particles/0");
    ck_assert_str_eq(string(root, "parameter"), "dt");
    ck_assert_int_eq((int)json_integer_value(json_object_get(root, "line")), 3);
    ck_assert_int_eq((int)json_integer_value(json_object_get(root, "column")), 4);
    ck_assert(json_integer_value(json_object_get(root, "byte")) == 5000000000);
    json_decref(root);

    problem.line = problem.column = problem.byte = 0; /* a format without lines */
    root = document(&problem);
    ck_assert_ptr_null(json_object_get(root, "line"));
    ck_assert_ptr_null(json_object_get(root, "column"));
    ck_assert(json_is_integer(json_object_get(root, "byte")));
    json_decref(root);
}
END_TEST

/* Any text of a client becomes a valid document. */
START_TEST(unusual_details)
{
    static const char *const details[] = {"\xff\xfe", "a\x01\x1f\"\\", "\xc3",    "\xed\xa0\x80",
                                          "\xc0\xaf", "caf\xc3\xa9",   "%s%n%99d"};
    struct problem problem;
    for (size_t i = 0; i < sizeof details / sizeof *details; i++) {
        problem_set(&problem, &problem_not_found, "<%s>", details[i]);
        json_t *root = document(&problem);
        const char *detail = string(root, "detail");
        ck_assert_int_eq(detail[0], '<');
        ck_assert_str_eq(detail + strlen(detail) - 2, ">."); /* a full stop was added */
        json_decref(root);
    }
    problem_set(&problem, &problem_not_found, "caf\xc3\xa9.");
    ck_assert_str_eq(problem.detail, "caf\xc3\xa9.");
    for (size_t i = 0; i < sizeof details / sizeof *details; i++) {
        problem_set_parameter(&problem, details[i]);
        problem_set_pointer(&problem, details[i]);
        json_decref(document(&problem));
    }

    /* a long text is cut, not inside a character */
    char longest[1001] = "";
    for (int offset = 0; offset < 2; offset++) {
        memset(longest, 'x', (size_t)offset);
        for (size_t i = (size_t)offset; i + 2 < sizeof longest; i += 2)
            memcpy(longest + i, "\xc3\xa9", 3);
        problem_set(&problem, &problem_not_found, "%s", longest);
        problem_set_parameter(&problem, longest);
        problem_set_pointer(&problem, longest);
        json_decref(document(&problem));
    }
}
END_TEST

START_TEST(http_response)
{
    struct problem problem;
    problem_set(&problem, &problem_receive_timeout, "too slow");
    char *text = problem_http(&problem);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(strncmp(text, "HTTP/1.1 408 ", 13), 0);
    const char *body = strstr(text, "\r\n\r\n");
    ck_assert_ptr_nonnull(body);
    body += 4;
    size_t length = 0;
    ck_assert_int_eq(sscanf(strstr(text, "Content-Length: "), "Content-Length: %zu", &length), 1);
    ck_assert_uint_eq(strlen(body), length);
    ck_assert_ptr_nonnull(strstr(text, "\r\nConnection: close\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Type: " PROBLEM_MEDIA_TYPE "\r\n"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/message/problem");
    TCase *tcase = suite_case(suite, "problem");
    tcase_add_test(tcase, all_types);
    tcase_add_test(tcase, positions);
    tcase_add_test(tcase, unusual_details);
    tcase_add_test(tcase, http_response);
    return suite_run(suite);
}
