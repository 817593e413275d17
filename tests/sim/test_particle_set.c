#include <stdint.h>

#include "../suite.h"
#include "sim/particle_set.h"

START_TEST(columns_are_aligned_and_kept)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(particle_set_reserve(&set, 1), 0);
    ck_assert_uint_ge(set.capacity, 1);
    size_t first = set.capacity;
    for (size_t i = 0; i < first; i++) {
        set.x[i] = (double)i;
        set.y[i] = -(double)i;
        set.ang_vel[i] = 0.5 * (double)i;
    }
    ck_assert_int_eq(particle_set_reserve(&set, 1000), 0);
    ck_assert_uint_ge(set.capacity, 1000);
    ck_assert_uint_eq((uintptr_t)set.x % PARTICLE_SET_ALIGNMENT, 0);
    ck_assert_uint_eq((uintptr_t)set.y % PARTICLE_SET_ALIGNMENT, 0);
    ck_assert_uint_eq((uintptr_t)set.ang_vel % PARTICLE_SET_ALIGNMENT, 0);
    for (size_t i = 0; i < first; i++) {
        ck_assert(set.x[i] == (double)i && set.y[i] == -(double)i);
        ck_assert(set.ang_vel[i] == 0.5 * (double)i);
    }
    particle_set_fini(&set);
    ck_assert_ptr_null(set.x);
}
END_TEST

START_TEST(too_large_changes_nothing)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(particle_set_reserve(&set, 10), 0);
    struct particle_set before = set;
    ck_assert_int_eq(particle_set_reserve(&set, SIZE_MAX), -1);
    ck_assert_int_eq(particle_set_reserve(&set, SIZE_MAX / 24), -1);
    ck_assert_mem_eq(&set, &before, sizeof set);
    particle_set_fini(&set);
}
END_TEST

START_TEST(bytes_match_the_columns)
{
    ck_assert_uint_eq(particle_set_bytes(0), 0);
    ck_assert_uint_eq(particle_set_bytes(8), 8 * 24);
    ck_assert_uint_eq(particle_set_bytes(9), 16 * 24);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim/particle_set");
    TCase *tcase = suite_case(suite, "particle_set");
    tcase_add_test(tcase, columns_are_aligned_and_kept);
    tcase_add_test(tcase, too_large_changes_nothing);
    tcase_add_test(tcase, bytes_match_the_columns);
    return suite_run(suite);
}
