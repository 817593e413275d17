#include <math.h>
#include <string.h>

#include "bench/bench.h"
#include "sim/random.h"

#include "../suite.h"

/* A world in which time passes only as the test says: each evolve of the method `fake` takes
 * so long, and so does each reading of the clock. Times are sums of powers of two, so they are
 * exact. */
static struct {
    double time;
    double evolve_s;  /* cost of an evolve */
    double reading_s; /* cost of a reading */
    long fine;        /* so many readings, at first, cost almost nothing */
    double tick_s;    /* what the clock shows is a multiple of it; 0: everything */
    double cold_s;    /* extra cost of the first evolve */
    long free_after;  /* evolves after this many cost nothing */
    long evolves;     /* so far */
    long asked;       /* how often `stop` was called */
    long stop_at;     /* it says yes from this call on; 0: never */
} world;

/* For what is called a million times: a check that passes costs a system call, this does not. */
static void expect_context(const void *context, const void *expected)
{
    if (context != expected)
        ck_abort_msg("called with a context that is not its own");
}

static double world_clock(void *context)
{
    expect_context(context, &world);
    world.time += world.fine-- > 0 ? 0x1p-30 : world.reading_s;
    return world.tick_s > 0 ? floor(world.time / world.tick_s) * world.tick_s : world.time;
}

static bool world_stop(void *context)
{
    expect_context(context, &world);
    world.asked++;
    return world.stop_at && world.asked >= world.stop_at;
}

static bool fake_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    (void)run;
    if (control->stop(control->context))
        return false;
    world.evolves++;
    if (world.evolves == 1)
        world.time += world.cold_s;
    if (!world.free_after || world.evolves <= world.free_after)
        world.time += world.evolve_s;
    return true;
}

static const struct method fake = {
    .name = "fake", .summary = "", .polygon = true, .evolve = fake_evolve};

/* What on_round was told. */
static struct {
    size_t count;
    const struct method *first_method;
    long evolves_at_first;
    double seconds;
} told;

static void on_round(void *context, const struct bench_result *result)
{
    expect_context(context, &told);
    if (told.count++ == 0) {
        told.first_method = result->method;
        told.evolves_at_first = world.evolves;
        ck_assert_uint_eq(result->round_count, 1);
    }
    ck_assert_str_eq(result->name, result->method->name);
    told.seconds = result->rounds[result->round_count - 1];
}

static const struct bench_environment environment = {
    .clock = world_clock,
    .clock_context = &world,
    .control = {.stop = world_stop, .context = &world},
    .on_round = on_round,
    .round_context = &told,
};

static struct bench_config config;
static struct particle_set particles;
static struct bench_report report;

