#include <math.h>
#include <string.h>

#include "bench/bench.h"
#include "sim/random.h"

#include "../suite.h"

/* A mock of the clock and of the work. Its time advances only with each evolve of the method `fake`
 * and with each reading of the clock. Times are sums of powers of two, so they are exact. */
static struct {
    double time;
    double evolve_s;  /* cost of an evolve */
    double reading_s; /* cost of a reading */
    long fine;        /* the first readings, this many, cost almost nothing */
    double tick_s;    /* readings are multiples of it; 0: exact readings */
    double cold_s;    /* extra cost of the first evolve */
    long free_after;  /* evolves after this many cost nothing */
    long evolves;     /* calls so far */
    long stop_calls;  /* calls of `stop` so far */
    long stop_at;     /* `stop` returns true from this call on; 0: never */
} mock;

/* For a million calls: each ck_assert makes a system call, this does not. */
static void expect_context(const void *context, const void *expected)
{
    if (context != expected)
        ck_abort_msg("called with a wrong context");
}

static double mock_clock(void *context)
{
    expect_context(context, &mock);
    mock.time += mock.fine-- > 0 ? 0x1p-30 : mock.reading_s;
    return mock.tick_s > 0 ? floor(mock.time / mock.tick_s) * mock.tick_s : mock.time;
}

static bool mock_stop(void *context)
{
    expect_context(context, &mock);
    mock.stop_calls++;
    return mock.stop_at && mock.stop_calls >= mock.stop_at;
}

static bool fake_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    (void)run;
    if (control->stop(control->context))
        return false;
    mock.evolves++;
    if (mock.evolves == 1)
        mock.time += mock.cold_s;
    if (!mock.free_after || mock.evolves <= mock.free_after)
        mock.time += mock.evolve_s;
    return true;
}

static const struct method fake = {
    .name = "fake", .summary = "", .polygon = true, .evolve = fake_evolve};

/* The calls of on_round(). */
static struct {
    size_t count;
    const struct method *first_method;
    long evolves_at_first;
    double seconds;
} seen;

static void on_round(void *context, const struct bench_result *result)
{
    expect_context(context, &seen);
    if (seen.count++ == 0) {
        seen.first_method = result->method;
        seen.evolves_at_first = mock.evolves;
        ck_assert_uint_eq(result->round_count, 1);
    }
    ck_assert_str_eq(result->name, result->method->name);
    seen.seconds = result->rounds[result->round_count - 1];
}

static const struct bench_environment environment = {
    .clock = mock_clock,
    .clock_context = &mock,
    .control = {.stop = mock_stop, .context = &mock},
    .on_round = on_round,
    .round_context = &seen,
};

static struct bench_config config;
static struct particle_set particles;
static struct bench_report report;

static void set_up(void)
{
    memset(&mock, 0, sizeof mock);
    memset(&seen, 0, sizeof seen);
    bench_config_init(&config);
    config.methods[0] = &fake;
    config.method_count = 1;
    config.warmup = false;
    particle_set_init(&particles);
    ck_assert_int_eq(random_particles(&particles, 5, 1), 0);
}

static void tear_down(void)
{
    particle_set_fini(&particles);
    bench_report_fini(&report);
}

static const struct bench_result *run(void)
{
    ck_assert_int_eq(bench_run(&config, &particles, &environment, &report), BENCH_OK);
    ck_assert_uint_eq(report.result_count, config.method_count);
    return &report.results[0];
}

static void use_methods(const char *names)
{
    struct bench_error error;
    ck_assert_int_eq(bench_config_set(&config, "methods", names, strlen(names), &error),
                     BENCH_SET_OK);
}

/* --- calibration --------------------------------------------------------- */

