/* Writes the response of POST /simulate without frames. For the files of simulate/ only. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_H
#define ENDPOINTS_SIMULATE_RESPOND_H

#include "endpoints/simulate/state.h"

/* Writes the particles in the format that the request accepts, and sets the response; may take the
 * columns from the request. Sets no response when the request was cancelled. Called by the thread
 * that has done the work. */
void simulate_respond(struct request *request, const struct simulate_result *result);

#endif
