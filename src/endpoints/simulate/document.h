/* The parts of a response of POST /simulate that are not particles: the beginning and the end of a
 * JSON document, and the headers that have the same data with a CSV or NPY body. The thread that
 * owns the request. For the files of simulate/ only. */
#ifndef ENDPOINTS_SIMULATE_DOCUMENT_H
#define ENDPOINTS_SIMULATE_DOCUMENT_H

#include "endpoints/simulate/state.h"

/* Most bytes that document_begin and document_end write together. */
#define DOCUMENT_BYTES_MAX ((size_t)1024)

/* The data of a response besides the particles. A copy: it stays valid after request->state is
 * freed. */
struct simulate_metadata {
    double dt, timestep;
    int64_t steps; /* 0 for a method without steps */
    const struct method *method;
    struct simulate_result result;
};

/* Collects it. */
struct simulate_metadata simulate_metadata(const struct simulate *simulate,
                                           const struct simulate_result *result);

/* Writes the part before the particles; returns its end. Adds no NUL. */
char *document_begin(char *out);

/* Writes the part after the particles; returns its end. Adds no NUL. `total_ns` is the time since
 * the request started. */
char *document_end(char *out, const struct simulate_metadata *metadata, const struct timing *timing,
                   int64_t total_ns);

/* Adds the headers Particled-Steps and Particled-Method. */
void document_add_headers(struct request *request, int64_t steps, const struct method *method);

#endif
