/* What the parts of POST /simulate share. For the simulate*.c files only. */
#ifndef ENDPOINTS_SIMULATE_STATE_H
#define ENDPOINTS_SIMULATE_STATE_H

#include "endpoints/particle_body.h"
#include "endpoints/problems.h"
#include "http/respond.h"

#define LINES_TYPE "application/x-ndjson"
#define SVG_TYPE "image/svg+xml"

/* How the answer is made. */
enum representation {
    REPRESENTATION_CODEC, /* one of the codecs */
    REPRESENTATION_LINES, /* JSON, a frame a line */
    REPRESENTATION_SVG,
};

/* request->state of the route. */
struct simulate {
    struct particle_body body;          /* its simulation is later that of the whole request */
    struct simulation query;            /* options of the query; no particles */
    enum representation representation; /* of the answer */
    bool animate;                       /* a picture that moves */
    const struct codec *codec;          /* of the answer; JSON's for what is none */
    const struct compression *coding;   /* of the answer, or NULL */
    bool identity_refused;              /* be it small */
    int64_t steps;                      /* once the request has been checked */
};

/* True when the answer is a row of frames, be it of one. */
static inline bool simulate_has_frames(const struct simulate *simulate)
{
    const struct simulation *simulation = &simulate->body.simulation;
    return simulation->frames > 1 || simulation->time_count > 0 ||
           simulate->representation != REPRESENTATION_CODEC;
}

/* What a run came to. */
struct simulate_result {
    int64_t particle_steps;
    unsigned threads; /* that took part */
};

#endif
