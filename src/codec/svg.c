#include "codec/svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All lengths are integers, in tenths of a pixel. */
#define SIDE 8000   /* of the square with the axes */
#define MARGIN 500  /* around the square */
#define HEAD 500    /* height of the title above the square */
#define DOT 90      /* diameter of a particle if there are at most MANY */
#define DOT_MANY 24 /* and if there are more */
#define MANY 300

/* Duration of one pass of an animation. */
#define ANIMATION "6s"

/* The most bytes of the parts of a document. */
#define DOT_BYTES 200    /* a particle, the start of its trail, and its element in an animation */
#define POINT_BYTES 12   /* a point of a trail, "l-8000-8000" */
#define FRAME_BYTES 4096 /* the rest of the document */

/* From the fastest clockwise particle to the fastest counterclockwise one; the middle colour is for
 * ang_vel 0. */
static const char *const colours[] = {"#1f6feb", "#4a86e8", "#6f9ae0", "#8fa6c9", "#8b949e",
                                      "#c9a27a", "#dc9449", "#e07f2a", "#d9600b"};

#define COLOUR_COUNT (sizeof colours / sizeof *colours)

static size_t stride_of(size_t particles)
{
    return (particles - 1) / SVG_PARTICLES_MAX + 1;
}

static size_t drawn_of(size_t particles)
{
    return (particles - 1) / stride_of(particles) + 1;
}

size_t svg_points(size_t particles, size_t wanted)
{
    size_t most = SVG_POINTS_MAX / drawn_of(particles);
    most = most > 1 ? most : 1;
    return wanted < most ? wanted : most;
}

size_t svg_bytes(size_t particles, size_t points)
{
    return drawn_of(particles) * ((points + 1) * 2 + 1) * sizeof(double);
}

size_t svg_text_bound(size_t particles, size_t points)
{
    return FRAME_BYTES + drawn_of(particles) * (DOT_BYTES + points * POINT_BYTES);
}

bool svg_init(struct svg *svg, size_t particles, size_t points)
{
    *svg = (struct svg){
        .particles = particles,
        .stride = stride_of(particles),
        .drawn = drawn_of(particles),
        .points = points + 1,
    };
    svg->x = malloc(svg->drawn * svg->points * sizeof(double));
    svg->y = malloc(svg->drawn * svg->points * sizeof(double));
    svg->ang_vel = malloc(svg->drawn * sizeof(double));
    if (svg->x && svg->y && svg->ang_vel)
        return true;
    svg_fini(svg);
    return false;
}

void svg_fini(struct svg *svg)
{
    free(svg->x);
    free(svg->y);
    free(svg->ang_vel);
    svg->x = svg->y = svg->ang_vel = NULL;
}

void svg_add(struct svg *svg, const struct particle_set *set)
{
    double *x = svg->x + svg->added * svg->drawn;
    double *y = svg->y + svg->added * svg->drawn;
    for (size_t i = 0; i < svg->drawn; i++) {
        x[i] = set->x[i * svg->stride];
        y[i] = set->y[i * svg->stride];
        svg->ang_vel[i] = set->ang_vel[i * svg->stride];
    }
    svg->added++;
}

/* --- scale ---------------------------------------------------------------------------------- */

static double largest(const double *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

/* Returns a round number that is not smaller. */
static double round_up(double value)
{
    static const double steps[] = {1, 1.5, 2, 3, 4, 5, 6, 8, 10};
    double power = pow(10, floor(log10(value)));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * power >= value)
            return steps[i] * power;
    return 10 * power;
}

/* Returns the largest value on the axes. */
static double axis_limit(const struct svg *svg)
{
    size_t count = svg->drawn * svg->points;
    return round_up(fmax(largest(svg->x, count), largest(svg->y, count)));
}

static int scaled(double value, double limit)
{
    return (int)lround(value / limit * (SIDE / 2));
}

struct point {
    int x, y;
};

/* Returns point `k` of the trail of particle `i`. In SVG, y points down. */
static struct point trail_point(const struct svg *svg, double limit, size_t i, size_t k)
{
    size_t at = k * svg->drawn + i;
    return (struct point){scaled(svg->x[at], limit), -scaled(svg->y[at], limit)};
}

static size_t colour_of(const struct svg *svg, double fastest, size_t i)
{
    if (fastest == 0)
        return COLOUR_COUNT / 2;
    double fraction = svg->ang_vel[i] / fastest; /* -1 to 1 */
    return (size_t)lround((fraction + 1) / 2 * (COLOUR_COUNT - 1));
}

/* --- text ----------------------------------------------------------------------------------- */

/* The second of two numbers needs a space before it only if it has no sign. */
static void put_pair(FILE *out, char command, struct point point)
{
    fprintf(out, point.y < 0 ? "%c%d%d" : "%c%d %d", command, point.x, point.y);
}

