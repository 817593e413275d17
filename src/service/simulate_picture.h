/* POST /simulate with Accept: image/svg+xml. For the simulate*.c files only; on a worker. */
#ifndef SERVICE_SIMULATE_PICTURE_H
#define SERVICE_SIMULATE_PICTURE_H

#include "service/simulate_state.h"

/* Computes as many frames as a picture shows, and sets it as the answer. */
void simulate_picture(struct exchange *exchange);

#endif
