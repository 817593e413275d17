/* GET and POST /bench. The functions are the rows of the route table. */
#ifndef ENDPOINTS_BENCH_HANDLER_H
#define ENDPOINTS_BENCH_HANDLER_H

#include "http/request.h"

bool bench_begin(struct exchange *exchange);
void bench_handle(struct exchange *exchange);
bool bench_post_begin(struct exchange *exchange);
size_t bench_post_receive(struct exchange *exchange, const char *bytes, size_t size);
void bench_post_handle(struct exchange *exchange);

/* Of both. */
void bench_work(struct exchange *exchange);
void bench_release(struct exchange *exchange);

#endif
