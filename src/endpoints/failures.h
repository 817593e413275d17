/* Failures that several endpoints report. The fail_ functions respond with a problem document and
 * release request->state, as request_fail does. The thread that owns the request. */
#ifndef ENDPOINTS_FAILURES_H
#define ENDPOINTS_FAILURES_H

#include "codec/simulation_request.h"
#include "http/request.h"

struct problem;
struct problem_type;

/* Fails with an error in a query parameter. */
void fail_parameter(struct request *request, const struct problem_type *type, const char *name,
                    const char *detail);

/* Fails with an error in a member of the body: "dt" becomes the JSON Pointer "/dt". */
void fail_member(struct request *request, const struct problem_type *type, const char *name,
                 const char *detail);

/* True when the daemon is shutting down: then the request has failed with 503. */
bool fail_if_draining(struct request *request);

/* Sets the pointer of a problem to particle `index` of the body. In columns a particle has three
 * positions; the one of its x is used. */
void problem_set_particle(struct problem *problem, enum particle_shape shape, size_t index);

#endif
