/* Writes a large text response of POST /simulate while it is sent. Only the columns are in memory,
 * which take a third of the size of the text, and a slow reader occupies no thread. For the files
 * of simulate/ only. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_CHUNKED_H
#define ENDPOINTS_SIMULATE_RESPOND_CHUNKED_H

#include "endpoints/simulate/state.h"

/* Sets a response that the I/O thread writes block by block; takes the columns from the request.
 * False when it has failed the request. Called by the thread that has done the work. */
bool simulate_respond_chunked(struct request *request, const struct simulate_result *result);

#endif
