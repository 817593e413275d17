/* Builds a struct simulation from the events of the JSON grammar: it knows which value is expected,
 * writes numbers into the columns, and describes what is wrong with any other value. For the files
 * of codec/ only.
 *
 * The first error ends the building: the columns are freed, their bytes are released, and the
 * caller must send no more events. A builder belongs to one thread at a time. */
#ifndef CODEC_JSON_JSON_BUILDER_H
#define CODEC_JSON_JSON_BUILDER_H

#include <stdbool.h>
#include <stddef.h>

#include "codec/columns.h"
#include "codec/json/json_errors.h"
#include "codec/json/json_lexer.h"

struct json_builder {
    struct columns columns;
    struct simulation *out;
    struct decode_error *error; /* the decoder's; set at an error */
    enum json_context context;
    unsigned root_member;             /* index in json_root_names */
    unsigned root_seen;               /* bit i: that member was given */
    unsigned member;                  /* column; in a triple and in times: array index */
    unsigned seen;                    /* bit i: that column was given */
    bool shape_known;                 /* the first particle, or the object of columns, has begun */
    size_t count;                     /* complete particles, in an array of particles */
    size_t lengths[PARTICLE_COLUMNS]; /* numbers so far, in an object of columns */
};

void json_builder_init(struct json_builder *builder, const struct decode_limits *limits,
                       struct simulation *out, struct decode_error *error);

/* The events, in the order of the text. Each returns DECODE_OK, or the status of the error that it
 * has put into *error. */
enum decode_status json_builder_name(struct json_builder *builder, const struct json_lexer *name);
enum decode_status json_builder_begin(struct json_builder *builder, enum json_token token);
enum decode_status json_builder_end(struct json_builder *builder);
enum decode_status json_builder_number(struct json_builder *builder,
                                       const struct json_lexer *number);
/* A string, true, false or null. */
enum decode_status json_builder_other(struct json_builder *builder, enum json_token token,
                                      const struct json_lexer *string);

/* Frees the columns and releases their bytes. */
void json_builder_free(struct json_builder *builder);

#endif
