/* Static files: the page, the files that it loads, and /openapi.json. The functions are used in the
 * table of routes. I/O thread. */
#ifndef ENDPOINTS_FILES_H
#define ENDPOINTS_FILES_H

#include <stdbool.h>

struct request;

/* True for the path of a file. */
bool file_exists(const char *path);

/* GET of a file for which file_exists is true. */
void file_handle(struct request *request);

#endif
