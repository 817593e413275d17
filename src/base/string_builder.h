/* Builds a string in a buffer of fixed size. The string is always valid UTF-8 with a NUL at its
 * end, whatever bytes a client sent. A string that does not fit is truncated between two
 * characters. Pure; any thread. */
#ifndef BASE_STRING_BUILDER_H
#define BASE_STRING_BUILDER_H

#include <stdbool.h>
#include <stddef.h>

/* The most bytes of a string that string_builder_add_quoted copies. */
#define STRING_BUILDER_QUOTED_MAX 48

struct string_builder {
    char *at;  /* the NUL at the end of the string */
    char *end; /* the last byte of the buffer. at == end: full, nothing more is added */
};

/* Returns a builder with an empty string in buffer[size], size > 0. The buffer stays the caller's.
 */
struct string_builder string_builder_init(char *buffer, size_t size);

/* Adds a string that is ASCII, or that is UTF-8 and fits: only ASCII may be truncated here. */
void string_builder_add(struct string_builder *builder, const char *string);

/* The same for a printf-formatted string of at most 255 bytes. */
void string_builder_addf(struct string_builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds string[0..length), which may be any bytes, in double quotes. Control characters and bytes
 * that are not UTF-8 become U+FFFD. A string that is longer than STRING_BUILDER_QUOTED_MAX, or that
 * the caller has `truncated` already, ends in "...". */
void string_builder_add_quoted(struct string_builder *builder, const char *string, size_t length,
                               bool truncated);

/* Adds "/" and name[0..length) as a token of a JSON Pointer: ~ and / are escaped, otherwise as
 * above, but of any length. */
void string_builder_add_pointer_token(struct string_builder *builder, const char *name,
                                      size_t length, bool truncated);

/* Adds `"a", "b", "c"`. */
void string_builder_add_list(struct string_builder *builder, const char *const *names,
                             size_t count);

#endif
