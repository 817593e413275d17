#include "bench/memory.h"

#include <string.h>

#include "../suite.h"
#include "sim/random.h"

/* gcc defines macros for sanitizers, clang has features. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#define PARTICLES 500000

/* The largest overhead of a large block: a page, a cache line, and the size of the block. */
#define EDGES (4096 + PARTICLE_SET_ALIGNMENT + 16)

static struct bench_config config;
static struct bench_memory memory;
static const struct bench_machine machine = {.node = "host", .cores = 2};

static void set_up(void)
{
    bench_config_init(&config);
    config.particles = PARTICLES;
    config.dt = 1e-5; /* one step */
    config.steps = 1;
}

static bool stop(void *context)
{
    (void)context;
    return true;
}

START_TEST(a_set_takes_24_bytes_per_particle)
{
    ck_assert_int_eq(bench_memory_run(&config, NULL, NULL, &memory), BENCH_OK);
    ck_assert_uint_eq(memory.set_bytes, PARTICLES * 24);
    ck_assert_double_eq(memory.bytes_per_particle, 24);
    ck_assert_uint_eq(memory.output_bytes, PARTICLES * 16);
}
END_TEST

/* The count of the kernel is not exact, and other memory changes too, so the test accepts 10 % more
 * or less. The set without the output would be outside of that. */
START_TEST(resident_memory_grows_by_set_and_output)
{
#ifdef SANITIZED
    return; /* the shadow memory counts too */
#endif
    for (int run = 0; run < 3; run++) { /* also after earlier runs */
        ck_assert_int_eq(bench_memory_run(&config, NULL, NULL, &memory), BENCH_OK);
        ck_assert(memory.resident_known);
        ck_assert_int_gt(memory.resident_before_bytes, 0);
        ck_assert_int_gt(memory.resident_growth_bytes, PARTICLES * 36);
        ck_assert_int_lt(memory.resident_growth_bytes, PARTICLES * 44);
        for (size_t i = 0; i < config.method_count; i++)
            ck_assert_int_lt(memory.method_growth_bytes[i], PARTICLES * 4);
    }
}
END_TEST

/* The allocator counts the same and the overhead of each block. Nothing stays allocated. */
START_TEST(the_heap_grows_by_set_and_output)
{
    int64_t before = 0;
    for (int run = 0; run < 3; run++) {
        ck_assert_int_eq(bench_memory_run(&config, NULL, NULL, &memory), BENCH_OK);
        if (!memory.heap_known) /* the allocator of a sanitizer does not count */
            return;
        ck_assert_int_gt(memory.heap_before_bytes, 0);
        ck_assert_int_ge(memory.heap_set_bytes, PARTICLES * 24);
        ck_assert_int_le(memory.heap_set_bytes, PARTICLES * 24 + EDGES);
        ck_assert_int_ge(memory.heap_growth_bytes, PARTICLES * 48); /* a third column, unused */
        ck_assert_int_le(memory.heap_growth_bytes, PARTICLES * 48 + 2 * EDGES);
        if (run > 0) /* the libraries may keep a little */
            ck_assert_int_le(memory.heap_before_bytes, before + 4096);
        before = memory.heap_before_bytes;
    }
}
END_TEST

START_TEST(a_set_of_100000_particles_has_little_overhead)
{
    config.particles = 100000;
    config.dt = 0.001;
    config.steps = 100;
    ck_assert_int_eq(bench_memory_run(&config, NULL, NULL, &memory), BENCH_OK);
    ck_assert_uint_le(memory.set_bytes, 24 * 100000 + 4096);
    ck_assert_int_le(memory.heap_set_bytes, 24 * 100000 + 4096);
}
END_TEST

START_TEST(particles_of_the_caller_are_copied)
{
    struct particle_set own;
    particle_set_init(&own);
    ck_assert_int_eq(random_particles(&own, 1000, 7), 0);
    config.particles = 1000;
    config.own_particles = true;
    ck_assert_int_eq(bench_memory_run(&config, &own, NULL, &memory), BENCH_OK);
    ck_assert_uint_eq(memory.set_bytes, 24000);
    own.x[3] = own.y[3] = 0; /* the benchmark must use these particles */
    ck_assert_int_eq(bench_memory_run(&config, &own, NULL, &memory), BENCH_OUT_OF_DOMAIN);
    ck_assert_uint_eq(memory.error_index, 3);
    particle_set_fini(&own);
}
END_TEST

START_TEST(particles_outside_the_domain_are_reported)
{
    config.timestep = 1e-200;
    config.dt = 0;
    config.steps = 0;
    ck_assert_int_eq(bench_memory_run(&config, NULL, NULL, &memory), BENCH_OUT_OF_DOMAIN);
    ck_assert_int_eq(memory.error, DOMAIN_STEP_SMALL);
    ck_assert_str_eq(memory.error_method->name, "closed_form");
    ck_assert_uint_eq(memory.error_index, 0);
}
END_TEST

