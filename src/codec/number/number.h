/* Numbers as text: correctly rounded, shortest, and independent of the locale. The C++ standard
 * library reads them (<charconv>). Our own code writes them: the same text in two thirds of the
 * time. number.cc is the only C++ file of the project. Pure; any thread. */
#ifndef CODEC_NUMBER_NUMBER_H
#define CODEC_NUMBER_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Enough bytes for any double: "-2.2250738585072014e-308". */
#define NUMBER_BYTES_MAX 24

/* The most bytes of a number that decoders accept. A longer number is DECODE_INVALID, but its
 * syntax is still checked. */
#define NUMBER_READ_BYTES_MAX 1024

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the value of text[0..length), which must be a valid JSON number (number_is_valid). A
 * number too large for a double becomes an infinity, one too small a zero, with the same sign. */
double number_parse(const char *text, size_t length);

/* Reads the JSON number at the start of [text, end) in one pass and returns the byte after it.
 * Returns NULL if there is no number, if it may continue after `end`, or if it is too large or too
 * small for a double: then call number_is_valid and number_parse. */
const char *number_read(const char *text, const char *end, double *value);

/* Writes the shortest decimal that reads back as `value`, which is finite; negative zero is -0.0.
 * Returns the end. `out` has space for NUMBER_BYTES_MAX bytes, all of which may be written to. No
 * NUL is added. */
char *number_format(char *out, double value);

/* The bare conversions of the C++ library. Benchmarks compare the codecs with them, and tests
 * compare number_format with number_to_chars. number_from_chars returns the byte after the number
 * at the start of [text, end), or `text` if there is none. */
const char *number_from_chars(const char *text, const char *end, double *value);
char *number_to_chars(char *out, double value);

/* True if text[0..length) as a whole is a number by the grammar of JSON. */
bool number_is_valid(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
