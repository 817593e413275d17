/* Serialises jansson documents. Pure; any thread. */
#ifndef BASE_JSON_DOCUMENT_H
#define BASE_JSON_DOCUMENT_H

#include <jansson.h>

/* Returns `root` as text (`flags` as for json_dumps) that ends with a newline, allocated with
 * malloc, and sets *size to its length. Releases the reference to `root`. Returns NULL if memory is
 * short or if `root` is NULL, so a caller need not check whether `root` could be allocated. */
char *json_document(json_t *root, size_t flags, size_t *size);

#endif
