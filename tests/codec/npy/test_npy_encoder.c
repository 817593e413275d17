#include "codec/npy/npy_encoder.h"

#include <math.h>
#include <stdio.h>

#include "../../suite.h"
#include "codec/npy/npy_decoder.h"
#define DECODER_CREATE npy_decoder_create
#include "../decode.h"
#include "../generator.h"

/* Returns the whole body; the caller frees it. */
static char *encode(const struct particle_set *set, size_t *size)
{
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    char *bytes = malloc(ENCODE_HEAD_MAX + set->count * PARTICLE_BYTES);
    ck_assert_ptr_nonnull(bytes);
    *size = npy_encoder.write_head(bytes, set);
    ck_assert_uint_le(*size, ENCODE_HEAD_MAX);
    for (size_t c = 0; c < 3; c++) {
        memcpy(bytes + *size, columns[c], set->count * sizeof(double));
        *size += set->count * sizeof(double);
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

/* The header has enough space for the largest number of particles. */
START_TEST(every_count_fits)
{
    struct particle_set set = {.count = SIZE_MAX};
    char head[ENCODE_HEAD_MAX + 1], shape[96];
    ck_assert_uint_eq(npy_encoder.write_head(head, &set), 128);
    head[128] = '\0';
    snprintf(shape, sizeof shape, "'shape': (%zu, 3), }  ", set.count);
    ck_assert_ptr_nonnull(strstr(head + 10, shape));
    ck_assert_int_eq(head[127], '\n');
    ck_assert_uint_eq(npy_encoder.write_frames_head(head, SIZE_MAX, SIZE_MAX), 128);
    head[128] = '\0';
    snprintf(shape, sizeof shape, "False, 'shape': (%zu, %zu, 3), }", SIZE_MAX, SIZE_MAX);
    ck_assert_ptr_nonnull(strstr(head + 10, shape));
    ck_assert_int_eq(head[127], '\n');
}
END_TEST

START_TEST(frames_are_rows)
{
    struct particle_set set;
    reserve(&set, 3);
    for (size_t i = 0; i < 3; i++) {
        set.x[i] = (double)i;
        set.y[i] = -0.0;
        set.ang_vel[i] = 10 * (double)i;
    }
    static const double rows[] = {1, -0.0, 10, 2, -0.0, 20};
    char out[3 * PARTICLE_BYTES];
    ck_assert_uint_eq(npy_encoder.frame_item_bytes, PARTICLE_BYTES);
    ck_assert_ptr_eq(npy_encoder.write_frame(out, &set, 7, 1, 3), out + sizeof rows);
    ck_assert_mem_eq(out, rows, sizeof rows);
    particle_set_fini(&set);
}
END_TEST

/* The decoder reads the body back, with the same bits for random finite numbers. */
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
    tcase_add_test(tcase, every_count_fits);
    tcase_add_test(tcase, frames_are_rows);
    tcase_add_test(tcase, round_trip);
    return suite_run(suite);
}
