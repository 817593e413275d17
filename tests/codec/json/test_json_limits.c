/* The limits of the decoder, at and above each limit, and its use of memory. */
#include <stdio.h>

#include "../../suite.h"
#include "../decode.h"
#include "codec/json/json_limits.h"

/* The linker redirects calls of the C library's functions to these (--wrap). The n-th call from now
 * on fails; 0: none. */
static size_t fail_malloc, fail_realloc;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_malloc(size_t size)
{
    return fail_malloc && --fail_malloc == 0 ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fail_realloc && --fail_realloc == 0 ? NULL : __real_realloc(block, size);
}

/* Decodes an object with `depth - 1` nested arrays: an invalid value, or a syntax error if the
 * depth is too large. */
static void decode_nested(struct decoded *d, size_t depth)
{
    char text[4 * JSON_DEPTH_MAX] = "{\"a\":";
    size_t length = strlen(text);
    memset(text + length, '[', depth - 1);
    memset(text + length + depth - 1, ']', depth - 1);
    text[length + 2 * (depth - 1)] = '}';
    decode_every_way(d, text, length + 2 * (depth - 1) + 1, MANY_PARTICLES);
}

START_TEST(depth_limit)
{
    struct decoded d;
    decode_nested(&d, JSON_DEPTH_MAX);
    ck_assert_int_eq(d.status, DECODE_INVALID);
    ck_assert_str_eq(d.error.pointer, "/a");
    decoded_free(&d);

    decode_nested(&d, JSON_DEPTH_MAX + 1);
    ck_assert_int_eq(d.status, DECODE_SYNTAX);
    ck_assert_ptr_nonnull(strstr(d.error.detail, "nested deeper than 64"));
    ck_assert_uint_eq(d.error.byte, strlen("{\"a\":") + JSON_DEPTH_MAX - 1);
    decoded_free(&d);
}
END_TEST

START_TEST(particle_limit)
{
    static const char *const bodies[] = {
        ("{\"particles\":[{\"x\":1,\"y\":2,\"ang_vel\":3},{\"x\":1,\"y\":2,\"ang_vel\":3},"
         "{\"x\":1,\"y\":2,\"ang_vel\":3}]}"),
        "{\"particles\":[[1,2,3],[1,2,3],[1,2,3]]}",
        "{\"particles\":{\"x\":[1,2,3],\"y\":[1,2,3],\"ang_vel\":[1,2,3]}}",
        "{\"particles\":{\"x\":[1],\"y\":[1,2,3],\"ang_vel\":[1]}}", /* each column counts */
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct decoded d;
        decode_every_way(&d, bodies[i], strlen(bodies[i]), 3);
        ck_assert_int_eq(d.status, i < 3 ? DECODE_OK : DECODE_INVALID);
        decoded_free(&d);
        decode_every_way(&d, bodies[i], strlen(bodies[i]), 2);
        ck_assert_int_eq(d.status, DECODE_TOO_MANY);
        ck_assert_str_eq(d.error.pointer, "/particles");
        ck_assert_ptr_nonnull(strstr(d.error.detail, "more than 2"));
        decoded_free(&d);
    }
}
END_TEST

START_TEST(too_many_is_reported_at_once)
{
    struct simulation out;
    simulation_init(&out);
    struct decode_limits limits = {.max_particles = 2};
    struct decoder *decoder = json_decoder_create(&limits, &out);
    static const char two[] = "{\"particles\":[[1,2,3],[4,5,6]";
    ck_assert_int_eq(decoder_feed(decoder, two, sizeof two - 1), DECODE_OK);
    ck_assert_int_eq(decoder_feed(decoder, ",", 1), DECODE_OK);
    ck_assert_int_eq(decoder_feed(decoder, "[", 1), DECODE_TOO_MANY);
    ck_assert_int_eq(decoder_feed(decoder, "nonsense", 8), DECODE_TOO_MANY);
    ck_assert_int_eq(decoder_finish(decoder), DECODE_TOO_MANY);
    ck_assert_uint_eq(out.particles.capacity, 0);
    decoder_destroy(decoder);
    simulation_fini(&out);
}
END_TEST

/* `count` triples; the text is the caller's to free. */
static char *many_triples(size_t count)
{
    char *text = malloc(count * 8 + 32), *at = text;
    at += sprintf(at, "{\"particles\":[");
    for (size_t i = 0; i < count; i++)
        at += sprintf(at, "%s[1,2,3]", i ? "," : "");
    sprintf(at, "]}");
    return text;
}

START_TEST(memory_is_reserved_and_released)
{
    char *text = many_triples(1000);
    size_t length = strlen(text);

    struct decoded d = {.budget.limit = 0};
    decode_chunks(&d, text, length, 0, length, 1000);
    ck_assert_int_eq(d.status, DECODE_OK);
    size_t reservations = d.budget.reservations;
    ck_assert_uint_eq(reservations, 3); /* 256, 512, then the limit and not 1024 */
    ck_assert_uint_eq(d.simulation.particles.capacity, 1000);
    ck_assert_uint_eq(d.budget.peak, particle_set_bytes(1000) + particle_set_bytes(512));
    decoded_free(&d);

    for (size_t refuse = 1; refuse <= reservations; refuse++) {
        struct decoded refused = {.budget.refuse_number = refuse};
        decode_chunks(&refused, text, length, 0, 100, 1000);
        ck_assert_int_eq(refused.status, DECODE_NO_MEMORY);
        ck_assert_str_eq(refused.error.pointer, "/particles");
        ck_assert_uint_eq(refused.budget.reservations, refuse);
        decoded_free(&refused);
    }
    for (size_t spare = 0; spare < 2; spare++) {
        struct decoded tight = {.budget.limit = d.budget.peak - 1 + spare};
        decode_chunks(&tight, text, length, 0, length, 1000);
        ck_assert_int_eq(tight.status, spare ? DECODE_OK : DECODE_TOO_LARGE);
        decoded_free(&tight);
    }
    free(text);
}
END_TEST

