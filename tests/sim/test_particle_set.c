#include <stdint.h>

#include "../suite.h"
#include "sim/particle_set.h"

/* Small and large sizes, because an allocator moves blocks in different ways. */
START_TEST(columns_are_aligned_and_keep_their_contents)
{
    struct particle_set set;
    particle_set_init(&set);
    for (size_t capacity = 1, filled = 0; capacity < 1000000; capacity += 1 + capacity / 3) {
        ck_assert_int_eq(particle_set_reserve(&set, capacity), 0);
        ck_assert_uint_ge(set.capacity, capacity);
        ck_assert_uint_eq((uintptr_t)set.x % PARTICLE_SET_ALIGNMENT, 0);
        ck_assert_uint_eq((uintptr_t)set.y % PARTICLE_SET_ALIGNMENT, 0);
        ck_assert_uint_eq((uintptr_t)set.ang_vel % PARTICLE_SET_ALIGNMENT, 0);
        for (size_t i = 0; i < filled; i++) {
            suite_assert(set.x[i] == (double)i && set.y[i] == -(double)i);
            suite_assert(set.ang_vel[i] == 0.5 * (double)i);
        }
        for (filled = 0; filled < set.capacity; filled++) {
            set.x[filled] = (double)filled;
            set.y[filled] = -(double)filled;
            set.ang_vel[filled] = 0.5 * (double)filled;
        }
    }
    particle_set_fini(&set);
    ck_assert_ptr_null(set.x);
}
END_TEST

/* After the owner lowered the capacity, the next reservation uses the memory that is allocated. */
START_TEST(allocated_capacity_is_reused)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(particle_set_reserve(&set, 100), 0);
    const double *x = set.x, *y = set.y;
    size_t capacity = set.capacity;
    set.x[0] = set.y[0] = set.ang_vel[0] = 7;
    set.capacity = 1;
    ck_assert_int_eq(particle_set_reserve(&set, 50), 0);
    ck_assert(set.x == x && set.y == y && set.capacity == capacity);
    set.capacity = 1;
    ck_assert_int_eq(particle_set_reserve(&set, 200), 0);
    ck_assert_uint_ge(set.capacity, 200);
    ck_assert(set.x[0] == 7 && set.y[0] == 7 && set.ang_vel[0] == 7);
    particle_set_fini(&set);
}
END_TEST

START_TEST(a_failed_reservation_changes_nothing)
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
    tcase_add_test(tcase, columns_are_aligned_and_keep_their_contents);
    tcase_add_test(tcase, allocated_capacity_is_reused);
    tcase_add_test(tcase, a_failed_reservation_changes_nothing);
    tcase_add_test(tcase, bytes_match_the_columns);
    return suite_run(suite);
}
