#include <float.h>
#include <math.h>
#include <string.h>

#include "../suite.h"
#include "sim/domain.h"
#include "sim/kernels.h"

/* Returns the error of one particle. */
static enum domain_error check(const char *name, double x, double y, double ang_vel, double dt,
                               double timestep)
{
    const struct method *method = method_find(name, strlen(name));
    struct evolve_run run = {
        &x, &y, &ang_vel, NULL, NULL, 1, dt, timestep, evolve_steps(dt, timestep)};
    size_t index = 99;
    enum domain_error error = domain_check(method, &run, &index);
    ck_assert(error == DOMAIN_OK ? index == 99 : index == 0);
    return error;
}

static enum domain_error check_default(double x, double y, double ang_vel)
{
    return check("closed_form", x, y, ang_vel, 0.1, 1e-5);
}

START_TEST(ordinary_particles_pass)
{
    ck_assert_int_eq(check_default(0.3, 0.5, 1), DOMAIN_OK);
    ck_assert_int_eq(check_default(1e-170, 0.5, 1), DOMAIN_OK);
    ck_assert_int_eq(check_default(0.5, -1e-320, -1), DOMAIN_OK);
    ck_assert_int_eq(check_default(0, 1, 0), DOMAIN_OK);
}
END_TEST

START_TEST(origin_is_refused_even_at_rest)
{
    ck_assert_int_eq(check_default(0, 0, 1), DOMAIN_ORIGIN);
    ck_assert_int_eq(check_default(0, -0.0, 0), DOMAIN_ORIGIN);
    ck_assert_int_eq(check("analytic", 0, 0, 0, 0, 1), DOMAIN_ORIGIN);
}
END_TEST

START_TEST(not_finite_is_refused)
{
    ck_assert_int_eq(check_default(NAN, 1, 1), DOMAIN_NOT_FINITE);
    ck_assert_int_eq(check_default(1, INFINITY, 1), DOMAIN_NOT_FINITE);
    ck_assert_int_eq(check_default(1, 1, -INFINITY), DOMAIN_NOT_FINITE);
}
END_TEST

/* Both sides of each limit. */
START_TEST(limits)
{
    double tiny = sqrt(DBL_MIN);
    ck_assert_int_eq(check_default(tiny, 0, 0), DOMAIN_OK);
    ck_assert_int_eq(check_default(tiny * (1 - 1e-15), 0, 0), DOMAIN_RADIUS_SMALL);
    double huge = sqrt(DBL_MAX);
    ck_assert_int_eq(check_default(0, huge, 0), DOMAIN_OK);
    ck_assert_int_eq(check_default(0, huge * (1 + 1e-15), 0), DOMAIN_RADIUS_LARGE);

    ck_assert_int_eq(check("euler", 1, 0, tiny, 1, 1), DOMAIN_OK);
    ck_assert_int_eq(check("euler", 1, 0, tiny * (1 - 1e-15), 1, 1), DOMAIN_STEP_SMALL);
    ck_assert_int_eq(check("euler", 1, 0, 5e-324, 1, 0.25), DOMAIN_OK); /* c is 0 */
    ck_assert_int_eq(check("euler", 1, 0, huge, 0.5, 1), DOMAIN_OK);
    ck_assert_int_eq(check("euler", 1, 0, huge * (1 + 1e-15), 0.5, 1), DOMAIN_STEP_LARGE);
    ck_assert_int_eq(check("euler", 1, 0, huge, 1, 2), DOMAIN_STEP_LARGE);
    ck_assert_int_eq(check("euler", 1, 0, huge / 2, 4, 1), DOMAIN_OK);
    ck_assert_int_eq(check("euler", 1, 0, huge / 2, 5, 1), DOMAIN_END_RADIUS_LARGE);

    ck_assert_int_eq(check("analytic", 1, 0, 0x1p53, 1, 1), DOMAIN_OK);
    ck_assert_int_eq(check("analytic", 1, 0, 0x1p53 + 2, 1, 1), DOMAIN_ANGLE_LARGE);
    ck_assert_int_eq(check("analytic", 1, 0, 1e300, 1e300, 1e300), DOMAIN_ANGLE_LARGE);
    ck_assert_int_eq(check("closed_form", 1, 0, 0x1p53 + 2, 1, 1), DOMAIN_OK);
}
END_TEST

START_TEST(first_error_is_reported)
{
    double x[] = {1, 1, 0, 0}, y[] = {1, 1, 0, 0}, ang_vel[] = {0, 1, 2, 3};
    struct evolve_run run = {x, y, ang_vel, NULL, NULL, 4, 1, 1, 1};
    size_t index = 0;
    ck_assert_int_eq(domain_check(method_default(), &run, &index), DOMAIN_ORIGIN);
    ck_assert_uint_eq(index, 2);
}
END_TEST

/* Enough particles for several blocks of the kernels, and some that do not fill a vector. */
#define MANY 600

