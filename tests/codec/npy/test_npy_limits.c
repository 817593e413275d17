/* The limits of the NPY decoder, at and above each limit, and its use of memory. */
#include <stdio.h>

#include "../../suite.h"
#include "codec/npy/npy_decoder.h"
#define DECODER_CREATE npy_decoder_create
#include "../decode.h"
#include "codec/npy/npy_header.h"
#include "codec/npy/npy_literal.h"
#include "npy_body.h"

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

/* Returns a body of `count` particles (1, 1, 1), in a static buffer. */
static const char *ones(size_t count, bool fortran, size_t *size)
{
    static char bytes[NPY_HEAD_MAX + 1000 * PARTICLE_BYTES];
    char *out = bytes + npy_put_matrix(bytes, 1, "<f8", fortran, count);
    for (size_t i = 0; i < count * PARTICLE_COLUMNS; i++)
        out = npy_put_number(out, 1, 8);
    *size = (size_t)(out - bytes);
    return bytes;
}

/* --- limits ------------------------------------------------------------------------- */

START_TEST(particle_limit)
{
    for (int fortran = 0; fortran < 2; fortran++) {
        size_t size;
        const char *bytes = ones(3, fortran, &size);
        struct decoded d;
        decode_every_way(&d, bytes, size, 3);
        ck_assert_int_eq(d.status, DECODE_OK);
        decoded_free(&d);
        decode_every_way(&d, bytes, size, 2);
        ck_assert_int_eq(d.status, DECODE_TOO_MANY);
        ck_assert_str_eq(d.error.pointer, "/particles");
        ck_assert_str_eq(d.error.detail,
                         "particles: more than 2, the limit here; send fewer at a time");
        ck_assert_uint_eq(d.budget.reservations, 0);
        decoded_free(&d);
    }
}
END_TEST

/* The header is enough, also with numbers too large for an integer. */
START_TEST(too_many_is_reported_at_once)
{
    static const char *const counts[] = {"10000001", "18446744073709551615", "18446744073709551616",
                                         "99999999999999999999999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char dict[256], bytes[512];
        snprintf(dict, sizeof dict, "{'descr': '<f8', 'fortran_order': False, 'shape': (%s, 3), }",
                 counts[i]);
        size_t size = npy_put_head(bytes, 1, dict);
        struct simulation out;
        simulation_init(&out);
        struct decode_limits limits = {.max_particles = MANY_PARTICLES};
        struct decoder *decoder = npy_decoder_create(&limits, &out);
        ck_assert_int_eq(decoder_feed(decoder, bytes, size - 1), DECODE_OK);
        ck_assert_int_eq(decoder_feed(decoder, bytes + size - 1, 1), DECODE_TOO_MANY);
        ck_assert_int_eq(decoder_feed(decoder, "nonsense", 8), DECODE_TOO_MANY);
        ck_assert_int_eq(decoder_finish(decoder), DECODE_TOO_MANY);
        ck_assert_uint_eq(out.particles.capacity, 0);
        decoder_destroy(decoder);
        simulation_fini(&out);

        /* without a limit of particles, the memory is not enough */
        struct decoded d = {.budget.limit = 1 << 20};
        decode_chunks(&d, bytes, size, 0, size, SIZE_MAX);
        ck_assert(d.status == DECODE_TOO_LARGE || d.status == DECODE_NO_MEMORY);
        decoded_free(&d);
    }
}
END_TEST

START_TEST(header_limit)
{
    static const char dict[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }";
    static char text[NPY_HEADER_BYTES_MAX + 1], bytes[sizeof text + 64];
    for (unsigned major = 1; major <= 3; major++)
        for (size_t over = 0; over < 2; over++) {
            size_t length = NPY_HEADER_BYTES_MAX + over;
            memset(text, ' ', sizeof text);
            memcpy(text, dict, sizeof dict - 1);
            text[length - 1] = '\n';
            size_t size = npy_put_raw(bytes, major, text, length);
            memset(bytes + size, 0, PARTICLE_BYTES);
            size += PARTICLE_BYTES;
            struct decoded whole = {.budget.limit = 0}, parts = {.budget.limit = 0};
            decode_chunks(&whole, bytes, size, 0, size, 1);
            decode_chunks(&parts, bytes, size, 0, 1, 1);
            assert_same(&whole, &parts, 0);
            ck_assert_int_eq(whole.status, over ? DECODE_SYNTAX : DECODE_OK);
            if (over) {
                ck_assert_uint_eq(whole.error.byte, 8);
                ck_assert_str_eq(whole.error.detail,
                                 "the header has 10001 bytes; at most 10000 are read");
            }
            decoded_free(&whole);
            decoded_free(&parts);
        }
    /* the largest length is refused before the header text arrives */
    struct decoded d;
    decode_every_way(&d, "\x93NUMPY\x02\0\xff\xff\xff\xff", 12, 1);
    ck_assert_int_eq(d.status, DECODE_SYNTAX);
    ck_assert_ptr_nonnull(strstr(d.error.detail, "4294967295 bytes"));
    decoded_free(&d);
}
END_TEST

