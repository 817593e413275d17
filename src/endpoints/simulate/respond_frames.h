/* Responds to POST /simulate with frames, which are sent while they are computed. For the files of
 * simulate/ only; on a worker. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_FRAMES_H
#define ENDPOINTS_SIMULATE_RESPOND_FRAMES_H

#include "endpoints/simulate/state.h"

/* Computes the frames and streams them in the format that the request accepts. */
void simulate_respond_frames(struct request *request);

#endif
