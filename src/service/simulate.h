/* POST /simulate. The functions are the row of the route table. */
#ifndef SERVICE_SIMULATE_H
#define SERVICE_SIMULATE_H

#include "service/exchange.h"

bool simulate_begin(struct exchange *exchange);
size_t simulate_receive(struct exchange *exchange, const char *bytes, size_t size);
void simulate_handle(struct exchange *exchange);
void simulate_work(struct exchange *exchange);
void simulate_release(struct exchange *exchange);

#endif
