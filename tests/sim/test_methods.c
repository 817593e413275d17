#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../suite.h"
#include "sim/kernels.h"
#include "sim/method.h"
#include "sim/random.h"

#define ROWS_MAX 64

struct rows {
    double x[ROWS_MAX], y[ROWS_MAX], ang_vel[ROWS_MAX];
    size_t count;
};

static struct rows rows_load(const json_t *list)
{
    struct rows rows = {.count = json_array_size(list)};
    ck_assert_uint_le(rows.count, ROWS_MAX);
    for (size_t i = 0; i < rows.count; i++) {
        const json_t *row = json_array_get(list, i);
        rows.x[i] = json_number_value(json_array_get(row, 0));
        rows.y[i] = json_number_value(json_array_get(row, 1));
        rows.ang_vel[i] = json_number_value(json_array_get(row, 2));
    }
    return rows;
}

static struct evolve_run run_in_place(struct rows *rows, double dt, double timestep)
{
    return (struct evolve_run){rows->x, rows->y,  rows->ang_vel,
                               rows->x, rows->y,  rows->count,
                               dt,      timestep, evolve_steps(dt, timestep)};
}

static const struct method *method_named(const char *name)
{
    const struct method *method = method_find(name, strlen(name));
    ck_assert_ptr_nonnull(method);
    return method;
}

START_TEST(reference_equals_cpython_bit_for_bit)
{
    json_t *root = json_load_file(TEST_DATA "/cpython_evolve.json", JSON_DECODE_INT_AS_REAL, NULL);
    ck_assert_ptr_nonnull(root);
    size_t index;
    json_t *entry;
    size_t cases = 0;
    json_array_foreach(json_object_get(root, "cases"), index, entry)
    {
        struct rows rows = rows_load(json_object_get(entry, "before"));
        struct rows after = rows_load(json_object_get(entry, "after"));
        struct evolve_run run = run_in_place(&rows, json_number_value(json_object_get(entry, "dt")),
                                             json_number_value(json_object_get(entry, "timestep")));
        ck_assert_int_eq(run.steps, (int64_t)json_number_value(json_object_get(entry, "steps")));
        ck_assert(evolve(method_named("reference"), &run, NULL));
        ck_assert_mem_eq(rows.x, after.x, rows.count * sizeof(double));
        ck_assert_mem_eq(rows.y, after.y, rows.count * sizeof(double));
        cases++;
    }
    ck_assert_uint_eq(cases, 9);
    json_decref(root);
}
END_TEST

/* `analytic` gives another curve: the radius of the polygon grows. Here the distance is 1.1e-5
 * after a third of a turn. */
START_TEST(every_method_gives_the_published_end_points)
{
    static const double x[] = {0.210269, -0.099334, 0.191358};
    static const double y[] = {0.543863, -0.490034, -0.365227};
    size_t count;
    const struct method *const *methods = method_table(&count);
    for (size_t m = 0; m < count; m++) {
        struct rows rows = {{0.3, 0, -0.1}, {0.5, -0.5, -0.4}, {1, -1, 3}, 3};
        struct evolve_run run = run_in_place(&rows, 0.1, 1e-5);
        ck_assert(evolve(methods[m], &run, NULL));
        double tolerance = methods[m]->polygon ? 1e-5 : 1.2e-5;
        for (size_t i = 0; i < 3; i++) {
            ck_assert_double_eq_tol(rows.x[i], x[i], tolerance);
            ck_assert_double_eq_tol(rows.y[i], y[i], tolerance);
        }
    }
    ck_assert_uint_eq(count, 5);
}
END_TEST

START_TEST(still_particles_keep_their_bits)
{
    static const double timesteps[] = {1e-5, 1, 1e-300};
    size_t count;
    const struct method *const *methods = method_table(&count);
    for (size_t m = 0; m < count; m++) {
        for (size_t t = 0; t < 3; t++) {
            struct rows rows = {{-0.0, 0.3, 0.1, -0.0}, {0.7, -0.0, 0.1, -1}, {0, -0.0, 2, 0}, 4};
            struct rows before = rows;
            struct evolve_run run = run_in_place(&rows, t == 2 ? 1e-299 : 0.01, timesteps[t]);
            ck_assert(evolve(methods[m], &run, NULL));
            for (size_t i = 0; i < 4; i++) {
                bool moves = i == 2 && (t == 0 || !methods[m]->polygon);
                if (t == 2 || moves)
                    continue;
                ck_assert_mem_eq(&rows.x[i], &before.x[i], sizeof(double));
                ck_assert_mem_eq(&rows.y[i], &before.y[i], sizeof(double));
            }
        }
    }
}
END_TEST

