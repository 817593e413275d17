/* What the parts of /bench share. For the bench_*.c files only. */
#ifndef ENDPOINTS_BENCH_STATE_H
#define ENDPOINTS_BENCH_STATE_H

#include "bench/bench.h"
#include "endpoints/particle_body.h"

/* What a report may look like; the rows of `bench_media_types`. */
enum bench_representation {
    BENCH_JSON,
    BENCH_TEXT,
    BENCH_CSV,   /* not of the memory benchmark */
    BENCH_CHART, /* likewise */
    BENCH_LINES,
    BENCH_COUNT
};

/* request->state of the route. */
struct bench {
    struct bench_config config;
    enum bench_representation representation;
    unsigned given;            /* bit i: the query has bench_parameters[i] */
    bool running;              /* this request holds service->bench_running */
    struct particle_body body; /* of a POST, which config.own_particles tells */
};

/* The media types of the forms. */
extern const char *const bench_media_types[BENCH_COUNT];

#endif
