#include "bench/peak.h"

#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/peak_kernels.h"
#include "sim/random.h"

#include "../suite.h"

#define PARTICLES 21 /* not a multiple of a vector length */

static const char *sets[EVOLVE_KERNELS_MAX];
static size_t set_count;
static struct particle_set particles, end;
static struct evolve_run run;

static void set_up(void)
{
    set_count = evolve_kernels_list(sets);
    particle_set_init(&particles);
    particle_set_init(&end);
    ck_assert_int_eq(random_particles(&particles, PARTICLES, 1), 0);
    ck_assert_int_eq(particle_set_reserve(&end, PARTICLES), 0);
    run = (struct evolve_run){.x = particles.x,
                              .y = particles.y,
                              .ang_vel = particles.ang_vel,
                              .x_out = end.x,
                              .y_out = end.y,
                              .count = PARTICLES,
                              .dt = 0.125,
                              .timestep = 1e-5};
}

static void tear_down(void)
{
    particle_set_fini(&particles);
    particle_set_fini(&end);
}

/* --- the loops ----------------------------------------------------------- */

START_TEST(every_set_has_its_loops)
{
    ck_assert_uint_ge(set_count, 1);
    for (size_t i = 0; i < set_count; i++) {
        const struct peak_kernels *kernels = peak_kernels_find(sets[i]);
        ck_assert_msg(kernels != NULL, "%s has none", sets[i]);
        ck_assert_str_eq(kernels->name, sets[i]);
    }
    ck_assert_ptr_null(peak_kernels_find("mmx"));
}
END_TEST

/* Each repetition halves the distance of every lane of every chain from 2, so the mean shows the
 * number of repetitions. */
START_TEST(multiply_adds_are_computed)
{
    for (size_t i = 0; i < set_count; i++) {
        const struct peak_kernels *kernels = peak_kernels_find(sets[i]);
        double begin = (kernels->fma(&run, 0), end.x[0]);
        ck_assert_double_gt(begin, 2);
        double flop = kernels->fma(&run, 10);
        ck_assert_double_eq_tol(end.x[0] - 2, (begin - 2) / 1024, 1e-15);
        ck_assert_double_gt(flop, 0);
        ck_assert_double_eq(kernels->fma(&run, 20), 2 * flop);
    }
}
END_TEST

/* The columns are read and written up to the last particle and not beyond. */
START_TEST(columns_are_read_and_written)
{
    for (size_t i = 0; i < set_count; i++) {
        const struct peak_kernels *kernels = peak_kernels_find(sets[i]);
        memset(end.x, 0xff, PARTICLES * sizeof *end.x);
        memset(end.y, 0xff, PARTICLES * sizeof *end.y);
        run.count = PARTICLES - 1;
        double last = end.x[PARTICLES - 1];
        ck_assert_double_eq(kernels->stream(&run, 3), 3 * 40 * (PARTICLES - 1));
        ck_assert_mem_eq(&end.x[PARTICLES - 1], &last, sizeof last);
        for (size_t k = 0; k < run.count; k++) {
            double way = 0.125 * particles.ang_vel[k];
            ck_assert_double_eq(end.x[k], particles.x[k] + way);
            ck_assert_double_eq(end.y[k], particles.y[k] + way);
        }
    }
}
END_TEST

/* --- their measurement --------------------------------------------------- */

/* A clock that advances by `tick_s` with each reading, and by `slow_s` with the first
 * slow_readings. */
static struct {
    double time, tick_s, slow_s;
    long slow_readings, calls, stop_at;
} mock;

static double mock_clock(void *context)
{
    (void)context;
    return mock.time += mock.slow_readings-- > 0 ? mock.slow_s : mock.tick_s;
}

static bool mock_stop(void *context)
{
    (void)context;
    return ++mock.calls == mock.stop_at;
}

static const struct bench_environment environment = {.clock = mock_clock,
                                                     .control = {.stop = mock_stop}};

static struct bench_peak measure(double round_min_s)
{
    struct bench_peak peak;
    ck_assert(bench_peak_measure(&peak, "portable", &run, &environment, round_min_s));
    return peak;
}

START_TEST(the_fastest_round_counts)
{
    memset(&mock, 0, sizeof mock);
    mock.tick_s = 0x1p-6;
    mock.slow_s = 1;
    mock.slow_readings = 4;
    struct bench_peak peak = measure(1e-6);
    ck_assert_double_eq(peak.flop_per_s, peak_kernels_find("portable")->fma(&run, 1) / 0x1p-6);
    ck_assert_double_eq(peak.bytes_per_s, 40 * PARTICLES / 0x1p-6);
}
END_TEST

START_TEST(there_are_enough_rounds)
{
    memset(&mock, 0, sizeof mock);
    mock.tick_s = 1;
    measure(1e-6);
    ck_assert_int_eq(mock.calls, 2 * BENCH_PEAK_ROUNDS_MIN);
    memset(&mock, 0, sizeof mock);
    mock.tick_s = BENCH_PEAK_TIME_S / 100;
    measure(1e-6);
    ck_assert_int_ge(mock.calls, 2 * 49);
    ck_assert_int_le(mock.calls, 2 * 51);
}
END_TEST

/* With a real clock, the work grows until a round is long enough. */
static double real_clock(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    mock.calls++;
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

START_TEST(rounds_are_long_enough)
{
    const struct bench_environment real = {.clock = real_clock};
    struct bench_peak peak;
    memset(&mock, 0, sizeof mock);
    ck_assert(bench_peak_measure(&peak, "portable", &run, &real, BENCH_PEAK_TIME_S));
    ck_assert_double_gt(peak.flop_per_s, 0);
    ck_assert_double_gt(peak.bytes_per_s, 0);
    /* Five rounds and the doublings before them, not the millions of short rounds in that time. */
    ck_assert_int_lt(mock.calls, 200);
}
END_TEST

START_TEST(control_ends_the_measurement)
{
    struct bench_peak peak;
    for (long at = 1; at <= 2 * BENCH_PEAK_ROUNDS_MIN; at++) {
        memset(&mock, 0, sizeof mock);
        mock.tick_s = 1;
        mock.stop_at = at;
        ck_assert(!bench_peak_measure(&peak, "portable", &run, &environment, 1e-6));
        ck_assert_int_eq(mock.calls, at);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("peak");
    TCase *tcase = suite_case(suite, "loops");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, every_set_has_its_loops);
    tcase_add_test(tcase, multiply_adds_are_computed);
    tcase_add_test(tcase, columns_are_read_and_written);
    tcase = suite_case(suite, "measurement");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_fastest_round_counts);
    tcase_add_test(tcase, there_are_enough_rounds);
    tcase_add_test(tcase, rounds_are_long_enough);
    tcase_add_test(tcase, control_ends_the_measurement);
    return suite_run(suite);
}
