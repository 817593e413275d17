/* The files that the daemon serves as they are: the page with what it loads, and the description of
 * the API. They are compiled in, so the daemon reads nothing from disk. Any thread. */
#ifndef WEB_FILES_H
#define WEB_FILES_H

#include <stddef.h>

struct web_file {
    const char *path; /* where it is served: "/" or "/web/app.js" */
    const char *media_type;
    const char *bytes; /* constant; not NUL-terminated */
    size_t size;
    const char *etag; /* a strong entity tag of the bytes, with its quotes */
};

/* Call once, before any thread asks. */
void web_files_init(void);

/* All of them. */
const struct web_file *web_files(size_t *count);

/* The one that is served at a path, or NULL. */
const struct web_file *web_file_find(const char *path);

#endif
