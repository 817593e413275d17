/* The errors of the methods, measured against arithmetic of 113 bits. An error is a distance
 * divided by the radius. docs/mathematics.md has the table. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../suite.h"
#include "sim/domain.h"
#include "sim/method.h"

/* Half a unit in the last place of 1.0: the largest relative error of one rounding. */
#define ROUNDING 0x1p-53

#define ROWS_MAX 400

/* The documented bound is 1e-15. The largest error of the rows is 4.5e-16, slightly less. */
#define CLOSED_FORM_WORST 5e-16

static const struct method *method_named(const char *name)
{
    const struct method *method = method_find(name, strlen(name));
    ck_assert_ptr_nonnull(method);
    return method;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/* Calls `each` with every line after the first. Returns the number of these lines. */
static size_t for_each_line(const char *path, void (*each)(const char *line, size_t index))
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    char line[512];
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    size_t count = 0;
    for (; fgets(line, sizeof line, file); count++) {
        ck_assert_uint_lt(count, ROWS_MAX);
        each(line, count);
    }
    fclose(file);
    return count;
}

static double error_of(const struct method *method, struct evolve_run *run, double x_true,
                       double y_true)
{
    double x, y;
    size_t index;
    run->x_out = &x;
    run->y_out = &y;
    run->count = 1;
    ck_assert_int_eq(domain_check(method, run, &index), DOMAIN_OK);
    ck_assert(evolve(method, run, NULL));
    return hypot(x - x_true, y - y_true) / hypot(x_true, y_true);
}

/* --- the polygon --- */

static struct polygon_row {
    double x, y, ang_vel, timestep, steps, x_after, y_after;
} polygons[ROWS_MAX];

static void polygon_read(const char *line, size_t index)
{
    struct polygon_row *r = &polygons[index];
    int fields = sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf", &r->x, &r->y, &r->ang_vel,
                        &r->timestep, &r->steps, &r->x_after, &r->y_after);
    ck_assert_int_eq(fields, 7);
}

static double polygon_error(const char *method, const struct polygon_row *row)
{
    struct evolve_run run = {.x = &row->x,
                             .y = &row->y,
                             .ang_vel = &row->ang_vel,
                             .dt = 1,
                             .timestep = row->timestep,
                             .steps = (int64_t)row->steps};
    return error_of(method_named(method), &run, row->x_after, row->y_after);
}

/* The rows have all directions and distances. The error does not grow with the angle, which reaches
 * 614 here, nor near the origin. */
START_TEST(closed_form_is_within_its_bound)
{
    size_t count = for_each_line(TEST_DATA "/polygon113.csv", polygon_read);
    ck_assert_uint_eq(count, 303);
    double errors[ROWS_MAX];
    for (size_t i = 0; i < count; i++) {
        errors[i] = polygon_error("closed_form", &polygons[i]);
        ck_assert_msg(errors[i] <= CLOSED_FORM_WORST, "row %zu: %g", i + 2, errors[i]);
    }
    ck_assert_double_le(median(errors, count), 1.2e-16);
}
END_TEST

/* The error that n roundings can cause. With s = |c|/r, a step rounds its displacement, which is s
 * of the radius, about four times, and then the sum. So its error is at most (1 + 4 s/(1+s))
 * ROUNDING of the radius.
 *
 * An error along the circle does not change later, so the sum of n errors is at most the sum below.
 * The roundings of a particle that hardly moves are all equal and do add up.
 *
 * An error along the radius also changes the angles of all later steps: in sum the angle changes
 * 2 (r_k/|c|) (1 - r_k/r_n) < sqrt(n) times as much. But this factor needs many steps, whose
 * roundings are independent, so that their sum grows as sqrt(n): again no more than n. */
static double stepping_bound(const struct polygon_row *row)
{
    double c = fabs(row->timestep * row->ang_vel);
    double r2 = row->x * row->x + row->y * row->y;
    double roundings = 2; /* of the end point in the file */
    for (double k = 0; k < row->steps; k++)
        roundings += 1 + 4 * c / (c + sqrt(r2 + k * c * c));
    return roundings * ROUNDING;
}

