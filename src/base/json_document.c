#include "base/json_document.h"

#include <stdlib.h>

char *json_document(json_t *root, size_t flags, size_t *size)
{
    /* The first call only measures, so that the newline fits without a copy. */
    size_t length = root ? json_dumpb(root, NULL, 0, flags) : 0;
    char *text = length ? malloc(length + 1) : NULL;
    if (text) {
        json_dumpb(root, text, length, flags);
        text[length] = '\n';
        *size = length + 1;
    }
    json_decref(root);
    return text;
}