START_TEST(first_error_is_found_with_every_set_of_kernels)
{
    static const size_t indices[] = {0, 1, 7, 8, 255, 256, 257, 300, 511, 592, 598, 599};
    static double x[MANY], y[MANY], ang_vel[MANY];
    const char *names[EVOLVE_KERNELS_MAX];
    size_t sets = evolve_kernels_list(names), methods;
    const struct method *const *method = method_table(&methods);
    for (size_t i = 0; i < MANY; i++) {
        x[i] = 1;
        ang_vel[i] = i % 3 ? 1 : 0;
    }
    for (size_t set = 0; set < sets; set++) {
        ck_assert(evolve_kernels_force(names[set]));
        for (size_t m = 0; m < methods; m++) {
            struct evolve_run run = {x, y, ang_vel, NULL, NULL, MANY, 1, 1, 1};
            size_t index = 0;
            ck_assert_int_eq(domain_check(method[m], &run, &index), DOMAIN_OK);
            for (size_t p = 0; p < sizeof indices / sizeof *indices; p++) {
                size_t at = indices[p];
                x[at] = 0;
                ang_vel[MANY - 1] = NAN; /* a later one */
                ck_assert_int_eq(domain_check(method[m], &run, &index),
                                 at == MANY - 1 ? DOMAIN_NOT_FINITE : DOMAIN_ORIGIN);
                ck_assert_uint_eq(index, at);
                x[at] = 1;
                ck_assert_int_eq(domain_check(method[m], &run, &index), DOMAIN_NOT_FINITE);
                ck_assert_uint_eq(index, MANY - 1);
                ang_vel[MANY - 1] = 1;
            }
        }
    }
}
END_TEST

/* Each error, of one particle among many that are valid. */
START_TEST(each_error_is_found_with_every_set_of_kernels)
{
    const double tiny = sqrt(DBL_MIN), huge = sqrt(DBL_MAX);
    const struct {
        const char *method;
        double x, y, ang_vel, dt, timestep;
        enum domain_error error;
    } rows[] = {
        {"euler", 1, INFINITY, 1, 1, 1, DOMAIN_NOT_FINITE},
        {"euler", 0, 0, 1, 1, 1, DOMAIN_ORIGIN},
        {"euler", tiny * (1 - 1e-15), 0, 1, 1, 1, DOMAIN_RADIUS_SMALL},
        {"euler", 0, huge * (1 + 1e-15), 0, 1, 1, DOMAIN_RADIUS_LARGE},
        {"euler", 1, 0, tiny * (1 - 1e-15), 1, 1, DOMAIN_STEP_SMALL},
        {"euler", 1, 0, huge * (1 + 1e-15), 0.5, 1, DOMAIN_STEP_LARGE},
        {"euler", 1, 0, huge / 2, 5, 1, DOMAIN_END_RADIUS_LARGE},
        {"analytic", 1, NAN, 1, 1, 1, DOMAIN_NOT_FINITE},
        {"analytic", 0, 0, 1, 1, 1, DOMAIN_ORIGIN},
        {"analytic", tiny * (1 - 1e-15), 0, 1, 1, 1, DOMAIN_RADIUS_SMALL},
        {"analytic", 0, huge * (1 + 1e-15), 0, 1, 1, DOMAIN_RADIUS_LARGE},
        {"analytic", 1, 0, 0x1p53 + 2, 1, 1, DOMAIN_ANGLE_LARGE},
    };
    static double x[MANY], y[MANY], ang_vel[MANY];
    const size_t at = MANY / 2;
    const char *names[EVOLVE_KERNELS_MAX];
    size_t sets = evolve_kernels_list(names);
    for (size_t i = 0; i < MANY; i++)
        x[i] = 1;
    for (size_t set = 0; set < sets; set++) {
        ck_assert(evolve_kernels_force(names[set]));
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            const int64_t steps = evolve_steps(rows[r].dt, rows[r].timestep);
            const struct evolve_run run = {x,    y,          ang_vel,          NULL, NULL,
                                           MANY, rows[r].dt, rows[r].timestep, steps};
            size_t index = 0;
            x[at] = rows[r].x;
            y[at] = rows[r].y;
            ang_vel[at] = rows[r].ang_vel;
            ck_assert_int_eq(
                domain_check(method_find(rows[r].method, strlen(rows[r].method)), &run, &index),
                rows[r].error);
            ck_assert_uint_eq(index, at);
        }
    }
}
END_TEST

/* At the limits of the domain every method gives finite numbers. */
START_TEST(edges_give_finite_results)
{
    double tiny = sqrt(DBL_MIN), huge = sqrt(DBL_MAX);
    double x[] = {tiny, huge, tiny, 1};
    double y[] = {0, 0, 0, 1e-320};
    double ang_vel[] = {tiny, tiny, huge / 16, -huge / 16};
    size_t count;
    const struct method *const *methods = method_table(&count);
    for (size_t m = 0; m < count; m++) {
        for (size_t i = 0; i < 4; i++) {
            double x_out, y_out;
            struct evolve_run run = {x + i, y + i, ang_vel + i, &x_out, &y_out, 1, 200, 1, 200};
            size_t index;
            if (domain_check(methods[m], &run, &index) != DOMAIN_OK) {
                ck_assert(!methods[m]->polygon);
                continue;
            }
            ck_assert(evolve(methods[m], &run, NULL));
            ck_assert(isfinite(x_out) && isfinite(y_out));
        }
    }
}
END_TEST

START_TEST(every_error_has_a_text)
{
    for (int error = DOMAIN_OK; error <= DOMAIN_ANGLE_LARGE; error++)
        ck_assert_uint_gt(strlen(domain_error_text((enum domain_error)error)), 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim/domain");
    TCase *tcase = suite_case(suite, "domain");
    tcase_add_test(tcase, ordinary_particles_pass);
    tcase_add_test(tcase, origin_is_refused_even_at_rest);
    tcase_add_test(tcase, not_finite_is_refused);
    tcase_add_test(tcase, limits);
    tcase_add_test(tcase, first_error_is_reported);
    tcase_add_test(tcase, first_error_is_found_with_every_set_of_kernels);
    tcase_add_test(tcase, each_error_is_found_with_every_set_of_kernels);
    tcase_add_test(tcase, edges_give_finite_results);
    tcase_add_test(tcase, every_error_has_a_text);
    return suite_run(suite);
}