/* Writes the trail of a particle, without points that repeat the point before. */
static void put_trail(FILE *out, const struct svg *svg, double limit, size_t i)
{
    struct point last = trail_point(svg, limit, i, 0);
    put_pair(out, 'M', last);
    for (size_t k = 1; k < svg->points; k++) {
        struct point next = trail_point(svg, limit, i, k);
        struct point step = {next.x - last.x, next.y - last.y};
        if (step.x || step.y)
            put_pair(out, 'l', step);
        last = next;
    }
}

/* Writes one particle, or its trail. */
typedef void put_particle(FILE *out, const struct svg *svg, double limit, size_t i);

static void put_dot(FILE *out, const struct svg *svg, double limit, size_t i)
{
    put_pair(out, 'M', trail_point(svg, limit, i, svg->points - 1));
    fputs("h0", out);
}

/* Writes a dot that moves along the trail at a constant speed. */
static void put_animated(FILE *out, const struct svg *svg, double limit, size_t i)
{
    fputs("<path d=\"M0 0h0\"><animateMotion dur=\"" ANIMATION
          "\" repeatCount=\"indefinite\" path=\"",
          out);
    put_trail(out, svg, limit, i);
    fputs("\"/></path>\n", out);
}

static void put_colour(FILE *out, const struct svg *svg, double limit, double fastest,
                       size_t colour, put_particle *put)
{
    for (size_t i = 0; i < svg->drawn; i++)
        if (colour_of(svg, fastest, i) == colour)
            put(out, svg, limit, i);
}

static void put_particles(FILE *out, const struct svg *svg, double limit, bool animated)
{
    int dot = svg->drawn > MANY ? DOT_MANY : DOT;
    double fastest = largest(svg->ang_vel, svg->drawn);
    for (size_t colour = 0; colour < COLOUR_COUNT; colour++) {
        fprintf(out, "<g stroke=\"%s\" stroke-width=\"%d\">\n", colours[colour], dot);
        if (animated) {
            put_colour(out, svg, limit, fastest, colour, put_animated);
        } else {
            fprintf(out, "<path class=\"trail\" stroke-width=\"%d\" d=\"", dot / 5);
            put_colour(out, svg, limit, fastest, colour, put_trail);
            fputs("\"/>\n<path d=\"", out);
            put_colour(out, svg, limit, fastest, colour, put_dot);
            fputs("\"/>\n", out);
        }
        fputs("</g>\n", out);
    }
}

static void put_axes(FILE *out, double limit)
{
    int half = SIDE / 2;
    fprintf(out, "<path class=\"frame\" d=\"M%d %dh%dv%dh%dz\"/>\n", -half, -half, SIDE, SIDE,
            -SIDE);
    fprintf(out,
            "<path class=\"grid\" d=\"M%d 0h%dM0 %dv%dM%d %dv%dM%d %dv%dM%d %dh%dM%d %dh%d\"/>\n",
            -half, SIDE, -half, SIDE, -half / 2, -half, SIDE, half / 2, -half, SIDE, -half,
            -half / 2, SIDE, -half, half / 2, SIDE);
    for (int tick = -2; tick <= 2; tick++) {
        int at = tick * half / 2;
        double value = limit * tick / 2;
        fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.4g</text>\n", at, half + 220,
                value);
        fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.4g</text>\n", -half - 80,
                60 - at, value);
    }
}

static void put_head(FILE *out, const struct svg *svg, const char *title)
{
    int half = SIDE / 2, width = SIDE + 2 * MARGIN + 300;
    fprintf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"%d %d %d %d\" "
        "width=\"%d\" height=\"%d\">\n<title>%s</title>\n<style>"
        "svg{background:#fff;font:170px system-ui,sans-serif}text{fill:#57606a}"
        ".name{fill:#1f2328;font-size:220px}.frame,.grid{fill:none;stroke:#d0d7de;stroke-width:8}"
        ".grid{stroke-dasharray:24 36}"
        "path{fill:none;stroke-linecap:round;stroke-linejoin:round}.trail{opacity:.45}"
        "@media(prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#8d96a0}"
        ".name{fill:#e6edf3}.frame,.grid{stroke:#30363d}}</style>\n",
        -half - MARGIN - 300, -half - MARGIN - HEAD, width, SIDE + 2 * MARGIN + HEAD, width / 10,
        (SIDE + 2 * MARGIN + HEAD) / 10, title);
    fprintf(out, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n", -half, -half - 420, title);
    fprintf(out, "<text x=\"%d\" y=\"%d\">%zu particle%s", -half, -half - 140, svg->particles,
            svg->particles == 1 ? "" : "s");
    if (svg->stride > 1)
        fprintf(out, ", one in %zu of them drawn", svg->stride);
    fputs("; orange turns counterclockwise, blue clockwise</text>\n", out);
}

char *svg_write(const struct svg *svg, const char *title, bool animated, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (!out)
        return NULL;
    double limit = axis_limit(svg);
    put_head(out, svg, title);
    put_axes(out, limit);
    put_particles(out, svg, limit, animated);
    fputs("</svg>\n", out);
    bool failed = ferror(out);
    if (fclose(out) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}
