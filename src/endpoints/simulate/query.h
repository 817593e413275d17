/* Reads the query parameters of POST /simulate. For the files of simulate/ only; I/O thread. */
#ifndef ENDPOINTS_SIMULATE_QUERY_H
#define ENDPOINTS_SIMULATE_QUERY_H

#include "endpoints/simulate/state.h"

/* Reads the query into simulate->query. False when it has failed the request. */
bool simulate_read_query(struct request *request);

#endif
