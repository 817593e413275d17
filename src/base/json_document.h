/* jansson documents as text. Pure; any thread. */
#ifndef BASE_JSON_DOCUMENT_H
#define BASE_JSON_DOCUMENT_H

#include <jansson.h>

/* `root` as text (`flags` as for json_dumps) with a newline at its end, allocated with malloc.
 * Takes the reference; NULL, which may stand for memory that was short before, gives NULL. */
char *json_document(json_t *root, size_t flags, size_t *size);

#endif
