#include "codec/npy_encoder.h"

#include <math.h>
#include <stdio.h>

#include "../suite.h"
#include "codec/npy_decoder.h"
#define DECODER_CREATE npy_decoder_create
#include "decode.h"
#include "generator.h"

/* The whole, in memory of its own; checks the promises of each piece. */
static char *encode(const struct particle_set *set, size_t *size)
{
    char *bytes = NULL;
    *size = 0;
    for (size_t piece = 0; piece < npy_encoder.pieces(set, SHAPE_TRIPLES); piece++) {
        size_t lying = 0;
        const void *lies = npy_encoder.lies(set, piece, &lying);
        size_t bound = npy_encoder.bound(set, SHAPE_TRIPLES, piece);
        bytes = realloc(bytes, *size + lying + bound + 1);
        ck_assert_ptr_nonnull(bytes);
        char *at = bytes + *size;
        if (lies) {
            ck_assert_uint_eq(bound, 0);
            memcpy(at, lies, lying);
            *size += lying;
            continue;
        }
        at[bound] = '#';
        char *end = npy_encoder.write(at, set, SHAPE_TRIPLES, piece);
        ck_assert_uint_le((size_t)(end - at), bound);
        ck_assert_int_eq(at[bound], '#');
        *size += (size_t)(end - at);
    }
    return bytes;
}

static void reserve(struct particle_set *set, size_t count)
{
    particle_set_init(set);
    ck_assert_int_eq(particle_set_reserve(set, count), 0);
    set->count = count;
}

START_TEST(exact_bytes)
{
    static const char text[] = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }";
    static const double numbers[] = {0.3, -0.0, 0.5, 1e-5, 1, 1e22};
    struct particle_set set;
    reserve(&set, 2);
    memcpy(set.x, numbers, 2 * sizeof(double));
    memcpy(set.y, numbers + 2, 2 * sizeof(double));
    memcpy(set.ang_vel, numbers + 4, 2 * sizeof(double));
    size_t size;
    char *bytes = encode(&set, &size);
    ck_assert_uint_eq(size, 128 + sizeof numbers);
    ck_assert_mem_eq(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
    ck_assert_mem_eq(bytes + 10, text, sizeof text - 1);
    for (size_t i = 10 + sizeof text - 1; i < 127; i++)
        ck_assert_int_eq(bytes[i], ' ');
    ck_assert_int_eq(bytes[127], '\n');
    ck_assert_mem_eq(bytes + 128, numbers, sizeof numbers);
    free(bytes);
    particle_set_fini(&set);
}
END_TEST

START_TEST(columns_are_not_copied)
{
    struct particle_set set;
    reserve(&set, 3);
    ck_assert_uint_eq(npy_encoder.pieces(&set, SHAPE_OBJECTS), 4);
    const double *const columns[] = {set.x, set.y, set.ang_vel};
    size_t size;
    ck_assert_ptr_null(npy_encoder.lies(&set, 0, &size));
    for (size_t piece = 1; piece < 4; piece++) {
        ck_assert_ptr_eq(npy_encoder.lies(&set, piece, &size), columns[piece - 1]);
        ck_assert_uint_eq(size, 3 * sizeof(double));
    }
    particle_set_fini(&set);
}
END_TEST

/* The largest number of particles fits into the header; none is an array, too. */
START_TEST(every_count_fits)
{
    for (int none = 0; none < 2; none++) {
        struct particle_set set = {.count = none ? 0 : SIZE_MAX};
        char head[129], shape[64];
        snprintf(shape, sizeof shape, "'shape': (%zu, 3), }  ", set.count);
        ck_assert_uint_eq(npy_encoder.bound(&set, SHAPE_TRIPLES, 0), 128);
        ck_assert_ptr_eq(npy_encoder.write(head, &set, SHAPE_TRIPLES, 0), head + 128);
        head[128] = '\0';
        ck_assert_ptr_nonnull(strstr(head + 10, shape));
        ck_assert_int_eq(head[127], '\n');
    }
    struct particle_set set = {.count = 0};
    ck_assert_uint_eq(npy_encoder.pieces(&set, SHAPE_TRIPLES), 1);
}
END_TEST

/* An answer is a valid request, and the bits of whatever finite numbers come back. */
START_TEST(round_trip)
{
    enum { COUNT = 4099 };
    uint64_t state = 1;
    struct particle_set set;
    reserve(&set, COUNT);
    double *const columns[] = {set.x, set.y, set.ang_vel};
    for (size_t column = 0; column < 3; column++)
        for (size_t i = 0; i < COUNT; i++) {
            uint64_t bits;
            do {
                bits = generate(&state);
                memcpy(&columns[column][i], &bits, sizeof bits);
            } while (!isfinite(columns[column][i]));
        }
    size_t size;
    char *bytes = encode(&set, &size);
    ck_assert_uint_eq(size, 128 + COUNT * PARTICLE_BYTES);
    for (size_t chunk = 1; chunk <= size; chunk = chunk * 7 + 1) {
        struct decoded d = {.budget.limit = 0};
        decode_chunks(&d, bytes, size, 0, chunk, COUNT);
        ck_assert_msg(d.status == DECODE_OK, "%s", d.error.detail);
        const struct particle_set *back = &d.simulation.particles;
        ck_assert_uint_eq(back->count, COUNT);
        ck_assert_mem_eq(back->x, set.x, COUNT * sizeof(double));
        ck_assert_mem_eq(back->y, set.y, COUNT * sizeof(double));
        ck_assert_mem_eq(back->ang_vel, set.ang_vel, COUNT * sizeof(double));
        decoded_free(&d);
    }
    free(bytes);
    particle_set_fini(&set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/npy_encoder");
    TCase *tcase = suite_case(suite, "encoder");
    tcase_add_test(tcase, exact_bytes);
    tcase_add_test(tcase, columns_are_not_copied);
    tcase_add_test(tcase, every_count_fits);
    tcase_add_test(tcase, round_trip);
    return suite_run(suite);
}
