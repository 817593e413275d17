/* Filling a reply: between the parts of the harness. */
#ifndef TESTS_HTTP_REPLY_H
#define TESTS_HTTP_REPLY_H

#include "harness.h"

/* Frees what it holds; all zero afterwards. */
void reply_clear(struct reply *reply);

/* Appends bytes to an allocated text that stays NUL-terminated. */
void reply_append(char **text, size_t *size, const char *bytes, size_t more);

/* Once head and body are in. */
void reply_complete(struct reply *reply);

#endif
