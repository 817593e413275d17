/* The errors of valid JSON that is not a valid request. Each function describes one kind of error:
 * it sets status, pointer and detail of `error`, and returns the status. The position of the
 * invalid value is passed as a plain record. For the files of codec/ only. Pure; any thread. */
#ifndef CODEC_JSON_JSON_ERRORS_H
#define CODEC_JSON_JSON_ERRORS_H

#include "codec/columns.h"

/* The members of the root: the particles, then the options in their order. */
enum { ROOT_PARTICLES, ROOT_OPTIONS, ROOT_MEMBERS = ROOT_OPTIONS + OPTION_COUNT };

extern const char *const json_root_names[ROOT_MEMBERS];

/* The innermost container that is open, and the value that is expected in it. */
enum json_context {
    CONTEXT_BODY,            /* none: the root object */
    CONTEXT_ROOT,            /* the root object: the value of a member */
    CONTEXT_PARTICLES,       /* the array of particles: a particle */
    CONTEXT_PARTICLE_OBJECT, /* a particle as an object: the value of a member */
    CONTEXT_PARTICLE_TRIPLE, /* a particle as an array: a number */
    CONTEXT_COLUMNS,         /* the object of columns: a column */
    CONTEXT_COLUMN,          /* a column: a number */
    CONTEXT_TIMES,           /* the array of times: a number */
};

/* The position of a value. */
struct json_position {
    enum json_context context;
    unsigned root_member; /* index in json_root_names */
    unsigned member;      /* column; CONTEXT_PARTICLE_TRIPLE and CONTEXT_TIMES: array index */
    size_t index;         /* of the particle; CONTEXT_COLUMN: of the number */
};

/* The detail is "<name of the value> <sentence>". */
enum decode_status json_error_value(struct decode_error *error, const struct json_position *at,
                                    const char *sentence);

/* The value is an object with an unknown member name[0..length), cut off if `truncated`. `known`
 * are the names that it may have. */
enum decode_status json_error_unknown_member(struct decode_error *error,
                                             const struct json_position *at, const char *name,
                                             size_t length, bool truncated,
                                             const char *const *known, size_t known_count);

/* The value is that of an option; the detail is the sentence, which contains the option's name. */
enum decode_status json_error_option(struct decode_error *error, enum decode_status status,
                                     const struct json_position *at, const char *sentence);

/* The particles as a whole exceed a limit; the detail is "particles: <sentence>". */
enum decode_status json_error_particles(struct decode_error *error, enum decode_status status,
                                        const char *sentence);

#endif
