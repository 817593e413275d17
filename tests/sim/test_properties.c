/* Laws and symmetries of the model that hold for every particle.
 *
 * If the arithmetic of a method has a symmetry, its results have it too, to the last bit (only the
 * sign of a zero may change). */
#include <math.h>
#include <string.h>

#include "../suite.h"
#include "sim/domain.h"
#include "sim/method.h"
#include "sim/random.h"

#define COUNT 120
#define ROUNDING 0x1p-53

/* dt and timestep of a run. dt / timestep is exactly the number of steps. */
static const struct times {
    double dt, timestep;
} TIMES[] = {{0x1p-3, 0x1p-17}, {3, 0x1p-8}, {1000, 1}, {0x1p-10, 0x1p-10}, {40, 0.5}};

#define TIMES_COUNT ((int)(sizeof TIMES / sizeof *TIMES))

struct columns {
    double x[COUNT], y[COUNT], ang_vel[COUNT];
};

/* Particle i is scaled by 2^-(i mod 20). */
static void columns_make(struct columns *columns, uint64_t seed)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, COUNT, seed), 0);
    for (size_t i = 0; i < COUNT; i++) {
        columns->x[i] = ldexp(set.x[i], -(int)(i % 20));
        columns->y[i] = ldexp(set.y[i], -(int)(i % 20));
        columns->ang_vel[i] = set.ang_vel[i];
    }
    particle_set_fini(&set);
}

static void evolve_columns(const struct method *method, struct columns *columns, double dt,
                           double timestep)
{
    struct evolve_run run = {.x = columns->x,
                             .y = columns->y,
                             .ang_vel = columns->ang_vel,
                             .x_out = columns->x,
                             .y_out = columns->y,
                             .count = COUNT,
                             .dt = dt,
                             .timestep = timestep,
                             .steps = evolve_steps(dt, timestep)};
    size_t index;
    ck_assert_int_eq(domain_check(method, &run, &index), DOMAIN_OK);
    ck_assert(evolve(method, &run, NULL));
}

/* Distance over radius. */
static double difference(const struct columns *a, const struct columns *b, size_t i)
{
    return hypot(a->x[i] - b->x[i], a->y[i] - b->y[i]) / hypot(a->x[i], a->y[i]);
}

static bool equal(const struct columns *a, const struct columns *b, size_t i)
{
    return a->x[i] == b->x[i] && a->y[i] == b->y[i];
}

/* The largest error of a method: see test_accuracy.c. `turns` is the angle that a rounding error of
 * an intermediate radius affects. */
static double bound(const struct method *method, const struct columns *start, size_t i,
                    const struct times *times)
{
    double r = hypot(start->x[i], start->y[i]);
    double c = fabs(times->timestep * start->ang_vel[i]);
    double steps = times->dt / times->timestep;
    if (method->stepping)
        return (2 + 5 * steps) * ROUNDING;
    if (!method->polygon)
        return 5e-16 + 4 * ROUNDING * fabs(start->ang_vel[i]) * times->dt / r;
    double turns = 2 * steps * c / (r + sqrt(r * r + steps * c * c));
    return 5e-16 * (1 + turns);
}

/* Runs `check` for every method and every pair of times. */
static void for_all(void (*check)(const struct method *, const struct times *,
                                  const struct columns *start))
{
    size_t count;
    const struct method *const *methods = method_table(&count);
    struct columns start;
    for (size_t m = 0; m < count; m++)
        for (int t = 0; t < TIMES_COUNT; t++) {
            columns_make(&start, (uint64_t)t);
            check(methods[m], &TIMES[t], &start);
        }
}

/* r_n^2 = r_0^2 + n c^2 on the polygon; the radius of the circle is constant. */
static void check_radius(const struct method *method, const struct times *times,
                         const struct columns *start)
{
    struct columns end = *start;
    evolve_columns(method, &end, times->dt, times->timestep);
    long double steps = method->polygon ? times->dt / times->timestep : 0;
    for (size_t i = 0; i < COUNT; i++) {
        long double x = start->x[i], y = start->y[i];
        long double c = times->timestep * start->ang_vel[i];
        double law = (double)sqrtl(x * x + y * y + steps * c * c);
        double error = fabs(hypot(end.x[i], end.y[i]) / law - 1);
        ck_assert_double_le(error, method->stepping ? bound(method, start, i, times) : 6e-16);
    }
}

START_TEST(radius_follows_its_law)
{
    for_all(check_radius);
}
END_TEST

/* A run of time a and then one of time b give the same as one run of time a + b. */
static void check_two_runs(const struct method *method, const struct times *times,
                           const struct columns *start)
{
    struct columns once = *start, twice = *start;
    double steps = times->dt / times->timestep;
    double first = floor(steps / 3) * times->timestep;
    evolve_columns(method, &once, times->dt, times->timestep);
    evolve_columns(method, &twice, first, times->timestep);
    evolve_columns(method, &twice, times->dt - first, times->timestep);
    bool exact = method->stepping && strcmp(method->name, "euler") != 0;
    for (size_t i = 0; i < COUNT; i++)
        if (exact)
            ck_assert(equal(&once, &twice, i));
        else
            ck_assert_double_le(difference(&once, &twice, i), 3 * bound(method, start, i, times));
}

