/* Compares the man page and docs/http-api.md with the program and its tables. */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "../suite.h"
#include "bench/parameters.h"
#include "endpoints/problems.h"
#include "endpoints/routes.h"

#define TEXT_MAX (256 << 10)
#define OPTIONS_MAX 64

static char text[TEXT_MAX];

static void read_all(FILE *file)
{
    size_t size = fread(text, 1, sizeof text - 1, file);
    ck_assert_uint_lt(size, sizeof text - 1);
    text[size] = '\0';
}

static void read_help(void)
{
    FILE *pipe = popen(PARTICLED " --help", "r");
    ck_assert_ptr_nonnull(pipe);
    read_all(pipe);
    int status = pclose(pipe);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    read_all(file);
    fclose(file);
}

struct names {
    char name[OPTIONS_MAX][32];
    size_t count;
};

/* The words after each `mark` in `text`. */
static struct names words_after(const char *mark)
{
    struct names names = {.count = 0};
    for (const char *at = text; (at = strstr(at, mark)) != NULL;) {
        at += strlen(mark);
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
        ck_assert(length > 0 && length < sizeof names.name[0]);
        ck_assert_uint_lt(names.count, OPTIONS_MAX);
        snprintf(names.name[names.count++], sizeof names.name[0], "%.*s", (int)length, at);
    }
    return names;
}

static bool has(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->name[i], name) == 0)
            return true;
    return false;
}

/* The start of an option in --help and in the man page. */
#define HELP_MARK "\n  --"
#define PAGE_MARK "\n.It Fl -"

START_TEST(man_page_has_the_options_of_help)
{
    read_help();
    struct names help = words_after(HELP_MARK);
    read_file(DOCS "/particled.8");
    struct names page = words_after(PAGE_MARK);
    ck_assert_uint_ge(help.count, 15);
    for (size_t i = 0; i < help.count; i++)
        ck_assert_msg(has(&page, help.name[i]), "the page lacks --%s", help.name[i]);
    for (size_t i = 0; i < page.count; i++)
        ck_assert_msg(has(&help, page.name[i]), "there is no --%s", page.name[i]);
    ck_assert_uint_eq(page.count, help.count);
}
END_TEST

/* The man page names the environment variable of every option that has one. */
START_TEST(man_page_has_the_variables)
{
    read_file(DOCS "/particled.8");
    struct names page = words_after(PAGE_MARK);
    size_t found = 0;
    for (size_t i = 0; i < page.count; i++) {
        if (strcmp(page.name[i], "check") == 0 || strcmp(page.name[i], "help") == 0 ||
            strcmp(page.name[i], "version") == 0)
            continue;
        char variable[64] = ".It Ev PARTICLED_";
        size_t used = strlen(variable);
        for (const char *c = page.name[i]; *c; c++)
            variable[used++] = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
        variable[used++] = '\n';
        variable[used] = '\0';
        ck_assert_msg(strstr(text, variable) != NULL, "the page lacks %s", variable);
        found++;
    }
    ck_assert_uint_ge(found, 14);
}
END_TEST

START_TEST(http_api_has_every_problem)
{
    read_file(DOCS "/http-api.md");
    size_t count;
    const struct problem_type *const *table = problem_table(&count);
    for (size_t i = 0; i < count; i++) {
        char row[96];
        snprintf(row, sizeof row, "\n| %u | `%s` |", table[i]->status, table[i]->name);
        ck_assert_msg(strstr(text, row) != NULL, "docs/http-api.md has no row \"%s\"", row);
    }
}
END_TEST

START_TEST(http_api_has_every_path_and_parameter)
{
    char cell[96];
    struct route_table routes = routes_table(true);
    read_file(DOCS "/http-api.md");
    for (size_t i = 0; i < routes.count; i++) {
        snprintf(cell, sizeof cell, "%s`", routes.routes[i].path);
        ck_assert_msg(strstr(text, cell) != NULL, "docs/http-api.md lacks %s",
                      routes.routes[i].path);
    }
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++) {
        snprintf(cell, sizeof cell, "\n| `%s` |", bench_parameters[i].name);
        ck_assert_msg(strstr(text, cell) != NULL, "docs/http-api.md lacks %s",
                      bench_parameters[i].name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("docs/prose");
    TCase *page = suite_case(suite, "man page");
    tcase_add_test(page, man_page_has_the_options_of_help);
    tcase_add_test(page, man_page_has_the_variables);
    TCase *api = suite_case(suite, "http-api");
    tcase_add_test(api, http_api_has_every_problem);
    tcase_add_test(api, http_api_has_every_path_and_parameter);
    return suite_run(suite);
}
