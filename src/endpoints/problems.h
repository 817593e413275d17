/* The problem types of the endpoints. http/message/problem.h has those of HTTP itself. Constant;
 * any thread. */
#ifndef ENDPOINTS_PROBLEMS_H
#define ENDPOINTS_PROBLEMS_H

#include "http/message/problem.h"

#define ENDPOINT_PROBLEMS(X)                                                                       \
    X(malformed, 400, "malformed-body", "The body is malformed", 0)                                \
    X(too_many, 413, "too-many-particles", "Too many particles", 0)                                \
    X(invalid, 422, "invalid-request", "The request is invalid", 0)                                \
    X(domain, 422, "outside-domain", "A particle cannot be evolved", 0)                            \
    X(too_much_work, 422, "too-much-work", "The request asks for too much work", 0)                \
    X(not_built, 501, "not-built-in", "This build does not have the feature", 0)                   \
    X(bench_running, 503, "bench-running", "A benchmark is already running", 5)                    \
    X(profile_running, 503, "profile-running", "A profile is being taken already", 5)

ENDPOINT_PROBLEMS(PROBLEM_DECLARE)

/* All types, those of HTTP first. */
const struct problem_type *const *problem_table(size_t *count);

#endif
