/* The target of a request (RFC 9112, section 3.2). Pure; any thread. */
#ifndef HTTP_MESSAGE_TARGET_H
#define HTTP_MESSAGE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

enum target_form {
    TARGET_ORIGIN,   /* /path?query */
    TARGET_ABSOLUTE, /* http://host/path?query */
    TARGET_ASTERISK, /* "*": the daemon as a whole, for OPTIONS */
};

struct target {
    enum target_form form;
    size_t authority_size; /* bytes in front of the path: of "http://host" */
    bool has_nul;          /* the path contains %00, so as a string it would end there */
};

/* Reads a target as it was received. Returns what is wrong with it ("has ..."), or NULL. */
const char *target_read(struct target *target, const char *text, size_t size);

#endif
