/* The inside of a JSON string, byte by byte: escapes, UTF-8, surrogate pairs. The fast path
 * for plain strings is the lexer's. For the files of codec/ only. Pure; any thread. */
#ifndef CODEC_JSON_JSON_STRING_H
#define CODEC_JSON_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/json/json_limits.h"

struct json_string {
    enum {
        STRING_PLAIN,        /* between two characters; the closing quote may come */
        STRING_CONTINUATION, /* inside a UTF-8 sequence */
        STRING_ESCAPE,       /* after \ */
        STRING_HEX,          /* after \u */
        STRING_PAIR,         /* after a high surrogate, which needs a \ next */
        STRING_PAIR_U,       /* and a u after it */
    } state;
    unsigned char following;           /* bytes or digits to come */
    unsigned char low, high;           /* the range of the next UTF-8 byte */
    unsigned char size;                /* bytes in character[] */
    unsigned char character[4];        /* the one that is being read */
    uint32_t code;                     /* of the \u escape */
    uint32_t high_surrogate;           /* waiting for its other half, or 0 */
    size_t length;                     /* of kept[] */
    bool truncated;                    /* kept[] is only the beginning */
    char kept[JSON_STRING_BYTES_KEPT]; /* whole characters, decoded */
};

/* Begins after the opening quote. */
void json_string_init(struct json_string *string);

/* Takes one byte. The closing quote, a '"' in STRING_PLAIN, is the caller's to find. Returns
 * NULL, or a sentence when the byte cannot stand here. */
const char *json_string_step(struct json_string *string, unsigned char byte);

#endif
