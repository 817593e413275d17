/* Python literals, as the header of an NPY file has them: strings, whole numbers, True and False,
 * lists and tuples, with spaces anywhere between them. Of Python's grammar this is what repr()
 * writes of such values, not all that Python reads. For the files of codec/ only. Pure; any thread.
 *
 * Each function that returns false has set the fault and left `at` where it is. */
#ifndef CODEC_NPY_NPY_LITERAL_H
#define CODEC_NPY_NPY_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lists and tuples that may be open at once. */
#define NPY_DEPTH_MAX 32

struct npy_literal {
    const char *at, *end; /* what has not been read yet */
    bool utf8;            /* strings are UTF-8; otherwise Latin-1, which is any bytes */
    const char *error;    /* a sentence, once there is one */
};

struct npy_string {
    const char *text; /* between the quotes, in the literal's text; escapes are not resolved */
    size_t length;
};

/* Sets the fault; returns false. */
bool npy_literal_fail(struct npy_literal *literal, const char *sentence);

/* The next character that is not a space; '\0' at the end. */
char npy_literal_peek(struct npy_literal *literal);

/* Reads the character if it is the next one. Sets no fault. */
bool npy_literal_take(struct npy_literal *literal, char character);

bool npy_literal_string(struct npy_literal *literal, struct npy_string *string);

/* Numbers above UINT64_MAX are read as that. */
bool npy_literal_integer(struct npy_literal *literal, uint64_t *value);

bool npy_literal_bool(struct npy_literal *literal, bool *value);

/* Passes over a value of any kind; `depth` lists and tuples are open around it. */
bool npy_literal_skip(struct npy_literal *literal, unsigned depth);

/* True when the string is the word, which has no backslash; one written with escapes is not. */
bool npy_string_is(const struct npy_string *string, const char *word);

#endif
