/* An image of particles and their trails, in SVG 1.1: axes of equal scale around the origin, a
 * title, and colours by ang_vel. It is legible on light and dark backgrounds and refers to no other
 * file. In an animation, each particle moves along its trail.
 *
 * A struct svg belongs to one thread at a time. */
#ifndef CODEC_SVG_H
#define CODEC_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/particle_set.h"

/* The most particles that are drawn. Of a larger set, every n-th particle is drawn. */
#define SVG_PARTICLES_MAX ((size_t)100000)

/* The most points of all trails together, so that ten thousand particles take less than 2 MB. */
#define SVG_POINTS_MAX ((size_t)100000)

/* Points of a trail, unless the request says how many. */
#define SVG_POINTS_DEFAULT ((size_t)64)

#define SVG_TITLE_BYTES 256

struct svg {
    size_t particles; /* of the set */
    size_t stride;    /* every stride-th particle is drawn */
    size_t drawn;     /* particles that are drawn */
    size_t points;    /* of each trail, with its start */
    size_t added;     /* points added so far, 0..points */
    double *x, *y;    /* [points][drawn]; owned */
    double *ang_vel;  /* [drawn]; owned */
};

/* Returns how many of `wanted` points after its start each trail gets. */
size_t svg_points(size_t particles, size_t wanted);

/* Returns the bytes that svg_init allocates for trails with `points` points after their start, and
 * the most bytes that svg_write returns. */
size_t svg_bytes(size_t particles, size_t points);
size_t svg_text_bound(size_t particles, size_t points);

/* Allocates trails with a start and `points` more points. False if memory is short. */
bool svg_init(struct svg *svg, size_t particles, size_t points);
void svg_fini(struct svg *svg);

/* Adds the next point to every trail: the positions of `set`, which has svg->particles particles.
 */
void svg_add(struct svg *svg, const struct particle_set *set);

/* Returns the SVG document, allocated with malloc, and sets *size to its length; NULL if memory is
 * short. All points must have been added. The title has at most SVG_TITLE_BYTES bytes of ASCII
 * without markup. With `animated`, the particles move along their trails repeatedly. */
char *svg_write(const struct svg *svg, const char *title, bool animated, size_t *size);

#endif
