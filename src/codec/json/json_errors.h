/* The faults of meaning: each frees the columns, fills in the decoder's error with the pointer
 * and the sentence, and returns its status. For the files of codec/ only. */
#ifndef CODEC_JSON_JSON_ERRORS_H
#define CODEC_JSON_JSON_ERRORS_H

#include "codec/json/json_builder.h"

/* The awaited value is at fault: "<its name> <sentence>". */
enum decode_status json_error_at(struct json_builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A value of another type than `token` is awaited. */
enum decode_status json_error_type(struct json_builder *builder, enum json_token token);

/* The object that the awaited value is in has a member that is none of `names`. */
enum decode_status json_error_unknown(struct json_builder *builder, const struct json_lexer *name,
                                      const char *const *names, size_t count);

/* The awaited object ended without the columns that are not in `seen`. */
enum decode_status json_error_missing(struct json_builder *builder);

/* An option's value is out of range; the sentence names it. */
enum decode_status json_error_option(struct json_builder *builder, const char *sentence);

/* Not one value is at fault but the sum of the particles. */
enum decode_status json_error_whole(struct json_builder *builder, enum decode_status status,
                                    const char *sentence);

#endif
