/* Reads Python literals in the header of an NPY file: strings, integers, True and False, lists and
 * tuples, with spaces between any two tokens. It accepts what repr() writes for such values, which
 * is a part of Python's grammar. For the files of codec/ only. Pure; any thread.
 *
 * A function that returns false has set `error`, unless stated otherwise, and left `at` at the
 * position of the error. */
#ifndef CODEC_NPY_NPY_LITERAL_H
#define CODEC_NPY_NPY_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lists and tuples that may be open at once. */
#define NPY_DEPTH_MAX 32

struct npy_literal {
    const char *at, *end; /* the text that has not been read yet */
    bool utf8;            /* strings are UTF-8; otherwise Latin-1, where all bytes are valid */
    const char *error;    /* a sentence, after an error */
};

struct npy_string {
    const char *text; /* between the quotes, in the literal's text; escapes are not resolved */
    size_t length;
};

/* Sets the error and returns false. */
bool npy_literal_fail(struct npy_literal *literal, const char *sentence);

/* Skips spaces and returns the next character without reading it; '\0' at the end. */
char npy_literal_peek(struct npy_literal *literal);

/* Skips spaces and reads the character if it is the next one. Otherwise returns false and sets no
 * error. */
bool npy_literal_take(struct npy_literal *literal, char character);

bool npy_literal_string(struct npy_literal *literal, struct npy_string *string);

/* Reads integers above UINT64_MAX as UINT64_MAX. */
bool npy_literal_integer(struct npy_literal *literal, uint64_t *value);

bool npy_literal_bool(struct npy_literal *literal, bool *value);

/* Skips a value of any type that is inside `depth` lists and tuples. */
bool npy_literal_skip(struct npy_literal *literal, unsigned depth);

/* True if the text of the string equals `word`, which contains no backslash. Escapes are not
 * resolved, so a string with escapes never does. */
bool npy_string_is(const struct npy_string *string, const char *word);

#endif
