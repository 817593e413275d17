/* POST /simulate: checks the headers, decodes the body, and runs the simulation inline or on a
 * worker. The functions are used in the table of routes; http/route.h says when each is called, and
 * by which thread. */
#ifndef ENDPOINTS_SIMULATE_HANDLER_H
#define ENDPOINTS_SIMULATE_HANDLER_H

#include <stdbool.h>
#include <stddef.h>

struct request;

bool simulate_begin(struct request *request);
size_t simulate_receive(struct request *request, const char *bytes, size_t size);
void simulate_handle(struct request *request);
void simulate_work(struct request *request);
void simulate_release(struct request *request);

#endif
