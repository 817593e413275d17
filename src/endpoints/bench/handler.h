/* GET and POST /bench. The functions are used in the table of routes; http/route.h says when each
 * is called, and by which thread. */
#ifndef ENDPOINTS_BENCH_HANDLER_H
#define ENDPOINTS_BENCH_HANDLER_H

#include <stdbool.h>
#include <stddef.h>

struct request;

/* GET. */
bool bench_begin(struct request *request);
void bench_handle(struct request *request);

/* POST. */
bool bench_post_begin(struct request *request);
size_t bench_post_receive(struct request *request, const char *bytes, size_t size);
void bench_post_handle(struct request *request);

/* Both. */
void bench_work(struct request *request);
void bench_release(struct request *request);

#endif
