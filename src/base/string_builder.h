/* Sentences and pointers in buffers of fixed size: cut, when they must be, between two
 * characters, and always valid UTF-8 with a NUL at the end, whatever a client sent. For
 * the files of codec/ only. Pure; any thread. */
#ifndef BASE_STRING_BUILDER_H
#define BASE_STRING_BUILDER_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a client's word that string_builder_add_quoted repeats. */
#define STRING_BUILDER_QUOTED_BYTES 48

struct string_builder {
    char *at;  /* where the NUL stands */
    char *end; /* the last byte of the buffer; at == end: full, nothing more is added */
};

/* Begins an empty text in buffer[size], size > 0. */
struct string_builder string_builder_begin(char *buffer, size_t size);

void string_builder_add(struct string_builder *text, const char *words);
void string_builder_addf(struct string_builder *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a client's word in double quotes. Control characters and what is not UTF-8 become
 * U+FFFD; a word that is long, or was `cut` before, ends in "...". */
void string_builder_add_quoted(struct string_builder *text, const char *word, size_t length,
                               bool cut);

/* Adds "/" and a client's member name as a token of a JSON Pointer: ~ and / escaped,
 * otherwise as above. */
void string_builder_add_token(struct string_builder *text, const char *name, size_t length,
                              bool cut);

/* Adds `"a", "b", "c"`. */
void string_builder_add_list(struct string_builder *text, const char *const *names, size_t count);

#endif
