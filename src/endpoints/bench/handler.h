/* GET and POST /bench. The functions are rows of the table of routes. */
#ifndef ENDPOINTS_BENCH_HANDLER_H
#define ENDPOINTS_BENCH_HANDLER_H

#include <stdbool.h>
#include <stddef.h>

struct request;

bool bench_begin(struct request *request);
void bench_handle(struct request *request);
bool bench_post_begin(struct request *request);
size_t bench_post_receive(struct request *request, const char *bytes, size_t size);
void bench_post_handle(struct request *request);

/* Of both. */
void bench_work(struct request *request);
void bench_release(struct request *request);

#endif
