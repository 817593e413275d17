/* What the parts of /bench share. For the bench_*.c files only. */
#ifndef SERVICE_BENCH_STATE_H
#define SERVICE_BENCH_STATE_H

#include "bench/bench.h"
#include "service/exchange.h"

/* What a report may look like; the rows of `bench_forms`. */
enum bench_form { BENCH_FORM_JSON, BENCH_FORM_TEXT, BENCH_FORM_LINES, BENCH_FORM_COUNT };

/* exchange->state of the route. */
struct bench {
    struct bench_config config;
    enum bench_form form;
    bool running; /* this exchange holds service->bench_running */
};

/* The media types of the forms. */
extern const char *const bench_forms[BENCH_FORM_COUNT];

#endif
