/* What the endpoints share: limits, counters, flags, and the phases of a request. http_config holds
 * a pointer to it; the engine does not use it. */
#ifndef ENDPOINTS_APPLICATION_H
#define ENDPOINTS_APPLICATION_H

#include <stdatomic.h>
#include <stdbool.h>

#include "endpoints/limits.h"
#include "http/request.h"
#include "sim/method.h"

/* The phases of a request, in the order in which responses show them. */
enum phase {
    PHASE_RECEIVE,   /* first line of the request to the last byte of its body */
    PHASE_PARSE,     /* inside the decoder */
    PHASE_QUEUE,     /* waiting for a worker */
    PHASE_EVOLVE,    /* checking the domain and moving the particles */
    PHASE_SERIALIZE, /* writing the response */
    PHASE_COUNT
};

extern const struct timing_phases application_phases;

struct application {
    struct limits limits;        /* constant */
    atomic_bool bench_running;   /* a request runs a benchmark; one at a time */
    atomic_bool profile_running; /* a request takes a CPU profile; one at a time */
    atomic_uint profile_threads; /* of heap profiles and symbols; profiles.c limits them */
    _Atomic uint64_t particles[METHODS_MAX];      /* evolved, by index in method_table */
    _Atomic uint64_t particle_steps[METHODS_MAX]; /* likewise */
};

/* Any thread. */
static inline struct application *application_of(const struct request *request)
{
    return request->service->config->application;
}

/* True once the daemon is shutting down. Any thread. */
static inline bool application_is_draining(const struct request *request)
{
    return atomic_load(&request->service->draining);
}

/* Adds a run of a method to the counters. Any thread. */
void application_count(struct application *application, const struct method *method,
                       size_t particles, int64_t particle_steps);

#endif
