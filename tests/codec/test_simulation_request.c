#include "codec/simulation_request.h"

#include <math.h>
#include <string.h>

#include "../suite.h"

START_TEST(defaults)
{
    struct simulation s;
    simulation_init(&s);
    ck_assert_double_eq(s.dt, SIM_DT_DEFAULT);
    ck_assert_double_eq(s.timestep, SIM_TIMESTEP_DEFAULT);
    ck_assert_ptr_eq(s.method, method_default());
    ck_assert_int_eq(s.frames, 1);
    ck_assert_uint_eq(s.particles.count, 0);
    for (enum simulation_option o = 0; o < OPTION_COUNT; o++)
        ck_assert(!simulation_has(&s, o));
    simulation_fini(&s);
}
END_TEST

START_TEST(option_names)
{
    static const char *const names[OPTION_COUNT] = {"dt", "timestep", "method", "frames", "times"};
    for (enum simulation_option o = 0; o < OPTION_COUNT; o++)
        ck_assert_str_eq(simulation_option_name(o), names[o]);
}
END_TEST

START_TEST(numbers_in_and_out_of_range)
{
    static const struct {
        enum simulation_option option;
        double value;
        bool good;
    } cases[] = {
        {OPTION_DT, 0, true},
        {OPTION_DT, 1e308, true},
        {OPTION_DT, -5e-324, false},
        {OPTION_DT, INFINITY, false},
        {OPTION_DT, NAN, false},
        {OPTION_TIMESTEP, 5e-324, true},
        {OPTION_TIMESTEP, 1, true},
        {OPTION_TIMESTEP, 0, false},
        {OPTION_TIMESTEP, -1, false},
        {OPTION_TIMESTEP, INFINITY, false},
        {OPTION_TIMESTEP, NAN, false},
        {OPTION_FRAMES, 1, true},
        {OPTION_FRAMES, SIMULATION_FRAMES_MAX, true},
        {OPTION_FRAMES, 0, false},
        {OPTION_FRAMES, -1, false},
        {OPTION_FRAMES, 1.5, false},
        {OPTION_FRAMES, SIMULATION_FRAMES_MAX + 1, false},
        {OPTION_FRAMES, INFINITY, false},
        {OPTION_FRAMES, NAN, false},
        {OPTION_METHOD, 1, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct simulation s;
        char detail[256] = "";
        simulation_init(&s);
        bool good =
            simulation_set_number(&s, cases[i].option, cases[i].value, detail, sizeof detail);
        ck_assert_msg(good == cases[i].good, "case %zu", i);
        ck_assert_int_eq(simulation_has(&s, cases[i].option), good);
        ck_assert_int_eq(detail[0] == '\0', good);
        if (!good)
            ck_assert_ptr_nonnull(strstr(detail, simulation_option_name(cases[i].option)));
        else if (cases[i].option == OPTION_FRAMES)
            ck_assert_int_eq(s.frames, (int64_t)cases[i].value);
        else
            ck_assert_double_eq(cases[i].option == OPTION_DT ? s.dt : s.timestep, cases[i].value);
        simulation_fini(&s);
    }
}
END_TEST

START_TEST(methods_by_name)
{
    struct simulation s;
    char detail[256];
    size_t count;
    const struct method *const *table = method_table(&count);
    simulation_init(&s);
    for (size_t i = 0; i < count; i++) {
        const char *name = table[i]->name;
        ck_assert(simulation_set_method(&s, name, strlen(name), detail, sizeof detail));
        ck_assert_ptr_eq(s.method, table[i]);
        ck_assert(simulation_has(&s, OPTION_METHOD));
    }
    ck_assert(!simulation_set_method(&s, "closedform", 10, detail, sizeof detail));
    ck_assert_ptr_nonnull(
        strstr(detail, "unknown method \"closedform\": did you mean \"closed_form\"?"));
    for (size_t i = 0; i < count; i++)
        ck_assert_ptr_nonnull(strstr(detail, table[i]->name));
    ck_assert(!simulation_set_method(&s, "", 0, detail, sizeof detail));
    ck_assert(!simulation_set_method(&s, "euler\0", 6, detail, sizeof detail));
    simulation_fini(&s);
}
END_TEST

/* A query string may contain any bytes. The sentence is UTF-8 and stays in its buffer. */
START_TEST(method_names_that_are_not_text)
{
    struct simulation s;
    char detail[256], small[24];
    simulation_init(&s);
    ck_assert(!simulation_set_method(&s, "\xff\x01\xc3", 3, detail, sizeof detail));
    ck_assert_ptr_nonnull(strstr(detail, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""));
    ck_assert(!simulation_set_method(&s, "\xc3\xa9", 2, detail, sizeof detail));
    ck_assert_ptr_nonnull(strstr(detail, "\"\xc3\xa9\""));

    memset(small, '#', sizeof small);
    ck_assert(!simulation_set_method(&s, "12345\xc3\xa9", 7, small, 23));
    ck_assert_str_eq(small, "unknown method \"12345");
    ck_assert_int_eq(small[23], '#');
    simulation_fini(&s);
}
END_TEST

START_TEST(steps_limit)
{
    struct simulation s;
    char detail[256] = "";
    enum simulation_option option = OPTION_COUNT;
    simulation_init(&s);
    s.timestep = 1;
    s.dt = (double)SIM_STEPS_MAX;
    ck_assert(simulation_check(&s, &option, detail, sizeof detail));
    s.dt = nextafter((double)SIM_STEPS_MAX, INFINITY);
    ck_assert(!simulation_check(&s, &option, detail, sizeof detail));
    ck_assert_int_eq(option, OPTION_DT);
    ck_assert_ptr_nonnull(strstr(detail, "2^53"));
    s.timestep = 5e-324; /* the quotient overflows */
    ck_assert(!simulation_check(&s, &option, detail, sizeof detail));
    simulation_fini(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/simulation_request");
    TCase *tcase = suite_case(suite, "simulation_request");
    tcase_add_test(tcase, defaults);
    tcase_add_test(tcase, option_names);
    tcase_add_test(tcase, numbers_in_and_out_of_range);
    tcase_add_test(tcase, methods_by_name);
    tcase_add_test(tcase, method_names_that_are_not_text);
    tcase_add_test(tcase, steps_limit);
    return suite_run(suite);
}
