/* The files that are served as they are: the page, what it loads, /openapi.json. The function is a
 * row of the route table. */
#ifndef SERVICE_FILE_ROUTE_H
#define SERVICE_FILE_ROUTE_H

#include "service/exchange.h"

void file_handle(struct exchange *exchange);

#endif
