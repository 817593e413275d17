/* Content negotiation: media types and content codings (RFC 9110, sections 8.3, 8.4 and 12.5).
 * Pure; any thread. */
#ifndef HTTP_MESSAGE_NEGOTIATION_H
#define HTTP_MESSAGE_NEGOTIATION_H

#include <stdbool.h>
#include <stddef.h>

/* True when the Content-Type `header` names `type`, whatever its parameters. */
bool media_type_is(const char *header, const char *type);

/* The index of the one of types[0..count) to which `accept` (an Accept header; NULL accepts
 * everything) gives the highest quality, the first of equals; -1 when it accepts none. What cannot
 * be parsed is ignored. */
int negotiate_media_type(const char *accept, const char *const *types, size_t count);

/* What negotiate_coding returns besides an index. */
#define CODING_IDENTITY (-1)
#define CODING_NONE_ACCEPTABLE (-2)

/* The index of the one of names[0..count) that `accept` (an Accept-Encoding header, NULL: none)
 * names with the highest quality, the first of equals; CODING_IDENTITY when it names none of them
 * or gives identity a higher quality; CODING_NONE_ACCEPTABLE when it refuses all, also identity. */
int negotiate_coding(const char *accept, const char *const *names, size_t count);

#endif
