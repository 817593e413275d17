/* The table of all endpoints. Constant; any thread. */
#ifndef ENDPOINTS_ROUTES_H
#define ENDPOINTS_ROUTES_H

#include "http/router.h"

/* With `profiling`, the table includes the routes that exist only with --profiling. */
struct route_table routes_table(bool profiling);

#endif
