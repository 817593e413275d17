/* The decoder of NPY: every layout, extreme and invalid numbers, and data of the wrong size. */
#include "codec/npy/npy_decoder.h"

#include <math.h>
#include <stdio.h>

#include "../../suite.h"
#define DECODER_CREATE npy_decoder_create
#include "../decode.h"
#include "../generator.h"
#include "codec/columns.h"
#include "npy_body.h"

#define COUNT_MAX 9

/* A body and its particles. */
struct body {
    size_t count, size, head;
    double numbers[COUNT_MAX][PARTICLE_COLUMNS];
    char bytes[1024];
};

/* An array: a matrix in C or Fortran order, or structures. */
struct layout {
    bool structured, fortran;
    size_t width[PARTICLE_COLUMNS];    /* bytes of each number of a row, in file order */
    unsigned column[PARTICLE_COLUMNS]; /* column of each number of a row, in file order */
};

static const struct layout matrices[] = {
    {false, false, {8, 8, 8}, {0, 1, 2}},
    {false, true, {8, 8, 8}, {0, 1, 2}},
    {false, false, {4, 4, 4}, {0, 1, 2}},
    {false, true, {4, 4, 4}, {0, 1, 2}},
};

#define MATRICES (sizeof matrices / sizeof *matrices)
#define ORDERS 6
#define WIDTHS 8
#define LAYOUTS (MATRICES + (size_t)ORDERS * WIDTHS)