START_TEST(control_ends_it)
{
    static const char name[] = "reference";
    const struct evolve_control control = {.stop = stop};
    struct bench_error error;
    config.particles = 10;
    config.timestep = 1e-9;
    config.dt = 1;
    config.steps = 1000000000;
    ck_assert_int_eq(bench_config_set(&config, "methods", name, strlen(name), &error),
                     BENCH_SET_OK);
    ck_assert_int_eq(bench_memory_run(&config, NULL, &control, &memory), BENCH_STOPPED);
}
END_TEST

START_TEST(too_large_a_set_fails)
{
    config.particles = SIZE_MAX / 2;
    ck_assert_int_eq(bench_memory_run(&config, NULL, NULL, &memory), BENCH_NO_MEMORY);
}
END_TEST

static void fill(void)
{
    memory = (struct bench_memory){.config = config,
                                   .set_bytes = 12000000,
                                   .bytes_per_particle = 24,
                                   .output_bytes = 8000000,
                                   .heap_known = true,
                                   .heap_before_bytes = 90000,
                                   .heap_set_bytes = 12000400,
                                   .heap_growth_bytes = 24000800,
                                   .resident_known = true,
                                   .resident_before_bytes = 2000000,
                                   .resident_growth_bytes = 20500000,
                                   .method_growth_bytes = {-4096, 0, 8192}};
}

START_TEST(json_has_the_figures)
{
    fill();
    json_t *document = bench_memory_json(&memory, &machine);
    json_int_t particles, set, output, before, growth;
    double each;
    json_t *methods;
    ck_assert_int_eq(json_unpack(document, "{s:I, s:F, s:I, s:I, s:I, s:I, s:o}", "particles",
                                 &particles, "bytes_per_particle", &each, "set_bytes", &set,
                                 "output_bytes", &output, "resident_before_bytes", &before,
                                 "resident_growth_bytes", &growth, "methods", &methods),
                     0);
    ck_assert_int_eq(particles, PARTICLES);
    ck_assert_double_eq(each, 24);
    ck_assert_int_eq(set, 12000000);
    ck_assert_int_eq(output, 8000000);
    ck_assert_int_eq(before, 2000000);
    ck_assert_int_eq(growth, 20500000);
    ck_assert_uint_eq(json_array_size(methods), config.method_count);
    ck_assert_int_eq(json_unpack(document, "{s:I, s:I, s:I}", "heap_before_bytes", &before,
                                 "heap_set_bytes", &set, "heap_growth_bytes", &growth),
                     0);
    ck_assert_int_eq(before, 90000);
    ck_assert_int_eq(set, 12000400);
    ck_assert_int_eq(growth, 24000800);

    const char *name;
    ck_assert_int_eq(json_unpack(json_array_get(methods, 2), "{s:s, s:I}", "name", &name,
                                 "resident_growth_bytes", &growth),
                     0);
    ck_assert_str_eq(name, config.methods[2]->name);
    ck_assert_int_eq(growth, 8192);
    json_decref(document);
}
END_TEST

START_TEST(json_has_null_for_unknown_figures)
{
    fill();
    memory.resident_known = memory.heap_known = false;
    json_t *document = bench_memory_json(&memory, &machine);
    ck_assert(json_is_null(json_object_get(document, "resident_growth_bytes")));
    ck_assert(json_is_null(json_object_get(document, "heap_set_bytes")));
    ck_assert(json_is_integer(json_object_get(document, "set_bytes")));
    json_decref(document);
}
END_TEST

START_TEST(text_is_an_aligned_table)
{
    fill();
    char *text = bench_memory_text(&memory, &machine);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "particle set     12000000       24.00\n"
                                       "end points        8000000       16.00\n"
                                       "heap before         90000            \n"
                                       "set in the heap  12000400       24.00\n"
                                       "heap growth      24000800       48.00\n"
                                       "resident before   2000000            \n"
                                       "resident growth  20500000       41.00\n"
                                       "closed_form         -4096       -0.01\n"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tcase = suite_case(suite, "memory");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, a_set_takes_24_bytes_per_particle);
    tcase_add_test(tcase, resident_memory_grows_by_set_and_output);
    tcase_add_test(tcase, the_heap_grows_by_set_and_output);
    tcase_add_test(tcase, a_set_of_100000_particles_has_little_overhead);
    tcase_add_test(tcase, particles_of_the_caller_are_copied);
    tcase_add_test(tcase, particles_outside_the_domain_are_reported);
    tcase_add_test(tcase, control_ends_it);
    tcase_add_test(tcase, too_large_a_set_fails);
    tcase_add_test(tcase, json_has_the_figures);
    tcase_add_test(tcase, json_has_null_for_unknown_figures);
    tcase_add_test(tcase, text_is_an_aligned_table);
    return suite_run(suite);
}