START_TEST(depth_limit)
{
    for (size_t depth = NPY_DEPTH_MAX; depth <= NPY_DEPTH_MAX + 1; depth++) {
        char dict[256] = "{'descr': ", bytes[512];
        char *out = dict + strlen(dict);
        memset(out, '[', depth);
        memset(out + depth, ']', depth);
        strcpy(out + 2 * depth, ", 'fortran_order': False, 'shape': (1, 3), }");
        size_t size = npy_put_head(bytes, 1, dict);
        struct decoded d;
        decode_every_way(&d, bytes, size, 1);
        if (depth == NPY_DEPTH_MAX) {
            ck_assert_int_eq(d.status, DECODE_INVALID);
        } else {
            ck_assert_int_eq(d.status, DECODE_SYNTAX);
            ck_assert_uint_eq(d.error.byte, 10 + strlen("{'descr': ") + NPY_DEPTH_MAX);
            ck_assert_ptr_nonnull(strstr(d.error.detail, "within each other"));
        }
        decoded_free(&d);
    }
}
END_TEST

/* --- memory ------------------------------------------------------------------------- */

START_TEST(memory_is_reserved)
{
    size_t size;
    const char *bytes = ones(1000, true, &size);
    struct decoded d = {.budget.limit = particle_set_bytes(1000)};
    decode_chunks(&d, bytes, size, 0, 100, 1000);
    ck_assert_int_eq(d.status, DECODE_OK);
    ck_assert_uint_eq(d.budget.reservations, 4); /* the check for all, then 256, 512, 1000 */
    ck_assert_uint_eq(d.budget.peak, particle_set_bytes(1000));
    ck_assert_uint_eq(d.simulation.particles.capacity, 1000);
    decoded_free(&d);

    struct decoded tight = {.budget.limit = particle_set_bytes(1000) - 1};
    decode_chunks(&tight, bytes, size, 0, 100, 1000);
    ck_assert_int_eq(tight.status, DECODE_TOO_LARGE);
    ck_assert_str_eq(tight.error.pointer, "/particles");
    ck_assert_ptr_nonnull(strstr(tight.error.detail, "particles: more memory than there is"));
    decoded_free(&tight);

    for (size_t n = 1; n <= 4; n++) {
        struct decoded refused = {.budget.refuse_number = n};
        decode_chunks(&refused, bytes, size, 0, 100, 1000);
        ck_assert_int_eq(refused.status, DECODE_NO_MEMORY);
        ck_assert_str_eq(refused.error.pointer, "/particles");
        decoded_free(&refused);
    }
}
END_TEST

START_TEST(memory_is_short)
{
    struct decode_limits limits = {.max_particles = 1};
    struct simulation out;
    simulation_init(&out);
    fail_malloc = 1;
    ck_assert_ptr_null(npy_decoder_create(&limits, &out));

    size_t size;
    const char *bytes = ones(1000, false, &size);
    struct decoded d = {.budget.limit = 0};
    fail_realloc = 1;
    decode_chunks(&d, bytes, size, 0, size, 1000);
    ck_assert_uint_eq(fail_realloc, 0);
    ck_assert_int_eq(d.status, DECODE_NO_MEMORY);
    ck_assert_ptr_nonnull(strstr(d.error.detail, "memory is short"));
    decoded_free(&d);
    simulation_fini(&out);
}
END_TEST

START_TEST(decoder_is_destroyed_before_the_end)
{
    size_t size;
    const char *bytes = ones(10, false, &size);
    for (size_t fed = 0; fed < size; fed++) {
        struct decoded d = {.budget.limit = SIZE_MAX};
        simulation_init(&d.simulation);
        struct decode_limits limits = {10, budget_reserve, budget_release, &d.budget, 0};
        struct decoder *decoder = npy_decoder_create(&limits, &d.simulation);
        ck_assert_int_eq(decoder_feed(decoder, bytes, fed), DECODE_OK);
        decoder_destroy(decoder);
        ck_assert_uint_eq(d.budget.reserved, particle_set_bytes(d.simulation.particles.capacity));
        simulation_fini(&d.simulation);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/npy_limits");
    TCase *tcase = suite_case(suite, "limits");
    tcase_add_test(tcase, particle_limit);
    tcase_add_test(tcase, too_many_is_reported_at_once);
    tcase_add_test(tcase, header_limit);
    tcase_add_test(tcase, depth_limit);
    tcase = suite_case(suite, "memory");
    tcase_add_test(tcase, memory_is_reserved);
    tcase_add_test(tcase, memory_is_short);
    tcase_add_test(tcase, decoder_is_destroyed_before_the_end);
    return suite_run(suite);
}