/* Returns a layout: first the matrices, then structures with every order and width of fields. */
static struct layout layout_number(size_t number)
{
    static const unsigned orders[ORDERS][PARTICLE_COLUMNS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                              {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    if (number < MATRICES)
        return matrices[number];
    struct layout layout = {.structured = true};
    number -= MATRICES;
    for (unsigned field = 0; field < PARTICLE_COLUMNS; field++) {
        layout.width[field] = number / ORDERS >> field & 1 ? 4 : 8;
        layout.column[field] = orders[number % ORDERS][field];
    }
    return layout;
}

static size_t put_head(char *out, const struct layout *layout, unsigned major, size_t count)
{
    char dict[256] = "{'descr': [";
    if (!layout->structured)
        return npy_put_matrix(out, major, layout->width[0] == 8 ? "<f8" : "<f4", layout->fortran,
                              count);
    for (unsigned field = 0; field < PARTICLE_COLUMNS; field++)
        sprintf(dict + strlen(dict), "%s('%s', '<f%zu')", field ? ", " : "",
                column_names[layout->column[field]], layout->width[field]);
    sprintf(dict + strlen(dict), "], 'fortran_order': False, 'shape': (%zu,), }", count);
    return npy_put_head(out, major, dict);
}

/* Writes body->numbers after the header. */
static void put_data(struct body *body, const struct layout *layout)
{
    char *out = body->bytes + body->head;
    for (size_t k = 0; k < body->count * PARTICLE_COLUMNS; k++) {
        unsigned field = layout->fortran ? (unsigned)(k / body->count) : k % PARTICLE_COLUMNS;
        size_t i = layout->fortran ? k % body->count : k / PARTICLE_COLUMNS;
        out = npy_put_number(out, body->numbers[i][layout->column[field]], layout->width[field]);
    }
    body->size = (size_t)(out - body->bytes);
    ck_assert_uint_le(body->size, sizeof body->bytes);
}

/* Fills a body with random numbers, which fit a float unless all columns are doubles. */
static void fill(struct body *body, const struct layout *layout, unsigned major, size_t count)
{
    uint64_t state = 88172645463325252;
    bool wide = layout->width[0] + layout->width[1] + layout->width[2] == 24;
    body->count = count;
    for (size_t i = 0; i < count; i++)
        for (unsigned column = 0; column < PARTICLE_COLUMNS; column++) {
            double value = ((double)generate_below(&state, 2000001) - 1000000) / 4096;
            body->numbers[i][column] = wide ? value / 3 : value;
        }
    body->head = put_head(body->bytes, layout, major, count);
    put_data(body, layout);
}

static void check_numbers(const struct decoded *d, const struct body *body)
{
    const struct particle_set *set = &d->simulation.particles;
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    ck_assert_msg(d->status == DECODE_OK, "%s", d->error.detail);
    ck_assert_uint_eq(set->count, body->count);
    ck_assert_int_eq(d->simulation.shape, SHAPE_TRIPLES);
    for (size_t i = 0; i < body->count; i++)
        for (unsigned column = 0; column < PARTICLE_COLUMNS; column++)
            ck_assert_mem_eq(&columns[column][i], &body->numbers[i][column], sizeof(double));
    for (enum simulation_option option = 0; option < OPTION_COUNT; option++)
        ck_assert(!simulation_has(&d->simulation, option));
}

/* --- valid -------------------------------------------------------------------------- */

START_TEST(layouts)
{
    static const size_t counts[] = {1, 2, 3, 4, 5, COUNT_MAX};
    struct layout layout = layout_number((size_t)_i);
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct body body;
        struct decoded d;
        fill(&body, &layout, 1 + c % 3, counts[c]); /* every version twice */
        decode_every_way(&d, body.bytes, body.size, counts[c]);
        check_numbers(&d, &body);
        ck_assert_uint_eq(d.budget.reservations, 2); /* the check for all, then the reservation */
        ck_assert_uint_eq(d.budget.peak, particle_set_bytes(counts[c]));
        decoded_free(&d);
    }
}
END_TEST

/* The extreme numbers of both types; floats are converted exactly. */
START_TEST(extreme_numbers)
{
    static const double wide[] = {0x1.fffffffffffffp+1023,
                                  -0x1.fffffffffffffp+1023,
                                  0x1p-1022,
                                  0x0.0000000000001p-1022,
                                  -0x0.fffffffffffffp-1022,
                                  0x1.0000000000001p+0,
                                  0.0,
                                  -0.0,
                                  0x1p+1023};
    static const double narrow[] = {0x1.fffffep+127,  -0x1.fffffep+127, 0x1p-126, 0x1p-149,
                                    -0x1.fffffcp-127, 0x1.000002p+0,    0.0,      -0.0,
                                    0x1p+127};
    for (size_t number = 0; number < MATRICES; number++) {
        const struct layout *layout = &matrices[number];
        struct body body;
        struct decoded d;
        fill(&body, layout, 1, 3);
        memcpy(body.numbers, layout->width[0] == 8 ? wide : narrow, sizeof wide);
        put_data(&body, layout);
        decode_every_way(&d, body.bytes, body.size, 3);
        check_numbers(&d, &body);
        decoded_free(&d);
    }
}
END_TEST

START_TEST(many_particles_in_chunks)
{
    enum { COUNT = 3001 };
    static const size_t chunks[] = {1, 5, 8, 23, 24, 25, 1000, 4096, 1 << 20};
    for (size_t number = 0; number < LAYOUTS; number += number < MATRICES ? 1 : 5) {
        struct layout layout = layout_number(number);
        char *bytes = malloc(1024 + COUNT * PARTICLE_BYTES);
        char *out = bytes + put_head(bytes, &layout, 1, COUNT);
        for (size_t k = 0; k < (size_t)COUNT * PARTICLE_COLUMNS; k++) {
            size_t i = layout.fortran ? k % COUNT : k / PARTICLE_COLUMNS;
            unsigned field = layout.fortran ? (unsigned)(k / COUNT) : k % PARTICLE_COLUMNS;
            out = npy_put_number(out, (double)(i * PARTICLE_COLUMNS + layout.column[field]),
                                 layout.width[field]);
        }
        for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
            struct decoded d = {.budget.limit = 0};
            decode_chunks(&d, bytes, (size_t)(out - bytes), 0, chunks[c], COUNT);
            ck_assert_int_eq(d.status, DECODE_OK);
            const struct particle_set *set = &d.simulation.particles;
            for (size_t i = 0; i < COUNT; i++) {
                ck_assert(set->x[i] == (double)(3 * i));
                ck_assert(set->y[i] == (double)(3 * i + 1));
                ck_assert(set->ang_vel[i] == (double)(3 * i + 2));
            }
            decoded_free(&d);
        }
        free(bytes);
    }
}
END_TEST

