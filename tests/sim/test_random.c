#include "sim/random.h"

#include "../suite.h"

/* CPython 3.11 printed the expected numbers, with float.hex(). */

static const struct {
    uint64_t seed;
    double first[3]; /* random() called three times */
    double later;    /* random() after 1000 more calls, so that the state was refilled */
} UNITS[] = {
    {0, {0x1.b0580f98a7dbep-1, 0x1.84129978f9c1ap-1, 0x1.aeaa51052e978p-2}, 0x1.7e9bbd672e7e6p-1},
    {1, {0x1.132d8f91b7584p-3, 0x1.b1e2d5b3584f8p-1, 0x1.870d778409f13p-1}, 0x1.1f27a4285258bp-1},
    {2, {0x1.e97d52f73d2eep-1, 0x1.e549a4f656ebfp-1, 0x1.cf44d05dc8670p-5}, 0x1.67c75390cccb4p-2},
    {UINT32_MAX,
     {0x1.454d9227a7013p-1, 0x1.a0274a3720bf8p-3, 0x1.36f8c1616ef77p-1},
     0x1.8b6cce3e2af1ep-2},
    {1ull << 32,
     {0x1.ced31cb3df170p-4, 0x1.abdb5477a4f26p-2, 0x1.1139c02ebd380p-6},
     0x1.6c1a95324a7b8p-1},
    {(1ull << 32) + 1,
     {0x1.d8f374804005cp-3, 0x1.065ad8f5e2a27p-1, 0x1.a8885ce825b6ap-2},
     0x1.343adee41591ap-1},
    {UINT64_MAX,
     {0x1.659799fd7f980p-6, 0x1.5a35a94f333d8p-2, 0x1.b21c0274c09a4p-3},
     0x1.9bca981de748fp-1},
};

START_TEST(unit_equals_cpython)
{
    struct random_generator generator;
    random_seed(&generator, UNITS[_i].seed);
    for (int k = 0; k < 3; k++)
        ck_assert_double_eq(random_unit(&generator), UNITS[_i].first[k]);
    for (int k = 0; k < 1000; k++)
        random_unit(&generator);
    ck_assert_double_eq(random_unit(&generator), UNITS[_i].later);
}
END_TEST

START_TEST(uniform_equals_cpython)
{
    struct random_generator generator;
    random_seed(&generator, 1);
    ck_assert_double_eq(random_uniform(&generator, -3, 5), -0x1.ecd2706e48a7cp+0);
    ck_assert_double_eq(random_uniform(&generator, -3, 5), 0x1.e3c5ab66b09f0p+1);
    ck_assert_double_eq(random_uniform(&generator, 0.1, 0.3), 0x1.02d22fce6a608p-2);
    ck_assert_double_eq(random_uniform(&generator, 0.1, 0.3), 0x1.3546b9d2d6625p-3);
}
END_TEST

static void check_particle(const struct particle_set *set, size_t i, double x, double y,
                           double ang_vel)
{
    ck_assert_double_eq(set->x[i], x);
    ck_assert_double_eq(set->y[i], y);
    ck_assert_double_eq(set->ang_vel[i], ang_vel);
}

START_TEST(particles_equal_cpython)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, 1000, 1), 0);
    ck_assert_uint_eq(set.count, 1000);
    check_particle(&set, 0, -0x1.766938372453ep-1, 0x1.63c5ab66b09f0p-1, 0x1.0e1aef0813e26p-1);
    check_particle(&set, 1, -0x1.f59e5ee1d0148p-2, -0x1.2b2a87a632180p-7, -0x1.9dc4ea1c6bbf0p-4);
    check_particle(&set, 999, -0x1.1f7db4721e66ap-1, -0x1.2e8c57309c388p-3, -0x1.6e6162f15099cp-1);
    particle_set_fini(&set);
}
END_TEST

START_TEST(particles_replace_the_old_ones)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, 20, 2), 0);
    ck_assert_int_eq(random_particles(&set, 1, 1), 0);
    ck_assert_uint_eq(set.count, 1);
    check_particle(&set, 0, -0x1.766938372453ep-1, 0x1.63c5ab66b09f0p-1, 0x1.0e1aef0813e26p-1);
    particle_set_fini(&set);
}
END_TEST

START_TEST(too_many_particles_fail)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, SIZE_MAX, 1), -1);
    ck_assert_uint_eq(set.count, 0);
    particle_set_fini(&set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *tcase = suite_case(suite, "cpython");
    tcase_add_loop_test(tcase, unit_equals_cpython, 0, sizeof UNITS / sizeof *UNITS);
    tcase_add_test(tcase, uniform_equals_cpython);
    tcase_add_test(tcase, particles_equal_cpython);
    tcase_add_test(tcase, particles_replace_the_old_ones);
    tcase_add_test(tcase, too_many_particles_fail);
    return suite_run(suite);
}
