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

START_TEST(largest_reservations_do_not_wrap)
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

START_TEST(budget_of_zero)
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

#define THREADS 4
#define BYTES 30 /* of 100: three reservations fit, four do not */

struct worker {
    struct memory_budget *budget;
    atomic_int *inside, *most_inside;
    pthread_t thread;
};

static void *reserve_often(void *argument)
{
    struct worker *worker = argument;
    for (int reserved = 0; reserved < 20000;) {
        if (!memory_budget_reserve(worker->budget, BYTES)) {
            sched_yield();
            continue;
        }
        reserved++;
        int inside = atomic_fetch_add(worker->inside, 1) + 1;
        int most = *worker->most_inside;
        while (inside > most && !atomic_compare_exchange_weak(worker->most_inside, &most, inside))
            ;
        atomic_fetch_sub(worker->inside, 1);
        memory_budget_release(worker->budget, BYTES);
    }
    return NULL;
}

START_TEST(threads_never_exceed_the_limit)
{
    struct memory_budget budget;
    memory_budget_init(&budget, 100);
    atomic_int inside = 0, most_inside = 0;
    struct worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){&budget, &inside, &most_inside, 0};
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, reserve_often, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    ck_assert_int_le(most_inside, 100 / BYTES);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/memory_budget");
    TCase *tcase = suite_case(suite, "budget");
    tcase_add_test(tcase, limit_is_exact);
    tcase_add_test(tcase, largest_reservations_do_not_wrap);
    tcase_add_test(tcase, budget_of_zero);
    tcase_add_test(tcase, threads_never_exceed_the_limit);
#ifndef NDEBUG
    tcase_add_test_raise_signal(tcase, releasing_too_much_aborts, SIGABRT);
#endif
    return suite_run(suite);
}
