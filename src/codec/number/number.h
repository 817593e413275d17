/* Numbers as text: correctly rounded, shortest, and blind to the locale. Reading is the C++
 * standard library's <charconv>, writing our own, with the same result in two thirds of the time.
 * The one C++ file of the project. Pure; any thread. */
#ifndef CODEC_NUMBER_NUMBER_H
#define CODEC_NUMBER_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Room for any double: "-2.2250738585072014e-308". */
#define NUMBER_BYTES_MAX 24

/* Bytes of a number that decoders take. A longer one is DECODE_INVALID (its syntax is still
 * checked). */
#define NUMBER_READ_BYTES_MAX 1024

#ifdef __cplusplus
extern "C" {
#endif

/* Reads text[0..length) that is a number by the grammar of JSON (the caller made sure). A
 * magnitude too large gives an infinity, one too small a zero of its sign. */
double number_parse(const char *text, size_t length);

/* Reads the JSON number at the start of [text, end) in one pass; returns the byte after it.
 * NULL when there is none, when it may go on beyond `end`, or when it does not fit a
 * double: number_is_valid and number_parse then tell what it is. */
const char *number_read(const char *text, const char *end, double *value);

/* Writes the shortest decimal that reads back to `value` (finite), -0.0 for negative
 * zero; returns the end. `out` has room for NUMBER_BYTES_MAX bytes, all of which may be written to.
 * No NUL is added. */
char *number_format(char *out, double value);

/* The library's conversions, without anything around them: what the codecs are measured by, and
 * what number_format is tested by. number_from_chars returns the byte after the number at the start
 * of [text, end), or `text` when there is none. */
const char *number_from_chars(const char *text, const char *end, double *value);
char *number_to_chars(char *out, double value);

/* True when text[0..length) is, as a whole, a number by the grammar of JSON. */
bool number_is_valid(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
