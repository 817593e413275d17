#include "runtime/symbolizer.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../suite.h"

static struct symbolizer *symbolizer;
static char name[SYMBOLIZER_NAME_MAX];

static void set_up(void)
{
    symbolizer = symbolizer_create();
    ck_assert_ptr_nonnull(symbolizer);
}

static void tear_down(void)
{
    symbolizer_destroy(symbolizer);
}

static uint64_t address_of(void (*function)(void))
{
    return (uint64_t)(uintptr_t)function;
}

/* This program has a complete symbol table, which also has static functions. */
static void a_static_function(void)
{
    ck_assert(name[0] || !name[0]);
}

START_TEST(own_functions)
{
    ck_assert(symbolizer_find(symbolizer, address_of(a_static_function), name));
    ck_assert_str_eq(name, "a_static_function");
    ck_assert(symbolizer_find(symbolizer, address_of(a_static_function) + 3,
                              name)); /* inside the function */
    ck_assert_str_eq(name, "a_static_function");
    ck_assert(symbolizer_find(symbolizer, (uint64_t)(uintptr_t)symbolizer_find, name));
    ck_assert_str_eq(name, "symbolizer_find");
}
END_TEST

/* Functions of two libraries in turn. */
START_TEST(functions_of_libraries)
{
    void *qsort_r_at = dlsym(RTLD_DEFAULT, "qsort_r"), *lgamma_at = dlsym(RTLD_DEFAULT, "lgamma");
    ck_assert(qsort_r_at && lgamma_at && lgamma(3) > 0);
    for (int i = 0; i < 3; i++) {
        ck_assert(symbolizer_find(symbolizer, (uint64_t)(uintptr_t)qsort_r_at, name));
        ck_assert_ptr_nonnull(strstr(name, "qsort_r"));
        ck_assert(symbolizer_find(symbolizer, (uint64_t)(uintptr_t)lgamma_at, name));
        ck_assert_ptr_nonnull(strstr(name, "lgamma"));
    }
}
END_TEST

/* The header of the file of a library is mapped, but it is not in a function. */
START_TEST(address_without_symbol)
{
    Dl_info info;
    ck_assert(dladdr(dlsym(RTLD_DEFAULT, "qsort_r"), &info));
    ck_assert(symbolizer_find(symbolizer, (uint64_t)(uintptr_t)info.dli_fbase + 0x10, name));
    const char *slash = strrchr(info.dli_fname, '/');
    ck_assert_ptr_nonnull(strstr(name, "+0x10"));
    ck_assert_int_eq(strncmp(name, slash ? slash + 1 : info.dli_fname, 4), 0);
}
END_TEST

/* Only functions count. */
START_TEST(data_of_this_program)
{
    ck_assert(symbolizer_find(symbolizer, (uint64_t)(uintptr_t)&symbolizer, name));
    ck_assert_ptr_nonnull(strstr(name, "test_symbolizer+0x"));
}
END_TEST

START_TEST(address_that_is_not_mapped)
{
    static const uint64_t addresses[] = {0, 1, UINT64_MAX, UINT64_MAX - 4096};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        strcpy(name, "?");
        ck_assert(!symbolizer_find(symbolizer, addresses[i], name));
        ck_assert_str_eq(name, "");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runtime/symbolizer");
    TCase *tcase = suite_case(suite, "symbolizer");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, own_functions);
    tcase_add_test(tcase, functions_of_libraries);
    tcase_add_test(tcase, address_without_symbol);
    tcase_add_test(tcase, data_of_this_program);
    tcase_add_test(tcase, address_that_is_not_mapped);
    return suite_run(suite);
}