START_TEST(errors_of_stepping_methods_are_roundings)
{
    static const char *const names[] = {"reference", "fast", "euler"};
    size_t count = for_each_line(TEST_DATA "/polygon113.csv", polygon_read);
    for (size_t i = 0; i < count; i++) {
        double error = polygon_error(names[_i], &polygons[i]);
        ck_assert_msg(error <= stepping_bound(&polygons[i]), "row %zu: %g", i + 2, error);
    }
}
END_TEST

/* Near the origin closed_form takes real steps first. On both sides of that limit it must agree
 * with reference. */
START_TEST(closed_form_agrees_with_reference_near_the_origin)
{
    for (int i = 1; i <= 200; i++) {
        for (int64_t steps = 1; steps <= 80; steps++) {
            double x = 0.005 * i * i, y = 0, ang_vel = -1;
            double reference_x, reference_y;
            struct evolve_run run = {.x = &x,
                                     .y = &y,
                                     .ang_vel = &ang_vel,
                                     .x_out = &reference_x,
                                     .y_out = &reference_y,
                                     .count = 1,
                                     .dt = (double)steps,
                                     .timestep = 1,
                                     .steps = steps};
            ck_assert(evolve(method_named("reference"), &run, NULL));
            double error = error_of(method_named("closed_form"), &run, reference_x, reference_y);
            ck_assert_double_le(error, 2e-14);
        }
    }
}
END_TEST

/* --- the circle --- */

static struct circle_row {
    double x, y, ang_vel, dt, angle, x_after, y_after;
    int exact; /* 1: the angle is computed without rounding */
} circles[ROWS_MAX];

static void circle_read(const char *line, size_t index)
{
    struct circle_row *r = &circles[index];
    int fields = sscanf(line, "%lf,%lf,%lf,%lf,%lf,%d,%lf,%lf", &r->x, &r->y, &r->ang_vel, &r->dt,
                        &r->angle, &r->exact, &r->x_after, &r->y_after);
    ck_assert_int_eq(fields, 8);
}

/* Sine and cosine have an error of one unit in the last place each, 1.6e-16 together. Two of the
 * four products and both sums are rounded: 3.2e-16. For the angle, ang_vel*dt is rounded once, x^2
 * + y^2 twice (the root halves these errors), the root once and the quotient once. */
#define CIRCLE_ERROR 5e-16
#define ANGLE_ROUNDINGS (4 * ROUNDING)

START_TEST(analytic_is_on_the_circle)
{
    size_t count = for_each_line(TEST_DATA "/circle113.csv", circle_read);
    ck_assert_uint_eq(count, 252);
    double errors[ROWS_MAX], largest = 0;
    size_t exact = 0;
    for (size_t i = 0; i < count; i++) {
        const struct circle_row *r = &circles[i];
        struct evolve_run run = {
            .x = &r->x, .y = &r->y, .ang_vel = &r->ang_vel, .dt = r->dt, .timestep = 1};
        double error = error_of(method_named("analytic"), &run, r->x_after, r->y_after);
        double angle_error = r->exact ? 0 : ANGLE_ROUNDINGS * fabs(r->angle);
        ck_assert_msg(error <= CIRCLE_ERROR + angle_error, "row %zu: %g", i + 2, error);
        largest = fmax(largest, fabs(r->angle));
        if (r->exact)
            errors[exact++] = error;
    }
    ck_assert_double_eq(largest, 0x1p53);
    ck_assert_double_le(median(errors, exact), 1.2e-16);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim/accuracy");
    TCase *tcase = suite_case(suite, "accuracy");
    tcase_add_test(tcase, closed_form_is_within_its_bound);
    tcase_add_loop_test(tcase, errors_of_stepping_methods_are_roundings, 0, 3);
    tcase_add_test(tcase, closed_form_agrees_with_reference_near_the_origin);
    tcase_add_test(tcase, analytic_is_on_the_circle);
    return suite_run(suite);
}
