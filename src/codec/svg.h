/* A picture of particles and their trails, in SVG 1.1: axes of equal scale around the origin, a
 * title line, colours by ang_vel; legible on a light and on a dark ground, and needing nothing from
 * elsewhere. As an animation each particle runs along its trail.
 *
 * A picture belongs to one thread at a time. */
#ifndef CODEC_SVG_H
#define CODEC_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/particle_set.h"

/* More particles than this are thinned out, evenly. */
#define SVG_PARTICLES_MAX ((size_t)100000)

/* Points of all trails together: so that ten thousand particles stay under 2 MB. */
#define SVG_POINTS_MAX ((size_t)100000)

/* Points of a trail, when nobody says how many. */
#define SVG_POINTS_DEFAULT ((size_t)64)

#define SVG_TITLE_BYTES 256

struct svg {
    size_t particles; /* of the set */
    size_t stride;    /* every so many are drawn */
    size_t drawn;
    size_t points; /* positions of each, the first one included */
    size_t added;
    double *x, *y;   /* drawn * moments, moment by moment; owned */
    double *ang_vel; /* drawn; owned */
};

/* How many moments after the first one a picture of so many particles shows, of `wanted`. */
size_t svg_points(size_t particles, size_t wanted);

/* Bytes that a picture takes, and the most that its text does. */
size_t svg_bytes(size_t particles, size_t points);
size_t svg_text_bound(size_t particles, size_t points);

/* Makes room for the first moment and so many after it. False when memory is short. */
bool svg_init(struct svg *svg, size_t particles, size_t points);
void svg_fini(struct svg *svg);

/* Adds the particles' positions at the next moment. */
void svg_add(struct svg *svg, const struct particle_set *set);

/* The text, with a title of up to SVG_TITLE_BYTES that is plain ASCII without markup;
 * `animated`: the particles run along their trails, again and again. Allocated with malloc; NULL
 * when memory is short. All moments have been added. */
char *svg_write(const struct svg *svg, const char *title, bool animated, size_t *size);

#endif
