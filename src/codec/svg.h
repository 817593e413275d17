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
#define PICTURE_PARTICLES_MAX ((size_t)100000)

/* Points of all trails together: so that ten thousand particles stay under 2 MB. */
#define PICTURE_POINTS_MAX ((size_t)100000)

/* Points of a trail, when nobody says how many. */
#define PICTURE_POINTS_DEFAULT ((size_t)64)

#define PICTURE_TITLE_BYTES 256

struct picture {
    size_t particles; /* of the set */
    size_t stride;    /* every so many are drawn */
    size_t drawn;
    size_t moments; /* positions of each, the first one included */
    size_t added;
    double *x, *y;   /* drawn * moments, moment by moment; owned */
    double *ang_vel; /* drawn; owned */
};

/* How many moments after the first one a picture of so many particles shows, of `wanted`. */
size_t picture_moments(size_t particles, size_t wanted);

/* Bytes that a picture takes, and the most that its text does. */
size_t picture_bytes(size_t particles, size_t moments);
size_t picture_text_bound(size_t particles, size_t moments);

/* Makes room for the first moment and so many after it. False when memory is short. */
bool picture_init(struct picture *picture, size_t particles, size_t moments);
void picture_fini(struct picture *picture);

/* Adds the particles' positions at the next moment. */
void picture_add(struct picture *picture, const struct particle_set *set);

/* The text, with a title of up to PICTURE_TITLE_BYTES that is plain ASCII without markup;
 * `animated`: the particles run along their trails, again and again. Allocated with malloc; NULL
 * when memory is short. All moments have been added. */
char *picture_write(const struct picture *picture, const char *title, bool animated, size_t *size);

#endif
