/* Media types of requests and answers (RFC 9110, 8.3 and 12.5). Pure; any thread. */
#ifndef SERVICE_MEDIA_H
#define SERVICE_MEDIA_H

#include <stdbool.h>
#include <stddef.h>

/* True when the Content-Type `header` names `type`, whatever its parameters. */
bool media_is(const char *header, const char *type);

/* The index of the one of types[0..count) that `accept` (an Accept header, NULL: anything) likes
 * best, the first of equals; -1 when it accepts none. What cannot be parsed is passed
 * over. */
int media_choose(const char *accept, const char *const *types, size_t count);

#endif