static void set_up(void)
{
    memset(&world, 0, sizeof world);
    memset(&told, 0, sizeof told);
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

START_TEST(short_iterations_are_put_together)
{
    world.evolve_s = 0x1p-20; /* 0.95 us */
    double round_s = (double)run()->iterations * world.evolve_s;
    ck_assert_double_ge(round_s, BENCH_ROUND_MIN_S);
    ck_assert_double_le(round_s, 1.2 * BENCH_ROUND_MIN_S);
    ck_assert_double_eq(report.results[0].stats.mean, world.evolve_s);
    ck_assert_double_eq(told.seconds, world.evolve_s);
}
END_TEST

START_TEST(a_round_is_long_against_a_coarse_clock)
{
    world.evolve_s = 0x1p-20;
    world.tick_s = 0x1p-10; /* a clock of 1 ms */
    world.reading_s = 0x1p-24;
    double round_s = (double)run()->iterations * world.evolve_s;
    ck_assert_double_eq(report.clock_resolution_s, world.tick_s);
    ck_assert_double_ge(round_s, (BENCH_ROUND_TICKS - 1) * world.tick_s);
    ck_assert_double_le(round_s, 1.2 * BENCH_ROUND_TICKS * world.tick_s);
}
END_TEST

START_TEST(resolution_is_the_smallest_difference)
{
    world.evolve_s = 0x1p-5;
    world.reading_s = 0x1p-22;
    run();
    ck_assert_double_eq(report.clock_resolution_s, 0x1p-22);
}
END_TEST

START_TEST(a_long_iteration_is_a_round)
{
    world.evolve_s = 0x1p-5;
    ck_assert_uint_eq(run()->iterations, 1);
    ck_assert_int_eq(told.evolves_at_first, 2); /* one to calibrate, one timed */
}
END_TEST

/* The first iteration alone would do, but only because it was the first. */
START_TEST(a_cold_start_does_not_deceive)
{
    world.evolve_s = 0x1p-20;
    world.cold_s = 2 * BENCH_ROUND_MIN_S;
    double round_s = (double)run()->iterations * world.evolve_s;
    ck_assert_double_ge(round_s, BENCH_ROUND_MIN_S);
}
END_TEST

START_TEST(warm_up_takes_its_time)
{
    world.evolve_s = 0x1p-7;
    config.warmup = true;
    run();
    double warm_s = (double)(told.evolves_at_first - 1) * world.evolve_s;
    ck_assert_double_ge(warm_s, BENCH_WARMUP_S);
    ck_assert_double_lt(warm_s, BENCH_WARMUP_S + world.evolve_s);
}
END_TEST

START_TEST(warm_up_is_at_most_max_time)
{
    world.evolve_s = 0x1p-7;
    config.warmup = true;
    config.max_time_s = 2 * world.evolve_s;
    run();
    ck_assert_int_eq(told.evolves_at_first, 2 + 1);
}
END_TEST

/* --- rounds -------------------------------------------------------------- */

START_TEST(rounds_fill_max_time)
{
    world.evolve_s = 0x1p-7;
    config.max_time_s = 0x1p-3;
    const struct bench_result *result = run();
    ck_assert_uint_eq(result->round_count, 16);
    ck_assert_uint_eq(result->stats.rounds, 16);
    ck_assert_uint_eq(told.count, 16);
    ck_assert_double_eq(result->stats.total, 0x1p-3);
    for (size_t i = 0; i < result->round_count; i++)
        ck_assert_double_eq(result->rounds[i], world.evolve_s);
}
END_TEST

START_TEST(min_rounds_are_done_after_max_time)
{
    world.evolve_s = 0x1p-7;
    config.max_time_s = 1e-6;
    config.min_rounds = 7;
    ck_assert_uint_eq(run()->round_count, 7);
}
END_TEST

START_TEST(rounds_are_bounded)
{
    world.evolve_s = 1;
    world.free_after = 1; /* then the clock stands still and max_time never ends */
    ck_assert_uint_eq(run()->round_count, BENCH_ROUNDS_MAX);
}
END_TEST

START_TEST(a_long_max_time_has_longer_rounds)
{
    world.evolve_s = 0x1p-11; /* 2^-11 s in 3600 s would be 7 million rounds */
    config.max_time_s = BENCH_MAX_TIME_MAX;
    const struct bench_result *result = run();
    ck_assert_uint_gt(result->iterations, 7);
    ck_assert_double_ge(result->stats.total * (double)result->iterations, BENCH_MAX_TIME_MAX);
}
END_TEST

/* --- the end ------------------------------------------------------------- */

START_TEST(stop_ends_the_run_wherever_it_is)
{
    world.evolve_s = 0x1p-7;
    config.max_time_s = 0x1p-5;
    run();
    long asked = world.asked;
    bench_report_fini(&report);
    ck_assert_int_gt(asked, 8);
    for (long at = 1; at <= asked; at++) {
        world.asked = 0;
        world.stop_at = at;
        ck_assert_int_eq(bench_run(&config, &particles, &environment, &report), BENCH_STOPPED);
        ck_assert_int_eq(world.asked, at);
        ck_assert_uint_eq(report.result_count, 0);
        ck_assert_ptr_null(report.results[0].rounds);
    }
}
END_TEST

/* --- the real methods ---------------------------------------------------- */

/* Makes every round of any method take `seconds`, on a clock that is fine enough for them. */
static void rounds_take(double seconds)
{
    world.fine = 100;
    world.reading_s = seconds;
}

/* After reference's three rounds all others take half the time. */
static void speed_up(void *context, const struct bench_result *result)
{
    on_round(context, result);
    if (strcmp(result->name, "reference") == 0 && result->round_count == 3)
        world.reading_s = 0.5;
}

START_TEST(figures_against_reference)
{
    struct bench_environment faster = environment;
    faster.on_round = speed_up;
    rounds_take(1);
    use_methods("closed_form,reference");
    config.min_rounds = 3;
    config.max_time_s = 1e-3;
    ck_assert_int_eq(bench_run(&config, &particles, &faster, &report), BENCH_OK);

    ck_assert_str_eq(told.first_method->name, "reference");
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

/* analytic leaves the polygon by what one calculates from both end points. */
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

START_TEST(particles_do_not_drift)
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
    particles.ang_vel[3] = 1e18; /* too far round for the circle, but c is only 1e13 */
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
    tcase_add_test(tcase, short_iterations_are_put_together);
    tcase_add_test(tcase, a_round_is_long_against_a_coarse_clock);
    tcase_add_test(tcase, resolution_is_the_smallest_difference);
    tcase_add_test(tcase, a_long_iteration_is_a_round);
    tcase_add_test(tcase, a_cold_start_does_not_deceive);
    tcase_add_test(tcase, warm_up_takes_its_time);
    tcase_add_test(tcase, warm_up_is_at_most_max_time);
    tcase = suite_case(suite, "rounds");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, rounds_fill_max_time);
    tcase_add_test(tcase, min_rounds_are_done_after_max_time);
    tcase_add_test(tcase, rounds_are_bounded);
    tcase_add_test(tcase, a_long_max_time_has_longer_rounds);
    tcase_add_test(tcase, stop_ends_the_run_wherever_it_is);
    tcase = suite_case(suite, "methods");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, figures_against_reference);
    tcase_add_test(tcase, difference_is_the_largest_distance);
    tcase_add_test(tcase, without_reference_nothing_is_compared);
    tcase_add_test(tcase, particles_do_not_drift);
    tcase_add_test(tcase, domain_of_every_method_is_checked);
    return suite_run(suite);
}