/* The result of a particle depends only on that particle: any part of a set, in place or not, gives
 * the same bits. */
START_TEST(parts_of_a_set_give_the_same_bits)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, 257, 7), 0);
    double whole_x[257], whole_y[257], x[257], y[257];
    size_t count;
    const struct method *const *methods = method_table(&count);
    for (size_t m = 0; m < count; m++) {
        struct evolve_run run = {set.x, set.y, set.ang_vel, whole_x, whole_y, 257, 3, 0.01, 300};
        ck_assert(evolve(methods[m], &run, NULL));
        for (size_t part = 1; part <= 100; part += 3) {
            for (size_t begin = 0; begin < 257; begin += part) {
                size_t size = 257 - begin < part ? 257 - begin : part;
                memcpy(x + begin, set.x + begin, size * sizeof *x);
                memcpy(y + begin, set.y + begin, size * sizeof *y);
                struct evolve_run part_run = {x + begin, y + begin, set.ang_vel + begin,
                                              x + begin, y + begin, size,
                                              3,         0.01,      300};
                ck_assert(evolve(methods[m], &part_run, NULL));
            }
            ck_assert_mem_eq(x, whole_x, sizeof x);
            ck_assert_mem_eq(y, whole_y, sizeof y);
        }
    }
    particle_set_fini(&set);
}
END_TEST

static struct particle_set make_particles(size_t count, uint64_t seed)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, count, seed), 0);
    return set;
}

/* Evolves with the set of kernels called `kernels`. */
static void evolve_with(const char *kernels, const struct method *method,
                        const struct evolve_run *run)
{
    ck_assert(evolve_kernels_force(kernels));
    ck_assert(evolve(method, run, NULL));
}

#define SIZE_MAX_TESTED 257

/* Every set that has fused multiply-add gives the same bits, for all sizes and offsets. A set
 * without it differs only in the last places. */
static void check_same_bits(const struct evolve_run *run)
{
    size_t sets, methods_count;
    const struct kernels *const *all = kernels_usable(&sets);
    const struct method *const *methods = method_table(&methods_count);
    const char *best = all[sets - 1]->name;
    double x[2][SIZE_MAX_TESTED], y[2][SIZE_MAX_TESTED];
    for (size_t m = 0; m < methods_count; m++) {
        struct evolve_run a = *run, b = *run;
        a.x_out = x[0];
        a.y_out = y[0];
        b.x_out = x[1];
        b.y_out = y[1];
        evolve_with(best, methods[m], &a);
        for (size_t k = 0; k + 1 < sets; k++) {
            evolve_with(all[k]->name, methods[m], &b);
            for (size_t i = 0; i < run->count; i++) {
                if (all[k]->fma) {
                    ck_assert_mem_eq(&x[0][i], &x[1][i], sizeof(double));
                    ck_assert_mem_eq(&y[0][i], &y[1][i], sizeof(double));
                } else {
                    double angle = run->ang_vel[i] * run->dt / hypot(run->x[i], run->y[i]);
                    double bound = 1e-14 * (1 + fabs(angle)) * hypot(x[0][i], y[0][i]);
                    ck_assert_double_le(hypot(x[0][i] - x[1][i], y[0][i] - y[1][i]), bound);
                }
            }
        }
    }
    ck_assert(evolve_kernels_force(best));
}

START_TEST(kernels_give_the_same_bits)
{
    for (size_t count = 1; count <= SIZE_MAX_TESTED; count += count < 40 ? 1 : 9) {
        struct particle_set set = make_particles(count + 7, count);
        size_t offset = count % 8;
        /* Every third particle is near the origin or at rest, in steps of a coarse timestep. */
        for (size_t i = 0; i < set.count; i += 3) {
            set.x[i] *= 1e-5;
            set.y[i] *= 1e-4;
            if (i % 2)
                set.ang_vel[i] = 0;
        }
        struct evolve_run run = {set.x + offset,
                                 set.y + offset,
                                 set.ang_vel + offset,
                                 NULL,
                                 NULL,
                                 count,
                                 0.5,
                                 0.001,
                                 500};
        check_same_bits(&run);
        particle_set_fini(&set);
    }
}
END_TEST

