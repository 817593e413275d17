/* The columns of a particle set while a decoder fills them: their growth, within the limit of
 * particles and the memory budget. For the files of codec/ only. */
#ifndef CODEC_COLUMNS_H
#define CODEC_COLUMNS_H

#include "codec/decoder.h"

#define PARTICLE_COLUMNS 3 /* x, y, ang_vel */

extern const char *const column_names[PARTICLE_COLUMNS];

/* Bytes of the sentence that says why columns cannot grow. */
#define COLUMNS_SENTENCE_BYTES 96

struct columns {
    struct decode_limits limits;
    struct particle_set *set;         /* the caller's, who sets its count at the end */
    size_t capacity;                  /* particles that fit and are reserved: the set's capacity */
    size_t allocated;                 /* particles that are allocated. Memory that is not written
                                        to takes none */
    double *column[PARTICLE_COLUMNS]; /* of the set */
};

void columns_init(struct columns *columns, const struct decode_limits *limits,
                  struct particle_set *set);

/* Makes room for at least `needed` particles, which is more than now; for twice as many as now, if
 * it may. Otherwise DECODE_TOO_MANY, DECODE_NO_MEMORY or DECODE_TOO_LARGE, and the sentence. */
enum decode_status columns_grow(struct columns *columns, size_t needed,
                                char sentence[COLUMNS_SENTENCE_BYTES]);

/* For a format that says beforehand how many particles come, which is at least one: finds out
 * whether there is room for `count` of them, and allocates it. Nothing is reserved yet, as an
 * announcement is cheap: columns_grow does. Errors as there. */
enum decode_status columns_preallocate(struct columns *columns, size_t count,
                                       char sentence[COLUMNS_SENTENCE_BYTES]);

/* Frees the columns and unclaims their bytes. */
void columns_free(struct columns *columns);

#endif
