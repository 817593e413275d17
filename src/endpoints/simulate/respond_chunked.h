/* A large text response of POST /simulate: written while it is sent. For the files of simulate/
 * only.
 */
#ifndef ENDPOINTS_SIMULATE_RESPOND_CHUNKED_H
#define ENDPOINTS_SIMULATE_RESPOND_CHUNKED_H

#include "endpoints/simulate/state.h"

/* Sets a response that the I/O thread writes block by block while it sends it; takes the columns.
 * False when memory is short: the request has failed. */
bool simulate_respond_chunked(struct request *request, const struct simulate_result *result);

#endif
