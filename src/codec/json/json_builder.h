/* What the parts of a JSON text mean: the grammar's events -> struct simulation. It knows at
 * each moment which value is awaited, writes numbers into the columns, and says exactly
 * what is wrong with anything else. For the files of codec/ only.
 *
 * The first fault ends the meaning: the columns are freed, their bytes unclaimed, and the
 * caller must send no more events. */
#ifndef CODEC_JSON_JSON_BUILDER_H
#define CODEC_JSON_JSON_BUILDER_H

#include <stdbool.h>
#include <stddef.h>

#include "codec/columns.h"
#include "codec/json/json_lexer.h"

/* The members of the root: the particles, then the options in their order. */
enum { ROOT_PARTICLES, ROOT_OPTIONS, ROOT_MEMBERS = ROOT_OPTIONS + OPTION_COUNT };

extern const char *const json_root_names[ROOT_MEMBERS];

/* The value that is awaited. */
enum context {
    CONTEXT_BODY,   /* the root */
    CONTEXT_ROOT,   /* a member of the root */
    CONTEXT_LIST,   /* a particle, as an object or a triple */
    CONTEXT_OBJECT, /* a member of a particle */
    CONTEXT_TRIPLE, /* a number of a triple */
    CONTEXT_TABLE,  /* a member of the object of columns */
    CONTEXT_COLUMN, /* a number of a column */
    CONTEXT_TIMES,  /* a number of the times */
};

/* The place of the container that a place is in. */
extern const enum context json_parents[];

struct json_builder {
    struct columns columns;
    struct simulation *out;
    struct decode_error *error; /* the decoder's; filled in at a fault */
    enum context context;
    unsigned root_member;             /* index of the member's name */
    unsigned root_seen;               /* bit i: that member was given */
    unsigned member;                  /* of a particle or the table; position in a triple */
    unsigned seen;                    /* bits, as above */
    bool shape_known;                 /* the first particle, or the table, has begun */
    size_t count;                     /* particles that are complete, in a list */
    size_t lengths[PARTICLE_COLUMNS]; /* numbers so far, in a table */
};

void json_builder_init(struct json_builder *builder, const struct decode_limits *limits,
                       struct simulation *out, struct decode_error *error);

/* The events, in the order of the text. Each returns DECODE_OK, or the status of the fault
 * that it put into *error. */
enum decode_status json_builder_name(struct json_builder *builder, const struct json_lexer *name);
enum decode_status json_builder_begin(struct json_builder *builder, enum json_token token);
enum decode_status json_builder_end(struct json_builder *builder);
enum decode_status json_builder_number(struct json_builder *builder,
                                       const struct json_lexer *number);
/* A string, true, false or null. */
enum decode_status json_builder_other(struct json_builder *builder, enum json_token token,
                                      const struct json_lexer *string);

/* The option that root_member is, when it is not the particles. */
static inline enum simulation_option json_builder_option(const struct json_builder *builder)
{
    return (enum simulation_option)(builder->root_member - ROOT_OPTIONS);
}

/* Frees the columns and unclaims their bytes. */
void json_builder_free(struct json_builder *builder);

#endif
