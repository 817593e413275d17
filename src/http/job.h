/* The work of a request: on a worker, on the I/O thread, or on a thread of its own.
 *
 * While a job runs elsewhere, the connection is suspended. service->jobs counts a job until the
 * connection has been resumed and nothing can suspend it any more; a stop waits until it is 0. */
#ifndef HTTP_JOB_H
#define HTTP_JOB_H

#include <stdbool.h>

#include "http/request.h"

/* Suspends the connection and queues the request for a worker, which calls route->work. The
 * response is 503 when the queue is full. The last thing that route->handle does. I/O thread. */
void job_submit(struct request *request);

/* The response is 503: the queue is full. Also for a route that looks at the queue before the body
 * arrives. I/O thread. */
void job_fail_queue_full(struct request *request);

/* Calls route->work now, on the I/O thread: for requests so small that handing them over would cost
 * more. The last thing that route->handle does. */
void job_run_inline(struct request *request);

/* As job_submit, but route->work runs on a thread of its own: for work that mostly waits, or that
 * must not wait for a worker. */
void job_run_on_own_thread(struct request *request);

/* True when the work must end early: route->work asks now and then. Counts as progress. `context`
 * is the request, so that this fits evolve_control. */
bool job_cancelled(void *context);

/* Runs waiting brief tasks, then asks the same: for computations that are not measured. */
bool job_run_pending_brief(void *context);

#endif
