/* The frames of a run, computed one after the other. For the files of simulate/ only; on a worker.
 */
#ifndef ENDPOINTS_SIMULATE_FRAMES_H
#define ENDPOINTS_SIMULATE_FRAMES_H

#include "endpoints/simulate/state.h"

/* When a frame is. */
struct simulate_frame {
    int64_t step; /* 0 for a method without steps */
    double time;
};

/* How many frames the request asks for. */
size_t simulate_frame_count(const struct simulate *simulate);

/* Frame `index`, from 0; the last one is the end of the run. */
struct simulate_frame simulate_frame_at(const struct simulate *simulate, size_t index);

/* The state of the computation. */
struct simulate_frames {
    struct request *request;
    struct particle_set current; /* the frame computed last; its ang_vel belongs to the request */
    size_t reserved;             /* bytes of the memory budget; 0: x and y are the request's, too */
    size_t next;                 /* index of the frame that comes next */
    struct simulate_frame frame; /* of `current` */
    unsigned threads;            /* that took part */
};

/* Checks the domain of the whole run, and allocates columns. False when it has failed the request.
 */
bool simulate_frames_begin(struct simulate_frames *frames, struct request *request);

/* Computes the next frame. False after the last one (then next is the count), and when it has
 * failed the request or the request was cancelled. */
bool simulate_frames_next(struct simulate_frames *frames);

/* Frees what it holds. */
void simulate_frames_end(struct simulate_frames *frames);

#endif
