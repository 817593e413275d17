/* The limits of the decoder, at and above each limit, and its use of memory. */
#include <stdio.h>

#define DECODER_CREATE csv_decoder_create
#include "../../suite.h"
#include "../decode.h"
#include "codec/csv/csv_decoder.h"
#include "codec/number/number.h"

#define H "x,y,ang_vel\n"

/* After one row the columns have space, so that the fast path tries to read the next row. */
#define H1 H "1,2,3\n"

/* The linker redirects calls of the C library's functions to these (--wrap). The n-th call from now
 * on fails; 0: none. */
static size_t fail_calloc, fail_realloc;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return fail_calloc && --fail_calloc == 0 ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fail_realloc && --fail_realloc == 0 ? NULL : __real_realloc(block, size);
}

/* Decodes a row with a y of this many bytes: a 9, then `digit` repeated. */
static void decode_long_number(struct decoded *d, const char *before, size_t bytes, char digit,
                               const char *after)
{
    char text[3 * NUMBER_READ_BYTES_MAX];
    size_t length = (size_t)sprintf(text, H1 "1,%s", before);
    memset(text + length, digit, bytes);
    text[length] = '9';
    strcpy(text + length + bytes, after);
    decode(d, text);
}

START_TEST(bytes_of_a_number)
{
    static const struct {
        const char *before, *after;
    } fields[] = {{"", ",3\n"}, {"\"", "\",3\n"}, {"", "\t ,3\n"}, {" \"", "\" ,3"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct decoded d;
        /* too large for a double, but short enough to be read */
        decode_long_number(&d, fields[i].before, NUMBER_READ_BYTES_MAX, '0', fields[i].after);
        ck_assert_int_eq(d.status, DECODE_INVALID);
        ck_assert_ptr_nonnull(strstr(d.error.detail, "too large"));
        decoded_free(&d);
        decode_long_number(&d, fields[i].before, NUMBER_READ_BYTES_MAX + 1, '0', fields[i].after);
        ck_assert_int_eq(d.status, DECODE_INVALID);
        ck_assert_str_eq(d.error.pointer, "/particles/1/y");
        ck_assert_ptr_nonnull(strstr(d.error.detail, "y is longer than 1024 bytes"));
        decoded_free(&d);
    }
    /* blanks do not count */
    char text[6 * NUMBER_READ_BYTES_MAX];
    for (int quoted = 0; quoted < 2; quoted++) {
        sprintf(text, H1 "1,%*s%-*s,%2000s\n", 1500, "", 1500, quoted ? "\"2\"" : "2", "3");
        struct decoded d = {.budget.limit = 0};
        decode_chunks(&d, text, strlen(text), 0, quoted ? 100 : sizeof text, 2);
        ck_assert_msg(d.status == DECODE_OK, "%s", d.error.detail);
        ck_assert(d.simulation.particles.y[1] == 2 && d.simulation.particles.ang_vel[1] == 3);
        decoded_free(&d);
    }
}
END_TEST

/* A number of the maximal length has the correct value. */
START_TEST(the_longest_number)
{
    for (int longer = 0; longer < 2; longer++) {
        char text[2 * NUMBER_READ_BYTES_MAX] = H1 "1,0.";
        size_t length = strlen(text);
        memset(text + length, '3', (size_t)(NUMBER_READ_BYTES_MAX - 2 + longer));
        strcpy(text + length + NUMBER_READ_BYTES_MAX - 2 + longer, ",1\n");
        struct decoded d;
        decode(&d, text);
        ck_assert_int_eq(d.status, longer ? DECODE_INVALID : DECODE_OK);
        if (!longer)
            ck_assert(d.simulation.particles.y[1] == 1.0 / 3);
        decoded_free(&d);
    }
}
END_TEST

START_TEST(particle_limit)
{
    static const char *const bodies[] = {H "1,2,3\n1,2,3\n1,2,3\n", H "1,2,3\n1,2,3\n1,2,3",
                                         H "1,2,3\n\"1\",2,3\n 1,2,3\n\n"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct decoded d;
        decode_every_way(&d, bodies[i], strlen(bodies[i]), 3);
        ck_assert_int_eq(d.status, DECODE_OK);
        decoded_free(&d);
        decode_every_way(&d, bodies[i], strlen(bodies[i]), 2);
        ck_assert_int_eq(d.status, DECODE_TOO_MANY);
        ck_assert_str_eq(d.error.pointer, "/particles");
        ck_assert_str_eq(d.error.detail,
                         "particles: more than 2, the limit here; send fewer at a time");
        decoded_free(&d);
    }
}
END_TEST

START_TEST(too_many_is_reported_at_once)
{
    struct simulation out;
    simulation_init(&out);
    struct decode_limits limits = {.max_particles = 2};
    struct decoder *decoder = csv_decoder_create(&limits, &out);
    static const char two[] = H "1,2,3\n4,5,6\n\n";
    ck_assert_int_eq(decoder_feed(decoder, two, sizeof two - 2), DECODE_OK);
    ck_assert_int_eq(decoder_feed(decoder, "7", 1), DECODE_OK);
    ck_assert_int_eq(decoder_feed(decoder, ",", 1), DECODE_TOO_MANY);
    ck_assert_int_eq(decoder_feed(decoder, "\"\r\xff", 3), DECODE_TOO_MANY);
    ck_assert_int_eq(decoder_finish(decoder), DECODE_TOO_MANY);
    ck_assert_uint_eq(out.particles.capacity, 0);
    decoder_destroy(decoder);
    simulation_fini(&out);
}
END_TEST

/* `count` rows; the text is the caller's to free. */
static char *many_rows(size_t count)
{
    char *text = malloc(count * 8 + 32), *at = text + sprintf(text, H);
    for (size_t i = 0; i < count; i++)
        at += sprintf(at, "1,2,3\n");
    return text;
}

START_TEST(memory_is_reserved_and_released)
{
    char *text = many_rows(1000);
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

START_TEST(memory_is_short)
{
    struct simulation out;
    struct decode_limits limits = {.max_particles = 1};
    simulation_init(&out);
    fail_calloc = 1;
    ck_assert_ptr_null(csv_decoder_create(&limits, &out));
    ck_assert_uint_eq(fail_calloc, 0);

    char *text = many_rows(1000);
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

START_TEST(nothing_is_reserved_without_rows)
{
    static const char *const bodies[] = {"x,y,z\n1,2,3\n", "x,y\n1,2\n", H, H "\n"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct decoded d;
        decode(&d, bodies[i]);
        ck_assert_int_eq(d.status, DECODE_INVALID);
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
    struct decoder *decoder = csv_decoder_create(&limits, &d.simulation);
    static const char text[] = H "1,2,3\n4,5";
    ck_assert_int_eq(decoder_feed(decoder, text, sizeof text - 1), DECODE_OK);
    decoder_destroy(decoder);
    ck_assert_uint_gt(d.budget.reserved, 0);
    ck_assert_uint_eq(d.budget.reserved, particle_set_bytes(d.simulation.particles.capacity));
    simulation_fini(&d.simulation);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/csv_limits");
    TCase *tcase = suite_case(suite, "limits");
    tcase_add_test(tcase, bytes_of_a_number);
    tcase_add_test(tcase, the_longest_number);
    tcase_add_test(tcase, particle_limit);
    tcase_add_test(tcase, too_many_is_reported_at_once);
    tcase = suite_case(suite, "memory");
    tcase_add_test(tcase, memory_is_reserved_and_released);
    tcase_add_test(tcase, memory_is_short);
    tcase_add_test(tcase, nothing_is_reserved_without_rows);
    tcase_add_test(tcase, decoder_is_destroyed_before_the_end);
    return suite_run(suite);
}
