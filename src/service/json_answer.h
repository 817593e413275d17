/* An answer from a jansson document. */
#ifndef SERVICE_JSON_ANSWER_H
#define SERVICE_JSON_ANSWER_H

#include <jansson.h>

#include "service/exchange.h"

/* `root` as text (jansson's dump flags) with a newline at its end, or NULL when memory is short.
 * Takes the reference; `root` may be NULL (memory was short). The text is allocated with malloc. */
char *json_document(json_t *root, size_t flags, size_t *size);

/* Answers with `root`, indented; takes the reference. NULL makes it an internal problem. */
void json_answer(struct exchange *exchange, unsigned status, json_t *root);

#endif