START_TEST(two_runs_equal_one_longer_run)
{
    for_all(check_two_runs);
}
END_TEST

/* Mirrored particles with the opposite direction stay mirrored. */
static void check_mirror(const struct method *method, const struct times *times,
                         const struct columns *start)
{
    struct columns plain = *start, mirrored = *start;
    for (size_t i = 0; i < COUNT; i++) {
        mirrored.y[i] = -mirrored.y[i];
        mirrored.ang_vel[i] = -mirrored.ang_vel[i];
    }
    evolve_columns(method, &plain, times->dt, times->timestep);
    evolve_columns(method, &mirrored, times->dt, times->timestep);
    for (size_t i = 0; i < COUNT; i++) {
        mirrored.y[i] = -mirrored.y[i];
        ck_assert(equal(&plain, &mirrored, i));
    }
}

START_TEST(mirror_images_stay_mirror_images)
{
    for_all(check_mirror);
}
END_TEST

/* Half a turn changes only signs. A quarter turn exchanges x and y, which changes the rounding of a
 * fused x*x + y^2. */
static void check_rotation(const struct method *method, const struct times *times,
                           const struct columns *start)
{
    struct columns plain = *start, quarter = *start, half = *start;
    for (size_t i = 0; i < COUNT; i++) {
        quarter.x[i] = -start->y[i];
        quarter.y[i] = start->x[i];
        half.x[i] = -start->x[i];
        half.y[i] = -start->y[i];
    }
    evolve_columns(method, &plain, times->dt, times->timestep);
    evolve_columns(method, &quarter, times->dt, times->timestep);
    evolve_columns(method, &half, times->dt, times->timestep);
    bool exact = method->stepping && strcmp(method->name, "euler") != 0;
    for (size_t i = 0; i < COUNT; i++) {
        double x = quarter.y[i];
        quarter.y[i] = -quarter.x[i];
        quarter.x[i] = x;
        half.x[i] = -half.x[i];
        half.y[i] = -half.y[i];
        ck_assert(equal(&plain, &half, i));
        if (exact)
            ck_assert(equal(&plain, &quarter, i));
        else
            ck_assert_double_le(difference(&plain, &quarter, i),
                                2 * bound(method, start, i, times));
    }
}

START_TEST(rotated_particles_stay_rotated)
{
    for_all(check_rotation);
}
END_TEST

/* A power of two as factor of all lengths changes only exponents, also where c^2 and r^2 are near
 * the ends of the range. */
static void check_scale(const struct method *method, const struct times *times,
                        const struct columns *start)
{
    static const int exponents[] = {-440, -300, -1, 1, 400};
    struct columns plain = *start;
    evolve_columns(method, &plain, times->dt, times->timestep);
    for (size_t e = 0; e < sizeof exponents / sizeof *exponents; e++) {
        struct columns scaled = *start;
        for (size_t i = 0; i < COUNT; i++) {
            scaled.x[i] = ldexp(scaled.x[i], exponents[e]);
            scaled.y[i] = ldexp(scaled.y[i], exponents[e]);
            scaled.ang_vel[i] = ldexp(scaled.ang_vel[i], exponents[e]);
        }
        evolve_columns(method, &scaled, times->dt, times->timestep);
        for (size_t i = 0; i < COUNT; i++) {
            scaled.x[i] = ldexp(scaled.x[i], -exponents[e]);
            scaled.y[i] = ldexp(scaled.y[i], -exponents[e]);
            ck_assert(equal(&plain, &scaled, i));
        }
    }
}

START_TEST(powers_of_two_scale_exactly)
{
    for_all(check_scale);
}
END_TEST

/* ang_vel > 0 turns from x towards y. */
START_TEST(sign_of_ang_vel_is_the_direction)
{
    size_t count;
    const struct method *const *methods = method_table(&count);
    for (size_t m = 0; m < count; m++) {
        struct columns start, end;
        columns_make(&start, 5);
        for (size_t i = 0; i < COUNT; i++) /* so that all turn by less than half a turn */
            start.ang_vel[i] *= hypot(start.x[i], start.y[i]);
        end = start;
        evolve_columns(methods[m], &end, 2, 0x1p-8);
        for (size_t i = 0; i < COUNT; i++) {
            double turned = start.x[i] * end.y[i] - start.y[i] * end.x[i];
            ck_assert(turned * start.ang_vel[i] > 0);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim/properties");
    TCase *tcase = suite_case(suite, "properties");
    tcase_add_test(tcase, radius_follows_its_law);
    tcase_add_test(tcase, two_runs_equal_one_longer_run);
    tcase_add_test(tcase, mirror_images_stay_mirror_images);
    tcase_add_test(tcase, rotated_particles_stay_rotated);
    tcase_add_test(tcase, powers_of_two_scale_exactly);
    tcase_add_test(tcase, sign_of_ang_vel_is_the_direction);
    return suite_run(suite);
}
