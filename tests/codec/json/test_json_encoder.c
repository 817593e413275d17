#include "codec/json/json_encoder.h"

#include <float.h>
#include <jansson.h>
#include <stdint.h>

#include "../../suite.h"
#include "../decode.h"
#include "../encode.h"
#include "sim/random.h"

static const enum particle_shape shapes[] = {SHAPE_OBJECTS, SHAPE_TRIPLES, SHAPE_COLUMNS};

static char *encode(enum particle_shape shape, const struct particle_set *set)
{
    return encode_text(&json_encoder, set, shape);
}

static void fill(struct particle_set *set, const double (*values)[3], size_t count)
{
    particle_set_init(set);
    ck_assert_int_eq(particle_set_reserve(set, count), 0);
    for (size_t i = 0; i < count; i++) {
        set->x[i] = values[i][0];
        set->y[i] = values[i][1];
        set->ang_vel[i] = values[i][2];
    }
    set->count = count;
}

START_TEST(exact_text)
{
    static const double values[2][3] = {{0.3, -0.5, 1}, {-0.0, 1e-5, 1e22}};
    static const char *const texts[] = {
        [SHAPE_OBJECTS] = ("[{\"x\":0.3,\"y\":-0.5,\"ang_vel\":1},"
                           "{\"x\":-0.0,\"y\":1e-05,\"ang_vel\":1e+22}]"),
        [SHAPE_TRIPLES] = "[[0.3,-0.5,1],[-0.0,1e-05,1e+22]]",
        [SHAPE_COLUMNS] = "{\"x\":[0.3,-0.0],\"y\":[-0.5,1e-05],\"ang_vel\":[1,1e+22]}",
    };
    struct particle_set set;
    fill(&set, values, 2);
    for (size_t s = 0; s < 3; s++) {
        char *text = encode(shapes[s], &set);
        ck_assert_str_eq(text, texts[shapes[s]]);
        free(text);
    }
    particle_set_fini(&set);
}
END_TEST

/* The longest numbers fit the bound. */
START_TEST(longest_numbers)
{
    enum { COUNT = 50 };
    double values[COUNT][3];
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < 3; j++)
            values[i][j] = -DBL_MIN * (1 + 3 * DBL_EPSILON);
    struct particle_set set;
    fill(&set, (const double(*)[3])values, COUNT);
    for (size_t s = 0; s < 3; s++)
        free(encode(shapes[s], &set));
    particle_set_fini(&set);
}
END_TEST

/* The decoder reads the text back with the same bits, and so does jansson. */
START_TEST(round_trip)
{
    enum { COUNT = 500 };
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, COUNT, 7), 0);
    for (size_t i = 0; i < COUNT; i += 3) /* other magnitudes than those near 1 */
        set.y[i] *= i % 2 ? 1e-300 : 1e300;
    for (size_t s = 0; s < 3; s++) {
        char *particles = encode(shapes[s], &set);
        size_t length = strlen(particles) + 20;
        char *text = malloc(length);
        length = (size_t)snprintf(text, length, "{\"particles\":%s}", particles);

        struct decoded d = {.budget.limit = 0};
        decode_chunks(&d, text, length, 0, length, COUNT);
        ck_assert_msg(d.status == DECODE_OK, "%s", d.error.detail);
        ck_assert_int_eq(d.simulation.shape, shapes[s]);
        ck_assert_uint_eq(d.simulation.particles.count, COUNT);
        ck_assert_mem_eq(d.simulation.particles.x, set.x, COUNT * sizeof(double));
        ck_assert_mem_eq(d.simulation.particles.y, set.y, COUNT * sizeof(double));
        ck_assert_mem_eq(d.simulation.particles.ang_vel, set.ang_vel, COUNT * sizeof(double));
        decoded_free(&d);

        json_t *root = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
        ck_assert_ptr_nonnull(root);
        json_t *value = json_object_get(root, "particles");
        if (shapes[s] == SHAPE_COLUMNS)
            value = json_array_get(json_object_get(value, "y"), COUNT - 1);
        else if (shapes[s] == SHAPE_TRIPLES)
            value = json_array_get(json_array_get(value, COUNT - 1), 1);
        else
            value = json_object_get(json_array_get(value, COUNT - 1), "y");
        ck_assert_double_eq(json_real_value(value), set.y[COUNT - 1]);
        json_decref(root);
        free(text);
        free(particles);
    }
    particle_set_fini(&set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/json_encoder");
    TCase *tcase = suite_case(suite, "encode");
    tcase_add_test(tcase, exact_text);
    tcase_add_test(tcase, longest_numbers);
    tcase_add_test(tcase, round_trip);
    return suite_run(suite);
}
