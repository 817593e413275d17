/* Responds to POST /simulate with an SVG image. For the files of simulate/ only; on a worker. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_SVG_H
#define ENDPOINTS_SIMULATE_RESPOND_SVG_H

#include "endpoints/simulate/state.h"

/* Computes as many frames as the image shows, draws it and sets it as the response. */
void simulate_respond_svg(struct request *request);

#endif
