/* The known name that is nearest to a misspelt one. Pure; any thread. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* The index of the one of names[0..count) with the smallest Levenshtein distance to
 * `name` (`length` bytes; ASCII case does not count), the first of equals. */
size_t suggestion_index(const char *name, size_t length, const char *const *names, size_t count);

#endif
