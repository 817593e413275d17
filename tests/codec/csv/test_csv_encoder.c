#include "codec/csv/csv_encoder.h"

#include <float.h>
#include <stdint.h>
#include <stdio.h>

#define DECODER_CREATE csv_decoder_create
#include "../../suite.h"
#include "../decode.h"
#include "../encode.h"
#include "../generator.h"
#include "codec/csv/csv_decoder.h"

static char *encode(const struct particle_set *set)
{
    return encode_text(&csv_encoder, set, SHAPE_COLUMNS);
}

/* Allocates a set of `count` particles. The caller sets their numbers. */
static void reserve(struct particle_set *set, size_t count)
{
    particle_set_init(set);
    ck_assert_int_eq(particle_set_reserve(set, count), 0);
    set->count = count;
}

START_TEST(exact_text)
{
    struct particle_set set;
    reserve(&set, 2);
    set.x[0] = 0.3;
    set.y[0] = -0.5;
    set.ang_vel[0] = 1;
    set.x[1] = -0.0;
    set.y[1] = 1e-5;
    set.ang_vel[1] = 1e22;
    char *text = encode(&set);
    ck_assert_str_eq(text, "x,y,ang_vel\n0.3,-0.5,1\n-0.0,1e-05,1e+22\n");
    free(text);
    particle_set_fini(&set);
}
END_TEST

/* The longest numbers fit the bound. */
START_TEST(longest_numbers)
{
    struct particle_set set;
    reserve(&set, 50);
    for (size_t i = 0; i < set.count; i++)
        set.x[i] = set.y[i] = set.ang_vel[i] = -DBL_MIN;
    char *text = encode(&set);
    ck_assert_uint_eq(strcspn(text + strlen("x,y,ang_vel\n"), ","), 24);
    free(text);
    particle_set_fini(&set);
}
END_TEST

/* Sign and digits are random; each call uses the next exponent. */
static double any_double(uint64_t *state, uint64_t *exponent)
{
    union {
        uint64_t bits;
        double value;
    } number = {.bits = generate(state) & ~(UINT64_C(0x7ff) << 52)};
    *exponent = (*exponent + 1) % 0x7ff; /* 0: zero and the subnormal; 0x7ff: not finite */
    number.bits |= *exponent << 52;
    return number.value;
}

/* The decoder reads the text back with the same bits. */
START_TEST(round_trip)
{
    struct particle_set set;
    uint64_t state = 1, exponent = 0;
    reserve(&set, 20000);
    for (size_t i = 0; i < set.count; i++) {
        set.x[i] = any_double(&state, &exponent);
        set.y[i] = any_double(&state, &exponent);
        set.ang_vel[i] = any_double(&state, &exponent);
    }
    static const double special_values[] = {0.0,      -0.0,    DBL_TRUE_MIN, -DBL_TRUE_MIN, DBL_MIN,
                                            -DBL_MIN, DBL_MAX, -DBL_MAX,     0.1 + 0.2};
    for (size_t i = 0; i < sizeof special_values / sizeof *special_values; i++)
        set.x[i * 100] = set.y[i * 100] = set.ang_vel[i * 100] = special_values[i];

    char *text = encode(&set);
    for (size_t chunk = 1; chunk <= 100000; chunk *= 10) {
        struct decoded d = {.budget.limit = 0};
        decode_chunks(&d, text, strlen(text), 0, chunk, set.count);
        ck_assert_msg(d.status == DECODE_OK, "%s", d.error.detail);
        ck_assert_uint_eq(d.simulation.particles.count, set.count);
        size_t bytes = set.count * sizeof(double);
        ck_assert_mem_eq(d.simulation.particles.x, set.x, bytes);
        ck_assert_mem_eq(d.simulation.particles.y, set.y, bytes);
        ck_assert_mem_eq(d.simulation.particles.ang_vel, set.ang_vel, bytes);
        decoded_free(&d);
    }
    free(text);
    particle_set_fini(&set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/csv_encoder");
    TCase *tcase = suite_case(suite, "encode");
    tcase_add_test(tcase, exact_text);
    tcase_add_test(tcase, longest_numbers);
    tcase_add_test(tcase, round_trip);
    return suite_run(suite);
}
