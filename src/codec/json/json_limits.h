/* Limits of the JSON decoder. */
#ifndef CODEC_JSON_JSON_LIMITS_H
#define CODEC_JSON_JSON_LIMITS_H

/* Arrays and objects that may be open at once; one more is a syntax error. */
#define JSON_DEPTH_MAX 64

/* The lexer keeps this many bytes of a string (a member name or a method). A longer string is
 * valid JSON; its beginning is enough to say that the name is unknown. */
#define JSON_STRING_BYTES_KEPT 64

#endif
