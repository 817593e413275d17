/* POST /simulate. The functions are the row of the route table. */
#ifndef ENDPOINTS_SIMULATE_HANDLER_H
#define ENDPOINTS_SIMULATE_HANDLER_H

#include "http/request.h"

bool simulate_begin(struct request *request);
size_t simulate_receive(struct request *request, const char *bytes, size_t size);
void simulate_handle(struct request *request);
void simulate_work(struct request *request);
void simulate_release(struct request *request);

#endif
