/* POST /simulate with Accept: image/svg+xml. For the simulate*.c files only; on a worker. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_SVG_H
#define ENDPOINTS_SIMULATE_RESPOND_SVG_H

#include "endpoints/simulate/state.h"

/* Computes as many frames as a picture shows, and sets it as the answer. */
void simulate_respond_svg(struct request *request);

#endif
