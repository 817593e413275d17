/* POST /simulate. The functions are the row of the route table. */
#ifndef ENDPOINTS_SIMULATE_HANDLER_H
#define ENDPOINTS_SIMULATE_HANDLER_H

#include "http/request.h"

bool simulate_begin(struct exchange *exchange);
size_t simulate_receive(struct exchange *exchange, const char *bytes, size_t size);
void simulate_handle(struct exchange *exchange);
void simulate_work(struct exchange *exchange);
void simulate_release(struct exchange *exchange);

#endif