/* With a known body length, the columns grow in place; a length that is too short causes no error.
 */
START_TEST(memory_of_a_body_with_known_length)
{
    char *text = many_triples(1000);
    size_t length = strlen(text);
    const uint64_t known[] = {1, 600 * 6, length, UINT64_MAX};
    const size_t reservations[] = {3, 4, 3, 3}, copied[] = {512, 600, 0, 0};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        for (size_t refuse = 0; refuse <= reservations[i]; refuse++) {
            struct decoded d = {.budget.refuse_number = refuse, .body_bytes = known[i]};
            decode_chunks(&d, text, length, 0, 100, 1000);
            ck_assert_int_eq(d.status, refuse ? DECODE_NO_MEMORY : DECODE_OK);
            ck_assert_uint_eq(d.budget.reservations, refuse ? refuse : reservations[i]);
            if (!refuse)
                ck_assert_uint_eq(d.budget.peak, particle_set_bytes(1000 + copied[i]));
            for (size_t k = 0; k < d.simulation.particles.count; k++)
                ck_assert(d.simulation.particles.x[k] == 1 && d.simulation.particles.y[k] == 2 &&
                          d.simulation.particles.ang_vel[k] == 3);
            decoded_free(&d);
        }
        /* The second growth tries to allocate for the whole body; if that fails, for what it needs.
         */
        struct decoded d = {.body_bytes = known[i]};
        fail_realloc = 2;
        decode_chunks(&d, text, length, 0, 100, 1000);
        ck_assert_int_eq(d.status, known[i] == 1 ? DECODE_NO_MEMORY : DECODE_OK);
        decoded_free(&d);
    }
    free(text);
}
END_TEST

START_TEST(memory_is_short)
{
    struct decode_limits limits = {.max_particles = 1};
    struct simulation out;
    simulation_init(&out);
    fail_malloc = 1;
    ck_assert_ptr_null(json_decoder_create(&limits, &out));

    char *text = many_triples(1000);
    for (size_t n = 1; n <= 3; n++) { /* growths */
        struct decoded d = {.budget.limit = 0};
        fail_realloc = n;
        decode_chunks(&d, text, strlen(text), 0, 1000, 1000);
        ck_assert_uint_eq(fail_realloc, 0);
        ck_assert_int_eq(d.status, DECODE_NO_MEMORY);
        ck_assert_ptr_nonnull(strstr(d.error.detail, "memory is short"));
        decoded_free(&d);
    }
    free(text);
    simulation_fini(&out);
}
END_TEST

/* It is not an error of the request. */
START_TEST(memory_is_short_for_the_times)
{
    static const char text[] = "{\"times\":[1,2,3,4,5],\"particles\":[[1,2,3]]}";
    for (size_t n = 1; n <= 4; n++) { /* the times grow at 1, 2, 3 and 5 */
        struct decoded d = {.budget.limit = 0};
        fail_realloc = n;
        decode_chunks(&d, text, strlen(text), 0, 1000, 1000);
        ck_assert_uint_eq(fail_realloc, 0);
        ck_assert_int_eq(d.status, DECODE_NO_MEMORY);
        ck_assert_ptr_nonnull(strstr(d.error.detail, "memory is short for the times"));
        decoded_free(&d);
    }
}
END_TEST

START_TEST(nothing_is_reserved_after_an_error)
{
    static const char *const bodies[] = {
        "{\"dt\":-1,\"particles\":[[1,2,3],[1,2,3]]}",
        "{\"dt\":-1,\"particles\":{\"x\":[1],\"y\":[1],\"ang_vel\":[1]}}",
        "{\"dt\":-1,\"particles\":[{\"x\":1,\"y\":1,\"ang_vel\":1}]}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct decoded d;
        decode(&d, bodies[i]);
        ck_assert_int_eq(d.status, DECODE_INVALID);
        ck_assert_str_eq(d.error.pointer, "/dt");
        ck_assert_uint_eq(d.budget.reservations, 0);
        decoded_free(&d);
    }
}
END_TEST

START_TEST(decoder_is_destroyed_before_the_end)
{
    struct decoded d = {.budget.limit = SIZE_MAX};
    simulation_init(&d.simulation);
    struct decode_limits limits = {10, budget_reserve, budget_release, &d.budget, 0};
    struct decoder *decoder = json_decoder_create(&limits, &d.simulation);
    static const char text[] = "{\"particles\":[[1,2,3],[4,5";
    ck_assert_int_eq(decoder_feed(decoder, text, sizeof text - 1), DECODE_OK);
    decoder_destroy(decoder);
    ck_assert_uint_gt(d.budget.reserved, 0);
    ck_assert_uint_eq(d.budget.reserved, particle_set_bytes(d.simulation.particles.capacity));
    simulation_fini(&d.simulation);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/json_limits");
    TCase *tcase = suite_case(suite, "limits");
    tcase_add_test(tcase, depth_limit);
    tcase_add_test(tcase, particle_limit);
    tcase_add_test(tcase, too_many_is_reported_at_once);
    tcase = suite_case(suite, "memory");
    tcase_add_test(tcase, memory_is_reserved_and_released);
    tcase_add_test(tcase, memory_of_a_body_with_known_length);
    tcase_add_test(tcase, memory_is_short);
    tcase_add_test(tcase, memory_is_short_for_the_times);
    tcase_add_test(tcase, nothing_is_reserved_after_an_error);
    tcase_add_test(tcase, decoder_is_destroyed_before_the_end);
    return suite_run(suite);
}
