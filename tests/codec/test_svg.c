#include "codec/svg.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "sim/random.h"

/* Draws `count` random particles whose trails move on a little with every point. */
static char *draw(size_t count, size_t wanted, double scale, bool animated, size_t *size)
{
    struct particle_set set;
    struct svg svg;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, count, 1), 0);
    size_t points = svg_points(count, wanted);
    ck_assert(svg_init(&svg, count, points));
    for (size_t k = 0; k <= points; k++) {
        for (size_t i = 0; i < count; i++) {
            set.x[i] *= k ? 1.01 : scale;
            set.y[i] *= k ? 0.99 : scale;
        }
        svg_add(&svg, &set);
    }
    char *text = svg_write(&svg, "a title", animated, size);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(strlen(text), *size);
    ck_assert_uint_le(*size, svg_text_bound(count, points));
    svg_fini(&svg);
    particle_set_fini(&set);
    return text;
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

/* Checks that end tags match start tags and that attributes are in quotes. */
static void check_well_formed(const char *text)
{
    char open[16][32];
    size_t depth = 0;
    for (const char *at = text; (at = strchr(at, '<'));) {
        const char *end = at + strcspn(at, ">");
        ck_assert_int_eq(*end, '>');
        size_t quotes = 0;
        for (const char *c = at; c < end; c++)
            quotes += *c == '"';
        ck_assert_uint_eq(quotes % 2, 0);
        char name[32] = "";
        sscanf(at + 1 + (at[1] == '/'), "%31[A-Za-z]", name);
        if (at[1] == '/') {
            ck_assert_uint_gt(depth, 0);
            ck_assert_str_eq(open[--depth], name);
        } else if (end[-1] != '/') {
            ck_assert_uint_lt(depth, 16);
            strcpy(open[depth++], name);
        }
        at = end;
    }
    ck_assert_uint_eq(depth, 0);
    ck_assert_ptr_null(strstr(text, "nan"));
    ck_assert_ptr_null(strstr(text, "inf\""));
}

START_TEST(every_particle_is_drawn)
{
    static const size_t counts[] = {1, 2, 3, 299, 300, 301, 5000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (int animated = 0; animated < 2; animated++) {
            size_t size;
            char *text = draw(counts[i], SVG_POINTS_DEFAULT, 1, animated, &size);
            check_well_formed(text);
            ck_assert_uint_eq(occurrences(text, "h0"), counts[i]);
            ck_assert_uint_eq(occurrences(text, "<animateMotion"), animated ? counts[i] : 0);
            ck_assert_uint_eq(occurrences(text, ">a title<"), 2);
            free(text);
        }
}
END_TEST

START_TEST(ten_thousand_particles_take_less_than_2_mb)
{
    for (int animated = 0; animated < 2; animated++) {
        size_t size;
        free(draw(10000, 1000000, 1, animated, &size));
        ck_assert_uint_lt(size, 2000000);
    }
}
END_TEST

START_TEST(large_sets_are_thinned_out)
{
    size_t size;
    char *text = draw(SVG_PARTICLES_MAX, 10, 1, false, &size);
    ck_assert_uint_eq(occurrences(text, "h0"), SVG_PARTICLES_MAX);
    ck_assert_ptr_null(strstr(text, "drawn"));
    free(text);
    text = draw(SVG_PARTICLES_MAX + 1, 10, 1, false, &size);
    ck_assert_uint_eq(occurrences(text, "h0"), SVG_PARTICLES_MAX / 2 + 1);
    ck_assert_ptr_nonnull(strstr(text, "one in 2 of them drawn"));
    free(text);
}
END_TEST

START_TEST(points_of_a_trail)
{
    ck_assert_uint_eq(svg_points(1, 5), 5);
    ck_assert_uint_eq(svg_points(1, 1000000), SVG_POINTS_MAX);
    ck_assert_uint_eq(svg_points(10000, 64), SVG_POINTS_MAX / 10000);
    ck_assert_uint_eq(svg_points(10000000, 64), 1);
}
END_TEST

/* The axes fit every magnitude. */
START_TEST(magnitudes)
{
    static const double scales[] = {1e-150, 1e-5, 0.3, 1, 7.7, 1e150};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        size_t size;
        char *text = draw(50, 20, scales[i], false, &size);
        check_well_formed(text);
        /* inside the square, and using at least half of it */
        int largest = 0;
        for (const char *at = text; (at = strchr(at, 'M')); at++) {
            int x, y;
            if (sscanf(at, "M%d%d", &x, &y) == 2 && strstr(at, "h0") == at + strcspn(at, "h")) {
                largest = abs(x) > largest ? abs(x) : largest;
                largest = abs(y) > largest ? abs(y) : largest;
            }
        }
        ck_assert_int_le(largest, 4000);
        ck_assert_int_ge(largest, 2000);
        free(text);
    }
}
END_TEST

/* x points to the right, y upwards; the colour depends on ang_vel. */
START_TEST(positions_and_colours)
{
    double x[] = {1, -0.5, 0.25}, y[] = {0.5, -1, 0.25}, ang_vel[] = {3, -3, 0};
    struct particle_set set = {.x = x, .y = y, .ang_vel = ang_vel, .count = 3, .capacity = 3};
    struct svg svg;
    size_t size;
    ck_assert(svg_init(&svg, 3, 1));
    svg_add(&svg, &set);
    x[0] = 0.5;
    y[0] = 1;
    y[1] = -0.5; /* straight up */
    svg_add(&svg, &set);
    char *text = svg_write(&svg, "t", false, &size);
    const char *fast = strstr(text, "#d9600b"), *back = strstr(text, "#1f6feb");
    const char *rest = strstr(text, "#8b949e");
    ck_assert(fast && back && rest);
    ck_assert_ptr_eq(strstr(fast, "d=\"M4000-2000l-2000-2000\""), strstr(fast, "d="));
    ck_assert_ptr_nonnull(strstr(fast, "d=\"M2000-4000h0\""));
    ck_assert_ptr_nonnull(strstr(back, "d=\"M-2000 4000l0-2000\""));
    ck_assert_ptr_nonnull(strstr(back, "d=\"M-2000 2000h0\""));
    ck_assert_ptr_nonnull(strstr(rest, "d=\"M1000-1000\""));
    ck_assert_ptr_nonnull(strstr(rest, "d=\"M1000-1000h0\""));
    free(text);
    svg_fini(&svg);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/svg");
    TCase *tcase = suite_case(suite, "svg");
    tcase_add_test(tcase, every_particle_is_drawn);
    tcase_add_test(tcase, ten_thousand_particles_take_less_than_2_mb);
    tcase_add_test(tcase, large_sets_are_thinned_out);
    tcase_add_test(tcase, points_of_a_trail);
    tcase_add_test(tcase, magnitudes);
    tcase_add_test(tcase, positions_and_colours);
    return suite_run(suite);
}
