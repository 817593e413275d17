/* Suggests a known name for a misspelt one. Pure; any thread. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* Returns the index of the string in names[0..count), count > 0, that has the smallest Levenshtein
 * distance to name[0..length), without regard to ASCII case; the first one if several have it. */
size_t suggestion_index(const char *name, size_t length, const char *const *names, size_t count);

#endif