START_TEST(short_iterations_are_grouped_in_rounds)
{
    mock.evolve_s = 0x1p-20; /* 0.95 us */
    double round_s = (double)run()->iterations * mock.evolve_s;
    ck_assert_double_ge(round_s, BENCH_ROUND_MIN_S);
    ck_assert_double_le(round_s, 1.2 * BENCH_ROUND_MIN_S);
    ck_assert_double_eq(report.results[0].stats.mean, mock.evolve_s);
    ck_assert_double_eq(seen.seconds, mock.evolve_s);
}
END_TEST

START_TEST(a_round_is_long_compared_with_a_clock_tick)
{
    mock.evolve_s = 0x1p-20;
    mock.tick_s = 0x1p-10; /* a clock of 1 ms */
    mock.reading_s = 0x1p-24;
    double round_s = (double)run()->iterations * mock.evolve_s;
    ck_assert_double_eq(report.clock_resolution_s, mock.tick_s);
    ck_assert_double_ge(round_s, (BENCH_ROUND_TICKS - 1) * mock.tick_s);
    ck_assert_double_le(round_s, 1.2 * BENCH_ROUND_TICKS * mock.tick_s);
}
END_TEST

START_TEST(resolution_is_the_smallest_difference)
{
    mock.evolve_s = 0x1p-5;
    mock.reading_s = 0x1p-22;
    run();
    ck_assert_double_eq(report.clock_resolution_s, 0x1p-22);
}
END_TEST

START_TEST(a_long_iteration_is_a_round)
{
    mock.evolve_s = 0x1p-5;
    ck_assert_uint_eq(run()->iterations, 1);
    ck_assert_int_eq(seen.evolves_at_first, 2); /* one to calibrate, one timed */
}
END_TEST

/* The first iteration is long enough for a round, but only because it is the first. */
START_TEST(a_slow_first_iteration_does_not_shorten_rounds)
{
    mock.evolve_s = 0x1p-20;
    mock.cold_s = 2 * BENCH_ROUND_MIN_S;
    double round_s = (double)run()->iterations * mock.evolve_s;
    ck_assert_double_ge(round_s, BENCH_ROUND_MIN_S);
}
END_TEST

START_TEST(warm_up_has_its_full_time)
{
    mock.evolve_s = 0x1p-7;
    config.warmup = true;
    run();
    double warm_s = (double)(seen.evolves_at_first - 1) * mock.evolve_s;
    ck_assert_double_ge(warm_s, BENCH_WARMUP_S);
    ck_assert_double_lt(warm_s, BENCH_WARMUP_S + mock.evolve_s);
}
END_TEST

START_TEST(warm_up_is_at_most_max_time)
{
    mock.evolve_s = 0x1p-7;
    config.warmup = true;
    config.max_time_s = 2 * mock.evolve_s;
    run();
    ck_assert_int_eq(seen.evolves_at_first, 2 + 1);
}
END_TEST

/* --- rounds -------------------------------------------------------------- */

START_TEST(rounds_fill_max_time)
{
    mock.evolve_s = 0x1p-7;
    config.max_time_s = 0x1p-3;
    const struct bench_result *result = run();
    ck_assert_uint_eq(result->round_count, 16);
    ck_assert_uint_eq(result->stats.rounds, 16);
    ck_assert_uint_eq(seen.count, 16);
    ck_assert_double_eq(result->stats.total, 0x1p-3);
    for (size_t i = 0; i < result->round_count; i++)
        ck_assert_double_eq(result->rounds[i], mock.evolve_s);
}
END_TEST

START_TEST(min_rounds_are_done_after_max_time)
{
    mock.evolve_s = 0x1p-7;
    config.max_time_s = 1e-6;
    config.min_rounds = 7;
    ck_assert_uint_eq(run()->round_count, 7);
}
END_TEST

START_TEST(rounds_are_bounded)
{
    mock.evolve_s = 1;
    mock.free_after = 1; /* then the clock stops and max_time never ends */
    ck_assert_uint_eq(run()->round_count, BENCH_ROUNDS_MAX);
}
END_TEST

