/* The files that are served as they are: the page, what it loads, /openapi.json. The function is a
 * row of the route table. */
#ifndef ENDPOINTS_FILES_H
#define ENDPOINTS_FILES_H

#include <stdbool.h>

struct request;

/* True for the path of a file. */
bool file_exists(const char *path);

void file_handle(struct request *request);

#endif
