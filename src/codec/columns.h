/* The columns of a particle set while a decoder fills them. They grow within the limit of particles
 * and the memory budget. For the files of codec/ only; used by one thread at a time, like the
 * decoder. */
#ifndef CODEC_COLUMNS_H
#define CODEC_COLUMNS_H

#include "codec/decoder.h"

#define PARTICLE_COLUMNS 3 /* x, y, ang_vel */

extern const char *const column_names[PARTICLE_COLUMNS];

/* Size of the buffer for the sentence that says why columns cannot grow. */
#define COLUMNS_SENTENCE_BYTES 96

struct columns {
    struct decode_limits limits;
    struct particle_set *set;         /* the caller's; the caller sets its count at the end */
    size_t capacity;                  /* particles whose memory is reserved: the set's capacity */
    size_t allocated;                 /* particles whose memory is allocated. The kernel provides
                                        no page before it is written to */
    double *column[PARTICLE_COLUMNS]; /* the set's columns */
};

void columns_init(struct columns *columns, const struct decode_limits *limits,
                  struct particle_set *set);

/* Grows the capacity to at least `needed` particles, which is more than now, and to twice as many
 * as now if the limit allows it. Otherwise returns DECODE_TOO_MANY, DECODE_NO_MEMORY or
 * DECODE_TOO_LARGE, and the sentence. */
enum decode_status columns_grow(struct columns *columns, size_t needed,
                                char sentence[COLUMNS_SENTENCE_BYTES]);

/* For a format whose header contains the number of particles: checks that `count` particles, at
 * least one, fit into the limit and the budget, and allocates their columns. It reserves nothing,
 * because a client may send a header without the data: columns_grow reserves. Same errors as
 * columns_grow. */
enum decode_status columns_preallocate(struct columns *columns, size_t count,
                                       char sentence[COLUMNS_SENTENCE_BYTES]);

/* Frees the columns and releases their bytes. */
void columns_free(struct columns *columns);

#endif
