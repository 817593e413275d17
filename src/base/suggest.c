#include "base/suggest.h"

#include <assert.h>
#include <string.h>

/* No known name is longer. */
#define KNOWN_BYTES_MAX 64

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein distance, computed one row of the table at a time. A row has one cell for each
 * character of `known`, so its length does not depend on what a client sends. */
static size_t distance(const char *name, size_t length, const char *known)
{
    size_t row[KNOWN_BYTES_MAX + 1];
    size_t known_length = strlen(known);
    assert(known_length <= KNOWN_BYTES_MAX);
    /* The rest of a long name takes time, and changes every distance by about the same. */
    length = length < KNOWN_BYTES_MAX ? length : KNOWN_BYTES_MAX;

    for (size_t k = 0; k <= known_length; k++)
        row[k] = k;
    for (size_t n = 1; n <= length; n++) {
        size_t diagonal = row[0];
        row[0] = n;
        for (size_t k = 1; k <= known_length; k++) {
            size_t substitution = diagonal + (lower(name[n - 1]) != lower(known[k - 1]));
            diagonal = row[k];
            row[k] = smallest(row[k] + 1, row[k - 1] + 1, substitution);
        }
    }
    return row[known_length];
}

size_t suggestion_index(const char *name, size_t length, const char *const *names, size_t count)
{
    assert(count > 0);
    size_t best = 0;
    size_t best_distance = distance(name, length, names[0]);
    for (size_t i = 1; i < count; i++) {
        size_t d = distance(name, length, names[i]);
        if (d < best_distance) {
            best = i;
            best_distance = d;
        }
    }
    return best;
}