START_TEST(a_long_max_time_has_longer_rounds)
{
    mock.evolve_s = 0x1p-11; /* 2^-11 s in 3600 s would be 7 million rounds */
    config.max_time_s = BENCH_MAX_TIME_MAX;
    const struct bench_result *result = run();
    ck_assert_uint_gt(result->iterations, 7);
    ck_assert_double_ge(result->stats.total * (double)result->iterations, BENCH_MAX_TIME_MAX);
}
END_TEST

/* --- the end ------------------------------------------------------------- */

START_TEST(stop_ends_the_run_at_every_call)
{
    mock.evolve_s = 0x1p-7;
    config.max_time_s = 0x1p-5;
    run();
    long stop_calls = mock.stop_calls;
    bench_report_fini(&report);
    ck_assert_int_gt(stop_calls, 8);
    for (long at = 1; at <= stop_calls; at++) {
        mock.stop_calls = 0;
        mock.stop_at = at;
        ck_assert_int_eq(bench_run(&config, &particles, &environment, &report), BENCH_STOPPED);
        ck_assert_int_eq(mock.stop_calls, at);
        ck_assert_uint_eq(report.result_count, 0);
        ck_assert_ptr_null(report.results[0].rounds);
    }
}
END_TEST

/* --- the real methods ---------------------------------------------------- */

/* Makes every round of every method take `seconds`, on a clock with a fine resolution. */
static void rounds_take(double seconds)
{
    mock.fine = 100;
    mock.reading_s = seconds;
}

/* After the three rounds of reference, all other rounds take half the time. */
static void speed_up(void *context, const struct bench_result *result)
{
    on_round(context, result);
    if (strcmp(result->name, "reference") == 0 && result->round_count == 3)
        mock.reading_s = 0.5;
}

START_TEST(figures_are_relative_to_reference)
{
    struct bench_environment faster = environment;
    faster.on_round = speed_up;
    rounds_take(1);
    use_methods("closed_form,reference");
    config.min_rounds = 3;
    config.max_time_s = 1e-3;
    ck_assert_int_eq(bench_run(&config, &particles, &faster, &report), BENCH_OK);

    ck_assert_str_eq(seen.first_method->name, "reference");
    const struct bench_result *closed_form = &report.results[0], *reference = &report.results[1];
    ck_assert_str_eq(closed_form->method->name, "closed_form");
    ck_assert_str_eq(reference->method->name, "reference");
    ck_assert_double_eq(reference->stats.mean, 1);
    ck_assert_double_eq(reference->speedup, 1);
    ck_assert_double_eq(reference->max_difference, 0);
    ck_assert_double_eq(reference->particle_steps_per_s, 5 * 10000);
    ck_assert_double_eq(closed_form->stats.mean, 0.5);
    ck_assert_double_eq(closed_form->speedup, 2);
    ck_assert_double_gt(closed_form->max_difference, 0);
    ck_assert_double_lt(closed_form->max_difference, 1e-12);
    ck_assert_double_eq(closed_form->particle_steps_per_s, 2 * 5 * 10000);
}
END_TEST

/* The difference of analytic is the largest distance of its end points from those of reference. */
START_TEST(difference_is_the_largest_distance)
{
    struct particle_set end[2];
    static const char *const names[] = {"analytic", "reference"};
    for (int k = 0; k < 2; k++) {
        particle_set_init(&end[k]);
        ck_assert_int_eq(particle_set_reserve(&end[k], particles.count), 0);
        const struct evolve_run one = {particles.x, particles.y,     particles.ang_vel,
                                       end[k].x,    end[k].y,        particles.count,
                                       config.dt,   config.timestep, config.steps};
        ck_assert(evolve(method_find(names[k], strlen(names[k])), &one, NULL));
    }
    double largest = 0;
    for (size_t i = 0; i < particles.count; i++)
        largest = fmax(largest, hypot(end[0].x[i] - end[1].x[i], end[0].y[i] - end[1].y[i]));
    particle_set_fini(&end[0]);
    particle_set_fini(&end[1]);

    rounds_take(1);
    use_methods("analytic,reference");
    ck_assert_double_gt(largest, 1e-9);
    ck_assert_double_eq(run()->max_difference, largest);
}
END_TEST