/* --- refused ------------------------------------------------------------------------ */

static const uint64_t not_finite[] = {
    UINT64_C(0x7ff0000000000000), /* infinity */
    UINT64_C(0xfff0000000000000), /* minus infinity */
    UINT64_C(0x7ff8000000000000), /* NaN */
    UINT64_C(0xffffffffffffffff), /* NaN, every bit set */
    UINT64_C(0x7ff4000000000000), /* NaN, signalling */
};

static void check_error(const struct decoded *d, size_t i, unsigned column, const char *what)
{
    char pointer[64], detail[128];
    snprintf(pointer, sizeof pointer, "/particles/%zu/%s", i, column_names[column]);
    snprintf(detail, sizeof detail, "particles[%zu].%s must be a finite number, not %s", i,
             column_names[column], what);
    ck_assert_int_eq(d->status, DECODE_INVALID);
    ck_assert_str_eq(d->error.pointer, pointer);
    ck_assert_str_eq(d->error.detail, detail);
}

/* Each of these numbers at each position, with every layout. */
START_TEST(numbers_that_are_not_finite)
{
    static const char *const names[] = {"infinity", "minus infinity", "NaN", "NaN", "NaN"};
    struct layout layout = layout_number((size_t)_i);
    struct body body;
    fill(&body, &layout, 1, 5);
    for (size_t i = 0; i < body.count; i++)
        for (unsigned column = 0; column < PARTICLE_COLUMNS; column++)
            for (size_t k = 0; k < sizeof not_finite / sizeof *not_finite; k++) {
                struct decoded d = {.budget.limit = 0};
                double before = body.numbers[i][column];
                memcpy(&body.numbers[i][column], &not_finite[k], sizeof(double));
                put_data(&body, &layout);
                if (k == 0) {
                    decode_every_way(&d, body.bytes, body.size, 5);
                } else {
                    decode_chunks(&d, body.bytes, body.size, 0, body.size, 5);
                }
                check_error(&d, i, column, names[k]);
                body.numbers[i][column] = before;
                decoded_free(&d);
            }
}
END_TEST

/* Of two numbers that are not finite, the first in the file is reported. */
START_TEST(first_number_in_the_file_is_reported)
{
    struct layout layout = layout_number((size_t)_i);
    struct body body;
    fill(&body, &layout, 1, 4);
    struct decoded d;
    body.numbers[1][layout.column[2]] = body.numbers[2][layout.column[0]] = NAN;
    put_data(&body, &layout);
    decode_every_way(&d, body.bytes, body.size, 4);
    if (layout.fortran)
        check_error(&d, 2, layout.column[0], "NaN");
    else
        check_error(&d, 1, layout.column[2], "NaN");
    decoded_free(&d);

    body.numbers[1][layout.column[0]] = body.numbers[1][layout.column[1]] = INFINITY;
    put_data(&body, &layout);
    decode_every_way(&d, body.bytes, body.size, 4);
    check_error(&d, 1, layout.column[0], "infinity");
    decoded_free(&d);
}
END_TEST

static void check_syntax(const struct decoded *d, uint64_t byte, const char *detail)
{
    ck_assert_msg(d->status == DECODE_SYNTAX, "%d %s", d->status, d->error.detail);
    ck_assert_uint_eq(d->error.byte, byte);
    ck_assert_uint_eq(d->error.line, 0);
    ck_assert_uint_eq(d->error.column, 0);
    ck_assert_str_eq(d->error.pointer, "");
    ck_assert_msg(strstr(d->error.detail, detail), "%s", d->error.detail);
}

