/* The parts of a response of POST /simulate that are not particles: the beginning and the end of a
 * JSON document, and the headers that say the same beside a CSV or NPY body. Any thread that owns
 * the request. */
#ifndef ENDPOINTS_SIMULATE_DOCUMENT_H
#define ENDPOINTS_SIMULATE_DOCUMENT_H

#include "endpoints/simulate/state.h"

/* The most bytes that document_begin and document_end write together. */
#define DOCUMENT_BYTES_MAX ((size_t)1024)

/* What a response says beside the particles. Outlives request->state. */
struct simulate_metadata {
    double dt, timestep;
    int64_t steps; /* 0 for a method without steps */
    const struct method *method;
    struct simulate_result result;
};

struct simulate_metadata simulate_metadata(const struct simulate *simulate,
                                           const struct simulate_result *result);

/* Writes what stands before the particles; returns the end. No NUL is added. */
char *document_begin(char *out);

/* Writes what stands behind the particles; returns the end. No NUL is added. */
char *document_end(char *out, const struct simulate_metadata *metadata, const struct timing *timing,
                   int64_t total_ns);

/* Adds the headers Particled-Steps and Particled-Method. */
void document_add_headers(struct request *request, int64_t steps, const struct method *method);

#endif
