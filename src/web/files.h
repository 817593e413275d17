/* The static files of the daemon: the page, the files that it loads, and the description of the
 * API. They are compiled in, so the daemon does not read them from disk. Any thread. */
#ifndef WEB_FILES_H
#define WEB_FILES_H

#include <stddef.h>

struct web_file {
    const char *path; /* of the URL: "/" or "/web/app.js" */
    const char *media_type;
    const char *bytes; /* constant; not NUL-terminated */
    size_t size;
    const char *etag; /* a strong entity tag of the bytes, with quotes */
};

/* Call once, before other threads use the files. */
void web_files_init(void);

/* All files. The array is constant after web_files_init and is never freed. */
const struct web_file *web_files(size_t *count);

/* The file with this path, or NULL. */
const struct web_file *web_file_find(const char *path);

#endif
