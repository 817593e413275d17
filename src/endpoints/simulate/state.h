/* The state of a request for POST /simulate. For the files of simulate/ only; it belongs to the
 * thread that owns the request (http/request.h). */
#ifndef ENDPOINTS_SIMULATE_STATE_H
#define ENDPOINTS_SIMULATE_STATE_H

#include "endpoints/particle_body.h"
#include "endpoints/problems.h"
#include "http/respond.h"

#define LINES_TYPE "application/x-ndjson"
#define SVG_TYPE "image/svg+xml"

/* The kind of response. */
enum representation {
    REPRESENTATION_CODEC, /* in the format of simulate->codec */
    REPRESENTATION_LINES, /* JSON, one line for each frame */
    REPRESENTATION_SVG,
};

/* request->state. */
struct simulate {
    struct particle_body body; /* simulate_handle merges the options of the query into it */
    struct simulation query;   /* options of the query; no particles */
    enum representation representation;
    bool animate;                     /* an SVG image with animation */
    const struct codec *codec;        /* of the response; JSON for lines and SVG */
    const struct compression *coding; /* of the response, or NULL */
    bool identity_refused;            /* small responses must be compressed, too */
    int64_t steps;                    /* set when the request has been checked */
};

/* True when the response consists of frames; there may be only one. */
static inline bool simulate_has_frames(const struct simulate *simulate)
{
    const struct simulation *simulation = &simulate->body.simulation;
    return simulation->frames > 1 || simulation->time_count > 0 ||
           simulate->representation != REPRESENTATION_CODEC;
}

/* The result of a run, besides the particles. */
struct simulate_result {
    int64_t particle_steps;
    unsigned threads; /* that took part; with frames, the most in one frame */
};

#endif
