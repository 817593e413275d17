#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>

#include "../suite.h"
#include "base/memory_budget.h"

START_TEST(limit_is_exact)
{
    struct memory_budget budget;
    memory_budget_init(&budget, 100);
    ck_assert(!memory_budget_reserve(&budget, 101));
    ck_assert_uint_eq(budget.used, 0);
    ck_assert(memory_budget_reserve(&budget, 100));
    ck_assert(memory_budget_reserve(&budget, 0));
    ck_assert(!memory_budget_reserve(&budget, 1));
    memory_budget_release(&budget, 40);
    ck_assert(!memory_budget_reserve(&budget, 41));
    ck_assert(memory_budget_reserve(&budget, 39));
    ck_assert(memory_budget_reserve(&budget, 1));
    ck_assert(!memory_budget_reserve(&budget, 1));
    memory_budget_release(&budget, 100);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(largest_claims_do_not_wrap)
{
    struct memory_budget budget;
    memory_budget_init(&budget, 100);
    ck_assert(memory_budget_reserve(&budget, 60));
    ck_assert(!memory_budget_reserve(&budget, SIZE_MAX));
    ck_assert(!memory_budget_reserve(&budget, SIZE_MAX - 59));
    ck_assert_uint_eq(budget.used, 60);

    memory_budget_init(&budget, SIZE_MAX);
    ck_assert(memory_budget_reserve(&budget, SIZE_MAX));
    ck_assert(!memory_budget_reserve(&budget, 1));
    memory_budget_release(&budget, SIZE_MAX);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(nothing_fits_into_nothing)
{
    struct memory_budget budget;
    memory_budget_init(&budget, 0);
    ck_assert(memory_budget_reserve(&budget, 0));
    ck_assert(!memory_budget_reserve(&budget, 1));
}
END_TEST

START_TEST(releasing_too_much_aborts)
{
    struct memory_budget budget;
    memory_budget_init(&budget, 100);
    ck_assert(memory_budget_reserve(&budget, 10));
    memory_budget_release(&budget, 11);
}
END_TEST

#define CLAIMANTS 4
#define CLAIM 30 /* of 100: three fit, four do not */

struct claimant {
    struct memory_budget *budget;
    atomic_int *inside, *most_inside;
    pthread_t thread;
};

static void *claim_often(void *argument)
{
    struct claimant *claimant = argument;
    for (int taken = 0; taken < 20000;) {
        if (!memory_budget_reserve(claimant->budget, CLAIM)) {
            sched_yield();
            continue;
        }
        taken++;
        int inside = atomic_fetch_add(claimant->inside, 1) + 1;
        int most = *claimant->most_inside;
        while (inside > most && !atomic_compare_exchange_weak(claimant->most_inside, &most, inside))
            ;
        atomic_fetch_sub(claimant->inside, 1);
        memory_budget_release(claimant->budget, CLAIM);
    }
    return NULL;
}

START_TEST(threads_never_exceed_the_limit)
{
    struct memory_budget budget;
    memory_budget_init(&budget, 100);
    atomic_int inside = 0, most_inside = 0;
    struct claimant claimants[CLAIMANTS];
    for (int i = 0; i < CLAIMANTS; i++) {
        claimants[i] = (struct claimant){&budget, &inside, &most_inside, 0};
        ck_assert_int_eq(pthread_create(&claimants[i].thread, NULL, claim_often, &claimants[i]), 0);
    }
    for (int i = 0; i < CLAIMANTS; i++)
        pthread_join(claimants[i].thread, NULL);
    ck_assert_int_le(most_inside, 100 / CLAIM);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory_budget");
    TCase *tcase = suite_case(suite, "budget");
    tcase_add_test(tcase, limit_is_exact);
    tcase_add_test(tcase, largest_claims_do_not_wrap);
    tcase_add_test(tcase, nothing_fits_into_nothing);
    tcase_add_test(tcase, threads_never_exceed_the_limit);
#ifndef NDEBUG
    tcase_add_test_raise_signal(tcase, releasing_too_much_aborts, SIGABRT);
#endif
    return suite_run(suite);
}
