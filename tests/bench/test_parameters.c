#include "bench/parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../suite.h"

static struct bench_config config;
static struct bench_error error;
static const struct bench_limits limits = {.particles = 100000, .particle_steps = 10000000};

static void set_up(void)
{
    bench_config_init(&config);
    memset(&error, 0, sizeof error);
}

static enum bench_set_status set(const char *name, const char *value)
{
    return bench_config_set(&config, name, value, strlen(value), &error);
}

START_TEST(defaults)
{
    ck_assert_uint_eq(config.particles, 1000);
    ck_assert_uint_eq(config.seed, 1);
    ck_assert_double_eq(config.dt, 0.1);
    ck_assert_double_eq(config.timestep, 1e-5);
    ck_assert_int_eq(config.steps, 10000);
    ck_assert_uint_eq(config.min_rounds, 5);
    ck_assert_double_eq(config.max_time_s, 1);
    ck_assert(config.warmup);
    ck_assert(!config.memory);
    ck_assert(!config.data);

    size_t count;
    const struct method *const *table = method_table(&count);
    ck_assert_uint_eq(config.method_count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_ptr_eq(config.methods[i], table[i]);
    ck_assert(bench_config_check(&config, &limits, &error));
}
END_TEST

START_TEST(values_are_parsed)
{
    ck_assert_int_eq(set("particles", "42"), BENCH_SET_OK);
    ck_assert_int_eq(set("dt", "0.25"), BENCH_SET_OK);
    ck_assert_int_eq(set("timestep", "1e-3"), BENCH_SET_OK);
    ck_assert_int_eq(set("seed", "18446744073709551615"), BENCH_SET_OK);
    ck_assert_int_eq(set("methods", "fast,closed_form"), BENCH_SET_OK);
    ck_assert_int_eq(set("min_rounds", "7"), BENCH_SET_OK);
    ck_assert_int_eq(set("max_time", ".5"), BENCH_SET_OK);
    ck_assert_int_eq(set("warmup", "off"), BENCH_SET_OK);
    ck_assert_int_eq(set("memory", "1"), BENCH_SET_OK);
    ck_assert_int_eq(set("data", "true"), BENCH_SET_OK);
    ck_assert_uint_eq(config.particles, 42);
    ck_assert_double_eq(config.dt, 0.25);
    ck_assert_double_eq(config.timestep, 1e-3);
    ck_assert_uint_eq(config.seed, UINT64_MAX);
    ck_assert_uint_eq(config.method_count, 2);
    ck_assert_str_eq(config.methods[0]->name, "fast");
    ck_assert_str_eq(config.methods[1]->name, "closed_form");
    ck_assert_uint_eq(config.min_rounds, 7);
    ck_assert_double_eq(config.max_time_s, 0.5);
    ck_assert(!config.warmup);
    ck_assert(config.memory);
    ck_assert(config.data);
    ck_assert(bench_config_check(&config, &limits, &error));
    ck_assert_int_eq(config.steps, 250);
}
END_TEST

static const char *const bad[][2] = {
    {"particles", ""},
    {"particles", "-1"},
    {"particles", "+1"},
    {"particles", " 1"},
    {"particles", "1 "},
    {"particles", "0x10"},
    {"particles", "1e3"},
    {"particles", "10.0"},
    {"particles", "18446744073709551616"},
    {"seed", "-1"},
    {"seed", "18446744073709551616"},
    {"min_rounds", "five"},
    {"dt", ""},
    {"dt", "nan"},
    {"dt", "inf"},
    {"dt", "-infinity"},
    {"dt", "0x1p-3"},
    {"dt", " 0.1"},
    {"dt", "0.1 "},
    {"dt", "0,1"},
    {"dt", "1e"},
    {"dt", "."},
    {"dt", "1.2.3"},
    {"timestep", "1e-5s"},
    {"max_time", "1d"},
    {"warmup", "yes"},
    {"warmup", ""},
    {"memory", "ON"},
    {"data", "2"},
    {"methods", ""},
    {"methods", "euler,"},
    {"methods", ",euler"},
    {"methods", "euler,,fast"},
    {"methods", "Euler"},
    {"methods", "eule"},
    {"methods", "euler, fast"},
    {"methods", "euler,fast,euler"},
};

START_TEST(bad_values_are_refused_and_change_nothing)
{
    const struct bench_config before = config;
    ck_assert_int_eq(set(bad[_i][0], bad[_i][1]), BENCH_SET_INVALID);
    ck_assert_str_eq(error.parameter, bad[_i][0]);
    ck_assert_ptr_eq(strstr(error.detail, bad[_i][0]), error.detail);
    ck_assert_mem_eq(&config, &before, sizeof config);
}
END_TEST

START_TEST(nul_and_foreign_bytes_are_refused)
{
    ck_assert_int_eq(bench_config_set(&config, "dt", "1\0", 2, &error), BENCH_SET_INVALID);
    ck_assert_int_eq(bench_config_set(&config, "particles", "1\0", 2, &error), BENCH_SET_INVALID);
    ck_assert_int_eq(bench_config_set(&config, "methods", "fast\0", 5, &error), BENCH_SET_INVALID);
    ck_assert_int_eq(set("methods", "\xff\n"), BENCH_SET_INVALID);
    ck_assert_ptr_nonnull(strstr(error.detail, "\"??\""));
}
END_TEST

START_TEST(the_length_ends_a_value)
{
    ck_assert_int_eq(bench_config_set(&config, "particles", "12345", 2, &error), BENCH_SET_OK);
    ck_assert_uint_eq(config.particles, 12);
    ck_assert_int_eq(bench_config_set(&config, "methods", "fast,euler", 4, &error), BENCH_SET_OK);
    ck_assert_uint_eq(config.method_count, 1);
}
END_TEST

START_TEST(long_values_are_cut_in_messages)
{
    char value[2000];
    memset(value, '1', sizeof value);
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++) {
        ck_assert_int_eq(
            bench_config_set(&config, bench_parameters[i].name, value, sizeof value, &error),
            BENCH_SET_INVALID);
        ck_assert_ptr_nonnull(strstr(error.detail, "1..."));
        ck_assert_uint_lt(strlen(error.detail), sizeof error.detail - 1);
    }
}
END_TEST