/* The body ends early, at each byte, or has bytes after the data; also after an invalid number. */
START_TEST(data_of_the_wrong_size)
{
    struct layout layout = layout_number((size_t)_i);
    struct body body;
    fill(&body, &layout, 1, 2);
    for (int first_invalid = 0; first_invalid < 2; first_invalid++) {
        struct decoded d;
        size_t data = body.size - body.head;
        char ends[128], continues[128];
        snprintf(continues, sizeof continues, "continues after the %zu bytes", data);
        for (size_t size = body.head; size < body.size; size++) {
            snprintf(ends, sizeof ends,
                     "after %zu bytes of data; by dtype and shape the array has %zu",
                     size - body.head, data);
            decode_every_way(&d, body.bytes, size, 2);
            check_syntax(&d, size, ends);
            decoded_free(&d);
        }
        for (size_t more = 1; more <= 50; more += more < 3 ? 1 : 22) {
            memset(body.bytes + body.size, 'x', more);
            decode_every_way(&d, body.bytes, body.size + more, 2);
            check_syntax(&d, body.size, continues);
            decoded_free(&d);
        }
        body.numbers[0][0] = NAN;
        put_data(&body, &layout);
    }
}
END_TEST

START_TEST(body_ends_in_the_header)
{
    for (unsigned major = 1; major <= 3; major++) {
        struct body body;
        struct decoded d;
        fill(&body, &matrices[0], major, 1);
        decode_every_way(&d, body.bytes, 0, 1);
        check_syntax(&d, 0, "the body is empty");
        decoded_free(&d);
        for (size_t size = 1; size < body.head; size++) {
            decode_every_way(&d, body.bytes, size, 1);
            check_syntax(&d, size, "ends within the NPY header");
            decoded_free(&d);
        }
    }
}
END_TEST

/* A header reserves memory for few particles; the decoder reserves the rest as the data arrive. Any
 * of these reservations may be refused. */
START_TEST(memory_is_reserved_as_data_arrive)
{
    enum { COUNT = 200000, FIRST = 256 };
    for (int fortran = 0; fortran < 2; fortran++)
        for (size_t refuse = 0; refuse <= 5; refuse++) {
            char head[512];
            size_t size = npy_put_matrix(head, 1, "<f8", fortran, COUNT);
            struct budget budget = {.limit = SIZE_MAX, .refuse_number = refuse};
            struct simulation out;
            simulation_init(&out);
            struct decode_limits limits = {COUNT, budget_reserve, budget_release, &budget, 0};
            struct decoder *decoder = npy_decoder_create(&limits, &out);
            enum decode_status status = decoder_feed(decoder, head, size);
            if (refuse != 1 && refuse != 2) {
                ck_assert_int_eq(status, DECODE_OK);
                ck_assert_uint_eq(budget.reserved, particle_set_bytes(FIRST));
            }
            static double numbers[3 * 1000];
            for (size_t i = 0; i < COUNT * PARTICLE_COLUMNS && !status; i += 3000) {
                for (size_t k = 0; k < 3000; k++)
                    numbers[k] = (double)(i + k);
                status = decoder_feed(decoder, (const char *)numbers, sizeof numbers);
            }
            if (!status)
                status = decoder_finish(decoder);
            ck_assert_int_eq(status, refuse ? DECODE_NO_MEMORY : DECODE_OK);
            ck_assert_uint_eq(budget.reserved, refuse ? 0 : particle_set_bytes(COUNT));
            for (size_t i = 0; i < COUNT && !refuse; i++) {
                double x = fortran ? (double)i : 3.0 * (double)i;
                double ang_vel = fortran ? (double)(2 * COUNT + i) : 3.0 * (double)i + 2;
                if (out.particles.x[i] != x || out.particles.ang_vel[i] != ang_vel)
                    ck_abort_msg("particle %zu", i);
            }
            decoder_destroy(decoder);
            simulation_fini(&out);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/npy_decoder");
    TCase *tcase = suite_case(suite, "valid");
    tcase_add_loop_test(tcase, layouts, 0, LAYOUTS);
    tcase_add_test(tcase, extreme_numbers);
    tcase_add_test(tcase, many_particles_in_chunks);
    tcase_add_test(tcase, memory_is_reserved_as_data_arrive);
    tcase = suite_case(suite, "refused");
    tcase_add_loop_test(tcase, numbers_that_are_not_finite, 0, LAYOUTS);
    tcase_add_loop_test(tcase, first_number_in_the_file_is_reported, 0, LAYOUTS);
    tcase_add_loop_test(tcase, data_of_the_wrong_size, 0, LAYOUTS);
    tcase_add_test(tcase, body_ends_in_the_header);
    return suite_run(suite);
}
