/* What the parts of /bench share. For the bench_*.c files only. */
#ifndef ENDPOINTS_BENCH_STATE_H
#define ENDPOINTS_BENCH_STATE_H

#include "bench/bench.h"
#include "endpoints/particle_body.h"

/* What a report may look like; the rows of `bench_forms`. */
enum bench_form {
    BENCH_FORM_JSON,
    BENCH_FORM_TEXT,
    BENCH_FORM_CSV,   /* not of the memory benchmark */
    BENCH_FORM_CHART, /* likewise */
    BENCH_FORM_LINES,
    BENCH_FORM_COUNT
};

/* exchange->state of the route. */
struct bench {
    struct bench_config config;
    enum bench_form form;
    unsigned given;   /* bit i: the query has bench_parameters[i] */
    bool running;     /* this exchange holds service->bench_running */
    struct body body; /* of a POST, which config.own_particles tells */
};

/* The media types of the forms. */
extern const char *const bench_forms[BENCH_FORM_COUNT];

#endif
