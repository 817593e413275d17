/* The state of a request for /bench. For the files of bench/ only; it belongs to the thread that
 * owns the request (http/request.h). */
#ifndef ENDPOINTS_BENCH_STATE_H
#define ENDPOINTS_BENCH_STATE_H

#include "bench/bench.h"
#include "endpoints/particle_body.h"

/* The format of the report; index of `bench_media_types`. */
enum bench_representation {
    BENCH_JSON,
    BENCH_TEXT,
    BENCH_CSV,   /* not for the memory benchmark */
    BENCH_CHART, /* likewise */
    BENCH_LINES,
    BENCH_COUNT
};

/* request->state. */
struct bench {
    struct bench_config config;
    enum bench_representation representation;
    unsigned given;            /* bit i: the query has bench_parameters[i] */
    bool running;              /* this request has set application->bench_running */
    struct particle_body body; /* only of a POST: then config.own_particles is true */
};

extern const char *const bench_media_types[BENCH_COUNT];

#endif