START_TEST(kernels_are_chosen_by_name)
{
    const char *names[EVOLVE_KERNELS_MAX];
    size_t count = evolve_kernels_list(names);
    ck_assert_uint_ge(count, 1);
    ck_assert_str_eq(names[0], "portable");
    ck_assert_str_eq(evolve_kernels_name(), names[count - 1]);
    ck_assert(!evolve_kernels_force("mmx"));
    ck_assert_str_eq(evolve_kernels_name(), names[count - 1]);
    ck_assert(evolve_kernels_force("portable"));
    ck_assert_str_eq(evolve_kernels_name(), "portable");
    ck_assert(evolve_kernels_force(names[count - 1]));
}
END_TEST

struct stopper {
    int64_t calls, allowed;
};

static bool stop_after(void *context)
{
    struct stopper *stopper = context;
    return ++stopper->calls > stopper->allowed;
}

START_TEST(control_ends_a_run)
{
    size_t count;
    const struct method *const *methods = method_table(&count);
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, 20000, 3), 0);
    for (size_t m = 0; m < count; m++) {
        struct stopper stopper = {0, 1};
        struct evolve_control control = {stop_after, &stopper};
        /* Without the control, the stepping methods would take 2^53 steps. */
        struct evolve_run run = {set.x,        set.y,     set.ang_vel, set.x,
                                 set.y,        set.count, 1,           1.0 / (double)SIM_STEPS_MAX,
                                 SIM_STEPS_MAX};
        ck_assert(!evolve(methods[m], &run, &control));
        ck_assert_int_eq(stopper.calls, 2);
    }
    particle_set_fini(&set);
}
END_TEST

START_TEST(steps_are_the_truncated_quotient)
{
    ck_assert_int_eq(evolve_steps(0.1, 1e-5), 10000);
    ck_assert_int_eq(evolve_steps(0.3, 1e-5), 29999);
    ck_assert_int_eq(evolve_steps(0, 1e-5), 0);
    ck_assert_int_eq(evolve_steps(9e-6, 1e-5), 0);
    ck_assert_int_eq(evolve_steps(0x1p53, 1), SIM_STEPS_MAX);
    ck_assert_int_eq(evolve_steps(0x1p53 + 2, 1), -1);
    ck_assert_int_eq(evolve_steps(1e308, 1e-308), -1);
}
END_TEST

START_TEST(work_and_cost_are_predicted)
{
    ck_assert_int_eq(evolve_particle_steps(method_named("euler"), 1000, 10000), 10000000);
    ck_assert_int_eq(evolve_particle_steps(method_named("closed_form"), 3, 7), 21);
    ck_assert_int_eq(evolve_particle_steps(method_named("analytic"), 1000, 10000), 0);
    ck_assert_int_eq(evolve_particle_steps(method_named("euler"), 10000, SIM_STEPS_MAX), INT64_MAX);
    ck_assert_double_gt(evolve_cost_ns(method_named("euler"), 10, 1000), 1000);
    ck_assert(evolve_cost_ns(method_named("euler"), 1, 9) ==
              evolve_cost_ns(method_named("euler"), 32, 9));
    ck_assert_double_lt(evolve_cost_ns(method_named("closed_form"), 10, 1000), 1000);
}
END_TEST

START_TEST(methods_are_found_by_name)
{
    ck_assert_ptr_eq(method_find("euler", 5), method_named("euler"));
    ck_assert_ptr_null(method_find("eule", 4));
    ck_assert_ptr_null(method_find("euler ", 6));
    ck_assert_ptr_null(method_find("", 0));
    ck_assert_ptr_eq(method_default(), method_named("closed_form"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim/methods");
    TCase *published = suite_case(suite, "published");
    tcase_add_test(published, reference_equals_cpython_bit_for_bit);
    tcase_add_test(published, every_method_gives_the_published_end_points);
    TCase *bits = suite_case(suite, "bits");
    tcase_add_test(bits, still_particles_keep_their_bits);
    tcase_add_test(bits, parts_of_a_set_give_the_same_bits);
    tcase_add_test(bits, kernels_give_the_same_bits);
    tcase_add_test(bits, kernels_are_chosen_by_name);
    TCase *rest = suite_case(suite, "rest");
    tcase_add_test(rest, control_ends_a_run);
    tcase_add_test(rest, steps_are_the_truncated_quotient);
    tcase_add_test(rest, work_and_cost_are_predicted);
    tcase_add_test(rest, methods_are_found_by_name);
    return suite_run(suite);
}
