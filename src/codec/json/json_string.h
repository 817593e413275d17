/* Decodes the inside of a JSON string byte by byte: escapes, UTF-8, surrogate pairs. The lexer
 * reads strings without them faster by itself. For the files of codec/ only. Pure; any thread. */
#ifndef CODEC_JSON_JSON_STRING_H
#define CODEC_JSON_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/json/json_limits.h"

struct json_string {
    enum {
        STRING_PLAIN,          /* between two characters; the closing quote may follow */
        STRING_CONTINUATION,   /* inside a UTF-8 sequence */
        STRING_ESCAPE,         /* after \ */
        STRING_HEX,            /* after \u */
        STRING_NEED_BACKSLASH, /* after a high surrogate, which \u must follow */
        STRING_NEED_U,         /* after that \ */
    } state;
    unsigned char following;           /* number of bytes or digits that must follow */
    unsigned char low, high;           /* the range of the next UTF-8 byte */
    unsigned char size;                /* bytes in character[] */
    unsigned char character[4];        /* the UTF-8 sequence so far */
    uint32_t code;                     /* of the \u escape so far */
    uint32_t high_surrogate;           /* of a pair whose second half must follow, or 0 */
    size_t length;                     /* bytes in kept[] */
    bool truncated;                    /* kept[] is only the beginning */
    char kept[JSON_STRING_BYTES_KEPT]; /* whole characters, decoded */
};

/* Starts a string, after its opening quote. */
void json_string_init(struct json_string *string);

/* Takes one byte. The caller checks for the closing quote, which is '"' in STRING_PLAIN. Returns
 * NULL, or a sentence if the byte is not allowed here. */
const char *json_string_step(struct json_string *string, unsigned char byte);

#endif
