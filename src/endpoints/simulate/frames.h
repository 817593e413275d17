/* Computes the frames of a run one after the other. For the files of simulate/ only; on a worker.
 */
#ifndef ENDPOINTS_SIMULATE_FRAMES_H
#define ENDPOINTS_SIMULATE_FRAMES_H

#include "endpoints/simulate/state.h"

/* The time of a frame. */
struct simulate_frame {
    int64_t step; /* 0 for a method without steps */
    double time;
};

/* The number of frames that the request asks for. */
size_t simulate_frame_count(const struct simulate *simulate);

/* The time of frame `index`, from 0; the last frame is the end of the run. */
struct simulate_frame simulate_frame_at(const struct simulate *simulate, size_t index);

/* The state of the computation. */
struct simulate_frames {
    struct request *request;
    struct particle_set current; /* the last computed frame; its ang_vel belongs to the request */
    size_t reserved;             /* bytes for x and y; 0: they belong to the request, too */
    size_t next;                 /* index of the next frame */
    struct simulate_frame frame; /* of `current` */
    unsigned threads;            /* that have taken part so far */
};

/* Checks the domain for the whole run, and allocates columns. False when it has failed the request.
 */
bool simulate_frames_begin(struct simulate_frames *frames, struct request *request);

/* Computes the next frame into frames->current. False after the last one (then `next` is the
 * count), when it has failed the request, and when the request was cancelled. */
bool simulate_frames_next(struct simulate_frames *frames);

/* Frees what it holds. */
void simulate_frames_end(struct simulate_frames *frames);

#endif
