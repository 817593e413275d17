/* Functions that fill a reply; private to the harness. */
#ifndef TESTS_HARNESS_REPLY_H
#define TESTS_HARNESS_REPLY_H

#include "harness.h"

/* Frees all members and sets them to zero. */
void reply_clear(struct reply *reply);

/* Appends bytes to an allocated string and terminates it with NUL. */
void reply_append(char **text, size_t *size, const char *bytes, size_t count);

/* Call this when head and body are complete. It parses the body if that is JSON. */
void reply_complete(struct reply *reply);

#endif
