/* GET /bench. The functions are the row of the route table. */
#ifndef SERVICE_BENCH_ROUTE_H
#define SERVICE_BENCH_ROUTE_H

#include "service/exchange.h"

bool bench_begin(struct exchange *exchange);
void bench_handle(struct exchange *exchange);
void bench_work(struct exchange *exchange);
void bench_release(struct exchange *exchange);

#endif