static bool broken_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    if (!fake_evolve(run, control))
        return false;
    for (size_t i = 0; i < run->count; i++) {
        run->x_out[i] = i == 1 ? NAN : run->x[i];
        run->y_out[i] = run->y[i];
    }
    return true;
}

/* A method that gives NaN for one particle has no largest distance, whatever the others have. */
START_TEST(difference_of_nan)
{
    static const struct method broken = {
        .name = "broken", .summary = "", .polygon = true, .evolve = broken_evolve};
    rounds_take(1);
    use_methods("closed_form,reference");
    config.methods[0] = &broken;
    ck_assert(isnan(run()->max_difference));
}
END_TEST

START_TEST(without_reference_nothing_is_compared)
{
    rounds_take(1);
    use_methods("fast,closed_form");
    run();
    for (int i = 0; i < 2; i++) {
        ck_assert_double_eq(report.results[i].speedup, 0);
        ck_assert(isnan(report.results[i].max_difference));
    }
}
END_TEST

START_TEST(particles_do_not_change)
{
    struct particle_set again;
    rounds_take(1);
    use_methods("closed_form,analytic,euler,fast,reference");
    run();
    ck_assert_uint_eq(report.config.particles, 5);
    particle_set_init(&again);
    ck_assert_int_eq(random_particles(&again, 5, 1), 0);
    ck_assert_mem_eq(again.x, particles.x, 5 * sizeof *again.x);
    ck_assert_mem_eq(again.y, particles.y, 5 * sizeof *again.y);
    ck_assert_mem_eq(again.ang_vel, particles.ang_vel, 5 * sizeof *again.ang_vel);
    particle_set_fini(&again);
}
END_TEST

START_TEST(domain_of_every_method_is_checked)
{
    const struct method *method = NULL;
    size_t index = 0;
    use_methods("closed_form,analytic");
    ck_assert_int_eq(bench_domain_check(&config, &particles, &method, &index), DOMAIN_OK);
    particles.ang_vel[3] = 1e18; /* too large an angle for the circle; c is only 1e13 */
    ck_assert_int_eq(bench_domain_check(&config, &particles, &method, &index), DOMAIN_ANGLE_LARGE);
    ck_assert_str_eq(method->name, "analytic");
    ck_assert_uint_eq(index, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("measure");
    TCase *tcase = suite_case(suite, "calibration");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, short_iterations_are_grouped_in_rounds);
    tcase_add_test(tcase, a_round_is_long_compared_with_a_clock_tick);
    tcase_add_test(tcase, resolution_is_the_smallest_difference);
    tcase_add_test(tcase, a_long_iteration_is_a_round);
    tcase_add_test(tcase, a_slow_first_iteration_does_not_shorten_rounds);
    tcase_add_test(tcase, warm_up_has_its_full_time);
    tcase_add_test(tcase, warm_up_is_at_most_max_time);
    tcase = suite_case(suite, "rounds");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, rounds_fill_max_time);
    tcase_add_test(tcase, min_rounds_are_done_after_max_time);
    tcase_add_test(tcase, rounds_are_bounded);
    tcase_add_test(tcase, a_long_max_time_has_longer_rounds);
    tcase_add_test(tcase, stop_ends_the_run_at_every_call);
    tcase = suite_case(suite, "methods");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, figures_are_relative_to_reference);
    tcase_add_test(tcase, difference_is_the_largest_distance);
    tcase_add_test(tcase, difference_of_nan);
    tcase_add_test(tcase, without_reference_nothing_is_compared);
    tcase_add_test(tcase, particles_do_not_change);
    tcase_add_test(tcase, domain_of_every_method_is_checked);
    return suite_run(suite);
}