START_TEST(the_error_for_an_unknown_method_lists_all)
{
    ck_assert_int_eq(set("methods", "eular"), BENCH_SET_INVALID);
    static const char start[] = "methods: there is no \"eular\"; choose from closed_form, ";
    ck_assert_msg(strncmp(error.detail, start, strlen(start)) == 0, "%s", error.detail);

    size_t count;
    const struct method *const *table = method_table(&count);
    for (size_t i = 0; i < count; i++)
        ck_assert_ptr_nonnull(strstr(error.detail, table[i]->name));
}
END_TEST

START_TEST(unknown_parameters_are_reported)
{
    ck_assert_int_eq(set("particle", "1"), BENCH_SET_UNKNOWN);
    ck_assert_int_eq(set("", "1"), BENCH_SET_UNKNOWN);
    ck_assert_int_eq(set("min-rounds", "1"), BENCH_SET_UNKNOWN);
}
END_TEST

/* Both sides of each limit. `parameter` is NULL if the value is valid. */
static const struct {
    const char *name, *value, *parameter;
} bounds[] = {
    {"particles", "0", "particles"},
    {"particles", "1", NULL},
    {"particles", "100001", "particles"},
    {"dt", "-1e-300", "dt"},
    {"dt", "0", NULL},
    {"dt", "-0", NULL},
    {"dt", "1e999", "dt"},
    {"timestep", "0", "timestep"},
    {"timestep", "1e-999", "timestep"},
    {"timestep", "-1e-5", "timestep"},
    {"timestep", "1e999", "timestep"},
    {"timestep", "1e300", NULL},
    {"timestep", "1e-300", "timestep"},
    {"min_rounds", "0", "min_rounds"},
    {"min_rounds", "1", NULL},
    {"min_rounds", "100000", NULL},
    {"min_rounds", "1000001", "min_rounds"},
    {"max_time", "0", "max_time"},
    {"max_time", "-1", "max_time"},
    {"max_time", "1e-9", NULL},
    {"max_time", "3600", NULL},
    {"max_time", "3600.1", "max_time"},
    {"max_time", "1e999", "max_time"},
};

START_TEST(ranges_are_checked)
{
    ck_assert_int_eq(set(bounds[_i].name, bounds[_i].value), BENCH_SET_OK);
    bool passes = bench_config_check(&config, &limits, &error);
    ck_assert_msg(passes == !bounds[_i].parameter, "%s=%s", bounds[_i].name, bounds[_i].value);
    if (!passes) {
        ck_assert_str_eq(error.parameter, bounds[_i].parameter);
        ck_assert_uint_gt(strlen(error.detail), strlen(error.parameter));
    }
}
END_TEST

START_TEST(steps_are_bounded)
{
    set("methods", "closed_form,analytic");
    set("timestep", "1");
    set("dt", "9007199254740992"); /* 2^53 */
    ck_assert(bench_config_check(&config, &limits, &error));
    ck_assert_int_eq(config.steps, SIM_STEPS_MAX);
    set("dt", "9007199254740994");
    ck_assert(!bench_config_check(&config, &limits, &error));
    ck_assert_str_eq(error.parameter, "timestep");
}
END_TEST

/* The limit is 1000 particles of 10000 steps. It does not apply to closed_form, which takes no
 * steps. */
START_TEST(work_of_stepping_methods_is_bounded)
{
    ck_assert(bench_config_check(&config, &limits, &error));
    set("particles", "1001");
    ck_assert(!bench_config_check(&config, &limits, &error));
    ck_assert_str_eq(error.parameter, "particles");
    ck_assert_ptr_nonnull(strstr(error.detail, "euler would take 10010000 particle-steps"));
    set("methods", "closed_form,analytic");
    set("particles", "100000");
    ck_assert(bench_config_check(&config, &limits, &error));
}
END_TEST

START_TEST(the_table_is_complete)
{
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++) {
        ck_assert_uint_gt(strlen(bench_parameters[i].name), 0);
        ck_assert_uint_gt(strlen(bench_parameters[i].summary), 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parameters");
    TCase *tcase = suite_case(suite, "parameters");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, defaults);
    tcase_add_test(tcase, values_are_parsed);
    tcase_add_loop_test(tcase, bad_values_are_refused_and_change_nothing, 0,
                        sizeof bad / sizeof *bad);
    tcase_add_test(tcase, nul_and_foreign_bytes_are_refused);
    tcase_add_test(tcase, the_length_ends_a_value);
    tcase_add_test(tcase, long_values_are_cut_in_messages);
    tcase_add_test(tcase, the_error_for_an_unknown_method_lists_all);
    tcase_add_test(tcase, unknown_parameters_are_reported);
    tcase_add_loop_test(tcase, ranges_are_checked, 0, sizeof bounds / sizeof *bounds);
    tcase_add_test(tcase, steps_are_bounded);
    tcase_add_test(tcase, work_of_stepping_methods_is_bounded);
    tcase_add_test(tcase, the_table_is_complete);
    return suite_run(suite);
}
